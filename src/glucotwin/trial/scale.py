"""The scale on which an endpoint is analysed, and the way back."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from glucotwin.trial.part import Transform

HALF = 0.5
"""Added to counts and percentages before their logarithm, so that 0 has one."""

_TO: Mapping[Transform, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        Transform.NONE: lambda value: value,
        Transform.SQRT: lambda value: np.sqrt(np.maximum(value, 0.0)),
        Transform.LOG: np.log,
        Transform.LOG_HALF: lambda value: np.log(np.maximum(value, 0.0) + HALF),
        Transform.LOGIT_PCT: lambda value: np.log((value + HALF) / (100.0 + HALF - value)),
    }
)
_BACK: Mapping[Transform, Callable[[np.ndarray], np.ndarray]] = MappingProxyType(
    {
        Transform.NONE: lambda value: value,
        Transform.SQRT: lambda value: np.maximum(value, 0.0) ** 2,
        Transform.LOG: np.exp,
        Transform.LOG_HALF: lambda value: np.exp(value) - HALF,
        Transform.LOGIT_PCT: lambda value: (100.0 + HALF) - (100.0 + 2.0 * HALF) / (1.0 + np.exp(value)),
    }
)


def on_scale(value: np.ndarray, transform: Transform) -> np.ndarray:
    """Values on the scale of a transform."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(_TO[transform](np.asarray(value, dtype=np.float64)))


def off_scale(value: np.ndarray, transform: Transform) -> np.ndarray:
    """Values of a transform's scale in the endpoint's unit."""
    return np.asarray(_BACK[transform](np.asarray(value, dtype=np.float64)))
