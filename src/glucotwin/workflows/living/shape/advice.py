"""Shapes of proposals, and of the course before a first signature."""

from typing_extensions import TypedDict

from glucotwin.advise.proposal import ProposalKind
from glucotwin.advise.what_if import OutcomeJson, WhatIfKind
from glucotwin.core.json_value import Instant
from glucotwin.store.proposal import Status
from glucotwin.workflows.living.shape.medicine_advice import MedicinePlanJson


class EvidenceJson(TypedDict):
    """What a twin answered to the change that is proposed."""

    kind: WhatIfKind
    start: Instant
    changes: list[str]
    outcomes: list[OutcomeJson]
    cautions: list[str]
    uncertainty: str
    limits: str
    twin_version: str


class ProposalAnswerJson(TypedDict):
    """What a person or carer said to a proposal."""

    answer: str
    reason: str
    by: str
    at: Instant


class ProposalJson(TypedDict):
    """A proposal, and what became of it: a value with its evidence, or a plan of medicines."""

    proposal_id: str
    status: Status
    kind: ProposalKind
    value: float | None
    unit: str | None
    present: float | None
    from_minute: int
    to_minute: int
    sentence: str
    why: str
    evidence: EvidenceJson | None
    medicines: MedicinePlanJson | None
    proposed_by: str
    proposed_at: Instant
    decided_by: str | None
    decided_at: Instant | None
    reason: str | None
    answers: list[ProposalAnswerJson]


class ProposalRuleJson(TypedDict):
    """A kind of proposal that may be made, with its limits."""

    kind: ProposalKind
    unit: str
    low: float
    high: float
    is_setting: bool


class LessonJson(TypedDict):
    """Something to read."""

    name: str
    title: str
    text: str


class CheckJson(TypedDict):
    """A question with its options, counted from one."""

    name: str
    question: str
    options: list[str]


class CourseJson(TypedDict):
    """A course, and when the account passed it."""

    version: int
    passed_at: Instant | None
    lessons: list[LessonJson]
    checks: list[CheckJson]


class CourseResult(TypedDict):
    """Whether all answers were right, and names of the checks whose were not."""

    passed: bool
    wrong: list[str]
