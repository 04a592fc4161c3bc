"""Moments at which virtual people may ask for advice, and every option lived from there on the true body.

The body goes on from the state it was in; what was to come by itself (other food, other doses) is left out, and the
meal in question is eaten as it truly was. A step is what ``glucotwin.advise.moment_option`` knows as one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from lived_record import BODY, START, Changed, LivedLife, at, minute_of
from what_if_truth import NUTRIENTS

from glucotwin.advise.moment_option import MomentKind, PlannedExercise, PlannedMeal, Step
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import Body, BodyState, stack_bodies
from glucotwin.physiology.registry import body_of
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.reaction import SelfCare, no_self_care
from glucotwin.simulate.solver import step_minutes
from glucotwin.workflows.moment_advice import HORIZON_MIN, Asked

DAYS, FITTED = 16, 10
GRID_MIN = 5
OPTION_STEP_U = 0.1
AWAKE = range(7, 23)
"""Local hours (UTC here) in which somebody asks."""

WANTED = {
    MomentKind.MEAL: 4,
    MomentKind.CORRECTION: 3,
    MomentKind.LOW_AHEAD: 3,
    MomentKind.EXERCISE: 2,
    MomentKind.MISSED_BOLUS: 2,
}
"""How many moments of each kind a person is asked about."""

BOUT = PlannedExercise(in_min=30.0, duration_min=45.0, intensity_fraction=0.5)
MISSED_AFTER_MIN = 60
QUIET_MIN = 90
"""Without food or dose for so long before a correction, exercise or a coming low."""

HIGH_MGDL, FALLING_MGDL = 190.0, (72.0, 105.0)
STEEP_MGDL_PER_MIN = -0.4
SMALLEST_MEAL_G, LEAST_MISSED_U = 25.0, 2.0
LOW_MGDL, RESCUE_G, WAIT_MIN = 70.0, 15.0, 15.0
VERY_LOW_MGDL = 54.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A moment that somebody may ask at.

    Attributes:
        kind: what is asked.
        minute: since the start of the life.
        asked: as the advice takes it.
        meal: minutes in which the meal in question is truly eaten, from and to; none but for meals.
    """

    kind: MomentKind
    minute: int
    asked: Asked
    meal: tuple[int, int] | None = None


def missing_doses(names: Sequence[str]) -> Changed:
    """Lives in which the dose of some main meals after the fitted days is left out, though the meal is logged."""

    def change(inputs: Inputs, events: pl.DataFrame) -> tuple[Inputs, pl.DataFrame]:
        day, hour = (pl.col("time") - START).dt.total_days(), pl.col("time").dt.hour()
        dosed = (pl.col("kind") == "bolus") & (pl.col("insulin_u") > LEAST_MISSED_U) & (day >= FITTED)
        numbered = events.with_row_index("row")
        days = numbered.filter(dosed & hour.is_between(11, 20) & (day % 3 == 1))
        missed = days.group_by("name", day.alias("day"), maintain_order=True).first()
        rate = np.array(np.broadcast_to(inputs.insulin_u_per_min["rapid"], (len(names), inputs.minutes)))
        for name, when, units in missed.select("name", "time", "insulin_u").iter_rows():
            rate[names.index(name), minute_of(when)] -= units
        left_out = pl.col("row").is_in(missed["row"].to_list())
        kept = numbered.with_columns(insulin_u=pl.when(left_out).then(0.0).otherwise(pl.col("insulin_u"))).drop("row")
        insulin = np.maximum(rate, 0.0)
        return eqx.tree_at(lambda one: one.insulin_u_per_min["rapid"], inputs, insulin), kept

    return change


@eqx.filter_jit
def courses(bodies: Body, inputs: Inputs) -> BodyState:
    """The state of each body every 5 min of its life; axes person, step."""

    def person(body: Body, given: Inputs) -> BodyState:
        def minute(state: BodyState, now: Inputs) -> tuple[BodyState, None]:
            return step_minutes(body, state, now), None

        def step(state: BodyState, now: Inputs) -> tuple[BodyState, BodyState]:
            return jax.lax.scan(minute, state, now)[0], state

        return jax.lax.scan(step, body.initial_state(), given.map(lambda one: one.reshape(-1, GRID_MIN)))[1]

    each = jax.tree.map(lambda leaf: 0 if np.ndim(leaf) > 1 else None, inputs)
    return jax.vmap(person, in_axes=(0, each))(bodies, inputs.map(jnp.asarray))


def occasions(life: LivedLife, timeline: Timeline) -> list[Occasion]:
    """When somebody may ask, in an order that is random but the same each time; days apart are mixed."""
    found = [*meals(life), *missed(life), *quiet_moments(life, timeline)]
    last = life.inputs.minutes - HORIZON_MIN - GRID_MIN
    usable = [one for one in found if 1440 * FITTED <= one.minute <= last and has_reading(timeline, one.minute)]
    order = np.asarray(
        jax.random.permutation(stream_key(root_key(0), subject=life.subject.name, stream="moments"), len(usable))
    )
    return [usable[int(index)] for index in order]


def has_reading(timeline: Timeline, minute: int) -> bool:
    window = Window(start=at(minute - 15), end=at(minute) + timedelta(seconds=1))
    return len(timeline.cut(window).frame(GlucoseReading)) >= 3


def meals(life: LivedLife) -> Iterator[Occasion]:
    """Before logged meals, as late as food and dose both lie ahead."""
    food = life.events.filter(pl.col("kind").is_in(["meal", "snack"])).drop_nulls("counted_carbs_g")
    boluses = life.events.filter((pl.col("kind") == "bolus") & (pl.col("insulin_u") > 0.0))
    for dosed, counted in boluses.select("time", "counted_carbs_g").iter_rows():
        own = food.filter((pl.col("counted_carbs_g") - counted).abs() < 1e-9)
        if counted < SMALLEST_MEAL_G or len(own) != 1:
            continue
        begins, lasts = minute_of(own["time"][0]), int(np.ceil(own["duration_min"][0])) + 1
        minute = (min(begins, minute_of(dosed)) - 1) // GRID_MIN * GRID_MIN
        meal = PlannedMeal(carbs_g=float(counted))
        yield Occasion(
            kind=MomentKind.MEAL,
            minute=minute,
            asked=Asked(kind=MomentKind.MEAL, meal=meal, step_u=OPTION_STEP_U),
            meal=(begins, begins + lasts),
        )


def missed(life: LivedLife) -> Iterator[Occasion]:
    """An hour after meals that were logged and not dosed for."""
    none = life.events.filter((pl.col("kind") == "bolus") & (pl.col("insulin_u") == 0.0))
    for when in none["time"].to_list():
        minute = (minute_of(when) + MISSED_AFTER_MIN) // GRID_MIN * GRID_MIN
        asked = Asked(kind=MomentKind.MISSED_BOLUS, step_u=OPTION_STEP_U)
        yield Occasion(kind=MomentKind.MISSED_BOLUS, minute=minute, asked=asked)


def quiet_moments(life: LivedLife, timeline: Timeline) -> Iterator[Occasion]:
    """Moments some time after food and doses: at highs, where glucose falls towards a low, and before exercise."""
    readings = timeline.frame(GlucoseReading).select("time", "glucose_mgdl").iter_rows()
    shown = {minute_of(when): value for when, value in readings}
    recorded = [minute_of(when) for kind in (Meal, Bolus) for when in timeline.frame(kind)["time"].to_list()]
    busy = np.zeros(life.inputs.minutes, dtype=bool)
    for minute in recorded:
        busy[max(minute, 0) : minute + QUIET_MIN] = True
    for minute in range(1440 * FITTED, life.inputs.minutes, 3 * GRID_MIN):
        now, before = shown.get(minute), shown.get(minute - 3 * GRID_MIN)
        active = np.asarray(life.inputs.activity_fraction)[max(minute - 60, 0) : minute + 1].max() > 0.0
        if busy[minute] or now is None or before is None or minute // 60 % 24 not in AWAKE or active:
            continue
        if now > HIGH_MGDL:
            yield Occasion(kind=MomentKind.CORRECTION, minute=minute, asked=Asked(step_u=OPTION_STEP_U))
        elif FALLING_MGDL[0] < now < FALLING_MGDL[1] and (now - before) / (3 * GRID_MIN) < STEEP_MGDL_PER_MIN:
            yield Occasion(kind=MomentKind.LOW_AHEAD, minute=minute, asked=Asked(step_u=OPTION_STEP_U))
        elif now > LOW_MGDL:
            asked = Asked(exercise=BOUT, step_u=OPTION_STEP_U)
            yield Occasion(kind=MomentKind.EXERCISE, minute=minute, asked=asked)


def truth_of(life: LivedLife, occasion: Occasion, step: Step) -> Inputs:
    """What truly goes in over the five hours after a moment with an option."""
    ahead = quiet(life, occasion.minute)
    food = {name: np.array(getattr(ahead, f"{name}_g_per_min"), dtype=np.float64) for name in NUTRIENTS}
    if occasion.meal is not None:
        first, last = occasion.meal
        for name, rate in food.items():
            eaten = np.asarray(getattr(life.inputs, f"{name}_g_per_min"))[first:last]
            rate[int(step.lead_min) : int(step.lead_min) + eaten.size] += eaten
    insulin = np.array(ahead.insulin_u_per_min["rapid"], dtype=np.float64)
    insulin[: int(step.basal_min)] *= step.basal_factor
    at_once, over_min = (1.0, 1.0) if step.split is None else step.split
    insulin[0] += at_once * step.dose_u
    insulin[: int(over_min)] += (1.0 - at_once) * step.dose_u / over_min
    activity = np.array(ahead.activity_fraction, dtype=np.float64)
    bout = occasion.asked.exercise
    if bout is not None:
        activity[int(bout.in_min) : int(bout.in_min + bout.duration_min)] = bout.intensity_fraction
    food["carbs"][0] += step.carbs_g
    food["liquid_carbs"][0] += step.carbs_g
    names = [f"{name}_g_per_min" for name in NUTRIENTS]
    return eqx.tree_at(
        lambda one: [*(getattr(one, name) for name in names), one.insulin_u_per_min["rapid"], one.activity_fraction],
        ahead,
        [*food.values(), insulin, activity],
    )


def quiet(life: LivedLife, minute: int) -> Inputs:
    """The five hours after a moment with basal insulin alone; food that was begun is eaten up."""
    ahead = life.inputs.cut(minute, minute + HORIZON_MIN)
    begun = np.zeros(HORIZON_MIN)
    food = life.events.filter(pl.col("kind").is_in(["meal", "snack"]))
    for when, lasts in food.select("time", "duration_min").iter_rows():
        if minute_of(when) < minute:
            begun[: max(minute_of(when) + int(np.ceil(lasts)) + 1 - minute, 0)] = 1.0
    names = [f"{name}_g_per_min" for name in NUTRIENTS]
    fields = [begun * np.asarray(getattr(ahead, name)) for name in names]
    nothing = np.zeros(HORIZON_MIN)
    return eqx.tree_at(
        lambda one: [
            *(getattr(one, name) for name in names),
            one.insulin_u_per_min["rapid"],
            one.activity_fraction,
            one.alcohol_g_per_min,
        ],
        ahead,
        [*fields, basal_u_per_min(life)[minute : minute + HORIZON_MIN], nothing, nothing],
    )


def basal_u_per_min(life: LivedLife) -> np.ndarray:
    """The basal rate as it is on record, minute by minute."""
    rate = np.zeros(life.inputs.minutes)
    segments = life.record.timeline.frame(BasalSegment).select("time", "duration_min", "rate_u_per_h")
    for when, lasts, hourly in segments.iter_rows():
        rate[max(minute_of(when), 0) : minute_of(when) + round(lasts)] = hourly / 60.0
    return rate


def lived_by(
    lives: Sequence[LivedLife], states: BodyState, asked: Sequence[tuple[int, int, tuple[Inputs, ...]]]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """True glucose every 5 min with each option of each moment, untreated and treated; ``(option, point)`` each.

    Args:
        lives: of the people.
        states: of their bodies, as ``courses`` has them.
        asked: of each moment whose it is, its minute, and what goes in with each option.
    """
    owner = [(person, minute // GRID_MIN) for person, minute, truths in asked for _ in truths]
    people, steps = (np.array(part) for part in zip(*owner, strict=True))
    bodies = stack_bodies([body_of(BODY, lives[person].subject) for person in people])
    start = jax.tree.map(lambda leaf: np.asarray(leaf)[people, steps], states)
    inputs = stack_inputs([truth for *_, truths in asked for truth in truths])
    untreated, treated = (
        simulate_cohort(
            bodies,
            inputs,
            state=start,
            reaction=jax.tree.map(lambda leaf: np.broadcast_to(leaf, people.shape), care),
            outputs=("interstitial_mgdl",),
            stride=GRID_MIN,
        ).outputs["interstitial_mgdl"][:, 1:]
        for care in (no_self_care(), rule_of_15())
    )
    ends = np.cumsum([len(truths) for *_, truths in asked])[:-1]
    return list(zip(np.split(untreated, ends), np.split(treated, ends), strict=True))


def rule_of_15() -> SelfCare:
    """15 g of glucose below 70 mg/dL, again after 15 min."""
    never = no_self_care()
    return replace(
        never,
        low_mgdl=jnp.asarray(LOW_MGDL),
        wakes_below_mgdl=jnp.asarray(LOW_MGDL),
        carbs_g=jnp.asarray(RESCUE_G),
        wait_min=jnp.asarray(WAIT_MIN),
    )
