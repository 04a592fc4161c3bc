"""What a fit tells about itself: parameters and what the data said of them, residuals, sampling, warnings, verdict."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from glucotwin.domain.imputation import Imputed


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSummary:
    """One fitted parameter: prior and posterior medians with 90 % intervals, in the parameter's unit.

    ``informed_fraction`` is the share of the prior's uncertainty that the data removed: 0 nothing learned, 1 all.
    ``prior_score`` is how far the median lies from the prior's, in the prior's SDs on the fitted scale.
    """

    name: str
    description: str
    unit: str
    prior_median: float
    prior_low: float
    prior_high: float
    median: float
    low: float
    high: float
    informed_fraction: float
    prior_score: float = 0.0

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Verdict(StrEnum):
    """Whether a fit may be used: yes, yes but read its warnings, no."""

    PASS = "pass"  # noqa: S105
    CAUTION = "caution"
    FAIL = "fail"


FAILURES = frozenset({"fit-not-converged", "fit-chains-disagree", "fit-few-effective-draws", "fit-divergences"})
"""Warnings after which a posterior does not say what it should."""

LARGEST_R_HAT = 1.05
SMALLEST_ESS = 100.0
LARGEST_DIVERGENT_FRACTION = 0.02
"""Limits of Vehtari et al. (Bayesian Analysis 2021;16:667-718)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How well a posterior was sampled.

    Attributes:
        chains, draws: how many chains, and draws of each.
        largest_r_hat: worst rank-normalised split r-hat of a parameter; 1 when one chain cannot disagree.
        smallest_bulk_ess, smallest_tail_ess: worst effective sample size in the middle and in the tails.
        divergent_fraction: share of transitions that diverged.
        gradients: how many gradients were evaluated.
    """

    chains: int
    draws: int
    largest_r_hat: float = 1.0
    smallest_bulk_ess: float
    smallest_tail_ess: float
    divergent_fraction: float = 0.0
    gradients: int = 0

    def warnings(self) -> tuple[str, ...]:
        """Message keys of what is wrong with the samples."""
        checks = {
            "fit-chains-disagree": not self.largest_r_hat <= LARGEST_R_HAT,
            "fit-few-effective-draws": not min(self.smallest_bulk_ess, self.smallest_tail_ess) >= SMALLEST_ESS,
            "fit-divergences": self.divergent_fraction > LARGEST_DIVERGENT_FRACTION,
        }
        return tuple(key for key, applies in checks.items() if applies)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictiveCheck:
    """How often readings of the fitted days lay within the 90 % band that the fit predicted for them.

    Attributes:
        horizon_min: how far ahead; 5 for the next reading.
        readings: how many.
        held_fraction: share within the band, 0-1.
        standard_error: of that share, days being independent.
    """

    horizon_min: int
    readings: int
    held_fraction: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entangled:
    """Two parameters that the data tell apart badly, with their posterior correlation."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """Quality of a fit.

    Attributes:
        converged: whether the optimiser reached a stationary point.
        iterations: how many steps it took.
        readings: number of scored readings.
        residual_sd_mgdl: SD of one-step-ahead residuals on the fitted days.
        residual_autocorrelation: of those residuals from one step to the next; near 0 when the model leaves no memory.
        parameters: summary of every fitted parameter.
        warnings: message keys, most important first.
        imputed: what stood in for inputs that are not on record, when, and how uncertain it is.
        method: name of the method that fitted.
        sampling: how well the posterior was sampled; None for a normal one.
        predictive_checks: by horizon, whether predictions were as sure as they should be.
        informed_directions: how many directions of the parameter space the data decided: the sum over independent
            directions of the share of the prior's variance that they removed.
        entangled: pairs of parameters that the data tell apart badly.
    """

    converged: bool
    iterations: int
    readings: int
    residual_sd_mgdl: float
    residual_autocorrelation: float
    parameters: tuple[ParameterSummary, ...]
    warnings: tuple[str, ...] = ()
    imputed: tuple[Imputed, ...] = ()
    method: str = "map"
    sampling: Sampling | None = None
    predictive_checks: tuple[PredictiveCheck, ...] = ()
    informed_directions: float | None = None
    entangled: tuple[Entangled, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether the fit may be used."""
        if FAILURES & set(self.warnings):
            return Verdict.FAIL
        return Verdict.CAUTION if self.warnings else Verdict.PASS

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        plain: dict[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {
            "parameters": [one.to_json() for one in self.parameters],
            "warnings": list(self.warnings),
            "imputed": [one.to_json() for one in self.imputed],
            "verdict": str(self.verdict),
            "sampling": None if self.sampling is None else asdict(self.sampling),
            "predictive_checks": [asdict(one) for one in self.predictive_checks],
            "entangled": [asdict(one) for one in self.entangled],
        }
