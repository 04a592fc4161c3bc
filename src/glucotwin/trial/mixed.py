"""Repeated visits: a linear mixed model with a level of each person's own (Laird and Ware, Biometrics 38, 1982)."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.trial.comparison import Compared
from glucotwin.trial.contrast import Contrast
from glucotwin.trial.covariate import centred
from glucotwin.trial.part import Endpoint
from glucotwin.trial.scale import on_scale

LOG_RATIO_LIMITS = (-12.0, 12.0)
"""Of the variance between people over that within them."""

FEWEST_LAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedFit:
    """A fitted model.

    Attributes:
        coefficients: of the fixed effects, ``(terms,)``.
        model_covariance: as the model has it, ``(terms, terms)``.
        robust_covariance: that holds whatever the correlation of a person's visits is (Liang and Zeger 1986).
        ratio: variance between people over that within them.
        df: people less terms.
    """

    coefficients: np.ndarray
    model_covariance: np.ndarray
    robust_covariance: np.ndarray
    ratio: float
    df: int


def fit_mixed(terms: np.ndarray, outcome: np.ndarray, person: np.ndarray) -> MixedFit:
    """Fits by restricted maximum likelihood; the ratio of variances is found by search, all else in closed form.

    Args:
        terms: fixed effects, ``(rows, terms)``, of full rank.
        outcome: ``(rows,)``.
        person: number of the person of each row, from 0, ``(rows,)``.
    """
    count = np.bincount(person).astype(float)

    def criterion(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        moved, target = _whitened(terms, outcome, person, count, ratio)
        residual = target - moved @ np.linalg.lstsq(moved, target)[0]
        left = terms.shape[0] - terms.shape[1]
        inside = np.linalg.slogdet(moved.T @ moved)[1]
        return float(left * math.log((residual**2).sum()) + np.log1p(count * ratio).sum() + inside)

    found = minimize_scalar(criterion, bounds=LOG_RATIO_LIMITS, method="bounded", options={"xatol": 1e-8})
    ratio = math.exp(float(found.x))  # pyright: ignore[reportAttributeAccessIssue]  # scipy's result is not typed
    moved, target = _whitened(terms, outcome, person, count, ratio)
    inverse = np.linalg.inv(moved.T @ moved)
    coefficients = inverse @ (moved.T @ target)
    residual = target - moved @ coefficients
    rows, width = terms.shape
    scores = np.zeros((count.size, width))
    np.add.at(scores, person, moved * residual[:, None])
    people = int((count > 0).sum())
    small = people / (people - 1) * (rows - 1) / (rows - width)
    return MixedFit(
        coefficients=coefficients,
        model_covariance=inverse * (residual**2).sum() / (rows - width),
        robust_covariance=small * inverse @ (scores.T @ scores) @ inverse,
        ratio=ratio,
        df=max(1, people - width),
    )


def compare_mixed(values: np.ndarray, is_arm: np.ndarray, terms: np.ndarray, endpoint: Endpoint) -> Compared:
    """Compares different people by all their visits; missed ones are left out, which is right if they are at random.

    Fixed effects: visit, arm at each visit, and what is adjusted for at each visit alike. The contrast is the last
    visit's, or the mean or sum of the visits' where the endpoint is that.

    Args:
        values: in the endpoint's unit, ``(people, visits)``, NaN where missing.
        is_arm: whether a person had the arm and not ``versus``, ``(people,)``.
        terms: what is adjusted for, ``(people, terms)``.
        endpoint: which.

    Raises:
        DataError: there are too few rows.
    """
    seen = np.isfinite(values)
    if min(seen[is_arm, -1].sum(), seen[~is_arm, -1].sum()) < FEWEST_LAST:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"Fewer than {FEWEST_LAST} people of an arm have a last value of {endpoint.label}.",
            hint="Recruit more people, or compare by ancova.",
        )
    means, covariance, df = _contrast(values, seen, is_arm, terms, endpoint)
    tested, scaled, _ = _contrast(on_scale(values, endpoint.transform), seen, is_arm, terms, endpoint)
    mean, difference = means
    slope = np.array([-difference / mean**2, 1.0 / mean])
    relative_se = 100.0 * math.sqrt(slope @ covariance @ slope)
    return Compared(
        people_arm=int(seen[is_arm].any(axis=1).sum()),
        people_versus=int(seen[~is_arm].any(axis=1).sum()),
        mean_arm=mean + difference,
        mean_versus=mean,
        difference=Contrast(estimate=difference, se=math.sqrt(covariance[1, 1]), df=df),
        relative_pct=Contrast(estimate=100.0 * difference / mean, se=relative_se, df=df),
        tested=Contrast(estimate=tested[1], se=math.sqrt(scaled[1, 1]), df=df),
    )


def _contrast(
    values: np.ndarray, seen: np.ndarray, is_arm: np.ndarray, terms: np.ndarray, endpoint: Endpoint
) -> tuple[tuple[float, float], np.ndarray, int]:
    """Mean of versus and difference, with their covariance and degrees of freedom."""
    people, visits = values.shape
    by_visit = np.tile(np.eye(visits), (people, 1))
    arm = np.repeat(is_arm * 1.0, visits)[:, None]
    fixed = np.concatenate([by_visit, by_visit * arm, np.repeat(centred(terms), visits, axis=0)], axis=1)
    rows = seen.ravel()
    person = np.unique(np.repeat(np.arange(people), visits)[rows], return_inverse=True)[1]
    fit = fit_mixed(fixed[rows], values.ravel()[rows], person)
    share = {"last": np.eye(visits)[-1], "mean": np.full(visits, 1.0 / visits), "sum": np.ones(visits)}
    weight = np.zeros((2, fixed.shape[1]))
    weight[0, :visits] = weight[1, visits : 2 * visits] = share[endpoint.summary]
    mean, difference = (weight @ fit.coefficients).tolist()
    return (mean, difference), weight @ fit.robust_covariance @ weight.T, fit.df


def _whitened(
    terms: np.ndarray, outcome: np.ndarray, person: np.ndarray, count: np.ndarray, ratio: float
) -> tuple[np.ndarray, np.ndarray]:
    """Terms and outcome less so much of the person's mean that what is left is uncorrelated."""
    kept = 1.0 - 1.0 / np.sqrt(1.0 + count * ratio)
    sums = np.zeros((count.size, terms.shape[1] + 1))
    both = np.column_stack([terms, outcome])
    np.add.at(sums, person, both)
    less = both - (sums * (kept / np.maximum(count, 1.0))[:, None])[person]
    return less[:, :-1], less[:, -1]
