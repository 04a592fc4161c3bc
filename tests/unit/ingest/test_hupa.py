"""HUPA-UCM and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.domain.activity import Activity, HeartRate
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.dataset.hupa import HupaFormat
from glucotwin.ingest.quality import FindingCode, Severity
from glucotwin.ingest.reader import ImportResult, import_path
from research_archive import count

Write = Callable[..., Path]

HEADER = "time;glucose;calories;heart_rate;steps;basal_rate;bolus_volume_delivered;carb_input"
ROWS = (
    "2018-06-13T20:05:00;205;7.9;86.5;12;0.075;0;0",
    "2018-06-13T20:10:00;192;9.7;85.5;0;0.075;3.5;4",
)


def imported(write: Write, *rows: str, header: str = HEADER) -> ImportResult:
    return import_path(write(header, *rows))


def test_row_is_what_happened_at_spanish_time(write: Write) -> None:
    result = imported(write, *ROWS)
    time = datetime(2018, 6, 13, 18, 10, tzinfo=UTC)
    reading = list(result.timeline.records(GlucoseReading))[1]
    assert (reading.time, reading.glucose_mgdl) == (time, 192.0)
    assert [(one.time, one.insulin_u) for one in result.timeline.records(Bolus)] == [(time, 3.5)]
    assert [one.steps for one in result.timeline.records(Activity)] == [12.0]
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [86.5, 85.5]
    person = result.timeline.person
    assert (person.zone, person.diabetes_type, person.adult) == ("Europe/Madrid", DiabetesType.TYPE_1, True)


def test_copy_with_commas_and_american_dates_is_the_same(write: Write) -> None:
    rows = [
        "6/13/2018 20:05,205,7.9,86.5,12,0.075,0,0",
        "6/13/2018 20:10,192,9.7,85.5,0,0.075,3.5,4",
    ]
    copy = imported(write, *rows, header=HEADER.replace(";", ","))
    assert copy.timeline.streams.keys() == imported(write, *ROWS).timeline.streams.keys()
    assert copy.timeline.frame(Bolus)["time"].to_list() == [datetime(2018, 6, 13, 18, 10, tzinfo=UTC)]


def test_basal_is_per_five_minutes(write: Write) -> None:
    result = imported(write, *ROWS)
    basal = list(result.timeline.records(BasalSegment))
    assert [(one.rate_u_per_h, one.duration_min) for one in basal] == [(pytest.approx(0.9), 5.0)] * 2
    assert result.timeline.person.therapy is TherapyKind.PUMP


def test_rations_become_grams_and_the_change_is_told(write: Write) -> None:
    result = imported(write, *ROWS)
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [40.0]
    assert count(result, FindingCode.UNITS_CONVERTED) == 1
    correction = result.timeline.streams["correction"]
    assert correction.select("original", "corrected").row(0) == (4.0, 40.0)


def test_file_that_counts_grams_stays(write: Write) -> None:
    result = imported(write, *ROWS, "2018-06-13T20:15:00;190;9.7;85.5;0;0.075;7.2;90")
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [4.0, 90.0]
    assert "correction" not in result.timeline.streams


def test_more_than_a_pump_gives_was_injected_and_rates_of_nothing_say_nothing(write: Write) -> None:
    result = imported(write, "2018-06-13T20:05:00;205;7.9;86.5;0;0;0;0", "2018-06-13T22:00:00;205;7.9;86.5;0;24;0;0")
    (dose,) = result.timeline.records(PenDose)
    assert (dose.insulin_u, dose.product, dose.purpose) == (24.0, "long", DosePurpose.BASAL)
    assert result.timeline.frame(BasalSegment).is_empty()
    assert result.timeline.person.therapy is TherapyKind.INJECTIONS


def test_second_sensor_is_a_problem(write: Write) -> None:
    values = (205, 192, 135, 172, 170, 110, 168, 166, 112)
    rows = [f"2018-06-13T20:{5 * index:02d}:00;{value};7;80;0;0.1;0;0" for index, value in enumerate(values)]
    problems = [
        one
        for one in imported(write, *rows).quality.having(FindingCode.GLUCOSE_JUMPS)
        if one.severity is Severity.PROBLEM
    ]
    assert [one.count for one in problems] == [2]


def test_smooth_trace_has_no_second_sensor(write: Write) -> None:
    rows = [f"2018-06-13T20:{5 * index:02d}:00;{100 + 3 * index};7;80;0;0.1;0;0" for index in range(9)]
    assert not imported(write, *rows).quality.having(FindingCode.GLUCOSE_JUMPS)


def test_lowest_value_is_a_bound(write: Write) -> None:
    (reading,) = imported(write, "2018-06-14T02:30:00;40;6;60;0;0.075;0;0").timeline.records(GlucoseReading)
    assert reading.censoring is Censoring.LOW


def test_cell_that_is_no_number_is_told(write: Write) -> None:
    assert count(imported(write, *ROWS, "2018-06-13T20:15:00;190;9;x;0;y;0;0"), FindingCode.UNREADABLE_ROWS) == 2


def test_damage_is_never_anything_but_a_refusal(tmp_path: Path) -> None:
    for data in damaged("\n".join((HEADER, *ROWS)).encode()):
        outcome(HupaFormat(), data, tmp_path / "damaged.csv", zone="Europe/Madrid")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(HupaFormat(), samples / "exports", own="hupa_sample") == []


def test_real_excerpt(samples: Path) -> None:
    result = import_path(samples / "exports" / "hupa_sample" / "HUPA0001P_excerpt.csv")
    records = {one.stream: one.records for one in result.quality.coverage}
    assert (records["glucose"], records["bolus"], records["basal"], records["meal"]) == (11, 2, 11, 2)
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [40.0, 30.0]
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [3.5, 3.0]
