"""A body as a state-space model: inputs drive it, an unexplained glucose flux disturbs it, a sensor observes it.

The flux is an Ornstein-Uhlenbeck process: what unlogged food, stress, exercise and model error add to or take from
plasma glucose. A filter tracks the uncertainty of the flux and of those body states that inputs alone do not determine
(``AbstractOrgan.uncertain``); the rest of the state follows the inputs exactly.
"""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes

STEP_MIN = 5.0
"""Length of an inference step in minutes: the usual interval of sensors."""


class Noise(eqx.Module):
    """What the body does not explain.

    Attributes:
        flux_sd_mgdl_per_min: stationary SD of the unexplained flux.
        flux_time_min: its correlation time.
        jump_sd_mgdl: SD of independent jumps of plasma glucose per step.
        sensor_sd_mgdl: scale of the sensor's independent error.
    """

    flux_sd_mgdl_per_min: Float[Array, ""]
    flux_time_min: Float[Array, ""]
    jump_sd_mgdl: Float[Array, ""]
    sensor_sd_mgdl: Float[Array, ""]

    def flux_memory(self) -> Float[Array, ""]:
        """Autocorrelation of the flux from one step to the next."""
        return jnp.exp(-STEP_MIN / self.flux_time_min)


class Belief(NamedTuple):
    """What is believed of a person's state at one instant: Gaussian in the uncertain parts.

    Attributes:
        body: mean of the whole body state.
        flux_mgdl_per_min: mean unexplained flux.
        covariance: of the uncertain body states and, last, the flux.
    """

    body: BodyState
    flux_mgdl_per_min: Float[Array, "*time"]
    covariance: Float[Array, "*time uncertain uncertain"]


def uncertain_fields(body: Body) -> tuple[tuple[str, str], ...]:
    """Organ and field of every uncertain state, in body order."""
    return tuple((organ.name, field) for organ in body.organs for field in organ.uncertain)


def plasma_glucose_index(body: Body) -> int:
    """Where plasma glucose stands among the uncertain states."""
    return [field for _, field in uncertain_fields(body)].index("glucose_mgdl")


def extract(body: Body, state: BodyState) -> Float[Array, " uncertain"]:
    """The uncertain part of a state as a vector."""
    return jnp.stack([getattr(state[organ], field) for organ, field in uncertain_fields(body)])


def insert(body: Body, state: BodyState, vector: Float[Array, " uncertain"]) -> BodyState:
    """The state with its uncertain part replaced."""
    fields = uncertain_fields(body)
    return eqx.tree_at(lambda one: [getattr(one[organ], field) for organ, field in fields], state, list(vector))


def with_flux(inputs: Inputs, flux_mgdl_per_min: Float[AnyArray, "*time"]) -> Inputs:
    """The inputs with another unexplained flux."""
    return eqx.tree_at(lambda one: one.unexplained_flux_mgdl_per_min, inputs, flux_mgdl_per_min)


class Transition(NamedTuple):
    """One predicted step: the belief after it and the linear map of the uncertain parts that led there."""

    belief: Belief
    jacobian: Float[Array, "uncertain uncertain"]


def predict(body: Body, noise: Noise, belief: Belief, inputs: Inputs) -> Transition:
    """The belief one step later, by linearising the step about the mean (extended Kalman filter).

    Args:
        body: the person's body.
        noise: the disturbance.
        belief: now.
        inputs: rates held over the step (scalars).
    """

    def step(vector: Float[Array, " uncertain"]) -> tuple[Float[Array, " uncertain"], BodyState]:
        disturbed = with_flux(inputs, inputs.unexplained_flux_mgdl_per_min + vector[-1])
        after = step_minutes(body, insert(body, belief.body, vector[:-1]), disturbed, minutes=STEP_MIN)
        return jnp.append(extract(body, after), noise.flux_memory() * vector[-1]), after

    now = jnp.append(extract(body, belief.body), belief.flux_mgdl_per_min)
    mean, jacobian, after = _with_jacobian(step, now)
    covariance = jacobian @ belief.covariance @ jacobian.T + jnp.diag(added_variance(body, noise, inputs))
    return Transition(Belief(after, mean[-1], covariance), jacobian)


def _with_jacobian(
    step: Callable[[Array], tuple[Array, BodyState]], now: Float[Array, " uncertain"]
) -> tuple[Float[Array, " uncertain"], Float[Array, "uncertain uncertain"], BodyState]:
    def along(tangent: Float[Array, " uncertain"]) -> tuple[tuple[Array, BodyState], Array]:
        mean, slope, after = jax.jvp(step, (now,), (tangent,), has_aux=True)
        return (mean, after), slope

    (mean, after), jacobian = jax.vmap(along, out_axes=(None, 1))(jnp.eye(now.size))
    return mean, jacobian, after


def added_variance(body: Body, noise: Noise, inputs: Inputs) -> Float[Array, " uncertain"]:
    """Variance that one step adds to the uncertain states and, last, the flux."""
    states = jnp.zeros(len(uncertain_fields(body))).at[plasma_glucose_index(body)].set(noise.jump_sd_mgdl**2)
    return jnp.append(states, flux_variance(noise, inputs))


def flux_variance(noise: Noise, inputs: Inputs) -> Float[Array, "..."]:
    """Variance that one step adds to the flux."""
    stationary = noise.flux_sd_mgdl_per_min**2
    if inputs.imputed_flux_power is not None:
        # The same power at the disturbance's own correlation time moves glucose as far in the long run.
        stationary = stationary + inputs.imputed_flux_power / noise.flux_time_min
    return stationary * (1.0 - noise.flux_memory() ** 2)
