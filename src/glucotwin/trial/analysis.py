"""The analysis of a trial: every endpoint and comparison, as the design fixed it, and the same under other choices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from glucotwin.trial.comparison import Compared, compare_between, compare_within
from glucotwin.trial.covariate import adjustment_terms
from glucotwin.trial.crossover import compare_crossover
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import ARM, PERSON
from glucotwin.trial.imputation import imputed_visits
from glucotwin.trial.mixed import compare_mixed
from glucotwin.trial.multiplicity import adjusted_p
from glucotwin.trial.outcome import period_of_arm, summarised, visit_values, visits_of
from glucotwin.trial.part import Analysis, Comparison, Endpoint, EndpointRole, PeriodKind
from glucotwin.trial.scale import off_scale, on_scale

AS_DESIGNED = "as-designed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One comparison on one endpoint.

    Attributes:
        analysis: ``as-designed`` or the name of another choice.
        endpoint: which.
        arm, versus: which arms.
        compared: the numbers.
        alpha: two-sided level of its interval.
        p_adjusted: for the family of primary tests; the plain p-value elsewhere.
    """

    analysis: str
    endpoint: Endpoint
    arm: str
    versus: str
    compared: Compared
    alpha: float
    p_adjusted: float

    @property
    def p(self) -> float:
        """Two-sided p-value, not adjusted."""
        return self.compared.tested.p

    def row(self) -> dict[str, object]:
        """As a row of a table, gains in the good direction."""
        low, high = self.compared.difference.interval(self.alpha)
        better, margin = self.endpoint.better, self.endpoint.margin
        gain = self.compared.gain(better, relative=False, alpha=self.alpha)
        relative = self.compared.gain(better, relative=True, alpha=self.alpha)
        return {
            "analysis": self.analysis,
            "endpoint": self.endpoint.name,
            "role": str(self.endpoint.role),
            "unit": self.endpoint.unit,
            "arm": self.arm,
            "versus": self.versus,
            "people_arm": self.compared.people_arm,
            "people_versus": self.compared.people_versus,
            "mean_arm": self.compared.mean_arm,
            "mean_versus": self.compared.mean_versus,
            "difference": self.compared.difference.estimate,
            "se": self.compared.difference.se,
            "low": low,
            "high": high,
            "p": self.p,
            "p_adjusted": self.p_adjusted,
            **dict(zip(("gain", "gain_low", "gain_high"), gain, strict=True)),
            **dict(zip(("gain_pct", "gain_pct_low", "gain_pct_high"), relative, strict=True)),
            "p_not_inferior": None if margin is None else self.compared.difference.p_not_inferior(margin, better),
            "p_equivalent": None if margin is None else self.compared.difference.p_equivalent(margin),
        }


def analyse(design: Design, people: pl.DataFrame, outcomes: pl.DataFrame) -> tuple[Estimate, ...]:
    """Every endpoint and comparison as designed, p-values of primary ones adjusted together.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: observed rows.

    Raises:
        DataError: an arm has too few people with an outcome.
    """
    estimates = [
        estimate(design, people, outcomes, endpoint=endpoint, comparison=comparison)
        for endpoint in design.endpoints
        for comparison in design.comparisons
    ]
    family = [place for place, one in enumerate(estimates) if one.endpoint.role is EndpointRole.PRIMARY]
    adjusted = adjusted_p([estimates[place].p for place in family], method=design.analysis.multiplicity)
    for place, p in zip(family, adjusted, strict=True):
        estimates[place] = replace(estimates[place], p_adjusted=p)
    return tuple(estimates)


def estimate(
    design: Design,
    people: pl.DataFrame,
    outcomes: pl.DataFrame,
    *,
    endpoint: Endpoint,
    comparison: Comparison,
    analysis: Analysis | None = None,
    name: str = AS_DESIGNED,
    reference: str = "",
) -> Estimate:
    """One comparison on one endpoint.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: observed rows.
        endpoint: which.
        comparison: which arms.
        analysis: other choices than the design's.
        name: of these choices.
        reference: arm by whose model missed visits of all are filled in.

    Raises:
        DataError: an arm has too few people with an outcome.
    """
    chosen = analysis or design.analysis
    kind = design.period.kind
    if kind is PeriodKind.PARALLEL:
        compared = _between(design, chosen, people, outcomes, endpoint, comparison, reference)
    else:
        compared = _within(design, chosen, people, outcomes, endpoint, comparison)
    return Estimate(
        analysis=name,
        endpoint=endpoint,
        arm=comparison.arm,
        versus=comparison.versus,
        compared=compared,
        alpha=chosen.alpha,
        p_adjusted=compared.tested.p,
    )


def _between(
    design: Design,
    analysis: Analysis,
    people: pl.DataFrame,
    outcomes: pl.DataFrame,
    endpoint: Endpoint,
    comparison: Comparison,
    reference: str,
) -> Compared:
    both = people.filter(pl.col(ARM).is_in([comparison.arm, comparison.versus]))
    arms = np.asarray(both[ARM].to_list())
    visits = visits_of(outcomes, endpoint)
    values = np.full((both.height, max(1, len(visits))), np.nan)
    for name in (comparison.arm, comparison.versus):
        own = visit_values(outcomes, endpoint, both, name, visits)
        values = np.where((arms == name)[:, None], own, values) if visits else values
    terms = adjustment_terms(design, analysis, endpoint, both)
    is_arm = arms == comparison.arm
    if analysis.model == "mixed" and len(visits) > 1:
        return compare_mixed(values, is_arm, terms, endpoint)
    if analysis.missing == "complete" or not np.isfinite(values).any():
        whole = summarised(values, endpoint)
        seen = np.isfinite(whole)
        return compare_between(whole[None, seen], is_arm[seen], terms[seen], endpoint, errors=analysis.errors)
    completed = imputed_visits(
        on_scale(values, endpoint.transform),
        terms,
        arms,
        people=both[PERSON].to_list(),
        seed=design.seed,
        stream=f"trial-impute-{endpoint.name}",
        count=1 if np.isfinite(values).all() else analysis.imputations,
        reference=reference,
    )
    whole = summarised(off_scale(completed, endpoint.transform), endpoint)
    return compare_between(whole, is_arm, terms, endpoint, errors=analysis.errors)


def _within(
    design: Design,
    analysis: Analysis,
    people: pl.DataFrame,
    outcomes: pl.DataFrame,
    endpoint: Endpoint,
    comparison: Comparison,
) -> Compared:
    visits = visits_of(outcomes, endpoint)
    arms = (comparison.arm, comparison.versus)
    pair = [
        summarised(visit_values(outcomes, endpoint, people, name, visits), endpoint)
        if visits
        else np.full(people.height, np.nan)
        for name in arms
    ]
    if design.period.kind is PeriodKind.CROSSOVER:
        periods = [period_of_arm(outcomes, people, name) for name in arms]
        return compare_crossover(np.column_stack(pair), np.column_stack(periods), endpoint)
    seen = np.isfinite(pair[0]) & np.isfinite(pair[1])
    return compare_within(pair[0][seen], pair[1][seen], endpoint, errors=analysis.errors)


def estimate_frame(estimates: Sequence[Estimate]) -> pl.DataFrame:
    """Estimates as a table, a row each."""
    return pl.DataFrame([one.row() for one in estimates], infer_schema_length=None)
