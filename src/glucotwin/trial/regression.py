"""Least squares with errors that hold when the scatter differs between people, for many replicates at once.

The kinds HC0 to HC3 are those of MacKinnon and White (Journal of Econometrics 29, 1985).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Errors = Literal["OLS", "HC0", "HC1", "HC2", "HC3"]
LARGEST_LEVERAGE = 1.0 - 1e-9
"""Of an observation that alone decides a coefficient; its residual is 0 and so is what it adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Coefficients with their covariance.

    Attributes:
        coefficients: ``(..., terms)``.
        covariance: ``(..., terms, terms)``.
        df: residual degrees of freedom.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    df: int

    def se(self, term: int) -> np.ndarray:
        """Standard error of one coefficient, ``(...)``."""
        return np.sqrt(self.covariance[..., term, term])


def fit_least_squares(terms: np.ndarray, outcome: np.ndarray, *, errors: Errors = "HC3") -> Fit:
    """Ordinary least squares.

    Args:
        terms: ``(..., people, terms)``, of full rank.
        outcome: ``(..., people)``.
        errors: kind of covariance.

    Raises:
        numpy.linalg.LinAlgError: a term is a sum of others.
    """
    crossed = np.swapaxes(terms, -1, -2)
    inverse = np.linalg.inv(crossed @ terms)
    coefficients = (inverse @ (crossed @ outcome[..., None]))[..., 0]
    residual = outcome - (terms @ coefficients[..., None])[..., 0]
    people, count = terms.shape[-2:]
    df = people - count
    if errors == "OLS":
        spread = (residual**2).sum(axis=-1) / df
        return Fit(coefficients=coefficients, covariance=inverse * spread[..., None, None], df=df)
    weight = _weights(terms, inverse, residual, errors)
    middle = crossed @ (terms * weight[..., None])
    return Fit(coefficients=coefficients, covariance=inverse @ middle @ inverse, df=df)


def _weights(terms: np.ndarray, inverse: np.ndarray, residual: np.ndarray, errors: Errors) -> np.ndarray:
    people, count = terms.shape[-2:]
    squared = residual**2
    if errors == "HC0":
        return squared
    if errors == "HC1":
        return squared * people / (people - count)
    leverage = np.minimum(((terms @ inverse) * terms).sum(axis=-1), LARGEST_LEVERAGE)
    return squared / (1.0 - leverage) ** (1 if errors == "HC2" else 2)
