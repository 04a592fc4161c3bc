import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glucotwin.advise.follow_up import Verdict
from glucotwin.core.error import DataError, NotFoundError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.therapy import TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.workflows.follow_up import follow_up_advice, read_advice, settings_changed

START = datetime(2026, 3, 1, tzinfo=UTC)
ADVISED = Window(start=START, end=START + timedelta(days=7))
CHANGED = START + timedelta(days=9)


def timeline(name: str = "me") -> Timeline:
    """High until the settings change on the tenth day, in range from then on."""
    readings = [
        GlucoseReading(time=at, glucose_mgdl=200.0 if at < CHANGED else 120.0)
        for at in (START + timedelta(minutes=15 * step) for step in range(20 * 96))
    ]
    changed = TherapySettings(valid_from=CHANGED)
    return Timeline.from_records(Person(person_id=name, zone="UTC"), readings, settings=(changed,))


def written(folder: Path, plan: object = ...) -> Path:
    gain = {"median": 90.0, "low": 80.0, "high": 100.0, "expected": 90.0}
    outcome = {"name": "time_in_range_pct", "unit": "%", "baseline": gain, "changed": gain, "difference": gain}
    document = {
        "data": {"person_id": "me"},
        "answer": {
            "start": ADVISED.start.isoformat(),
            "end": ADVISED.end.isoformat(),
            "plan": {"outcomes": [outcome]} if plan is ... else plan,
        },
    }
    path = folder / "advice.json"
    path.write_text(json.dumps(document))
    return path


def test_the_days_since_begin_with_the_new_settings(tmp_path: Path) -> None:
    found = follow_up_advice(read_advice(written(tmp_path)), timeline())
    (one,) = found.outcomes
    assert found.before == ADVISED
    assert found.after.start == CHANGED
    assert settings_changed(timeline(), found.after)
    assert not settings_changed(timeline(), ADVISED)
    assert (found.days_before, found.days_after) == (7, 11)
    assert (one.before, one.after, one.verdict) == (0.0, 100.0, Verdict.AS_PREDICTED)


def test_days_may_begin_and_end_as_they_are_told(tmp_path: Path) -> None:
    begun = CHANGED + timedelta(days=1)
    found = follow_up_advice(read_advice(written(tmp_path)), timeline(), start=begun, days=6.0)
    assert (found.after.start, found.after.end) == (begun, begun + timedelta(days=6))


def test_days_since_never_begin_among_those_the_advice_was_made_from(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="before the days end"):
        follow_up_advice(read_advice(written(tmp_path)), timeline(), start=ADVISED.end - timedelta(days=1))


def test_the_advice_of_another_person_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="somebody else"):
        follow_up_advice(read_advice(written(tmp_path)), timeline("you"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"answer": {}}'])
def test_what_is_no_advice_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DataError):
        read_advice(tmp_path / "bad.json")


def test_an_advice_without_a_plan_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="advises nothing"):
        read_advice(written(tmp_path, plan=None))
    with pytest.raises(NotFoundError):
        read_advice(tmp_path / "none.json")
