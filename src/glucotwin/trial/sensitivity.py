"""The primary comparison under other choices of the analysis: does the answer hang on one of them?"""

import polars as pl

from glucotwin.core.error import DataError
from glucotwin.trial.analysis import Estimate, estimate
from glucotwin.trial.design import Design
from glucotwin.trial.outcome import visits_of
from glucotwin.trial.part import Analysis, Comparison, Endpoint, PeriodKind, Transform

UNADJUSTED, NO_SCORE, COMPLETE, REFERENCE, MIXED, UNTRANSFORMED = (
    "unadjusted",
    "without-score",
    "complete-cases",
    "copy-reference",
    "mixed-model",
    "untransformed",
)


def other_analyses(
    design: Design, people: pl.DataFrame, outcomes: pl.DataFrame, *, endpoint: Endpoint, comparison: Comparison
) -> tuple[Estimate, ...]:
    """The comparison under each other choice that makes sense for the design.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: observed rows.
        endpoint: which.
        comparison: which arms.
    """
    found: list[Estimate] = []
    for name, analysis, reference in _choices(design, outcomes, endpoint, comparison):
        asked = endpoint.model_copy(update={"transform": Transform.NONE}) if name == UNTRANSFORMED else endpoint
        try:
            found.append(
                estimate(
                    design,
                    people,
                    outcomes,
                    endpoint=asked,
                    comparison=comparison,
                    analysis=analysis,
                    name=name,
                    reference=reference,
                )
            )
        except DataError:
            continue
    return tuple(found)


def _choices(
    design: Design, outcomes: pl.DataFrame, endpoint: Endpoint, comparison: Comparison
) -> list[tuple[str, Analysis, str]]:
    own = design.analysis
    choices: list[tuple[str, Analysis, str]] = []
    if endpoint.transform is not Transform.NONE:
        choices.append((UNTRANSFORMED, own, ""))
    if design.period.kind is not PeriodKind.PARALLEL:
        return choices
    if own.model != "difference":
        choices.append((UNADJUSTED, own.model_copy(update={"model": "difference"}), ""))
    if own.score:
        choices.append((NO_SCORE, own.model_copy(update={"score": ""}), ""))
    if design.dropout.share > 0.0 or design.missingness.share > 0.0:
        imputing = own.model_copy(update={"missing": "imputation", "model": _plain(own)})
        choices.append((COMPLETE, imputing.model_copy(update={"missing": "complete"}), ""))
        choices.append((REFERENCE, imputing, comparison.versus))
    if own.model != "mixed" and len(visits_of(outcomes, endpoint)) > 1:
        choices.append((MIXED, own.model_copy(update={"model": "mixed"}), ""))
    return choices


def _plain(analysis: Analysis) -> str:
    return "ancova" if analysis.model == "mixed" else analysis.model
