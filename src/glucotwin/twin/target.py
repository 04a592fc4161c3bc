"""What samplers explore: the posterior on a scale on which it is nearly standard normal.

The objective is a composite likelihood, whose curvature overstates what the data say. The curvature adjustment of
Ribatet, Cooley and Davison (Statistica Sinica 2012;22:813-45) stretches it about the mode so that its width is that of
the sandwich: a point explored at ``mode + narrow z`` stands for the parameters ``mode + wide z``, ``narrow`` being a
root of the inverse information and ``wide`` one of the sandwich covariance. Where the posterior is normal this gives
the very posterior of the ``map`` method; where it is skewed or bent, the samples are so too.
"""

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.twin.mode import sandwich_posterior
from glucotwin.twin.objective import DayBatch, beside_the_days, negative_log_likelihood, predictions, scoring
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.problem import FitProblem, Mode

IMPOSSIBLE = -1e10
"""Log density of a point that cannot be evaluated: an extreme proposal is refused and does not end a chain."""


class AbstractTarget(eqx.Module):
    """A density on coordinates on which it is nearly standard normal."""

    centre: eqx.AbstractVar[Float[Array, " parameter"]]

    @abstractmethod
    def log_density(self, coordinates: Float[Array, " parameter"]) -> Float[Array, ""]:
        """Log density, up to a constant; finite everywhere."""


class WhitenedTarget(AbstractTarget):
    """The posterior as a function of whitened coordinates.

    Attributes:
        model: the family of bodies.
        batch: the days.
        centre: the mode.
        narrow: maps coordinates to where the objective is evaluated.
        wide: maps coordinates to parameters.
    """

    model: PersonalModel
    batch: DayBatch
    centre: Float[Array, " parameter"]
    narrow: Float[Array, "parameter parameter"]
    wide: Float[Array, "parameter parameter"]

    def log_density(self, coordinates: Float[Array, " parameter"]) -> Float[Array, ""]:
        """Log density at whitened coordinates, up to a constant; far below everything where it is not finite."""
        point = self.centre + self.narrow @ coordinates
        kinds, weights = scoring(self.batch)
        value = negative_log_likelihood(predictions(self.model, point, self.batch), kinds, weights)
        density = -value - beside_the_days(self.model, point, self.batch)
        return jnp.where(jnp.isfinite(density), density, IMPOSSIBLE)

    def points(self, coordinates: np.ndarray) -> np.ndarray:
        """Unconstrained parameters of whitened coordinates, last axis parameter."""
        return np.asarray(self.centre) + coordinates @ np.asarray(self.wide).T


def whitened_target(problem: FitProblem, mode: Mode) -> WhitenedTarget:
    """The posterior about its mode."""
    inverse = np.linalg.inv(np.asarray(mode.evaluated.information))
    return WhitenedTarget(
        model=problem.model,
        batch=problem.batch,
        centre=jnp.asarray(mode.point),
        narrow=jnp.asarray(np.linalg.cholesky(0.5 * (inverse + inverse.T))),
        wide=jnp.asarray(np.linalg.cholesky(sandwich_posterior(mode).covariance)),
    )
