"""The no-U-turn sampler on the whitened posterior: chains side by side, step size tuned during warm-up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import blackjax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from blackjax.adaptation.step_size import DualAveragingAdaptationState, dual_averaging_adaptation
from blackjax.diagnostics import ess_bulk, ess_tail, rhat
from blackjax.mcmc.hmc import HMCState
from blackjax.mcmc.nuts import NUTSInfo

from glucotwin.core.array import Array, Float, Key, PRNGKeyArray
from glucotwin.core.progress import ProgressCallback, part_of
from glucotwin.twin.diagnostic import Sampling
from glucotwin.twin.mode import find_mode
from glucotwin.twin.problem import FitProblem, FitSettings, Fitted
from glucotwin.twin.target import AbstractTarget, whitened_target
from glucotwin.twin.twin import Posterior

START_SPREAD = 1.5
"""How much wider than the posterior chains begin, so that they have to find together."""

FIRST_STEP = 0.5
"""Step size to begin with, on a scale on which the posterior's SDs are near 1."""

CHAINS_TOGETHER = 2
"""Chains that one thread advances in step; groups of them run side by side."""

PROGRESS_EVERY = 10

NEVER = 1e6
"""The r-hat of chains that never moved."""

SAMPLE_DECIMALS = 5
"""Digits of a draw that are kept, on a scale on which the prior's SD is 1."""


class Transitions(NamedTuple):
    """What chains did, axes chain, transition."""

    coordinates: Float[np.ndarray, "chain transition parameter"]
    divergent: np.ndarray
    gradients: np.ndarray


def fit_nuts(problem: FitProblem, progress: ProgressCallback) -> Fitted:
    """Samples the posterior, warm-started and whitened by the normal approximation at the mode."""
    mode = find_mode(problem.model, problem.batch, part_of(progress, start=0.0, end=0.2))
    target = whitened_target(problem, mode)
    done = run_chains(target, problem.key, problem.settings, part_of(progress, start=0.2, end=1.0))
    points = target.points(done.coordinates)
    return Fitted(
        method="nuts",
        mode=mode,
        posterior=posterior_of_points(points.reshape(-1, points.shape[-1])),
        sampling=sampling_of(points, done),
    )


def posterior_of_points(points: np.ndarray) -> Posterior:
    """A posterior that consists of points, with their mean and covariance."""
    kept = np.round(points, SAMPLE_DECIMALS)
    return Posterior(mean=kept.mean(axis=0), covariance=np.cov(kept.T), sample=kept)


def sampling_of(points: np.ndarray, done: Transitions) -> Sampling:
    """How well chains of points, axes chain, draw, parameter, have found together."""
    chains = jnp.asarray(points)
    return Sampling(
        chains=points.shape[0],
        draws=points.shape[1],
        largest_r_hat=_finite(np.max(np.asarray(rhat(chains))), NEVER),
        smallest_bulk_ess=_finite(np.min(np.asarray(ess_bulk(chains))), 0.0),
        smallest_tail_ess=_finite(np.min(np.asarray(ess_tail(chains))), 0.0),
        divergent_fraction=float(np.mean(done.divergent)),
        gradients=int(np.sum(done.gradients)),
    )


def _finite(value: float | np.floating, otherwise: float) -> float:
    # Chains that never moved have no r-hat and no effective size.
    return float(value) if np.isfinite(value) else otherwise


def run_chains(
    target: AbstractTarget, key: PRNGKeyArray, settings: FitSettings, progress: ProgressCallback
) -> Transitions:
    """Runs warm-up and draws; only the draws are returned."""
    keys = jax.random.split(key, settings.chains)
    groups = [keys[first : first + CHAINS_TOGETHER] for first in range(0, settings.chains, CHAINS_TOGETHER)]
    told = _Told(progress, total=len(groups) * (settings.warm_up + settings.draws))
    # Compiled before the threads begin, which would each compile it.
    _transition(
        target, groups[0], jnp.asarray(0), _first(target, groups[0]), jnp.asarray(FIRST_STEP), settings.doublings
    )
    with ThreadPoolExecutor(max_workers=len(groups)) as pool:
        found = list(pool.map(lambda group: _run_group(target, group, settings, told), groups))
    return Transitions(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


@dataclass
class _Told:
    """Progress of several groups as one number that never falls."""

    progress: ProgressCallback
    total: int
    done: int = 0

    def step(self) -> None:
        self.done += 1
        if self.done % PROGRESS_EVERY == 0:
            self.progress("Sampling the twin", min(1.0, self.done / self.total))


@dataclass(frozen=True)
class _Tuned:
    """The step size as dual averaging (Hoffman and Gelman 2014) sees it."""

    state: DualAveragingAdaptationState
    update: Callable[[DualAveragingAdaptationState, Float[Array, ""]], DualAveragingAdaptationState]

    def after(self, acceptance: Float[Array, ""]) -> "_Tuned":
        return _Tuned(self.update(self.state, acceptance), self.update)


def _run_group(target: AbstractTarget, keys: Key[Array, " chain"], settings: FitSettings, told: _Told) -> Transitions:
    state = _first(target, keys)
    init, update, _ = dual_averaging_adaptation(settings.acceptance)
    tuned = _Tuned(init(FIRST_STEP), update)
    kept: list[tuple[Array, Array, Array]] = []
    for index in range(settings.warm_up + settings.draws):
        warming = index < settings.warm_up
        step_size = jnp.exp(tuned.state.log_step_size if warming else tuned.state.log_step_size_avg)
        state, seen = _transition(target, keys, jnp.asarray(index), state, step_size, settings.doublings)
        tuned = tuned.after(jnp.mean(seen.acceptance)) if warming else tuned
        if not warming:
            kept.append((jnp.asarray(state.position), seen.divergent, seen.gradients))
        told.step()
    return Transitions(*(np.stack([np.asarray(one) for one in parts], axis=1) for parts in zip(*kept, strict=True)))


def _first(target: AbstractTarget, keys: Key[Array, " chain"]) -> HMCState:
    return _start(target, jax.vmap(lambda key: START_SPREAD * jax.random.normal(key, target.centre.shape))(keys))


class _Seen(NamedTuple):
    acceptance: Float[Array, " chain"]
    divergent: Array
    gradients: Array


@eqx.filter_jit
def _start(target: AbstractTarget, starts: Float[Array, "chain parameter"]) -> HMCState:
    values, gradients = jax.vmap(jax.value_and_grad(target.log_density))(starts)
    return HMCState(starts, values, gradients)


@eqx.filter_jit
def _transition(
    target: AbstractTarget,
    keys: Key[Array, " chain"],
    index: Array,
    state: HMCState,
    step_size: Float[Array, ""],
    doublings: int,
) -> tuple[HMCState, _Seen]:
    """One transition of every chain; it depends on a chain's key and the transition's number alone."""
    kernel = blackjax.nuts.build_kernel()
    unit = jnp.ones_like(target.centre)

    def advance(key: PRNGKeyArray, one: HMCState) -> tuple[HMCState, NUTSInfo]:
        return kernel(
            jax.random.fold_in(key, index), one, target.log_density, step_size, unit, max_num_doublings=doublings
        )

    after, info = jax.vmap(advance)(keys, state)
    seen = (info.acceptance_rate, info.is_divergent, info.num_integration_steps)
    return after, _Seen(*(jnp.asarray(one) for one in seen))
