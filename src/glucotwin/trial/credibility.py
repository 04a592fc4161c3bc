"""How far a trial's analysis can be trusted: its errors over stored outcomes, and what a score or a twin is worth."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from glucotwin.core.error import DataError
from glucotwin.trial.check import ErrorRate, Question, Stored, rejection_rate, stored_outcomes
from glucotwin.trial.contrast import Contrast
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import ARM
from glucotwin.trial.outcome import summarised, visit_values, visits_of
from glucotwin.trial.part import Analysis, Endpoint, PeriodKind, Transform
from glucotwin.trial.procova import BiasPoint, people_per_arm, saved_pct, twin_control_error
from glucotwin.trial.scale import on_scale

BIASES_SD = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
MOST_PEOPLE = 2000
"""Of a replicate; larger trials are drawn at this size, which changes their power but not their error."""

UNADJUSTED, ADJUSTED, SCORED = "unadjusted", "adjusted", "with-score"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A test whose errors were measured.

    Attributes:
        analysis: ``unadjusted``, ``adjusted`` or ``with-score``.
        question: what it tests.
        nominal: error that it is allowed.
        error: how often it found what is not there.
        power: how often it found the trial's own effect; None where that was not asked.
    """

    analysis: str
    question: Question
    nominal: float
    error: ErrorRate
    power: ErrorRate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWorth:
    """What the frozen score saves.

    Attributes:
        correlation: with the outcome in the control arm.
        saved_pct: of the people, at equal power.
        people_without: of each arm, for 90 % power to find ``effect`` without the score.
        people_with: the same with it.
        effect: on the scale of the analysis.
    """

    correlation: float
    saved_pct: float
    people_without: int
    people_with: int
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Credibility:
    """What was measured; empty parts where the design does not bear them.

    Attributes:
        people: of both arms together, in each replicate.
        effect: added for the power, on the scale of the analysis.
        rows: errors and power.
        score: worth of the frozen score.
        bias: errors of a control arm of twins alone.
    """

    people: int
    effect: float
    rows: tuple[CheckRow, ...]
    score: ScoreWorth | None
    bias: tuple[BiasPoint, ...]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "people": self.people,
            "effect": self.effect,
            "rows": [
                {
                    "analysis": one.analysis,
                    "question": one.question,
                    "nominal": one.nominal,
                    "error": one.error.share,
                    "power": None if one.power is None else one.power.share,
                    "replicates": one.error.replicates,
                }
                for one in self.rows
            ],
            "score": None
            if self.score is None
            else {
                "correlation": self.score.correlation,
                "saved_pct": self.score.saved_pct,
                "people_per_arm_without": self.score.people_without,
                "people_per_arm_with": self.score.people_with,
            },
            "twin_control": [{"bias_sd": one.bias_sd, "error": one.error} for one in self.bias],
        }


def check_credibility(
    design: Design, people: pl.DataFrame, outcomes: pl.DataFrame, *, found: Contrast
) -> Credibility | None:
    """Measures the errors of the first primary comparison; None where there are too few outcomes or one group.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: observed rows.
        found: the trial's own estimate, on the scale of the analysis; its effect is the one to be found.
    """
    if design.period.kind is not PeriodKind.PARALLEL:
        return None
    pair = design.comparisons[0]
    size = min(MOST_PEOPLE, people.filter(pl.col(ARM).is_in([pair.arm, pair.versus])).height)
    try:
        stored = check_sources(design, people, outcomes)
    except DataError:
        return None
    effect = found.estimate
    rows = [_row(design, one, name, size, effect) for name, one in stored.items()]
    best = list(stored)[-1]
    # A margin is in the endpoint's unit, on which non-inferiority is tested.
    plain = design.primary[0].model_copy(update={"transform": Transform.NONE})
    rows += _more(design, stored[best], _stored(design, people, outcomes, best, plain), best, size)
    return Credibility(
        people=size,
        effect=effect,
        rows=tuple(rows),
        score=_score_worth(design, people, outcomes, effect),
        bias=_bias(design, people, outcomes, size // 2),
    )


def check_sources(design: Design, people: pl.DataFrame, outcomes: pl.DataFrame) -> dict[str, Stored]:
    """The control arm's outcomes of the first primary endpoint, as each analysis takes them.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: observed rows.

    Raises:
        DataError: there are too few.
    """
    return {name: _stored(design, people, outcomes, name) for name in _analyses(design)}


def _analyses(design: Design) -> dict[str, Analysis]:
    own = design.analysis.model_copy(update={"model": "ancova"})
    found = {UNADJUSTED: own.model_copy(update={"model": "difference"})}
    found[ADJUSTED] = own.model_copy(update={"score": ""})
    return found | ({SCORED: own} if own.score else {})


def _stored(
    design: Design, people: pl.DataFrame, outcomes: pl.DataFrame, name: str, endpoint: Endpoint | None = None
) -> Stored:
    analysis = _analyses(design)[name]
    arm = design.comparisons[0].versus
    chosen = endpoint or design.primary[0]
    return stored_outcomes(design, people, outcomes, endpoint=chosen, arm=arm, analysis=analysis)


def _row(design: Design, stored: Stored, name: str, size: int, effect: float) -> CheckRow:
    def rate(added: float) -> ErrorRate:
        return rejection_rate(
            design, stored, people=size, effect=added, errors=design.analysis.errors, replicates=design.replicates
        )

    nominal = design.analysis.alpha
    return CheckRow(analysis=name, question="difference", nominal=nominal, error=rate(0.0), power=rate(effect))


def _more(design: Design, stored: Stored, in_unit: Stored, name: str, size: int) -> list[CheckRow]:
    """Errors of non-inferiority at its margin, and of all looks together."""
    alpha, margin = design.analysis.alpha, design.primary[0].margin
    asked: list[tuple[Question, float, float, float]] = []
    if margin is not None:
        asked.append(("non-inferiority", margin, margin, alpha / 2.0))
    if len(design.looks.fractions) > 1:
        asked.append(("looks", 0.0, 0.0, alpha))
    return [
        CheckRow(
            analysis=name,
            question=question,
            nominal=nominal,
            error=rejection_rate(
                design,
                in_unit if question == "non-inferiority" else stored,
                people=size,
                effect=effect,
                errors=design.analysis.errors,
                question=question,
                margin=margin,
                replicates=design.replicates,
            ),
            power=None,
        )
        for question, effect, margin, nominal in asked
    ]


def _pairs(design: Design, people: pl.DataFrame, outcomes: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and score of people of the control arm."""
    endpoint, arm = design.primary[0], design.comparisons[0].versus
    own = people.filter(pl.col(ARM) == arm)
    values = visit_values(outcomes, endpoint, own, arm, visits_of(outcomes, endpoint))
    outcome = summarised(values, endpoint)
    score = own[design.analysis.score].cast(pl.Float64).to_numpy()
    seen = np.isfinite(outcome) & np.isfinite(score)
    return outcome[seen], score[seen]


def _score_worth(design: Design, people: pl.DataFrame, outcomes: pl.DataFrame, effect: float) -> ScoreWorth | None:
    if not design.analysis.score or effect == 0.0:
        return None
    outcome, score = _pairs(design, people, outcomes)
    outcome = on_scale(outcome, design.primary[0].transform)
    correlation = float(np.corrcoef(outcome, score)[0, 1])
    if not np.isfinite(correlation) or abs(correlation) >= 1.0:
        return None
    sd, alpha = float(outcome.std(ddof=1)), design.analysis.alpha
    return ScoreWorth(
        correlation=correlation,
        saved_pct=saved_pct(correlation),
        people_without=people_per_arm(sd=sd, effect=effect, alpha=alpha),
        people_with=people_per_arm(sd=sd, effect=effect, alpha=alpha, correlation=correlation),
        effect=effect,
    )


def _bias(design: Design, people: pl.DataFrame, outcomes: pl.DataFrame, size: int) -> tuple[BiasPoint, ...]:
    if not design.analysis.score:
        return ()
    outcome, score = _pairs(design, people, outcomes)
    return twin_control_error(
        outcome - score,
        people=size,
        biases_sd=BIASES_SD,
        alpha=design.analysis.alpha,
        replicates=design.replicates,
        seed=design.seed,
    )
