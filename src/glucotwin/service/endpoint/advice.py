"""Proposals: made and signed by clinicians, shown to a person when signed; and the course before a first signature."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.advise.proposal import Proposal, ProposalKind
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.service.caller import UUID_PATTERN, Calling, PersonId, Running, desk_for
from glucotwin.service.endpoint.ask import WhatIfBody, question
from glucotwin.service.endpoint.medicine_advice import MedicinePlanBody
from glucotwin.service.endpoint.setting_advice import SettingAdviceBody
from glucotwin.service.schema import Shape
from glucotwin.service.state import Service, account_names
from glucotwin.store.access import Action
from glucotwin.store.desk import Desk
from glucotwin.store.proposal import SHOWN, Status, StoredProposal
from glucotwin.workflows.living.advice import (
    Proposed,
    answer,
    capability_of,
    decide,
    evidence_json,
    evidence_of_comparison,
    kinds_json,
    proposal_json,
    proposals_of,
    propose,
    proposed_plan,
    proposed_value,
)
from glucotwin.workflows.living.course import answer_course, show_course
from glucotwin.workflows.living.follow_up import ProposalFollowUpJson, follow_up_proposal
from glucotwin.workflows.living.medicine_advice import ask_medicines, propose_plan
from glucotwin.workflows.living.setting_advice import ask_settings, evidence_of_settings
from glucotwin.workflows.living.shape.advice import (
    CourseJson,
    CourseResult,
    ProposalJson,
    ProposalRuleJson,
)

router = APIRouter(tags=["advice"])
ProposalId = Annotated[str, Path(pattern=UUID_PATTERN)]
DECISIONS = {"sign": Status.SIGNED, "decline": Status.DECLINED, "end": Status.ENDED}


class ComparedBody(Shape):
    """An alternative of an answered comparison of therapies, which the account asked for."""

    job_id: str = Field(pattern=UUID_PATTERN)
    name: str = Field(min_length=1, max_length=80)


class ProposalBody(Shape):
    """What is proposed, and the question to the twin, comparison or advice on settings that it rests on.

    Of ``medicines`` the plan stands in ``medicines``; every other kind has a ``value``.
    """

    kind: ProposalKind
    value: float | None = Field(default=None, ge=0, le=1000)
    present: float | None = Field(default=None, gt=0, le=1000)
    from_minute: int = Field(default=0, ge=0, le=1439)
    to_minute: int = Field(default=1440, ge=1, le=1440)
    why: str = Field(min_length=1, max_length=2000)
    what_if: WhatIfBody | None = None
    comparison: ComparedBody | None = None
    settings: SettingAdviceBody | None = None
    medicines: MedicinePlanBody | None = None

    def proposal(self) -> Proposal:
        """A value, as the layers below know it."""
        if self.value is None:
            raise DataError(ErrorCode.INVALID_VALUE, message("advice-value-missing"))
        return Proposal(**{name: getattr(self, name) for name in Proposal.__dataclass_fields__})


class DecisionBody(Shape):
    """What becomes of a proposal."""

    decision: Literal["sign", "decline", "end"]
    reason: str = Field(min_length=1, max_length=2000)


class AnswerBody(Shape):
    """What a person says to it."""

    answer: Literal["agree", "disagree"]
    reason: str = Field(default="", max_length=2000)


class CourseBody(Shape):
    """Answers to the checks of a course, counted from one."""

    version: int = Field(ge=1, le=1000)
    answers: dict[str, int] = Field(max_length=50)


class ProposalList(TypedDict):
    """Proposals, and the kinds that this account may make."""

    items: list[ProposalJson]
    kinds: list[ProposalRuleJson]


@router.get("/course")
def course(caller: Calling, service: Running) -> CourseJson:
    """The short course in reading a twin, and when this account passed it."""
    with service.desk(caller.account_id) as desk:
        return show_course(desk)


@router.post("/course")
def course_answers(body: CourseBody, caller: Calling, service: Running) -> CourseResult:
    """Looks at the answers; signing needs all of them right."""
    caller.require_browser()
    with service.desk(caller.account_id) as desk:
        return answer_course(desk, body.version, body.answers)


@router.get("/people/{person_id}/proposals")
def proposals(person_id: PersonId, request: Request, caller: Calling, service: Running) -> ProposalList:
    """Proposals to a person, the newest first; to the person and carers those that are signed."""
    with desk_for(request, caller, person_id, Action.SEE_ADVICE) as (desk, access):
        authority = service.authority(access.role)
        found = proposals_of(desk, access, authority=authority)
        kinds = kinds_json(authority) if access.allows(Action.ADVISE) else []
    name_of = account_names(service)
    return {"items": [proposal_json(one, name_of) for one in found], "kinds": kinds}


@router.post("/people/{person_id}/proposals", status_code=201)
def make(person_id: PersonId, body: ProposalBody, request: Request, caller: Calling, service: Running) -> ProposalJson:
    """Writes a proposal; the person sees it when it is signed."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        authority = service.authority(access.role)
        authority.require(capability_of(body.kind))
        if body.what_if or body.comparison or body.settings or body.medicines:
            access.require(Action.ASK_TWIN)
        ready = _ready(service, desk, person_id, body, authority)
    proposed = ready()
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        made = propose(desk, access, proposed, authority=authority)
    return proposal_json(made, account_names(service))


def _ready(
    service: Service, desk: Desk, person_id: str, body: ProposalBody, authority: Authority
) -> Callable[[], Proposed]:
    """What is proposed, with the twin's answer, to be asked without the store."""
    if body.kind is ProposalKind.MEDICINES:
        return _ready_plan(desk, person_id, body, authority)
    proposal = body.proposal()
    if body.what_if is not None:
        asked = question(service.memory, desk, person_id, body.what_if, authority)
        return lambda: proposed_value(proposal, evidence_json(asked()))
    if body.settings is not None:
        advised = ask_settings(service.memory, desk, person_id, body.settings.question(), authority)
        return lambda: proposed_value(proposal, evidence_of_settings(advised()))
    compared = body.comparison
    found = None if compared is None else evidence_of_comparison(desk, person_id, compared.job_id, compared.name)
    return lambda: proposed_value(proposal, found)


def _ready_plan(desk: Desk, person_id: str, body: ProposalBody, authority: Authority) -> Callable[[], Proposed]:
    plan = body.medicines
    if plan is None:
        raise DataError(ErrorCode.INVALID_VALUE, message("advice-plan-missing"))
    asked = ask_medicines(desk, person_id, plan.advice.asked(), authority)
    return lambda: proposed_plan(*propose_plan(asked, plan.plan, from_day=plan.from_day, why=body.why))


@router.get("/people/{person_id}/proposals/{proposal_id}/follow-up")
def follow_up(
    person_id: PersonId, proposal_id: ProposalId, request: Request, caller: Calling, service: Running
) -> ProposalFollowUpJson:
    """What became of a signed proposal that rests on an answer of the twin: predicted beside achieved."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        return follow_up_proposal(service.memory, desk, access, proposal_id)


@router.post("/people/{person_id}/proposals/{proposal_id}/decision")
def conclude(
    person_id: PersonId,
    proposal_id: ProposalId,
    body: DecisionBody,
    request: Request,
    caller: Calling,
    service: Running,
) -> ProposalJson:
    """Signs or declines a proposal, or ends one that is signed, with a reason."""
    caller.require_browser()
    status = DECISIONS[body.decision]
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        authority = service.authority(access.role)
        decided = decide(desk, access, proposal_id, status, reason=body.reason, authority=authority)
    return _told(service, decided)


@router.post("/people/{person_id}/proposals/{proposal_id}/answer")
def reply(
    person_id: PersonId, proposal_id: ProposalId, body: AnswerBody, request: Request, caller: Calling, service: Running
) -> ProposalJson:
    """Agrees or disagrees with a signed proposal."""
    with desk_for(request, caller, person_id, Action.ANSWER_ADVICE) as (desk, access):
        answered = answer(desk, access, proposal_id, given=body.answer, reason=body.reason)
    return _told(service, answered)


def _told(service: Service, one: StoredProposal) -> ProposalJson:
    """The proposal, of which whoever has the person's pages open is told when it is theirs to see."""
    if one.status in SHOWN:
        service.broker.tell(one.person_id, "data", {"streams": ["advice"]})
    return proposal_json(one, account_names(service))
