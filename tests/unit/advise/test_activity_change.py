from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.advise.activity_change import AddExercise, RemoveExercise
from glucotwin.core.error import DataError, NotFoundError
from glucotwin.domain.activity import Activity
from glucotwin.domain.timeline import Timeline
from synthetic_person import synthetic_person

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
BOUT = AddExercise(at=NOON, duration_min=45.0)


def empty() -> Timeline:
    return Timeline.from_records(synthetic_person(), [])


def test_added_exercise_is_on_the_record() -> None:
    (bout,) = BOUT.apply(empty()).records(Activity)
    assert (bout.time, bout.duration_min, bout.intensity_fraction) == (NOON, 45.0, 0.5)


def test_removing_what_was_added_leaves_nothing() -> None:
    after = RemoveExercise(at=NOON + timedelta(minutes=5)).apply(BOUT.apply(empty()))
    assert not list(after.records(Activity))


def test_exercise_that_was_never_logged_cannot_be_left_out() -> None:
    with pytest.raises(NotFoundError):
        RemoveExercise(at=NOON).apply(empty())


def test_impossible_duration_is_refused() -> None:
    with pytest.raises(DataError):
        AddExercise(at=NOON, duration_min=0.0).apply(empty())


def test_exercise_is_no_insulin_and_needs_muscle() -> None:
    assert (BOUT.is_insulin, BOUT.modules, BOUT.until()) == (False, {"exercise"}, NOON)
    assert RemoveExercise(at=NOON).until() == NOON


def test_sentences_say_how_long_and_when() -> None:
    assert "45 min" in BOUT.sentence(empty())
    assert "12:00" in RemoveExercise(at=NOON).sentence(empty())
