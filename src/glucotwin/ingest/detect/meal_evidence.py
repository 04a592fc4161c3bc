"""What speaks for a meal about an hour ago that nobody logged, at every step."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl

from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.response import Response
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, SensorGrid, change, lagged
from glucotwin.metrics.array import FloatArray

BEFORE_STEPS, AFTER_STEPS = 16, 12
"""Steps of readings that the evidence needs before and after its own."""
TREATED_BELOW_MGDL: Final = 85.0
SHORTEST_EXERCISE_MIN: Final = 15.0
MODERATE_FRACTION: Final = 0.4
AFTER_EXERCISE: Final = timedelta(minutes=75)
NIGHT_START_MIN, NIGHT_END_MIN = 23 * 60 + 30, 5 * 60
"""Local minutes between which hardly anybody eats."""


def meal_evidence(
    timeline: Timeline, grid: SensorGrid, glucose_mgdl: FloatArray, response: Response
) -> Mapping[str, FloatArray]:
    """The evidence by name, each ``(steps,)`` and of the order of one.

    At a step, the meal is taken to have begun about 50 min before: the steepest rise is about now.
    """
    insulin, logged = np.cumsum(response.insulin_effect_mgdl), np.cumsum(response.carbs_g)
    bolus_mgdl = response.fall_mgdl_per_u * np.cumsum(response.bolus_u)
    highest = np.maximum.reduce([lagged(glucose_mgdl, -k) for k in range(13)])
    lowest_before = np.minimum.reduce([lagged(glucose_mgdl, k) for k in range(3, 13)])
    low = np.minimum.reduce([lagged(glucose_mgdl, k) for k in range(4, 16)])
    unexplained_g = (highest - lowest_before) / response.rise_mgdl_per_g - 1.2 * change(logged, -18, 24)
    minute = grid.minute_of_day
    return {
        "net rise": _log(change(glucose_mgdl, -12, 12), 10.0),
        "rise without insulin": _log(change(glucose_mgdl, -12, 12) + change(insulin, -12, 12), 10.0),
        "unexplained carbs": _log(unexplained_g, 10.0),
        "bend": np.clip(change(glucose_mgdl, -6, 2) - change(glucose_mgdl, -14, -6), -60.0, 100.0) / 30.0,
        "trend before": np.clip(change(glucose_mgdl, -15, -9), -60.0, 60.0) / 30.0,
        "trend after": np.clip(change(glucose_mgdl, 0, 12), -100.0, 100.0) / 30.0,
        "logged before": _log(change(logged, -30, -12), 8.0),
        "logged near": _log(change(logged, -12, 6), 8.0),
        "logged after": _log(change(logged, 6, 24), 8.0),
        "after a low": np.clip(TREATED_BELOW_MGDL - low, 0.0, 40.0) / 15.0,
        "insulin at work": np.clip(change(insulin, -12, 0) / 30.0, -2.0, 6.0),
        "exercise": _exercise(timeline, grid),
        "night": ((minute >= NIGHT_START_MIN) | (minute < NIGHT_END_MIN)).astype(np.float64),
        "level": (glucose_mgdl - 160.0) / 60.0,
        "bolus": _log(change(bolus_mgdl, -15, 3) - np.maximum(lagged(glucose_mgdl, 6) - 120.0, 0.0), 20.0),
        "later bolus": _log(change(bolus_mgdl, 3, 15) - np.maximum(glucose_mgdl - 120.0, 0.0), 20.0),
    }


def _log(values: FloatArray, scale: float) -> FloatArray:
    return np.log1p(np.maximum(values, 0.0) / scale)


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
