import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.metrics.forecast_score import (
    glucose_specific_penalty,
    score_by_range,
    score_delay,
    score_points,
    second_difference_energy_ratio,
)

WAVE = 140.0 + 50.0 * np.sin(np.arange(300) / 12.0)


def test_errors_of_three_pairs_are_as_worked_by_hand() -> None:
    score = score_points([100.0, 200.0, 50.0], [110.0, 180.0, 55.0])
    assert score.pair_count == 3
    assert score.rmse_mgdl == pytest.approx(np.sqrt((100 + 400 + 25) / 3))
    assert score.mae_mgdl == pytest.approx(35 / 3)
    assert score.mard_pct == pytest.approx(10.0)
    assert score.bias_mgdl == pytest.approx(-5 / 3)


def test_perfect_forecast_has_no_error_and_determines_everything() -> None:
    score = score_points(WAVE, WAVE)
    assert (score.rmse_mgdl, score.grmse_mgdl, score.cod_pct, score.dts.a_pct) == (0.0, 0.0, 100.0, 100.0)


def test_forecasting_the_mean_determines_nothing() -> None:
    assert score_points(WAVE, np.full(WAVE.size, WAVE.mean())).cod_pct == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(score_points([100.0, 100.0], [100.0, 110.0]).cod_pct)


def test_dangerous_errors_weigh_more_and_harmless_ones_do_not() -> None:
    reference = np.array([50.0, 50.0, 120.0, 120.0, 300.0, 300.0])
    forecast = reference + np.array([40.0, -40.0, 40.0, -40.0, -40.0, 40.0])
    assert glucose_specific_penalty(reference, forecast).tolist() == [2.5, 1.0, 1.0, 1.0, 2.0, 1.0]


def test_penalty_rises_smoothly_through_its_middle() -> None:
    # Half of the 30 mg/dL transition below 85, with an overestimate far beyond 10 mg/dL.
    assert glucose_specific_penalty(np.array([70.0]), np.array([120.0])) == pytest.approx(1.0 + 1.5 * 0.5)


def test_ranges_hold_their_own_pairs() -> None:
    scores = score_by_range([60.0, 70.0, 180.0, 181.0], [100.0, 70.0, 180.0, 181.0])
    assert scores.all.pair_count == 4
    assert scores.below_70 is not None
    assert scores.below_70.mae_mgdl == 40.0
    assert scores.from_70_to_180 is not None
    assert scores.from_70_to_180.pair_count == 2
    assert scores.above_180 is not None
    assert scores.above_180.rmse_mgdl == 0.0
    assert score_by_range([100.0], [100.0]).below_70 is None


@pytest.mark.parametrize("late_steps", [0, 2, 6])
def test_delay_is_found_and_the_rest_of_the_horizon_gained(late_steps: int) -> None:
    forecast = np.full(WAVE.size, np.nan)
    forecast[late_steps:] = WAVE[: WAVE.size - late_steps]
    reference = WAVE.copy()
    reference[100:105] = np.nan
    score = score_delay(reference, forecast, interval_min=5.0, horizon_min=30.0)
    assert score.delay_min == 5.0 * late_steps
    assert score.gain_min == 30.0 - 5.0 * late_steps


def test_delay_without_any_pair_is_refused() -> None:
    nothing = np.full(10, np.nan)
    with pytest.raises(DataError):
        score_delay(np.ones(10), nothing, interval_min=5.0, horizon_min=30.0)


def test_energy_ratio_is_one_for_the_same_shape_and_larger_for_jitter() -> None:
    jitter = WAVE + np.where(np.arange(WAVE.size) % 2 == 0, 3.0, -3.0)
    assert second_difference_energy_ratio(WAVE, WAVE + 20.0) == pytest.approx(1.0)
    assert second_difference_energy_ratio(WAVE, jitter) > 10.0
    assert np.isnan(second_difference_energy_ratio(np.ones(10), np.ones(10)))


def test_empty_or_unequal_pairs_are_refused() -> None:
    with pytest.raises(DataError):
        score_points(np.array([]), np.array([]))
    with pytest.raises(DataError):
        score_points([100.0], [100.0, 100.0])
