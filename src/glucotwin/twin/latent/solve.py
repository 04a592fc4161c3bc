"""Latent inputs given the person: Gauss-Newton on one-step residuals, spreads by empirical Bayes, Laplace around it.

The blocks depend on each other only through what they share, so the information is a sum of small matrices, one per
block, put into their places. Spreads are the expectation-maximisation of normal latent inputs under a scaled inverse
chi-square hyperprior (Gelman et al., Bayesian Data Analysis, 5.4), one step per iteration; what a reading is worth
(``dispersion``) is found in the same alternation.
"""

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.twin.filter import VALUE, robust_weight
from glucotwin.twin.latent.dispersion import dispersion
from glucotwin.twin.latent.estimate import LatentKind, latent_priors
from glucotwin.twin.latent.influence import BIAS_LEVEL_MGDL, influence
from glucotwin.twin.latent.layout import FINGERSTICK_FRACTION, PAIR_SD_MGDL, Layout
from glucotwin.twin.personal_model import PersonalModel

MOST_ITERATIONS = 12
SETTLED_SCORE = 0.1
"""A step that moves nothing by more of its own SD ends the iteration."""

LARGEST_STEP_SCORE = 3.0
"""No step is longer than so many prior SDs: the slopes hold near where they were taken."""


class Solution(NamedTuple):
    """Posterior of every latent input.

    Attributes:
        mean, covariance: normal.
        prior_sd: as learned.
        spreads: the SDs among them that were learned, by kind.
        weight: what a reading counted for against what the disturbance says.
        settled: whether the iteration came to rest.
        effect: residuals, variances and slopes at the last point but the last step.
    """

    mean: np.ndarray
    covariance: np.ndarray
    prior_sd: np.ndarray
    spreads: Mapping[LatentKind, float]
    weight: float
    settled: bool
    effect: tuple[np.ndarray, np.ndarray, np.ndarray]


class _Normal(NamedTuple):
    """Information and gradient that the data give, and what they follow from."""

    information: np.ndarray
    gradient: np.ndarray
    effect: tuple[np.ndarray, np.ndarray, np.ndarray]


class _Point(NamedTuple):
    """Where the iteration stands; ``data`` was taken at the values before the last step."""

    values: np.ndarray
    covariance: np.ndarray
    prior_sd: np.ndarray
    spreads: Mapping[LatentKind, float]
    data: _Normal
    settled: bool


def solve(model: PersonalModel, point: np.ndarray, layout: Layout) -> Solution:
    """The most probable latent inputs and the normal distribution around them.

    Args:
        model: the family of bodies.
        point: the fitted unconstrained parameters.
        layout: what is to be estimated.
    """
    kinds = dict.fromkeys(place.kind for place in layout.places)
    start = np.array([place.prior_mean for place in layout.places])
    first = _settle(model, point, layout, start, {kind: latent_priors()[kind].sd for kind in kinds}, 1.0)
    # Only with the latent inputs in do the residuals tell what they are worth: without them all would seem error.
    weight = _worth(first, layout)
    last = _settle(model, point, layout, first.values, first.spreads, weight)
    learned = {kind: sd for kind, sd in last.spreads.items() if latent_priors()[kind].freedom > 0.0}
    return Solution(last.values, last.covariance, last.prior_sd, learned, weight, last.settled, last.data.effect)


def _settle(
    model: PersonalModel,
    point: np.ndarray,
    layout: Layout,
    values: np.ndarray,
    spreads: Mapping[LatentKind, float],
    weight: float,
) -> _Point:
    """Steps until nothing moves, at a fixed worth of readings."""
    kinds = [place.kind for place in layout.places]
    means = np.array([place.prior_mean for place in layout.places])
    positive = np.array([kind is LatentKind.UNLOGGED_MEAL for kind in kinds])
    for left in reversed(range(MOST_ITERATIONS)):
        data = _normal(model, point, layout, values, weight)
        prior_sd = np.array([spreads[kind] for kind in kinds])
        after, covariance = _step(data, values, means, prior_sd, positive)
        moved = np.abs(after - values) / np.sqrt(np.diag(covariance))
        values, before = after, spreads
        spreads = _learned(kinds, values - means, np.diag(covariance), before)
        change = max(abs(np.log(spreads[kind] / before[kind])) for kind in spreads)
        settled = bool(moved.max() < SETTLED_SCORE and change < SETTLED_SCORE / 2.0)
        if settled or not left:
            return _Point(values, covariance, prior_sd, spreads, data, settled)
    raise AssertionError("the last iteration returns")


def _worth(at: _Point, layout: Layout) -> float:
    """What a reading counts for."""
    residual, variance, slopes = at.data.effect
    certain = precision_of(residual, variance, layout)
    return 1.0 / dispersion(residual, certain, slopes, (at.covariance, at.prior_sd), layout)


def _normal(model: PersonalModel, point: np.ndarray, layout: Layout, values: np.ndarray, weight: float) -> _Normal:
    found = influence(model, jnp.asarray(point), values_of_slots(layout, values), layout.blocks)
    found = (np.asarray(found.residual_mgdl), np.asarray(found.variance), np.asarray(found.slopes))
    return _with_pairs(_summed(found, layout, weight), layout, values)


def added_by_person(
    layout: Layout, solution: Solution, by_person: np.ndarray, person_covariance: np.ndarray
) -> np.ndarray:
    """Covariance that the person's own uncertainty adds: how far the latent inputs would move with the parameters.

    Args:
        layout: what was estimated.
        solution: at the person's mean.
        by_person: slopes of the residuals along the parameters, axes block, time, parameter.
        person_covariance: of the unconstrained parameters.
    """
    residual, variance, slopes = solution.effect
    certain = solution.weight * precision_of(residual, variance, layout)
    used = (certain > 0.0)[..., None]
    crossed = np.swapaxes(np.where(used, slopes, 0.0) * certain[..., None], 1, 2) @ np.where(used, by_person, 0.0)
    shared = np.zeros((len(layout.places) + 1, crossed.shape[-1]))
    for places, block in zip(np.asarray(layout.blocks.places), crossed, strict=True):
        np.add.at(shared, places, block)
    moved = solution.covariance @ shared[:-1]
    return moved @ person_covariance @ moved.T


def values_of_slots(layout: Layout, values: np.ndarray) -> Float[Array, "block slot"]:
    """The values where each block looks for them."""
    return jnp.asarray(np.append(values, 0.0)[np.asarray(layout.blocks.places)])


def precision_of(residual: np.ndarray, variance: np.ndarray, layout: Layout) -> np.ndarray:
    """How much every residual counts by the disturbance: nothing where there is no reading or none that is a value."""
    blocks = layout.blocks
    used = np.asarray(blocks.scored) & (np.asarray(blocks.readings.kind) == VALUE) & np.isfinite(residual)
    score = np.where(used, residual / np.sqrt(variance), 0.0)
    return np.where(used, np.asarray(robust_weight(jnp.asarray(score**2))) / variance, 0.0)


def _summed(found: tuple[np.ndarray, np.ndarray, np.ndarray], layout: Layout, weight: float) -> _Normal:
    residual, variance, slopes = found
    blocks, count = layout.blocks, len(layout.places)
    certain = weight * precision_of(residual, variance, layout)
    used = certain > 0.0
    slopes, residual = np.where(used[..., None], slopes, 0.0), np.where(used, residual, 0.0)
    weighted = slopes * certain[..., None]
    by_block = np.swapaxes(weighted, 1, 2) @ slopes
    pull = np.einsum("bts,bt->bs", weighted, residual)
    information, gradient = np.zeros((count + 1, count + 1)), np.zeros(count + 1)
    for places, own, slope in zip(np.asarray(blocks.places), by_block, pull, strict=True):
        np.add.at(information, (places[:, None], places[None]), own)
        np.add.at(gradient, places, slope)
    return _Normal(information[:-1, :-1], gradient[:-1], found)


def _with_pairs(data: _Normal, layout: Layout, values: np.ndarray) -> _Normal:
    """Adds what finger-sticks say of a sensor's bias."""
    information, gradient = data.information.copy(), data.gradient.copy()
    for pair in layout.pairs:
        scale = float(np.exp(-values[pair.gain]))
        away = pair.sensor_mgdl - values[pair.offset] - BIAS_LEVEL_MGDL
        variance = (FINGERSTICK_FRACTION * pair.fingerstick_mgdl) ** 2 + PAIR_SD_MGDL**2
        residual, slope = BIAS_LEVEL_MGDL + away * scale - pair.fingerstick_mgdl, np.array([-scale, -away * scale])
        precision = float(robust_weight(jnp.asarray(residual**2 / variance))) / variance
        where = np.array([pair.offset, pair.gain])
        information[np.ix_(where, where)] += precision * np.outer(slope, slope)
        gradient[where] += precision * residual * slope
    return _Normal(information, gradient, data.effect)


def _step(
    data: _Normal, values: np.ndarray, means: np.ndarray, prior_sd: np.ndarray, positive: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One Gauss-Newton step, amounts kept from falling below zero, and the covariance around it."""
    information = data.information + np.diag(prior_sd**-2)
    gradient = data.gradient + (values - means) / prior_sd**2
    covariance = np.linalg.inv(information)
    held = positive & (values <= 0.0) & (gradient > 0.0)
    free = ~held
    step = np.zeros_like(values)
    step[free] = -np.linalg.solve(information[np.ix_(free, free)], gradient[free])
    limit = LARGEST_STEP_SCORE * prior_sd
    after = values + np.clip(step, -limit, limit)
    return np.where(positive, np.maximum(after, 0.0), after), 0.5 * (covariance + covariance.T)


def _learned(
    kinds: list[LatentKind], away: np.ndarray, variance: np.ndarray, spreads: Mapping[LatentKind, float]
) -> dict[LatentKind, float]:
    """Spreads after one step of expectation-maximisation."""
    found: dict[LatentKind, float] = {}
    for kind, sd in spreads.items():
        prior = latent_priors()[kind]
        mine = np.array([one is kind for one in kinds])
        if prior.freedom <= 0.0:
            found[kind] = sd
            continue
        total = float(np.sum(away[mine] ** 2 + variance[mine])) + prior.freedom * prior.sd**2
        found[kind] = float(np.sqrt(total / (mine.sum() + prior.freedom)))
    return found
