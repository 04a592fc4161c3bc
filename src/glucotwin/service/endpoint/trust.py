"""What belongs to the person: consent, export, erasure, the audit log, the report."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.json_value import Instant, iso_utc
from glucotwin.core.message import message, spoken_in, spoken_locale
from glucotwin.core.profile import Role
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.timeline import Window
from glucotwin.reports.render import render_report
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Items, Shape
from glucotwin.store.access import Action, Purpose
from glucotwin.store.account import read_account
from glucotwin.store.audit import AuditEntry, read_audit
from glucotwin.store.consent import (
    CURRENT_VERSION,
    Consent,
    ConsentStatus,
    grant_consent,
    list_consents,
    revoke_consent,
)
from glucotwin.store.person import erase_person
from glucotwin.workflows.living.data import LONGEST_WINDOW
from glucotwin.workflows.living.export import export_person
from glucotwin.workflows.report import ReportRequest, compose_report

router = APIRouter(tags=["trust"])
AT_ONCE = 50


class Grant(Shape):
    """A consent to a version of the text."""

    version: int = Field(ge=1, le=1000)
    granted_by: Literal["self", "guardian"] = "self"


class Erase(Shape):
    """The person's identifier, repeated."""

    confirm: str = Field(max_length=64)


class ConsentJson(TypedDict):
    """A purpose, its text, and what became of it."""

    purpose: Purpose
    title: str
    text: str
    current_version: int
    status: ConsentStatus
    version: int | None
    granted_at: Instant | None
    revoked_at: Instant | None
    granted_by: str | None


class AuditPage(TypedDict):
    """Entries, the newest first, and where the following ones begin."""

    items: list[AuditEntry]
    next_cursor: int | None


@router.get("/people/{person_id}/consents")
def consents(person_id: PersonId, request: Request, caller: Calling) -> Items[ConsentJson]:
    """Every purpose, its text, and what became of it."""
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        return {"items": [_consent_json(one) for one in list_consents(desk, person_id)]}


@router.put("/people/{person_id}/consents/{purpose}")
def grant(person_id: PersonId, purpose: Purpose, body: Grant, request: Request, caller: Calling) -> ConsentJson:
    """Consents to a purpose."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        given = grant_consent(desk, person_id, purpose, version=body.version, granted_by=body.granted_by)
    return _consent_json(given)


@router.delete("/people/{person_id}/consents/{purpose}")
def revoke(person_id: PersonId, purpose: Purpose, request: Request, caller: Calling) -> ConsentJson:
    """Takes a consent back; it ends at once."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        return _consent_json(revoke_consent(desk, person_id, purpose))


@router.get("/people/{person_id}/export", response_class=Response)
def export(person_id: PersonId, request: Request, caller: Calling, service: Running) -> Response:
    """Everything that is kept of the person, as a zip archive; a researcher's has no name in it."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, access):
        content = export_person(
            desk, service.memory, person_id, named=access.role is Role.PERSON, whole=access.role is Role.PERSON
        )
    headers = {"Content-Disposition": f'attachment; filename="glucotwin-{person_id[:8]}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


@router.post("/people/{person_id}/erase", status_code=204)
def erase(person_id: PersonId, body: Erase, request: Request, caller: Calling, service: Running) -> None:
    """Removes the person: all rows, and the key, without which no copy of them can be read."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        if body.confirm != person_id:
            raise ConflictError(ErrorCode.ALREADY_EXISTS, message("service-erase-confirm"))
        erase_person(desk, person_id)
    service.forget(person_id)


@router.get("/people/{person_id}/audit")
def audit(
    person_id: PersonId,
    request: Request,
    caller: Calling,
    cursor: Annotated[int | None, Query(ge=1)] = None,
) -> AuditPage:
    """Who did what with the person's data, by pseudonyms, the newest first."""
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        found = read_audit(desk.connection, desk.keystore, person_id, before=cursor, most=AT_ONCE)
    following = found[-1].sequence if len(found) == AT_ONCE else None
    return {"items": list(found), "next_cursor": following}


@router.get("/people/{person_id}/report", response_class=HTMLResponse)
def report(
    person_id: PersonId,
    request: Request,
    caller: Calling,
    service: Running,
    *,
    language: Literal["en", "de"] | None = None,
    unit: GlucoseUnit = GlucoseUnit.MGDL,
) -> HTMLResponse:
    """The report of the person's last 92 days, and of the twin when they consent to one, as a page.

    It speaks the language that is asked for, or else that of ``Accept-Language``, or else the account's.
    """
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, access):
        spoken = language or spoken_locale()
        if language is None and not request.headers.get("accept-language"):
            spoken = read_account(desk.connection, desk.keystore, caller.account_id).locale
        timeline = service.memory.timeline(desk, person_id)
        if any(len(frame) for frame in timeline.streams.values()):
            end = timeline.window().end
            timeline = timeline.cut(Window(start=end - LONGEST_WINDOW, end=end))
        twin = service.memory.twin(desk, person_id) if Purpose.PERSONAL_TWIN in access.consents else None
    asked = ReportRequest(unit=unit, twin=twin)
    with spoken_in(spoken):
        page = render_report(compose_report(timeline, asked, authority=service.authority(access.role)))
    # The page is whole in itself: styles and figures stand in it.
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _consent_json(one: Consent) -> ConsentJson:
    return {
        "purpose": one.purpose,
        "title": message(f"consent-{one.purpose}-title"),
        "text": message(f"consent-{one.purpose}-text"),
        "current_version": CURRENT_VERSION,
        "status": one.status,
        "version": one.version,
        "granted_at": iso_utc(one.granted_at),
        "revoked_at": iso_utc(one.revoked_at),
        "granted_by": one.granted_by,
    }
