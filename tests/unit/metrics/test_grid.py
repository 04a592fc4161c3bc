from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.metrics.grid import build_grid, lagged_difference
from glucotwin.metrics.series import GlucoseSeries

Builder = Callable[..., GlucoseSeries]


def series_at(minutes: list[float], values: list[float], start: str = "2024-01-01") -> GlucoseSeries:
    offsets = (np.array(minutes) * 60e6).astype("timedelta64[us]")
    return GlucoseSeries.from_local(np.datetime64(start, "us") + offsets, values, interval_min=5.0)


def test_grid_covers_whole_days_from_one_step_after_midnight() -> None:
    grid = build_grid(series_at([600, 605], [100, 110]))
    assert grid.time_min[0] == 5.0
    assert grid.time_min[-1] == 1440.0
    assert np.flatnonzero(~np.isnan(grid.glucose_mgdl)).tolist() == [119, 120]


def test_values_between_readings_are_interpolated_linearly() -> None:
    grid = build_grid(series_at([602, 612], [100, 120]))
    assert grid.glucose_mgdl[grid.time_min == 605.0] == pytest.approx(106.0)
    assert grid.glucose_mgdl[grid.time_min == 610.0] == pytest.approx(116.0)


def test_gap_of_45_minutes_is_bridged_and_a_longer_one_is_not() -> None:
    bridged = build_grid(series_at([600, 645], [100, 190]))
    assert np.count_nonzero(~np.isnan(bridged.glucose_mgdl)) == 10
    open_gap = build_grid(series_at([600, 646, 650], [100, 190, 190]))
    known = open_gap.time_min[~np.isnan(open_gap.glucose_mgdl)]
    assert known.tolist() == [600.0, 650.0]


def test_other_interval_and_gap_can_be_asked_for() -> None:
    grid = build_grid(series_at([600, 660], [100, 160]), interval_min=15.0, max_gap_min=60.0)
    assert grid.glucose_mgdl[~np.isnan(grid.glucose_mgdl)].tolist() == [100, 115, 130, 145, 160]


def test_midnight_belongs_to_the_day_that_it_ends(build: Builder) -> None:
    grid = build_grid(build([100] * 300))
    assert grid.day[grid.time_min == 1440.0] == 0
    assert grid.day[grid.time_min == 1445.0] == 1
    assert grid.known_day_count == pytest.approx(300 * 5 / 1440)


def test_grid_runs_evenly_through_summer_time_while_its_clock_jumps() -> None:
    utc = np.datetime64("2024-03-30T23:00", "us") + np.arange(288) * np.timedelta64(5, "m")
    grid = build_grid(GlucoseSeries.from_utc(utc, [100] * 288, zone="Europe/Madrid"))
    assert set(np.diff(grid.time_min)) == {5.0}
    known = ~np.isnan(grid.glucose_mgdl)
    # 24 hours of data from local midnight end at 01:00 of the next day, because the first day has 23 hours.
    assert grid.clock_min[known][-1] == pytest.approx(1440 + 55)


def test_lagged_difference_pairs_only_known_points() -> None:
    grid = build_grid(series_at([600, 605, 610, 700, 705], [100, 103, 109, 150, 140]))
    assert lagged_difference(grid, 5.0).tolist() == pytest.approx([3.0, 6.0, -10.0])
    assert lagged_difference(grid, 90.0).tolist() == pytest.approx([41.0])
