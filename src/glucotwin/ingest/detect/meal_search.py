"""Looks for meals that are not logged, where the evidence for them is strongest."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.compression_low import find_compression_lows, without_compression
from glucotwin.ingest.detect.meal_evidence import AFTER_STEPS, BEFORE_STEPS, meal_evidence
from glucotwin.ingest.detect.meal_weight import CONSTANT
from glucotwin.ingest.detect.response import Response, response_of
from glucotwin.ingest.detect.sensor_grid import STEPS_PER_DAY, SensorGrid, best_apart, sensor_grid
from glucotwin.metrics.array import FloatArray

LONGEST_INTERVAL_MIN: Final = 16.0
SINCE_MEAL: Final = timedelta(minutes=55)
"""From the beginning of a meal to the step at which most speaks for it: the median over the virtual people."""
LASTS: Final = timedelta(minutes=120)
APART_STEPS: Final = 24
SMALLEST_SCORE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedMeal:
    """A meal that was probably eaten.

    Attributes:
        start, end: its probable beginning, and two hours later.
        score: the probability at the step where most speaks for it.
        rise_mgdl: how far glucose rose.
        least_g: carbohydrate that would lift glucose so far if no insulin worked against it.
        logs_meals: whether the person logs meals.
    """

    start: datetime
    end: datetime
    score: float
    rise_mgdl: float
    least_g: int
    logs_meals: bool


def search_meals(
    timeline: Timeline, *, logged: Mapping[str, float], unlogged: Mapping[str, float], at_least: float
) -> tuple[SearchedMeal, ...]:
    """Meals that the weights speak for, at least two hours apart, in time order.

    Args:
        timeline: a person's data, with at least a day of readings every quarter of an hour.
        logged: weights for a record with logged meals.
        unlogged: weights for one without.
        at_least: smallest score.
    """
    grid = sensor_grid(timeline)
    if grid is None or grid.steps < STEPS_PER_DAY or grid.interval_min > LONGEST_INTERVAL_MIN:
        return ()
    glucose = without_compression(grid, find_compression_lows(timeline))
    response = response_of(timeline, grid, glucose)
    score = probability(meal_evidence(timeline, grid, glucose, response), logged if response.logs_meals else unlogged)
    score = np.where(grid.known_between(BEFORE_STEPS, AFTER_STEPS), score, 0.0)
    steps = sorted(best_apart(score, at_least=max(at_least, SMALLEST_SCORE), steps=APART_STEPS))
    return tuple(_meal(grid, step, float(score[step]), glucose, response) for step in steps)


def probability(evidence: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """The probability of a meal at each step."""
    odds = weights[CONSTANT] + sum(weights.get(name, 0.0) * values for name, values in evidence.items())
    return 1.0 / (1.0 + np.exp(-np.asarray(odds, dtype=np.float64)))


def _meal(grid: SensorGrid, step: int, score: float, glucose_mgdl: FloatArray, response: Response) -> SearchedMeal:
    start = grid.time(step) - SINCE_MEAL
    rise = float(glucose_mgdl[step : step + AFTER_STEPS + 1].max() - glucose_mgdl[max(0, step - 12) : step + 1].min())
    return SearchedMeal(
        start=start,
        end=start + LASTS,
        score=score,
        rise_mgdl=rise,
        least_g=5 * max(1, math.floor(rise / response.rise_mgdl_per_g / 5.0)),
        logs_meals=response.logs_meals,
    )
