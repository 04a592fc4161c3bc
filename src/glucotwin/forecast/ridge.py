"""Ridge regression on standardised features, as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

PENALTY = 300.0
LARGEST_SCORE = 5.0
"""Standardised features are clipped here: one odd value must not carry a linear forecast away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """A linear model; missing values count as the mean.

    Attributes:
        mean, scale: of the features, ``(feature,)``; a constant feature's scale is infinite.
        coefficient: ``(feature,)``.
        intercept: prediction at the means.
    """

    mean: np.ndarray
    scale: np.ndarray
    coefficient: np.ndarray
    intercept: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Predictions ``(row,)`` for features ``(row, feature)``."""
        return _standardised(features, self.mean, self.scale) @ self.coefficient + self.intercept

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything to store."""
        return {
            "mean": self.mean,
            "scale": self.scale,
            "coefficient": self.coefficient,
            "intercept": np.array([self.intercept]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "LinearModel":
        """What ``to_arrays`` gave."""
        names = ("mean", "scale", "coefficient")
        return cls(intercept=float(arrays["intercept"][0]), **{name: arrays[name] for name in names})


def fit_ridge(features: np.ndarray, target: np.ndarray, *, penalty: float = PENALTY) -> LinearModel:
    """Fits a ridge regression.

    Args:
        features: ``(row, feature)``; nan is a missing value.
        target: ``(row,)``.
        penalty: on the squares of the coefficients of standardised features.
    """
    known = ~np.isnan(features)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, features, 0.0).sum(axis=0, dtype=np.float64) / count
    spread = np.sqrt(np.square(np.where(known, features - mean, 0.0)).sum(axis=0, dtype=np.float64) / count)
    scale = np.where(spread > 1e-6 * np.maximum(np.abs(mean), 1.0), spread, np.inf)
    fitted = Ridge(alpha=penalty).fit(_standardised(features, mean, scale), target)
    return LinearModel(
        mean=mean,
        scale=scale,
        coefficient=np.asarray(fitted.coef_, dtype=np.float64),
        intercept=float(fitted.intercept_),
    )


def _standardised(features: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.clip(np.nan_to_num((features - mean) / scale), -LARGEST_SCORE, LARGEST_SCORE)
