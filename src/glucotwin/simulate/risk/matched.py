"""People of the full type 1 body to whom a risk scenario's true settings belong.

The set states a person by basal rate, correction factor and carb ratio. Three numbers of an average adult of the full
body are chosen so that these are that person's own:

- The basal rate keeps glucose level at 110 mg/dL: the space that insulin spreads in, times body weight, follows.
- A bolus that the correction factor says lowers glucose by 30 mg/dL does so at its deepest: the strength of insulin on
  liver and muscle follows.
- After 50 g with the bolus that the carb ratio says, glucose is back after three hours, by the rule of the 2013
  population: body weight follows.

Weight is here what a gram of carbohydrate spreads in, and not what a scale would show.
"""

from collections.abc import Callable, Sequence
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Bool, Float
from glucotwin.core.error import DataError
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.build import Number
from glucotwin.physiology.padova.rest import u_per_min_from_flow
from glucotwin.physiology.padova.t1d import compose_padova_t1d, resting_state, with_typical
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.scenario.risk_set import USUAL_ABSORPTION_MIN, RiskSimulation, Schedule
from glucotwin.simulate.population import BACK_FRACTION
from glucotwin.simulate.risk.schedule import SettingsNow, cannot, minute_of, settings_at
from glucotwin.simulate.solver import step_minutes

LEVEL_MGDL = 110.0
FALL_MGDL = 30.0
MEAL_G, BACK_MIN = 50.0, 180
_FALL_MIN = 420
_BISECTIONS = 11
_STRENGTHS, _WEIGHTS_KG = (0.05, 20.0), (8.0, 400.0)
_NEAR_MGDL = 3.0
"""How near both tests have to come; nobody has settings for which they do not."""

_SCALED = ("glucose.production_insulin_effect", "glucose.uptake_insulin_effect")
_SPACE = "plasma_insulin.volume_l_per_kg"

Values = dict[str, Float[Array, "..."]]


def matched_people(simulations: Sequence[RiskSimulation]) -> list[dict[str, float] | DataError]:
    """The values of each arm's person, or why there is none."""
    settings = [_settings_of(one) for one in simulations]
    wanted = sorted({one for one in settings if isinstance(one, tuple)})
    if not wanted:
        return [one for one in settings if isinstance(one, DataError)]
    found, near = _matched(*(jnp.asarray(column) for column in zip(*wanted, strict=True)))
    values = {name: np.asarray(one) for name, one in found.items()}
    people: list[dict[str, float] | DataError] = []
    for simulation, own in zip(simulations, settings, strict=True):
        if isinstance(own, DataError):
            people.append(own)
            continue
        row = wanted.index(own)
        person = {name: float(one[row]) for name, one in values.items()}
        people.append(person if near[row] else cannot(simulation, "nobody of this body has its settings"))
    return people


def start_at(body: Body, start_mgdl: Float[Array, ""]) -> BodyState:
    """At rest, but for glucose, which is as far from its level in plasma as in the tissues."""
    state = body.initial_state()
    share = start_mgdl / LEVEL_MGDL
    moved = {name: jax.tree.map(lambda leaf: leaf * share, state[name]) for name in ("glucose", "interstitium")}
    return state | moved


def _settings_of(simulation: RiskSimulation) -> tuple[float, float, float] | DataError:
    truth = simulation.patient.patient_model
    settings = truth.metabolism_settings
    secretion = settings.glucose_sensitivity_factor
    if secretion is not None and any(secretion.values):
        return cannot(simulation, "the full body has no insulin of its own")
    if not all(
        _is_constant(one)
        for one in (settings.basal_rate, settings.insulin_sensitivity_factor, settings.carb_insulin_ratio)
    ):
        return cannot(simulation, "the person changes over the day")
    if any(one.duration != USUAL_ABSORPTION_MIN for one in truth.carb_entries):
        return cannot(simulation, "the full body's gut is as fast as it is")
    now: SettingsNow = settings_at(settings, minute_of(simulation.time_to_calculate_at))
    return now.basal_u_per_h, now.correction_factor_mgdl_per_u, now.carb_ratio_g_per_u


def _is_constant(schedule: Schedule) -> bool:
    return len(set(schedule.values)) == 1


@cache
def average_adult() -> dict[str, float]:
    """Geometric means of the ten published adults, resting at the set's level."""
    adults = [one.values for one in padova_t1d_2008_subjects() if one.group == "adult"]
    means = {name: float(np.exp(np.mean(np.log([one[name] for one in adults])))) for name in adults[0]}
    return {**means, "basal_glucose_mgdl": LEVEL_MGDL}


@eqx.filter_jit
def _matched(
    basal_u_per_h: Float[Array, " person"], factor: Float[Array, " person"], ratio: Float[Array, " person"]
) -> tuple[Values, Bool[Array, " person"]]:
    """People by their settings, and whether both tests came near enough."""

    def fall(log_strength: Array) -> Array:
        values = jax.vmap(_person)(basal_u_per_h, jnp.exp(log_strength), jnp.full_like(factor, 75.0))
        return _fall_mgdl(values, basal_u_per_h, FALL_MGDL / factor)

    strength = _bisected(fall, jnp.full_like(factor, FALL_MGDL), _STRENGTHS)

    def people(log_weight: Array) -> Values:
        return jax.vmap(_person)(basal_u_per_h, jnp.exp(strength), jnp.exp(log_weight))

    def back(log_weight: Array) -> Array:
        # A heavier person's glucose rises less by a meal.
        return -_back_mgdl(people(log_weight), basal_u_per_h, MEAL_G / ratio)

    weight = _bisected(back, jnp.full_like(ratio, -BACK_FRACTION * LEVEL_MGDL), _WEIGHTS_KG)
    near = (jnp.abs(fall(strength) - FALL_MGDL) < _NEAR_MGDL) & (
        jnp.abs(back(weight) + BACK_FRACTION * LEVEL_MGDL) < _NEAR_MGDL
    )
    return people(weight), near


def _person(basal_u_per_h: Array, strength: Array, weight_kg: Array) -> Values:
    values: dict[str, Number] = {**average_adult(), "weight_kg": weight_kg}
    values |= {name: strength * values[name] for name in _SCALED}
    rest = resting_state(with_typical(values))
    needed = u_per_min_from_flow(rest["subcutis.basal_pmol_per_kg_per_min"], weight_kg)
    # Basal insulin is proportional to the space that it spreads in.
    values[_SPACE] = values[_SPACE] * (basal_u_per_h / 60.0) / needed
    return {name: jnp.asarray(one) for name, one in values.items()}


def _bisected(rises: Callable[[Array], Array], target: Array, bounds: tuple[float, float]) -> Array:
    """Where a function of the logarithm that rises reaches a target."""
    low, high = (jnp.full_like(target, np.log(one)) for one in bounds)

    def halve(_: Array, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        middle = 0.5 * (low + high)
        beyond = rises(middle) > target
        return jnp.where(beyond, low, middle), jnp.where(beyond, middle, high)

    low, high = jax.lax.fori_loop(0, _BISECTIONS, halve, (low, high))
    return 0.5 * (low + high)


def _fall_mgdl(values: Values, basal_u_per_h: Array, bolus_u: Array) -> Array:
    course = _course(values, basal_u_per_h, bolus_u, carbs_g=0.0, minutes=_FALL_MIN)
    return LEVEL_MGDL - jnp.min(course, axis=0)


def _back_mgdl(values: Values, basal_u_per_h: Array, bolus_u: Array) -> Array:
    return _course(values, basal_u_per_h, bolus_u, carbs_g=MEAL_G, minutes=BACK_MIN)[-1]


def _course(values: Values, basal_u_per_h: Array, bolus_u: Array, *, carbs_g: float, minutes: int) -> Array:
    """Glucose of each minute after a bolus and a meal, ``(minutes, people)``; both take five minutes as in the set."""
    bodies = jax.vmap(compose_padova_t1d)(values)
    quiet = constant_inputs(1).map(lambda one: jnp.asarray(one)[0])

    def one(body: Body, state: BodyState, basal: Array, bolus: Array, minute: Array) -> BodyState:
        now = jnp.where(minute < 5, 0.2, 0.0)
        given: Inputs = eqx.tree_at(
            lambda inputs: (inputs.carbs_g_per_min, inputs.insulin_u_per_min),
            quiet,
            (now * carbs_g, {"rapid": basal / 60.0 + now * bolus}),
        )
        return step_minutes(body, state, given)

    def step(state: BodyState, minute: Array) -> tuple[BodyState, Array]:
        after = jax.vmap(one, in_axes=(0, 0, 0, 0, None))(bodies, state, basal_u_per_h, bolus_u, minute)
        seen = jax.vmap(lambda body, now: body.signals(now, quiet).glucose_mgdl)(bodies, after)
        return after, seen

    return jax.lax.scan(step, jax.vmap(lambda body: body.initial_state())(bodies), jnp.arange(minutes))[1]
