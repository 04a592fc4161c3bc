"""Pathfinder: a variational posterior from the optimiser's way to the mode, corrected by importance sampling.

Zhang et al., "Pathfinder: parallel quasi-Newton variational inference" (JMLR 2022), with the smoothed importance
weights of Vehtari et al. (JMLR 2024), whose shape ``k`` says how far the approximation can be trusted: above 0.7 it
cannot.
"""

import blackjax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from blackjax.diagnostics import psis_weights

from glucotwin.core.array import Array, Float, PRNGKeyArray
from glucotwin.core.progress import ProgressCallback, part_of
from glucotwin.twin.diagnostic import Sampling
from glucotwin.twin.mode import find_mode
from glucotwin.twin.nuts import posterior_of_points
from glucotwin.twin.problem import FitProblem, Fitted
from glucotwin.twin.target import WhitenedTarget, whitened_target

START_DISTANCE = 1.0
"""How far from the mode the path begins, in posterior SDs."""

ELBO_DRAWS = 50
BATCH = 25


def fit_pathfinder(problem: FitProblem, progress: ProgressCallback) -> Fitted:
    """Follows the path, draws from its best normal, and resamples the draws by their importance."""
    mode = find_mode(problem.model, problem.batch, part_of(progress, start=0.0, end=0.5))
    target = whitened_target(problem, mode)
    progress("Following the path", 0.5)
    path_key, pick_key = jax.random.split(problem.key)
    count = problem.settings.chains * problem.settings.draws
    coordinates, log_ratios = _approximate(target, path_key, count)
    log_weights, shape = psis_weights(log_ratios)
    weights = np.exp(np.asarray(log_weights))
    picked = np.asarray(jax.random.choice(pick_key, count, (count,), p=jnp.asarray(weights)))
    return Fitted(
        method="pathfinder",
        mode=mode,
        posterior=posterior_of_points(target.points(np.asarray(coordinates)[picked])),
        sampling=Sampling(
            chains=1,
            draws=count,
            smallest_bulk_ess=float(1.0 / np.sum(weights**2)),
            smallest_tail_ess=float(1.0 / np.sum(weights**2)),
            importance_shape=float(shape),
        ),
    )


@eqx.filter_jit
def _approximate(
    target: WhitenedTarget, key: PRNGKeyArray, count: int
) -> tuple[Float[Array, "draw parameter"], Float[Array, " draw"]]:
    start_key, path_key, draw_key = jax.random.split(key, 3)
    start = START_DISTANCE * jax.random.normal(start_key, target.centre.shape)
    state, _ = blackjax.vi.pathfinder.approximate(path_key, target.log_density, start, ELBO_DRAWS, maxls=20)
    draws, log_density = blackjax.vi.pathfinder.sample(draw_key, state, count)
    points = jnp.asarray(draws)
    return points, jax.lax.map(target.log_density, points, batch_size=BATCH) - jnp.asarray(log_density)
