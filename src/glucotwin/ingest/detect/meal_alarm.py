"""Alarms for meals that nobody logged, as they would have been raised: each knows only what was known at its time.

The person's habit is learnt anew at the end of every day from the two weeks before it; on the first day it is the usual
one. ``benchmarks/accuracy/detect.py`` says how many meals are told, how late, and how many alarms are false.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.meal_feature import meal_features
from glucotwin.ingest.detect.meal_search import LONGEST_INTERVAL_MIN
from glucotwin.ingest.detect.response import Habit, Inputs, answer, habit_of, inputs_of
from glucotwin.ingest.detect.sensor_grid import STEPS_PER_DAY, SensorGrid, sensor_grid
from glucotwin.ingest.detect.tree import read_forest
from glucotwin.metrics.array import BoolArray, FloatArray

ALARM_TREES: Final = "meal_alarm.json"
THRESHOLD: Final = 0.3
HABIT_STEPS: Final = 14 * STEPS_PER_DAY
LOOKED_BACK_STEPS: Final = 12 * 12
"""Insulin works for eight hours; features look back for three more."""
BEFORE_STEPS: Final = 12
KNOWN_SHARE: Final = 0.7
QUIET_STEPS: Final = 24
"""After an alarm, none for two hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MealAlarm:
    """An alarm: at this time, a meal of 30 g or more was probably begun within the last hour that is not logged."""

    time: datetime
    probability: float


def find_meal_alarms(timeline: Timeline, *, at_least: float = THRESHOLD) -> tuple[MealAlarm, ...]:
    """The alarms of a record in time order, at least two hours apart; the last one needs nothing after it.

    Args:
        timeline: a person's data up to now, with readings every quarter of an hour or more often.
        at_least: smallest probability.
    """
    grid = sensor_grid(timeline)
    if grid is None or grid.interval_min > LONGEST_INTERVAL_MIN:
        return ()
    probability = alarm_probability(timeline, grid)
    alarms: list[int] = []
    for step in np.flatnonzero(probability >= at_least):
        if not alarms or step - alarms[-1] >= QUIET_STEPS:
            alarms.append(int(step))
    return tuple(MealAlarm(time=grid.time(step), probability=float(probability[step])) for step in alarms)


def alarm_probability(timeline: Timeline, grid: SensorGrid) -> FloatArray:
    """At each step, the probability that an unlogged meal began within the last hour, from what was known then."""
    forest = read_forest(ALARM_TREES)
    probability = np.zeros(grid.steps)
    for first, features in known_features(timeline, grid):
        last = min(first + STEPS_PER_DAY, grid.steps)
        probability[first:last] = forest.probability(features, alarmed(grid)[first:last])
    return probability


def alarmed(grid: SensorGrid) -> BoolArray:
    """Steps with a reading of their own and enough before it."""
    return grid.read & (grid.known_share(BEFORE_STEPS, 0) >= KNOWN_SHARE)


def known_features(timeline: Timeline, grid: SensorGrid) -> Iterator[tuple[int, dict[str, FloatArray]]]:
    """The features of each day's steps and the first step of the day, from what was known at each step."""
    inputs = inputs_of(timeline, grid)
    for first in range(0, grid.steps, STEPS_PER_DAY):
        begin, end = max(0, first - LOOKED_BACK_STEPS), min(first + STEPS_PER_DAY, grid.steps)
        part = grid.between(begin, end)
        if not part.known.any():
            continue
        response = answer(inputs.between(begin, end), _habit(timeline, grid, inputs, first))
        features = meal_features(timeline, part, part.glucose_mgdl, response, ahead=False)
        yield first, {name: values[first - begin :] for name, values in features.items()}


def _habit(timeline: Timeline, grid: SensorGrid, inputs: Inputs, now: int) -> Habit:
    """The person's habit from the two weeks before a step; before any of them, from the first step alone."""
    first, last = max(0, now - HABIT_STEPS), max(1, now)
    part = grid.between(first, last)
    return habit_of(timeline.person, part, part.glucose_mgdl, inputs.between(first, last))
