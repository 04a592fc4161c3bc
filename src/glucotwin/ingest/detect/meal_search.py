"""Looks back for meals that are not logged, where most speaks for them."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.compression_low import find_compression_lows, without_compression
from glucotwin.ingest.detect.meal_feature import meal_features
from glucotwin.ingest.detect.response import Response, response_of
from glucotwin.ingest.detect.sensor_grid import STEPS_PER_DAY, SensorGrid, best_apart, sensor_grid
from glucotwin.ingest.detect.tree import read_forest
from glucotwin.metrics.array import BoolArray, FloatArray

LOGGED_TREES: Final = "meal_logged.json"
UNLOGGED_TREES: Final = "meal_unlogged.json"
LONGEST_INTERVAL_MIN: Final = 16.0
BEFORE_STEPS, AFTER_STEPS = 12, 24
KNOWN_SHARE: Final = 0.7
"""Of the hour before and the two hours after, so much must be known."""
SMOOTHED_STEPS: Final = 7
PART_STEPS: Final = 90 * STEPS_PER_DAY
MARGIN_STEPS: Final = STEPS_PER_DAY
"""Beyond what features look at on either side."""
RISES_FOR_STEPS: Final = 24
LASTS: Final = timedelta(minutes=120)
APART_STEPS: Final = 24
SMALLEST_SCORE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedMeal:
    """A meal that was probably eaten.

    Attributes:
        start, end: its probable beginning, and two hours later.
        score: the probability that one began within a quarter of an hour of the start, over half an hour.
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


def search_meals(timeline: Timeline, *, at_least: float) -> tuple[SearchedMeal, ...]:
    """Meals that the trees speak for, at least two hours apart, in time order.

    Args:
        timeline: a person's data, with at least a day of readings every quarter of an hour.
        at_least: smallest score.
    """
    grid = sensor_grid(timeline)
    if grid is None or grid.steps < STEPS_PER_DAY or grid.interval_min > LONGEST_INTERVAL_MIN:
        return ()
    glucose = without_compression(grid, find_compression_lows(timeline))
    response = response_of(timeline, grid, glucose)
    score = smoothed(_probability(timeline, grid, glucose, response))
    steps = sorted(best_apart(score, at_least=max(at_least, SMALLEST_SCORE), steps=APART_STEPS))
    return tuple(_meal(grid, step, float(score[step]), glucose, response) for step in steps)


def _probability(timeline: Timeline, grid: SensorGrid, glucose_mgdl: FloatArray, response: Response) -> FloatArray:
    """The probability at each step; by parts, since a wrong year can make a grid long and empty."""
    forest = read_forest(LOGGED_TREES if response.habit.logs_meals else UNLOGGED_TREES)
    result = np.zeros(grid.steps)
    for first in range(0, grid.steps, PART_STEPS):
        last = min(first + PART_STEPS, grid.steps)
        begin, end = max(0, first - MARGIN_STEPS), min(last + MARGIN_STEPS, grid.steps)
        part = grid.between(begin, end)
        if part.known.any():
            here = response.between(begin, end)
            features = meal_features(timeline, part, glucose_mgdl[begin:end], here, ahead=True)
            result[first:last] = forest.probability(features, judged(part))[first - begin : last - begin]
    return result


def judged(grid: SensorGrid) -> BoolArray:
    """Steps with enough readings around them to be judged."""
    return grid.known & (grid.known_share(BEFORE_STEPS, AFTER_STEPS) >= KNOWN_SHARE)


def smoothed(probability: FloatArray) -> FloatArray:
    """The mean over half an hour: a meal's beginning is known no better."""
    return np.convolve(probability, np.full(SMOOTHED_STEPS, 1.0 / SMOOTHED_STEPS), mode="same")


def _meal(grid: SensorGrid, step: int, score: float, glucose_mgdl: FloatArray, response: Response) -> SearchedMeal:
    start = grid.time(step)
    rise = float(
        glucose_mgdl[step : step + RISES_FOR_STEPS + 1].max() - glucose_mgdl[max(0, step - 3) : step + 4].min()
    )
    return SearchedMeal(
        start=start,
        end=start + LASTS,
        score=score,
        rise_mgdl=rise,
        least_g=5 * max(1, math.floor(rise / response.habit.rise_mgdl_per_g / 5.0)),
        logs_meals=response.habit.logs_meals,
    )
