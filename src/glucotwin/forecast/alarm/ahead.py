"""Outlooks from many origins at once: the paths that a forecast from each of them has."""

import numpy as np

from glucotwin.forecast.alarm.outlook import Outlook
from glucotwin.forecast.predict import DRAWS, disturbance_time_min, widened
from glucotwin.forecast.trajectory import PATH_LEVELS, disturbance_template
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData
from glucotwin.twin.mixture import mixture_cdf
from glucotwin.twin.predictive import predict_from, usual_future
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

NODES = 96
"""Values of glucose at which a point's distribution is evaluated; between them it is interpolated."""

FARTHEST_SD = 4.0


def outlooks_from(twin: Twin, data: GriddedData, origins: np.ndarray, steps: int) -> tuple[Outlook, ...]:
    """An outlook from each origin, with no food, no bolus and the usual basal rate after it.

    Args:
        twin: the person's twin.
        data: their gridded data, a day before the first origin included; nothing after an origin is used for it.
        origins: steps to look ahead from, ``(origin,)``.
        steps: how many steps of 5 min to look ahead.
    """
    future = usual_future(data, extra_steps=steps, zone=twin.person.zone, basal_u_per_min=twin.basal_u_per_min)
    predicted = predict_from(model_of(twin), twin.draws(DRAWS), data.inputs, data.readings, future, origins, steps)
    t_min = STEP_MIN * np.arange(1, steps + 1)
    mean, spread = widened(
        np.asarray(predicted.mean_mgdl), np.sqrt(np.asarray(predicted.variance)), twin.band_factor(t_min)
    )
    quantiles = path_quantiles(mean, spread)
    paths = np.take_along_axis(quantiles, path_ranks(steps, disturbance_time_min(twin))[None], axis=1)
    return tuple(Outlook(t_min=t_min, paths_mgdl=one) for one in paths)


def path_quantiles(mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Quantiles at the levels of the paths of a mixture over draws, by interpolation of its distribution.

    Args:
        mean: of each draw, ``(draw, origin, point)``.
        spread: standard deviation of each draw.

    Returns:
        Rising along the paths, never below zero, ``(origin, path, point)``.
    """
    low = (mean - FARTHEST_SD * spread).min(axis=0)
    high = (mean + FARTHEST_SD * spread).max(axis=0)
    nodes = low + (high - low) * np.linspace(0.0, 1.0, NODES)[:, None, None]
    below = np.stack([mixture_cdf(node, mean, spread) for node in nodes])
    flat_nodes, flat_below = nodes.reshape(NODES, -1), below.reshape(NODES, -1)
    found = np.stack(
        [np.interp(PATH_LEVELS, flat_below[:, one], flat_nodes[:, one]) for one in range(flat_nodes.shape[1])], axis=1
    )
    return np.maximum(found.reshape(len(PATH_LEVELS), *low.shape).transpose(1, 0, 2), 0.0)


def path_ranks(points: int, flux_time_min: float) -> np.ndarray:
    """Which quantile each path takes at each point, ``(path, point)``: the order of the forecast's template paths."""
    template = disturbance_template(points, flux_time_min=flux_time_min)
    return np.argsort(np.argsort(template, axis=0, kind="stable"), axis=0, kind="stable")
