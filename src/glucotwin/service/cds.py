"""CDS Hooks 2.0 under ``/api/cds-services``: a clinic's system asks when a patient's record is opened.

One service: what gets slowly worse. It answers from what is stored and prefetches nothing.
"""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.metrics.deterioration import Deterioration, TrendVerdict
from glucotwin.service.caller import UUID_PATTERN, Calling, Running, desk_for
from glucotwin.store.access import Action
from glucotwin.workflows.living.deterioration import deteriorations_of, sentence_of, worst_first

router = APIRouter(tags=["cds-hooks"])
DETERIORATION = "glucotwin-deterioration"
HOOK = "patient-view"
INDICATORS = {TrendVerdict.CLEAR: "warning", TrendVerdict.POSSIBLE: "info"}
LONGEST_SUMMARY = 140
"""Characters of a card's summary (CDS Hooks 2.0, card attributes)."""


class HookContext(BaseModel):
    """Whose record is open; what else the system tells is not looked at."""

    model_config = ConfigDict(extra="ignore")
    patientId: str = Field(pattern=UUID_PATTERN)  # noqa: N815  # the standard's name


class HookRequest(BaseModel):
    """A call of a service."""

    model_config = ConfigDict(extra="ignore")
    hook: Literal["patient-view"]
    hookInstance: str = Field(max_length=200)  # noqa: N815  # the standard's name
    context: HookContext


class HookServiceJson(TypedDict):
    """One service."""

    hook: str
    id: str
    title: str
    description: str


class HookServicesJson(TypedDict):
    """Which services there are."""

    services: list[HookServiceJson]


class TopicJson(TypedDict):
    """What a card is about: here, whose limits were used."""

    display: str


class CardSourceJson(TypedDict):
    """Who gives a card."""

    label: str
    topic: TopicJson


class CardJson(TypedDict):
    """One card (CDS Hooks 2.0, card attributes)."""

    summary: str
    detail: str
    indicator: str
    source: CardSourceJson


class CardsJson(TypedDict):
    """What is to be shown."""

    cards: list[CardJson]


@router.get("/cds-services")
def discovery() -> HookServicesJson:
    """Which services there are."""
    service: HookServiceJson = {
        "hook": HOOK,
        "id": DETERIORATION,
        "title": message("cds-title"),
        "description": message("cds-description"),
    }
    return {"services": [service]}


@router.post("/cds-services/{service_id}")
def call(service_id: str, body: HookRequest, request: Request, caller: Calling, service: Running) -> CardsJson:
    """Cards about a person whose record is open; none for what is steady."""
    if service_id != DETERIORATION:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("cds-unknown", name=service_id[:64]))
    person_id = body.context.patientId
    request.state.person_id = person_id
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        timeline = service.memory.timeline(desk, person_id)
    found = [one for one in worst_first(deteriorations_of(timeline)) if one.verdict in INDICATORS]
    return {"cards": [_card(one) for one in found]}


def _card(one: Deterioration) -> CardJson:
    sentence = sentence_of(one)
    return {
        "summary": sentence if len(sentence) <= LONGEST_SUMMARY else f"{sentence[: LONGEST_SUMMARY - 1]}…",
        "detail": f"{sentence}\n\n{message('not-a-medical-device')}",
        "indicator": INDICATORS[one.verdict],
        "source": {"label": "GlucoTwin", "topic": {"display": one.watched.source}},
    }
