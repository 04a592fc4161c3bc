"""What latent inputs do to a block of hours: one-step residuals of the filter under them."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.twin.driven import can_drive, drive, filter_driven
from glucotwin.twin.filter import Readings, initial_belief, run_filter
from glucotwin.twin.latent.layout import Blocks
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.state_space import STEP_MIN, Noise

ACTION_PARAMETER = "plasma_insulin.volume_l_per_kg"
"""Insulin acts more strongly when the same dose makes a higher concentration; basal insulin too, so that a day of low
sensitivity lifts fasting glucose."""

ABSORPTION_PARAMETERS = ("gut.emptying_per_min", "gut.absorption_per_min")

BIAS_LEVEL_MGDL = 120.0
"""The glucose at which a sensor's offset is told; its gain turns about it, so that the two can be told apart."""

LARGEST_LOG = 1.2
"""Factors stay between 0.3 and 3.3: beyond it the body is not meant."""


class Effect(NamedTuple):
    """One-step residuals of every block at latent inputs, their variances, and the slopes along every slot."""

    residual_mgdl: Float[Array, "block time"]
    variance: Float[Array, "block time"]
    slopes: Float[Array, "block time slot"]


def can_estimate(body: Body) -> bool:
    """Whether a body has what latent inputs act on."""
    return {ACTION_PARAMETER, *ABSORPTION_PARAMETERS} <= set(body.parameters())


def parameter_factors(
    log_action: Float[Array, "*time"], log_absorption: Float[Array, "*time"]
) -> dict[str, Float[Array, "*time"]]:
    """Factors of the body's parameters under logarithms of insulin's action and of the speed of absorption."""
    action = jnp.exp(-jnp.clip(log_action, -LARGEST_LOG, LARGEST_LOG))
    absorption = jnp.exp(jnp.clip(log_absorption, -LARGEST_LOG, LARGEST_LOG))
    return {ACTION_PARAMETER: action, **dict.fromkeys(ABSORPTION_PARAMETERS, absorption)}


@eqx.filter_jit
def influence(model: PersonalModel, point: Float[Array, " parameter"], values: Array, blocks: Blocks) -> Effect:
    """Residuals and slopes at some values.

    Args:
        model: the family of bodies.
        point: the fitted unconstrained parameters.
        values: of every slot of every block, axes block, slot.
        blocks: the hours.
    """
    body, noise = model.build(point)

    def block(own: Float[Array, " slot"], one: Blocks) -> Effect:
        def along(tangent: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
            return jax.jvp(lambda at: _residuals(body, noise, at, one), (own,), (tangent,))

        (residual, variance), (slopes, _) = jax.vmap(along, out_axes=((None, None), (-1, -1)))(jnp.eye(own.size))
        return Effect(residual, variance, slopes)

    return jax.vmap(block)(values, jax.tree.map(jnp.asarray, blocks))


class SideSlopes(NamedTuple):
    """Slopes of the one-step residuals along the person's parameters, and along a gram eaten early in a block."""

    person: Float[Array, "block time parameter"]
    meal: Float[Array, "block time"]


@eqx.filter_jit
def side_slopes(
    model: PersonalModel, point: Float[Array, " parameter"], values: Array, blocks: Blocks, step: int
) -> SideSlopes:
    """How far the person's parameters, and a gram at one step of every block, move the one-step residuals.

    Args:
        model: the family of bodies.
        point: the fitted unconstrained parameters.
        values: of every slot of every block.
        blocks: the hours.
        step: of every block, at which the gram is eaten.
    """

    def block(own: Float[Array, " slot"], one: Blocks) -> Array:
        def moved(place: Array) -> Array:
            carbs = jnp.asarray(one.inputs.carbs_g_per_min).at[step].add(place[-1] / STEP_MIN)
            eaten = eqx.tree_at(lambda at: at.inputs.carbs_g_per_min, one, carbs)
            return _residuals(*model.build(place[:-1]), own, eaten)[0]

        start = jnp.append(point, 0.0)
        return jax.vmap(lambda tangent: jax.jvp(moved, (start,), (tangent,))[1], out_axes=-1)(jnp.eye(start.size))

    slopes = jax.vmap(block)(values, jax.tree.map(jnp.asarray, blocks))
    return SideSlopes(slopes[..., :-1], slopes[..., -1])


def _residuals(body: Body, noise: Noise, values: Float[Array, " slot"], block: Blocks) -> tuple[Array, Array]:
    slots = jnp.append(values, 0.0)
    inputs = _lived(slots, block)
    readings = _corrected(slots, block)
    guess = jnp.asarray(block.first_guess_mgdl)
    if can_drive(body):
        near = filter_driven(body, noise, drive(body, inputs), guess, inputs, readings)[1]
    else:
        near = run_filter(body, noise, initial_belief(body, noise, guess), inputs, readings).innovations
    # On the sensor's own scale: or a bias that shrinks all readings would seem to explain them.
    return near.residual_mgdl * jnp.exp(slots[block.marks.gain]), near.variance


def _lived(slots: Float[Array, " slot"], block: Blocks) -> Inputs:
    """The inputs as the latent inputs have them."""
    marks, effects = block.marks, slots[jnp.asarray(block.effects)]
    log_action = slots[marks.day] + effects @ jnp.asarray(block.log_action)
    carbs = block.inputs.carbs_g_per_min * jnp.exp(slots[marks.carbs]) + slots[marks.unlogged] / STEP_MIN
    flux = block.inputs.unexplained_flux_mgdl_per_min + effects @ jnp.asarray(block.flux_mgdl_per_min)
    return eqx.tree_at(
        lambda one: (one.carbs_g_per_min, one.unexplained_flux_mgdl_per_min, one.parameter_factor),
        block.inputs,
        (carbs, flux, parameter_factors(log_action, slots[marks.absorption])),
    )


def _corrected(slots: Float[Array, " slot"], block: Blocks) -> Readings:
    """The readings without the sensor's bias."""
    marks, readings = block.marks, block.readings
    away = jnp.asarray(readings.glucose_mgdl) - slots[marks.offset] - BIAS_LEVEL_MGDL
    unbiased = BIAS_LEVEL_MGDL + away * jnp.exp(-slots[marks.gain])
    return Readings(glucose_mgdl=unbiased, kind=readings.kind)
