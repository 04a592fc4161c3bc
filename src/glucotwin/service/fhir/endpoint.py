"""FHIR R4 under ``/api/fhir/r4``: a read facade, ``$everything``, and the CGM guide's ``$submit-cgm-bundle``."""

import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, NotFoundError
from glucotwin.core.message import message
from glucotwin.service.body import Body
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.fhir.capability import capability_statement
from glucotwin.service.fhir.route import FhirResponse, FhirRoute, outcome
from glucotwin.service.schema import Json
from glucotwin.store.access import Action
from glucotwin.store.artefact import WORK
from glucotwin.store.person import list_people
from glucotwin.workflows.fhir.facade import Found, Search, everything, patient_of, read_resource, search_records
from glucotwin.workflows.fhir.record import owner_of
from glucotwin.workflows.fhir.submit import Submission, submission_of, take_submission

PREFIX = "/api/fhir/r4"
router = APIRouter(tags=["fhir"], route_class=FhirRoute)
MOST, FEW = 1000, 100
SECOND = timedelta(seconds=1)
Kind = Literal["Observation", "MedicationAdministration", "Flag", "DetectedIssue", "QuestionnaireResponse"]
AnyKind = Literal[
    "Observation",
    "MedicationAdministration",
    "Flag",
    "DetectedIssue",
    "QuestionnaireResponse",
    "Condition",
    "Device",
]
Count = Annotated[int, Query(alias="_count", ge=1, le=MOST)]
Offset = Annotated[int, Query(alias="_offset", ge=0, le=100_000_000)]
_DATE = re.compile(r"(eq|ge|gt|le|lt|sa|eb)?(\d{4}-\d\d-\d\d)(T[\d:.]+(?:Z|[+-]\d\d:\d\d))?")


@router.get("/metadata", response_model=None)
def capability(request: Request) -> FhirResponse:
    """What this facade can do."""
    return FhirResponse(capability_statement(_base(request)))


@router.get("/Patient", response_model=None)
def patients(request: Request, caller: Calling, service: Running) -> FhirResponse:
    """Everybody whose data the caller may read."""
    wanted = request.query_params.get("_id")
    with service.desk(caller.account_id) as desk:
        people = [one for one, _ in list_people(desk) if wanted in {None, one}]
    found: list[Json] = []
    for person_id in people:
        try:
            with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
                found.append(patient_of(desk, person_id))
        except GlucoTwinError:
            # Not this token's, or without consent: nothing is told of them.
            continue
    return _bundle(request, Found(total=len(found), resources=tuple(found)), 0, MOST)


@router.get("/Patient/{person_id}", response_model=None)
def patient(person_id: PersonId, request: Request, caller: Calling) -> FhirResponse:
    """One person, without a name."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        return FhirResponse(patient_of(desk, person_id))


@router.get("/Patient/{person_id}/$everything", response_model=None)
def all_of(
    person_id: PersonId,
    request: Request,
    caller: Calling,
    start: str | None = None,
    end: str | None = None,
    count: Count = MOST,
    offset: Offset = 0,
) -> FhirResponse:
    """All there is of a person, in pages."""
    first = None if start is None else _bounds(start)[0]
    last = None if end is None else _bounds(end)[1]
    search = Search(start=first, end=last, count=count, offset=offset)
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        return _bundle(request, everything(desk, person_id, search), offset, count)


@router.get("/{kind}", response_model=None)
def search(
    kind: Kind, request: Request, caller: Calling, patient: str = "", count: Count = FEW, offset: Offset = 0
) -> FhirResponse:
    """Records of a person by code and time."""
    person_id = _person(patient or request.query_params.get("subject", ""))
    asked = request.query_params
    start, end = _time(asked.getlist("date") + asked.getlist("effective-time") + asked.getlist("authored"))
    looked_for = Search(
        kind=kind,
        codes=frozenset(one.rpartition("|")[2] for text in asked.getlist("code") for one in text.split(",") if one),
        start=start,
        end=end,
        newest_first=asked.get("_sort") in {"-date", "-effective-time", "-authored"},
        offset=offset,
        count=count,
    )
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        return _bundle(request, search_records(desk, person_id, looked_for), offset, count)


@router.get("/{kind}/{identifier}", response_model=None)
def read(kind: AnyKind, identifier: str, request: Request, caller: Calling) -> FhirResponse:
    """One resource."""
    person_id = owner_of(identifier)
    if person_id is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("fhir-no-resource"))
    request.state.person_id = person_id
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        return FhirResponse(read_resource(desk, person_id, kind, identifier))


@router.post("/Patient/{person_id}/$submit-cgm-bundle", response_model=None)
def submit_of(person_id: PersonId, request: Request, caller: Calling, service: Running, body: Body) -> FhirResponse:
    """Takes a bundle of a person's readings in."""
    submission = submission_of(body, person_id)
    added: dict[str, int] = {}
    work = service.database.keystore.folder.parent / WORK
    work.mkdir(exist_ok=True, mode=0o700)
    with (
        tempfile.TemporaryDirectory(prefix=f"{person_id}-", dir=work) as folder,
        desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _),
    ):
        if submission.is_any_taken:
            added = dict(take_submission(desk, person_id, submission, Path(folder)).added)
    if added:
        service.took_in(caller.account_id, person_id, added)
    return FhirResponse(_answer(submission))


@router.post("/$submit-cgm-bundle", response_model=None)
def submit(request: Request, caller: Calling, service: Running, body: Body) -> FhirResponse:
    """Takes a bundle in of the only person whom the caller's token opens."""
    if caller.token is None or caller.token.person_id is None:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-whose"))
    request.state.person_id = caller.token.person_id
    return submit_of(caller.token.person_id, request, caller, service, body)


def _answer(submission: Submission) -> Json:
    entries: list[Json] = []
    for refusal in submission.refusals:
        told: Json = {"status": "200"} if refusal is None else {"status": "422"}
        entries.append({"response": told | ({} if refusal is None else {"outcome": outcome("not-supported", refusal)})})
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


def _bundle(request: Request, found: Found, offset: int, count: int) -> FhirResponse:
    base = _base(request)
    links: list[Json] = [{"relation": "self", "url": str(request.url)}]
    if offset + count < found.total:
        others = [(name, value) for name, value in request.query_params.multi_items() if name != "_offset"]
        query = urlencode([*others, ("_offset", str(offset + count))])
        links.append({"relation": "next", "url": f"{str(request.url).partition('?')[0]}?{query}"})
    entries = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in found.resources
    ]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": found.total, "link": links}
    return FhirResponse(bundle | ({"entry": entries} if entries else {}))


def _base(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}{PREFIX}"


def _person(reference: str) -> str:
    """The person that a reference names.

    Raises:
        DataError: it names none: a search without a person would be one of everybody.
    """
    person_id = reference.rpartition("/")[2]
    if owner_of(person_id.replace("-", "")) != person_id:
        raise DataError(ErrorCode.INVALID_VALUE, message("fhir-whose"))
    return person_id


def _time(texts: Sequence[str]) -> tuple[datetime | None, datetime | None]:
    """The time that all conditions leave; None for no bound."""
    starts: list[datetime] = []
    ends: list[datetime] = []
    for text in texts:
        first, last = _bounds(text)
        prefix = text[:2] if text[:2].isalpha() else "eq"
        if prefix in {"eq", "ge"}:
            starts.append(first)
        if prefix in {"gt", "sa"}:
            starts.append(last)
        if prefix in {"eq", "le"}:
            ends.append(last)
        if prefix in {"lt", "eb"}:
            ends.append(first - timedelta(microseconds=1))
    return max(starts, default=None), min(ends, default=None)


def _bounds(text: str) -> tuple[datetime, datetime]:
    """First and last moment of a day (UTC), or of a second.

    Raises:
        DataError: it is neither.
    """
    parts = _DATE.fullmatch(text.replace(" ", "+"))
    try:
        if parts is None:
            raise ValueError(text)
        if parts[3] is not None:
            moment = datetime.fromisoformat(parts[2] + parts[3]).astimezone(UTC)
            return moment, moment + SECOND - timedelta(microseconds=1)
        begin = datetime.combine(date.fromisoformat(parts[2]), time(), UTC)
    except ValueError as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("fhir-bad-date")) from error
    return begin, begin + timedelta(days=1) - timedelta(microseconds=1)
