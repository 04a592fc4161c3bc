"""Columns of recruited people as terms of a regression."""

from collections.abc import Iterable

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.trial.design import Design
from glucotwin.trial.lot import STRATUM
from glucotwin.trial.part import Analysis, Endpoint
from glucotwin.trial.scale import on_scale


def adjustment_terms(design: Design, analysis: Analysis, endpoint: Endpoint, people: pl.DataFrame) -> np.ndarray:
    """What the analysis adjusts for, ``(people, terms)``, without an intercept.

    The endpoint's baseline on the endpoint's scale, the frozen score, the covariates and the strata.

    Raises:
        DataError: a column does not exist.
    """
    if analysis.model == "difference":
        return np.zeros((people.height, 0))
    parts = [on_scale(_number(people, endpoint.baseline), endpoint.transform)[:, None]] if endpoint.baseline else []
    names = [analysis.score] if analysis.score else []
    names += [name for name in analysis.covariates if name != endpoint.baseline]
    names += [STRATUM] if design.randomisation.strata else []
    return np.concatenate([np.zeros((people.height, 0)), *parts, *(_terms(people, name) for name in names)], axis=1)


def centred(terms: np.ndarray) -> np.ndarray:
    """Terms around their mean, without those that do not vary or repeat earlier ones; people are the first axis."""
    around = terms - terms.mean(axis=0)
    kept: list[int] = []
    for column in range(around.shape[1]):
        tried = around[:, [*kept, column]]
        scale = np.linalg.norm(tried, axis=0)
        if scale[-1] > 1e-12 and np.linalg.matrix_rank(tried / np.where(scale > 0.0, scale, 1.0), tol=1e-7) > len(kept):
            kept.append(column)
    return around[:, kept]


def check_columns(people: pl.DataFrame, names: Iterable[str]) -> None:
    """Passes when every named column is there.

    Raises:
        DataError: one is not.
    """
    missing = next((name for name in names if name and name not in people.columns), None)
    if missing is not None:
        raise DataError(
            ErrorCode.MISSING_COLUMN,
            f"The people of the trial have no column {missing!r}.",
            hint=f"They have: {', '.join(people.columns)}.",
        )


def _number(people: pl.DataFrame, name: str) -> np.ndarray:
    check_columns(people, [name])
    values = people[name].cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(values), values, np.nanmean(values))


def _terms(people: pl.DataFrame, name: str) -> np.ndarray:
    check_columns(people, [name])
    if people[name].dtype.is_numeric():
        return _number(people, name)[:, None]
    values = np.asarray(people[name].cast(pl.String).fill_null("").to_list())
    return (
        np.stack([values == one for one in sorted(set(values.tolist()))[1:]] or [np.zeros(values.size)], axis=1) * 1.0
    )
