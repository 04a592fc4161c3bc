"""Mixtures of normals: what a set of posterior draws predicts together."""

import numpy as np
from scipy.special import ndtr

BISECTIONS = 45
"""Halvings of an interval of a few thousand mg/dL down to 1e-10."""


def mixture_cdf(value: np.ndarray | float, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Probability below ``value`` of an equal mixture over the leading axis."""
    return ndtr((value - mean) / sd).mean(axis=0)


def mixture_quantile(probability: float, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """The value below which an equal mixture over the leading axis lies with a probability, by bisection."""
    low, high = (mean - 8.0 * sd).min(axis=0), (mean + 8.0 * sd).max(axis=0)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        below = mixture_cdf(middle, mean, sd) < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)
