"""D1NAMO and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import DosePurpose, PenDose
from glucotwin.domain.observation import Note
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.dataset.d1namo import D1namoFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import import_path
from research_archive import count

Write = Callable[..., Path]

DIABETIC = (
    "date,time,glucose,type,comments",
    "2014-10-01,19:14:00,7.5,cgm,",
    "2014-10-01,19:15:00,8.0,manual,before supper",
)
HEALTHY = ("date,time,glucose,type,comments", "2014-10-01,11:35,7:0,BB,", "2014-10-01,13:35,05.4,,")
INSULIN = ("date,time,fast_insulin,slow_insulin,comment", "2014-10-01,10:06:00,7,,", "2014-10-01,22:27:00,,18,bed")
PHOTOGRAPHED = (
    "picture,description,calories,balance,quality,datetime",
    '001.jpg,"Tuna, bread",866,Unbalance,Good quality,2014:10:01 11:32:00',
    ",Soup,,,,NA",
)
FOOD = ("date,time,picture,description,calories,balance,quality", "2014-09-30,15:30,lunch,,,,No information")
ANNOTATION = (
    "start_date,start_time,end_date,end_time,type,description",
    "2014-10-03,08:00,2014-10-03,09:00,activity,Walk",
    "2014-10-03,12:00,2014-10-03,12:30,stress,Exam",
    "2014-10-03,14:00,2014-10-03,13:30,stress,Backwards",
)
KINDS = {
    "diabetic": DIABETIC,
    "healthy": HEALTHY,
    "insulin": INSULIN,
    "photographed": PHOTOGRAPHED,
    "food": FOOD,
    "annotation": ANNOTATION,
}


def test_sensor_and_finger_stick_in_mmoll_at_swiss_time(write: Write) -> None:
    result = import_path(write(*DIABETIC))
    readings = list(result.timeline.records(GlucoseReading))
    assert [one.kind for one in readings] == [GlucoseKind.CGM, GlucoseKind.FINGERSTICK]
    assert [one.glucose_mgdl for one in readings] == pytest.approx([135.117, 144.125], abs=0.01)
    assert readings[0].time == datetime(2014, 10, 1, 17, 14, tzinfo=UTC)
    person = result.timeline.person
    assert (person.zone, person.diabetes_type) == ("Europe/Zurich", DiabetesType.TYPE_1)


def test_healthy_people_have_finger_sticks_and_a_colon_for_a_point(write: Write) -> None:
    result = import_path(write(*HEALTHY))
    readings = list(result.timeline.records(GlucoseReading))
    assert {one.kind for one in readings} == {GlucoseKind.FINGERSTICK}
    assert [one.glucose_mgdl for one in readings] == pytest.approx([126.109, 97.284], abs=0.01)
    assert result.timeline.person.diabetes_type is DiabetesType.NONE


def test_insulin_is_injected(write: Write) -> None:
    result = import_path(write(*INSULIN))
    assert [(one.insulin_u, one.product, one.purpose) for one in result.timeline.records(PenDose)] == [
        (7.0, "rapid", DosePurpose.UNKNOWN),
        (18.0, "long", DosePurpose.BASAL),
    ]
    assert result.timeline.person.therapy is TherapyKind.INJECTIONS


def test_food_without_carbohydrate_becomes_a_note_and_food_without_time_is_told(write: Write) -> None:
    result = import_path(write(*PHOTOGRAPHED))
    (note,) = result.timeline.records(Note)
    assert (note.time, note.text) == (datetime(2014, 10, 1, 9, 32, tzinfo=UTC), "Meal: Tuna, bread (866 kcal)")
    assert count(result, FindingCode.PASSED_OVER) == count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_food_of_healthy_people_has_another_header(write: Write) -> None:
    (note,) = import_path(write(*FOOD)).timeline.records(Note)
    assert (note.time, note.text) == (datetime(2014, 9, 30, 13, 30, tzinfo=UTC), "Meal: not described")


def test_annotations_are_activity_or_notes(write: Write) -> None:
    result = import_path(write(*ANNOTATION))
    (walk,) = result.timeline.records(Activity)
    assert (walk.duration_min, walk.activity_type, walk.note) == (60.0, ActivityType.AEROBIC, "activity: Walk")
    assert [(one.text, one.duration_min) for one in result.timeline.records(Note)] == [("stress: Exam", 30.0)]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_never_anything_but_a_refusal(kind: str, tmp_path: Path) -> None:
    for data in damaged("\n".join(KINDS[kind]).encode()):
        outcome(D1namoFormat(), data, tmp_path / "damaged.csv", zone="Europe/Zurich")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(D1namoFormat(), samples / "exports", own="") == []
