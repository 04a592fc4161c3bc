"""What habits would do for this person: walks, other meals and earlier boluses on their own days, ranked by effect."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import polars as pl
from typing_extensions import TypedDict

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.caution import BELOW_VALIDATED, LEAST_RELIABLE_BELOW_MGDL, cautions_of
from glucotwin.advise.change import Change, ScaleBolus, ScaleMeal
from glucotwin.advise.habit_replay import HabitRuns, replay_habits
from glucotwin.advise.own_days import SAME_MEAL, meals_with_dose, rapid_doses
from glucotwin.advise.replay import outcomes_of
from glucotwin.advise.replay_input import addition_of
from glucotwin.advise.setting_search import benefit, shares_of
from glucotwin.advise.timing_change import ShiftMealBoluses
from glucotwin.advise.usual_composition import EnrichMeal, says_composition, with_usual_composition
from glucotwin.advise.what_if import Outcome, OutcomeJson
from glucotwin.core.json_value import Instant
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.insulin import Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.intervention import Addition
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
        meals: times of the meals that it is done at.
        changes: of the record; one may stand for many meals.
    """

    habit: Habit
    meals: tuple[datetime, ...]
    changes: tuple[Change, ...]


class RankedHabitJson(TypedDict):
    """A habit with what it would have done."""

    kind: HabitKind
    part: str
    occasions: int
    meals: list[Instant]
    value: float
    certainty: float
    outcomes: list[OutcomeJson]
    cautions: list[str]


class LifestyleJson(TypedDict):
    """Habits, the one that does most first."""

    start: Instant
    end: Instant
    days: float
    habits: list[RankedHabitJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedHabit:
    """A habit with what it would have done.

    Attributes:
        habit: what.
        meals: times of the meals that it was done at.
        outcomes: time in ranges as it was, with it, and the difference.
        certainty: share of the draws in which the person fares better with it, 0-1.
        cautions: message keys.
    """

    habit: Habit
    meals: tuple[datetime, ...]
    outcomes: tuple[Outcome, ...]
    certainty: float
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
            "occasions": len(self.meals),
            "meals": [one.isoformat() for one in self.meals],
            "value": round(self.value, 2),
            "certainty": round(self.certainty, 3),
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
            "days": round(self.window.days, 2),
            "habits": [one.to_json() for one in self.habits],
        }


def rank_habits(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window,
    insulin: bool,
    kinds: Collection[HabitKind] = tuple(HabitKind),
    progress: ProgressCallback = silent,
) -> Lifestyle:
    """What each habit would have done over some days, ranked by its effect.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the days, at most 14.
        insulin: whether habits that change doses are looked at.
        kinds: which kinds of habits are.
        progress: told as the work goes on.

    Raises:
        DataError: the days cannot be replayed.
        SolverError: most draws run away.
    """
    whole = with_usual_composition(timeline)
    may = [one for one in tried_habits(whole, window) if insulin or not one.habit.is_insulin]
    asked = [one for one in may if one.habit.kind in kinds]
    alike: dict[Addition, list[TriedHabit]] = {}
    for tried in asked:
        alike.setdefault(addition_of(whole, tried.changes), []).append(tried)
    found: list[RankedHabit] = []
    for some in alike.values():
        told = message("lifestyle-progress-habit", number=len(found) + 1, count=len(asked))
        progress(told, len(found) / len(asked))
        runs = replay_habits(twin, whole, window=window, habits=[one.changes for one in some])
        found += [_ranked(twin, timeline, tried, runs, row) for row, tried in enumerate(some)]
    return Lifestyle(window=window, habits=tuple(sorted(found, key=lambda one: -one.value)))


def _ranked(twin: Twin, timeline: Timeline, tried: TriedHabit, runs: HabitRuns, row: int) -> RankedHabit:
    """A habit with what it did in each draw."""
    before, after = runs.judged(row)
    better = benefit(shares_of(after), LOW_WEIGHT) - benefit(shares_of(before), LOW_WEIGHT)
    return RankedHabit(
        habit=tried.habit,
        meals=tried.meals,
        outcomes=outcomes_of(before, after),
        certainty=float(np.mean(better > 0.0)),
        cautions=_cautions(twin, timeline, tried, runs.before, runs.after[row]),
    )


def _cautions(
    twin: Twin, timeline: Timeline, tried: TriedHabit, before: np.ndarray, after: np.ndarray
) -> tuple[str, ...]:
    """Message keys of what a reader must know of a habit."""
    known = cautions_of(twin, with_usual_composition(timeline), tried.changes, after=after, held=True)
    was_low, is_low = (np.median(one, axis=0) < LEAST_RELIABLE_BELOW_MGDL for one in (before, after))
    own = {
        "lifestyle-composition-assumed": tried.habit.kind is HabitKind.FIBRE and not says_composition(timeline),
        "lifestyle-below-validated": bool(np.any(is_low & ~was_low)),
    }
    return (*(key for key in known if key != BELOW_VALIDATED), *(key for key, applies in own.items() if applies))


def tried_habits(timeline: Timeline, window: Window) -> tuple[TriedHabit, ...]:
    """What each habit changes in the record; habits without an occasion are left out.

    Args:
        timeline: the person's data.
        window: the days.
    """
    found: list[TriedHabit] = []
    for part, hours in PARTS.items():
        changes = {
            HabitKind.WALK: lambda time: _walk(time) if time + WALK_AFTER < window.end else (),
            HabitKind.FIBRE: lambda time: _richer(timeline, time),
            HabitKind.SMALLER: lambda time: _smaller(timeline, time),
        }
        times = _meals(timeline, window, hours)
        found += [
            _tried(Habit(kind=kind, part=part), {time: done(time) for time in times}) for kind, done in changes.items()
        ]
    found.append(_earlier(timeline, window))
    return tuple(one for one in found if one.meals)


def _tried(habit: Habit, changes: Mapping[datetime, tuple[Change, ...]]) -> TriedHabit:
    """A habit from the changes of each meal; a meal at which nothing changes is none of its occasions."""
    done = {time: own for time, own in changes.items() if own}
    return TriedHabit(habit=habit, meals=tuple(done), changes=tuple(one for each in done.values() for one in each))


def _earlier(timeline: Timeline, window: Window) -> TriedHabit:
    """Boluses before their meals; injections of pens cannot be moved in a replay."""
    boluses = replace(timeline, streams={**timeline.streams, "pen": timeline.frame(PenDose).clear()})
    return TriedHabit(
        habit=Habit(kind=HabitKind.EARLIER_BOLUS),
        meals=tuple(meals_with_dose(boluses, window)["time"].to_list()),
        changes=(ShiftMealBoluses(minutes=EARLIER_MIN),),
    )


def _walk(time: datetime) -> tuple[Change, ...]:
    walk = AddExercise(at=time + WALK_AFTER, duration_min=WALK_MIN, intensity_fraction=WALK_INTENSITY)
    return (walk,)


def _richer(timeline: Timeline, time: datetime) -> tuple[Change, ...]:
    """A meal with fibre and protein; nothing where it holds as much."""
    enriched = EnrichMeal(at=time, fibre_g=FIBRE_G, protein_g=PROTEIN_G)
    return (enriched,) if enriched.changes(timeline) else ()


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
