from statistics import NormalDist

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.metrics.probability_score import (
    crps_from_quantiles_mgdl,
    crps_from_samples_mgdl,
    probability_integral_transform,
    score_interval,
    score_probabilities,
)

NORMAL = NormalDist(120.0, 15.0)
LEVELS = (np.arange(2000) + 0.5) / 2000
QUANTILES = np.array([NORMAL.inv_cdf(float(level)) for level in LEVELS])


def normal_crps(reference: float) -> float:
    """Closed form for a normal forecast (Gneiting and Raftery 2007, eq. 5)."""
    z = (reference - NORMAL.mean) / NORMAL.stdev
    unit = NormalDist()
    return NORMAL.stdev * (z * (2 * unit.cdf(z) - 1) + 2 * unit.pdf(z) - 1 / np.sqrt(np.pi))


@pytest.mark.parametrize("reference", [80.0, 120.0, 150.0])
def test_crps_of_a_normal_forecast_equals_its_closed_form(reference: float) -> None:
    samples, quantiles = QUANTILES[None, :], QUANTILES[None, :]
    assert crps_from_samples_mgdl([reference], samples)[0] == pytest.approx(normal_crps(reference), rel=2e-3)
    assert crps_from_quantiles_mgdl([reference], quantiles, LEVELS)[0] == pytest.approx(
        normal_crps(reference), rel=2e-3
    )


def test_crps_of_two_members_is_as_worked_by_hand() -> None:
    assert crps_from_samples_mgdl([100.0], [[90.0, 120.0]]).tolist() == [15.0 - 0.25 * 30.0]


def test_coarse_quantiles_still_order_a_good_and_a_bad_forecast() -> None:
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    good, bad = [[95.0, 98.0, 100.0, 102.0, 105.0]], [[60.0, 80.0, 130.0, 180.0, 200.0]]
    assert crps_from_quantiles_mgdl([100.0], good, levels) < crps_from_quantiles_mgdl([100.0], bad, levels)


def test_transform_is_the_share_of_members_below() -> None:
    assert probability_integral_transform([100.0, 90.0, 130.0], [[90.0, 100.0, 110.0, 120.0]] * 3).tolist() == [
        0.375,
        0.125,
        1.0,
    ]


def test_interval_score_pays_width_and_misses() -> None:
    score = score_interval([100.0, 130.0, 70.0, 110.0], [90.0] * 4, [110.0] * 4, nominal_pct=90.0)
    assert score.coverage_pct == 50.0
    assert score.mean_width_mgdl == 20.0
    assert score.score_mgdl == pytest.approx(20.0 + 20.0 * (20.0 + 20.0) / 4)


def test_brier_and_skill_are_as_worked_by_hand() -> None:
    score = score_probabilities([1.0, 0.0, 1.0, 0.0], [0.8, 0.4, 0.6, 0.2])
    assert score.brier == pytest.approx((0.04 + 0.16 + 0.16 + 0.04) / 4)
    assert score.brier_skill == pytest.approx(1.0 - 0.1 / 0.25)


def calibrated(log_odds_scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes in exact proportion to true probabilities, forecast with log odds scaled away from the truth."""
    truth = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 100)
    outcome = np.concatenate([(np.arange(100) < round(100 * p)).astype(float) for p in (0.1, 0.3, 0.5, 0.7, 0.9)])
    return outcome, 1.0 / (1.0 + np.exp(-log_odds_scale * np.log(truth / (1.0 - truth))))


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_calibration_slope_shows_over_and_underconfidence(scale: float) -> None:
    score = score_probabilities(*calibrated(scale))
    assert score.calibration_slope == pytest.approx(1.0 / scale, rel=1e-6)
    assert score.calibration_intercept == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("happened", "probability"),
    [
        ([0.0, 0.0, 0.0], [0.1, 0.2, 0.3]),
        ([0.0, 0.0, 1.0, 1.0], [0.1, 0.2, 0.8, 0.9]),
        ([0.0, 1.0, 1.0], [0.5, 0.5, 0.5]),
    ],
)
def test_calibration_that_does_not_exist_is_undefined(happened: list[float], probability: list[float]) -> None:
    assert np.isnan(score_probabilities(happened, probability).calibration_slope)


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(DataError):
        score_probabilities([0.5, 1.0], [0.1, 0.2])
    with pytest.raises(DataError):
        score_probabilities([0.0, 1.0], [0.1, 1.2])
    with pytest.raises(DataError):
        score_interval([100.0], [110.0], [90.0], nominal_pct=90.0)
    with pytest.raises(DataError):
        score_interval([100.0], [90.0], [110.0], nominal_pct=100.0)
    with pytest.raises(DataError):
        crps_from_quantiles_mgdl([100.0], [[90.0, 110.0]], [0.9, 0.1])
    with pytest.raises(DataError):
        crps_from_quantiles_mgdl([100.0], [[90.0, 110.0]], [0.5])
    with pytest.raises(DataError):
        crps_from_samples_mgdl([100.0], np.zeros((1, 0)))
    with pytest.raises(DataError):
        crps_from_samples_mgdl([100.0, 100.0], [[90.0]])
