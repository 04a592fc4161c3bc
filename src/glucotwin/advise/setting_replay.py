"""Own days under other settings: one compiled program for many candidates, draws of the twin, and days.

A dose becomes what was given plus what a calculator says with the candidate's settings, less what it says with today's
as the day was: what the person added or left off stays. With today's settings every draw passes through the very
course that was lived, and differs from it by the drawn errors of counting and strength of insulin alone.
"""

from functools import cache
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.advise.dosing_policy import FADE_SHARE
from glucotwin.advise.own_days import HISTORY_STEPS, OwnDays
from glucotwin.control.setting import SettingNow, TherapySetting, setting_at
from glucotwin.core.array import AnyArray, Array, Float, Int
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.scenario.behaviour_profile import find_behaviour
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.fit import model_of
from glucotwin.twin.intervention import EffectDraws, body_of_draw, effect_draws
from glucotwin.twin.latent.influence import can_estimate, parameter_factors
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.smoother import TRACKING_NOISE, explaining_flux, smoothed_states
from glucotwin.twin.state_space import STEP_MIN, with_flux
from glucotwin.twin.twin import Twin

LEADS_STEPS = (0, 1, 2, 3)
"""By how many steps boluses of meals may be given earlier: up to 15 min."""

RESCUE_BELOW_MGDL = 70.0
RESCUE_WIDTH_MGDL = 20.0
"""Carbohydrate against a low is eaten in full where the replay is as low as the day was (or below 70 mg/dL), and no
more where it is this much higher."""

AFTER_LOW_STEPS = 9
"""For 45 min after a low what raises glucose unexplained is taken for carbohydrate against it that nobody logged."""

ASLEEP_MIN = (7.0 * 60.0, 23.0 * 60.0)
"""Before and after these minutes of the local day people are taken to sleep."""

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


class Care(NamedTuple):
    """What people do about lows (``scenario/data/behaviours.csv``, typical).

    Attributes:
        low_mgdl, wakes_below_mgdl: glucose that is treated when awake, and that wakes a sleeper.
        carbs_g: grams of glucose.
        wait_min: until the next treatment.
    """

    low_mgdl: float
    wakes_below_mgdl: float
    carbs_g: float
    wait_min: float


@cache
def usual_care() -> Care:
    """The habits of the typical profile."""
    own = find_behaviour("typical").care
    return Care(own.low_mgdl, own.wakes_below_mgdl, own.rescue_carbs_g, own.wait_min)


class Prepared(NamedTuple):
    """Bodies that run through the days as they were, per draw."""

    body: Body
    start: BodyState
    flux: Float[Array, "draw step"]
    factual_mgdl: Float[Array, "draw step"]


class _Step(NamedTuple):
    """What a step of a replay is given."""

    rates: Inputs
    factual_mgdl: Float[Array, ""]
    bolus_u_per_min: Float[Array, " lead"]
    asked: Float[Array, " lead"]
    announced_g: Float[Array, " lead"]
    rescue_g_per_min: Float[Array, ""]
    counted: Float[Array, ""]
    counts: Float[Array, ""]
    after_low: Float[Array, ""]


class _Memory(NamedTuple):
    """What a lane carries from step to step.

    Attributes:
        state: of the body.
        on_board_u, on_board_today_u: what the calculators count, in this lane and as lived.
        since_treated_min: since carbohydrate was taken that was not taken as lived.
        kept: share of what was taken against the last low as lived that is still taken.
    """

    state: BodyState
    on_board_u: Float[Array, ""]
    on_board_today_u: Float[Array, ""]
    since_treated_min: Float[Array, ""]
    kept: Float[Array, ""]


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
def prepare(model: PersonalModel, points: Array, effects: EffectDraws, days: OwnDays) -> Prepared:
    """Every draw's body with the unexplained flux by which it runs through the days as they were."""
    given = days.as_given.map(jnp.asarray)
    readings = days.readings
    guess = jnp.asarray(readings.glucose_mgdl)[jnp.argmax(jnp.asarray(readings.kind) > 0)]
    fitted, _ = model.build(jnp.mean(points, axis=0))
    smoothed = smoothed_states(fitted, TRACKING_NOISE, given, readings, guess)

    def one(point: Array, effect: EffectDraws) -> Prepared:
        body = body_of_draw(model, point, effect)
        start, flux = explaining_flux(body, given, smoothed)

        def step(state: BodyState, now: Inputs) -> tuple[BodyState, Array]:
            return step_minutes(body, state, now, minutes=STEP_MIN), body.signals(state, now).interstitial_mgdl

        return Prepared(body, start, flux, jax.lax.scan(step, start, with_flux(given, flux))[1])

    return jax.vmap(one)(points, effects)


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
        named = dict(inputs.parameter_factor)
        factors = {name: named.get(name, 1.0) * values for name, values in strength.items()}
        inputs = eqx.tree_at(
            lambda one: one.parameter_factor, inputs, named | factors, is_leaf=lambda node: isinstance(node, dict)
        )
    fades, fades_today = (jnp.exp(-FADE_SHARE * STEP_MIN / one.insulin_duration_min) for one in (setting, today))
    counts = (jnp.arange(days.steps) >= HISTORY_STEPS).astype(float)
    lane = (jnp.asarray(days.rescue_g_per_min), jnp.asarray(world.counted), counts, _after_low(draw.factual_mgdl))
    steps = _Step(inputs, draw.factual_mgdl, *earlier, *lane)

    def step(memory: _Memory, now: _Step) -> tuple[_Memory, Array]:
        minute = jnp.asarray(now.rates.minute_of_day)
        own, usual = setting_at(setting, minute), setting_at(today, minute)
        seen = body.signals(memory.state, now.rates).interstitial_mgdl
        given, grams, asked = now.bolus_u_per_min[lead], now.announced_g[lead], now.asked[lead] > 0.0
        wanted = _suggested(grams * now.counted, seen, memory.on_board_u, own)
        was = _suggested(grams, now.factual_mgdl, memory.on_board_today_u, usual)
        change = jnp.where(asked & (now.counts > 0.0), wanted - was, 0.0)
        dose = jnp.maximum(given * STEP_MIN + change, 0.0)
        ratio = jnp.where(usual.basal_u_per_h > 0.0, own.basal_u_per_h / usual.basal_u_per_h, 1.0)
        basal = jnp.asarray(now.rates.insulin_u_per_min[REFERENCE]) * jnp.where(now.counts > 0.0, ratio, 1.0)
        treats, kept = _against_lows(memory, now, seen)
        rates = _with(now, basal + dose / STEP_MIN, treats, kept)
        after = _Memory(
            step_minutes(body, memory.state, rates, minutes=STEP_MIN),
            fades * (memory.on_board_u + dose),
            fades_today * (memory.on_board_today_u + given * STEP_MIN),
            jnp.where(treats, STEP_MIN, memory.since_treated_min + STEP_MIN),
            kept,
        )
        return after, seen

    zero = jnp.zeros(())
    first = _Memory(draw.start, zero, zero, jnp.asarray(usual_care().wait_min), jnp.ones(()))
    return jax.lax.scan(step, first, steps)[1]


def _after_low(factual_mgdl: Array) -> Float[Array, " step"]:
    """Whether a low as lived lies at most three quarters of an hour back."""
    low = factual_mgdl < RESCUE_BELOW_MGDL
    padded = jnp.concatenate([jnp.zeros(AFTER_LOW_STEPS, dtype=bool), low])
    back = [padded[AFTER_LOW_STEPS - by : padded.size - by] for by in range(AFTER_LOW_STEPS)]
    return jnp.any(jnp.stack(back), axis=0).astype(float)


def _against_lows(memory: _Memory, now: _Step, seen_mgdl: Array) -> tuple[Array, Array]:
    """Whether a low is treated that was none as lived, and which share of what was taken as lived still is."""
    care, minute = usual_care(), jnp.asarray(now.rates.minute_of_day)
    awake = (minute >= ASLEEP_MIN[0]) & (minute < ASLEEP_MIN[1])
    limit = jnp.where(awake, care.low_mgdl, care.wakes_below_mgdl)
    new = (seen_mgdl < limit) & (now.factual_mgdl >= limit) & (memory.since_treated_min >= care.wait_min)
    still = _still_low(seen_mgdl, now.factual_mgdl)
    kept = jnp.where(now.factual_mgdl < RESCUE_BELOW_MGDL, still, memory.kept)
    return new & (now.counts > 0.0), kept


def _suggested(grams: Array, glucose_mgdl: Array, on_board_u: Array, setting: SettingNow) -> Array:
    """What a calculator says: for food and a correction, at least nothing."""
    correction = (glucose_mgdl - setting.target_mgdl) / setting.correction_factor_mgdl_per_u
    left = jnp.where(correction > 0.0, jnp.maximum(correction - on_board_u, 0.0), correction)
    return jnp.maximum(grams / setting.carb_ratio_g_per_u + left, 0.0)


def _still_low(seen_mgdl: Array, factual_mgdl: Array) -> Array:
    """Share of carbohydrate against a low that is still eaten."""
    treated = jnp.maximum(factual_mgdl, RESCUE_BELOW_MGDL)
    return jnp.clip((treated + RESCUE_WIDTH_MGDL - seen_mgdl) / RESCUE_WIDTH_MGDL, 0.0, 1.0)


def _with(now: _Step, insulin_u_per_min: Array, treats: Array, kept: Array) -> Inputs:
    """The step's rates with other insulin, and with carbohydrate against lows as it is needed."""
    rates = now.rates
    left_out = now.rescue_g_per_min * (1.0 - kept)
    added = jnp.where(treats, usual_care().carbs_g / STEP_MIN, 0.0)
    flux = jnp.asarray(rates.unexplained_flux_mgdl_per_min)
    unlogged = jnp.maximum(flux, 0.0) * now.after_low * (1.0 - kept)
    return eqx.tree_at(
        lambda one: (
            one.insulin_u_per_min[REFERENCE],
            one.carbs_g_per_min,
            one.liquid_carbs_g_per_min,
            one.unexplained_flux_mgdl_per_min,
        ),
        rates,
        (
            insulin_u_per_min,
            jnp.maximum(rates.carbs_g_per_min - left_out, 0.0) + added,
            jnp.maximum(rates.liquid_carbs_g_per_min - left_out, 0.0) + added,
            flux - unlogged,
        ),
    )
