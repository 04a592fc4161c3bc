"""The filters that are compared: extended, unscented and ensemble Kalman filters, and one whose sensitivity wanders."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import PyTree

from glucotwin.core.random import minute_key, root_key, stream_key
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.filter import (
    VALUE,
    Readings,
    assimilate,
    initial_belief,
    observe,
    update_weight,
)
from glucotwin.twin.state_space import Belief, Noise, extract, insert, predict, with_flux

MEMBERS = 64
SENSITIVITIES = tuple(f"glucose.sensitivity_{name}" for name in ("night", "morning", "afternoon", "evening"))
WANDER_PER_DAY, WANDER_DAYS = 0.25, 3.0


@dataclass(frozen=True)
class Method:
    """A filter: where it begins, one step, one update, and what it expects of the sensor (mean, variance)."""

    begin: Callable[[jax.Array], PyTree]
    ahead: Callable[[PyTree, Inputs], PyTree]
    update: Callable[[PyTree, Inputs, Readings], PyTree]
    expect: Callable[[PyTree, Inputs], tuple[jax.Array, jax.Array]]


def extended(body: Body, noise: Noise) -> Method:
    def expect(belief: Belief, inputs: Inputs) -> tuple[jax.Array, jax.Array]:
        predicted, _ = observe(body, noise, belief, inputs)
        return -predicted.residual_mgdl, predicted.variance

    return Method(
        begin=lambda first: initial_belief(body, noise, first),
        ahead=lambda belief, inputs: predict(body, noise, belief, inputs).belief,
        update=lambda belief, inputs, reading: assimilate(body, noise, belief, inputs, reading)[0],
        expect=expect,
    )


def unscented(body: Body, noise: Noise) -> Method:
    """Sigma points (Julier and Uhlmann 2004) through the step; the sensor is linear, so the update is the same."""
    base = extended(body, noise)
    added = jnp.array([noise.jump_sd_mgdl**2, 0.0, noise.flux_sd_mgdl_per_min**2 * (1 - noise.flux_memory() ** 2)])

    def ahead(belief: Belief, inputs: Inputs) -> Belief:
        mean = jnp.append(extract(body, belief.body), belief.flux_mgdl_per_min)
        root = jnp.linalg.cholesky(belief.covariance + 1e-9 * jnp.eye(3)) * jnp.sqrt(3.0)
        points = jnp.concatenate([mean[None] + root.T, mean[None] - root.T])

        def one(point: jax.Array) -> tuple[jax.Array, BodyState]:
            after = step_minutes(body, insert(body, belief.body, point[:-1]), with_flux(inputs, point[-1]), minutes=5.0)
            return jnp.append(extract(body, after), noise.flux_memory() * point[-1]), after

        moved, states = jax.vmap(one)(points)
        centre = moved.mean(axis=0)
        covariance = (moved - centre).T @ (moved - centre) / 6.0 + jnp.diag(added)
        state = jax.tree.map(lambda values: values.mean(axis=0), states)
        return Belief(insert(body, state, centre[:-1]), centre[-1], covariance)

    return Method(base.begin, ahead, base.update, base.expect)


class Ensemble(NamedTuple):
    """Members: states, fluxes, and a counter for their noise."""

    states: BodyState
    flux: jax.Array
    step: jax.Array


def ensemble(body: Body, noise: Noise) -> Method:
    """Stochastic ensemble Kalman filter (Evensen 2003) with the same disturbance and the same robust weight."""
    key = stream_key(root_key(0), subject="ensemble", stream="benchmark")

    def drawn(step: jax.Array, salt: int, rows: int) -> jax.Array:
        return jax.random.normal(jax.random.fold_in(minute_key(key, step), salt), (rows, MEMBERS))

    def begin(first: jax.Array) -> Ensemble:
        shocks = drawn(jnp.asarray(0), 0, 3)

        def member(one: jax.Array) -> BodyState:
            return insert(body, body.initial_state(), first + 30.0 * one[:2])

        return Ensemble(jax.vmap(member)(shocks.T), noise.flux_sd_mgdl_per_min * shocks[2], jnp.asarray(1))

    def ahead(belief: Ensemble, inputs: Inputs) -> Ensemble:
        shocks = drawn(belief.step, 1, 2)

        def member(state: BodyState, flux: jax.Array, jump: jax.Array) -> BodyState:
            after = step_minutes(body, state, with_flux(inputs, flux), minutes=5.0)
            vector = extract(body, after)
            return insert(body, after, vector.at[0].add(noise.jump_sd_mgdl * jump))

        states = jax.vmap(member)(belief.states, belief.flux, shocks[0])
        memory = noise.flux_memory()
        flux = memory * belief.flux + noise.flux_sd_mgdl_per_min * jnp.sqrt(1 - memory**2) * shocks[1]
        return Ensemble(states, flux, belief.step + 1)

    def vectors(belief: Ensemble) -> jax.Array:
        return jnp.concatenate([jax.vmap(lambda one: extract(body, one))(belief.states), belief.flux[:, None]], axis=1)

    def expect(belief: Ensemble, inputs: Inputs) -> tuple[jax.Array, jax.Array]:
        sensed = vectors(belief)[:, 1]
        return sensed.mean(), sensed.var(ddof=1) + noise.sensor_sd_mgdl**2

    def update(belief: Ensemble, inputs: Inputs, reading: Readings) -> Ensemble:
        own = vectors(belief)
        mean, variance = expect(belief, inputs)
        residual = reading.glucose_mgdl - mean
        weight = jnp.where(reading.kind == VALUE, update_weight(jnp.asarray(residual**2 / variance)), 0.0)
        spread = (own - own.mean(axis=0)).T @ (own[:, 1] - mean) / (MEMBERS - 1)
        seen = reading.glucose_mgdl + noise.sensor_sd_mgdl * drawn(belief.step, 2, 1)[0]
        moved = own + weight * (seen - own[:, 1])[:, None] * spread[None] / variance
        states = jax.vmap(lambda one, vector: insert(body, one, vector[:-1]))(belief.states, moved)
        return Ensemble(states, moved[:, -1], belief.step)

    return Method(begin, ahead, update, expect)


class Wandering(NamedTuple):
    """A belief of glucose, tissue glucose, insulin action, flux and the logarithm of a factor on sensitivity."""

    body: BodyState
    mean: jax.Array
    covariance: jax.Array


def wandering(body: Body, noise: Noise) -> Method:
    """The extended filter with insulin action uncertain and sensitivity a slow random walk pulled towards the fit's."""
    rate = jnp.exp(-5.0 / (WANDER_DAYS * 1440.0))
    memory = noise.flux_memory()
    added = jnp.array(
        [
            noise.jump_sd_mgdl**2,
            0.0,
            0.0,
            noise.flux_sd_mgdl_per_min**2 * (1 - memory**2),
            WANDER_PER_DAY**2 * 5.0 / 1440.0,
        ]
    )

    def put(state: BodyState, vector: jax.Array) -> BodyState:
        glucose = eqx.tree_at(
            lambda one: (one.glucose_mgdl, one.interstitial_mgdl, one.action_per_min),
            state["glucose"],
            (vector[0], vector[1], vector[2]),
        )
        return {**state, "glucose": glucose}

    def begin(first: jax.Array) -> Wandering:
        state = body.initial_state()
        variances = jnp.array([900.0, 900.0, 1e-10, noise.flux_sd_mgdl_per_min**2, 0.1**2])
        return Wandering(state, jnp.array([first, first, 0.0, 0.0, 0.0]), jnp.diag(variances))

    def ahead(belief: Wandering, inputs: Inputs) -> Wandering:
        def one(vector: jax.Array) -> tuple[jax.Array, BodyState]:
            scaled = eqx.tree_at(
                lambda own: own.parameter_factor,
                with_flux(inputs, vector[3]),
                {name: jnp.exp(vector[4]) for name in SENSITIVITIES},
                is_leaf=lambda own: isinstance(own, dict),
            )
            after = step_minutes(body, put(belief.body, vector), scaled, minutes=5.0)
            own: PyTree = after["glucose"]
            moved = (own.glucose_mgdl, own.interstitial_mgdl, own.action_per_min, memory * vector[3], rate * vector[4])
            return jnp.stack(moved), after

        def along(tangent: jax.Array) -> PyTree:
            mean, slope, after = jax.jvp(one, (belief.mean,), (tangent,), has_aux=True)
            return (mean, after), slope

        (mean, after), jacobian = jax.vmap(along, out_axes=(None, 1))(jnp.eye(5))
        return Wandering(after, mean, jacobian @ belief.covariance @ jacobian.T + jnp.diag(added))

    def expect(belief: Wandering, inputs: Inputs) -> tuple[jax.Array, jax.Array]:
        return belief.mean[1], belief.covariance[1, 1] + noise.sensor_sd_mgdl**2

    def update(belief: Wandering, inputs: Inputs, reading: Readings) -> Wandering:
        mean, variance = expect(belief, inputs)
        residual = reading.glucose_mgdl - mean
        weight = jnp.where(reading.kind == VALUE, update_weight(jnp.asarray(residual**2 / variance)), 0.0)
        spread = belief.covariance[:, 1]
        gain = weight * spread / variance
        covariance = belief.covariance - jnp.outer(gain, spread)
        return Wandering(belief.body, belief.mean + gain * residual, 0.5 * (covariance + covariance.T))

    return Method(begin, ahead, update, expect)


METHODS = {"extended": extended, "unscented": unscented, "ensemble": ensemble, "wandering sensitivity": wandering}
