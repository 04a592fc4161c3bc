"""Two arms of a crossover: a mixed model of people and periods, which keeps those who have a value in one arm only.

Senn, Cross-over Trials in Clinical Research (2002), chapter 3: people as random effects recover what the difference
between people tells of the arms; who has both values weighs most.
"""

import numpy as np

from glucotwin.trial.comparison import FEWEST_PEOPLE, Compared, too_few_pairs
from glucotwin.trial.contrast import Contrast
from glucotwin.trial.covariate import centred
from glucotwin.trial.mixed import MixedFit, fit_mixed
from glucotwin.trial.part import Endpoint
from glucotwin.trial.scale import on_scale


def compare_crossover(values: np.ndarray, periods: np.ndarray, endpoint: Endpoint) -> Compared:
    """Compares two arms that people lived through one after the other.

    Means, the difference and the relative difference are all adjusted for the period: means are those of the average
    period of the rows. Errors are the model's; a difference has as many degrees of freedom as there are whole pairs,
    less the terms.

    Args:
        values: in the arm and in versus, in the endpoint's unit, ``(people, 2)``; NaN where there is none.
        periods: in which each was lived, likewise.
        endpoint: which.

    Raises:
        DataError: too few people have both.
    """
    seen = np.isfinite(values)
    pairs = int(seen.all(axis=1).sum())
    if pairs < FEWEST_PEOPLE:
        raise too_few_pairs(endpoint)
    fit, df = _fitted(values, periods, seen)
    scaled, _ = _fitted(on_scale(values, endpoint.transform), periods, seen)
    mean, difference = fit.coefficients[:2].tolist()
    slope = np.array([-difference / mean**2, 1.0 / mean]) if mean else np.full(2, np.nan)
    return Compared(
        people_arm=int(seen[:, 0].sum()),
        people_versus=int(seen[:, 1].sum()),
        mean_arm=mean + difference,
        mean_versus=mean,
        difference=_second(fit, df),
        relative_pct=Contrast(
            estimate=100.0 * difference / mean if mean else np.nan,
            se=100.0 * float(np.sqrt(slope @ fit.model_covariance[:2, :2] @ slope)),
            df=df,
        ),
        tested=_second(scaled, df),
    )


def _fitted(values: np.ndarray, periods: np.ndarray, seen: np.ndarray) -> tuple[MixedFit, int]:
    """Mean of versus, difference and periods; degrees of freedom of what is told within people."""
    people, place = np.nonzero(seen)
    later = np.unique(periods[seen])[1:]
    indicators = (periods[seen][:, None] == later) * 1.0
    is_arm = (place == 0) * 1.0
    terms = np.column_stack([np.ones(people.size), is_arm])
    around = centred(indicators)
    for column in around.T:
        tried = np.column_stack([terms, column])
        terms = tried if np.linalg.matrix_rank(tried) == tried.shape[1] else terms
    fit = fit_mixed(terms, values[seen], np.unique(people, return_inverse=True)[1])
    return fit, max(1, int(seen.all(axis=1).sum()) - (terms.shape[1] - 1))


def _second(fit: MixedFit, df: int) -> Contrast:
    return Contrast(estimate=float(fit.coefficients[1]), se=float(np.sqrt(fit.model_covariance[1, 1])), df=df)
