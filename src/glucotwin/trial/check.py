"""How often an analysis errs: the lot is drawn anew thousands of times over stored outcomes, and each trial analysed.

People are drawn with replacement from those of one arm, so that there is nothing to find; then lots are drawn in the
design's blocks and strata. For power an effect is added on the scale of the analysis.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy.stats import t as student

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.covariate import adjustment_terms, centred
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import ARM
from glucotwin.trial.lot import STRATUM
from glucotwin.trial.outcome import summarised, visit_values, visits_of
from glucotwin.trial.part import Analysis, Endpoint
from glucotwin.trial.regression import Errors, fit_least_squares
from glucotwin.trial.scale import on_scale
from glucotwin.trial.spending import look_bounds

Question = Literal["difference", "non-inferiority", "looks"]
MOST_NUMBERS = 8_000_000
"""Terms of all people of all replicates that are held at once."""

FEWEST_STORED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Outcomes that replicates are drawn from.

    Attributes:
        value: on the scale of the analysis, ``(stored,)``.
        terms: what is adjusted for, ``(stored, terms)``.
        stratum: number of each person's stratum, ``(stored,)``.
    """

    value: np.ndarray
    terms: np.ndarray
    stratum: np.ndarray

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return int(self.stratum.max()) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate:
    """How often a test found something.

    Attributes:
        share: of the replicates.
        replicates: how many.
    """

    share: float
    replicates: int

    def agrees_with(self, expected: float, *, sigmas: float = 3.0) -> bool:
        """Whether the share lies within Monte Carlo error of what is expected."""
        return abs(self.share - expected) <= sigmas * math.sqrt(expected * (1.0 - expected) / self.replicates)


def stored_outcomes(
    design: Design, people: pl.DataFrame, outcomes: pl.DataFrame, *, endpoint: Endpoint, arm: str, analysis: Analysis
) -> Stored:
    """The complete outcomes of one arm.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: rows.
        endpoint: which.
        arm: whose.
        analysis: says what is adjusted for.

    Raises:
        DataError: there are too few.
    """
    own = people.filter(pl.col(ARM) == arm)
    visits = visits_of(outcomes, endpoint)
    values = visit_values(outcomes, endpoint, own, arm, visits) if visits else np.full((own.height, 1), np.nan)
    value = on_scale(summarised(values, endpoint), endpoint.transform)
    seen = np.isfinite(value)
    if seen.sum() < FEWEST_STORED:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"Errors cannot be measured on {int(seen.sum())} outcomes of {endpoint.label}.",
            hint=f"At least {FEWEST_STORED} people of an arm need one.",
        )
    terms = centred(adjustment_terms(design, analysis, endpoint, own)[seen])
    names = own[STRATUM].to_numpy()[seen]
    return Stored(value=value[seen], terms=terms, stratum=np.unique(names, return_inverse=True)[1])


def rejection_rate(
    design: Design,
    stored: Stored,
    *,
    people: int,
    effect: float = 0.0,
    errors: Errors = "HC3",
    question: Question = "difference",
    margin: float = 0.0,
    replicates: int,
) -> ErrorRate:
    """How often two arms are found to differ (or not to be inferior, or to differ at any look).

    Args:
        design: whose blocks, looks and alpha hold; its first comparison's shares divide people.
        stored: what is drawn from.
        people: of both arms together.
        effect: added to those of the first arm, on the scale of the analysis.
        errors: kind of standard errors.
        question: what is tested.
        margin: of non-inferiority, where lower is better and an effect above 0 is worse.
        replicates: trials that are drawn.
    """
    chunk = max(1, min(replicates, MOST_NUMBERS // (people * (stored.terms.shape[1] + 2))))
    found = 0
    for start in range(0, replicates, chunk):
        numbers = range(start, min(start + chunk, replicates))
        chosen = person_uniforms(design.seed, numbers, stream="trial-check-people", count=people)
        index = (chosen * stored.value.size).astype(int)
        is_arm = _lots(design, stored.stratum[index], numbers, stored.strata)
        value = stored.value[index] + effect * is_arm
        found += int(_found(design, value, is_arm, stored.terms[index], errors, question, margin).sum())
    return ErrorRate(share=found / replicates, replicates=replicates)


def _found(
    design: Design,
    value: np.ndarray,
    is_arm: np.ndarray,
    terms: np.ndarray,
    errors: Errors,
    question: Question,
    margin: float,
) -> np.ndarray:
    alpha = design.analysis.alpha
    if question == "looks":
        bounds = look_bounds(design.looks.fractions, alpha=alpha, spending=design.looks.spending)
        crossed = np.zeros(value.shape[0], dtype=bool)
        for bound in bounds:
            until = round(bound.fraction * value.shape[1])
            estimate, se, df = _fitted(value[:, :until], is_arm[:, :until], terms[:, :until], errors)
            crossed |= 2.0 * student.sf(np.abs(estimate) / se, df) <= bound.p
        return crossed
    estimate, se, df = _fitted(value, is_arm, terms, errors)
    if question == "non-inferiority":
        return student.sf((margin - estimate) / se, df) <= alpha / 2.0
    return 2.0 * student.sf(np.abs(estimate) / se, df) <= alpha


def _fitted(
    value: np.ndarray, is_arm: np.ndarray, terms: np.ndarray, errors: Errors
) -> tuple[np.ndarray, np.ndarray, int]:
    around = terms - terms.mean(axis=1, keepdims=True)
    # A stratum that nobody of a replicate is in would be a term that does not vary.
    varied = (around.std(axis=1) > 1e-9).all(axis=0)
    full = np.concatenate([np.ones((*value.shape, 1)), is_arm[..., None] * 1.0, around[..., varied]], axis=-1)
    fit = fit_least_squares(full, value, errors=errors)
    return fit.coefficients[:, 1], fit.se(1), fit.df


def _lots(design: Design, stratum: np.ndarray, numbers: Sequence[int], strata: int) -> np.ndarray:
    """Lots in permuted blocks within strata, ``(replicates, people)``; True for the first arm of the comparison."""
    pair = design.comparisons[0]
    shares = (design.arm(pair.versus).share, design.arm(pair.arm).share)
    pattern = np.repeat([False, True], shares)
    replicates, people = stratum.shape
    is_arm = np.zeros((replicates, people), dtype=bool)
    factors = np.asarray(design.randomisation.block_factors)
    sizes = factors[np.asarray(numbers) % factors.size] * pattern.size
    for one in range(strata):
        inside = stratum == one
        rank = np.cumsum(inside, axis=1) - 1
        places = people + int(factors.max()) * pattern.size
        keys = person_uniforms(design.seed, numbers, stream=f"trial-check-lot-{one}", count=places)
        block = np.arange(places)[None, :] // sizes[:, None]
        order = np.argsort(block + keys, axis=1)
        shuffled = np.take_along_axis(
            np.broadcast_to(pattern[np.arange(places) % pattern.size], keys.shape), np.argsort(order, axis=1), axis=1
        )
        is_arm |= inside & np.take_along_axis(shuffled, np.maximum(rank, 0), axis=1)
    return is_arm
