"""The predictive model that a fitted twin amounts to: its glucose differentiated by units and by grams."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.control.zone_mpc.setting_model import UNEXPLAINED_MIN, UNEXPLAINED_SD_MGDL, unexplained_sd
from glucotwin.core.array import Array, Float
from glucotwin.core.predictive_model import RESPONSE_LAGS, Responses
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import coarse_inputs
from glucotwin.twin.intervention import EffectDraws, body_of_draw, effect_draws
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

DRAWS: Final = 32
WAYS: Final = 4
"""Directions kept of how draws differ; they hold nearly all of the spread."""

PARTS: Final = 6
"""Parts of the day with a response of their own: insulin acts more strongly at some hours than at others."""


class DoseResponse(eqx.Module):
    """A person's responses by part of the day.

    Attributes:
        parts: responses of six parts of four hours from local midnight, each with a leading part axis.
    """

    parts: Responses

    def responses(self, minute_of_day: Float[Array, ""]) -> Responses:
        """Of the part of the day that a local minute lies in."""
        part = (minute_of_day // (MINUTES_PER_DAY // PARTS)).astype(jnp.int32) % PARTS
        return jax.tree.map(lambda leaf: jnp.asarray(leaf)[part], self.parts)


def dose_response(twin: Twin, *, draws: int = DRAWS, seed: int = 0) -> DoseResponse:
    """How a person's glucose answers to small doses, from the twin's causal body, with the posterior's spread.

    Each draw's body rests at its usual basal rate; its glucose is differentiated by the units and grams of one step.
    The mean and the main directions of the draws' differences (singular vectors) make the responses. What neither
    explains is the same as with settings alone: feedback answers it every five minutes, so it stays small.

    Args:
        twin: of the person.
        draws: of the posterior.
        seed: of the draws.
    """
    model = model_of(twin)
    points, effects = twin.draws(draws, seed=seed), effect_draws(twin, draws, seed=seed)
    insulin, carbs = (np.asarray(one) for one in _gradients(model, points, effects))
    parts = [_summary(insulin[:, part], carbs[:, part]) for part in range(PARTS)]
    return DoseResponse(jax.tree.map(lambda *leaves: np.stack(leaves), *parts))


@eqx.filter_jit
def _gradients(
    model: PersonalModel, points: Float[Array, "draw parameter"], effects: EffectDraws
) -> tuple[Float[Array, "draw part lag"], Float[Array, "draw part lag"]]:
    """Derivatives of glucose by units and by grams."""

    def draw(one: tuple[Array, EffectDraws]) -> tuple[Array, Array]:
        body = body_of_draw(model, *one)
        minutes = (jnp.arange(PARTS) + 0.5) * (MINUTES_PER_DAY / PARTS)
        return jax.vmap(lambda minute: _of_part(body, model.basal_u_per_min, minute))(minutes)

    return jax.lax.map(draw, (points, effects), batch_size=8)


def _of_part(
    body: Body, basal_u_per_min: Float[Array, ""], minute_of_day: Float[Array, ""]
) -> tuple[Float[Array, " lag"], Float[Array, " lag"]]:
    def course(doses: Float[Array, " two"]) -> Float[Array, " lag"]:
        return _course(body, basal_u_per_min, minute_of_day, units=doses[0], grams=doses[1])

    insulin, carbs = (jax.jvp(course, (jnp.zeros(2),), (one,))[1] for one in jnp.eye(2))
    return insulin, carbs


def _course(
    body: Body,
    basal_u_per_min: Float[Array, ""],
    minute_of_day: Float[Array, ""],
    *,
    units: Float[Array, ""],
    grams: Float[Array, ""],
) -> Float[Array, " lag"]:
    """Glucose from rest with a dose in the first step."""
    once = jnp.zeros(RESPONSE_LAGS - 1).at[0].set(1.0 / STEP_MIN)
    clock = minute_of_day + STEP_MIN * jnp.arange(RESPONSE_LAGS - 1)
    resting: Inputs = coarse_inputs(constant_inputs((RESPONSE_LAGS - 1) * int(STEP_MIN))).map(jnp.asarray)
    inputs = eqx.tree_at(
        lambda one: (one.minute_of_day, one.carbs_g_per_min, one.insulin_u_per_min),
        resting,
        (clock % MINUTES_PER_DAY, grams * once, {REFERENCE: basal_u_per_min + units * once}),
    )

    def step(state: BodyState, now: Inputs) -> tuple[BodyState, Float[Array, ""]]:
        after = step_minutes(body, state, now, minutes=STEP_MIN)
        return after, body.signals(after, now).glucose_mgdl

    state = body.initial_state()
    rest = body.signals(state, inputs.map(lambda values: values[0])).glucose_mgdl
    return jnp.concatenate([rest[None], jax.lax.scan(step, state, inputs)[1]])


def _summary(insulin: np.ndarray, carbs: np.ndarray) -> Responses:
    """Mean and main directions of the draws' responses to both, each ``(draw, lag)``."""
    both = np.concatenate([insulin, carbs], axis=1)
    # Draws in which small doses do next to nothing or run away say nothing about the others.
    both = both[np.all(np.isfinite(both), axis=1)]
    mean = both.mean(axis=0)
    _, sizes, directions = np.linalg.svd((both - mean) / np.sqrt(max(len(both) - 1, 1)), full_matrices=False)
    ways = np.zeros((WAYS, both.shape[1]))
    kept = min(WAYS, len(sizes))
    ways[:kept] = sizes[:kept, None] * directions[:kept]
    rows = np.concatenate([mean[None], ways])
    return Responses(
        insulin_mgdl_per_u=rows[:, : insulin.shape[1]],
        carbs_mgdl_per_g=rows[:, insulin.shape[1] :],
        unexplained_sd_mgdl=np.asarray(unexplained_sd(UNEXPLAINED_SD_MGDL, UNEXPLAINED_MIN)),
    )
