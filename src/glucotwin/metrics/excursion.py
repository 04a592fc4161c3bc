"""MAGE, the mean amplitude of glycaemic excursions, by two named algorithms."""

import numpy as np

from glucotwin.metrics.array import BoolArray, FloatArray, IntArray
from glucotwin.metrics.grid import GlucoseGrid, build_grid
from glucotwin.metrics.series import GlucoseSeries

MAGE_ALGORITHM = "moving-average-5-32"
"""Name to report with the value: other algorithms differ by up to half."""

MAGE_GRID_MIN = 5.0
SHORT_WINDOW = 5
LONG_WINDOW = 32
SPLIT_GAP_MIN = 180.0

_FEWEST_POINTS = 7
_SMALLEST_SD_MGDL = 1.0
_SMALLEST_DIFFERENCE_MGDL = 1e-9


def mage_moving_average_mgdl(series: GlucoseSeries, *, grid: GlucoseGrid | None = None) -> float:
    """MAGE in mg/dL by crossings of two moving averages (Fernandes 2022); nan when no excursion exceeds the SD.

    Readings are put on a 5-minute grid (gaps up to 45 min bridged) and split at gaps over 180 min. In each stretch,
    the averages over 5 and 32 points cross between a peak and a nadir; the turning points are read from glucose
    itself. Rises and falls of more than one SD of the stretch count; MAGE+ and MAGE- are averaged, stretches weighted
    by length.

    Args:
        series: the readings.
        grid: their 5-minute grid, when it exists already.
    """
    if grid is None or grid.interval_min != MAGE_GRID_MIN:
        grid = build_grid(series, interval_min=MAGE_GRID_MIN)
    amplitudes: list[float] = []
    durations_min: list[float] = []
    for first, stop in _stretches(grid):
        for amplitude in _stretch_amplitudes(grid.glucose_mgdl[first:stop]):
            amplitudes.append(amplitude)
            durations_min.append(float(grid.time_min[stop - 1] - grid.time_min[first]))
    return float(np.average(amplitudes, weights=durations_min)) if amplitudes else float("nan")


def mage_naive_mgdl(glucose_mgdl: FloatArray) -> float:
    """Mean distance from the mean among readings farther than one SD from it, in mg/dL; nan when there are none."""
    distance = np.abs(glucose_mgdl - glucose_mgdl.mean())
    far = distance[distance > glucose_mgdl.std(ddof=1)] if glucose_mgdl.size > 1 else distance[:0]
    return float(far.mean()) if far.size else float("nan")


def _stretches(grid: GlucoseGrid) -> list[tuple[int, int]]:
    """Index ranges between gaps over ``SPLIT_GAP_MIN``, each from a known point to a known point."""
    known = np.flatnonzero(~np.isnan(grid.glucose_mgdl))
    if known.size == 0:
        return []
    cut = np.flatnonzero(np.diff(known) * grid.interval_min > SPLIT_GAP_MIN)
    firsts = known[np.concatenate(([0], cut + 1))]
    lasts = known[np.concatenate((cut, [known.size - 1]))]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]


def _stretch_amplitudes(glucose_mgdl: FloatArray) -> list[float]:
    """MAGE+ and MAGE- of one stretch, those that exist."""
    known = glucose_mgdl[~np.isnan(glucose_mgdl)]
    if glucose_mgdl.size < _FEWEST_POINTS or known.size < 2:
        return []
    sd_mgdl = float(known.std(ddof=1))
    if sd_mgdl < _SMALLEST_SD_MGDL:
        return []
    turning = _turning_values(glucose_mgdl)
    heights = (measure_rises(turning, sd_mgdl), measure_rises(-turning, sd_mgdl))
    return [float(np.mean(height)) for height in heights if height]


def measure_rises(turning_mgdl: FloatArray, threshold_mgdl: float) -> list[float]:
    """Heights of the rises above ``threshold_mgdl``, each from its lowest point to its peak.

    A rise ends when the values have fallen from the peak by more than the threshold, or with the last value.

    Args:
        turning_mgdl: peaks and nadirs in the order of time, shape (m,).
        threshold_mgdl: smallest change that counts.
    """
    heights: list[float] = []
    values = turning_mgdl.tolist()
    nadir, peak = values[0], None
    for value in values:
        if peak is None:
            nadir = min(nadir, value)
            peak = value if value - nadir > threshold_mgdl else None
        elif peak - value > threshold_mgdl:
            heights.append(peak - nadir)
            nadir, peak = value, None
        else:
            peak = max(peak, value)
    if peak is not None:
        heights.append(peak - nadir)
    return heights


def _turning_values(glucose_mgdl: FloatArray) -> FloatArray:
    """Peaks and nadirs: the extreme between the previous turning point and the crossing that ends each phase."""
    starts, is_rising = _phases(glucose_mgdl)
    ends = np.append(starts[1:], glucose_mgdl.size - 1)
    # Missing points lose against any value, whichever extreme is sought.
    for_peak, for_nadir = (np.where(np.isnan(glucose_mgdl), lost, glucose_mgdl) for lost in (-np.inf, np.inf))
    positions: list[int] = []
    position = 0
    for end, rising in zip(ends.tolist(), is_rising.tolist(), strict=True):
        stop = end + 1
        position += int(for_peak[position:stop].argmax() if rising else for_nadir[position:stop].argmin())
        positions.append(position)
    return glucose_mgdl[positions]


def _phases(glucose_mgdl: FloatArray) -> tuple[IntArray, BoolArray]:
    """Where the short average crosses the long one (and 0), and whether it is above from there on."""
    difference = _moving_average(glucose_mgdl, SHORT_WINDOW) - _moving_average(glucose_mgdl, LONG_WINDOW)
    is_defined = np.abs(difference) > _SMALLEST_DIFFERENCE_MGDL  # nan compares as undefined
    is_defined[0] = True
    index = np.flatnonzero(is_defined)
    is_above = difference[index] > 0.0
    keep = np.concatenate(([True], is_above[1:] != is_above[:-1]))
    return index[keep], is_above[keep]


def _moving_average(glucose_mgdl: FloatArray, window: int) -> FloatArray:
    """Mean of the known values among the last ``window`` points; before the first full window, that window's mean."""
    is_known = ~np.isnan(glucose_mgdl)
    total = np.cumsum(np.where(is_known, glucose_mgdl, 0.0))
    count = np.cumsum(is_known).astype(np.float64)
    total[window:] = total[window:] - total[:-window]
    count[window:] = count[window:] - count[:-window]
    average = np.divide(total, count, out=np.full(total.size, np.nan), where=count > 0.0)
    full = min(window, average.size) - 1
    average[:full] = average[full]
    return average
