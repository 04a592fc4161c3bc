"""People: who they are, and who else sees them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.json_value import Instant, iso_utc
from glucotwin.core.message import message
from glucotwin.core.profile import Role
from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind, WeightEntry
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Items, Shape
from glucotwin.service.state import Service
from glucotwin.store.access import Access, Action, Purpose, access_to, active_consents
from glucotwin.store.account import find_account, read_account
from glucotwin.store.artefact import LINEAGE, has_artefact
from glucotwin.store.desk import Desk
from glucotwin.store.member import add_member, list_members, remove_member
from glucotwin.store.person import create_person, list_people, read_person, write_person
from glucotwin.store.record import newest_time
from glucotwin.workflows.living.data import person_json
from glucotwin.workflows.living.shape.data import PersonJson

router = APIRouter(tags=["people"])


class PersonBody(Shape):
    """What is known of a person."""

    display_name: str = Field(min_length=1, max_length=200)
    zone: str = Field(max_length=64, examples=["Europe/Berlin"])
    diabetes_type: DiabetesType = DiabetesType.UNKNOWN
    therapy: TherapyKind = TherapyKind.UNKNOWN
    birth_year: int | None = Field(default=None, ge=1890, le=2100)
    adult: bool | None = None
    sex: Sex = Sex.UNKNOWN
    height_cm: float | None = Field(default=None, ge=30, le=260)
    weight_kg: float | None = Field(default=None, ge=2, le=400)


class NewMember(Shape):
    """An account that shall see the person."""

    login: str = Field(max_length=200)
    role: Literal["person", "carer", "clinician", "researcher"]


class HiddenPerson(TypedDict):
    """Somebody who does not let the asker see more than that they exist."""

    person_id: str
    role: Role
    consents: list[Purpose]
    visible: Literal[False]


class VisiblePerson(PersonJson):
    """Somebody whom the asker may see."""

    role: Role
    consents: list[Purpose]
    visible: Literal[True]
    has_twin: bool
    last_reading_at: Instant | None


AnyPerson = VisiblePerson | HiddenPerson


class MemberJson(TypedDict):
    """An account that sees the person."""

    account_id: str
    login: str
    display_name: str
    role: Role
    since: Instant


@router.get("/people")
def people(caller: Calling, service: Running) -> Items[AnyPerson]:
    """Everybody whom the account sees; of those who do not consent, only that they exist."""
    found: list[AnyPerson] = []
    with service.desk(caller.account_id) as desk:
        for person_id, role in list_people(desk):
            if caller.token is None or caller.token.person_id in {None, person_id}:
                access = Access(person_id=person_id, role=role, consents=active_consents(desk, person_id))
                found.append(_person_json(service, desk, access))
    return {"items": found}


@router.post("/people", status_code=201)
def create(body: PersonBody, caller: Calling, service: Running) -> AnyPerson:
    """Adds a person, of whom the account is the person. Consents are asked for separately."""
    caller.require_browser()
    with service.desk(caller.account_id) as desk:
        made = create_person(desk, display_name=body.display_name, person=_person(body, None))
        return _person_json(service, desk, access_to(desk, made.person_id, Action.SEE_PERSON))


@router.get("/people/{person_id}")
def person(person_id: PersonId, request: Request, caller: Calling, service: Running) -> AnyPerson:
    """One person."""
    with desk_for(request, caller, person_id, Action.SEE_PERSON) as (desk, access):
        return _person_json(service, desk, access)


@router.put("/people/{person_id}")
def change(person_id: PersonId, body: PersonBody, request: Request, caller: Calling, service: Running) -> AnyPerson:
    """Changes what is known of a person."""
    with desk_for(request, caller, person_id, Action.CHANGE_PERSON) as (desk, access):
        stored = read_person(desk, person_id)
        write_person(desk, replace(stored, display_name=body.display_name, person=_person(body, stored.person)))
        answer = _person_json(service, desk, access)
    service.changed(caller.account_id, person_id)
    return answer


@router.get("/people/{person_id}/members")
def members(person_id: PersonId, request: Request, caller: Calling, service: Running) -> Items[MemberJson]:
    """Everybody who sees the person."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        known = list_members(desk, person_id)
    return {"items": [_member_json(service, one.account_id, one.role, one.since) for one in known]}


@router.post("/people/{person_id}/members", status_code=201)
def invite(person_id: PersonId, body: NewMember, request: Request, caller: Calling, service: Running) -> MemberJson:
    """Lets another account see the person; it has to exist."""
    caller.require_browser()
    with service.database.signing_in() as connection:
        found = find_account(connection, service.database.keystore, body.login)
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        if found is None:
            raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-account"))
        made = add_member(desk, person_id, found.account_id, Role(body.role))
    return _member_json(service, made.account_id, made.role, made.since)


@router.delete("/people/{person_id}/members/{account_id}", status_code=204)
def dismiss(person_id: PersonId, account_id: PersonId, request: Request, caller: Calling) -> None:
    """Ends an account's view of the person at once."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        remove_member(desk, person_id, account_id)


def _member_json(service: Service, account_id: str, role: Role, since: datetime) -> MemberJson:
    with service.database.signing_in() as connection:
        account = read_account(connection, service.database.keystore, account_id)
    return {
        "account_id": account_id,
        "login": account.login,
        "display_name": service.called(account_id, account.display_name),
        "role": role,
        "since": since.astimezone(UTC).isoformat(),
    }


def _person_json(service: Service, desk: Desk, access: Access) -> AnyPerson:
    consents, is_visible = sorted(access.consents), access.missing_for(Action.SEE_PERSON) is None
    if not is_visible or not desk.keystore.has(access.person_id):
        return {"person_id": access.person_id, "role": access.role, "consents": consents, "visible": False}
    known = person_json(read_person(desk, access.person_id))
    known["display_name"] = service.called(access.person_id, known["display_name"])
    if access.role is Role.RESEARCHER:
        known["display_name"] = message("service-pseudonym", name=access.person_id[:8])
    return {
        **known,
        "role": access.role,
        "consents": consents,
        "visible": True,
        "has_twin": Purpose.PERSONAL_TWIN in access.consents and has_artefact(desk, access.person_id, LINEAGE),
        "last_reading_at": iso_utc(newest_time(desk, access.person_id)),
    }


def _person(body: PersonBody, known: Person | None) -> Person:
    before = known or Person(person_id="new")
    today = datetime.now(UTC).date()
    weights = before.weights
    if body.weight_kg is not None and body.weight_kg != (weights[-1].weight_kg if weights else None):
        weights = (*weights, WeightEntry(day=today, weight_kg=body.weight_kg))
    return replace(
        before,
        zone=body.zone,
        diabetes_type=body.diabetes_type,
        therapy=body.therapy,
        birth_year=body.birth_year,
        adult=body.adult,
        sex=body.sex,
        height_cm=body.height_cm,
        weights=weights,
    )
