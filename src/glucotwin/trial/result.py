"""What came out of a trial: everything that its report tells."""

from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import polars as pl

from glucotwin.trial.analysis import Estimate
from glucotwin.trial.baseline import BaselineRow
from glucotwin.trial.credibility import Credibility
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import Covariate
from glucotwin.trial.flow import Flow
from glucotwin.trial.look import Look
from glucotwin.trial.part import Adherence
from glucotwin.trial.subgroup import SubgroupLevel
from glucotwin.trial.verdict import ClaimVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One variant of a trial, lived to its end.

    Attributes:
        name: ``main`` for the trial itself.
        design: the variant's.
        screened: everybody who was looked at.
        people: the randomised, with their lots.
        outcomes: complete rows, as only a simulation knows them.
        seen: the rows that a trial would see.
    """

    name: str
    design: Design
    screened: pl.DataFrame
    people: pl.DataFrame
    outcomes: pl.DataFrame
    seen: pl.DataFrame


class ClaimJson(TypedDict):
    """A claim and its verdict."""

    name: str
    text: str
    endpoint: str
    arm: str
    versus: str
    measure: str
    at_least: float
    by: str
    expect: str
    gain: float
    low: float
    high: float
    reached: bool
    as_expected: bool
    variant: NotRequired[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResult:
    """What came out under another truth: the claims' endpoints and the primary ones."""

    name: str
    label: str
    people: int
    estimates: tuple[Estimate, ...]
    verdicts: tuple[ClaimVerdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """All that the report tells.

    Attributes:
        design: of the trial.
        lived: the trial itself, lived to its end.
        folder: of the run.
        covariates: of its people.
        adherence: what people do of what they are asked to.
        estimates: every endpoint and comparison, as designed.
        others: the first primary endpoint by other choices of the analysis, all comparisons.
        subgroups: first primary endpoint, first comparison.
        looks: interim looks; one when there was none.
        verdicts: of the claims.
        variants: the same under other truths.
        flow: of people.
        baseline: the table of people.
        alpha: of intervals that decide claims: what the interim looks left.
        credibility: errors of the analysis, worth of a score, bias of twins; None where they cannot be measured.
    """

    design: Design
    lived: Lived
    folder: Path
    covariates: tuple[Covariate, ...]
    adherence: Adherence
    estimates: tuple[Estimate, ...]
    others: tuple[Estimate, ...]
    subgroups: tuple[SubgroupLevel, ...]
    looks: tuple[Look, ...]
    verdicts: tuple[ClaimVerdict, ...]
    variants: tuple[VariantResult, ...]
    flow: Flow
    baseline: tuple[BaselineRow, ...]
    alpha: float
    credibility: Credibility | None

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        design = self.design
        return {
            "trial": design.name,
            "design_sha256": design.sha256,
            "folder": str(self.folder),
            "exploratory": design.exploratory,
            "flow": self.flow.to_json(),
            "estimates": [one.row() for one in self.estimates],
            "other_analyses": [one.row() for one in self.others],
            "subgroups": [
                {"by": one.subgroup.column, "level": one.level, "p_interaction": one.p_interaction} | one.estimate.row()
                for one in self.subgroups
            ],
            "looks": [
                {"fraction": one.bound.fraction, "people": one.people, "z": one.z, "bound_z": one.bound.z}
                for one in self.looks
            ],
            "claims": [claim_json(one) for one in self.verdicts],
            "credibility": None if self.credibility is None else self.credibility.to_json(),
            "variants": [
                {
                    "variant": one.name,
                    "label": one.label,
                    "people": one.people,
                    "estimates": [each.row() for each in one.estimates],
                    "claims": [claim_json(each) for each in one.verdicts],
                }
                for one in self.variants
            ],
        }


def claim_json(verdict: ClaimVerdict) -> ClaimJson:
    """A verdict as JSON values."""
    claim = verdict.claim
    return ClaimJson(
        name=claim.name,
        text=claim.text,
        endpoint=claim.endpoint,
        arm=claim.arm,
        versus=claim.versus,
        measure=claim.measure,
        at_least=claim.at_least,
        by=claim.by,
        expect=claim.expect,
        gain=verdict.gain,
        low=verdict.low,
        high=verdict.high,
        reached=verdict.reached,
        as_expected=verdict.as_expected,
    )
