"""What medicines by mouth share: on the way through the gut, then in the body."""

from collections.abc import Mapping

import jax.numpy as jnp

from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractState


class OralDoseState(AbstractState):
    """A medicine on its way, in mg or in standard doses, as its organ says."""

    gut_amount: Float[Array, ""]
    body_amount: Float[Array, ""]


def nothing_taken(like: Float[Array, ""]) -> OralDoseState:
    """None on its way."""
    zero = jnp.zeros_like(like)
    return OralDoseState(gut_amount=zero, body_amount=zero)


def after_step(
    state: OralDoseState,
    taken: Float[AnyArray, ""],
    *,
    absorption_per_min: Float[Array, ""],
    elimination_per_min: Float[Array, ""],
    minutes: float,
) -> OralDoseState:
    """First-order absorption and elimination over a step.

    Args:
        state: at the step's start.
        taken: amount swallowed in the step, which begins to be absorbed at once.
        absorption_per_min: of the gut.
        elimination_per_min: of the body.
        minutes: length of the step.
    """
    on_way = state.gut_amount + taken
    left = on_way * jnp.exp(-absorption_per_min * minutes)
    kept = state.body_amount * jnp.exp(-elimination_per_min * minutes)
    return OralDoseState(gut_amount=left, body_amount=kept + on_way - left)


def saturation(amount: Float[Array, ""], half: Float[Array, ""]) -> Float[Array, ""]:
    """Share of the largest effect at an amount, one half at ``half``."""
    return amount / (amount + half)


def standard_doses_per_min(inputs: Inputs, standard_mg: Mapping[str, float]) -> Float[Array, ""]:
    """What is taken of a class of medicines, each counted by its standard dose."""
    zero = jnp.zeros_like(jnp.asarray(inputs.carbs_g_per_min))
    counted = (jnp.asarray(inputs.medication(name)) / standard for name, standard in standard_mg.items())
    return sum(counted, start=zero)
