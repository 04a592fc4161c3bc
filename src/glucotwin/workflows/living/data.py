"""Use case: take in what a person's devices, files and fingers tell, and read it back as one timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

import polars as pl

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import STREAMS, empty_frame, frame_from_records, records_from_frame, stream_of
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind
from glucotwin.domain.record import Record
from glucotwin.domain.reversal import step_id
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.live.take_in import joined_settings
from glucotwin.ingest.merge import counted_once
from glucotwin.ingest.quality import Finding, QualityReport
from glucotwin.ingest.reader import import_path
from glucotwin.store.desk import Desk
from glucotwin.store.person import StoredPerson, read_person, write_person
from glucotwin.store.record import add_records, read_records, record_ids
from glucotwin.store.refusal import CORRECTION, accept_step, refuse_step, refused_steps
from glucotwin.workflows.correction import Step
from glucotwin.workflows.living.shape.data import FindingJson, PersonJson, UploadJson
from glucotwin.workflows.living.shape.now import LifeEvent

LONGEST_WINDOW = timedelta(days=92)
FUTURE = timedelta(minutes=10)
"""A reading later than this from now has a wrong clock."""
FUTURE_OF_FILES = timedelta(days=1)
"""The same for files, which may hold what a pump has planned, or local times."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""There is nothing to take in from before; a clock that lost its battery says 1970 or year 1."""
EVENT_STREAMS = tuple(name for name in STREAMS if name not in {"glucose", "correction", "heart_rate"})
"""Streams that are shown as single events."""

Known = TypeVar("Known", Sex, DiabetesType, TherapyKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What taking in a file did.

    Attributes:
        added: how many records are new, by stream.
        repeated: how many were known before, by stream.
        quality: what the import found.
        window: from the first record to the last.
    """

    added: Mapping[str, int]
    repeated: Mapping[str, int]
    quality: QualityReport
    window: Window

    def to_json(self) -> UploadJson:
        """As JSON values."""
        formats = sorted({one.format_name for one in self.quality.sources if one.format_name})
        return {
            "format": ", ".join(formats),
            "added": dict(self.added),
            "repeated": dict(self.repeated),
            "findings": [finding_json(one) for one in self.quality.findings],
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
        }


def finding_json(finding: Finding) -> FindingJson:
    """A finding of a quality report as a service tells it."""
    return {
        "code": str(finding.code),
        "severity": str(finding.severity),
        "stream": finding.stream,
        "count": finding.count,
        "text": finding.text,
    }


def timeline_of(desk: Desk, person_id: str, *, window: Window | None = None) -> Timeline:
    """A person's data as one timeline: of what several devices report each event once, in an order of its own.

    Args:
        desk: of an account that may read.
        person_id: whose.
        window: only what began in it, or reaches into it; None for all.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    stored = read_person(desk, person_id)
    streams = {name: _settled(name, frame) for name, frame in read_records(desk, person_id, window=window).items()}
    once, _ = counted_once({name: frame for name, frame in streams.items() if len(frame)})
    timeline = Timeline(person=stored.person, streams=once, settings=stored.settings)
    return timeline if window is None else timeline.cut(window)


def add_file(desk: Desk, person_id: str, path: Path, options: ImportOptions | None = None) -> Upload:
    """Takes in any importable file; what it says of the person fills what is not known.

    Args:
        desk: of an account that may write.
        person_id: whose data the file holds.
        path: the file.
        options: what the file may not say; without a zone, the person's.

    Raises:
        DataError, UnitError: the file cannot be what it claims to be, or a time in it cannot be.
        NotFoundError: there is no such person within reach.
    """
    stored = read_person(desk, person_id)
    options = options or ImportOptions()
    result = import_path(path, replace(options, person_id=person_id, zone=options.zone or stored.person.zone))
    timeline = result.timeline
    bounds = [frame["time"].sort()[end] for frame in timeline.streams.values() if len(frame) for end in (0, -1)]
    _require_possible(bounds, datetime.now(UTC) + FUTURE_OF_FILES)
    added = add_records(desk, person_id, timeline.streams)
    repeated = {name: len(frame) - added.get(name, 0) for name, frame in timeline.streams.items()}
    completed = replace(
        read_person(desk, person_id),
        person=_completed(stored.person, timeline.person),
        settings=joined_settings(stored.settings, timeline.settings),
    )
    if (completed.person, completed.settings) != (stored.person, stored.settings):
        write_person(desk, completed)
    return Upload(
        added=added,
        repeated={name: count for name, count in repeated.items() if count},
        quality=result.quality,
        window=timeline.window(),
    )


def add_readings(desk: Desk, person_id: str, readings: Sequence[GlucoseReading], *, now: datetime) -> int:
    """Takes readings in; those that are known already change nothing.

    Args:
        desk: of an account that may write.
        person_id: whose.
        readings: in any order.
        now: aware time; a reading from the future is refused.

    Returns:
        How many are new.

    Raises:
        DataError: a reading lies in the future.
        NotFoundError: there is no such person within reach.
    """
    _require_possible([one.time for one in readings], now + FUTURE)
    frame = frame_from_records(GlucoseReading, readings)
    return add_records(desk, person_id, {"glucose": frame}).get("glucose", 0)


def add_event(desk: Desk, person_id: str, record: Record, *, now: datetime) -> LifeEvent:
    """Takes one event in and tells it as it is shown.

    Args:
        desk: of an account that may write.
        person_id: whose.
        record: of a stream of ``EVENT_STREAMS``.
        now: aware time; an event from the future is refused.

    Raises:
        DataError: it lies in the future, or is no event.
        NotFoundError: there is no such person within reach.
    """
    _require_possible([record.time], now + FUTURE)
    stream = stream_of(type(record))
    if stream not in EVENT_STREAMS:
        raise DataError(ErrorCode.INVALID_VALUE, message("living-no-event", stream=stream))
    frame = frame_from_records(type(record), [record])
    add_records(desk, person_id, {stream: frame})
    return _events(desk, person_id, stream, frame)[0]


def events_of(desk: Desk, person_id: str, window: Window, *, streams: Sequence[str] = EVENT_STREAMS) -> list[LifeEvent]:
    """A person's events of a window in the order of time, each with its identifier.

    Args:
        desk: of an account that may read.
        person_id: whose.
        window: when they began.
        streams: which.
    """
    found: list[LifeEvent] = []
    for stream, frame in read_records(desk, person_id, window=window, streams=streams).items():
        inside = frame.filter(pl.col("time").is_between(window.start, window.end, closed="left"))
        found += _events(desk, person_id, stream, inside)
    return sorted(found, key=lambda event: (event["time"], event["stream"]))


def record_from(stream: str, time: datetime, fields: Mapping[str, object], *, source: str) -> Record:
    """A record of a stream out of its fields.

    Args:
        stream: name of a stream of ``EVENT_STREAMS``.
        time: aware time.
        fields: of the record, units in the names.
        source: who tells it.

    Raises:
        NotFoundError: there is no such stream.
        DataError: a field is missing, unknown or impossible.
    """
    kind = STREAMS.get(stream)
    if kind is None or stream not in EVENT_STREAMS:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, message("living-no-event", stream=stream), hint=", ".join(EVENT_STREAMS)
        )
    try:
        frame = pl.DataFrame([{**fields, "time": time, "source": source}])
        conformed = Timeline(person=Person(person_id="one"), streams={stream: frame}).frame(kind)
        return next(records_from_frame(kind, conformed))
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("living-bad-event", stream=stream)) from error


def glucose_of(desk: Desk, person_id: str, window: Window) -> pl.DataFrame:
    """A person's readings of a window in the order of time: of what several devices report each once.

    Args:
        desk: of an account that may read.
        person_id: whose.
        window: both bounds included.
    """
    frame = read_records(desk, person_id, window=window, streams=["glucose"]).get("glucose")
    if frame is None:
        return empty_frame(GlucoseReading)
    inside = frame.filter(pl.col("time").is_between(window.start, window.end))
    once, _ = counted_once({"glucose": _settled("glucose", inside)})
    return once["glucose"].sort("time", maintain_order=True)


def corrections_of(desk: Desk, person_id: str) -> tuple[Correction, ...]:
    """What imports changed, assumed or left out."""
    # Whether a step is taken back is known with the records that it changed.
    streams = None if refused_steps(desk, person_id) else [CORRECTION]
    frame = read_records(desk, person_id, streams=streams).get(CORRECTION)
    return () if frame is None else tuple(records_from_frame(Correction, frame))


def settle_correction(desk: Desk, person_id: str, name: str, *, refused: bool) -> Step:
    """Refuses a step of an import, so that the original is used again, or accepts it again.

    Args:
        desk: of an account that may write.
        person_id: whose data the step changed.
        name: the step's short name.
        refused: whether it is refused from now on; what holds already stays so.

    Returns:
        The step as it is now.

    Raises:
        NotFoundError: there is no such person within reach, or no such step.
        ConflictError: the record is no longer as the step left it, so that the original cannot be used.
    """
    if not _named(corrections_of(desk, person_id), name):
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("living-no-correction"))
    (refuse_step if refused else accept_step)(desk, person_id, name)
    step = _named(corrections_of(desk, person_id), name)[-1]
    if step.reversed is not refused:
        raise ConflictError(
            ErrorCode.INVALID_VALUE, message("living-correction-lost"), hint=message("living-correction-lost-hint")
        )
    return Step(id=name, step=step)


def _named(steps: Sequence[Correction], name: str) -> list[Correction]:
    return [one for one in steps if step_id(one) == name]


def _require_possible(times: Sequence[datetime], latest: datetime) -> None:
    """Passes when no time is beyond what can be: what works over all days of a person must not meet centuries."""
    for time, code in ((max(times, default=latest), "living-future"), (min(times, default=latest), "living-long-ago")):
        if time > latest or time < EARLIEST:
            raise DataError(
                ErrorCode.INVALID_VALUE, message(code, time=time.isoformat()), hint=message("living-future-hint")
            )


def _events(desk: Desk, person_id: str, stream: str, frame: pl.DataFrame) -> list[LifeEvent]:
    names = record_ids(desk, person_id, stream, frame)
    return [
        cast("LifeEvent", {"event_id": name, "stream": stream, **row, "time": row["time"].isoformat()})
        for name, row in zip(names, frame.iter_rows(named=True), strict=True)
    ]


def _settled(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """One reading per moment and device: of several the last in the tables' own order, whichever came first."""
    frame = frame.sort("time", maintain_order=True)
    if name != "glucose":
        return frame
    return frame.unique(subset=["time", "kind", "source"], keep="last", maintain_order=True)


def _completed(known: Person, told: Person) -> Person:
    return replace(
        known,
        adult=known.adult if known.adult is not None else told.adult,
        birth_year=known.birth_year or told.birth_year,
        sex=_either(known.sex, told.sex, Sex.UNKNOWN),
        height_cm=known.height_cm or told.height_cm,
        weights=known.weights or told.weights,
        diabetes_type=_either(known.diabetes_type, told.diabetes_type, DiabetesType.UNKNOWN),
        therapy=_either(known.therapy, told.therapy, TherapyKind.UNKNOWN),
        cgm_device=known.cgm_device or told.cgm_device,
    )


def _either(known: Known, told: Known, unknown: Known) -> Known:
    return told if known is unknown else known


def person_json(stored: StoredPerson) -> PersonJson:
    """What is told of a person."""
    person = stored.person
    return {
        "person_id": stored.person_id,
        "display_name": stored.display_name,
        "zone": person.zone,
        "diabetes_type": person.diabetes_type,
        "therapy": person.therapy,
        "birth_year": person.birth_year,
        "adult": person.adult,
        "sex": person.sex,
        "height_cm": person.height_cm,
        "weight_kg": person.weights[-1].weight_kg if person.weights else None,
        "created_at": stored.created_at.isoformat(),
        "frozen": stored.frozen,
    }
