"""What is still to come of insulin and food, and where glucose is heading, read off the state."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.minimal import MinimalGlucoseState
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.filter import Ahead, look_ahead
from glucotwin.twin.online.step import OnlineState, Tracked
from glucotwin.twin.predictive import Predictive
from glucotwin.twin.state_space import STEP_MIN, Belief, Noise, extract, plasma_glucose_index, with_flux

HOURS_AHEAD = 6
INSULIN_ORGANS = ("subcutis", "plasma_insulin", "insulin")
FOOD_ORGANS = ("gut",)


class OnBoard(NamedTuple):
    """Means over all draws.

    Attributes:
        trend_mgdl_per_min: how fast plasma glucose changes now.
        insulin_u: under the skin beyond what the usual basal rate keeps there; negative after a suspension.
        carbs_g: eaten and not yet in plasma.
        insulin_effect_mgdl, carb_effect_mgdl: by how much each will change glucose at most within six hours.
    """

    trend_mgdl_per_min: Float[Array, ""]
    insulin_u: Float[Array, ""]
    carbs_g: Float[Array, ""]
    insulin_effect_mgdl: Float[Array, ""]
    carb_effect_mgdl: Float[Array, ""]


@eqx.filter_jit
def on_board(tracked: Tracked, state: OnlineState, coming: Inputs) -> OnBoard:
    """What is on board.

    Args:
        tracked: the twin.
        state: now.
        coming: what is assumed for the coming steps, axis time: no food, no bolus, the usual basal rate.
    """

    def one(body: Body, own: BodyState, flux: Float[Array, ""]) -> OnBoard:
        rest = body.initial_state()
        idle = {**own, **{name: rest[name] for name in INSULIN_ORGANS if name in own}}
        glucose, resting = own["glucose"], rest["glucose"]
        if isinstance(resting, MinimalGlucoseState):
            idle["glucose"] = eqx.tree_at(lambda part: part.action_per_min, glucose, resting.action_per_min)
        empty = {**own, **{name: rest[name] for name in FOOD_ORGANS if name in own}}
        with_all = _course(body, own, coming)
        now = with_flux(coming.map(lambda values: jnp.asarray(values)[0]), flux)
        change: Any = body.derivative(own, now)["glucose"]
        return OnBoard(
            trend_mgdl_per_min=change.glucose_mgdl,
            insulin_u=_sum_of(own, INSULIN_ORGANS, "_u") - _sum_of(rest, INSULIN_ORGANS, "_u"),
            carbs_g=_sum_of(own, FOOD_ORGANS, "_mg") / 1000.0,
            insulin_effect_mgdl=_largest(with_all - _course(body, idle, coming)),
            carb_effect_mgdl=_largest(with_all - _course(body, empty, coming)),
        )

    each = jax.vmap(one)(tracked.body, state.belief.body, state.belief.flux_mgdl_per_min)
    return jax.tree.map(jnp.mean, each)


def _sum_of(state: BodyState, organs: tuple[str, ...], ending: str) -> Float[Array, ""]:
    amounts = [
        getattr(state[organ], field)
        for organ in organs
        if organ in state
        for field in state[organ].__dataclass_fields__
        if field.endswith(ending)
    ]
    return jnp.sum(jnp.stack(amounts)) if amounts else jnp.zeros(())


def _course(body: Body, state: BodyState, coming: Inputs) -> Float[Array, " time"]:
    index = plasma_glucose_index(body)

    def one(now: BodyState, inputs: Inputs) -> tuple[BodyState, Float[Array, ""]]:
        after = step_minutes(body, now, inputs, minutes=STEP_MIN)
        return after, extract(body, after)[index]

    return jax.lax.scan(one, state, coming)[1]


def _largest(change: Float[Array, " time"]) -> Float[Array, ""]:
    return change[jnp.argmax(jnp.abs(change))]


@eqx.filter_jit
def predict_ahead(tracked: Tracked, state: OnlineState, coming: Inputs) -> Predictive:
    """Predicted readings after the state, axes draw, origin (one), coming step: what a forecast is made of.

    Args:
        tracked: the twin.
        state: at the origin, after its reading.
        coming: what is assumed for the coming steps, axis time.
    """

    def one(body: Body, noise: Noise, belief: Belief) -> Ahead:
        return look_ahead(body, noise, belief, coming)

    ahead = jax.vmap(one)(tracked.body, tracked.noise, state.belief)
    return Predictive(ahead.mean_mgdl[:, None], ahead.variance[:, None])
