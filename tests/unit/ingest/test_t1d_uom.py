"""T1D-UOM and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import Activity, ActivityType, Sleep, SleepStage
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.dataset.t1d_uom import T1dUomFormat
from glucotwin.ingest.quality import FindingCode, Severity
from glucotwin.ingest.reader import import_path
from research_archive import count, member

Write = Callable[..., Path]

GLUCOSE = ("bg_ts,value", "01/07/2024 08:00,7.5", "01/07/2024 08:05,8")
BOLUS = ("\ufeffbolus_ts,bolus_dose", "10/11/2023 12:43,2.36", "10/11/2023 13:00,0", "10/11/2023 14:00,")
PUMP = (
    "\ufeffbasal_ts,basal_dose,insulin_kind,,",
    "31/12/2023 10:00,1.4,R,,",
    "31/12/2023 18:00,1.3,R,,",
    "31/12/2023 18:00,1.35,R,,",
    "31/12/2023 22:00,1.45,R,,",
)
PEN = ("basal_ts,basal_dose,insulin_kind", "04/09/2023 08:42,9,L")
NUTRITION = (
    "meal_ts,meal_type,meal_tag,carbs_g,prot_g,fat_g,fibre_g",
    '01/02/2024 07:02,Breakfast,"Toast, butter",25,4,7.5,2',
    "01/02/2024 12:00,Lunch,Unknown,,,,",
    "01/02/2024,Dinner,Pasta,80,,,",
)
ACTIVITY = (
    "activity_ts,activity_type,active_Kcal,step_count,distance_m,duration_s,active_time_s,start_time_s,"
    "start_time_offset_s,met,intensity,motion_intensity_mean,motion_intensity_max",
    "01/07/2024 09:00,SEDENTARY,0,0,0,900,780,1719820800,3600,1,SEDENTARY,0,4",
    "01/07/2024 09:00,WALKING,4,150,100,900,120,1719820800,3600,2.3,ACTIVE,3,4",
)
NIGHT = (
    "calendar_date,duration_in_sec,start_date_ts,start_time_offset_s,awake_s,sleep_levels_map.deep,"
    "sleep_levels_map_light,sleep_levels_map_awake,,sleep_levels_map_unmeasurable",
    "02/10/2023,1200,01/10/2023 20:51,3600,0,"
    '"[{""startTimeInSeconds"":1696193760,""endTimeInSeconds"":1696194060}]",'
    '"[{""startTimeInSeconds"":1696193460,""endTimeInSeconds"":1696193760}]",,,',
    "03/10/2023,1800,02/10/2023 21:00,3600,0,,,,,",
)
WATCH = (
    "sleep_ts,step_count,heart_rate,current_activity_type_intensity,stress_level_value,sleep_level,resting_heart_rate",
    "19/01/2024 00:00,11664,108,136,18,0,63",
)
KINDS = {
    "glucose": GLUCOSE,
    "bolus": BOLUS,
    "pump": PUMP,
    "pen": PEN,
    "nutrition": NUTRITION,
    "activity": ACTIVITY,
    "night": NIGHT,
    "watch": WATCH,
}


def test_glucose_is_mmoll_at_british_time_and_day_before_month(write: Write) -> None:
    result = import_path(write(*GLUCOSE))
    readings = list(result.timeline.records(GlucoseReading))
    assert [one.time for one in readings] == [datetime(2024, 7, 1, 7, minute, tzinfo=UTC) for minute in (0, 5)]
    assert [one.glucose_mgdl for one in readings] == pytest.approx([135.117, 144.125], abs=0.01)
    person = result.timeline.person
    assert (person.zone, person.diabetes_type, person.adult) == ("Europe/London", DiabetesType.TYPE_1, True)
    assert count(result, FindingCode.UNITS_CONVERTED) == 2


def test_readings_that_share_a_time_count_once(write: Write) -> None:
    result = import_path(write("bg_ts,value", *("20/10/2023 17:15,4", "20/10/2023 17:15,4", "20/10/2023 17:15,2.7")))
    assert len(result.timeline.frame(GlucoseReading)) == 1
    assert count(result, FindingCode.REPEATED_GLUCOSE_TIMES) == count(result, FindingCode.DUPLICATE_ROWS) == 1


@pytest.mark.parametrize(
    ("values", "bounds"),
    [((2.2, 10, 22.2), (40.0, None, 400.0)), ((2.2, 22.2, 25, 27.8), (40.0, None, None, 500.0))],
)
def test_ends_of_the_range_are_those_of_the_sensor(
    write: Write, values: tuple[float, ...], bounds: tuple[float | None, ...]
) -> None:
    rows = [f"01/03/2024 08:{5 * index:02d},{value}" for index, value in enumerate(values)]
    readings = list(import_path(write("bg_ts,value", *rows)).timeline.records(GlucoseReading))
    found = [None if one.censoring is Censoring.NONE else one.glucose_mgdl for one in readings]
    assert found == list(bounds)


def test_no_reading_written_as_a_tenth_is_left_out_and_told(write: Write) -> None:
    result = import_path(write(*GLUCOSE, "01/07/2024 08:10,0.1"))
    assert len(result.timeline.frame(GlucoseReading)) == 2
    assert count(result, FindingCode.IMPOSSIBLE_VALUES) == 1
    assert result.timeline.streams["correction"]["original"].to_list() == pytest.approx([1.80], abs=0.01)


def test_two_sensors_that_contradict_each_other_are_a_problem(write: Write) -> None:
    rows = [f"08/10/2023 0{hour}:{minute:02d},{value}" for hour in range(2) for minute, value in _two_sensors()]
    (finding,) = [
        one
        for one in import_path(write("bg_ts,value", *rows)).quality.having(FindingCode.GLUCOSE_JUMPS)
        if one.severity is Severity.PROBLEM
    ]
    assert finding.count == 2 * len(_two_sensors()) - 2


def _two_sensors() -> list[tuple[int, float]]:
    return [(minute, value) for start in range(3, 60, 5) for minute, value in ((start, 11.0), (start + 1, 19.0))]


def test_bolus_of_nothing_is_left_out_and_a_blank_one_is_told(write: Write) -> None:
    result = import_path(write(*BOLUS))
    assert [(one.time, one.insulin_u) for one in result.timeline.records(Bolus)] == [
        (datetime(2023, 11, 10, 12, 43, tzinfo=UTC), 2.36)
    ]
    assert count(result, FindingCode.CANCELLED_BOLUSES) == count(result, FindingCode.UNREADABLE_ROWS) == 1


@pytest.mark.parametrize("year", [2023, 2025])
def test_mistyped_year_between_two_neighbours_is_put_right(write: Write, year: int) -> None:
    times = ("14/01/2024 12:00", f"14/01/{year} 19:50", "15/01/2024 08:45")
    result = import_path(write("bolus_ts,bolus_dose", *(f"{time},6" for time in times)))
    assert result.timeline.frame(Bolus)["time"][1] == datetime(2024, 1, 14, 19, 50, tzinfo=UTC)
    assert count(result, FindingCode.WRONG_CLOCK) == 1


def test_leap_day_far_from_its_neighbours_stays(write: Write) -> None:
    times = ("14/01/2023 12:00", "29/02/2024 19:50", "15/01/2023 08:45")
    result = import_path(write("bolus_ts,bolus_dose", *(f"{time},6" for time in times)))
    assert count(result, FindingCode.WRONG_CLOCK) == 0


def test_rate_of_a_pump_holds_until_the_next_and_the_last_is_open(write: Write) -> None:
    result = import_path(write(*PUMP))
    basal = list(result.timeline.records(BasalSegment))
    assert [(one.rate_u_per_h, one.duration_min) for one in basal] == [(1.4, 480.0), (1.35, 240.0)]
    assert {one.kind for one in basal} == {BasalKind.SCHEDULED}
    assert result.timeline.person.therapy is TherapyKind.PUMP
    assert count(result, FindingCode.REPEATED_BASAL_TIMES) == 1


def test_rate_of_a_loop_holds_half_an_hour_at_most(write: Write) -> None:
    times = ("08:00", "08:05", "08:10", "12:00", "12:05")
    result = import_path(
        write("basal_ts,basal_dose,insulin_kind", *(f"01/03/2024 {time},0.{i + 1},R" for i, time in enumerate(times)))
    )
    basal = list(result.timeline.records(BasalSegment))
    assert [one.duration_min for one in basal] == [5.0, 5.0, 30.0, 5.0]
    assert {one.kind for one in basal} == {BasalKind.AUTOMATED}


def test_long_acting_insulin_is_injected(write: Write) -> None:
    result = import_path(write(*PEN))
    (dose,) = result.timeline.records(PenDose)
    assert (dose.time, dose.insulin_u, dose.product, dose.purpose) == (
        datetime(2023, 9, 4, 7, 42, tzinfo=UTC),
        9.0,
        "long",
        DosePurpose.BASAL,
    )
    assert result.timeline.person.therapy is TherapyKind.INJECTIONS


def test_unknown_kind_of_insulin_cannot_be_read(write: Write) -> None:
    result = import_path(write(*PEN, "05/09/2023 08:42,9,X"))
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_meal_has_nutrients_and_one_without_carbohydrate_or_time_of_day_is_told(write: Write) -> None:
    result = import_path(write(*NUTRITION))
    (meal,) = result.timeline.records(Meal)
    assert (meal.carbs_g, meal.protein_g, meal.fat_g, meal.fibre_g) == (25.0, 4.0, 7.5, 2.0)
    assert meal.note == "Breakfast: Toast, butter"
    assert count(result, FindingCode.PASSED_OVER) == count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_activity_goes_by_unix_time_and_sitting_is_passed_over(write: Write) -> None:
    result = import_path(write(*ACTIVITY))
    (bout,) = result.timeline.records(Activity)
    assert (bout.time, bout.duration_min, bout.steps) == (datetime(2024, 7, 1, 8, 0, tzinfo=UTC), 2.0, 150.0)
    assert (bout.activity_type, bout.note) == (ActivityType.AEROBIC, "walking")
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_night_is_utc_with_its_stages_or_as_a_whole(write: Write) -> None:
    sleep = list(import_path(write(*NIGHT)).timeline.records(Sleep))
    assert [(one.time, one.duration_min, one.stage) for one in sleep] == [
        (datetime(2023, 10, 1, 20, 51, tzinfo=UTC), 5.0, SleepStage.LIGHT),
        (datetime(2023, 10, 1, 20, 56, tzinfo=UTC), 5.0, SleepStage.DEEP),
        (datetime(2023, 10, 2, 21, 0, tzinfo=UTC), 30.0, SleepStage.ASLEEP),
    ]


def test_stages_that_are_no_json_make_a_night_unreadable(write: Write) -> None:
    result = import_path(write(NIGHT[0], "02/10/2023,1200,01/10/2023 20:51,3600,0,nothing,,,,", NIGHT[2]))
    assert len(result.timeline.frame(Sleep)) == count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_watch_whose_clock_is_wrong_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="clock") as caught:
        import_path(write(*WATCH))
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_american_dates_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match="line 2") as caught:
        import_path(write("bg_ts,value", "10/31/2023 00:04,7.5"))
    assert caught.value.code is ErrorCode.INVALID_VALUE


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_never_anything_but_a_refusal(kind: str, tmp_path: Path) -> None:
    for data in damaged("\n".join(KINDS[kind]).encode()):
        if data.strip():
            outcome(T1dUomFormat(), data, tmp_path / "damaged.csv", zone="Europe/London")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(T1dUomFormat(), samples / "exports", own="") == []


@pytest.mark.parametrize(
    ("name", "stream", "records", "first"),
    [
        ("UoMGlucose2301.csv", "glucose", 38518, datetime(2023, 9, 30, 23, 4, tzinfo=UTC)),
        ("UoMBolus2307.csv", "bolus", 507, datetime(2023, 10, 10, 7, 24, tzinfo=UTC)),
        ("UoMBasal2313.csv", "pen", 101, datetime(2023, 10, 10, 19, 28, tzinfo=UTC)),
        ("UoMNutrition2401.csv", "meal", 488, datetime(2024, 2, 1, 7, 2, tzinfo=UTC)),
        ("UoMActivity2401.csv", "activity", 3483, datetime(2024, 2, 18, 2, 30, tzinfo=UTC)),
    ],
)
def test_real_files_are_read(
    samples: Path, tmp_path: Path, name: str, stream: str, records: int, first: datetime
) -> None:
    file = member(samples / "datasets" / "t1d_uom" / "T1D-UOM_dev.zip", name, tmp_path)
    coverage = import_path(file).quality.coverage_of(stream)
    assert coverage is not None
    assert (coverage.records, coverage.first) == (records, first)
