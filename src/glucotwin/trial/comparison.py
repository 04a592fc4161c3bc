"""Two arms compared on one endpoint: between people by ANCOVA, or within people who lived through both at once."""

from dataclasses import dataclass

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.trial.contrast import Contrast, pooled_contrast
from glucotwin.trial.covariate import centred
from glucotwin.trial.part import Better, Endpoint
from glucotwin.trial.regression import Errors, Fit, fit_least_squares
from glucotwin.trial.scale import on_scale

FEWEST_PEOPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came out of a comparison.

    Attributes:
        people_arm, people_versus: how many count.
        mean_arm, mean_versus: adjusted means in the endpoint's unit.
        difference: arm minus versus, in the endpoint's unit.
        relative_pct: the same in percent of the mean of versus.
        tested: the difference on the scale of the endpoint's transform, from which the p-value comes.
    """

    people_arm: int
    people_versus: int
    mean_arm: float
    mean_versus: float
    difference: Contrast
    relative_pct: Contrast
    tested: Contrast

    def gain(self, better: Better, *, relative: bool, alpha: float) -> tuple[float, float, float]:
        """How much better the arm is, with its interval."""
        contrast = self.relative_pct if relative else self.difference
        low, high = contrast.interval(alpha)
        return (-contrast.estimate, -high, -low) if better is Better.LOWER else (contrast.estimate, low, high)


def compare_between(
    values: np.ndarray, is_arm: np.ndarray, terms: np.ndarray, endpoint: Endpoint, *, errors: Errors
) -> Compared:
    """Compares different people.

    Args:
        values: completed data sets in the endpoint's unit, ``(sets, people)``.
        is_arm: whether a person had the arm and not ``versus``, ``(people,)``.
        terms: what is adjusted for, ``(people, terms)``.
        endpoint: which.
        errors: kind of standard errors.

    Raises:
        DataError: too few people are in an arm.
    """
    if min(is_arm.sum(), (~is_arm).sum()) < FEWEST_PEOPLE:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"Fewer than {FEWEST_PEOPLE} people of an arm have a value of {endpoint.label}.",
            hint="Recruit more people.",
        )
    design = _design(is_arm, terms)
    sets = np.broadcast_to(design, (values.shape[0], *design.shape))
    fit = fit_least_squares(sets, values, errors=errors)
    scaled = fit_least_squares(sets, on_scale(values, endpoint.transform), errors=errors)
    mean = float(fit.coefficients[:, 0].mean())
    difference = _pooled(fit.coefficients[:, 1], fit.se(1), fit.df)
    return Compared(
        people_arm=int(is_arm.sum()),
        people_versus=int((~is_arm).sum()),
        mean_arm=mean + difference.estimate,
        mean_versus=mean,
        difference=difference,
        relative_pct=_relative(fit),
        tested=_pooled(scaled.coefficients[:, 1], scaled.se(1), scaled.df),
    )


def compare_within(arm: np.ndarray, versus: np.ndarray, endpoint: Endpoint, *, errors: Errors) -> Compared:
    """Compares people with themselves in arms that they lived through at once.

    Args:
        arm: each person's value in the arm, in the endpoint's unit, ``(people,)``.
        versus: the same in the other arm.
        endpoint: which.
        errors: kind of standard errors, of the scatter of differences.

    Raises:
        DataError: too few people have both.
    """
    people = arm.size
    if people < FEWEST_PEOPLE:
        raise too_few_pairs(endpoint)
    difference, mean = _mean_contrast(arm - versus, errors), float(versus.mean())
    ratio = difference.estimate / mean if mean else np.nan
    # By the delta method: how the ratio of means scatters with each person's own pair.
    influence = (arm - versus - ratio * versus) / mean if mean else np.full(people, np.nan)
    relative = 100.0 * float(influence.std(ddof=1)) / np.sqrt(people)
    return Compared(
        people_arm=people,
        people_versus=people,
        mean_arm=mean + difference.estimate,
        mean_versus=mean,
        difference=difference,
        relative_pct=Contrast(estimate=100.0 * ratio, se=float(relative), df=difference.df),
        tested=_mean_contrast(on_scale(arm, endpoint.transform) - on_scale(versus, endpoint.transform), errors),
    )


def too_few_pairs(endpoint: Endpoint) -> DataError:
    """The error of a comparison within people that hardly anybody bears."""
    return DataError(
        ErrorCode.TOO_LITTLE_DATA,
        f"Fewer than {FEWEST_PEOPLE} people have a value of {endpoint.label} in both arms.",
        hint="Recruit more people.",
    )


def _mean_contrast(apart: np.ndarray, errors: Errors) -> Contrast:
    """The mean of differences."""
    fit = fit_least_squares(np.ones((apart.size, 1)), apart, errors=errors)
    return Contrast(estimate=float(fit.coefficients[0]), se=float(fit.se(0)), df=fit.df)


def _design(is_arm: np.ndarray, terms: np.ndarray) -> np.ndarray:
    own = centred(terms)
    full = np.concatenate([np.ones((is_arm.size, 1)), is_arm[:, None] * 1.0, own], axis=1)
    if np.linalg.matrix_rank(full) == full.shape[1] and full.shape[0] > full.shape[1] + 1:
        return full
    # A term that tells the arms apart, or more terms than a small trial bears: nothing is adjusted for.
    return full[:, :2]


def _relative(fit: Fit) -> Contrast:
    """The difference in percent of the mean of versus, by the delta method."""
    mean, difference = fit.coefficients[:, 0], fit.coefficients[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.stack([-difference / mean**2, 1.0 / mean], axis=1)
        variance = np.einsum("si,sij,sj->s", slope, fit.covariance[:, :2, :2], slope)
        return _pooled(100.0 * difference / mean, 100.0 * np.sqrt(np.maximum(variance, 0.0)), fit.df)


def _pooled(estimates: np.ndarray, errors: np.ndarray, df: int) -> Contrast:
    every = [
        Contrast(estimate=float(estimate), se=float(se), df=df) for estimate, se in zip(estimates, errors, strict=True)
    ]
    return every[0] if len(every) == 1 else pooled_contrast(every)
