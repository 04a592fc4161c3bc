"""Virtual people who are asked what if, and what would truly have happened.

Adults generated for ``padova-t1d`` live a behaviour profile (``lived_record.py``): they miscount meals, dose late,
forget snacks, treat lows, and their sensitivity changes from day to day. Every question is put to the simulator too:
the same person, the same hours, the same treatment of lows and corrections as in their life, with one thing changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import equinox as eqx
import numpy as np
import polars as pl
from lived_record import BODY, START, LivedLife, lives_of, minute_of

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.change import AddMeal, Change, ScaleBasal, ScaleBolus, ScaleMeal, ShiftBolus, ShiftMeal
from glucotwin.domain.activity import Activity
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.meal import Absorption
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_of
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.population import accepted_people
from glucotwin.simulate.reaction import with_added

STEP_MIN = 5
FOLLOWED = timedelta(hours=6)
BEFORE = timedelta(hours=1)
DAYS = 10
FIRST_DAY = 2
MEALS_ASKED = 3
SMALLEST_MEAL_G = 15.0
EXERCISE_MIN, EXERCISE_LEVEL = 45, 0.5
EXERCISE_LATER = timedelta(hours=2)
FOOD_LATER = timedelta(hours=2)
STILL_CHANGED_MGDL = 0.5
"""A question is left out where the same change days before still moves glucose by more."""

KINDS = (
    *("bolus x0.7", "bolus x1.3", "bolus -30 min", "bolus +30 min", "meal x0.7", "meal x1.3"),
    *("meal -30 min", "meal +30 min", "basal x0.8", "basal x1.2", "exercise added"),
)
ADDED_G = 15.0
FOOD_ADDED = ("15 g fast added", "15 g fast as mixed")
"""15 g of glucose two hours after the meal, as for a low, put to the twin as such and as if it were a mixed meal."""
NUTRIENTS = ("carbs", "liquid_carbs", "protein", "fat", "fibre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A change, the hours it is asked about, and what it truly does.

    Attributes:
        kind: what is changed, for tables.
        change: as it is put to the twin.
        hours: from an hour before the meal until six hours after it.
        true_mgdl: true glucose with the change, every 5 min of those six hours.
        factual_mgdl: without it.
    """

    kind: str
    change: Change
    hours: Window
    true_mgdl: np.ndarray
    factual_mgdl: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPerson:
    """A virtual person with their record and the questions."""

    name: str
    life: LivedLife
    timeline: Timeline
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meal:
    """A logged meal: when its bolus was given (and it was logged), how much, and the minutes in which it was eaten."""

    logged: datetime
    insulin_u: float
    eaten_first: int
    eaten_last: int


def asked_people(
    count: int,
    *,
    cohort_seed: int,
    life_seed: int,
    days: int = DAYS,
    at_once: int = 3,
    kinds: Sequence[str] = KINDS,
) -> Iterator[AskedPerson]:
    """People with their questions, drawn by two seeds; some live at once, which bounds the memory."""
    subjects, _ = accepted_people("adult", count, seed=cohort_seed)
    for first in range(0, count, at_once):
        for life in lives_of(subjects[first : first + at_once], seed=life_seed, days=days):
            yield _asked(f"{cohort_seed}-{life_seed}-{life.subject.name}", life, kinds)


def _asked(name: str, life: LivedLife, kinds: Sequence[str]) -> AskedPerson:
    timeline = with_settings(life)
    asked = [_changes(life, meal) for meal in _meals(life, timeline)]
    idle = [_is_idle(timeline, of_meal["exercise added"].change) for of_meal in asked]
    changed = [_all_changed(life.inputs, [of_meal[kind].truth for of_meal in asked]) for kind in kinds]
    runs = simulate_cohort(
        stack_bodies([body_of(BODY, life.subject)] * (1 + len(kinds))),
        stack_inputs([life.inputs, *changed]),
        outputs=("interstitial_mgdl",),
        stride=STEP_MIN,
    ).outputs["interstitial_mgdl"]
    glucose = np.asarray(runs)
    questions = [
        _question(kind, of_meal[kind], glucose[0], glucose[row])
        for of_meal, rests in zip(asked, idle, strict=True)
        for row, kind in enumerate(kinds, start=1)
        if rests or kind != "exercise added"
    ]
    return AskedPerson(name=name, life=life, timeline=timeline, questions=tuple(one for one in questions if one))


def _is_idle(timeline: Timeline, bout: Change) -> bool:
    """Whether no exercise is on record during a bout: two at once are another question, and count as hard effort."""
    assert isinstance(bout, AddExercise)
    logged = timeline.frame(Activity).select("time", "duration_min").iter_rows()
    end = bout.at + timedelta(minutes=bout.duration_min)
    return not any(time < end and time + timedelta(minutes=lasts) > bout.at for time, lasts in logged)


def _all_changed(inputs: Inputs, changes: Sequence[Callable[[Inputs], Inputs]]) -> Inputs:
    """One kind of change at every meal that is asked about: they lie days apart, so that one run tells of all."""
    for change in changes:
        inputs = change(inputs)
    return inputs


def _question(kind: str, asked: "_Asked", factual: np.ndarray, changed: np.ndarray) -> Question | None:
    """The question with its truth, unless the change before still lasts."""
    first = minute_of(asked.at) // STEP_MIN
    start = START + timedelta(minutes=first * STEP_MIN)
    before = slice(
        first - int(2 * BEFORE / timedelta(minutes=STEP_MIN)), first - int(BEFORE / timedelta(minutes=STEP_MIN))
    )
    if np.abs(changed[before] - factual[before]).max() > STILL_CHANGED_MGDL:
        return None
    points = slice(first, first + int(FOLLOWED / timedelta(minutes=STEP_MIN)) + 1)
    hours = Window(start=start - BEFORE, end=start + FOLLOWED + timedelta(minutes=STEP_MIN))
    return Question(
        kind=kind, change=asked.change, hours=hours, true_mgdl=changed[points], factual_mgdl=factual[points]
    )


def with_settings(life: LivedLife) -> Timeline:
    """The record with what the pump is set to: the ratio the person doses by, and the clinic's correction factor."""
    boluses = life.events.filter(pl.col("kind") == "bolus")
    ratio = float((boluses["counted_carbs_g"] / boluses["insulin_u"]).median())  # pyright: ignore[reportArgumentType]
    settings = TherapySettings(
        valid_from=START,
        carb_ratio_g_per_u=DailySchedule.constant(ratio),
        correction_factor_mgdl_per_u=DailySchedule.constant(float(life.subject.correction_factor_mgdl_per_u or 50.0)),
    )
    timeline = life.record.timeline
    person = replace(timeline.person, adult=True, therapy=TherapyKind.PUMP)
    return replace(timeline, person=person, settings=(settings,))


def _meals(life: LivedLife, timeline: Timeline) -> list[_Meal]:
    """Some logged meals, spread over the days and the hours of the day."""
    food = life.events.filter(pl.col("kind").is_in(["meal", "snack"])).drop_nulls("counted_carbs_g")
    boluses = life.events.filter(pl.col("kind") == "bolus")
    found: list[_Meal] = []
    for time, units, counted in boluses.select("time", "insulin_u", "counted_carbs_g").iter_rows():
        same = food.filter((pl.col("counted_carbs_g") - counted).abs() < 1e-9)
        if (
            not len(same)
            or counted < SMALLEST_MEAL_G
            or not FIRST_DAY <= minute_of(time) / 1440.0 < life.inputs.minutes / 1440.0 - 0.3
        ):
            continue
        begun = (same["time"][0] - START) / timedelta(minutes=1)
        last = int(np.ceil(begun + same["duration_min"][0]))
        found.append(_Meal(logged=time, insulin_u=units, eaten_first=int(begun), eaten_last=last))
    chosen = [found[int(index)] for index in np.linspace(0, len(found) - 1, MEALS_ASKED)] if found else []
    return [one for one in chosen if _has_readings(timeline, one.logged)]


def _has_readings(timeline: Timeline, at: datetime) -> bool:
    readings = timeline.cut(Window(start=at - BEFORE, end=at + FOLLOWED)).streams.get("glucose")
    return readings is not None and len(readings) > 0.8 * 7 * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A change as it is put to a twin, what it does to the true inputs, and the time from which it is followed."""

    change: Change
    truth: Callable[[Inputs], Inputs]
    at: datetime


def _changes(life: LivedLife, meal: _Meal) -> dict[str, _Asked]:
    at, minute, units = meal.logged, minute_of(meal.logged), meal.insulin_u
    after = Window(start=at, end=at + FOLLOWED)
    bout = AddExercise(at=at + EXERCISE_LATER, duration_min=float(EXERCISE_MIN), intensity_fraction=EXERCISE_LEVEL)
    asked: dict[str, tuple[Change, Callable[[Inputs], Inputs]]] = {
        "exercise added": (bout, _exercise(minute_of(bout.at)))
    }
    for kind, absorption in zip(FOOD_ADDED, (Absorption.FAST, Absorption.UNKNOWN), strict=True):
        more = AddMeal(at=at + FOOD_LATER, carbs_g=ADDED_G, absorption=absorption)
        asked[kind] = (more, _fast_food(minute_of(more.at)))
    for factor in (0.7, 1.3):
        asked[f"bolus x{factor}"] = (ScaleBolus(at=at, factor=factor), _scaled_bolus(minute, units, factor))
        asked[f"meal x{factor}"] = (ScaleMeal(at=at, factor=factor), _scaled_meal(meal, factor))
    for by in (-30, 30):
        asked[f"bolus {by:+d} min"] = (ShiftBolus(at=at, minutes=float(by)), _shifted_bolus(minute, units, by))
        asked[f"meal {by:+d} min"] = (ShiftMeal(at=at, minutes=float(by)), _shifted_meal(meal, by))
    for factor in (0.8, 1.2):
        asked[f"basal x{factor}"] = (ScaleBasal(factor=factor, window=after), _scaled_basal(life, minute, factor))
    return {kind: _Asked(change=change, truth=truth, at=at) for kind, (change, truth) in asked.items()}


def _with_insulin(inputs: Inputs, change: Callable[[np.ndarray], None]) -> Inputs:
    rate = np.array(inputs.insulin_u_per_min["rapid"], dtype=np.float64)
    change(rate)
    return eqx.tree_at(lambda one: one.insulin_u_per_min["rapid"], inputs, rate)


def _scaled_bolus(minute: int, units: float, factor: float) -> Callable[[Inputs], Inputs]:
    def change(rate: np.ndarray) -> None:
        rate[minute] += (factor - 1.0) * units

    return lambda inputs: _with_insulin(inputs, change)


def _shifted_bolus(minute: int, units: float, by: int) -> Callable[[Inputs], Inputs]:
    def change(rate: np.ndarray) -> None:
        rate[minute] -= units
        rate[minute + by] += units

    return lambda inputs: _with_insulin(inputs, change)


def _scaled_basal(life: LivedLife, minute: int, factor: float) -> Callable[[Inputs], Inputs]:
    last = minute + int(FOLLOWED / timedelta(minutes=1))
    basal = np.zeros(life.inputs.minutes)
    segments = life.record.timeline.streams["basal"]
    for time, length, hourly in segments.select("time", "duration_min", "rate_u_per_h").iter_rows():
        first = minute_of(time)
        basal[first : first + round(length)] = hourly / 60.0

    def change(rate: np.ndarray) -> None:
        rate[minute:last] += (factor - 1.0) * basal[minute:last]

    return lambda inputs: _with_insulin(inputs, change)


def _with_food(inputs: Inputs, change: Callable[[np.ndarray], np.ndarray]) -> Inputs:
    names = [f"{nutrient}_g_per_min" for nutrient in NUTRIENTS]
    changed = [change(np.array(getattr(inputs, name), dtype=np.float64)) for name in names]
    return eqx.tree_at(lambda one: [getattr(one, name) for name in names], inputs, changed)


def _scaled_meal(meal: _Meal, factor: float) -> Callable[[Inputs], Inputs]:
    def change(rate: np.ndarray) -> np.ndarray:
        rate[meal.eaten_first : meal.eaten_last] *= factor
        return rate

    return lambda inputs: _with_food(inputs, change)


def _shifted_meal(meal: _Meal, by: int) -> Callable[[Inputs], Inputs]:
    eaten = slice(meal.eaten_first, meal.eaten_last)

    def change(rate: np.ndarray) -> np.ndarray:
        portion = rate[eaten].copy()
        rate[eaten] = 0.0
        rate[meal.eaten_first + by : meal.eaten_last + by] += portion
        return rate

    return lambda inputs: _with_food(inputs, change)


def _fast_food(minute: int) -> Callable[[Inputs], Inputs]:
    def change(inputs: Inputs) -> Inputs:
        eaten = np.zeros(inputs.minutes)
        eaten[minute] = ADDED_G
        return with_added(inputs, eaten, np.zeros(inputs.minutes))

    return change


def _exercise(minute: int) -> Callable[[Inputs], Inputs]:
    def change(inputs: Inputs) -> Inputs:
        level = np.array(inputs.activity_fraction, dtype=np.float64)
        level[minute : minute + EXERCISE_MIN] = np.maximum(level[minute : minute + EXERCISE_MIN], EXERCISE_LEVEL)
        return eqx.tree_at(lambda one: one.activity_fraction, inputs, level)

    return change
