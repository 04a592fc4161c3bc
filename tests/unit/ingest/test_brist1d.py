"""BrisT1D and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.domain.activity import Activity, ActivityType, HeartRate
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.insulin import Bolus, BolusKind
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType
from glucotwin.ingest.dataset.brist1d import BrisT1dFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from research_archive import count

Write = Callable[..., Path]

HEADER = "timestamp,bg,insulin,carbs,hr,dist,steps,cals,activity,device"
ROWS = (
    "2023-07-01 08:00:00,9.3,,,,,,,,Dexcom G6",
    "2023-07-01 08:00:00,,0.075,,,,,,,Omnipod DASH",
    "2023-07-01 08:05:00,,4.2,45.0,,,,,,Omnipod DASH",
    "2023-07-01 08:05:00,,,,92.4,310.5,420.0,22.10,Running,Apple Watch",
    "2023-07-01 08:10:00,,,,80.0,,0.0,,,Apple Watch",
)


def imported(write: Write, *rows: str) -> ImportResult:
    return import_path(write(HEADER, *rows))


def test_glucose_is_mmoll_at_british_time(write: Write) -> None:
    result = imported(write, *ROWS)
    (reading,) = result.timeline.records(GlucoseReading)
    assert reading.time == datetime(2023, 7, 1, 7, 0, tzinfo=UTC)
    assert reading.glucose_mgdl == pytest.approx(167.545, abs=0.01)
    person = result.timeline.person
    assert (person.diabetes_type, person.zone, person.cgm_device) == (DiabetesType.TYPE_1, "Europe/London", "Dexcom G6")
    assert count(result, FindingCode.UNITS_CONVERTED) == 1


def test_insulin_was_given_over_the_five_minutes_before(write: Write) -> None:
    doses = list(imported(write, *ROWS).timeline.records(Bolus))
    assert [(one.time, one.total_u, one.extended_min, one.kind) for one in doses] == [
        (datetime(2023, 7, 1, 6, 55, tzinfo=UTC), 0.075, 5.0, BolusKind.SQUARE),
        (datetime(2023, 7, 1, 7, 0, tzinfo=UTC), 4.2, 5.0, BolusKind.SQUARE),
    ]


def test_meals_movement_and_heart_rate(write: Write) -> None:
    result = imported(write, *ROWS)
    assert [(one.time.minute, one.carbs_g) for one in result.timeline.records(Meal)] == [(5, 45.0)]
    (run,) = result.timeline.records(Activity)
    assert (run.time.minute, run.duration_min, run.steps) == (0, 5.0, 420.0)
    assert (run.activity_type, run.note) == (ActivityType.AEROBIC, "Running")
    rates = [(one.time.minute, one.time.second, one.heart_rate_bpm) for one in result.timeline.records(HeartRate)]
    assert rates == [(2, 30, 92.4), (7, 30, 80.0)]
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_word_for_low_is_a_bound_and_other_words_are_told(write: Write) -> None:
    result = imported(write, *ROWS, "2023-07-01 08:15:00,LO,x,,,,,,,Libre", "2023-07-01 08:20:00,?,,,,,,,,Libre")
    reading = list(result.timeline.records(GlucoseReading))[1]
    assert (reading.glucose_mgdl, reading.censoring) == (40.0, Censoring.LOW)
    assert count(result, FindingCode.UNREADABLE_ROWS) == 2


def test_samples_of_the_competition_are_not_these_files(write: Write) -> None:
    file = write("id,p_num,time,bg-5:55,bg-5:50,insulin-5:55,activity-0:00,bg+1:00", "p01_0,p01,06:10:00,,9,0.1,,13.4")
    assert outcome(BrisT1dFormat(), file.read_bytes(), file, zone="Europe/London") == "missing-column"


def test_damage_is_never_anything_but_a_refusal(tmp_path: Path) -> None:
    for data in damaged("\n".join((HEADER, *ROWS)).encode()):
        outcome(BrisT1dFormat(), data, tmp_path / "damaged.csv", zone="Europe/London")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(BrisT1dFormat(), samples / "exports", own="") == []
