"""Simulation-based calibration (Talts et al. 2018): ranks of the true parameters among the sampler's draws are uniform.

Parameters come from the prior; readings of one day come, one by one, from the very distribution that the filter
predicts for them; the sampler then sees the readings alone. Readings are drawn by the filter of Runge-Kutta steps and
judged by the closed form of it, as fits do: what is checked is likelihood, gradient and sampler together.
"""

from datetime import timedelta
from functools import cache
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats
from blackjax.mcmc import nuts
from blackjax.mcmc.hmc import HMCState

from glucotwin.core.array import Array, Float
from glucotwin.core.random import root_key
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Window
from glucotwin.twin.closed_form import closed_form, filter_days
from glucotwin.twin.filter import TAIL_FREEDOM, VALUE, Readings, assimilate, initial_belief
from glucotwin.twin.grid import grid_data
from glucotwin.twin.personal_model import free_parameters
from glucotwin.twin.state_space import Belief, predict
from synthetic_person import FITTED, synthetic_timeline, true_model

pytestmark = [pytest.mark.slow, pytest.mark.statistical]

REPLICATES, WARM_UP, DRAWS, THIN = 200, 60, 240, 8
STEP_SIZE = 0.5
FREE = (
    "gut.emptying_per_min",
    "glucose.effectiveness_per_min",
    "glucose.basal_mgdl",
    "glucose.sensitivity_morning",
    "glucose.volume_dl_per_kg",
    "noise.sensor_sd_mgdl",
)
GUESS = 130.0
BELIEF_EVERY_STEPS = 12


@cache
def inputs() -> Inputs:
    """One recorded day."""
    window = Window(start=FITTED.start, end=FITTED.start + timedelta(days=1))
    return grid_data(synthetic_timeline(), window, usual_basal_u_per_min=1.0 / 60.0).inputs.map(jnp.asarray)


def whole(free: Float[Array, " free"]) -> Float[Array, " parameter"]:
    names = list(free_parameters())
    return jnp.zeros(len(names)).at[jnp.asarray([names.index(name) for name in FREE])].set(free)


def simulated(key: jax.Array, free: Float[Array, " free"]) -> Float[Array, " step"]:
    """A day of readings, each drawn from what the filter predicts after the ones before."""
    body, noise = true_model().build(whole(free))

    def one(belief: Belief, now: tuple[Inputs, jax.Array]) -> tuple[Belief, Array]:
        step_inputs, step_key = now
        nothing = Readings(glucose_mgdl=jnp.zeros(()), kind=jnp.asarray(VALUE))
        _, innovation = assimilate(body, noise, belief, step_inputs, nothing)
        draw = jax.random.t(step_key, TAIL_FREEDOM) * jnp.sqrt(innovation.variance)
        seen = Readings(glucose_mgdl=draw - innovation.residual_mgdl, kind=jnp.asarray(VALUE))
        updated, _ = assimilate(body, noise, belief, step_inputs, seen)
        return predict(body, noise, updated, step_inputs).belief, jnp.asarray(seen.glucose_mgdl)

    start = initial_belief(body, noise, jnp.asarray(GUESS))
    return jax.lax.scan(one, start, (inputs(), jax.random.split(key, inputs().minutes)))[1]


class Terms(NamedTuple):
    """What the likelihood is made of."""

    residual_mgdl: Float[Array, " step"]
    log_variance: Float[Array, " step"]


def terms(free: Float[Array, " free"], glucose_mgdl: Float[Array, " step"]) -> Terms:
    body, noise = true_model().build(whole(free))
    readings = Readings(glucose_mgdl=glucose_mgdl[None], kind=jnp.full((1, glucose_mgdl.size), VALUE))
    form = closed_form(body, noise, inputs().map(lambda values: values[None]), jnp.full(1, GUESS))
    near = filter_days(form, readings, BELIEF_EVERY_STEPS)[1]
    return Terms(near.residual_mgdl[0], jnp.log(near.variance[0]))


def log_posterior(free: Float[Array, " free"], glucose_mgdl: Float[Array, " step"]) -> Float[Array, ""]:
    found = terms(free, glucose_mgdl)
    score = found.residual_mgdl**2 * jnp.exp(-found.log_variance)
    likelihood = -jnp.sum(0.5 * (TAIL_FREEDOM + 1.0) * jnp.log1p(score / TAIL_FREEDOM) + 0.5 * found.log_variance)
    return likelihood - 0.5 * free @ free


def whitening(free: Float[Array, " free"], glucose_mgdl: Float[Array, " step"]) -> Float[Array, "free free"]:
    """Root of the inverse expected information: a scale for the sampler, which leaves its target as it is."""
    slopes = jax.jacfwd(terms)(free, glucose_mgdl)
    precise = slopes.residual_mgdl * jnp.exp(-0.5 * terms(free, glucose_mgdl).log_variance)[:, None]
    share = (TAIL_FREEDOM + 1.0) / (TAIL_FREEDOM + 3.0)
    information = share * precise.T @ precise + 0.5 * share * slopes.log_variance.T @ slopes.log_variance
    return jnp.linalg.cholesky(jnp.linalg.inv(information + jnp.eye(free.size)))


@eqx.filter_jit
def ranks_of(keys: jax.Array, warm_up: int, draws: int, thin: int) -> Array:
    """Rank of each true parameter among thinned draws, axes replicate, parameter."""

    def replicate(key: jax.Array) -> Array:
        truth_key, data_key, chain_key = jax.random.split(key, 3)
        truth = jax.random.normal(truth_key, (len(FREE),))
        glucose = simulated(data_key, truth)
        root = whitening(truth, glucose)

        def density(place: Array) -> Array:
            return log_posterior(truth + root @ place, glucose)

        kernel, unit = nuts.build_kernel(), jnp.ones(len(FREE))

        def one(state: HMCState, step_key: jax.Array) -> tuple[HMCState, Array]:
            after, _ = kernel(step_key, state, density, STEP_SIZE, unit, max_num_doublings=5)
            return after, jnp.asarray(after.position)

        start = nuts.init(jnp.zeros(len(FREE)), density)
        places = jax.lax.scan(one, start, jax.random.split(chain_key, warm_up + draws))[1][warm_up::thin]
        return jnp.sum(truth + places @ root.T < truth, axis=0)

    return jax.vmap(replicate)(keys)


def test_ranks_of_the_truth_are_uniform() -> None:
    inputs()  # made outside of what is compiled
    ranks = np.asarray(ranks_of(jax.random.split(root_key(20), REPLICATES), WARM_UP, DRAWS, THIN))
    count = DRAWS // THIN
    assert ranks.shape == (REPLICATES, len(FREE))
    for index, name in enumerate(FREE):
        # Ranks 0 to 30 in about six equal groups; one chance in 2,000 for each of six parameters to fail by accident.
        groups = np.histogram(ranks[:, index], bins=np.linspace(-0.5, count + 0.5, 7))[0]
        expected = np.diff(np.floor(np.linspace(-0.5, count + 0.5, 7) + 0.5)) / (count + 1)
        found = scipy.stats.chisquare(groups, expected * REPLICATES)
        assert found.pvalue > 5e-4, name
        assert abs(ranks[:, index].mean() / count - 0.5) < 0.075, name
