"""The filter's fast form: what inputs alone determine is run once, and only the uncertain states are filtered.

Insulin, food and insulin action do not depend on glucose, so their course is the same in the filter and in every
look-ahead under the same inputs. Running them once and keeping the body's state at the four Runge-Kutta stages of every
step leaves a small problem, the uncertain states alone, that gives the very numbers of ``filter.run_filter`` and
``filter.look_ahead``.
"""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import AnyArray, Array, Float, Int
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import resolve_fast_organs
from glucotwin.twin.filter import Ahead, Innovation, Readings, assimilate, initial_belief
from glucotwin.twin.state_space import (
    STEP_MIN,
    Belief,
    Noise,
    added_variance,
    extract,
    insert,
    uncertain_fields,
    with_flux,
)

STAGE_MIN = (0.0, STEP_MIN / 2.0, STEP_MIN / 2.0, STEP_MIN)
"""How far the stages of the classical Runge-Kutta step lie after its start."""


class Course(NamedTuple):
    """The body's state at the stages of every step, axes step, stage; the uncertain states in it mean nothing."""

    stages: BodyState


class Small(NamedTuple):
    """A belief without what inputs determine: uncertain states and, last, the flux; and their covariance."""

    mean: Float[Array, "*time uncertain"]
    covariance: Float[Array, "*time uncertain uncertain"]


def can_drive(body: Body) -> bool:
    """Whether inputs alone move all but the uncertain states, and nothing is held over a step."""
    return not any(organ.held or (organ.substeps > 1 and organ.uncertain) for organ in body.organs)


def drive(body: Body, inputs: Inputs) -> Course:
    """Runs what inputs determine, from rest.

    Args:
        body: the person's body; no state but the uncertain ones may depend on these (see ``can_drive``).
        inputs: rates held over each step, axis step.
    """
    fine = [organ.name for organ in body.organs if organ.substeps > 1]

    def step(before: BodyState, now: Inputs) -> tuple[BodyState, BodyState]:
        state = body.advance(before, now, minutes=STEP_MIN)
        middle, end = resolve_fast_organs(body, state, now, STEP_MIN)
        own = {name: part for name, part in state.items() if name not in fine}
        stages, slopes = [state], [body.derivative(state, now)]
        for minutes, resolved in zip(STAGE_MIN[1:], (middle, middle, end), strict=True):
            stages.append(_moved(own, slopes[-1], minutes) | resolved)
            slopes.append(body.derivative(stages[-1], now))
        slow = [{name: slope[name] for name in own} for slope in slopes]
        after = jax.tree.map(lambda x, a, b, c, d: x + STEP_MIN / 6.0 * (a + 2.0 * (b + c) + d), own, *slow) | end
        # The uncertain states stay where they began: nothing else listens to them.
        kept = insert(body, after, extract(body, before))
        return kept, jax.tree.map(lambda *values: jnp.stack(values), *stages)

    return Course(jax.lax.scan(step, body.initial_state(), inputs)[1])


def filter_driven(
    body: Body, noise: Noise, course: Course, guess_mgdl: Float[Array, ""], inputs: Inputs, readings: Readings
) -> tuple[Small, Innovation]:
    """Filters a window: the beliefs after each reading, and what each reading said.

    Args:
        body: the person's body.
        noise: the disturbance.
        course: of the same body and inputs.
        guess_mgdl: glucose at the beginning.
        inputs: rates held over each step, axis step.
        readings: at each step's start.
    """

    def one(current: Small, now: tuple[BodyState, Inputs, Readings]) -> tuple[Small, tuple[Small, Innovation]]:
        stages, step_inputs, reading = now
        updated, innovation = assimilate(body, noise, _whole(body, stages, current), step_inputs, reading)
        small = Small(jnp.append(extract(body, updated.body), updated.flux_mgdl_per_min), updated.covariance)
        return _predict_small(body, noise, small, stages, step_inputs), (small, innovation)

    first = initial_belief(body, noise, guess_mgdl)
    start = Small(jnp.append(extract(body, first.body), first.flux_mgdl_per_min), first.covariance)
    return jax.lax.scan(one, start, (course.stages, inputs, readings))[1]


def look_ahead_driven(
    body: Body,
    noise: Noise,
    course: Course,
    inputs: Inputs,
    beliefs: Small,
    origins: Int[AnyArray, " origin"],
    steps: int,
) -> Ahead:
    """Predicts the coming readings open loop from several steps of a filtered window, axes origin, coming step.

    Args:
        body: the person's body.
        noise: the disturbance.
        course: of the window.
        inputs: of the window, axis step.
        beliefs: of ``filter_driven``.
        origins: indices of the steps to look ahead from.
        steps: how many coming steps to predict; all origins lie at least as many before the window's end.
    """
    places = jnp.asarray(origins)
    size = beliefs.mean.shape[-1]
    starts = Scalars(
        [beliefs.mean[places, i] for i in range(size)],
        {(i, j): beliefs.covariance[places, i, j] for i in range(size) for j in range(i, size)},
    )

    def advance(scalars: Scalars, stages: BodyState, now: Inputs) -> tuple[Scalars, Ahead]:
        after = _predict(body, noise, scalars, stages, now)
        return after, _seen(body, noise, after, stages, now)

    def one(current: Scalars, ahead: Int[Array, ""]) -> tuple[Scalars, Ahead]:
        # Each step of the window is looked up when its turn comes: copies for every origin would be large.
        stages = jax.tree.map(lambda values: values[places + ahead], course.stages)
        now = inputs.map(lambda values: jnp.asarray(values)[places + ahead])
        return jax.vmap(advance)(current, stages, now)

    predicted = jax.lax.scan(one, starts, jnp.arange(steps))[1]
    return Ahead(predicted.mean_mgdl.T, predicted.variance.T)


class Scalars(NamedTuple):
    """A small belief in scalars: many small matrix products in a row cost a program more than their arithmetic.

    Attributes:
        mean: uncertain states and, last, the flux.
        covariance: upper triangle, by row and column.
    """

    mean: list[Array]
    covariance: dict[tuple[int, int], Array]

    def at(self, row: int, column: int) -> Float[Array, "..."]:
        """One entry of the covariance."""
        return self.covariance[min(row, column), max(row, column)]


def _whole(body: Body, stages: BodyState, small: Small) -> Belief:
    state = insert(body, _stage(stages, 0), small.mean[:-1])
    return Belief(state, small.mean[-1], small.covariance)


def _predict_small(body: Body, noise: Noise, small: Small, stages: BodyState, inputs: Inputs) -> Small:
    def step(vector: Float[Array, " uncertain"]) -> Float[Array, " uncertain"]:
        values = [vector[index] for index in range(vector.size)]
        return jnp.stack([*_advanced(body, values, stages, inputs), noise.flux_memory() * values[-1]])

    mean, jacobian = jax.vmap(lambda tangent: jax.jvp(step, (small.mean,), (tangent,)), out_axes=(None, 1))(
        jnp.eye(small.mean.size)
    )
    covariance = jacobian @ small.covariance @ jacobian.T + jnp.diag(added_variance(body, noise, inputs))
    return Small(mean, covariance)


def _predict(body: Body, noise: Noise, now: Scalars, stages: BodyState, inputs: Inputs) -> Scalars:
    """One step of the uncertain states, linearised about the mean."""
    memory, size = noise.flux_memory(), len(now.mean)
    mean, slopes = _linearised(lambda values: _advanced(body, values, stages, inputs), now.mean)
    rows = [*slopes, [*(jnp.zeros_like(memory) for _ in range(size - 1)), memory]]
    added = added_variance(body, noise, inputs)
    half = [[_dot(row, [now.at(k, j) for k in range(size)]) for j in range(size)] for row in rows]
    covariance = {
        (i, j): _dot(half[i], rows[j]) + (added[i] if i == j else 0.0) for i in range(size) for j in range(i, size)
    }
    return Scalars([*mean, memory * now.mean[-1]], covariance)


def _seen(body: Body, noise: Noise, belief: Scalars, stages: BodyState, inputs: Inputs) -> Ahead:
    """The predicted reading and its variance."""

    def sensor(values: list[Array]) -> list[Array]:
        return [body.signals(_inserted(body, _stage(stages, 0), values[:-1]), inputs).interstitial_mgdl]

    (mean,), (slope,) = _linearised(sensor, belief.mean)
    size = len(slope)
    spread = [_dot(slope, [belief.at(k, j) for k in range(size)]) for j in range(size)]
    return Ahead(mean, _dot(slope, spread) + noise.sensor_sd_mgdl**2)


def _linearised(
    function: Callable[[list[Array]], list[Array]], values: list[Array]
) -> tuple[list[Array], list[list[Array]]]:
    """What a function gives, and by row its slopes along each value."""

    def along(index: int) -> tuple[list[Array], list[Array]]:
        def moved(value: Float[Array, ""]) -> list[Array]:
            return function([*values[:index], value, *values[index + 1 :]])

        return jax.jvp(moved, (values[index],), (jnp.ones_like(values[index]),))

    columns = [along(index) for index in range(len(values))]
    return columns[0][0], [[slopes[row] for _, slopes in columns] for row in range(len(columns[0][0]))]


def _dot(left: list[Array], right: list[Array]) -> Float[Array, ""]:
    return sum((a * b for a, b in zip(left[1:], right[1:], strict=True)), start=left[0] * right[0])


def _advanced(body: Body, values: list[Array], stages: BodyState, inputs: Inputs) -> list[Array]:
    """The uncertain states one step later; the last of the values, the flux, is held."""
    disturbed = with_flux(inputs, inputs.unexplained_flux_mgdl_per_min + values[-1])
    start, fields = values[:-1], uncertain_fields(body)

    def slope(at: list[Array], index: int) -> list[Array]:
        changes = body.derivative(_inserted(body, _stage(stages, index), at), disturbed)
        return [getattr(changes[organ], field) for organ, field in fields]

    def moved(slopes: list[Array], minutes: float) -> list[Array]:
        return [value + minutes * rate for value, rate in zip(start, slopes, strict=True)]

    k1 = slope(start, 0)
    k2 = slope(moved(k1, STAGE_MIN[1]), 1)
    k3 = slope(moved(k2, STAGE_MIN[2]), 2)
    k4 = slope(moved(k3, STAGE_MIN[3]), 3)
    return moved([(a + 2.0 * (b + c) + d) / 6.0 for a, b, c, d in zip(k1, k2, k3, k4, strict=True)], STEP_MIN)


def _inserted(body: Body, state: BodyState, values: list[Array]) -> BodyState:
    fields = uncertain_fields(body)
    return eqx.tree_at(lambda one: [getattr(one[organ], field) for organ, field in fields], state, values)


def _stage(stages: BodyState, index: int) -> BodyState:
    return jax.tree.map(lambda values: values[index], stages)


def _moved(state: BodyState, slope: BodyState, minutes: float) -> BodyState:
    return {name: jax.tree.map(lambda x, rate: x + minutes * rate, part, slope[name]) for name, part in state.items()}
