"""The local days of a scenario in absolute time, across clock changes and journeys."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from glucotwin.domain.inputs import clock_arrays, minute_utc_from
from glucotwin.domain.timeline import Window
from glucotwin.scenario.part import Repeated, TravelPart

AnyPart = TypeVar("AnyPart", bound=Repeated)

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Time ``[start, end)`` in UTC over which the clock on the wall is that of one zone."""

    start: dt.datetime
    end: dt.datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCalendar:
    """Whole local days from a local start.

    Attributes:
        start: first local time.
        days: how many days.
        stretches: one per zone, each from the end of the one before.
    """

    start: dt.datetime
    days: int
    stretches: tuple[Stretch, ...]

    @property
    def window(self) -> Window:
        """All of it: days have 23 or 25 hours when clocks change, and a journey's lost or gained hours count."""
        return Window(start=self.stretches[0].start, end=self.stretches[-1].end)

    @property
    def minutes(self) -> int:
        """Whole minutes of the window."""
        return minute_utc_from(self.window.end) - minute_utc_from(self.window.start)

    def last_instant(self, zone: str) -> dt.datetime:
        """The end of the last day for somebody in a zone."""
        return _instant(self.start.date() + self.days * ONE_DAY, self.start.time(), zone)

    def minute_of_day(self) -> np.ndarray:
        """The local clock in minutes since midnight, per minute, shape ``(minutes,)``."""
        clocks = [
            clock_arrays(one.start, minute_utc_from(one.end) - minute_utc_from(one.start), one.zone)["minute_of_day"]
            for one in self.stretches
        ]
        return np.concatenate(clocks)

    def occurrences(self, parts: tuple[AnyPart, ...]) -> Iterator[tuple[dt.datetime, AnyPart]]:
        """When each part happens, in UTC: what a journey skips is left out, what it repeats happens again."""
        for part in parts:
            for stretch in self.stretches:
                for number, date in self._dates(stretch):
                    time = _instant(date, part.time, stretch.zone)
                    if part.happens_on(number) and stretch.start <= time < stretch.end:
                        yield time, part

    def first_time(self, day: int, clock: dt.time) -> dt.datetime:
        """The first instant from a local time of a day on; a journey may have skipped the very minute."""
        times = [_instant(self.start.date() + (day - 1) * ONE_DAY, clock, one.zone) for one in self.stretches]
        passed = [max(time, one.start) for time, one in zip(times, self.stretches, strict=True) if time < one.end]
        return passed[0] if passed else self.window.end

    def share_of_minutes(self, start: dt.datetime, end: dt.datetime) -> tuple[slice, np.ndarray]:
        """Which minutes a span of time touches, and how much of each of them it covers (0 to 1)."""
        first = minute_utc_from(self.window.start)
        begin, stop = (_minutes_since_1970(time) - first for time in (start, end))
        low, high = (int(np.clip(limit, 0, self.minutes)) for limit in (np.floor(begin), np.ceil(stop)))
        edges = np.arange(low, high)
        return slice(low, high), np.clip(np.minimum(edges + 1, stop) - np.maximum(edges, begin), 0.0, 1.0)

    def _dates(self, stretch: Stretch) -> Iterator[tuple[int, dt.date]]:
        """The local dates that a stretch may touch, each with its number."""
        date = stretch.start.astimezone(ZoneInfo(stretch.zone)).date() - ONE_DAY
        while date <= stretch.end.astimezone(ZoneInfo(stretch.zone)).date():
            yield (date - self.start.date()).days + 1, date
            date += ONE_DAY


def local_calendar(*, start: dt.datetime, days: int, zone: str, travel: tuple[TravelPart, ...] = ()) -> LocalCalendar:
    """The local days from a local start, in a zone and then in those of the journeys."""
    begin = _instant(start.date(), start.time(), zone)
    stretches: list[Stretch] = []
    for part in travel:
        leave = _instant(start.date() + (part.day - 1) * ONE_DAY, part.time, zone)
        stretches.append(Stretch(start=begin, end=leave, zone=zone))
        begin, zone = leave, part.zone
    # A day that a journey has cut short ends with the journey.
    end = max(begin, _instant(start.date() + days * ONE_DAY, start.time(), zone))
    return LocalCalendar(start=start, days=days, stretches=(*stretches, Stretch(start=begin, end=end, zone=zone)))


def _instant(date: dt.date, clock: dt.time, zone: str) -> dt.datetime:
    return dt.datetime.combine(date, clock, ZoneInfo(zone)).astimezone(dt.UTC)


def _minutes_since_1970(time: dt.datetime) -> float:
    return time.timestamp() / 60.0
