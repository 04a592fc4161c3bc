"""Safety envelopes: signed and withdrawn by clinicians, read by the person and carers, never changed."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, Field, TypeAdapter
from typing_extensions import TypedDict

from glucotwin.advise.envelope import EnvelopeLimits
from glucotwin.service.caller import UUID_PATTERN, Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.service.state import account_names
from glucotwin.store.access import Action
from glucotwin.workflows.living.envelope import (
    end_envelope,
    envelope_defaults,
    envelope_json,
    envelopes_of,
    sign_envelope,
)
from glucotwin.workflows.living.shape.envelope import EnvelopeDefaultsJson, EnvelopeJson

router = APIRouter(tags=["advice"])
Span = Annotated[list[float], Field(min_length=2, max_length=2)]


class LimitsShape(Shape):
    """What advice may come to: ranges as lowest and highest value, and rules that may be stricter than usual."""

    basal_u_per_h: Span
    carb_ratio_g_per_u: Span
    correction_factor_mgdl_per_u: Span
    target_mgdl: Span
    max_bolus_u: float = Field(gt=0, le=100)
    insulin_duration_min: Span | None = None
    max_daily_change_fraction: float | None = Field(default=None, ge=0, le=1)
    largest_step_fraction: float | None = Field(default=None, ge=0, le=1)
    largest_target_step_mgdl: float | None = Field(default=None, ge=0, le=100)
    below_54_pct: float | None = Field(default=None, ge=0, le=100)
    oldest_reading_min: float | None = Field(default=None, ge=0, le=60)
    warm_up_min: float | None = Field(default=None, ge=0, le=1440)
    falling_mgdl_per_min: float | None = Field(default=None, ge=0, le=10)
    low_mgdl: float | None = Field(default=None, ge=0, le=200)

    def limits(self) -> EnvelopeLimits:
        """As the layers below know it."""
        return TypeAdapter(EnvelopeLimits).validate_python(self.model_dump(exclude_none=True))


class EnvelopeBody(Shape):
    """Limits, how long they hold, and why."""

    limits: LimitsShape
    valid_until: AwareDatetime
    why: str = Field(min_length=1, max_length=2000)


class WithdrawalBody(Shape):
    """Why limits no longer hold."""

    reason: str = Field(min_length=1, max_length=2000)


class EnvelopeList(TypedDict):
    """Envelopes, the one that was not ended first; and what a new one begins with, for those who may sign."""

    items: list[EnvelopeJson]
    defaults: EnvelopeDefaultsJson | None


@router.get("/people/{person_id}/envelopes")
def envelopes(person_id: PersonId, request: Request, caller: Calling, service: Running) -> EnvelopeList:
    """Signed limits of a person: those that hold, and those that ended."""
    with desk_for(request, caller, person_id, Action.SEE_ADVICE) as (desk, access):
        found, defaults = envelopes_of(desk, access), None
        if access.allows(Action.ADVISE):
            defaults = envelope_defaults(service.memory.timeline(desk, person_id), service.now(person_id))
    name_of = account_names(service)
    return {"items": [envelope_json(one, name_of) for one in found], "defaults": defaults}


@router.post("/people/{person_id}/envelopes", status_code=201)
def sign(person_id: PersonId, body: EnvelopeBody, request: Request, caller: Calling, service: Running) -> EnvelopeJson:
    """Signs limits for at most 90 days, in place of those that hold; live advice on insulin stays within them."""
    caller.require_browser()
    name_of = account_names(service)
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        signed = sign_envelope(
            desk,
            access,
            body.limits.limits(),
            signer=name_of(caller.account_id),
            why=body.why,
            valid_until=body.valid_until,
            authority=service.authority(access.role),
        )
    service.broker.tell(person_id, "data", {"streams": ["advice"]})
    return envelope_json(signed, name_of)


@router.post("/people/{person_id}/envelopes/{envelope_id}/withdrawal")
def withdraw(
    person_id: PersonId,
    envelope_id: Annotated[str, Path(pattern=UUID_PATTERN)],
    body: WithdrawalBody,
    request: Request,
    caller: Calling,
    service: Running,
) -> EnvelopeJson:
    """Withdraws limits at once, with a reason; nothing with insulin is advised from then on."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        ended = end_envelope(desk, access, envelope_id, reason=body.reason)
    service.broker.tell(person_id, "data", {"streams": ["advice"]})
    return envelope_json(ended, account_names(service))
