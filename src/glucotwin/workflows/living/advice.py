"""Use case: clinicians propose, review and sign; a person sees what is signed, and agrees or not.

The profile decides who may propose what. A signed dose is shown to a person as long as the installation's profile lets
clinicians advise on doses; who runs it can end that for everybody at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from glucotwin.advise.medicine_plan import MedicineProposal
from glucotwin.advise.proposal import DAY_MIN, RULES, Proposal, ProposalKind
from glucotwin.advise.what_if import WhatIf, WhatIfKind
from glucotwin.core.answer import Answer
from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.profile import Authority, Capability, Role
from glucotwin.store.access import Access
from glucotwin.store.desk import Desk
from glucotwin.store.job import read_content
from glucotwin.store.proposal import (
    ProposalAnswer,
    Status,
    StoredProposal,
    add_proposal,
    answer_proposal,
    decide_proposal,
    find_proposal,
    list_proposals,
)
from glucotwin.workflows.living.course import require_course
from glucotwin.workflows.living.medicine_advice import medicine_content, medicine_plan_json, medicine_proposal
from glucotwin.workflows.living.shape.advice import EvidenceJson, ProposalAnswerJson, ProposalJson, ProposalRuleJson
from glucotwin.workflows.living.shape.medicine_advice import MedicineEvidenceJson
from glucotwin.workflows.living.shape.therapy import TherapyAnswer

NameOf = Callable[[str], str]
"""How an account is called, by its identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposal with what the twin answered to it, as it is kept.

    Attributes:
        kind: what is proposed.
        content: JSON values.
    """

    kind: ProposalKind
    content: Mapping[str, object]


def proposed_value(proposal: Proposal, evidence: EvidenceJson | None = None) -> Proposed:
    """A value as it is kept.

    Args:
        proposal: what.
        evidence: what the twin answered to the same change.
    """
    content: dict[str, object] = {**asdict(proposal), "kind": str(proposal.kind), "evidence": evidence}
    return Proposed(kind=proposal.kind, content=content)


def proposed_plan(proposal: MedicineProposal, evidence: MedicineEvidenceJson) -> Proposed:
    """A plan of medicines as it is kept.

    Args:
        proposal: what.
        evidence: the twin's answer that it comes from.
    """
    return Proposed(kind=proposal.kind, content=medicine_content(proposal, evidence))


def propose(desk: Desk, access: Access, proposed: Proposed, *, authority: Authority) -> StoredProposal:
    """Keeps a proposal for review.

    Args:
        desk: of a clinician.
        access: of the clinician to the person.
        proposed: what, and what the twin answered to it.
        authority: profile and role.

    Raises:
        NotAllowedError: the profile does not let this role propose it.
    """
    authority.require(capability_of(proposed.kind))
    return add_proposal(desk, access.person_id, proposed.content)


def decide(
    desk: Desk, access: Access, proposal_id: str, status: Status, *, reason: str, authority: Authority
) -> StoredProposal:
    """Signs or declines a proposal, or ends a signed one.

    Raises:
        NotFoundError: there is none.
        NotAllowedError: the profile does not let this role sign it, or the course was not passed.
        ConflictError: something else became of it already.
    """
    if status is Status.SIGNED:
        require_course(desk)
        authority.require(_capability_of(find_proposal(desk, access, proposal_id)))
    return decide_proposal(desk, access, proposal_id, status, reason=reason)


def answer(desk: Desk, access: Access, proposal_id: str, *, given: str, reason: str) -> StoredProposal:
    """Keeps whether a person or carer agrees with a signed proposal.

    Raises:
        NotFoundError: there is none that they are shown.
    """
    return answer_proposal(desk, access, proposal_id, answer=given, reason=reason)


def proposals_of(desk: Desk, access: Access, *, authority: Authority) -> tuple[StoredProposal, ...]:
    """Proposals as the account may see them, the newest first."""
    found = list_proposals(desk, access)
    clinician = Authority(profile=authority.profile, role=Role.CLINICIAN)
    return tuple(one for one in found if clinician.allows(_capability_of(one)))


def proposal_json(one: StoredProposal, name_of: NameOf) -> ProposalJson:
    """A proposal as it is told."""
    proposal = _proposal_of(one.content)
    number = proposal if isinstance(proposal, Proposal) else None
    return {
        "proposal_id": one.proposal_id,
        "status": one.status,
        "kind": proposal.kind,
        "value": None if number is None else number.value,
        "unit": None if number is None else number.rule.unit,
        "present": None if number is None else number.present,
        "from_minute": 0 if number is None else number.from_minute,
        "to_minute": DAY_MIN if number is None else number.to_minute,
        "sentence": proposal.sentence(),
        "why": proposal.why,
        "evidence": None if number is None else cast("EvidenceJson | None", one.content["evidence"]),
        "medicines": medicine_plan_json(one.content) if number is None else None,
        "proposed_by": name_of(one.proposed_by),
        "proposed_at": one.created_at.isoformat(),
        "decided_by": None if one.decided_by is None else name_of(one.decided_by),
        "decided_at": _iso(one.decided_at),
        "reason": one.reason,
        "answers": [_answer_json(given, name_of) for given in one.answers],
    }


def evidence_json(answer: Answer[WhatIf]) -> EvidenceJson:
    """What of a what-if stands beside a proposal: the numbers that a reviewer weighs, and which twin said them."""
    told = answer.payload.to_json()
    return {
        "kind": told["kind"],
        "start": told["start"],
        "outcomes": told["outcomes"],
        "changes": told["changes"],
        "cautions": told["cautions"],
        "twin_version": answer.model.twin_version,
        "uncertainty": answer.uncertainty,
        "limits": answer.limits,
    }


def evidence_of_comparison(desk: Desk, person_id: str, job_id: str, name: str) -> EvidenceJson:
    """What of one alternative of an answered comparison stands beside a proposal.

    Args:
        desk: of the account that asked for the comparison.
        person_id: about whom.
        job_id: the comparison.
        name: of the alternative.

    Raises:
        NotFoundError: the account has no such comparison, it is not answered, or has no such alternative.
    """
    found = cast("TherapyAnswer | None", read_content(desk, person_id, job_id).result)
    arm = next((one for one in ([] if found is None else found["arms"]) if one["name"] == name), None)
    if found is None or arm is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("advice-no-comparison", name=name))
    return {
        "kind": WhatIfKind.REPLAY,
        "start": found["start"],
        "outcomes": arm["outcomes"],
        "changes": arm["changes"],
        "cautions": arm["cautions"],
        "twin_version": found["twin_version"],
        "uncertainty": found["uncertainty"],
        "limits": found["limits"],
    }


def kinds_json(authority: Authority) -> list[ProposalRuleJson]:
    """The kinds of proposals that this role may make, with their limits."""
    return [
        {
            "kind": kind,
            "unit": rule.unit,
            "low": rule.low,
            "high": rule.high,
            "is_setting": rule.is_setting,
        }
        for kind, rule in RULES.items()
        if authority.allows(rule.capability)
    ]


def capability_of(kind: ProposalKind) -> Capability:
    """What the profile has to grant to whoever proposes or signs something of a kind."""
    return RULES[kind].capability if kind in RULES else Capability.ADVISE_DOSE


def _capability_of(one: StoredProposal) -> Capability:
    return capability_of(ProposalKind(str(one.content["kind"])))


def _proposal_of(content: Mapping[str, object]) -> Proposal | MedicineProposal:
    if content["kind"] == ProposalKind.MEDICINES:
        return medicine_proposal(content)
    present = content["present"]
    return Proposal(
        kind=ProposalKind(str(content["kind"])),
        value=float(str(content["value"])),
        present=None if present is None else float(str(present)),
        from_minute=int(str(content["from_minute"])),
        to_minute=int(str(content["to_minute"])),
        why=str(content["why"]),
    )


def _answer_json(given: ProposalAnswer, name_of: NameOf) -> ProposalAnswerJson:
    return {
        "answer": given.answer,
        "reason": given.reason,
        "by": name_of(given.answered_by),
        "at": given.at.isoformat(),
    }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
