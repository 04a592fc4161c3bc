"""Interventions: the same person, hours and circumstances with other inputs, for every posterior draw."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.effect import causal_body
from glucotwin.twin.filter import Readings
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.smoother import TRACKING_NOISE, explaining_flux, smoothed_states
from glucotwin.twin.state_space import STEP_MIN, with_flux
from glucotwin.twin.twin import Twin

EFFECT_STREAM = "effect-draws"


class Contrast(NamedTuple):
    """Sensor glucose at each step's start under the original and the changed inputs, axes draw, step."""

    original_mgdl: Float[Array, "draw time"]
    changed_mgdl: Float[Array, "draw time"]


class EffectDraws(NamedTuple):
    """Fall per unit and rise per gram of each draw."""

    correction_factor_mgdl_per_u: Float[Array, " draw"]
    carb_factor_mgdl_per_g: Float[Array, " draw"]


def effect_draws(twin: Twin, count: int, *, seed: int = 0) -> EffectDraws:
    """Draws of what interventions do; the same for the same person and seed."""
    key = stream_key(root_key(seed), subject=twin.person.person_id, stream=EFFECT_STREAM)
    score = jax.vmap(lambda index: jax.random.normal(jax.random.fold_in(key, index), (2,)))(jnp.arange(count))
    effect = twin.effect
    return EffectDraws(
        effect.correction_factor_mgdl_per_u * jnp.exp(effect.correction_factor_log_sd * score[:, 0]),
        effect.carb_factor_mgdl_per_g * jnp.exp(effect.carb_factor_log_sd * score[:, 1]),
    )


@eqx.filter_jit
def contrast(
    model: PersonalModel,
    points: Float[Array, "draw parameter"],
    effects: EffectDraws,
    original: Inputs,
    changed: Inputs,
    readings: Readings,
) -> Contrast:
    """Runs every draw through the original and the changed inputs with the same unexplained flux.

    The flux is what makes the original run follow the smoothed readings; under the change it stays at its factual
    value, so that the difference comes from the mechanism alone. Beyond the last reading it fades.

    Args:
        model: the family of bodies.
        points: unconstrained parameters of each draw.
        effects: what interventions do in each draw.
        original: rates per step as they were (or are expected).
        changed: the same with the changes.
        readings: at each step's start; none where the future is.
    """
    guess = jnp.asarray(readings.glucose_mgdl)[jnp.argmax(jnp.asarray(readings.kind) > 0)]

    def draw(one: tuple[Array, EffectDraws]) -> Contrast:
        point, effect = one
        body = causal_body(model, point, effect.correction_factor_mgdl_per_u, effect.carb_factor_mgdl_per_g)
        smoothed = smoothed_states(body, TRACKING_NOISE, original, readings, guess)
        start, flux = explaining_flux(body, original, smoothed)
        runs = [_run(body, start, with_flux(inputs, flux)) for inputs in (original, changed)]
        return Contrast(*runs)

    return jax.lax.map(draw, (points, effects), batch_size=8)


def _run(body: Body, start: BodyState, inputs: Inputs) -> Float[Array, " time"]:
    def step(state: BodyState, now: Inputs) -> tuple[BodyState, Float[Array, ""]]:
        seen = body.signals(state, now).interstitial_mgdl
        return step_minutes(body, state, now, minutes=STEP_MIN), seen

    return jax.lax.scan(step, start, inputs.map(jnp.asarray))[1]


def share_in_range(glucose_mgdl: np.ndarray, low: float, high: float) -> np.ndarray:
    """Percent of the last axis within ``[low, high]``."""
    return 100.0 * np.mean((glucose_mgdl >= low) & (glucose_mgdl <= high), axis=-1)
