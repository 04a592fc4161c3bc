"""Which twin foresees which training days."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.record import whole_window
from glucotwin.twin.twin import Twin
from glucotwin.workflows import forecast_case
from glucotwin.workflows.forecast_case import blind_stretches
from synthetic_person import synthetic_timeline, synthetic_twin

DAY = 288


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[Window]:
    """Stands in for fits; every twin remembers its days, and the list all that was asked for."""
    asked: list[Window] = []

    def fit(_timeline: Timeline, train: Window, _folder: Path | None) -> tuple[Twin | None, str]:
        asked.append(train)
        return (replace(synthetic_twin(), window=train), "") if train.days >= 2 else (None, "too short")

    monkeypatch.setattr(forecast_case, "training_twin", fit)
    return asked


def train_window(days: float) -> Window:
    start = whole_window(synthetic_timeline()).start
    return Window(start=start, end=start + timedelta(days=days))


@pytest.mark.parametrize("fitted_days", [4.0, 1.5])
def test_no_training_day_is_foreseen_by_a_twin_that_was_fitted_to_it(fitted: list[Window], fitted_days: float) -> None:
    timeline, train = synthetic_timeline(), train_window(4.0)
    own = replace(synthetic_twin(), window=Window(start=train.end - timedelta(days=fitted_days), end=train.end))
    stretches = blind_stretches(timeline, train, own, None)
    assert len(fitted) == len(stretches)
    start = whole_window(timeline).start
    foreseen = set[int]()
    for one in stretches:
        covers = range(*one.steps.indices(6 * DAY))
        known = range(
            *(int((time - start).total_seconds() / 300) for time in (one.twin.window.start, one.twin.window.end))
        )
        assert not {*covers} & {*known}
        foreseen |= {*covers}
    own_steps = range(int((4.0 - fitted_days) * DAY), 4 * DAY)
    assert {*own_steps} <= foreseen <= {*range(4 * DAY)}


def test_parts_too_short_for_a_twin_stay_as_the_own_twin_sees_them(fitted: list[Window]) -> None:
    train = train_window(3.0)
    assert blind_stretches(synthetic_timeline(), train, replace(synthetic_twin(), window=train), None) == ()
    assert len(fitted) == 2
