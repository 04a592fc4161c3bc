from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.variability import (
    compute_variability,
    conga_mgdl,
    gvp_pct,
    mag_mgdl_per_h,
    modd_mgdl,
    sd_rate_mgdl_per_min,
    sd_within_hour_mgdl,
)

Builder = Callable[..., GlucoseSeries]
DAY = 288


def test_daily_difference_of_a_day_10_higher_is_10(build: Builder) -> None:
    first = 120.0 + 30.0 * np.sin(np.arange(DAY) / 20.0)
    assert modd_mgdl(build_grid(build(np.concatenate([first, first + 10.0])))) == pytest.approx(10.0)


def test_daily_difference_needs_more_than_a_day(build: Builder) -> None:
    assert np.isnan(modd_mgdl(build_grid(build([100.0] * DAY))))


def test_conga_of_a_straight_rise_is_zero_because_every_change_is_alike(build: Builder) -> None:
    grid = build_grid(build(100.0 + np.arange(100)))
    assert conga_mgdl(grid, hours=1) == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(conga_mgdl(grid, hours=24))


def test_gvp_of_a_flat_trace_is_zero_and_of_steps_of_5_is_41(build: Builder) -> None:
    assert gvp_pct(build_grid(build([100.0] * 10))) == pytest.approx(0.0)
    assert gvp_pct(build_grid(build([100.0, 105.0] * 10))) == pytest.approx(100.0 * (np.sqrt(2.0) - 1.0))


def test_absolute_change_per_hour_counts_every_step(build: Builder) -> None:
    assert mag_mgdl_per_h(build_grid(build([100.0, 105.0] * 10))) == pytest.approx(60.0)


def test_sd_of_rate_is_in_mgdl_per_minute(build: Builder) -> None:
    glucose = np.concatenate([np.full(10, 100.0), 100.0 + 15.0 * np.arange(1, 11)])
    rates = (glucose[3:] - glucose[:-3]) / 15.0
    assert sd_rate_mgdl_per_min(build_grid(build(glucose))) == pytest.approx(np.std(rates, ddof=1))


def test_lag_shorter_than_the_interval_becomes_the_interval(build: Builder) -> None:
    grid = build_grid(build([100.0, 160.0, 100.0], start="2024-01-01T00:20", step_min=20))
    assert sd_rate_mgdl_per_min(grid, lag_min=15.0) == pytest.approx(np.std([3.0, -3.0], ddof=1))


def test_sd_within_the_hour_equals_the_plain_sliding_window(build: Builder) -> None:
    glucose = 140.0 + 40.0 * np.sin(np.arange(DAY) / 9.0) + 7.0 * np.cos(np.arange(DAY) * 1.3)
    windows = np.lib.stride_tricks.sliding_window_view(glucose, 12)
    assert sd_within_hour_mgdl(build_grid(build(glucose))) == pytest.approx(windows.std(axis=1, ddof=1).mean())


def test_spreads_within_and_between_days_are_told_apart(build: Builder) -> None:
    """Two flat days, 100 and 140: nothing within a day, everything between days."""
    series = build([100.0] * DAY + [140.0] * DAY)
    found = compute_variability(series, build_grid(series))
    between = np.std([100.0, 140.0], ddof=1)
    assert found.sd_within_day_mgdl == pytest.approx(0.0, abs=1e-12)
    assert found.sd_of_daily_means_mgdl == pytest.approx(between)
    assert found.sd_between_days_mgdl == pytest.approx(between)
    assert found.sd_between_days_centred_mgdl == pytest.approx(0.0, abs=1e-12)
    assert found.sd_of_clock_means_mgdl == pytest.approx(0.0, abs=1e-12)
    assert found.modd_mgdl == pytest.approx(40.0)
    assert found.mage_algorithm == "moving-average-5-32"


def test_same_day_twice_varies_only_within_the_day(build: Builder) -> None:
    day = 120.0 + 30.0 * np.sin(np.arange(DAY) / 20.0)
    series = build(np.concatenate([day, day]))
    found = compute_variability(series, build_grid(series))
    assert found.sd_within_day_mgdl == pytest.approx(day.std(ddof=1))
    assert found.sd_of_clock_means_mgdl == pytest.approx(day.std(ddof=1))
    assert found.sd_between_days_mgdl == pytest.approx(0.0, abs=1e-9)
    assert found.cv_of_days_mean_pct == pytest.approx(100.0 * day.std(ddof=1) / day.mean())
    assert found.cv_of_days_sd_pct == pytest.approx(0.0, abs=1e-9)


def test_one_reading_leaves_variability_undefined_without_a_warning(build: Builder) -> None:
    series = build([100.0])
    found = compute_variability(series, build_grid(series))
    assert np.isnan([found.mage_mgdl, found.modd_mgdl, found.gvp_pct, found.sd_within_hour_mgdl]).all()
