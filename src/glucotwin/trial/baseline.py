"""The people of a trial before it began, arm by arm (CONSORT 2010, item 15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from glucotwin.trial.experiment import ARM, Covariate

EVERYBODY = ""
"""Name under which the figures of all arms together stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRow:
    """A line of the table.

    Attributes:
        covariate: what it is.
        level: category that is counted; empty for numbers.
        figures: by arm, and of everybody: mean and SD; median and quartiles; or count and percent.
    """

    covariate: Covariate
    level: str
    figures: Mapping[str, tuple[float, ...]]


def baseline_rows(
    people: pl.DataFrame, covariates: Sequence[Covariate], arms: Sequence[str], *, apart: bool
) -> tuple[BaselineRow, ...]:
    """The lines of the table.

    Args:
        people: the randomised.
        covariates: what is shown; those that are no column of theirs are left out.
        arms: in the table's order.
        apart: whether each arm has people of its own.
    """
    groups = {name: people.filter(pl.col(ARM) == name) for name in arms} if apart else {}
    groups[EVERYBODY] = people
    rows: list[BaselineRow] = []
    for one in covariates:
        if one.name not in people.columns:
            continue
        levels = sorted(people[one.name].cast(pl.String).unique().to_list()) if one.kind == "category" else [""]
        rows += [
            BaselineRow(
                covariate=one,
                level=level,
                figures={name: _figures(group[one.name], one, level) for name, group in groups.items()},
            )
            for level in levels
        ]
    return tuple(rows)


def _figures(values: pl.Series, covariate: Covariate, level: str) -> tuple[float, ...]:
    if covariate.kind == "category":
        count = int((values.cast(pl.String) == level).sum())
        return float(count), 100.0 * count / max(1, values.len())
    numbers = values.cast(pl.Float64).drop_nulls().to_numpy()
    numbers = numbers[np.isfinite(numbers)]
    if numbers.size == 0:
        return (np.nan,) * (2 if covariate.kind == "number" else 3)
    if covariate.kind == "number":
        return float(numbers.mean()), float(numbers.std(ddof=1)) if numbers.size > 1 else np.nan
    return tuple(np.quantile(numbers, (0.5, 0.25, 0.75)).tolist())
