"""AZT1D and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import Activity
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.correction import Correction
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.domain.reversal import make_again, take_back
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path

HEADER = (
    "EventDateTime,DeviceMode,BolusType,Basal,CorrectionDelivered,TotalBolusInsulinDelivered,FoodDelivered,CarbSize,CGM"
)
OTHER_HEADER = (
    "EventDateTime,Basal,BolusType,CarbSize,CorrectionDelivered,FoodDelivered,Readings (CGM / BGM),"
    "TotalBolusInsulinDelivered,DeviceMode"
)
Write = Callable[..., Path]


def imported(write: Write, *rows: str, header: str = HEADER) -> ImportResult:
    return import_path(write(header, *rows))


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_local_times_are_of_arizona(write: Write) -> None:
    result = imported(write, "2024-03-10 02:30:00,,,,,,,,120")
    assert result.timeline.frame(GlucoseReading)["time"].to_list() == [datetime(2024, 3, 10, 9, 30, tzinfo=UTC)]
    person = result.timeline.person
    assert (person.zone, person.adult, person.cgm_device) == ("America/Phoenix", True, "Dexcom G6")
    assert (person.diabetes_type, person.therapy) == (DiabetesType.TYPE_1, TherapyKind.CLOSED_LOOP)


def test_other_column_order_and_sensor_name_are_the_same_format(write: Write) -> None:
    result = imported(write, "2024-01-13 09:28:00,,Standard,12.0,0.0,6.0,95,6.0,", header=OTHER_HEADER)
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [12.0]
    assert [reading.glucose_mgdl for reading in result.timeline.records(GlucoseReading)] == [95.0]


def test_basal_holds_until_the_next_row_but_at_most_a_quarter_of_an_hour(write: Write) -> None:
    result = imported(
        write,
        "2024-03-01 00:00:00,,,0.6,,,,,100",
        "2024-03-01 00:05:00,,,0.9,,,,,101",
        "2024-03-01 02:00:00,,,,,,,,102",
    )
    basal = list(result.timeline.records(BasalSegment))
    assert [(one.rate_u_per_h, one.duration_min) for one in basal] == [(0.6, 5.0), (0.9, 15.0)]


def test_blank_basal_is_unknown_and_reported(write: Write) -> None:
    rows = [f"2024-03-01 {hour:02d}:00:00,,,,,,,,100" for hour in range(12)]
    result = imported(write, *rows, "2024-03-01 12:00:00,,,0.8,,,,,100")
    assert len(result.timeline.frame(BasalSegment)) == 1
    (finding,) = result.quality.having(FindingCode.BASAL_UNKNOWN)
    assert finding.values["percent"] == "100"


def test_rates_in_thousandths_become_units(write: Write) -> None:
    rates = ["825.0", "9.0", "0.7", "1.0"]
    result = imported(
        write, *(f"2024-03-01 00:{5 * index:02d}:00,,,{rate},,,,,100" for index, rate in enumerate(rates))
    )
    assert result.timeline.frame(BasalSegment)["rate_u_per_h"].to_list() == pytest.approx([0.825, 0.009, 0.7, 1.0])
    assert count(result, FindingCode.BASAL_MILLIUNITS) == 2


def test_high_whole_rate_stays_when_no_row_is_in_thousandths(write: Write) -> None:
    result = imported(write, "2024-03-01 00:00:00,,,6.0,,,,,100")
    assert result.timeline.frame(BasalSegment)["rate_u_per_h"].to_list() == [6.0]
    assert not result.quality.having(FindingCode.BASAL_MILLIUNITS)


def test_repeated_rows_count_once(write: Write) -> None:
    row = "2024-03-01 08:00:00,,Standard,0.5,0.0,4.0,4.0,40.0,120"
    result = imported(write, row, row, row)
    assert len(result.timeline.frame(Bolus)) == len(result.timeline.frame(Meal)) == 1
    assert count(result, FindingCode.DUPLICATE_ROWS) == 2


def test_bolus_repeated_with_another_basal_rate_counts_once(write: Write) -> None:
    rows = [f"2024-03-01 08:00:00,,Standard,{rate},0.0,4.0,4.0,40.0,120" for rate in ("0.5", "0.0")]
    result = imported(write, *rows)
    assert [bolus.insulin_u for bolus in result.timeline.records(Bolus)] == [4.0]
    assert [one.rate_u_per_h for one in result.timeline.records(BasalSegment)] == [0.0]
    assert count(result, FindingCode.REPEATED_BASAL_TIMES) == 1


def test_readings_that_share_a_time_are_one(write: Write) -> None:
    result = imported(write, *(f"2024-03-01 08:00:00,,,,,,,,{value}" for value in (112, 108, 103)))
    assert [reading.glucose_mgdl for reading in result.timeline.records(GlucoseReading)] == [112.0]
    assert count(result, FindingCode.REPEATED_GLUCOSE_TIMES) == 2


def test_ends_of_the_sensor_range_are_bounds(write: Write) -> None:
    result = imported(
        write, *(f"2024-03-01 08:0{index}:00,,,,,,,,{value}" for index, value in enumerate((40, 41, 400)))
    )
    censoring = [reading.censoring for reading in result.timeline.records(GlucoseReading)]
    assert censoring == [Censoring.LOW, Censoring.NONE, Censoring.HIGH]


@pytest.mark.parametrize(
    ("kind", "carbs", "purpose"),
    [
        ("Automatic Bolus/Correction", 0.0, DosePurpose.AUTOMATED),
        ("Standard", 30.0, DosePurpose.MEAL),
        ("BLE Standard Bolus/Correction", 30.0, DosePurpose.MEAL),
        ("Standard/Correction", 0.0, DosePurpose.CORRECTION),
        ("Quick", 0.0, DosePurpose.UNKNOWN),
    ],
)
def test_purpose_of_a_bolus_follows_from_its_kind(write: Write, kind: str, carbs: float, purpose: DosePurpose) -> None:
    result = imported(write, f"2024-03-01 08:00:00,,{kind},,0.0,3.0,0.0,{carbs},120")
    assert [bolus.purpose for bolus in result.timeline.records(Bolus)] == [purpose]


@pytest.mark.parametrize(
    ("kind", "correction_u", "total_u", "extended_u"),
    [
        ("Extended 50.00%/15.64", 0.0, 7.82, 7.82),
        ("Extended 75.00%/13.33", 0.0, 10.0, 10.0 / 3.0),
        ("Extended/Correction 70.00%/23.75", 0.11, 16.74, 16.63 * 0.3 / 0.7),
        ("Extended 60.00%/0.00", 0.0, 5.76, 3.84),
        ("Standard", 0.0, 5.0, 0.0),
    ],
)
def test_rest_of_an_extended_bolus_is_worked_out(
    write: Write, kind: str, correction_u: float, total_u: float, extended_u: float
) -> None:
    result = imported(write, f"2024-03-01 08:00:00,,{kind},,{correction_u},{total_u},0.0,30.0,120")
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u) == (total_u, pytest.approx(extended_u))
    assert count(result, FindingCode.EXTENDED_PART_INFERRED) == (extended_u > 0)


def test_meal_of_a_cancelled_bolus_counts_once(write: Write) -> None:
    result = imported(
        write,
        "2024-01-13 11:03:00,,Standard,,0.0,0.0,0.0,45.0,60",
        "2024-01-13 11:08:00,,Standard,,0.0,7.8,7.8,45.0,58",
    )
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [45.0]
    assert len(result.timeline.frame(Bolus)) == 1
    assert count(result, FindingCode.CANCELLED_MEALS) == count(result, FindingCode.CANCELLED_BOLUSES) == 1


def test_meal_without_a_bolus_stays(write: Write) -> None:
    result = imported(write, "2024-01-13 11:03:00,,Standard,,0.0,0.0,0.0,15.0,60")
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [15.0]


def test_modes_become_events_when_they_change(write: Write) -> None:
    modes = ["", "sleep", "sleepsleep", "exercise", ""]
    result = imported(write, *(f"2024-03-01 08:0{index}:00,{mode},,,,,,,100" for index, mode in enumerate(modes)))
    assert [event.detail for event in result.timeline.records(DeviceEvent)] == ["sleep", "exercise", "normal"]
    assert result.timeline.frame(Activity).is_empty()


def test_missing_carbohydrate_is_a_problem(write: Write) -> None:
    result = imported(write, "2024-03-01 08:00:00,,Standard,,0.0,3.0,0.0,0.0,120")
    assert result.quality.findings[0].code is FindingCode.NO_MEALS


def test_unbelievable_insulin_is_a_problem(write: Write) -> None:
    rows = [f"2024-03-{day:02d} 08:00:00,,Standard,,0.0,100.0,100.0,90.0,120" for day in range(1, 6)]
    assert imported(write, *rows).quality.having(FindingCode.IMPLAUSIBLE_INSULIN)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("yesterday,,,,,,,,100", ("'yesterday'", "line 3")),
        ("2024-03-01 08:05:00,,,,,,,,abc", ("'abc'", "line 3", "CGM")),
        ("2024-03-01 08:05:00,,,1;2,,,,,100", ("'1;2'", "Basal")),
    ],
)
def test_cell_that_cannot_be_read_is_an_error_with_its_line(write: Write, row: str, words: tuple[str, ...]) -> None:
    with pytest.raises(DataError) as caught:
        imported(write, "2024-03-01 08:00:00,,,,,,,,100", row)
    assert caught.value.code is ErrorCode.INVALID_VALUE
    assert all(word in caught.value.message for word in words)


def test_milliunits_and_inferred_parts_are_steps_that_can_be_taken_back(write: Write) -> None:
    result = imported(
        write,
        "2024-03-01 08:00:00,,Extended 50.00%/3.00,,0.0,3.0,0.0,30.0,120",
        "2024-03-01 08:05:00,,,2000.0,,,,,125",
        "2024-03-01 08:10:00,,,0.8,,,,,130",
    )
    timeline = result.timeline
    assert timeline.frame(BasalSegment)["rate_u_per_h"].to_list() == [2.0, 0.8]
    steps = {(one.quantity, one.original, one.corrected, one.reason) for one in timeline.records(Correction)}
    assert steps == {
        ("rate_u_per_h", 2000.0, 2.0, "basal-milliunits"),
        ("extended_u", None, 3.0, "extended-part-inferred"),
        ("extended_min", None, 120.0, "extended-part-inferred"),
    }
    back = take_back(timeline)
    assert back.missing == ()
    assert back.timeline.frame(BasalSegment)["rate_u_per_h"].to_list() == [2000.0, 0.8]
    assert back.timeline.frame(Bolus).select("extended_u", "extended_min").row(0) == (0.0, 0.0)
    assert timeline_hash(make_again(back.timeline).timeline) == timeline_hash(timeline)
