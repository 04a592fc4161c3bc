from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.workflows.trial.t1d.life import Weeks
from glucotwin.workflows.trial.t1d.outcome import outcomes_of, wear_pct

DAY = 1440


def shown(first_half: float, second_half: float) -> np.ndarray:
    minutes = np.full(DAY, np.nan)
    minutes[: DAY // 2 : 5], minutes[DAY // 2 :: 5] = first_half, second_half
    return minutes[None, :]


def test_shares_are_of_readings(weeks_with: Callable[..., Weeks]):
    found = outcomes_of([weeks_with(shown(60.0, 200.0))])
    assert found["tbr70_pct"] == pytest.approx(50.0)
    assert found["tar180_pct"] == pytest.approx(50.0)
    assert found["tir_pct"] == pytest.approx(0.0)
    assert found["mean_mgdl"] == pytest.approx(130.0)


def test_night_is_until_six(weeks_with: Callable[..., Weeks]):
    assert outcomes_of([weeks_with(shown(60.0, 120.0))])["night_tbr70_pct"] == pytest.approx(100.0)


def test_truth_is_told_apart_from_the_sensor(weeks_with: Callable[..., Weeks]):
    truth = np.full((1, DAY), 65.0)
    found = outcomes_of([weeks_with(shown(80.0, 80.0), true_mgdl=truth)])
    assert found["tbr70_pct"] == pytest.approx(0.0)
    assert found["true_tbr70_pct"] == pytest.approx(100.0)


def test_weeks_are_pooled_by_readings(weeks_with: Callable[..., Weeks]):
    found = outcomes_of([weeks_with(shown(60.0, 60.0)), weeks_with(shown(120.0, 120.0))])
    assert found["tbr70_pct"] == pytest.approx(50.0)
    assert found["insulin_u_per_day"] == pytest.approx(24.0)


def test_wear_counts_readings(weeks_with: Callable[..., Weeks]):
    half = shown(100.0, 100.0)
    half[:, DAY // 2 :] = np.nan
    assert wear_pct(weeks_with(half)) == pytest.approx(50.0)
