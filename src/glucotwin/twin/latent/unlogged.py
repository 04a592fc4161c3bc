"""Meals that nobody logged: where the readings, one after the other, depart as they would after food.

The generalised likelihood ratio of a known shape in the residuals of a Kalman filter (Willsky and Jones, IEEE Trans
Autom Control 1976;21:108-12): the shape is what one gram does to the coming residuals of the person's own filter.
"""

from collections.abc import Iterator

import numpy as np

from glucotwin.twin.filter import VALUE
from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.latent.estimate import LatentKind
from glucotwin.twin.latent.layout import Layout
from glucotwin.twin.latent.solve import Solution, precision_of
from glucotwin.twin.objective import WARM_UP_STEPS

FOLLOWED_STEPS = 36
"""Three hours after a meal its mark is lost among others."""

LEAST_SCORE = 3.0
"""From so many standard errors on an amount is taken for a meal."""

LEAST_G = 15.0
APART_STEPS = 18

NEAR_LOGGED_STEPS = 9
"""A meal that seems unlogged is none so near to a logged one: there the logged carbohydrate is in doubt."""

KNOWN_SHARE = 0.7
"""Of the readings of the two hours after it; what a gap hides is no meal."""
KNOWN_STEPS = 24


def unlogged_steps(layout: Layout, solution: Solution, by_meal: np.ndarray) -> tuple[int, ...]:
    """Steps of the grid at which a meal probably began that is not on record, in time order.

    Args:
        layout: of the days, with the meals that are logged.
        solution: without unlogged meals.
        by_meal: slopes of the residuals along a gram at the first scored step of every block, axes block, time.
    """
    residual, variance, _ = solution.effect
    precision = solution.weight * precision_of(residual, variance, layout)
    shape = _shape(by_meal)
    known = np.asarray(layout.blocks.readings.kind) == VALUE
    steps = len(residual) * STEPS_PER_DAY
    # The scored hours of the blocks follow each other without a gap.
    in_row = [one[:, WARM_UP_STEPS:].reshape(steps) for one in (np.nan_to_num(residual), precision, known)]
    score, grams, share = _scores(in_row[0], in_row[1], in_row[2], shape)
    away = _away_from_logged(layout, steps)
    score[(grams < LEAST_G) | (share < KNOWN_SHARE) | ~away] = 0.0
    return tuple(sorted(WARM_UP_STEPS + step for step in _peaks(score)))


def _shape(slopes: np.ndarray) -> np.ndarray:
    """What one gram does to the coming residuals, in the middle of all days."""
    return -np.median(slopes[:, WARM_UP_STEPS : WARM_UP_STEPS + FOLLOWED_STEPS], axis=0)


def _scores(
    residual: np.ndarray, precision: np.ndarray, known: np.ndarray, shape: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For a meal at every step: standard errors from zero, grams, and the share of readings that are known after it."""
    length, after = residual.size, np.zeros(FOLLOWED_STEPS)
    pull = np.convolve(np.append(residual * precision, after), shape[::-1])[FOLLOWED_STEPS - 1 :][:length]
    information = np.convolve(np.append(precision, after), shape[::-1] ** 2)[FOLLOWED_STEPS - 1 :][:length]
    share = np.convolve(np.append(known, after), np.full(KNOWN_STEPS, 1.0 / KNOWN_STEPS))[KNOWN_STEPS - 1 :][:length]
    certain = np.maximum(information, 1e-12)
    return pull / np.sqrt(certain), pull / certain, share


def _away_from_logged(layout: Layout, steps: int) -> np.ndarray:
    away = np.ones(steps, dtype=bool)
    for place in layout.places:
        if place.kind is LatentKind.MEAL_CARBS:
            first, last = place.first - WARM_UP_STEPS - NEAR_LOGGED_STEPS, place.last - WARM_UP_STEPS
            away[max(0, first) : max(0, last + NEAR_LOGGED_STEPS)] = False
    return away


def _peaks(score: np.ndarray) -> Iterator[int]:
    """Steps of the highest scores, each some time from a higher one."""
    left = score.copy()
    while left.size and left.max() >= LEAST_SCORE:
        step = int(left.argmax())
        yield step
        left[max(0, step - APART_STEPS) : step + APART_STEPS + 1] = 0.0
