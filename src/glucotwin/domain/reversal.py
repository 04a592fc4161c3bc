"""Taking an import's corrections back, and making them again: steps stay on record, values change.

A step that changed a value puts the original back; one that left a record out puts the record back; one that assumed a
time takes the record away, because it came without one. Everything is kept in the step, so that making it again gives
the very timeline of before.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import polars as pl

from glucotwin.core.provenance import sha256_of_json
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import STREAMS, frame_from_records, schema_of
from glucotwin.domain.timeline import Timeline

ID_DIGITS = 8
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What became of the steps that were to be taken back or made again.

    Attributes:
        timeline: with the values that hold now.
        done: the steps whose state changed, by id.
        missing: ids of steps whose record is not there as the step left it, so that they stay as they are.
    """

    timeline: Timeline
    done: tuple[str, ...]
    missing: tuple[str, ...]


def step_id(step: Correction) -> str:
    """A short name of a step that is the same before and after it is taken back; steps that are alike share it."""
    used = step.time
    if _moves(step) and step.corrected is not None:
        used = EPOCH + timedelta(seconds=step.corrected)
    values = [step.source, step.stream, step.quantity, step.reason, step.original, step.corrected]
    return sha256_of_json({"time": used.isoformat(), "values": values})[:ID_DIGITS]


def take_back(timeline: Timeline, wanted: Callable[[Correction], bool] = lambda step: True) -> Reversal:
    """A timeline in which steps are taken back: the originals are what is used.

    Args:
        timeline: a person's data.
        wanted: which steps; those that are taken back already stay so.
    """
    return _turned(timeline, lambda step: not step.reversed and wanted(step), back=True)


def make_again(timeline: Timeline, wanted: Callable[[Correction], bool] = lambda step: True) -> Reversal:
    """A timeline in which steps that were taken back hold again.

    Args:
        timeline: a person's data.
        wanted: which steps; those that hold already stay so.
    """
    return _turned(timeline, lambda step: step.reversed and wanted(step), back=False)


def _turned(timeline: Timeline, wanted: Callable[[Correction], bool], *, back: bool) -> Reversal:
    tables: dict[str, _Table] = {}
    done: list[str] = []
    missing: list[str] = []
    steps = list(timeline.records(Correction))
    # A value is found by the time at which its record stands, so times are moved after values, and back before them.
    order = sorted(range(len(steps)), key=lambda place: _moves(steps[place]) is back)
    for place in order:
        step = steps[place]
        if not wanted(step):
            continue
        table = tables.setdefault(step.stream, _Table.of(timeline, step.stream))
        turned = table.turn(step, back=back)
        (missing if turned is None else done).append(step_id(step))
        steps[place] = turned or step
    if not done:
        return Reversal(timeline=timeline, done=(), missing=tuple(missing))
    streams = {**timeline.streams, **{name: table.frame() for name, table in tables.items()}}
    streams["correction"] = frame_from_records(Correction, steps)
    return Reversal(timeline=replace(timeline, streams=streams), done=tuple(done), missing=tuple(missing))


def _moves(step: Correction) -> bool:
    """Whether the step moved a record in time."""
    return step.quantity == "time" and step.original is not None and step.corrected is not None


@dataclass(slots=True, kw_only=True)
class _Table:
    """The rows of a stream while steps are turned, found by time and source."""

    stream: str
    rows: dict[tuple[object, object], list[Row]]

    @classmethod
    def of(cls, timeline: Timeline, stream: str) -> "_Table":
        rows: dict[tuple[object, object], list[Row]] = {}
        frame = timeline.streams.get(stream)
        for row in () if frame is None else frame.iter_rows(named=True):
            rows.setdefault((row["time"], row["source"]), []).append(row)
        return cls(stream=stream, rows=rows)

    def frame(self) -> pl.DataFrame:
        """As a table."""
        rows = [row for group in self.rows.values() for row in group]
        return pl.DataFrame(rows, schema=schema_of(STREAMS[self.stream]), orient="row")

    def turn(self, step: Correction, *, back: bool) -> Correction | None:
        """The step with its other state, the rows changed accordingly; None when its record is not there."""
        if step.corrected is None:
            return self._put(step) if back else self._take(step)
        if step.quantity == "time" and step.original is None:
            return self._take(step) if back else self._put(step)
        return self._set(step, back=back)

    def _put(self, step: Correction) -> Correction | None:
        """Puts the record of a step into the rows."""
        row = row_of(step)
        if row is None:
            return None
        self.rows.setdefault((row["time"], row["source"]), []).append(row)
        # The record stays in a step that left it out: that it came, and how, is what the step tells.
        kept = step.record if step.corrected is None else ""
        return replace(step, reversed=step.corrected is None, record=kept)

    def _take(self, step: Correction) -> Correction | None:
        """Takes the record of a step out of the rows."""
        wanted = row_of(step) if step.corrected is None else None
        group = self.rows.get((step.time, step.source), [])
        found = next((row for row in group if wanted is None or row == wanted), None)
        if found is None:
            return None
        group.remove(found)
        kept = step.record if step.corrected is None else record_json(found)
        return replace(step, reversed=step.corrected is not None, record=kept)

    def _set(self, step: Correction, *, back: bool) -> Correction | None:
        """Sets the value of a step's record to the original, or to the corrected one."""
        before, after = (step.corrected, _original(step)) if back else (_original(step), step.corrected)
        group = self.rows.get((step.time, step.source), [])
        if _moves(step):
            found, time = (group[0] if group else None), EPOCH + timedelta(seconds=after or 0.0)
        else:
            found, time = next((row for row in group if row[step.quantity] == before), None), step.time
        if found is None:
            return None
        group.remove(found)
        changed = {**found, "time": time} if _moves(step) else {**found, step.quantity: after}
        self.rows.setdefault((time, step.source), []).append(changed)
        return replace(step, time=time, reversed=back)


def _original(step: Correction) -> float | None:
    """The value as it came; where there was none, what the field holds without one."""
    if step.original is not None:
        return step.original
    default = next(field.default for field in fields(STREAMS[step.stream]) if field.name == step.quantity)
    return float(default) if isinstance(default, int | float) else None


def record_json(row: Mapping[str, object]) -> str:
    """A row of a stream as JSON values by field."""
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    return json.dumps(plain, sort_keys=True)


def row_of(step: Correction) -> Row | None:
    """The record that a step keeps, as a row; None when it keeps none."""
    if not step.record:
        return None
    values = json.loads(step.record)
    return {name: _typed(values.get(name), kind) for name, kind in schema_of(STREAMS[step.stream]).items()}


_READ: Mapping[object, Callable[[object], object]] = MappingProxyType(
    {
        pl.Float64: lambda value: float(str(value)),
        pl.Int64: lambda value: int(str(value)),
        pl.Boolean: bool,
        pl.String: str,
    }
)


def _typed(value: object, kind: object) -> object:
    if value is None:
        return None
    if isinstance(kind, pl.Datetime):
        return datetime.fromisoformat(str(value))
    return _READ[kind](value)
