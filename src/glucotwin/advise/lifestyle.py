"""What habits would do for this person: walks, other meals and earlier boluses on their own days, ranked by effect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl
from typing_extensions import TypedDict

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.change import Change, ScaleBolus, ScaleMeal
from glucotwin.advise.own_days import SAME_MEAL, meals_with_dose, rapid_doses
from glucotwin.advise.regimen_change import ChangeComposition
from glucotwin.advise.replay import replay_what_ifs
from glucotwin.advise.timing_change import ShiftMealBoluses
from glucotwin.advise.what_if import Outcome, OutcomeJson
from glucotwin.core.json_value import Instant
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.insulin import Bolus, PenDose
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedHabit:
    """A habit as changes of a record.

    Attributes:
        habit: what is done.
        occasions: how many meals it is done at.
        changes: of the record; one may stand for many occasions.
    """

    habit: Habit
    occasions: int
    changes: tuple[Change, ...]


class RankedHabitJson(TypedDict):
    """A habit with what it would have done."""

    kind: HabitKind
    part: str
    occasions: int
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
            "occasions": self.occasions,
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


def rank_habits(
    twin: Twin, timeline: Timeline, *, window: Window, insulin: bool, progress: ProgressCallback = silent
) -> Lifestyle:
    """What each habit would have done over some days, ranked by its effect.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the days, at most 14.
        insulin: whether habits that change doses are looked at.
        progress: told as the work goes on.

    Raises:
        DataError: the days cannot be replayed.
    """
    asked = [one for one in tried_habits(timeline, window) if insulin or not one.habit.is_insulin]
    found: list[RankedHabit] = []
    for number, tried in enumerate(asked, start=1):
        progress(message("lifestyle-progress-habit", number=number, count=len(asked)), (number - 1) / len(asked))
        # One at a time: together their replays would need the memory of all.
        (answer,) = replay_what_ifs(twin, timeline, window=window, alternatives=(tried.changes,))
        found.append(
            RankedHabit(
                habit=tried.habit, occasions=tried.occasions, outcomes=answer.outcomes, cautions=answer.cautions
            )
        )
    return Lifestyle(window=window, habits=tuple(sorted(found, key=lambda one: -one.value)))


def tried_habits(timeline: Timeline, window: Window) -> tuple[TriedHabit, ...]:
    """What each habit changes in the record; habits without an occasion are left out.

    Args:
        timeline: the person's data.
        window: the days.
    """
    found: list[TriedHabit] = []
    for part, hours in PARTS.items():
        times = _meals(timeline, window, hours)
        changes = {
            HabitKind.WALK: [_walk(time) for time in times if time + WALK_AFTER < window.end],
            HabitKind.FIBRE: [(ChangeComposition(at=one, fibre_g=FIBRE_G, protein_g=PROTEIN_G),) for one in times],
            HabitKind.SMALLER: [change for time in times if (change := _smaller(timeline, time))],
        }
        found += [_tried(Habit(kind=kind, part=part), own) for kind, own in changes.items()]
    found.append(_earlier(timeline, window))
    return tuple(one for one in found if one.occasions)


def _tried(habit: Habit, changes: Sequence[tuple[Change, ...]]) -> TriedHabit:
    """A habit from the changes of each occasion."""
    return TriedHabit(habit=habit, occasions=len(changes), changes=tuple(one for each in changes for one in each))


def _earlier(timeline: Timeline, window: Window) -> TriedHabit:
    """Boluses before their meals; injections of pens cannot be moved in a replay."""
    boluses = replace(timeline, streams={**timeline.streams, "pen": timeline.frame(PenDose).clear()})
    return TriedHabit(
        habit=Habit(kind=HabitKind.EARLIER_BOLUS),
        occasions=len(meals_with_dose(boluses, window)),
        changes=(ShiftMealBoluses(minutes=EARLIER_MIN),),
    )


def _walk(time: datetime) -> tuple[Change, ...]:
    walk = AddExercise(at=time + WALK_AFTER, duration_min=WALK_MIN, intensity_fraction=WALK_INTENSITY)
    return (walk,)


def _meals(timeline: Timeline, window: Window, hours: tuple[int, int]) -> list[datetime]:
    """Times of the largest meal of each day in some local hours."""
    local = pl.col("time").dt.convert_time_zone(timeline.person.zone)
    meals = timeline.cut(window).frame(Meal).filter(pl.col("carbs_g") >= LEAST_MEAL_G)
    inside = meals.filter(local.dt.hour().is_between(*hours, closed="left"))
    largest = (
        inside.sort("carbs_g", descending=True).group_by(local.dt.date().alias("day"), maintain_order=True).first()
    )
    return sorted(largest["time"].to_list())


def _smaller(timeline: Timeline, time: datetime) -> tuple[Change, ...]:
    """A smaller meal, with its dose smaller by as much; nothing where the dose is a pen's, which no change scales."""
    food = ScaleMeal(at=time, factor=SMALLER)
    boluses = set(timeline.frame(Bolus)["time"].to_list())
    nearest = min(rapid_doses(timeline)["time"].to_list(), key=lambda dose: abs(dose - time), default=None)
    if nearest is None or abs(nearest - time) > SAME_MEAL:
        return (food,)
    return (food, ScaleBolus(at=nearest, factor=SMALLER)) if nearest in boluses else ()
