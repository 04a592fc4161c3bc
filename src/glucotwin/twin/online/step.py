"""The filter, reading by reading: ``init`` and ``step``, for one person or, with ``jax.vmap``, for many."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import AnyArray, Array, Bool, Float, Int
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.twin.filter import NO_READING, Readings, assimilate, initial_belief, observe
from glucotwin.twin.fit import model_of
from glucotwin.twin.online.fault import Fault, FaultMemory, judge, no_memory
from glucotwin.twin.state_space import Belief, Noise, extract, plasma_glucose_index, predict
from glucotwin.twin.twin import Twin

ONLINE_DRAWS = 32
"""Posterior draws that are followed; as many as a forecast mixes."""


class Tracked(eqx.Module):
    """A twin as the filter follows it: a body and a disturbance for every draw of the posterior (leading axis).

    Attributes:
        body, noise: of each draw.
        guard: whether readings that are at fault are kept from the state.
    """

    body: Body
    noise: Noise
    guard: bool = eqx.field(static=True, default=True)


class Observation(eqx.Module):
    """What has become known since the last step.

    Attributes:
        inputs: rates held over the 5 min that end now (scalars).
        readings: the sensor's reading now, or none.
    """

    inputs: Inputs
    readings: Readings


class OnlineState(NamedTuple):
    """What is believed now; a plain tree of arrays.

    Attributes:
        belief: after the newest reading, axis draw.
        without: the same as if the readings in doubt had not come.
        memory: what tells whether the next reading is at fault.
    """

    belief: Belief
    without: Belief
    memory: FaultMemory


class StepInfo(NamedTuple):
    """What a step said, over all draws.

    Attributes:
        residual_mgdl, variance: the reading less its prediction, and the variance that was predicted for it.
        fault: a value of ``Fault``.
        used: whether there was a reading and it moved the state.
        glucose_mgdl, glucose_sd_mgdl: plasma glucose after the step.
        flux_mgdl_per_min, flux_sd_mgdl_per_min: what the body does not explain.
        insulin_effect_mgdl_per_min: how fast insulin above the basal amount lowers glucose (negative: below it).
    """

    residual_mgdl: Float[Array, "*time"]
    variance: Float[Array, "*time"]
    fault: Int[Array, "*time"]
    used: Bool[Array, "*time"]
    glucose_mgdl: Float[Array, "*time"]
    glucose_sd_mgdl: Float[Array, "*time"]
    flux_mgdl_per_min: Float[Array, "*time"]
    flux_sd_mgdl_per_min: Float[Array, "*time"]
    insulin_effect_mgdl_per_min: Float[Array, "*time"]


def track(twin: Twin, *, draws: int = ONLINE_DRAWS, guard: bool = True) -> Tracked:
    """A twin made ready to be followed.

    Args:
        twin: the person's twin.
        draws: how many points of its posterior.
        guard: whether readings that are at fault are kept from the state.
    """
    return track_points(twin, twin.draws(draws), guard=guard)


def track_points(twin: Twin, points: Float[AnyArray, "draw parameter"], *, guard: bool = True) -> Tracked:
    """The same for chosen unconstrained parameters."""
    body, noise = jax.vmap(model_of(twin).build)(jnp.asarray(points))
    return Tracked(body=body, noise=noise, guard=guard)


def init(tracked: Tracked, observation: Observation) -> tuple[OnlineState, StepInfo]:
    """The state after the first reading, from which its first guess comes too.

    Args:
        tracked: the twin.
        observation: the first reading.
    """
    readings, inputs = observation.readings, observation.inputs
    first = jnp.asarray(readings.glucose_mgdl, dtype=jnp.float64)

    def one(body: Body, noise: Noise) -> tuple[Belief, Float[Array, ""], Float[Array, ""]]:
        guess = initial_belief(body, noise, first)
        belief, innovation = assimilate(body, noise, guess, inputs, readings)
        return belief, innovation.residual_mgdl, innovation.variance

    belief, residual, variance = jax.vmap(one)(tracked.body, tracked.noise)
    state = OnlineState(belief=belief, without=belief, memory=no_memory(readings))
    mixed = _mixed(residual, variance)
    return state, _told(tracked, state, mixed, jnp.asarray(int(Fault.NONE)), readings.kind != NO_READING, inputs)


def step(tracked: Tracked, state: OnlineState, observation: Observation) -> tuple[OnlineState, StepInfo]:
    """The state one step of 5 min later.

    Args:
        tracked: the twin.
        state: before.
        observation: what has become known since.
    """
    inputs, readings = observation.inputs, observation.readings
    along = jax.vmap(lambda body, noise, belief: predict(body, noise, belief, inputs).belief)
    ahead = along(tracked.body, tracked.noise, state.belief)
    without = along(tracked.body, tracked.noise, state.without) if tracked.guard else ahead
    residual, variance = _expected(tracked, ahead, inputs, readings)
    if not tracked.guard:
        used = readings.kind != NO_READING
        after = _updated(tracked, ahead, inputs, readings)
        new = OnlineState(belief=after, without=after, memory=state.memory)
        return new, _told(tracked, new, (residual, variance), jnp.asarray(int(Fault.NONE)), used, inputs)
    residual_without, variance_without = _expected(tracked, without, inputs, readings)
    judgement, memory = judge(
        state.memory,
        readings,
        jnp.asarray(inputs.minute_of_day),
        residual / jnp.sqrt(variance),
        (residual_without, residual_without / jnp.sqrt(variance_without)),
    )
    start = _chosen(judgement.go_back, without, ahead)
    kind = jnp.where(judgement.use, readings.kind, NO_READING)
    after = _updated(tracked, start, inputs, Readings(glucose_mgdl=readings.glucose_mgdl, kind=kind))
    new = OnlineState(belief=after, without=_chosen(judgement.in_doubt, without, after), memory=memory)
    return new, _told(tracked, new, (residual, variance), judgement.fault, judgement.use, inputs)


@eqx.filter_jit
def first_step(tracked: Tracked, observation: Observation) -> tuple[OnlineState, StepInfo]:
    """``init``, compiled."""
    return init(tracked, observation)


@eqx.filter_jit
def next_step(tracked: Tracked, state: OnlineState, observation: Observation) -> tuple[OnlineState, StepInfo]:
    """``step``, compiled."""
    return step(tracked, state, observation)


@eqx.filter_jit
def next_steps(tracked: Tracked, state: OnlineState, observations: Observation) -> tuple[OnlineState, StepInfo]:
    """Several steps in a row, axis time."""
    return jax.lax.scan(lambda now, seen: step(tracked, now, seen), state, observations)


def _chosen(condition: Bool[Array, ""], one: Belief, other: Belief) -> Belief:
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), one, other)


def _updated(tracked: Tracked, belief: Belief, inputs: Inputs, readings: Readings) -> Belief:
    return jax.vmap(lambda body, noise, one: assimilate(body, noise, one, inputs, readings)[0])(
        tracked.body, tracked.noise, belief
    )


def _expected(
    tracked: Tracked, belief: Belief, inputs: Inputs, readings: Readings
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Residual of the reading and the variance predicted for it, over all draws."""
    innovations, _ = jax.vmap(lambda body, noise, one: observe(body, noise, one, inputs))(
        tracked.body, tracked.noise, belief
    )
    return _mixed(jnp.asarray(readings.glucose_mgdl) + innovations.residual_mgdl, innovations.variance)


def _mixed(mean: Float[Array, " draw"], variance: Float[Array, " draw"]) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Mean and variance of an equal mixture."""
    return jnp.mean(mean), jnp.mean(variance) + jnp.var(mean)


def _told(
    tracked: Tracked,
    state: OnlineState,
    innovation: tuple[Float[Array, ""], Float[Array, ""]],
    fault: Int[Array, ""],
    used: Bool[Array, ""],
    inputs: Inputs,
) -> StepInfo:
    index = plasma_glucose_index(tracked.body)
    belief = state.belief
    glucose = jax.vmap(lambda body, one: extract(body, one)[index])(tracked.body, belief.body)
    level, level_variance = _mixed(glucose, belief.covariance[:, index, index])
    flux, flux_variance = _mixed(belief.flux_mgdl_per_min, belief.covariance[:, -1, -1])
    effect = jax.vmap(lambda body, one: insulin_effect_mgdl_per_min(body, one, inputs))(tracked.body, belief.body)
    return StepInfo(
        residual_mgdl=innovation[0],
        variance=innovation[1],
        fault=fault,
        used=used,
        glucose_mgdl=level,
        glucose_sd_mgdl=jnp.sqrt(level_variance),
        flux_mgdl_per_min=flux,
        flux_sd_mgdl_per_min=jnp.sqrt(flux_variance),
        insulin_effect_mgdl_per_min=jnp.mean(effect),
    )


def insulin_effect_mgdl_per_min(body: Body, state: dict, inputs: Inputs) -> Float[Array, ""]:
    """How fast insulin above the basal amount lowers plasma glucose; zero for a body without remote insulin action."""
    glucose = state.get("glucose")
    if glucose is None or not hasattr(glucose, "action_per_min"):
        return jnp.zeros(())
    idle = eqx.tree_at(lambda one: one.action_per_min, glucose, jnp.zeros_like(glucose.action_per_min))
    with_action: Any = body.derivative(state, inputs)["glucose"]
    without_action: Any = body.derivative({**state, "glucose": idle}, inputs)["glucose"]
    return without_action.glucose_mgdl - with_action.glucose_mgdl
