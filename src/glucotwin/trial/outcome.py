"""Outcome rows as arrays: one value for each person, arm and visit, and one for each person and arm."""

import numpy as np
import polars as pl

from glucotwin.trial.experiment import ARM, ENDPOINT, PERIOD, PERSON, VALUE, VISIT
from glucotwin.trial.part import Endpoint


def visits_of(outcomes: pl.DataFrame, endpoint: Endpoint) -> tuple[float, ...]:
    """The weeks at which an endpoint was taken, rising."""
    return tuple(sorted(outcomes.filter(pl.col(ENDPOINT) == endpoint.name)[VISIT].unique().to_list()))


def visit_values(
    outcomes: pl.DataFrame, endpoint: Endpoint, people: pl.DataFrame, arm: str, visits: tuple[float, ...]
) -> np.ndarray:
    """Values of an arm, ``(people, visits)``; NaN where there is none.

    Args:
        outcomes: rows of all arms.
        endpoint: which.
        people: whose, in this order.
        arm: which.
        visits: weeks.
    """
    found = np.full((people.height, len(visits)), np.nan)
    rows = (
        outcomes.filter((pl.col(ENDPOINT) == endpoint.name) & (pl.col(ARM) == arm))
        .join(people.select(PERSON).with_row_index("place"), on=PERSON)
        .select("place", VISIT, VALUE)
    )
    column = {week: number for number, week in enumerate(visits)}
    places = rows["place"].to_numpy()
    columns = np.array([column[week] for week in rows[VISIT].to_list()], dtype=np.int64)
    if places.size:
        found[places, columns] = rows[VALUE].to_numpy()
    return found


def period_of_arm(outcomes: pl.DataFrame, people: pl.DataFrame, arm: str) -> np.ndarray:
    """In which period each person lived through an arm, ``(people,)``; -1 where it did not."""
    rows = outcomes.filter(pl.col(ARM) == arm).select(PERSON, PERIOD).unique()
    joined = people.select(PERSON).join(rows, on=PERSON, how="left", maintain_order="left")
    return joined[PERIOD].fill_null(-1).to_numpy()


def summarised(values: np.ndarray, endpoint: Endpoint) -> np.ndarray:
    """One value for each person from those of the visits, the last axis; NaN where one that is needed is missing."""
    if endpoint.summary == "last":
        return values[..., -1]
    return values.mean(axis=-1) if endpoint.summary == "mean" else values.sum(axis=-1)
