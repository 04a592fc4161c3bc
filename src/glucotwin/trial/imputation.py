"""Multiple imputation of missed visits: normal regression on baseline and earlier visits, arm by arm.

Visits are filled in their order, with coefficients and scatter drawn anew for each imputation (Rubin 1987, chapter 5).
With a reference arm, what somebody of another arm missed is drawn as if they had been in the reference from the start
("copy reference", Carpenter, Roger and Kenward 2013): a harsher assumption, for a sensitivity analysis.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import chdtri, ndtri

from glucotwin.trial.chance import person_normals, person_uniforms

FEWEST_BEYOND_TERMS = 4
"""Fully observed people beyond the number of coefficients; with fewer the mean alone is used."""


def imputed_visits(
    values: np.ndarray,
    terms: np.ndarray,
    arms: np.ndarray,
    *,
    people: Sequence[int],
    seed: int,
    stream: str,
    count: int,
    reference: str = "",
) -> np.ndarray:
    """Completed visits, ``(count, people, visits)``.

    Args:
        values: ``(people, visits)`` on the scale of the analysis; NaN where missing.
        terms: ``(people, terms)``, of the baseline.
        arms: of each person.
        people: their numbers, for their chance.
        seed: of the trial.
        stream: name of the random streams.
        count: how many completed sets.
        reference: arm by whose model all are filled in; their own where empty.
    """
    completed = np.repeat(values[None], count, axis=0)
    if np.isfinite(values).all():
        return completed
    visits, names = values.shape[1], sorted(set(arms.tolist()))
    noise = person_normals(seed, people, stream=f"{stream}-noise", count=count * visits).reshape(-1, count, visits)
    width = terms.shape[1] + visits + 2
    models = person_uniforms(seed, range(count), stream=f"{stream}-model", count=visits * len(names) * width)
    models = models.reshape(count, visits, len(names), width)
    for number in range(count):
        for visit in range(visits):
            known = np.concatenate([terms, completed[number, :, :visit]], axis=1)
            for place, arm in enumerate(names):
                holes = (arms == arm) & ~np.isfinite(values[:, visit])
                if not holes.any():
                    continue
                donors = (arms == (reference or arm)) & np.isfinite(values[:, visit])
                model = _drawn_model(known[donors], values[donors, visit], models[number, visit, place])
                mean, spread = _predicted(model, known[holes])
                completed[number, holes, visit] = mean + spread * noise[holes, number, visit]
    return completed


def _drawn_model(terms: np.ndarray, outcome: np.ndarray, chance: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients (intercept first) and scatter, drawn by uniform numbers from what the data say about them."""
    if outcome.size == 0:
        return np.array([np.nan]), np.nan
    full = np.concatenate([np.ones((outcome.size, 1)), terms], axis=1)
    if outcome.size < full.shape[1] + FEWEST_BEYOND_TERMS:
        full = full[:, :1]
    root, values, turned = np.linalg.svd(full, full_matrices=False)
    kept = values > 1e-10 * values.max()
    inverse = turned[kept].T / values[kept]
    middle = inverse @ (root[:, kept].T @ outcome)
    df = max(1, outcome.size - int(kept.sum()))
    residual = float(((outcome - full @ middle) ** 2).sum())
    spread = math.sqrt(residual / float(chdtri(df, 1.0 - chance[0])))
    return middle + spread * (inverse @ ndtri(chance[1 : 1 + int(kept.sum())])), spread


def _predicted(model: tuple[np.ndarray, float], terms: np.ndarray) -> tuple[np.ndarray, float]:
    coefficients, spread = model
    return coefficients[0] + terms[:, : coefficients.size - 1] @ coefficients[1:], spread
