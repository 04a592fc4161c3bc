"""A person's data: files, readings, events, and what imports changed in them."""

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Header, Query, Request, UploadFile
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.json_value import Instant, iso_utc
from glucotwin.core.message import message
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.reversal import step_id
from glucotwin.domain.timeline import Window
from glucotwin.ingest.format import ImportOptions
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Items, Shape
from glucotwin.store.access import Action
from glucotwin.store.artefact import QUALITY, WORK, read_artefact, write_artefact
from glucotwin.store.desk import Desk
from glucotwin.store.record import newest_time, read_records, withdraw_record
from glucotwin.store.request import earlier_answer, keep_answer
from glucotwin.workflows.correction import Step, StepJson
from glucotwin.workflows.living.data import (
    LONGEST_WINDOW,
    add_event,
    add_file,
    add_readings,
    corrections_of,
    events_of,
    record_from,
)
from glucotwin.workflows.living.shape.data import FindingJson, UploadJson
from glucotwin.workflows.living.shape.now import LifeEvent, ShownReading

T = TypeVar("T")

router = APIRouter(tags=["data"])
MOST_READINGS = 2000
SHOWN_CORRECTIONS = 500
LATEST = timedelta(hours=24)

IdempotencyKey = Annotated[str | None, Header(max_length=200, description="Repeats with the same key are one.")]
Moment = Annotated[AwareDatetime | None, Query()]


class Reading(Shape):
    """One reading."""

    time: AwareDatetime
    glucose_mgdl: float = Field(ge=1, le=2000)
    kind: GlucoseKind = GlucoseKind.CGM
    censoring: Censoring = Censoring.NONE
    source: str = Field(default="", max_length=200)


class Readings(Shape):
    """Readings in any order."""

    readings: tuple[Reading, ...] = Field(min_length=1, max_length=MOST_READINGS)


class EventBody(Shape):
    """Something that happened."""

    stream: str = Field(max_length=32)
    time: AwareDatetime
    fields: dict[str, float | int | bool | str | None] = Field(max_length=20)


class UploadAnswer(UploadJson):
    """What taking in a file did."""

    file_name: str


class PushAnswer(TypedDict):
    """How many readings are new, how many were known."""

    added: int
    repeated: int
    last_reading_at: Instant | None


class ReadingJson(ShownReading):
    """A reading as it is kept."""

    kind: str
    censoring: str


class ReadingsAnswer(TypedDict):
    """Readings of a window whose end is no part of it."""

    person_id: str
    start: Instant
    end: Instant
    readings: list[ReadingJson]


class DataQuality(TypedDict):
    """What the last import found, and the newest of the steps that imports took."""

    findings: list[FindingJson]
    corrections: list[StepJson]
    corrections_count: int


@router.post("/people/{person_id}/uploads", status_code=201)
def upload(
    person_id: PersonId,
    file: UploadFile,
    request: Request,
    caller: Calling,
    service: Running,
    zone: Annotated[str | None, Form(max_length=64)] = None,
) -> UploadAnswer:
    """Takes in any importable file; what was known before changes nothing."""
    work = service.database.keystore.folder.parent / WORK
    work.mkdir(exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=f"{person_id}-", dir=work) as folder:
        # The name may be recognised by; nothing else of it is used.
        path = Path(folder) / (Path(file.filename or "upload").name or "upload")
        with path.open("wb") as out:
            while chunk := file.file.read(1 << 20):
                out.write(chunk)
        with desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _):
            taken = add_file(desk, person_id, path, ImportOptions(zone=zone))
            answer: UploadAnswer = {**taken.to_json(), "file_name": path.name}
            write_artefact(desk, person_id, QUALITY, json.dumps(answer).encode())
    service.took_in(caller.account_id, person_id, taken.added)
    return answer


@router.post("/people/{person_id}/readings")
def push(
    person_id: PersonId,
    body: Readings,
    request: Request,
    caller: Calling,
    service: Running,
    idempotency_key: IdempotencyKey = None,
) -> PushAnswer:
    """Takes readings in; repeated, late and reordered ones give the same data."""
    given = tuple(GlucoseReading(**one.model_dump()) for one in body.readings)
    counts: dict[str, int] = {}

    def work(desk: Desk) -> PushAnswer:
        added = add_readings(desk, person_id, given, now=service.now(person_id))
        counts["glucose"] = added
        return {
            "added": added,
            "repeated": len(given) - added,
            "last_reading_at": iso_utc(newest_time(desk, person_id)),
        }

    with desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _):
        answer = _once(desk, person_id, idempotency_key, body.model_dump_json(), work)
    if counts.get("glucose"):
        latest = max(given, key=lambda one: one.time)
        told = {"time": latest.time, "glucose_mgdl": latest.glucose_mgdl}
        service.took_in(caller.account_id, person_id, counts, told)
    return answer


@router.get("/people/{person_id}/readings")
def readings(
    person_id: PersonId, request: Request, caller: Calling, start: Moment = None, end: Moment = None
) -> ReadingsAnswer:
    """Readings of a window; default the day before the newest."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        window = window_of(start, end, newest_time(desk, person_id))
        frame = read_records(desk, person_id, window=window, streams=["glucose"]).get("glucose")
    rows = [] if frame is None else frame.sort("time").iter_rows(named=True)
    return {
        "person_id": person_id,
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
        "readings": [
            {
                "time": row["time"].isoformat(),
                "glucose_mgdl": row["glucose_mgdl"],
                "kind": row["kind"],
                "censoring": row["censoring"],
            }
            for row in rows
            if window.start <= row["time"] < window.end
        ],
    }


@router.get("/people/{person_id}/events")
def events(
    person_id: PersonId, request: Request, caller: Calling, start: Moment = None, end: Moment = None
) -> Items[LifeEvent]:
    """Events of a window in the order of time; default the day before the newest reading."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        return {"items": events_of(desk, person_id, window_of(start, end, newest_time(desk, person_id)))}


@router.post("/people/{person_id}/events", status_code=201)
def log_event(
    person_id: PersonId,
    body: EventBody,
    request: Request,
    caller: Calling,
    service: Running,
    idempotency_key: IdempotencyKey = None,
) -> LifeEvent:
    """Takes one event in: a meal, a dose, a walk, a note."""
    record = record_from(body.stream, body.time, body.fields, source="person")

    def work(desk: Desk) -> LifeEvent:
        return add_event(desk, person_id, record, now=service.now(person_id))

    with desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _):
        answer = _once(desk, person_id, idempotency_key, body.model_dump_json(), work)
    service.took_in(caller.account_id, person_id, {body.stream: 1})
    return answer


@router.delete("/people/{person_id}/events/{event_id}", status_code=204)
def withdraw(person_id: PersonId, event_id: str, request: Request, caller: Calling, service: Running) -> None:
    """Takes an event out; delivering it again does not bring it back."""
    with desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _):
        withdraw_record(desk, person_id, event_id)
    service.took_in(caller.account_id, person_id, {})


@router.get("/people/{person_id}/data-quality")
def data_quality(person_id: PersonId, request: Request, caller: Calling) -> DataQuality:
    """What the last import found, and what imports changed, assumed or left out."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        kept = read_artefact(desk, person_id, QUALITY)
        steps = corrections_of(desk, person_id)
    found = {} if kept is None else json.loads(kept)
    shown = steps[-SHOWN_CORRECTIONS:]
    return {
        "findings": found.get("findings", []),
        "corrections": [Step(id=step_id(one), step=one).to_json() for one in shown],
        "corrections_count": len(steps),
    }


def _once(desk: Desk, person_id: str, key: str | None, body: str, work: Callable[[Desk], T]) -> T:
    """The answer to a request, or what an earlier one with the same key was answered."""
    if key is None:
        return work(desk)
    known = earlier_answer(desk, person_id, key, body.encode())
    if known is not None:
        return json.loads(known)
    answer = work(desk)
    keep_answer(desk, person_id, key, body.encode(), json.dumps(answer).encode())
    return answer


def window_of(start: datetime | None, end: datetime | None, newest: datetime | None) -> Window:
    """The window that is asked for; default the day before the newest reading.

    Raises:
        DataError: it is too long, or ends before it starts.
    """
    last = end or (newest or datetime.now(UTC)) + timedelta(seconds=1)
    window = Window(start=start or last - LATEST, end=last)
    if window.end - window.start > LONGEST_WINDOW:
        raise DataError(ErrorCode.INVALID_VALUE, message("service-window-too-long", days=LONGEST_WINDOW.days))
    return window
