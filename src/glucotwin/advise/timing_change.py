"""A change of habit: how long before or after eating insulin for meals is given."""

from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from glucotwin.advise.change import Change
from glucotwin.advise.dosing_plan import SAME_MEAL
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import check_range
from glucotwin.domain.timeline import Timeline

LARGEST_SHIFT_MIN = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftMealBoluses(Change):
    """Gives every bolus near a meal (within 45 min of one on record) earlier or later; negative minutes are earlier."""

    minutes: float

    @property
    def is_insulin(self) -> bool:
        """It does."""
        return True

    def apply(self, timeline: Timeline) -> Timeline:
        """Moves them; corrections stay where they are.

        Raises:
            DataError: no bolus is near a meal, or the minutes are beyond 120.
        """
        check_range("minutes", self.minutes, -LARGEST_SHIFT_MIN, LARGEST_SHIFT_MIN)
        boluses, meals = timeline.frame(Bolus), timeline.frame(Meal)
        near = _near(boluses["time"], meals["time"])
        if not near.any():
            raise DataError(
                ErrorCode.TOO_LITTLE_DATA, message("change-no-meal-bolus"), hint=message("change-no-meal-bolus-hint")
            )
        moved = pl.col("time") + timedelta(minutes=self.minutes)
        shifted = boluses.with_columns(pl.when(near).then(moved).otherwise(pl.col("time")).alias("time"))
        return replace(timeline, streams={**timeline.streams, "bolus": shifted.sort("time")})

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        direction = "earlier" if self.minutes < 0 else "later"
        return message("change-shift-meal-boluses", minutes=plain_number(abs(self.minutes)), direction=direction)


def _near(doses: pl.Series, meals: pl.Series) -> pl.Series:
    """Which doses have a meal within ``SAME_MEAL``; both sorted by time."""
    left = pl.DataFrame({"time": doses})
    right = pl.DataFrame({"time": meals, "eaten": meals})
    return left.join_asof(right, on="time", strategy="nearest", tolerance=SAME_MEAL)["eaten"].is_not_null()
