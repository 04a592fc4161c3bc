"""What happens in virtual lives: many events of one kind as columns, and one table of them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from glucotwin.domain.frame import TIME_TYPE


class EventKind(StrEnum):
    """What happened."""

    MEAL = "meal"
    SNACK = "snack"
    BOLUS = "bolus"
    EXERCISE = "exercise"
    BASAL_REDUCTION = "basal-reduction"
    ALCOHOL = "alcohol"
    SLEEP = "sleep"
    SLEEP_LOSS = "sleep-loss"
    ILLNESS = "illness"
    STRESS = "stress"
    LUTEAL_PHASE = "luteal-phase"
    SET_CHANGE = "set-change"


NUMBERS: Final = (
    "carbs_g",
    "counted_carbs_g",
    "liquid_carbs_g",
    "protein_g",
    "fat_g",
    "fibre_g",
    "insulin_u",
    "delay_min",
    "alcohol_g",
    "level_fraction",
)
"""Columns of numbers, null where they do not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBatch:
    """Events of several people, one array element each.

    Attributes:
        kind: one for all, or one word per event.
        person: position of the person.
        start_utc_min: when it began, in UTC minutes since 1970, on whole seconds.
        duration_min: how long it lasted; 0 for what happens at once.
        numbers, words: further columns; not-a-number stands for null.
    """

    kind: EventKind | np.ndarray
    person: np.ndarray
    start_utc_min: np.ndarray
    duration_min: np.ndarray
    numbers: Mapping[str, np.ndarray] = field(default_factory=dict)
    words: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def where(
        cls,
        happens: np.ndarray,
        *,
        kind: EventKind | np.ndarray,
        start_utc_min: np.ndarray,
        duration_min: np.ndarray | float = 0.0,
        numbers: Mapping[str, np.ndarray | float] | None = None,
        words: Mapping[str, np.ndarray | str] | None = None,
    ) -> "EventBatch":
        """The events of a plan that happen.

        Args:
            happens: which do; the first axis is the person's.
            kind: one for all, or an array that broadcasts with ``happens``.
            start_utc_min: beginnings.
            duration_min: lengths.
            numbers: further columns.
            words: likewise.
        """

        def chosen(values: np.ndarray | float | str) -> np.ndarray:
            return np.broadcast_to(np.asarray(values), happens.shape)[happens]

        return cls(
            kind=kind if isinstance(kind, EventKind) else chosen(kind),
            person=np.nonzero(happens)[0],
            start_utc_min=chosen(start_utc_min),
            duration_min=chosen(duration_min),
            numbers={name: chosen(values) for name, values in (numbers or {}).items()},
            words={name: chosen(values) for name, values in (words or {}).items()},
        )

    def reaching(self, first_utc_min: int, minutes: int) -> "EventBatch":
        """Those that act within a window: that begin in it, or began before and still last."""
        end = self.start_utc_min + self.duration_min
        begins_before = self.start_utc_min < first_utc_min + minutes
        return self.only(begins_before & ((self.start_utc_min >= first_utc_min) | (end > first_utc_min)))

    def frame(self, names: Sequence[str]) -> pl.DataFrame:
        """The events as a table; columns that do not apply are left out."""
        kind = np.full(self.person.size, str(self.kind)) if isinstance(self.kind, EventKind) else self.kind
        microseconds = np.round(self.start_utc_min * 60.0).astype(np.int64) * 1_000_000
        columns = {
            "name": pl.Series(names, dtype=pl.String).gather(self.person),
            "time": pl.Series(microseconds).cast(TIME_TYPE),
            "kind": pl.Series(kind, dtype=pl.String),
            "duration_min": pl.Series(self.duration_min, dtype=pl.Float64),
        }
        numbers = {name: pl.Series(values, dtype=pl.Float64).fill_nan(None) for name, values in self.numbers.items()}
        words = {name: pl.Series(values, dtype=pl.String) for name, values in self.words.items()}
        return pl.DataFrame(columns | numbers | words)

    def ended(self) -> "EventBatch":
        """The moments at which the events end."""
        return replace(self, start_utc_min=self.start_utc_min + self.duration_min, duration_min=0.0 * self.duration_min)

    def only(self, rows: np.ndarray) -> "EventBatch":
        """Some of the events, by position or truth value."""
        return EventBatch(
            kind=self.kind if isinstance(self.kind, EventKind) else self.kind[rows],
            person=self.person[rows],
            start_utc_min=self.start_utc_min[rows],
            duration_min=self.duration_min[rows],
            numbers={name: values[rows] for name, values in self.numbers.items()},
            words={name: values[rows] for name, values in self.words.items()},
        )


def event_table(batches: Sequence[EventBatch], names: Sequence[str]) -> pl.DataFrame:
    """All events in one table, by time, name and kind; see ``Life.events`` for the columns."""
    schema = (
        {
            "name": pl.String(),
            "time": TIME_TYPE,
            "kind": pl.String(),
            "detail": pl.String(),
            "duration_min": pl.Float64(),
        }
        | {name: pl.Float64() for name in NUMBERS}
        | {"product": pl.String()}
    )
    frames = [pl.DataFrame(schema=schema), *(batch.frame(names) for batch in batches)]
    table = pl.concat(frames, how="diagonal").select(list(schema))
    return table.sort("time", "name", "kind", "detail", maintain_order=True)
