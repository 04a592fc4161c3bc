"""What people of a trial do not do: adherence, dropout and missed visits, drawn for each person by number."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.special import betaincinv

from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import ARM, PERIOD, PERSON, VALUE, VISIT
from glucotwin.trial.part import Better, PeriodKind


def adherence_of(design: Design, people: Sequence[int]) -> np.ndarray:
    """Which share of what an arm asks each person does, ``(people,)``, 0 to 1; the same in every arm.

    Args:
        design: whose ``adherence`` is drawn.
        people: their numbers.
    """
    mean, sd = design.adherence.mean, design.adherence.sd
    if sd == 0.0:
        return np.full(len(people), mean)
    size = mean * (1.0 - mean) / sd**2 - 1.0
    drawn = person_uniforms(design.seed, people, stream="trial-adherence")[:, 0]
    return betaincinv(mean * size, (1.0 - mean) * size, drawn)


def leaving_week(design: Design, people: Sequence[int], arms: Sequence[str]) -> np.ndarray:
    """The week after the lot at which each person leaves, ``(people,)``; infinite for most.

    Args:
        design: whose ``dropout`` is drawn: a constant hazard that reaches its share by the end of one arm's weeks.
        people: their numbers.
        arms: the arm of each person (the first one in a crossover).
    """
    drawn = person_uniforms(design.seed, people, stream="trial-dropout")[:, 0]
    factor = np.array([design.dropout.factor_by_arm.get(arm, 1.0) for arm in arms])
    hazard = -np.log1p(-design.dropout.share) / design.period.weeks * factor
    with np.errstate(divide="ignore"):
        return -np.log(drawn) / hazard


def observed(design: Design, outcomes: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Outcome rows as a trial would see them: without those after leaving and those of missed visits.

    Args:
        design: of the trial.
        outcomes: complete rows, of all arms.
        people: the randomised, with ``arm`` (their first) and their baseline.
    """
    numbers = people[PERSON].to_list()
    leaves = people.select(PERSON).with_columns(
        pl.Series("leaves", leaving_week(design, numbers, people[ARM].to_list())),
        pl.Series("missing_share", _missing_share(design, people)),
    )
    visits = sorted(outcomes[VISIT].unique().to_list())
    periods = int(outcomes[PERIOD].max() or 0) + 1 if outcomes.height else 1  # pyright: ignore[reportArgumentType]
    drawn = person_uniforms(design.seed, numbers, stream="trial-missed", count=len(visits) * periods)
    missed = pl.DataFrame(
        {
            PERSON: np.repeat(np.asarray(numbers, dtype=np.int64), len(visits) * periods),
            PERIOD: np.tile(np.repeat(np.arange(periods, dtype=np.int64), len(visits)), len(numbers)),
            VISIT: np.tile(np.asarray(visits, dtype=np.float64), len(numbers) * periods),
            "drawn": drawn.ravel(),
        }
    )
    span = design.period.weeks + design.period.washout_weeks
    paired = design.period.kind is PeriodKind.PAIRED
    week = pl.col(VISIT) + (0.0 if paired else pl.col(PERIOD) * span)
    return (
        outcomes.join(leaves, on=PERSON, maintain_order="left")
        .join(missed, on=[PERSON, PERIOD, VISIT], maintain_order="left")
        .filter((week <= pl.col("leaves")) & (pl.col("drawn") >= pl.col("missing_share")) & pl.col(VALUE).is_not_nan())
        .select(outcomes.columns)
    )


def _missing_share(design: Design, people: pl.DataFrame) -> np.ndarray:
    """How likely each person misses a visit, so that the share over all is the design's."""
    share, odds = design.missingness.share, design.missingness.worse_odds
    endpoint = design.primary[0]
    if share == 0.0 or odds == 1.0 or not endpoint.baseline:
        return np.full(people.height, share)
    baseline = people[endpoint.baseline].to_numpy().astype(np.float64)
    sign = 1.0 if endpoint.better is Better.LOWER else -1.0
    worse = sign * baseline > sign * np.median(baseline)
    low = _share_of_others(share, odds, float(worse.mean()))
    high = odds * low / (1.0 + (odds - 1.0) * low)
    return np.where(worse, high, low)


def _share_of_others(share: float, odds: float, worse: float) -> float:
    """The share of missed visits among the others, by bisection: both groups together miss the whole's share."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        whole = (1.0 - worse) * middle + worse * odds * middle / (1.0 + (odds - 1.0) * middle)
        low, high = (middle, high) if whole < share else (low, middle)
    return 0.5 * (low + high)
