from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.summary import (
    compute_m_value,
    ea1c_pct_from_mean,
    gmi_mmol_per_mol_from_mean,
    gmi_pct_from_mean,
    hourly_area_mgdl,
    median_absolute_deviation,
    summarise,
    weighted_mean,
    weighted_quantile,
    weighted_sd,
)

Builder = Callable[..., GlucoseSeries]


def test_summary_of_four_readings_is_as_worked_by_hand(build: Builder) -> None:
    series = build([80, 100, 120, 180])
    summary = summarise(series.glucose_mgdl, build_grid(series))
    assert summary.mean_mgdl == 120.0
    assert summary.median_mgdl == 110.0
    assert (summary.min_mgdl, summary.max_mgdl, summary.range_mgdl) == (80.0, 180.0, 100.0)
    assert (summary.quartile1_mgdl, summary.quartile3_mgdl, summary.iqr_mgdl) == (95.0, 135.0, 40.0)
    assert summary.sd_mgdl == pytest.approx(np.sqrt(5600 / 3))
    assert summary.cv_pct == pytest.approx(100 * np.sqrt(5600 / 3) / 120)
    assert summary.j_index == pytest.approx(0.001 * (120 + np.sqrt(5600 / 3)) ** 2)
    assert summary.mad_mgdl == pytest.approx(1.4826 * 20.0)


def test_area_under_the_curve_is_per_hour_covered(build: Builder) -> None:
    assert hourly_area_mgdl(build_grid(build([100, 200, 300]))) == pytest.approx(200.0)
    assert np.isnan(hourly_area_mgdl(build_grid(build([100]))))


def test_gmi_and_estimated_a1c_of_the_goal_mean_of_154() -> None:
    assert gmi_pct_from_mean(154.0) == pytest.approx(6.99368)
    assert ea1c_pct_from_mean(154.0) == pytest.approx(6.9930, abs=1e-4)
    assert gmi_mmol_per_mol_from_mean(18.01559 * 8.5) == pytest.approx(12.71 + 4.70587 * 8.5)


def test_m_value_is_zero_at_its_reference_and_1000_at_ten_times() -> None:
    assert compute_m_value(np.array([90.0, 90.0])) == 0.0
    assert compute_m_value(np.array([900.0])) == pytest.approx(1000.0)
    assert compute_m_value(np.array([100.0]), reference_mgdl=100.0) == 0.0


def test_equal_weights_change_nothing() -> None:
    values, weight = np.array([80.0, 100.0, 150.0]), np.full(3, 5.0)
    assert weighted_mean(values, weight) == pytest.approx(weighted_mean(values))
    assert weighted_sd(values, weight) == pytest.approx(weighted_sd(values))


def test_weights_pull_towards_the_readings_that_stand_for_longer() -> None:
    values, weight = np.array([100.0, 200.0]), np.array([15.0, 5.0])
    assert weighted_mean(values, weight) == 125.0
    assert weighted_quantile(values, np.array([0.5]), weight).tolist() == [100.0]
    assert median_absolute_deviation(values, weight) == 0.0


def test_sd_of_one_reading_is_undefined() -> None:
    assert np.isnan(weighted_sd(np.array([100.0])))
