"""Interim looks: bounds that spend the type-1 error over the looks (Lan and DeMets, Biometrika 70, 1983).

Bounds come from the recursion of Armitage, McPherson and Rowe (1969) over the distribution of the score that has not
crossed yet, integrated on a grid as in Jennison and Turnbull, Group Sequential Methods (2000), chapter 19.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

Spending = Literal["obrien-fleming", "pocock"]
GRID_POINTS = 801
WIDEST_Z = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A look.

    Attributes:
        fraction: of the whole information.
        spent: two-sided type-1 error spent so far.
        z: a statistic beyond it, in either direction, ends the trial.
        p: two-sided p-value that belongs to it.
    """

    fraction: float
    spent: float
    z: float
    p: float


def spent_alpha(fraction: float, *, alpha: float, spending: Spending) -> float:
    """Two-sided type-1 error that may be spent up to a fraction of the information."""
    if spending == "obrien-fleming":
        # One tail spends its half by 2 - 2 Phi(z(alpha/4) / sqrt(t)).
        return 4.0 * float(ndtr(ndtri(alpha / 4.0) / math.sqrt(fraction)))
    return alpha * math.log(1.0 + (math.e - 1.0) * fraction)


def look_bounds(fractions: Sequence[float], *, alpha: float, spending: Spending) -> tuple[Bound, ...]:
    """The bound of each look; symmetric, without stopping for futility.

    Args:
        fractions: of the information at each look, rising to 1.
        alpha: two-sided, of all looks together.
        spending: how it is spent.
    """
    bounds: list[Bound] = []
    density: tuple[np.ndarray, np.ndarray] | None = None
    before = 0.0
    for place, fraction in enumerate(fractions):
        spent = spent_alpha(fraction, alpha=alpha, spending=spending)
        now = spent - before
        z = _bound(density, fractions, place, now)
        bounds.append(Bound(fraction=fraction, spent=spent, z=z, p=2.0 * float(ndtr(-z))))
        density = _carried(density, fractions, place, z)
        before = spent
    return tuple(bounds)


def _bound(
    density: tuple[np.ndarray, np.ndarray] | None, fractions: Sequence[float], place: int, spent: float
) -> float:
    if spent < 1e-16:
        return WIDEST_Z
    if density is None:
        return float(-ndtri(spent / 2.0))
    found = brentq(lambda z: _crossing(density, fractions, place, z) - spent, 0.0, WIDEST_Z, xtol=1e-10)
    return float(found)  # pyright: ignore[reportArgumentType]  # full_output is off


def _crossing(density: tuple[np.ndarray, np.ndarray], fractions: Sequence[float], place: int, z: float) -> float:
    """Probability of crossing at this look and not before, in either direction, nothing being there to find."""
    score, mass = density
    step = math.sqrt(fractions[place] - fractions[place - 1])
    edge = z * math.sqrt(fractions[place])
    beyond = ndtr((-edge - score) / step) + ndtr((score - edge) / step)
    return float((mass * beyond).sum())


def _carried(
    density: tuple[np.ndarray, np.ndarray] | None, fractions: Sequence[float], place: int, z: float
) -> tuple[np.ndarray, np.ndarray]:
    """Score and probability mass of trials that go on after this look, on a grid with Simpson's weights."""
    edge = min(z, WIDEST_Z) * math.sqrt(fractions[place])
    score = np.linspace(-edge, edge, GRID_POINTS)
    weight = np.full(GRID_POINTS, 2.0)
    weight[1::2], weight[0], weight[-1] = 4.0, 1.0, 1.0
    weight *= (score[1] - score[0]) / 3.0
    if density is None:
        spread = math.sqrt(fractions[place])
        height = np.exp(-0.5 * (score / spread) ** 2) / spread
    else:
        spread = math.sqrt(fractions[place] - fractions[place - 1])
        earlier, mass = density
        height = (np.exp(-0.5 * ((score[:, None] - earlier[None, :]) / spread) ** 2) / spread) @ mass
    return score, weight * height / math.sqrt(2.0 * math.pi)
