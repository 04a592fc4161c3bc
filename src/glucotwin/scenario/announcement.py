"""What virtual people tell a dosing algorithm: counted carbohydrate and exercise, on the one-minute grid."""

from typing import Final

import equinox as eqx
import numpy as np
import polars as pl

from glucotwin.domain.inputs import Inputs, minute_utc_from
from glucotwin.scenario.behaviour_event import EventKind

ANNOUNCED_CARBS: Final = "announced_carbs_g"
"""The condition level that is, in a minute, the carbohydrate that the person tells then, in g."""

ANNOUNCED_EXERCISE: Final = "announced_exercise"
"""The condition level that is 1 while the person tells the pump about exercise."""


def counted_carbs(events: pl.DataFrame, names: tuple[str, ...], inputs: Inputs) -> np.ndarray:
    """Carbohydrate as the people of a behaviour count it, at the minutes of their boluses, ``(people, minutes)``.

    A meal whose bolus is missed is not announced; a late bolus announces late, with the person's own error of counting.

    Args:
        events: of the lives.
        names: of the people, in the order of rows.
        inputs: of the lives.
    """
    boluses = events.filter(pl.col("kind") == str(EventKind.BOLUS), pl.col("counted_carbs_g").is_not_null())
    row = {name: index for index, name in enumerate(names)}
    people = [row[name] for name in boluses["name"]]
    first = int(np.asarray(inputs.minute_utc)[0])
    minutes = [minute_utc_from(time) - first for time in boluses["time"]]
    counted = np.zeros((len(names), inputs.minutes))
    np.add.at(counted, (people, minutes), boluses["counted_carbs_g"].to_numpy())
    return counted


def announced_exercise(events: pl.DataFrame, names: tuple[str, ...], inputs: Inputs) -> np.ndarray:
    """1 while people have told their pump about exercise, ``(people, minutes)``: when they reduce their basal rate."""
    reductions = events.filter(pl.col("kind") == str(EventKind.BASAL_REDUCTION))
    row = {name: index for index, name in enumerate(names)}
    first = int(np.asarray(inputs.minute_utc)[0])
    told = np.zeros((len(names), inputs.minutes))
    for name, time, duration in reductions.select("name", "time", "duration_min").iter_rows():
        begin = minute_utc_from(time) - first
        told[row[name], max(begin, 0) : max(begin + int(duration), 0)] = 1.0
    return told


def with_announcements(inputs: Inputs, carbs_g: np.ndarray, exercise: np.ndarray) -> Inputs:
    """Inputs in which insulin is left to an algorithm, with what it is told.

    Args:
        inputs: of the lives; their insulin is taken out.
        carbs_g: announced carbohydrate, ``(people, minutes)`` or ``(minutes,)``.
        exercise: announced exercise likewise.
    """
    quiet = np.zeros(inputs.minutes)
    levels = {**inputs.condition_level, ANNOUNCED_CARBS: carbs_g, ANNOUNCED_EXERCISE: exercise}
    return eqx.tree_at(
        lambda one: (one.insulin_u_per_min, one.condition_level),
        inputs,
        (dict.fromkeys(inputs.insulin_u_per_min, quiet), levels),
        is_leaf=lambda node: isinstance(node, dict),
    )
