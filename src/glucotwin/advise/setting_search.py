"""The search for better settings: courses under single changes are added up, and plans found so are replayed in full.

For steps of a tenth the change of a course by several settings is nearly the sum of the changes by each. So each is
replayed alone, plans are searched among the sums, where one costs a tenth of a millisecond, and only what is found is
replayed. Nothing is advised that was not replayed itself.
"""

from dataclasses import dataclass

import numpy as np

from glucotwin.advise.setting_limit import SettingLimits
from glucotwin.advise.setting_space import FULL, HALF

LOW_MGDL, VERY_LOW_MGDL, HIGH_MGDL = 70.0, 54.0, 180.0

LOW_PENALTY, VERY_LOW_PENALTY = 3.0, 10.0
"""What a percent of time beyond the limits below 70 and 54 mg/dL costs in percent of time in range, beside its own."""

MOST_SWEEPS = 6
LEVELS = (-FULL, -HALF, 0, HALF, FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Time in ranges in percent, per draw.

    Attributes:
        in_range, low, very_low: between 70 and 180, below 70, and below 54 mg/dL, ``(draw,)``.
    """

    in_range: np.ndarray
    low: np.ndarray
    very_low: np.ndarray


def shares_of(glucose_mgdl: np.ndarray) -> Shares:
    """Time in ranges of courses with the axes draw, step."""
    low = glucose_mgdl < LOW_MGDL
    high = glucose_mgdl > HIGH_MGDL
    below = 100.0 * low.mean(axis=-1)
    return Shares(
        in_range=100.0 - below - 100.0 * high.mean(axis=-1),
        low=below,
        very_low=100.0 * (glucose_mgdl < VERY_LOW_MGDL).mean(axis=-1),
    )


def benefit(shares: Shares, low_weight: float) -> np.ndarray:
    """What a plan is worth in each draw, in percent of time."""
    return shares.in_range - low_weight * shares.low


def low_excess(after: Shares, today: Shares, limits: SettingLimits) -> np.ndarray:
    """By how much time below 70 mg/dL exceeds the limit in each draw, or today's where that is more."""
    return np.maximum(after.low - np.maximum(limits.below_70_pct, today.low), 0.0)


def very_low_excess(after: Shares, today: Shares, limits: SettingLimits) -> float:
    """By how much expected time below 54 mg/dL does."""
    return max(float(after.very_low.mean()) - max(limits.below_54_pct, float(today.very_low.mean())), 0.0)


def keeps_limits(after: Shares, today: Shares, limits: SettingLimits) -> bool:
    """Whether lows stay within the limits: below 70 mg/dL in enough draws, below 54 mg/dL as expected."""
    kept = float(np.mean(low_excess(after, today, limits) <= 0.0))
    return kept >= limits.chance and very_low_excess(after, today, limits) <= 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrogate:
    """Courses under single changes by the largest step, from which those of plans are added up.

    Attributes:
        today: under today's settings, ``(draw, step)``.
        down, up: change by each coordinate's step down and up, ``(coordinate, draw, step)``.
    """

    today: np.ndarray
    down: np.ndarray
    up: np.ndarray

    def moved(self, coordinate: int, level: int) -> np.ndarray:
        """The change by one coordinate at a level."""
        return abs(level) / FULL * (self.up if level > 0 else self.down)[coordinate]


def search(surrogate: Surrogate, allowed: np.ndarray, limits: SettingLimits, *, low_weight: float) -> np.ndarray:
    """Levels of the best plan, found coordinate by coordinate from no change at all.

    Args:
        surrogate: courses under single changes.
        allowed: which levels (``LEVELS``) each coordinate may take, ``(coordinate, level)``.
        limits: of lows, and the cost of a step.
        low_weight: what a percent below 70 mg/dL costs.
    """
    levels = np.zeros(len(allowed), dtype=int)
    course, today = surrogate.today.copy(), shares_of(surrogate.today)

    def score(glucose: np.ndarray, steps: int) -> float:
        after = shares_of(glucose)
        penalty = LOW_PENALTY * float(low_excess(after, today, limits).mean())
        penalty += VERY_LOW_PENALTY * very_low_excess(after, today, limits)
        return float(benefit(after, low_weight).mean()) - penalty - limits.step_cost_pct * steps

    best = score(course, 0)
    for _ in range(MOST_SWEEPS):
        before = levels.copy()
        for coordinate in range(len(allowed)):
            own = int(levels[coordinate])
            rest = course - surrogate.moved(coordinate, own) if own else course
            others = int(np.abs(levels).sum()) - abs(own)
            for level, may in zip(LEVELS, allowed[coordinate], strict=True):
                if level == own or not may:
                    continue
                tried = rest + surrogate.moved(coordinate, level)
                found = score(tried, others + abs(level))
                if found > best + 1e-9:
                    best, levels[coordinate], course = found, level, tried
        if np.array_equal(before, levels):
            break
    return levels
