"""The population's joint prior: normal on the logarithm, conditioned on what is known of a person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from glucotwin.twin.covariate import Covariates

FARTHEST_SD = 2.5
"""Covariates farther from the population's mean count as if they were so far: beyond it the regression is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationPrior:
    """Joint normal distribution of logarithms (logits of fractions) of parameters and of covariates.

    Attributes:
        names: parameters, then covariates.
        covariates: how many of the names, at the end, are covariates.
        mean: ``(name,)``.
        covariance: ``(name, name)``.
        observation_log_sd: by covariate, how far a real person's lies from what it stands for in the population.
        source: how it was made.
    """

    names: tuple[str, ...]
    covariates: int
    mean: np.ndarray
    covariance: np.ndarray
    observation_log_sd: Mapping[str, float]
    source: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.names[: -self.covariates]

    def given(self, covariates: Covariates) -> tuple[np.ndarray, np.ndarray]:
        """Mean and covariance of the parameters of people with these covariates.

        Args:
            covariates: what is known; what is not is averaged over.
        """
        known = {name: value for name, value in covariates.logarithms().items() if name in self.names}
        count = len(self.parameters)
        if not known:
            return self.mean[:count], self.covariance[:count, :count]
        rows = [self.names.index(name) for name in known]
        spread = np.sqrt(np.diag(self.covariance))[rows]
        noise = np.array([self.observation_log_sd.get(name, 0.0) for name in known])
        off = np.clip(np.array(list(known.values())) - self.mean[rows], -FARTHEST_SD * spread, FARTHEST_SD * spread)
        inside = self.covariance[np.ix_(rows, rows)] + np.diag(noise**2)
        slope = np.linalg.solve(inside, self.covariance[rows, :count]).T
        return self.mean[:count] + slope @ off, _symmetric(
            self.covariance[:count, :count] - slope @ self.covariance[rows, :count]
        )


def _symmetric(matrix: np.ndarray) -> np.ndarray:
    return 0.5 * (matrix + matrix.T)


@cache
def read_population_prior(file_name: str) -> PopulationPrior:
    """A population's prior from its data file, which ``benchmarks/accuracy/population_prior.py`` makes."""
    text = (resources.files("glucotwin.twin") / "data" / file_name).read_text(encoding="utf-8")
    document = json.loads(text)
    return PopulationPrior(
        names=(*document["parameters"], *document["covariates"]),
        covariates=len(document["covariates"]),
        mean=np.asarray(document["mean"]),
        covariance=np.asarray(document["covariance"]),
        observation_log_sd=document["observation_log_sd"],
        source=document["source"],
    )
