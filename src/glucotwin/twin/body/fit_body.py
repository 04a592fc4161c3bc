"""What fitting, forecasting and what-ifs have to know about a body: its parameters, its prior, how it is composed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.physiology.body import Body
from glucotwin.physiology.parameter import Parameter, PriorKind, read_parameters
from glucotwin.twin.evidence import Evidence
from glucotwin.twin.population_prior import PopulationPrior


class TimeCourse(StrEnum):
    """What a rate belongs to; what-ifs slow each kind by a factor of its own."""

    INSULIN = "insulin"
    CARBS = "carbs"
    PERSISTENCE = "persistence"


class Tie(eqx.Module):
    """Parameters that are not fitted: each what is expected given the fitted ones, on the logarithm (fractions: logit).

    Attributes:
        names: of the tied parameters.
        fractions: which of them lie between 0 and 1.
        centre: expectations at the fitted parameters' prior medians.
        slope: by how much each moves with the logarithm of a fitted body parameter.
    """

    names: tuple[str, ...] = eqx.field(static=True)
    fractions: frozenset[str] = eqx.field(static=True)
    centre: Float[Array, " tied"]
    slope: Float[Array, "tied parameter"]

    def values(self, log_ratio: Float[Array, " parameter"]) -> dict[str, Float[Array, ""]]:
        """Values by name.

        Args:
            log_ratio: logarithms of the fitted parameters less those of their prior medians.
        """
        found = self.centre + self.slope @ log_ratio
        return {
            name: 1.0 / (1.0 + jnp.exp(-value)) if name in self.fractions else jnp.exp(value)
            for name, value in zip(self.names, found, strict=True)
        }


def _as_it_is(body: Body) -> Body:
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class FitBody:
    """A body that a twin can be fitted with.

    Attributes:
        name: as in ``Twin.body`` and ``glucotwin fit --body``.
        summary: one line for people.
        records: of its parameters; those with a prior are fitted.
        compose: the body of values by name, fitted and other, and of the keywords ``weight_kg`` and ``basal_u_per_min``
            (scalar arrays), at rest at that rate.
        population: the joint prior by covariates; None where there is none.
        scaled_by_daily_insulin: fitted parameters that are inversely proportional to daily insulin where no joint prior
            is used.
        sensitivity: by block of the day, the parameter that is proportional to what insulin does in it.
        carb_effect: the parameter that is proportional to what a gram does.
        time_courses: rates that what-ifs draw towards the population's and slow, with what they belong to.
        glucose_volume: the fitted parameter that multiplies weight.
        joint_only: whether parameters that are not fitted follow from the joint prior, which is then always used.
        fractions: parameters of the joint prior that lie between 0 and 1, there on the logit.
        discrepancy: file of how far the body is from what a dose or a meal truly does (see ``discrepancy``).
        causal: the body in the form in which what-ifs ask it.
        causal_rates: records of the rates that what-ifs draw ``time_courses`` to; typical ones where None.
        kept_share: of how far a fitted rate lies from those, on the logarithmic scale.
        own_insulin: whether it has insulin of its own: none has to be on record, and none stands in.
        references: by level of medicines among the inputs, the parameter that holds it as it was in the fitted days.
        surprise: what laboratory values say about it (see ``evidence``); None where they play no part.
        discrepancy_learned: whether that was learned where the truth is known, and not only reasoned.
    """

    name: str
    summary: str
    records: Callable[[], Mapping[str, Parameter]]
    compose: Callable[..., Body]
    population: Callable[[], PopulationPrior] | None
    scaled_by_daily_insulin: tuple[str, ...]
    sensitivity: Mapping[str, str]
    carb_effect: str
    time_courses: Mapping[str, TimeCourse]
    glucose_volume: str
    joint_only: bool = False
    fractions: frozenset[str] = frozenset()
    discrepancy: str = "discrepancy.csv"
    discrepancy_learned: bool = True
    causal: Callable[[Body], Body] = _as_it_is
    causal_rates: Callable[[], Mapping[str, Parameter]] | None = None
    kept_share: float = 0.5
    own_insulin: bool = False
    references: Mapping[str, str] = field(default_factory=dict[str, str])
    surprise: Callable[[Body, Evidence], Float[Array, " value"]] | None = None

    def free(self) -> Mapping[str, Parameter]:
        """Records of every fitted parameter, body first, then noise."""
        return _free(self.records())

    def causal_typical(self) -> dict[str, float]:
        """The rates that what-ifs draw fitted ones to, by name."""
        records = {**self.records(), **({} if self.causal_rates is None else self.causal_rates())}
        return {name: records[name].typical for name in self.time_courses}

    def fixed(self) -> dict[str, float]:
        """Values of the parameters that are the same for everybody."""
        return {name: one.typical for name, one in self.records().items() if one.prior is PriorKind.FIXED}


@cache
def noise_parameters() -> Mapping[str, Parameter]:
    """Records of what a body leaves unexplained."""
    return read_parameters("noise_parameters.csv", package="glucotwin.twin")


def _free(records: Mapping[str, Parameter]) -> Mapping[str, Parameter]:
    every = {**records, **noise_parameters()}
    return {name: record for name, record in every.items() if record.prior is not PriorKind.FIXED}


def tie_of(
    prior: PopulationPrior, centre: np.ndarray, covariance: np.ndarray, free: tuple[str, ...], fractions: frozenset[str]
) -> Tie:
    """The tied parameters' expectations given the fitted ones, among people with the same covariates.

    Args:
        prior: whose names the others follow.
        centre: mean of all its parameters, already conditioned on covariates.
        covariance: of the same.
        free: fitted parameters; those that the prior does not hold tell nothing.
        fractions: names of parameters on the logit.
    """
    known = [name for name in free if name in prior.parameters]
    tied = [name for name in prior.parameters if name not in known]
    rows, columns = ([prior.parameters.index(name) for name in some] for some in (tied, known))
    slope = np.linalg.solve(covariance[np.ix_(columns, columns)], covariance[np.ix_(rows, columns)].T).T
    whole = np.zeros((len(tied), len(free)))
    whole[:, [free.index(name) for name in known]] = slope
    return Tie(
        names=tuple(tied),
        fractions=fractions & frozenset(tied),
        centre=jnp.asarray(centre[rows]),
        slope=jnp.asarray(whole),
    )
