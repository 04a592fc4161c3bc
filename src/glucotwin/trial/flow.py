"""How people went through a trial: looked at, left out, randomised, gone, analysed (CONSORT 2010, figure 1)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from glucotwin.trial.conduct import leaving_week
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import ARM, ELIGIBLE, PERSON, REASON
from glucotwin.trial.lot import SEQUENCE
from glucotwin.trial.outcome import summarised, visit_values, visits_of
from glucotwin.trial.part import PeriodKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFlow:
    """What became of the people of an arm.

    Attributes:
        allocated: by the lot.
        left: before the end of its weeks, in a crossover also before they began.
        missed: stayed, but their value of the first primary endpoint is missing.
        complete: have it.
        analysed: count in the main analysis; also those whose value was imputed.
    """

    allocated: int
    left: int
    missed: int
    complete: int
    analysed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of people.

    Attributes:
        screened: looked at.
        excluded: how many, by reason, the most frequent first.
        randomised: into arms.
        arms: by name.
    """

    screened: int
    excluded: Mapping[str, int]
    randomised: int
    arms: Mapping[str, ArmFlow]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        fields = ("allocated", "left", "missed", "complete", "analysed")
        arms = {name: {field: getattr(one, field) for field in fields} for name, one in self.arms.items()}
        return {
            "screened": self.screened,
            "excluded": dict(self.excluded),
            "randomised": self.randomised,
            "arms": arms,
        }


def flow_of(design: Design, screened: pl.DataFrame, people: pl.DataFrame, seen: pl.DataFrame) -> Flow:
    """The flow of a trial.

    Args:
        design: of the trial.
        screened: everybody who was looked at.
        people: the randomised.
        seen: observed outcome rows.
    """
    reasons = screened.filter(~pl.col(ELIGIBLE)).group_by(REASON).len().sort(["len", REASON], descending=[True, False])
    return Flow(
        screened=screened.height,
        excluded=dict(reasons.iter_rows()),
        randomised=people.height,
        arms={one.name: _arm_flow(design, one.name, people, seen) for one in design.arms},
    )


def _arm_flow(design: Design, arm: str, people: pl.DataFrame, seen: pl.DataFrame) -> ArmFlow:
    own = people.filter(pl.col(SEQUENCE).list.contains(arm))
    endpoint = design.primary[0]
    visits = visits_of(seen, endpoint)
    values = visit_values(seen, endpoint, own, arm, visits) if visits else np.full((own.height, 1), np.nan)
    there = np.isfinite(summarised(values, endpoint))
    leaves = leaving_week(design, own[PERSON].to_list(), own[ARM].to_list())
    gone = (leaves <= _end_week(design, arm, own)) & ~there
    parallel = design.period.kind is PeriodKind.PARALLEL
    imputed = parallel and design.analysis.missing == "imputation" and design.analysis.model != "mixed"
    return ArmFlow(
        allocated=own.height,
        left=int(gone.sum()),
        missed=int((~there & ~gone).sum()),
        complete=int(there.sum()),
        analysed=own.height if imputed else int(there.sum()),
    )


def _end_week(design: Design, arm: str, people: pl.DataFrame) -> np.ndarray:
    """The week after the lot at which the arm ends for each person, ``(people,)``."""
    period = design.period
    if period.kind is not PeriodKind.CROSSOVER:
        return np.full(people.height, period.weeks)
    place = np.array([list(sequence).index(arm) for sequence in people[SEQUENCE].to_list()])
    return place * (period.weeks + period.washout_weeks) + period.weeks
