"""The modal day: percentiles of glucose by the time of the local clock."""

from dataclasses import dataclass

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.array import FloatArray, IntArray
from glucotwin.metrics.grid import GlucoseGrid

MODAL_DAY_PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModalDay:
    """Percentiles of glucose over days, per bin of the clock, unsmoothed.

    Attributes:
        bin_min: width of a bin in minutes.
        start_min: minute of the day at which each bin starts; only bins with data; shape (b,).
        count: grid points in each bin, shape (b,).
        percentiles: the percentiles, shape (p,).
        glucose_mgdl: values in mg/dL, shape (p, b).
    """

    bin_min: float
    start_min: FloatArray
    count: IntArray
    percentiles: tuple[float, ...]
    glucose_mgdl: FloatArray


def compute_modal_day(
    grid: GlucoseGrid, *, bin_min: float | None = None, percentiles: tuple[float, ...] = MODAL_DAY_PERCENTILES
) -> ModalDay:
    """Percentiles by clock bin, interpolated between order statistics (R's type 7).

    Args:
        grid: glucose on a regular grid; gaps up to 45 min are bridged there.
        bin_min: width of a bin in minutes, dividing a day; None takes the grid's step.
        percentiles: each within 0 to 100.

    Raises:
        DataError: ``bin_min`` does not divide a day, or a percentile is outside 0 to 100.
    """
    width_min = grid.interval_min if bin_min is None else bin_min
    _check_request(width_min, percentiles)
    known = ~np.isnan(grid.glucose_mgdl)
    label = np.floor_divide(grid.clock_min[known] % MINUTES_PER_DAY, width_min).astype(np.int64)
    glucose_mgdl = grid.glucose_mgdl[known]
    ascending = np.argsort(glucose_mgdl)
    # Sixteen bits are enough for the minutes of a day and sort by radix, which a full lexsort does not.
    ordered = glucose_mgdl[ascending][np.argsort(label[ascending].astype(np.int16), kind="stable")]
    count = np.bincount(label)
    bins = np.flatnonzero(count)
    count = count[bins]
    return ModalDay(
        bin_min=width_min,
        start_min=bins.astype(np.float64) * width_min,
        count=count.astype(np.int64),
        percentiles=percentiles,
        glucose_mgdl=np.stack([_quantile_of_groups(ordered, count, each / 100.0) for each in percentiles]),
    )


def _check_request(bin_min: float, percentiles: tuple[float, ...]) -> None:
    if bin_min <= 0.0 or MINUTES_PER_DAY % bin_min != 0.0:
        raise DataError(ErrorCode.INVALID_VALUE, f"Bins of {bin_min} minutes do not divide a day.")
    if not percentiles or min(percentiles) < 0.0 or max(percentiles) > 100.0:
        raise DataError(ErrorCode.INVALID_VALUE, f"The percentiles {percentiles} are not within 0 to 100.")


def _quantile_of_groups(ordered: FloatArray, count: IntArray, probability: float) -> FloatArray:
    """Type-7 quantile of consecutive sorted groups of the given sizes; shape (groups,)."""
    first = np.cumsum(count) - count
    position = (count - 1) * probability
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, count - 1)
    low, high = ordered[first + below], ordered[first + above]
    return low + (high - low) * (position - below)
