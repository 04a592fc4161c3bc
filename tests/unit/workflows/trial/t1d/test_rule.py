from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.workflows.trial.t1d.life import Weeks
from glucotwin.workflows.trial.t1d.rule import pattern_step, titration_numbers

DAY = 1440
SIZE = titration_numbers()["step_fraction"]


def sensor(level_by_hour: dict[int, float], *, usual: float = 120.0, days: int = 14) -> np.ndarray:
    """A day like every other, with other glucose in some hours; a reading every 5 min."""
    day = np.full(DAY, usual)
    for hour, level in level_by_hour.items():
        day[60 * hour : 60 * (hour + 1)] = level
    shown = np.full(DAY, np.nan)
    shown[::5] = day[::5]
    return np.tile(shown, days)[None, :]


def test_calm_days_change_nothing(weeks_with: Callable[..., Weeks]):
    assert not pattern_step(weeks_with(sensor({}))).table.any()


def test_lows_at_night_mean_less_basal_insulin_at_night(weeks_with: Callable[..., Weeks]):
    step = pattern_step(weeks_with(sensor({3: 60.0})))
    assert np.expm1(step.basal[0]) == pytest.approx([-SIZE, 0.0, 0.0, 0.0])
    assert not step.carb.any()


def test_highs_after_lunch_mean_more_insulin_for_lunch(weeks_with: Callable[..., Weeks]):
    step = pattern_step(weeks_with(sensor({12: 220.0, 13: 240.0, 14: 210.0})))
    assert np.expm1(step.carb[0]) == pytest.approx([0.0, 0.0, SIZE, 0.0])
    assert not step.basal.any()


def test_lows_come_before_highs(weeks_with: Callable[..., Weeks]):
    step = pattern_step(weeks_with(sensor({12: 220.0, 13: 240.0, 14: 210.0, 15: 60.0})))
    assert np.expm1(step.carb[0, 2]) == pytest.approx(-SIZE)


def test_days_without_readings_change_nothing(weeks_with: Callable[..., Weeks]):
    assert not pattern_step(weeks_with(np.full((1, 14 * DAY), np.nan))).table.any()
