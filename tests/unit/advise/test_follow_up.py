from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.advise.follow_up import Verdict, follow_up
from glucotwin.advise.what_if import Estimate
from glucotwin.core.error import DataError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline, Window

START = datetime(2026, 3, 1, tzinfo=UTC)
MIDDLE, END = START + timedelta(days=7), START + timedelta(days=14)
BEFORE, AFTER = Window(start=START, end=MIDDLE), Window(start=MIDDLE, end=END)


def timeline(before_mgdl: float = 200.0, after_mgdl: float = 120.0, *, days: int = 14) -> Timeline:
    """A quarter of each day lies below 70; the rest at a level that changes after a week."""
    readings: list[GlucoseReading] = []
    for step in range(days * 288):
        level = before_mgdl if step < 7 * 288 else after_mgdl
        readings.append(
            GlucoseReading(time=START + timedelta(minutes=5 * step), glucose_mgdl=65.0 if step % 4 == 0 else level)
        )
    return Timeline.from_records(Person(person_id="me", zone="UTC"), readings)


def predicted(low: float, high: float) -> dict[str, Estimate]:
    return {"time_in_range_pct": Estimate(median=(low + high) / 2.0, low=low, high=high)}


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(60.0, 90.0, Verdict.AS_PREDICTED), (80.0, 90.0, Verdict.LESS), (10.0, 20.0, Verdict.MORE)],
)
def test_what_was_achieved_is_held_beside_what_was_predicted(low: float, high: float, verdict: Verdict) -> None:
    found = follow_up(timeline(), before=BEFORE, after=AFTER, predicted=predicted(low, high))
    (one,) = found.outcomes
    assert (found.days_before, found.days_after) == (7, 7)
    assert (one.before, one.after) == (pytest.approx(0.0), pytest.approx(75.0))
    assert one.achieved.median == pytest.approx(75.0)
    assert one.verdict is verdict
    assert found.to_json()["outcomes"][0]["verdict"] == verdict


def test_too_few_days_are_not_compared() -> None:
    with pytest.raises(DataError, match="days since"):
        follow_up(timeline(days=9), before=BEFORE, after=AFTER, predicted=predicted(0.0, 1.0))
