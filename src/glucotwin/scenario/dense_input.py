"""From events of many people to per-minute inputs, at once: exact shares of a minute at both ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import equinox as eqx
import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import QUIET_FIELDS, Inputs
from glucotwin.scenario.behaviour_event import EventBatch

NEGLIGIBLE_MIN: Final = 1e-9
"""Shorter shares of a minute are rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseGrid:
    """Minutes of several people.

    Attributes:
        people: how many.
        first_utc_min, minutes: the window.
    """

    people: int
    first_utc_min: int
    minutes: int

    def over(self, events: EventBatch, amount: np.ndarray) -> np.ndarray:
        """Amounts spread evenly over the events' durations, per minute, ``(people, minutes)``."""
        cell, share_min, event = self.shares(events)
        return self.summed(cell, share_min * (amount / events.duration_min)[event])

    def cells(self, events: EventBatch, *, shift_min: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        """Flat positions of the minutes in which events begin, and which events these are."""
        minute = np.floor(events.start_utc_min + shift_min).astype(np.int64) - self.first_utc_min
        (inside,) = np.nonzero((minute >= 0) & (minute < self.minutes))
        return events.person[inside] * self.minutes + minute[inside], inside

    def shares(self, events: EventBatch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every minute that an event touches: its flat position, the part of it in minutes, and which event.

        Parts are reckoned from the event's own first minute, so that they don't depend on the window.
        """
        own_minute = np.floor(events.start_utc_min)
        begin = events.start_utc_min - own_minute
        end = begin + events.duration_min
        offset = own_minute.astype(np.int64) - self.first_utc_min
        low = np.maximum(0, -offset)
        high = np.minimum(np.ceil(end).astype(np.int64), self.minutes - offset)
        count = np.maximum(0, high - low)
        event = np.repeat(np.arange(count.size), count)
        minute = np.arange(event.size) - np.repeat(np.cumsum(count) - count, count) + low[event]
        share = np.minimum(end[event], minute + 1) - np.maximum(begin[event], minute)
        kept = share > NEGLIGIBLE_MIN
        cell = events.person[event] * self.minutes + offset[event] + minute
        return cell[kept], share[kept], event[kept]

    def days_since(self, events: EventBatch) -> np.ndarray:
        """Days from the latest event to the start of each minute, ``(people, minutes)``."""
        position = np.ceil(events.start_utc_min).astype(np.int64) - self.first_utc_min
        before = position <= 0
        latest = np.full((self.people, self.minutes), -np.inf)
        np.maximum.at(latest[:, 0], events.person[before], events.start_utc_min[before])
        within = (position > 0) & (position < self.minutes)
        cell = events.person[within] * self.minutes + position[within]
        np.maximum.at(latest.reshape(-1), cell, events.start_utc_min[within])
        np.maximum.accumulate(latest, axis=1, out=latest)
        np.subtract(self.first_utc_min + np.arange(self.minutes), latest, out=latest)
        latest /= MINUTES_PER_DAY
        return latest

    def summed(self, cell: np.ndarray, amount: np.ndarray) -> np.ndarray:
        """Amounts at flat positions, as ``(people, minutes)``."""
        size = self.people * self.minutes
        # Without any events numpy would count in whole numbers.
        flat = np.bincount(cell, weights=amount, minlength=size) if cell.size else np.zeros(size)
        return flat.reshape(self.people, self.minutes)

    def marked(self, *cells: np.ndarray) -> np.ndarray:
        """1 at flat positions, 0 elsewhere, ``(people, minutes)``."""
        flat = np.zeros(self.people * self.minutes)
        for positions in cells:
            flat[positions] = 1.0
        return flat.reshape(self.people, self.minutes)


def basal_u_per_min(
    grid: DenseGrid, basal_u_per_h: np.ndarray, minute_of_day: np.ndarray, reductions: EventBatch | None
) -> np.ndarray:
    """Basal rates of the local hours, less what is left out while they are reduced."""
    hour = (minute_of_day // 60.0).astype(np.int64)
    rate = np.take(np.asarray(basal_u_per_h, dtype=np.float64) / 60.0, hour, axis=1)
    if reductions is None:
        return rate
    cell, share_min, event = grid.shares(reductions)
    np.multiply.at(rate.reshape(-1), cell, 1.0 - share_min * reductions.numbers["level_fraction"][event])
    return rate


def level_of(grid: DenseGrid, events: EventBatch) -> np.ndarray:
    """The events' level while they last; of several together at most 1."""
    level = grid.over(events, events.numbers["level_fraction"] * events.duration_min)
    return np.minimum(level, 1.0, out=level)


def assembled(
    clock: Mapping[str, np.ndarray],
    fields: Mapping[str, np.ndarray],
    mappings: Mapping[str, Mapping[str, np.ndarray]],
) -> Inputs:
    """Inputs whose arrays are shared (axis time) or per person (axes person, time); the rest is zero and shared."""
    zeros = np.zeros(clock["minute_utc"].size)
    plain: dict[str, np.ndarray] = dict.fromkeys(("carbs_g_per_min", *QUIET_FIELDS), zeros)
    quiet: dict[str, dict[str, np.ndarray]] = {name: dict.fromkeys(values, zeros) for name, values in mappings.items()}
    template = Inputs(**clock, **plain, **quiet)  # pyright: ignore[reportArgumentType]  # which key is which field
    where: Sequence[tuple[str, str | None]] = [
        *((name, None) for name in fields),
        *((name, key) for name, values in mappings.items() for key in values),
    ]

    values = [fields[name] if key is None else mappings[name][key] for name, key in where]
    return eqx.tree_at(
        lambda inputs: [getattr(inputs, name) if key is None else getattr(inputs, name)[key] for name, key in where],
        template,
        values,
    )
