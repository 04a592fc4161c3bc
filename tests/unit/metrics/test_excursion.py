from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.metrics.excursion import mage_moving_average_mgdl, mage_naive_mgdl, measure_rises
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.series import GlucoseSeries

Builder = Callable[..., GlucoseSeries]


def waves(count: int, amplitude_mgdl: float, period_min: float = 360.0) -> np.ndarray:
    """From nadir to nadir, so that the first and last excursion are whole ones."""
    return 140.0 - amplitude_mgdl * np.cos(2 * np.pi * np.arange(count) * 5.0 / period_min)


def test_regular_waves_have_their_full_height(build: Builder) -> None:
    assert mage_moving_average_mgdl(build(waves(576, 40.0))) == pytest.approx(80.0, rel=0.02)


def test_ripples_below_one_sd_do_not_count(build: Builder) -> None:
    ripple = 3.0 * np.sin(2 * np.pi * np.arange(576) * 5.0 / 50.0)
    plain = mage_moving_average_mgdl(build(waves(576, 40.0)))
    assert mage_moving_average_mgdl(build(waves(576, 40.0) + ripple)) == pytest.approx(plain, rel=0.06)


def test_flat_or_short_traces_have_no_excursion(build: Builder) -> None:
    assert np.isnan(mage_moving_average_mgdl(build([100.0] * 300)))
    assert np.isnan(mage_moving_average_mgdl(build([100, 150, 100, 150])))


def test_stretches_around_a_long_gap_are_weighted_by_their_length() -> None:
    first, second = waves(432, 20.0), waves(144, 60.0)
    minutes = np.concatenate([np.arange(432), 432 + 60 + np.arange(144)]) * np.timedelta64(5, "m")
    series = GlucoseSeries.from_local(np.datetime64("2024-01-01", "us") + minutes, np.concatenate([first, second]))
    mage = mage_moving_average_mgdl(series)
    assert mage == pytest.approx((40.0 * 431 + 120.0 * 143) / (431 + 143), rel=0.03)


def test_five_minute_grid_is_used_for_one_minute_readings(build: Builder) -> None:
    fine = 140.0 - 40.0 * np.cos(2 * np.pi * np.arange(2880) / 360.0)
    series = build(fine, step_min=1)
    assert mage_moving_average_mgdl(series, grid=build_grid(series)) == mage_moving_average_mgdl(series)
    assert mage_moving_average_mgdl(series) == pytest.approx(80.0, rel=0.02)


@pytest.mark.parametrize(
    ("turning", "heights"),
    [
        ([100, 180, 100], [80]),
        ([100, 180, 170, 200, 100], [100]),
        ([100, 120, 90, 160, 150], [70]),
        ([100, 180, 120, 190], [80, 70]),
        ([100, 120, 110], []),
        ([200, 100], []),
    ],
)
def test_rises_run_from_the_lowest_point_to_the_peak(turning: list[float], heights: list[float]) -> None:
    assert measure_rises(np.array(turning, float), 30.0) == heights


def test_falls_are_rises_of_the_mirrored_values() -> None:
    turning = np.array([180.0, 100.0, 150.0, 60.0])
    assert measure_rises(-turning, 30.0) == [80.0, 90.0]


def test_naive_mage_is_the_mean_distance_of_far_readings() -> None:
    values = np.array([100.0, 100.0, 100.0, 100.0, 200.0])
    assert mage_naive_mgdl(values) == pytest.approx(80.0)
    assert np.isnan(mage_naive_mgdl(np.array([100.0])))
    assert np.isnan(mage_naive_mgdl(np.array([100.0, 100.0])))
