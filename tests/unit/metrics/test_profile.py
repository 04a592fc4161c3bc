from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.profile import compute_modal_day
from glucotwin.metrics.series import GlucoseSeries

Builder = Callable[..., GlucoseSeries]


def test_percentiles_at_a_clock_time_are_taken_over_days(build: Builder) -> None:
    days = np.repeat([100.0, 110.0, 120.0, 130.0, 140.0], 288)
    profile = compute_modal_day(build_grid(build(days)))
    assert profile.bin_min == 5.0
    assert profile.start_min.tolist() == list(np.arange(288) * 5.0)
    assert set(profile.count) == {5}
    np.testing.assert_allclose(profile.glucose_mgdl[:, 0], [102.0, 110.0, 120.0, 130.0, 138.0])


def test_wider_bins_pool_their_points(build: Builder) -> None:
    profile = compute_modal_day(build_grid(build(np.arange(288) + 100.0)), bin_min=60.0, percentiles=(50.0,))
    assert profile.start_min.size == 24
    assert profile.count[1] == 12
    # 01:00 to 01:55 hold the readings 12th to 23rd (from 00:05), 111 to 122.
    assert profile.glucose_mgdl[0, 1] == pytest.approx(116.5)


def test_bins_without_data_are_left_out(build: Builder) -> None:
    profile = compute_modal_day(build_grid(build([100.0] * 12, start="2024-01-01T08:00")))
    assert profile.start_min.tolist() == list(480.0 + 5.0 * np.arange(12))


def test_bins_follow_the_clock_through_the_end_of_summer_time() -> None:
    utc = np.datetime64("2024-10-26T22:00", "us") + np.arange(300) * np.timedelta64(5, "m")
    profile = compute_modal_day(
        build_grid(GlucoseSeries.from_utc(utc, [100] * 300, zone="Europe/Madrid")), bin_min=60.0
    )
    # The hour from 02:00 happens twice on that day of 25 hours.
    assert profile.count[2] == 24
    assert profile.count[3] == 12


@pytest.mark.parametrize(("bin_min", "percentiles"), [(7.0, (50.0,)), (0.0, (50.0,)), (5.0, (101.0,)), (5.0, ())])
def test_impossible_bins_and_percentiles_are_refused(
    bin_min: float, percentiles: tuple[float, ...], build: Builder
) -> None:
    with pytest.raises(DataError):
        compute_modal_day(build_grid(build([100.0] * 12)), bin_min=bin_min, percentiles=percentiles)
