"""Compression lows: someone lies on the sensor, and for a while it reads too low.

A dip with steep flanks on both sides: within a quarter of an hour glucose falls by 20 mg/dL or more, stays there for 20
min to over an hour, and is back within a quarter of an hour. Published figures: lasts 45 (30 to 70) min and is 24 (10
to 48) mg/dL deep (Facchinetti 2016); about 3 % of readings at night (Baysal 2014, J Diabetes Sci Technol 8:1091). Every
dip of that shape is compared with what the person's own sensor does in the night, by the likelihood ratio of the dip
against none when changes follow an autoregression (a matched filter on whitened changes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from glucotwin.core.message import message
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.sensor_grid import FREQUENT_MIN, STEP_MIN, STEPS_PER_DAY, SensorGrid, sensor_grid
from glucotwin.metrics.array import BoolArray, FloatArray, IntArray

DURATIONS_MIN: Final = tuple(range(20, 85, 5))
FLANKS_MIN: Final = (5, 10, 15)
LEAD_STEPS: Final = 2
"""Steps of a dip's shape before the fall."""
DEPTH_MGDL: Final = (12.0, 100.0)
ORDER: Final = 4
SHRINKAGE: Final = 0.1
SMALLEST_SD_MGDL: Final = 1.5
"""Sensors that smooth their output change even less; such a record says little about its own noise."""
STEEP, GRADUAL = 0.65, 0.45
"""Shares of the whole fall in the first 15 min, and of the whole rise in the last 15 min: as under pressure, and as in
a low that comes and goes by itself."""
BACK_FRACTION: Final = 0.9
"""Of the depth, the levels on both sides differ by no more than this; by twice as much, it is no dip."""
CREEP_FRACTION: Final = 0.6
"""Of the depth, glucose falls by no more than this in the 15 min before the dip, and rises by no more after it."""
CERTAIN_RATIO: Final = 10.0
"""Signal-to-noise ratio at which the score is 1."""
TIE_BREAK: Final = 1e-3
"""Weight of the ratio beyond that, which decides between dips that are certain."""
THRESHOLD: Final = 0.43


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fits:
    """At each step, the dip beginning there that fits best."""

    ratio: FloatArray
    steps: IntArray
    depth_mgdl: FloatArray


def find_compression_lows(timeline: Timeline, *, at_least: float = THRESHOLD) -> tuple[Detection, ...]:
    """Dips at night that look like pressure on the sensor; needs a day of readings every five minutes.

    Args:
        timeline: a person's data.
        at_least: smallest score.
    """
    grid = sensor_grid(timeline)
    if grid is None or grid.steps < STEPS_PER_DAY or grid.interval_min > FREQUENT_MIN:
        return ()
    fits = _fits(grid)
    return tuple(
        Detection(
            kind=DetectionKind.COMPRESSION_LOW,
            start=grid.time(first),
            end=grid.time(last),
            score=min(1.0, float(fits.ratio[first]) / CERTAIN_RATIO),
            text=message(
                "detect-compression-low",
                depth=f"{fits.depth_mgdl[first]:.0f}",
                minutes=str((last - first) * STEP_MIN),
            ),
        )
        for first, last in _apart(fits, CERTAIN_RATIO * at_least)
    )


def without_compression(grid: SensorGrid, lows: tuple[Detection, ...]) -> FloatArray:
    """Glucose with a line in the place of each dip."""
    glucose = grid.glucose_mgdl.copy()
    for low in lows:
        first = max(0, round((low.start - grid.start) / timedelta(minutes=STEP_MIN)) - 1)
        last = min(grid.steps - 1, round((low.end - grid.start) / timedelta(minutes=STEP_MIN)) + 2)
        glucose[first : last + 1] = np.linspace(glucose[first], glucose[last], last - first + 1)
    return glucose


def _apart(fits: _Fits, smallest_ratio: float) -> Iterator[tuple[int, int]]:
    """First and last step of the best dips that do not overlap, best first."""
    free = np.ones(fits.ratio.size, dtype=bool)
    order = np.argsort(-fits.ratio, kind="stable")
    for step in order[: int((fits.ratio >= smallest_ratio).sum())]:
        first, last = int(step), int(step + fits.steps[step])
        if free[first : last + 1].all():
            free[max(0, first - LEAD_STEPS) : last + LEAD_STEPS + 1] = False
            yield first, last


def _fits(grid: SensorGrid) -> _Fits:
    changes = np.diff(grid.glucose_mgdl, prepend=grid.glucose_mgdl[0])
    whitening = np.concatenate([[1.0], -_autoregression(changes)])
    innovations = np.convolve(changes, whitening)[: grid.steps]
    sd = max(SMALLEST_SD_MGDL, _sd(innovations[grid.is_night & grid.known]))
    ratio, depth = np.zeros(grid.steps), np.zeros(grid.steps)
    steps = np.zeros(grid.steps, dtype=np.int64)
    for duration, dip in _dips():
        shape = np.convolve(np.diff(dip, prepend=0.0), whitening)
        power = float(np.sum(shape**2))
        deep = np.correlate(innovations, shape, mode="valid") / power
        own = deep * np.sqrt(power) / sd
        start = np.arange(deep.size) + LEAD_STEPS
        better = (deep >= DEPTH_MGDL[0]) & (deep <= DEPTH_MGDL[1]) & (own > ratio[start]) & grid.is_night[start]
        start, deep, own = start[better], deep[better], own[better]
        own = (np.minimum(own, CERTAIN_RATIO) + TIE_BREAK * own) * _likeness(
            grid.glucose_mgdl, start, start + duration // STEP_MIN, deep
        )
        better = own > ratio[start]
        at = start[better]
        ratio[at], depth[at], steps[at] = own[better], deep[better], duration // STEP_MIN
    return _Fits(ratio=np.where(_known_throughout(grid, steps), ratio, 0.0), steps=steps, depth_mgdl=depth)


def _sd(innovations: FloatArray) -> float:
    """Their standard deviation by the quantile that tells most of a sensor's usual unrest and little of its dips."""
    return float(np.quantile(np.abs(innovations), 0.9)) / 1.645 if innovations.size else 0.0


def _likeness(glucose_mgdl: FloatArray, start: IntArray, end: IntArray, depth_mgdl: FloatArray) -> FloatArray:
    """How much dips look like pressure, 0 to 1: steep and sudden on both sides, and back to where they came from."""

    def level(step: IntArray) -> FloatArray:
        return glucose_mgdl[np.clip(step, 0, glucose_mgdl.size - 1)]

    fall = level(start) - np.minimum(level(start + 2), level(start + 3))
    rise = np.maximum(level(end), level(end + 1)) - np.minimum(level(end - 3), level(end - 2))
    lowest = np.minimum.reduce([level(start + k) for k in range(int(np.max(end - start, initial=0)) + 1)])
    down, up = np.maximum(level(start) - lowest, depth_mgdl), np.maximum(level(end) - lowest, depth_mgdl)
    steep = np.clip((np.minimum(fall / down, rise / up) - GRADUAL) / (STEEP - GRADUAL), 0.0, 1.0)
    apart = np.abs(level(end + 1) - level(start))
    back = np.clip(2.0 - apart / (BACK_FRACTION * depth_mgdl), 0.0, 1.0)
    creep = np.maximum(level(start - 3) - level(start), level(end + 4) - level(end + 1))
    sudden = np.clip(2.0 - creep / (CREEP_FRACTION * depth_mgdl), 0.0, 1.0)
    return steep * back * sudden


def _known_throughout(grid: SensorGrid, steps: IntArray) -> BoolArray:
    """Whether there are readings from shortly before each dip to shortly after it."""
    missing = np.concatenate([[0], np.cumsum(~grid.known)])
    first = np.clip(np.arange(grid.steps) - LEAD_STEPS, 0, grid.steps)
    last = np.clip(np.arange(grid.steps) + steps + LEAD_STEPS + 1, 0, grid.steps)
    return missing[first] == missing[last]


def _dips() -> Iterator[tuple[int, FloatArray]]:
    """Dips of unit depth: their duration in minutes, and glucose less its level from two steps before the fall."""
    for duration in DURATIONS_MIN:
        minutes = np.arange(-LEAD_STEPS * STEP_MIN, duration + 3 * STEP_MIN, STEP_MIN, dtype=np.float64)
        for fall in FLANKS_MIN:
            for rise in FLANKS_MIN:
                if fall + rise <= duration:
                    yield duration, -np.clip(np.minimum(minutes / fall, (duration - minutes) / rise), 0.0, 1.0)


def _autoregression(changes: FloatArray) -> FloatArray:
    """Coefficients by which the next change follows from the last ones, from stretches without large changes."""
    usual = np.abs(changes) < 4.0 * max(1.0, 1.4826 * float(np.median(np.abs(changes))))
    before = sliding_window_view(changes[:-1], ORDER)[:, ::-1]
    good = usual[ORDER:] & sliding_window_view(usual[:-1], ORDER).all(axis=1)
    rows, target = before[good], changes[ORDER:][good]
    scale = max(1.0, float(np.mean(rows**2)) if rows.size else 1.0)
    ridge = SHRINKAGE * max(1, len(rows)) * min(1.0, scale) * np.eye(ORDER)
    return np.asarray(np.linalg.solve(rows.T @ rows + ridge, rows.T @ target), dtype=np.float64)
