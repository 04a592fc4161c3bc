"""What habits would do for this person: walks, other meals and earlier boluses on their own days, ranked by effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl
from typing_extensions import TypedDict

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.change import Change, ScaleBolus, ScaleMeal
from glucotwin.advise.own_days import SAME_MEAL
from glucotwin.advise.regimen_change import ChangeComposition
from glucotwin.advise.replay import replay_what_ifs
from glucotwin.advise.timing_change import ShiftMealBoluses
from glucotwin.advise.what_if import Outcome, OutcomeJson, WhatIf
from glucotwin.core.json_value import Instant
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.twin import Twin

WALK_MIN, WALK_INTENSITY, WALK_AFTER = 20.0, 0.35, timedelta(minutes=30)
"""A brisk walk after eating (about 35 % of maximal oxygen uptake, Garber 2011, Med Sci Sports Exerc 43:1334: light)."""

SMALLER = 0.7
FIBRE_G, PROTEIN_G = 10.0, 25.0
EARLIER_MIN = -15.0
LEAST_MEAL_G = 15.0
LOW_WEIGHT = 1.0

PARTS = {"breakfast": (5, 11), "lunch": (11, 16), "dinner": (16, 23)}
"""Local hours in which a meal counts as such."""


class HabitKind(StrEnum):
    """What is done otherwise."""

    WALK = "walk"
    SMALLER = "smaller"
    FIBRE = "fibre"
    EARLIER_BOLUS = "earlier-bolus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """Something to do every day.

    Attributes:
        kind: what.
        part: at which meal; empty for all.
    """

    kind: HabitKind
    part: str = ""

    @property
    def is_insulin(self) -> bool:
        """Whether doses change."""
        return self.kind in (HabitKind.SMALLER, HabitKind.EARLIER_BOLUS)


class RankedHabitJson(TypedDict):
    """A habit with what it would have done."""

    kind: HabitKind
    part: str
    days: int
    value: float
    outcomes: list[OutcomeJson]
    cautions: list[str]


class LifestyleJson(TypedDict):
    """Habits, the one that does most first."""

    start: Instant
    end: Instant
    habits: list[RankedHabitJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedHabit:
    """A habit with what it would have done.

    Attributes:
        habit: what.
        occasions: how many meals it was done at.
        outcomes: time in ranges as it was, with it, and the difference.
        cautions: message keys.
    """

    habit: Habit
    occasions: int
    outcomes: tuple[Outcome, ...]
    cautions: tuple[str, ...]

    @property
    def value(self) -> float:
        """Expected gain in percent of time, lows weighed twice."""
        found = {one.name: one.difference.expected or 0.0 for one in self.outcomes}
        return found["time_in_range_pct"] - LOW_WEIGHT * found["time_below_70_pct"]

    def to_json(self) -> RankedHabitJson:
        """As JSON values."""
        return {
            "kind": self.habit.kind,
            "part": self.habit.part,
            "days": self.occasions,
            "value": round(self.value, 2),
            "outcomes": [one.to_json() for one in self.outcomes],
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifestyle:
    """Habits over some days, the one that does most first."""

    window: Window
    habits: tuple[RankedHabit, ...]

    def to_json(self) -> LifestyleJson:
        """As JSON values."""
        return {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "habits": [one.to_json() for one in self.habits],
        }


def rank_habits(twin: Twin, timeline: Timeline, *, window: Window, insulin: bool) -> Lifestyle:
    """What each habit would have done over some days, ranked by its effect.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the days, at most 14.
        insulin: whether habits that change doses are looked at.

    Raises:
        DataError: the days cannot be replayed.
    """
    asked = {one: changes for one, changes in _changes(timeline, window).items() if insulin or not one.is_insulin}
    found: list[RankedHabit] = []
    for habit, changes in asked.items():
        # One at a time: together their replays would need the memory of all.
        (answer,) = replay_what_ifs(twin, timeline, window=window, alternatives=(changes,))
        found.append(_ranked(habit, changes, answer))
    return Lifestyle(window=window, habits=tuple(sorted(found, key=lambda one: -one.value)))


def _ranked(habit: Habit, changes: tuple[Change, ...], answer: WhatIf) -> RankedHabit:
    occasions = len({change.until() for change in changes}) if len(changes) > 1 else 1
    return RankedHabit(habit=habit, occasions=occasions, outcomes=answer.outcomes, cautions=answer.cautions)


def _changes(timeline: Timeline, window: Window) -> Mapping[Habit, tuple[Change, ...]]:
    """What each habit changes in the record; habits without an occasion are left out."""
    found: dict[Habit, tuple[Change, ...]] = {}
    for part, hours in PARTS.items():
        times = _meals(timeline, window, hours)
        if not times:
            continue
        walks = (
            AddExercise(at=time + WALK_AFTER, duration_min=WALK_MIN, intensity_fraction=WALK_INTENSITY)
            for time in times
        )
        found[Habit(kind=HabitKind.WALK, part=part)] = tuple(one for one in walks if one.at < window.end)
        found[Habit(kind=HabitKind.FIBRE, part=part)] = tuple(
            ChangeComposition(at=time, fibre_g=FIBRE_G, protein_g=PROTEIN_G) for time in times
        )
        found[Habit(kind=HabitKind.SMALLER, part=part)] = tuple(
            change for time in times for change in _smaller(timeline, time)
        )
    if _meals(timeline, window, (0, 24)) and len(timeline.cut(window).frame(Bolus)):
        found[Habit(kind=HabitKind.EARLIER_BOLUS)] = (ShiftMealBoluses(minutes=EARLIER_MIN),)
    return {habit: changes for habit, changes in found.items() if changes}


def _meals(timeline: Timeline, window: Window, hours: tuple[int, int]) -> list[datetime]:
    """Times of the largest meal of each day in some local hours."""
    local = pl.col("time").dt.convert_time_zone(timeline.person.zone)
    meals = timeline.cut(window).frame(Meal).filter(pl.col("carbs_g") >= LEAST_MEAL_G)
    inside = meals.filter(local.dt.hour().is_between(*hours, closed="left"))
    largest = (
        inside.sort("carbs_g", descending=True).group_by(local.dt.date().alias("day"), maintain_order=True).first()
    )
    return sorted(largest["time"].to_list())


def _smaller(timeline: Timeline, time: datetime) -> list[Change]:
    """A smaller meal, with its dose smaller by as much."""
    doses = timeline.frame(Bolus)["time"].to_list()
    nearest = min(doses, key=lambda dose: abs(dose - time), default=None)
    food: list[Change] = [ScaleMeal(at=time, factor=SMALLER)]
    if nearest is not None and abs(nearest - time) <= SAME_MEAL:
        food.append(ScaleBolus(at=nearest, factor=SMALLER))
    return food
