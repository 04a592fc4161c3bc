"""Interim looks: what a committee would have seen of the first primary comparison, and whether that ends the trial."""

import math
from dataclasses import dataclass

import polars as pl
from scipy.special import ndtri

from glucotwin.core.error import DataError
from glucotwin.trial.analysis import estimate
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import PERSON
from glucotwin.trial.spending import Bound, look_bounds

SMALLEST_P = 1e-300
"""Of a look; smaller ones have no normal score that a file can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look.

    Attributes:
        bound: what it was held against.
        people: who had finished.
        z: the normal score of the p-value, so that few people count as few; not a number when there
            was too little to tell.
    """

    bound: Bound
    people: int
    z: float

    @property
    def crossed(self) -> bool:
        """Whether the trial would have ended here."""
        return abs(self.z) >= self.bound.z


def looks_of(design: Design, people: pl.DataFrame, outcomes: pl.DataFrame) -> tuple[Look, ...]:
    """Every look, in the order of enrolment, also those after the one that would have ended the trial.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: observed rows.
    """
    spending, alpha = design.looks.spending, design.analysis.alpha
    bounds = look_bounds(design.looks.fractions, alpha=alpha, spending=spending)
    ordered = people.sort(PERSON)
    return tuple(_look(design, ordered, outcomes, bound) for bound in bounds)


def final_alpha(design: Design) -> float:
    """The two-sided level of the last look, which intervals and claims of the first primary endpoint use."""
    bounds = look_bounds(design.looks.fractions, alpha=design.analysis.alpha, spending=design.looks.spending)
    return bounds[-1].p


def _look(design: Design, ordered: pl.DataFrame, outcomes: pl.DataFrame, bound: Bound) -> Look:
    finished = ordered.head(round(bound.fraction * ordered.height))
    try:
        found = estimate(
            design, finished, outcomes, endpoint=design.primary[0], comparison=design.comparisons[0], name="look"
        ).compared.tested
    except DataError:
        return Look(bound=bound, people=finished.height, z=float("nan"))
    z = math.copysign(-float(ndtri(max(found.p, SMALLEST_P) / 2.0)), found.estimate) if found.se else float("nan")
    return Look(bound=bound, people=finished.height, z=z)
