"""Own days under other settings: one compiled program for many candidates, draws of the twin, and days.

A dose becomes what was given plus what a calculator says with the candidate's settings, less what it says with today's
as the day was: what the person added or left off stays. With today's settings every draw passes through the very
course that was lived, and differs from it by the drawn errors of counting and strength of insulin alone.
"""

from collections.abc import Mapping
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.advise.dosing_policy import FADE_SHARE
from glucotwin.advise.low_care import LivedLows, LowMemory, lived_lows, treat_lows, untreated
from glucotwin.advise.own_days import HISTORY_STEPS, OwnDays
from glucotwin.control.setting import SettingNow, TherapySetting, setting_at
from glucotwin.core.array import AnyArray, Array, Float, Int
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.fit import model_of
from glucotwin.twin.intervention import NO_ADDITION, Addition, EffectDraws, body_of_draw, effect_draws
from glucotwin.twin.latent.influence import can_estimate, parameter_factors
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.smoother import TRACKING_NOISE, explaining_flux, smoothed_states
from glucotwin.twin.state_space import STEP_MIN, with_flux
from glucotwin.twin.twin import Twin

LEADS_STEPS = (0, 1, 2, 3)
"""By how many steps boluses of meals may be given earlier: up to 15 min."""

WORLD_STREAM = "setting-worlds"


class TwinDraws(NamedTuple):
    """A twin as draws: the family of bodies, points of the posterior, and what interventions do in each."""

    model: PersonalModel
    points: Float[Array, "draw parameter"]
    effects: EffectDraws
    subject: str


class Candidates(NamedTuple):
    """Settings to try; leading axis candidate.

    Attributes:
        setting: schedules and durations.
        lead: by how many steps boluses of meals are given earlier than they were.
    """

    setting: TherapySetting
    lead: Int[AnyArray, " candidate"]


class Worlds(NamedTuple):
    """What may go otherwise than it did, per draw: common to all candidates.

    Attributes:
        counted: what is announced over what was, per step.
        log_strength: logarithm of the strength of insulin over that of the day as lived, per step.
    """

    counted: Float[AnyArray, "draw step"]
    log_strength: Float[AnyArray, "draw step"]


class Prepared(NamedTuple):
    """Bodies that run through the days as they were, per draw."""

    body: Body
    start: BodyState
    flux: Float[Array, "draw step"]
    factual_mgdl: Float[Array, "draw step"]


class _Step(NamedTuple):
    """What a step of a replay is given."""

    rates: Inputs
    bolus_u_per_min: Float[Array, " lead"]
    asked: Float[Array, " lead"]
    announced_g: Float[Array, " lead"]
    counted: Float[Array, ""]
    lows: LivedLows


class _Memory(NamedTuple):
    """What a lane carries from step to step.

    Attributes:
        state: of the body.
        on_board_u, on_board_today_u: what the calculators count, in this lane and as lived.
        lows: what was done about them.
    """

    state: BodyState
    on_board_u: Float[Array, ""]
    on_board_today_u: Float[Array, ""]
    lows: LowMemory


def twin_draws(twin: Twin, count: int, *, seed: int = 0) -> TwinDraws:
    """A twin's first draws; the same for the same person and seed."""
    return TwinDraws(
        model_of(twin), twin.draws(count, seed=seed), effect_draws(twin, count, seed=seed), twin.person.person_id
    )


def worlds_of(draws: TwinDraws, days: OwnDays, *, count_log_sd: float, strength_log_sd: float, seed: int = 0) -> Worlds:
    """Errors of counting per meal and strengths of insulin per day, in pairs of opposite sign (antithetic).

    Args:
        draws: of the twin.
        days: what they are replayed on.
        count_log_sd: spread of the logarithm of what is announced.
        strength_log_sd: spread of the logarithm of insulin's strength.
        seed: of the draws.
    """
    count, steps = int(draws.points.shape[0]), days.steps
    count_key, day_key = jax.random.split(stream_key(root_key(seed), subject=draws.subject, stream=WORLD_STREAM))
    whole = -(-steps // HISTORY_STEPS)

    def pairs(key: Array, columns: int) -> np.ndarray:
        half = np.asarray(jax.random.normal(key, (-(-count // 2), columns)))
        return np.stack([half, -half], axis=1).reshape(-1, columns)[:count]

    counted = np.exp(count_log_sd * pairs(count_key, steps))
    strength = strength_log_sd * np.repeat(pairs(day_key, whole), HISTORY_STEPS, axis=1)[:, :steps]
    lived = np.arange(steps) < HISTORY_STEPS
    return Worlds(np.where(lived, 1.0, counted), np.where(lived, 0.0, strength))


@eqx.filter_jit
def prepare(
    model: PersonalModel,
    points: Array,
    effects: EffectDraws,
    days: OwnDays,
    addition: Addition = NO_ADDITION,
    factors: Mapping[str, Float[AnyArray, "draw step"]] | None = None,
) -> Prepared:
    """Every draw's body with the unexplained flux by which it runs through the days as they were.

    Args:
        model: the family of bodies.
        points: unconstrained parameters of each draw.
        effects: what interventions do in each draw.
        days: as lived.
        addition: organs that the questions need and the fitted body lacks.
        factors: of the body's parameters, by name: what differs from occasion to occasion in each draw.
    """
    given = days.as_given.map(jnp.asarray)
    readings = days.readings
    guess = jnp.asarray(readings.glucose_mgdl)[jnp.argmax(jnp.asarray(readings.kind) > 0)]
    fitted, _ = model.build(jnp.mean(points, axis=0))
    smoothed = smoothed_states(fitted, TRACKING_NOISE, given, readings, guess)

    def one(point: Array, effect: EffectDraws, own: dict[str, Array]) -> Prepared:
        body, lived = body_of_draw(model, point, effect, addition), scaled_by(given, own)
        start, flux = explaining_flux(body, lived, smoothed)

        def step(state: BodyState, now: Inputs) -> tuple[BodyState, Array]:
            return step_minutes(body, state, now, minutes=STEP_MIN), body.signals(state, now).interstitial_mgdl

        return Prepared(body, start, flux, jax.lax.scan(step, start, with_flux(lived, flux))[1])

    return jax.vmap(one)(points, effects, {name: jnp.asarray(values) for name, values in (factors or {}).items()})


def scaled_by(inputs: Inputs, factors: Mapping[str, Array]) -> Inputs:
    """The inputs with the body's parameters scaled by some factors too, by name."""
    named = dict(inputs.parameter_factor)
    scaled = {name: named.get(name, 1.0) * values for name, values in factors.items()}
    return eqx.tree_at(
        lambda one: one.parameter_factor, inputs, named | scaled, is_leaf=lambda node: isinstance(node, dict)
    )


@eqx.filter_jit
def replay_settings(
    prepared: Prepared, days: OwnDays, worlds: Worlds, today: TherapySetting, candidates: Candidates
) -> Float[Array, "candidate draw step"]:
    """Sensor glucose of the days that count in mg/dL under each candidate and draw.

    Args:
        prepared: of the draws and days.
        days: as lived.
        worlds: what goes otherwise, per draw.
        today: the settings that were dosed by.
        candidates: what to dose by instead.
    """
    earlier = _earlier(days)

    def one(draw: Prepared, world: Worlds, setting: TherapySetting, lead: Array) -> Array:
        return _lane(draw, days, earlier, world, today, setting, lead)

    over_draws = jax.vmap(one, in_axes=(0, 0, None, None))
    lanes = jax.vmap(over_draws, in_axes=(None, None, 0, 0))
    return lanes(prepared, worlds, candidates.setting, jnp.asarray(candidates.lead))[..., HISTORY_STEPS:]


def _earlier(days: OwnDays) -> tuple[Array, Array, Array]:
    """Doses, whether they were asked for, and for what food, those of meals also earlier; ``(step, lead)``."""
    bolus, asked, grams = (jnp.asarray(one) for one in (days.bolus_u_per_min, days.asked, days.announced_g))
    of_meal = grams > 0.0

    def moved(values: Array) -> Array:
        own = jnp.where(of_meal, values, 0.0)
        return jnp.stack([values - own + jnp.roll(own, -lead) for lead in LEADS_STEPS], axis=-1)

    return moved(bolus), moved(asked.astype(bolus.dtype)), moved(grams)


def _lane(
    draw: Prepared,
    days: OwnDays,
    earlier: tuple[Array, Array, Array],
    world: Worlds,
    today: TherapySetting,
    setting: TherapySetting,
    lead: Array,
) -> Float[Array, " step"]:
    body, inputs = draw.body, with_flux(days.inputs.map(jnp.asarray), draw.flux)
    if can_estimate(body):
        log_strength = jnp.asarray(world.log_strength)
        strength = parameter_factors(log_strength, jnp.zeros_like(log_strength))
        inputs = scaled_by(inputs, strength)
    fades, fades_today = (jnp.exp(-FADE_SHARE * STEP_MIN / one.insulin_duration_min) for one in (setting, today))
    steps = _Step(inputs, *earlier, jnp.asarray(world.counted), lived_lows(draw.factual_mgdl, days))

    def step(memory: _Memory, now: _Step) -> tuple[_Memory, Array]:
        minute = jnp.asarray(now.rates.minute_of_day)
        own, usual = setting_at(setting, minute), setting_at(today, minute)
        seen = body.signals(memory.state, now.rates).interstitial_mgdl
        given, grams, asked = now.bolus_u_per_min[lead], now.announced_g[lead], now.asked[lead] > 0.0
        wanted = _suggested(grams * now.counted, seen, memory.on_board_u, own)
        was = _suggested(grams, now.lows.factual_mgdl, memory.on_board_today_u, usual)
        change = jnp.where(asked & (now.lows.counts > 0.0), wanted - was, 0.0)
        dose = jnp.maximum(given * STEP_MIN + change, 0.0)
        ratio = jnp.where(usual.basal_u_per_h > 0.0, own.basal_u_per_h / usual.basal_u_per_h, 1.0)
        basal = jnp.asarray(now.rates.insulin_u_per_min[REFERENCE]) * jnp.where(now.lows.counts > 0.0, ratio, 1.0)
        dosed = eqx.tree_at(lambda one: one.insulin_u_per_min[REFERENCE], now.rates, basal + dose / STEP_MIN)
        lows, rates = treat_lows(memory.lows, now.lows, dosed, seen)
        after = _Memory(
            step_minutes(body, memory.state, rates, minutes=STEP_MIN),
            fades * (memory.on_board_u + dose),
            fades_today * (memory.on_board_today_u + given * STEP_MIN),
            lows,
        )
        return after, seen

    zero = jnp.zeros(())
    first = _Memory(draw.start, zero, zero, untreated())
    return jax.lax.scan(step, first, steps)[1]


def _suggested(grams: Array, glucose_mgdl: Array, on_board_u: Array, setting: SettingNow) -> Array:
    """What a calculator says: for food and a correction, at least nothing."""
    correction = (glucose_mgdl - setting.target_mgdl) / setting.correction_factor_mgdl_per_u
    left = jnp.where(correction > 0.0, jnp.maximum(correction - on_board_u, 0.0), correction)
    return jnp.maximum(grams / setting.carb_ratio_g_per_u + left, 0.0)
