"""What cardiorenal drugs did in trials, as hazard ratios with their source, and what that makes of a risk.

The equations were made of people who hardly had these drugs. Ratios of several drugs are multiplied, as if their
effects were independent, which no trial of all three has shown.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from glucotwin.prognosis.answer import RiskValue
from glucotwin.prognosis.person import CardiorenalDrug
from glucotwin.prognosis.table import read_rows

INTERVAL_SCORE = 1.959964
"""Half-width of a 95 % interval in standard errors."""


class TrialOutcome(StrEnum):
    """What trials counted."""

    MAJOR_CARDIOVASCULAR = "major_cardiovascular"
    MI = "mi"
    STROKE = "stroke"
    HEART_FAILURE = "heart_failure"
    KIDNEY = "kidney"
    DEATH = "death"


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardRatio:
    """A ratio of hazards with its 95 % interval.

    Attributes:
        ratio, low, high: with drug over without.
        sources: who measured it.
    """

    ratio: float
    low: float
    high: float
    sources: tuple[str, ...]

    def times(self, other: "HazardRatio") -> "HazardRatio":
        """The ratio of both together; their logarithms' errors add in quadrature."""
        ratio = self.ratio * other.ratio
        log_error = math.hypot(self._log_error, other._log_error)
        half = INTERVAL_SCORE * log_error
        sources = self.sources + other.sources
        return HazardRatio(ratio=ratio, low=ratio * math.exp(-half), high=ratio * math.exp(half), sources=sources)

    @property
    def _log_error(self) -> float:
        return math.log(self.high / self.low) / (2.0 * INTERVAL_SCORE)


@cache
def drug_effects() -> dict[tuple[CardiorenalDrug, TrialOutcome], HazardRatio]:
    """Every documented ratio by drug and outcome."""
    return {
        (CardiorenalDrug(row["drug"]), TrialOutcome(row["outcome"])): HazardRatio(
            ratio=float(row["hazard_ratio"]), low=float(row["low"]), high=float(row["high"]), sources=(row["source"],)
        )
        for row in read_rows("drug_effects.csv", delimiter=";")
    }


def effect_on(outcome: TrialOutcome | None, drugs: Sequence[CardiorenalDrug]) -> HazardRatio | None:
    """The ratio of all drugs together; None when none has a documented effect on the outcome.

    Args:
        outcome: what the trials counted; None where no trial counted what an equation does.
        drugs: those taken; a repeated one counts once.
    """
    if outcome is None:
        return None
    effects = drug_effects()
    found = [effects[drug, outcome] for drug in dict.fromkeys(drugs) if (drug, outcome) in effects]
    if not found:
        return None
    together = found[0]
    for one in found[1:]:
        together = together.times(one)
    return together


def risk_at(risk: float, ratio: float) -> float:
    """A risk after its hazard was multiplied throughout."""
    return 1.0 - (1.0 - risk) ** ratio


def with_drugs(
    risks: dict[str, float], outcome: TrialOutcome | None, drugs: Sequence[CardiorenalDrug]
) -> dict[str, RiskValue]:
    """The risks, and beside each what the drugs make of it with the 95 % interval of their effect.

    Args:
        risks: probabilities by name.
        outcome: what trials counted that comes nearest.
        drugs: those taken.
    """
    effect = effect_on(outcome, drugs)
    told: dict[str, RiskValue] = dict(risks)
    if effect is None:
        return told
    for name, risk in risks.items():
        told[f"{name}_on_drugs"] = risk_at(risk, effect.ratio)
        told[f"{name}_on_drugs_low"] = risk_at(risk, effect.low)
        told[f"{name}_on_drugs_high"] = risk_at(risk, effect.high)
    return told
