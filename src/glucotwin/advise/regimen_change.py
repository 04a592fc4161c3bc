"""Changes to how insulin is given and what meals are made of: split boluses, another insulin, protein, fat, fibre."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from glucotwin.advise.change import Change, with_nearest
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import as_utc, check_range
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.minimal_lived import MIXED_MEAL, check_product


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitBolus(Change):
    """Gives a share of the bolus at a time at once and the rest evenly over some minutes (a dual or extended bolus)."""

    at: datetime
    now_fraction: float
    over_min: float = 120.0

    @property
    def is_insulin(self) -> bool:
        """It does."""
        return True

    def apply(self, timeline: Timeline) -> Timeline:
        """Divides it; its size stays."""
        check_range("now_fraction", self.now_fraction, 0.0, 1.0)
        check_range("over_min", self.over_min, 1.0, 1440.0)
        total = pl.col("insulin_u") + pl.col("extended_u")
        later = 1.0 - self.now_fraction
        columns = [
            (total * self.now_fraction).alias("insulin_u"),
            (total * later).alias("extended_u"),
            pl.lit(self.over_min if later > 0.0 else 0.0).alias("extended_min"),
        ]
        return with_nearest(timeline, Bolus, "bolus", self.at, columns)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message(
            "change-split-bolus",
            percent=f"{100.0 * self.now_fraction:.0f}",
            minutes=plain_number(self.over_min),
            clock=clock_of(timeline, self.at),
        )

    def until(self) -> datetime | None:
        """The time of the bolus."""
        return as_utc(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProduct(Change):
    """Gives another mealtime insulin in place of the recorded one, in a window or throughout; the units stay.

    Only that in pump basal rates and boluses is changed; long-acting insulin is not.
    """

    product: str
    window: Window | None = None

    @property
    def is_insulin(self) -> bool:
        """It does."""
        return True

    @property
    def products(self) -> frozenset[str]:
        """The new one."""
        return frozenset({self.product})

    def apply(self, timeline: Timeline) -> Timeline:
        """Renames the insulin of every dose in the window; basal segments are split at its ends.

        Raises:
            ModelError: the fitted body has no depot for it.
            NotFoundError: there is no such product.
        """
        check_product(self.product)
        boluses, segments = timeline.frame(Bolus), timeline.frame(BasalSegment)
        inside = self._inside()
        renamed = boluses.with_columns(
            pl.when(inside).then(pl.lit(self.product)).otherwise(pl.col("product")).alias("product")
        )
        streams = {**timeline.streams, "bolus": renamed}
        if len(segments):
            streams["basal"] = self._basal(timeline, segments)
        return replace(timeline, streams=streams)

    def _inside(self) -> pl.Expr:
        if self.window is None:
            return pl.lit(True)
        return (pl.col("time") >= self.window.start) & (pl.col("time") < self.window.end)

    def _basal(self, timeline: Timeline, segments: pl.DataFrame) -> pl.DataFrame:
        if self.window is None:
            return segments.with_columns(pl.lit(self.product).alias("product"))
        end = segments["time"][-1] + timedelta(minutes=max(segments["duration_min"].to_list()))
        before = Window(start=min(segments["time"][0], self.window.start), end=self.window.start)
        after = Window(start=self.window.end, end=max(end, self.window.end))
        parts = [timeline.cut(one).frame(BasalSegment) for one in (before, self.window, after)]
        parts[1] = parts[1].with_columns(pl.lit(self.product).alias("product"))
        return pl.concat(parts)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message("change-product", product=self.product)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeComposition(Change):
    """Gives a meal other amounts of protein, fat and fibre; its carbohydrate stays, and what is None too."""

    at: datetime
    protein_g: float | None = None
    fat_g: float | None = None
    fibre_g: float | None = None

    @property
    def is_insulin(self) -> bool:
        """It does not."""
        return False

    @property
    def modules(self) -> frozenset[str]:
        """What protein, fat and fibre do, with the population's parameters."""
        return frozenset({MIXED_MEAL})

    def apply(self, timeline: Timeline) -> Timeline:
        """Sets them.

        Raises:
            DataError: none is given.
            NotFoundError: no meal is recorded within ten minutes.
        """
        given = {"protein_g": self.protein_g, "fat_g": self.fat_g, "fibre_g": self.fibre_g}
        known = {name: value for name, value in given.items() if value is not None}
        if not known:
            raise DataError(ErrorCode.INVALID_VALUE, "A meal's composition needs protein, fat or fibre.")
        for name, value in known.items():
            check_range(name, value, 0.0, 500.0)
        columns = [pl.lit(value).alias(name) for name, value in known.items()]
        return with_nearest(timeline, Meal, "meal", self.at, columns)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message(
            "change-composition",
            protein=_grams(self.protein_g),
            fat=_grams(self.fat_g),
            fibre=_grams(self.fibre_g),
            clock=clock_of(timeline, self.at),
        )

    def until(self) -> datetime | None:
        """The time of the meal."""
        return as_utc(self.at)


def clock_of(timeline: Timeline, at: datetime) -> str:
    """Local clock time of the person."""
    return as_utc(at).astimezone(timeline.person.zone_info).strftime("%H:%M")


def _grams(value: float | None) -> str:
    return "as-recorded" if value is None else plain_number(value)
