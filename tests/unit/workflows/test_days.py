"""The days of a person: which hours the metrics are of."""

from datetime import date
from typing import Any

import pytest

from glucotwin.workflows.living.days import days_of
from made_up_sensor import level, readings, timeline

OF_STREAM = timeline(*readings(level(20.1)))


def _metrics(**asked: Any) -> dict[str, Any]:
    metrics = days_of(OF_STREAM, days=14, **asked)["metrics"]
    assert isinstance(metrics, dict)
    return metrics


def test_a_day_that_has_just_begun_is_filled_up_to_whole_days() -> None:
    metrics = _metrics()
    assert metrics["sufficiency"]["day_count"] == pytest.approx(14.0, abs=0.01)
    assert metrics["gmi_pct"] is not None


def test_days_up_to_a_given_one_are_its_own() -> None:
    metrics = _metrics(end=date(2024, 3, 14))
    assert metrics["start_local"] == "2024-03-01T00:00:00"
    assert metrics["end_local"] == "2024-03-14T23:55:00"


def test_between_chosen_weekdays_nothing_is_missing() -> None:
    sufficiency = _metrics(weekdays=(0,), end=date(2024, 3, 14))["sufficiency"]
    assert sufficiency["day_count"] == pytest.approx(2.0)
    assert sufficiency["active_pct"] == pytest.approx(100.0)
