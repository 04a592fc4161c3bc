"""What is known around every step of a sensor's grid that tells a meal nobody logged: the inputs of the trees.

Three totals are followed back and, for records, ahead: glucose; glucose freed of what insulin did to it (*pushed*);
and that less what the logged carbohydrate explains (*unexplained*), all by the person's own response. Beside them what
was logged, dosed and is still at work, lows before, exercise, the time of day, and the noise.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.response import CARBS_PEAK_MIN, INSULIN_PEAK_MIN, Response, bell, eaten_g
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, SensorGrid, change, lagged
from glucotwin.metrics.array import FloatArray

AHEAD_STEPS: Final = 36
"""How far ahead records are looked at; an alarm looks none ahead."""
_LAG_STEPS: Final = (-36, -24, -18, -12, -9, -6, -4, -3, -2, -1, 3, 6, 9, 12, 15, 18, 24, 30, 36)
_EDGE_STEPS: Final = (-36, -18, -9, -3, 0, 3, 9, 18, 30)
"""Between each two of them, the carbohydrate and insulin are added up."""
_SHAPE_STEPS: Final = (4, 6, 8, 11)
"""Ages of a meal at which its rise so far is compared with what is unexplained."""
_SHAPE_PEAKS_MIN: Final = (25.0, 45.0, 75.0)
_SHAPE_AHEAD_STEPS: Final = 30
_MEMORY: Final = 0.55
"""Correlation of neighbouring changes of a sensor, taken out before comparing."""
NIGHT_START_MIN, NIGHT_END_MIN = 23 * 60 + 30, 5 * 60
"""Local minutes between which hardly anybody eats; other hours are no feature, as people forget odd meals too."""
SHORTEST_EXERCISE_MIN: Final = 15.0
MODERATE_FRACTION: Final = 0.4
AFTER_EXERCISE: Final = timedelta(minutes=75)


def meal_features(
    timeline: Timeline, grid: SensorGrid, glucose_mgdl: FloatArray, response: Response, *, ahead: bool
) -> Mapping[str, FloatArray]:
    """The features by name, each ``(steps,)``.

    Args:
        timeline: a person's data.
        grid: of the sensor.
        glucose_mgdl: its glucose, freed of artefacts.
        response: the person's.
        ahead: whether to look up to three hours ahead, as for records. Otherwise each step knows only what was read
            and logged until then, and ``response`` is the caller's to keep as honest.
    """
    habit = response.habit
    pushed = np.diff(glucose_mgdl, prepend=glucose_mgdl[0]) + response.insulin_effect_mgdl - habit.drift_mgdl
    unexplained = pushed - habit.rise_mgdl_per_g * eaten_g(response.carbs_g)
    totals = {"glucose": glucose_mgdl, "pushed": np.cumsum(pushed), "unexplained": np.cumsum(unexplained)}
    inputs = {
        "logged g": np.cumsum(response.carbs_g),
        "dosed mg/dL": habit.fall_mgdl_per_u * np.cumsum(response.bolus_u),
    }
    minute = grid.minute_of_day
    fall, grams = habit.fall_mgdl_per_u, habit.rise_mgdl_per_g
    features = {
        **dict(_changes(totals, ahead=ahead)),
        **dict(_sums(inputs, ahead=ahead)),
        "glucose": glucose_mgdl,
        "night": ((minute >= NIGHT_START_MIN) | (minute < NIGHT_END_MIN)).astype(np.float64),
        "exercise": _exercise(timeline, grid),
        "noise": _recent_mean(np.abs(np.diff(glucose_mgdl, 2, prepend=[glucose_mgdl[0]] * 2)), 72),
        "lowest of 90 min": np.minimum.reduce([lagged(glucose_mgdl, k) for k in range(19)]),
        "insulin on board": fall * _left(response.bolus_u, INSULIN_PEAK_MIN),
        "carbs on board": grams * _left(response.carbs_g, CARBS_PEAK_MIN),
        "insulin at work": change(np.cumsum(response.insulin_effect_mgdl), -6, 0),
    }
    if ahead:
        return features | dict(_later(grid, response, glucose_mgdl, unexplained))
    return features | dict(_shapes_so_far(unexplained, grams))


def _changes(totals: Mapping[str, FloatArray], *, ahead: bool) -> Iterator[tuple[str, FloatArray]]:
    for name, total in totals.items():
        for lag in _LAG_STEPS:
            if ahead or lag < 0:
                yield f"{name} {lag * STEP_MIN:+d} min", change(total, 0, lag)


def _sums(totals: Mapping[str, FloatArray], *, ahead: bool) -> Iterator[tuple[str, FloatArray]]:
    for name, total in totals.items():
        for first, last in pairwise(_EDGE_STEPS):
            if ahead or last <= 0:
                yield f"{name} {first * STEP_MIN:+d} to {last * STEP_MIN:+d} min", change(total, first, last)


def _later(
    grid: SensorGrid, response: Response, glucose_mgdl: FloatArray, unexplained: FloatArray
) -> Iterator[tuple[str, FloatArray]]:
    """What only those know who look back: the dose and the log around, and the whole shape."""
    dosed = response.habit.fall_mgdl_per_u * np.cumsum(response.bolus_u)
    yield "dosed beyond correction", change(dosed, -4, 4) - np.maximum(glucose_mgdl - 120.0, 0.0)
    yield "lowest of the next hour", np.minimum.reduce([lagged(glucose_mgdl, -k) for k in range(13)])
    yield "logged g within 2 h", change(np.cumsum(response.carbs_g), -24, 24)
    free = _without_memory(unexplained)
    for peak in _SHAPE_PEAKS_MIN:
        shape = _without_memory(bell(peak, delay_min=5.0)[:_SHAPE_AHEAD_STEPS])
        fit = np.correlate(np.concatenate([free, np.zeros(shape.size)]), shape, mode="valid")[: free.size]
        yield f"shape of {peak:.0f} min", fit / np.sum(shape**2) / response.habit.rise_mgdl_per_g


def _shapes_so_far(unexplained: FloatArray, rise_mgdl_per_g: float) -> Iterator[tuple[str, FloatArray]]:
    """Grams of a meal that began so long ago and would explain what has happened since."""
    free = _without_memory(unexplained)
    for steps in _SHAPE_STEPS:
        shape = _without_memory(bell(_SHAPE_PEAKS_MIN[1], delay_min=5.0)[:steps])
        fit = np.convolve(free, shape[::-1])[: free.size]
        yield f"shape of the last {steps * STEP_MIN} min", fit / np.sum(shape**2) / rise_mgdl_per_g


def _without_memory(changes: FloatArray) -> FloatArray:
    return changes - _MEMORY * np.concatenate([[0.0], changes[:-1]])


def _recent_mean(values: FloatArray, steps: int) -> FloatArray:
    return np.convolve(values, np.full(steps, 1.0 / steps))[: values.size]


def _left(amounts: FloatArray, peak_min: float) -> FloatArray:
    """What of each amount has not acted yet."""
    shares = bell(peak_min, delay_min=0.0)
    return np.convolve(amounts, np.cumsum(shares[::-1])[::-1])[: amounts.size]


def _exercise(timeline: Timeline, grid: SensorGrid) -> FloatArray:
    """1 during logged exercise and for 75 min after it, when glucose may rise by itself; counted steps are none."""
    kind, intensity = pl.col("activity_type"), pl.col("intensity_fraction")
    sessions = timeline.frame(Activity).filter(
        (pl.col("duration_min") >= SHORTEST_EXERCISE_MIN)
        & ((kind != str(ActivityType.UNKNOWN)) | (intensity >= MODERATE_FRACTION).fill_null(value=False))
    )
    begin = grid.step(sessions["time"])
    length = sessions["duration_min"].to_numpy() + AFTER_EXERCISE.total_seconds() / 60.0
    exercise = np.zeros(grid.steps)
    for first, steps in zip(begin, np.ceil(length / STEP_MIN).astype(np.int64), strict=True):
        exercise[max(0, first) : max(0, first + steps + 1)] = 1.0
    return exercise
