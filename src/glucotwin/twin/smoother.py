"""Looking back over a whole window: the glucose that a body must have had, given every reading before and after."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.filter import Readings, assimilate, initial_belief
from glucotwin.twin.state_space import (
    STEP_MIN,
    Belief,
    Noise,
    extract,
    insert,
    plasma_glucose_index,
    predict,
    with_flux,
)

TRACKING_NOISE = Noise(
    flux_sd_mgdl_per_min=jnp.asarray(3.0),
    flux_time_min=jnp.asarray(60.0),
    jump_sd_mgdl=jnp.asarray(0.01),
    sensor_sd_mgdl=jnp.asarray(4.0),
)
"""Loose enough that the smoothed glucose follows the sensor closely and the flux takes up whatever the body lacks."""


class _Forward(NamedTuple):
    """What the backward pass needs of one step."""

    updated: Float[Array, " uncertain"]
    updated_covariance: Float[Array, "uncertain uncertain"]
    predicted: Float[Array, " uncertain"]
    predicted_covariance: Float[Array, "uncertain uncertain"]
    jacobian: Float[Array, "uncertain uncertain"]


def smoothed_states(
    body: Body, noise: Noise, inputs: Inputs, readings: Readings, guess_mgdl: Float[Array, ""]
) -> Float[Array, "time uncertain"]:
    """Smoothed uncertain states and flux at each step's start (Rauch, Tung and Striebel 1965, on the linearised steps).

    Args:
        body: the person's body.
        noise: the disturbance.
        inputs: rates held over each step, axis time.
        readings: at each step's start.
        guess_mgdl: glucose at the start.
    """

    def forward(belief: Belief, now: tuple[Inputs, Readings]) -> tuple[Belief, _Forward]:
        updated, _ = assimilate(body, noise, belief, now[0], now[1])
        after = predict(body, noise, updated, now[0])
        kept = _Forward(
            _vector(body, updated),
            updated.covariance,
            _vector(body, after.belief),
            after.belief.covariance,
            after.jacobian,
        )
        return after.belief, kept

    def backward(
        later: Float[Array, " uncertain"], now: _Forward
    ) -> tuple[Float[Array, " uncertain"], Float[Array, " uncertain"]]:
        gain = jnp.linalg.solve(now.predicted_covariance, now.jacobian @ now.updated_covariance).T
        smoothed = now.updated + gain @ (later - now.predicted)
        return smoothed, smoothed

    start = initial_belief(body, noise, guess_mgdl)
    last, kept = jax.lax.scan(forward, start, (inputs, readings))
    return jax.lax.scan(backward, _vector(body, last), kept, reverse=True)[1]


def _vector(body: Body, belief: Belief) -> Float[Array, " uncertain"]:
    return jnp.append(extract(body, belief.body), belief.flux_mgdl_per_min)


def explaining_flux(
    body: Body, inputs: Inputs, smoothed: Float[Array, "time uncertain"]
) -> tuple[BodyState, Float[Array, " time"]]:
    """The unexplained flux with which the body runs exactly through the smoothed plasma glucose, and where it starts.

    Args:
        body: the person's body.
        inputs: rates held over each step, axis time.
        smoothed: uncertain states and flux at each step's start.

    Returns:
        the state at the first step and the flux over each step in mg/dL/min (that of the last step repeats).
    """
    index = plasma_glucose_index(body)
    start = insert(body, body.initial_state(), smoothed[0, :-1])
    targets = jnp.append(smoothed[1:, index], smoothed[-1, index])

    def step(state: BodyState, now: tuple[Inputs, Float[Array, ""]]) -> tuple[BodyState, Float[Array, ""]]:
        rates, target = now

        def after(flux: Float[Array, ""]) -> BodyState:
            return step_minutes(body, state, with_flux(rates, flux), minutes=STEP_MIN)

        def miss(flux: Float[Array, ""]) -> Float[Array, ""]:
            return extract(body, after(flux))[index] - target

        flux = jnp.zeros(())
        for _ in range(NEWTON_STEPS):
            value, slope = jax.jvp(miss, (flux,), (jnp.ones(()),))
            flux = flux - value / slope
        return after(flux), flux

    return start, jax.lax.scan(step, start, (inputs, targets))[1]


NEWTON_STEPS = 2
"""The step is all but linear in the flux: two Newton steps leave less than 1e-6 mg/dL."""
