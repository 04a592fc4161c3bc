"""What meals hold besides carbohydrate where the record does not say: what is usual, instead of nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from glucotwin.advise.change import Change, nearest_row, with_nearest
from glucotwin.advise.regimen_change import clock_of
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.record import as_utc, check_range
from glucotwin.domain.timeline import Timeline
from glucotwin.physiology.minimal_lived import MIXED_MEAL
from glucotwin.scenario.habit import habit_constant

NUTRIENTS = ("protein_g", "fat_g", "fibre_g")


def with_usual_composition(timeline: Timeline) -> Timeline:
    """The record with protein, fat and fibre of every meal: as logged, or as usual for its carbohydrate.

    Usual amounts per gram of carbohydrate are those of ``scenario/data/habits.csv``. Fast carbohydrate holds nothing
    else.
    """
    frame = timeline.frame(Meal)
    share = pl.when(pl.col("absorption") == str(Absorption.FAST)).then(0.0).otherwise(pl.col("carbs_g"))
    usual = [pl.coalesce(name, share * habit_constant(f"{name}_per_g")).alias(name) for name in NUTRIENTS]
    return replace(timeline, streams={**timeline.streams, "meal": frame.with_columns(usual)})


def says_composition(timeline: Timeline) -> bool:
    """Whether every meal of the record tells its protein, fat and fibre."""
    frame = timeline.frame(Meal)
    return not any(frame[name].has_nulls() for name in NUTRIENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichMeal(Change):
    """Gives a meal at least so much fibre and protein; what it holds already stays.

    A meal whose composition is not on record is taken to hold nothing: see ``with_usual_composition``.
    """

    at: datetime
    fibre_g: float
    protein_g: float

    @property
    def is_insulin(self) -> bool:
        """It does not."""
        return False

    @property
    def modules(self) -> frozenset[str]:
        """What protein, fat and fibre do, with the population's parameters."""
        return frozenset({MIXED_MEAL})

    def apply(self, timeline: Timeline) -> Timeline:
        """Raises both to at least these.

        Raises:
            NotFoundError: no meal is recorded within ten minutes.
        """
        least = {"fibre_g": self.fibre_g, "protein_g": self.protein_g}
        for name, value in least.items():
            check_range(name, value, 0.0, 500.0)
        columns = [pl.max_horizontal(pl.col(name), pl.lit(value)).alias(name) for name, value in least.items()]
        return with_nearest(timeline, Meal, "meal", self.at, columns)

    def changes(self, timeline: Timeline) -> bool:
        """Whether the meal holds less as yet."""
        frame = timeline.frame(Meal)
        meal = frame.row(nearest_row(frame, "meal", self.at), named=True)
        return (meal["fibre_g"] or 0.0) < self.fibre_g or (meal["protein_g"] or 0.0) < self.protein_g

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message(
            "change-enrich-meal",
            protein=plain_number(self.protein_g),
            fibre=plain_number(self.fibre_g),
            clock=clock_of(timeline, self.at),
        )

    def until(self) -> datetime | None:
        """The time of the meal."""
        return as_utc(self.at)
