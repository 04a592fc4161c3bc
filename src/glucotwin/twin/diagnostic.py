"""What a fit tells about itself: parameters and how far the data informed them, residuals, warnings."""

from dataclasses import dataclass

from glucotwin.domain.imputation import Imputed


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSummary:
    """One fitted parameter: prior and posterior medians with 90 % intervals, in the parameter's unit.

    ``informed_fraction`` is the share of the prior's uncertainty that the data removed: 0 nothing learned, 1 all.
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

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


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
    """

    converged: bool
    iterations: int
    readings: int
    residual_sd_mgdl: float
    residual_autocorrelation: float
    parameters: tuple[ParameterSummary, ...]
    warnings: tuple[str, ...] = ()
    imputed: tuple[Imputed, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        plain: dict[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {
            "parameters": [one.to_json() for one in self.parameters],
            "warnings": list(self.warnings),
            "imputed": [one.to_json() for one in self.imputed],
        }
