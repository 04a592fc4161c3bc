"""What goes on in the people of risk scenarios in five minutes, for many of them at once."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.tidepool_simple import tidepool_simple_parameters
from glucotwin.simulate.risk.person import RiskBody, Truth
from glucotwin.simulate.risk.schedule import STEP_MIN
from glucotwin.simulate.solver import step_minutes


class Life(eqx.Module):
    """People on their way, with a leading axis.

    Attributes:
        state: of their bodies.
        first_u, second_u: insulin on board in the two compartments of the set's own curve, by which it scores whatever
            the body: hours with too little insulin then mean the same on each.
    """

    state: BodyState
    first_u: Float[Array, " arm"]
    second_u: Float[Array, " arm"]


class Seen(NamedTuple):
    """What is seen of people at a moment: glucose, mg/dL, insulin on board, U, and ketones, mmol/L."""

    glucose_mgdl: Float[Array, " arm"]
    on_board_u: Float[Array, " arm"]
    ketone_mmoll: Float[Array, " arm"]


def begin(body: RiskBody, bodies: Body, start_mgdl: Float[Array, " arm"], pump_u_per_h: Float[Array, " arm"]) -> Life:
    """At the start, with the insulin on board that the pump's own schedule keeps there."""
    first_min, second_min = _curve_min()
    rate = pump_u_per_h / 60.0
    state = jax.vmap(body.start)(bodies, start_mgdl)
    return Life(state=state, first_u=rate * first_min, second_u=rate * second_min)


def observe(bodies: Body, life: Life) -> Seen:
    """What is seen of people now."""
    signals = jax.vmap(lambda body, state: body.signals(state, _quiet()))(bodies, life.state)
    return Seen(signals.glucose_mgdl, life.first_u + life.second_u, signals.ketone_mmoll)


def live_on(
    body: RiskBody,
    bodies: Body,
    life: Life,
    truth: Truth,
    dose_u_per_min: Float[Array, " arm"],
    carbs_g_per_min: Float[Array, " arm"],
) -> Life:
    """Five minutes on, under the truth of now."""

    def one(person: Body, own: Truth, now: BodyState, dose: Array, carbs: Array) -> BodyState:
        given: Inputs = eqx.tree_at(
            lambda inputs: (inputs.carbs_g_per_min, inputs.insulin_u_per_min), _quiet(), (carbs, {"rapid": dose})
        )
        changed = person.with_parameters(own)
        return jax.lax.fori_loop(0, STEP_MIN, lambda _, before: step_minutes(changed, before, given), now)

    state = jax.vmap(one)(bodies, body.follow(truth), life.state, dose_u_per_min, carbs_g_per_min)
    first, second = _on_board_after(life.first_u, life.second_u, dose_u_per_min)
    return Life(state=state, first_u=first, second_u=second)


def _on_board_after(first: Array, second: Array, dose_u_per_min: Array) -> tuple[Array, Array]:
    """Both compartments after five minutes at a rate, exactly."""
    first_min, second_min = _curve_min()
    left_first, left_second = jnp.exp(-STEP_MIN / first_min), jnp.exp(-STEP_MIN / second_min)
    apart = first - dose_u_per_min * first_min
    moving = apart / first_min / (1.0 / second_min - 1.0 / first_min)
    steady = dose_u_per_min * second_min
    return (
        dose_u_per_min * first_min + apart * left_first,
        steady + (second - steady) * left_second + moving * (left_first - left_second),
    )


def _curve_min() -> tuple[float, float]:
    records = tidepool_simple_parameters()
    return records["subcutis.first_min"].typical, records["subcutis.second_min"].typical


def _quiet() -> Inputs:
    return constant_inputs(1).map(lambda values: jnp.asarray(values)[0])
