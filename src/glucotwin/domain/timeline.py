"""A person's timeline: every stream sorted by time, aware of gaps, cut into windows and local days."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import (
    STREAMS,
    conform_frame,
    empty_frame,
    frame_from_records,
    records_from_frame,
    stream_of,
)
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record, as_utc
from glucotwin.domain.therapy import TherapySettings

AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time ``[start, end)`` in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", as_utc(self.start))
        object.__setattr__(self, "end", as_utc(self.end))
        if self.end < self.start:
            raise DataError(ErrorCode.INVALID_VALUE, f"A window ends ({self.end}) before it starts ({self.start}).")

    @property
    def duration_min(self) -> float:
        """Length in minutes."""
        return (self.end - self.start) / timedelta(minutes=1)

    @property
    def days(self) -> float:
        """Length in days of 24 h."""
        return self.duration_min / 1440.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A person, their therapy settings and their streams.

    Attributes:
        person: whose it is.
        streams: one table per kind of record (see ``glucotwin.domain.frame``), sorted by time; absent ones are empty.
        settings: therapy settings, ascending in ``valid_from``.
    """

    person: Person
    streams: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    settings: tuple[TherapySettings, ...] = ()

    def __post_init__(self) -> None:
        unknown = set(self.streams) - set(STREAMS)
        if unknown:
            raise DataError(ErrorCode.UNKNOWN_NAME, f"Unknown streams {sorted(unknown)}.")
        frames = {name: conform_frame(STREAMS[name], frame) for name, frame in self.streams.items() if len(frame)}
        object.__setattr__(self, "streams", MappingProxyType(frames))
        object.__setattr__(self, "settings", tuple(sorted(self.settings, key=lambda one: one.valid_from)))

    @classmethod
    def from_records(
        cls, person: Person, records: Iterable[Record], settings: Iterable[TherapySettings] = ()
    ) -> "Timeline":
        """A timeline of records in any order."""
        grouped: dict[type[Record], list[Record]] = {}
        for record in records:
            grouped.setdefault(type(record), []).append(record)
        streams = {stream_of(kind): frame_from_records(kind, group) for kind, group in grouped.items()}
        return cls(person=person, streams=streams, settings=tuple(settings))

    def frame(self, kind: type[Record]) -> pl.DataFrame:
        """The table of a kind of record, sorted by time; empty when there are none."""
        frame = self.streams.get(stream_of(kind))
        return empty_frame(kind) if frame is None else frame

    def records(self, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
        """The records of a kind, in time order."""
        return records_from_frame(kind, self.frame(kind))

    def merged(self, other: "Timeline") -> "Timeline":
        """Both timelines' streams as one of this person; the caller removes duplicates."""
        names = set(self.streams) | set(other.streams)
        streams = {
            name: pl.concat([line.streams[name] for line in (self, other) if name in line.streams]) for name in names
        }
        return replace(self, streams=streams, settings=(*self.settings, *other.settings))

    def cut(self, window: Window) -> "Timeline":
        """What started within the window; basal segments that reach into it are clipped to it."""
        streams = {name: _within(frame, window) for name, frame in self.streams.items() if name != "basal"}
        if "basal" in self.streams:
            streams["basal"] = _clip_segments(self.streams["basal"], window)
        return replace(self, streams=streams)

    def window(self, kind: type[Record] | None = None) -> Window:
        """From the first record to just after the last, of one kind or of all.

        Raises:
            DataError: there are no records.
        """
        frames = [self.frame(kind)] if kind is not None else list(self.streams.values())
        bounds = [(frame["time"][0], frame["time"][-1]) for frame in frames if len(frame)]
        if not bounds:
            what = "records" if kind is None else f"records in the stream '{stream_of(kind)}'"
            raise DataError(ErrorCode.TOO_LITTLE_DATA, f"The timeline of {self.person.person_id} has no {what}.")
        last = max(end for _, end in bounds)
        return Window(start=min(start for start, _ in bounds), end=last + timedelta(minutes=1))

    def gaps(
        self, kind: type[Record] = GlucoseReading, *, longer_than_min: float = 15.0, window: Window | None = None
    ) -> tuple[Window, ...]:
        """Stretches without a record of the kind, within the window (default: from the first record to the last)."""
        times = self.frame(kind)["time"]
        if window is not None:
            times = times.filter(times.is_between(window.start, window.end, closed="left"))
            times = pl.concat([pl.Series([window.start]), times, pl.Series([window.end])]).cast(times.dtype)
        edges = pl.DataFrame({"start": times[:-1], "end": times[1:]})
        wide = edges.filter((pl.col("end") - pl.col("start")).dt.total_microseconds() > longer_than_min * 60e6)
        return tuple(Window(start=start, end=end) for start, end in wide.iter_rows())

    def local_days(self, window: Window | None = None) -> tuple[Window, ...]:
        """The local days, midnight to midnight, that the window touches; 23, 24 or 25 hours long."""
        window = window or self.window()
        zone = self.person.zone_info
        day = window.start.astimezone(zone).date()
        days: list[Window] = []
        while (start := datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)) < window.end:
            day += timedelta(days=1)
            days.append(Window(start=start, end=datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)))
        return tuple(days)

    def settings_at(self, time: datetime) -> TherapySettings | None:
        """The therapy settings that hold at a time; None before the first."""
        valid = [one for one in self.settings if one.valid_from <= as_utc(time)]
        return valid[-1] if valid else None


def _within(frame: pl.DataFrame, window: Window) -> pl.DataFrame:
    return frame.filter(pl.col("time").is_between(window.start, window.end, closed="left"))


def _clip_segments(frame: pl.DataFrame, window: Window) -> pl.DataFrame:
    end = pl.col("time") + pl.duration(microseconds=(pl.col("duration_min") * 60e6).round().cast(pl.Int64))
    clipped = frame.with_columns(
        pl.max_horizontal("time", pl.lit(window.start)).alias("time"),
        pl.min_horizontal(end, pl.lit(window.end)).alias("end"),
    )
    minutes = (pl.col("end") - pl.col("time")).dt.total_microseconds() / 60e6
    return clipped.with_columns(minutes.alias("duration_min")).filter(pl.col("duration_min") > 0).drop("end")
