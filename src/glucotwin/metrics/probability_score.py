"""Scores of probabilistic forecasts: samples, quantiles, intervals and event probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.metrics.array import FloatArray, as_floats, as_pairs, check_same_length

_PROBABILITY_MARGIN = 1e-6
_NEWTON_STEPS = 100
_NEWTON_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalScore:
    """How a central prediction interval did.

    Attributes:
        nominal_pct: probability that it claims to hold.
        coverage_pct: percent of references within it, bounds included.
        mean_width_mgdl: its mean width.
        score_mgdl: mean interval score (width plus penalties for misses), smaller is better.
    """

    nominal_pct: float
    coverage_pct: float
    mean_width_mgdl: float
    score_mgdl: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbabilityScore:
    """How probabilities of an event did.

    Attributes:
        brier: mean squared difference from 0 or 1.
        brier_skill: 1 - brier / brier of the constant event rate; nan when all outcomes are alike.
        calibration_slope: slope of the outcome on the forecast log odds, 1 is ideal; nan when it does not exist.
        calibration_intercept: intercept of the same regression, 0 is ideal; nan when it does not exist.
    """

    brier: float
    brier_skill: float
    calibration_slope: float
    calibration_intercept: float


def crps_from_samples_mgdl(reference_mgdl: ArrayLike, samples_mgdl: ArrayLike) -> FloatArray:
    """Continuous ranked probability score of each ensemble in mg/dL, shape (n,).

    E|X - y| - E|X - X'| / 2 over the members (Gneiting and Raftery 2007, eq. 21); one member gives the absolute error.

    Args:
        reference_mgdl: what happened, shape (n,).
        samples_mgdl: ensemble members, shape (n, members).

    Raises:
        DataError: shapes that do not match, no member, or values that are not finite.
    """
    reference, samples = _with_rows("samples_mgdl", reference_mgdl, samples_mgdl)
    members = samples.shape[1]
    ordered = np.sort(samples, axis=1)
    rank_weight = 2.0 * np.arange(1, members + 1) - members - 1.0
    spread = ordered @ rank_weight / members**2
    return np.mean(np.abs(samples - reference[:, None]), axis=1) - spread


def crps_from_quantiles_mgdl(
    reference_mgdl: ArrayLike, quantiles_mgdl: ArrayLike, probabilities: ArrayLike
) -> FloatArray:
    """Continuous ranked probability score from quantiles in mg/dL, shape (n,).

    Twice the pinball loss integrated over probability; each quantile stands for the probabilities nearest to it. With
    levels symmetric about one half, equal quantiles give the absolute error.

    Args:
        reference_mgdl: what happened, shape (n,).
        quantiles_mgdl: forecast quantiles, shape (n, levels).
        probabilities: rising levels within (0, 1), shape (levels,).

    Raises:
        DataError: shapes that do not match, levels that do not rise within (0, 1), or values that are not finite.
    """
    reference, quantiles = _with_rows("quantiles_mgdl", reference_mgdl, quantiles_mgdl)
    levels = _checked_levels(probabilities)
    check_same_length("probabilities", levels.size, "quantiles_mgdl per row", quantiles.shape[1])
    edges = np.concatenate(([0.0], (levels[1:] + levels[:-1]) / 2.0, [1.0]))
    error = reference[:, None] - quantiles
    pinball = np.maximum(levels * error, (levels - 1.0) * error)
    return 2.0 * pinball @ np.diff(edges)


def probability_integral_transform(reference_mgdl: ArrayLike, samples_mgdl: ArrayLike) -> FloatArray:
    """Share of members below each reference, ties counted half, shape (n,): uniform when the forecast is calibrated.

    Raises:
        DataError: as :func:`crps_from_samples_mgdl`.
    """
    reference, samples = _with_rows("samples_mgdl", reference_mgdl, samples_mgdl)
    below = np.mean(samples < reference[:, None], axis=1)
    return below + 0.5 * np.mean(samples == reference[:, None], axis=1)


def score_interval(
    reference_mgdl: ArrayLike, lower_mgdl: ArrayLike, upper_mgdl: ArrayLike, *, nominal_pct: float
) -> IntervalScore:
    """Coverage, width and interval score of central intervals (Gneiting and Raftery 2007, eq. 43).

    Args:
        reference_mgdl: what happened, shape (n,).
        lower_mgdl: lower bounds, shape (n,).
        upper_mgdl: upper bounds, shape (n,).
        nominal_pct: probability the interval claims, within (0, 100).

    Raises:
        DataError: unequal lengths, an upper bound below its lower bound, or ``nominal_pct`` outside (0, 100).
    """
    reference, lower = as_pairs("reference_mgdl", reference_mgdl, "lower_mgdl", lower_mgdl)
    _, upper = as_pairs("lower_mgdl", lower, "upper_mgdl", upper_mgdl)
    if np.any(upper < lower) or not 0.0 < nominal_pct < 100.0:
        raise DataError(ErrorCode.INVALID_VALUE, "Interval bounds are crossed, or nominal_pct is not within 0 to 100.")
    width = upper - lower
    miss = np.maximum(lower - reference, 0.0) + np.maximum(reference - upper, 0.0)
    return IntervalScore(
        nominal_pct=nominal_pct,
        coverage_pct=100.0 * float(np.mean(miss == 0.0)),
        mean_width_mgdl=float(width.mean()),
        score_mgdl=float(np.mean(width + 2.0 / (1.0 - nominal_pct / 100.0) * miss)),
    )


def score_probabilities(happened: ArrayLike, probability: ArrayLike) -> ProbabilityScore:
    """Brier score, its skill over the event rate, and logistic calibration (Cox 1958).

    Args:
        happened: whether the event came (0 or 1), shape (n,).
        probability: forecast probability, shape (n,).

    Raises:
        DataError: unequal lengths, no pair, outcomes other than 0 and 1, or probabilities outside 0 to 1.
    """
    outcome, forecast = as_pairs("happened", happened, "probability", probability)
    if np.any((outcome != 0.0) & (outcome != 1.0)) or forecast.min() < 0.0 or forecast.max() > 1.0:
        raise DataError(ErrorCode.INVALID_VALUE, "happened is not 0 or 1, or probability is not within 0 to 1.")
    brier = float(np.mean((forecast - outcome) ** 2))
    climate = float(outcome.mean() * (1.0 - outcome.mean()))
    intercept, slope = _fit_calibration(outcome, forecast)
    return ProbabilityScore(
        brier=brier,
        brier_skill=1.0 - brier / climate if climate > 0.0 else float("nan"),
        calibration_slope=slope,
        calibration_intercept=intercept,
    )


def _fit_calibration(outcome: FloatArray, forecast: FloatArray) -> tuple[float, float]:
    """Intercept and slope of the logistic regression on log odds (Newton); nan without a finite maximum."""
    clipped = np.clip(forecast, _PROBABILITY_MARGIN, 1.0 - _PROBABILITY_MARGIN)
    log_odds = np.log(clipped / (1.0 - clipped))
    if np.ptp(log_odds) == 0.0 or _is_separable(outcome, log_odds):
        return float("nan"), float("nan")
    design = np.stack([np.ones(log_odds.size), log_odds], axis=1)
    coefficient = np.array([0.0, 1.0])
    for _ in range(_NEWTON_STEPS):
        fitted = 1.0 / (1.0 + np.exp(-np.clip(design @ coefficient, -700.0, 700.0)))
        curvature = design.T @ (design * (fitted * (1.0 - fitted))[:, None])
        if np.linalg.cond(curvature) > 1e14:
            break
        step = np.linalg.solve(curvature, design.T @ (outcome - fitted))
        # A full step can overshoot far from the maximum of this concave likelihood.
        coefficient = coefficient + step * min(1.0, 2.0 / float(np.abs(step).max() + 1e-300))
        if np.abs(step).max() < _NEWTON_TOLERANCE:
            return float(coefficient[0]), float(coefficient[1])
    return float("nan"), float("nan")


def _is_separable(outcome: FloatArray, log_odds: FloatArray) -> bool:
    """Whether a threshold parts the outcomes, so that the likelihood grows without end."""
    events, others = log_odds[outcome == 1.0], log_odds[outcome == 0.0]
    if events.size == 0 or others.size == 0:
        return True
    return bool(events.min() >= others.max() or events.max() <= others.min())


def _with_rows(name: str, reference_mgdl: ArrayLike, rows_mgdl: ArrayLike) -> tuple[FloatArray, FloatArray]:
    reference, rows = as_floats("reference_mgdl", reference_mgdl), as_floats(name, rows_mgdl, dimensions=2)
    check_same_length("reference_mgdl", reference.size, name, rows.shape[0])
    if rows.size == 0:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, f"{name} is empty.")
    return reference, rows


def _checked_levels(probabilities: ArrayLike) -> FloatArray:
    levels = as_floats("probabilities", probabilities)
    if levels.size == 0 or levels[0] <= 0.0 or levels[-1] >= 1.0 or np.any(np.diff(levels) <= 0.0):
        raise DataError(ErrorCode.INVALID_VALUE, "The probabilities do not rise within 0 to 1.")
    return levels
