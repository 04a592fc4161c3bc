"""PROCOVA: randomised trials that need fewer people because a frozen score foresees part of the outcome.

Three steps (EMA qualification opinion of 15 September 2022; Schuler et al., International Journal of Biostatistics 18,
2022): a score is made from data of earlier people, by baseline values alone, and frozen; the sample size takes its
correlation with the outcome into account; the analysis adjusts for it (``analysis.score`` of a design). Randomisation
keeps the type-1 error whatever the score is worth. Twins in the place of a control arm have no such protection:
``twin_control_error`` shows what a biased twin does then.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.provenance import sha256_of_json
from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.covariate import check_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenScore:
    """A linear prognosis of the outcome under control, frozen before the trial.

    Attributes:
        intercept: in the outcome's unit.
        weights: by column of the recruited people.
        people: how many it was made from.
        correlation: with the outcome of those people, adjusted for the number of weights.
    """

    intercept: float
    weights: Mapping[str, float]
    people: int
    correlation: float

    @property
    def sha256(self) -> str:
        """By which the score is known; it belongs into the design's sources before the trial runs."""
        return sha256_of_json({"intercept": self.intercept, "weights": dict(self.weights)})

    def of(self, people: pl.DataFrame) -> np.ndarray:
        """The score of each person, ``(people,)``.

        Raises:
            DataError: a column is missing.
        """
        check_columns(people, self.weights)
        parts = [weight * people[name].cast(pl.Float64).to_numpy() for name, weight in self.weights.items()]
        return self.intercept + np.sum(parts, axis=0)


def freeze_score(history: pl.DataFrame, outcome: str, columns: Sequence[str]) -> FrozenScore:
    """A score by least squares from earlier controls.

    Args:
        history: one row per person: baseline columns and the outcome.
        outcome: column that is foreseen.
        columns: baseline columns that may be used.

    Raises:
        DataError: a column is missing or there are too few people.
    """
    check_columns(history, (outcome, *columns))
    if history.height < 2 * (len(columns) + 2):
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"{history.height} people are too few for a score of {len(columns)} columns.",
            hint="Take more people or fewer columns.",
        )
    target = history[outcome].cast(pl.Float64).to_numpy()
    terms = np.column_stack([np.ones(history.height), history.select(columns).cast(pl.Float64).to_numpy()])
    weights = np.linalg.lstsq(terms, target)[0]
    residual = ((target - terms @ weights) ** 2).sum() / (history.height - terms.shape[1])
    explained = max(0.0, 1.0 - float(residual / target.var(ddof=1)))
    return FrozenScore(
        intercept=float(weights[0]),
        weights=dict(zip(columns, weights[1:].tolist(), strict=True)),
        people=history.height,
        correlation=math.sqrt(explained),
    )


def people_per_arm(
    *,
    sd: float,
    effect: float,
    correlation: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.9,
    deflation: float = 1.0,
    inflation: float = 1.0,
) -> int:
    """How many people each of two equal arms needs, ``2 (g s)^2 (1 - (l r)^2) (z + z)^2 / t^2``, rounded up.

    Args:
        sd: of the outcome, ``s``.
        effect: to be found, in the outcome's unit, ``t``.
        correlation: of the score with the outcome, ``r``; 0 without a score.
        alpha: two-sided.
        power: to find it.
        deflation: of the correlation, at most 1, because it was measured in other people, ``l``.
        inflation: of the standard deviation, at least 1, ``g``.

    Raises:
        ValueError: a number is outside its range.
    """
    if not (sd > 0.0 and effect != 0.0 and -1.0 < correlation < 1.0 and 0.0 < deflation <= 1.0 <= inflation):
        raise ValueError(
            "sd above 0, an effect, a correlation within 1, deflation up to 1, inflation from 1 are needed"
        )
    reach = float(ndtri(1.0 - alpha / 2.0) + ndtri(power))
    exact = 2.0 * (inflation * sd) ** 2 * (1.0 - (deflation * correlation) ** 2) * (reach / effect) ** 2
    return math.ceil(exact)


def saved_pct(correlation: float) -> float:
    """Percent of people that a score of this correlation saves at equal power."""
    return 100.0 * correlation**2


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasPoint:
    """Type-1 error of a twin-only control arm whose twins are off by ``bias_sd`` standard deviations of their error."""

    bias_sd: float
    error: float
    expected: float


def twin_control_error(
    residuals: np.ndarray,
    *,
    people: int,
    biases_sd: Sequence[float],
    alpha: float,
    replicates: int,
    seed: int,
) -> tuple[BiasPoint, ...]:
    """How often people who got nothing are found to differ from their own twins, by the twins' bias.

    Args:
        residuals: outcome minus what the twin foresaw, of people without treatment, ``(stored,)``; their mean is
            taken out, so that the bias is what is asked for.
        people: of a trial, drawn from them with replacement.
        biases_sd: of the twins, in standard deviations of the residuals.
        alpha: two-sided.
        replicates: trials that are drawn.
        seed: of the draws.
    """
    around = residuals - residuals.mean()
    spread = float(around.std())
    chosen = person_uniforms(seed, range(replicates), stream="trial-twin-control", count=people)
    drawn = around[(chosen * around.size).astype(int)]
    mean, error = drawn.mean(axis=1), drawn.std(axis=1, ddof=1) / math.sqrt(people)
    limit = float(-ndtri(alpha / 2.0))
    points: list[BiasPoint] = []
    for bias in biases_sd:
        found = np.abs(mean + bias * spread) > limit * error
        shift = bias * math.sqrt(people)
        expected = float(ndtr(shift - limit) + ndtr(-shift - limit))
        points.append(BiasPoint(bias_sd=bias, error=float(found.mean()), expected=expected))
    return tuple(points)
