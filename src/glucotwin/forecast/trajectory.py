"""Joint trajectories of a forecast: paths whose marginals are the calibrated ones and whose times hang together.

Bands say how likely glucose is low at one time; whether it is low *at any time* tonight, or for how long, needs whole
paths. Calibrated marginals are joined by the ranks of template paths (the Schaake shuffle, Clark 2004, J Hydrometeorol
5:243-62), so that the shares of paths at each time are exactly the calibrated distribution.
"""

import jax
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.twin.state_space import STEP_MIN

PATHS = 100

PATH_LEVELS = (np.arange(PATHS) + 0.5) / PATHS
"""Probabilities that the equally likely paths stand for at each time."""

GLUCOSE_MEMORY_MIN = 180.0
"""How long a disturbance of glucose lasts in the template paths: dependence between times is their only use."""

TEMPLATE_STREAM = "trajectory-template"


def join_marginals(quantiles_mgdl: np.ndarray, template: np.ndarray) -> np.ndarray:
    """Paths with given marginals and the rank dependence of a template.

    Args:
        quantiles_mgdl: rising quantiles at ``PATH_LEVELS``, shape ``(path, point)``.
        template: paths of the same shape whose order at each point is taken.
    """
    ranks = np.argsort(np.argsort(template, axis=0, kind="stable"), axis=0, kind="stable")
    return np.take_along_axis(np.sort(quantiles_mgdl, axis=0), ranks, axis=0)


def disturbance_template(points: int, *, flux_time_min: float, paths: int = PATHS) -> np.ndarray:
    """Template paths as a twin's disturbance makes them, shape ``(path, point)``, in steps of 5 min; always the same.

    An Ornstein-Uhlenbeck flux that is unknown at the origin too drives glucose, which forgets slowly.

    Args:
        points: steps ahead.
        flux_time_min: correlation time of the unexplained flux.
        paths: how many.
    """
    key = stream_key(root_key(0), subject="template", stream=TEMPLATE_STREAM)
    shocks = np.asarray(jax.random.normal(key, (paths, points + 1)))
    memory, kept = np.exp(-STEP_MIN / flux_time_min), np.exp(-STEP_MIN / GLUCOSE_MEMORY_MIN)
    flux, glucose = shocks[:, 0], np.zeros(paths)
    template = np.empty((paths, points))
    for point in range(points):
        glucose = kept * glucose + flux
        flux = memory * flux + np.sqrt(1.0 - memory**2) * shocks[:, point + 1]
        template[:, point] = glucose
    return template


def share_below(trajectories_mgdl: np.ndarray, limit_mgdl: float) -> np.ndarray:
    """Share of paths below a limit at each point."""
    return np.mean(trajectories_mgdl < limit_mgdl, axis=0)
