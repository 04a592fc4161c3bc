"""Readings on a regular time grid: what lagged differences, episodes and the modal day are computed on."""

from dataclasses import dataclass

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.array import BoolArray, FloatArray, IntArray
from glucotwin.metrics.series import GlucoseSeries

MAX_INTERPOLATED_GAP_MIN = 45.0
"""Longest gap that is bridged by a straight line (2023 consensus practice, as iglu 4.3)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GlucoseGrid:
    """Glucose every ``interval_min`` minutes over the whole days of a series.

    Attributes:
        interval_min: step in minutes.
        time_min: elapsed minutes, multiples of the step; the first is one step after midnight; shape (k,).
        clock_min: local clock minutes, shape (k,).
        glucose_mgdl: interpolated values, nan where unknown, shape (k,).
    """

    interval_min: float
    time_min: FloatArray
    clock_min: FloatArray
    glucose_mgdl: FloatArray

    @property
    def day(self) -> IntArray:
        """Number of the local day of each point, from 0; a day runs from after 00:00 to 24:00 inclusive; shape (k,)."""
        return np.ceil(self.clock_min / MINUTES_PER_DAY).astype(np.int64) - 1

    @property
    def known_day_count(self) -> float:
        """Days' worth of points that hold a value."""
        return np.count_nonzero(~np.isnan(self.glucose_mgdl)) * self.interval_min / MINUTES_PER_DAY


def build_grid(
    series: GlucoseSeries, *, interval_min: float | None = None, max_gap_min: float = MAX_INTERPOLATED_GAP_MIN
) -> GlucoseGrid:
    """The series interpolated linearly onto a regular grid.

    Points before the first reading, after the last, and strictly inside gaps longer than ``max_gap_min`` are nan.

    Args:
        series: the readings.
        interval_min: step in minutes; None takes the sensor's own.
        max_gap_min: longest gap between two readings that is interpolated, in minutes.
    """
    step_min = series.interval_min if interval_min is None else interval_min
    day_count = np.ceil(max(series.time_min[-1], 1.0) / MINUTES_PER_DAY)
    time_min = np.arange(1, int(day_count * MINUTES_PER_DAY // step_min) + 1, dtype=np.float64) * step_min
    glucose_mgdl = np.interp(time_min, series.time_min, series.glucose_mgdl, left=np.nan, right=np.nan)
    glucose_mgdl[_is_inside_gap(time_min, series.time_min, max_gap_min)] = np.nan
    return GlucoseGrid(
        interval_min=step_min,
        time_min=time_min,
        clock_min=time_min + _clock_offset_min(series, time_min),
        glucose_mgdl=glucose_mgdl,
    )


def lagged_difference(grid: GlucoseGrid, lag_min: float) -> FloatArray:
    """Changes in mg/dL over ``lag_min`` minutes, between all pairs of known points."""
    lag = max(1, round(lag_min / grid.interval_min))
    difference = grid.glucose_mgdl[lag:] - grid.glucose_mgdl[:-lag]
    return difference[~np.isnan(difference)]


def _is_inside_gap(time_min: FloatArray, reading_min: FloatArray, max_gap_min: float) -> BoolArray:
    is_gap = np.diff(reading_min) > max_gap_min
    first = np.searchsorted(time_min, reading_min[:-1][is_gap], side="right")
    stop = np.searchsorted(time_min, reading_min[1:][is_gap], side="left")
    depth = np.zeros(time_min.size + 1, np.int64)
    np.add.at(depth, first, 1)
    np.add.at(depth, stop, -1)
    return np.cumsum(depth)[:-1] > 0


def _clock_offset_min(series: GlucoseSeries, time_min: FloatArray) -> FloatArray:
    offset_min = np.round(series.clock_min - series.time_min, 6)
    latest = np.searchsorted(series.time_min, time_min, side="right") - 1
    return offset_min[np.maximum(latest, 0)]
