"""Proposals: written by a clinician, signed or declined once, answered by the person. Nothing written is changed."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Row, insert, select, update

from glucotwin.core.error import ConflictError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.access import Access, Action
from glucotwin.store.desk import Desk
from glucotwin.store.schema import proposal as table
from glucotwin.store.schema import proposal_answer


class Status(StrEnum):
    """What became of a proposal."""

    WAITING = "waiting"
    SIGNED = "signed"
    DECLINED = "declined"
    ENDED = "ended"


FOLLOWS: Mapping[Status, Status] = {
    Status.SIGNED: Status.WAITING,
    Status.DECLINED: Status.WAITING,
    Status.ENDED: Status.SIGNED,
}
"""What a proposal has to be before it becomes something else."""
SHOWN = frozenset({Status.SIGNED, Status.ENDED})
"""What a person is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAnswer:
    """What a person or carer said to a proposal.

    Attributes:
        answer: ``agree`` or ``disagree``.
        reason: in their words; may be blank.
        answered_by: account.
        at: aware time.
    """

    answer: str
    reason: str
    answered_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProposal:
    """One proposal.

    Attributes:
        proposal_id: to decide on it by.
        person_id: to whom.
        status: what became of it.
        content: as it was written, JSON values.
        proposed_by: account of the clinician.
        created_at: aware time.
        decided_by, decided_at, reason: who signed, declined or ended it, when and why; None before.
        answers: in order of time.
    """

    proposal_id: str
    person_id: str
    status: Status
    content: Mapping[str, object]
    proposed_by: str
    created_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    answers: tuple[ProposalAnswer, ...] = ()


def add_proposal(desk: Desk, person_id: str, content: Mapping[str, object]) -> StoredProposal:
    """Keeps a proposal of the desk's account; nobody but clinicians sees it until it is signed.

    Args:
        desk: of a clinician.
        person_id: to whom.
        content: JSON values.
    """
    made = StoredProposal(
        proposal_id=str(uuid.uuid4()),
        person_id=person_id,
        status=Status.WAITING,
        content=dict(content),
        proposed_by=desk.account_id,
        created_at=datetime.now(UTC),
    )
    desk.connection.execute(
        insert(table).values(
            proposal_id=made.proposal_id,
            person_id=person_id,
            proposed_by=desk.account_id,
            status=str(made.status),
            content=_sealed(desk, person_id, made.proposal_id, made.content),
            created_at=made.created_at,
        )
    )
    return made


def list_proposals(desk: Desk, access: Access) -> tuple[StoredProposal, ...]:
    """Proposals to a person, the newest first; to who does not advise, those that were signed.

    Args:
        desk: of the account.
        access: of the account to the person.
    """
    where = desk.of_person(table, access.person_id)
    if not access.allows(Action.ADVISE):
        where &= table.c.status.in_([str(one) for one in SHOWN])
    rows = desk.connection.execute(select(table).where(where).order_by(table.c.created_at.desc(), table.c.proposal_id))
    answers = _answers(desk, access.person_id)
    return tuple(_stored(desk, row, answers) for row in rows)


def find_proposal(desk: Desk, access: Access, proposal_id: str) -> StoredProposal:
    """A proposal that the account is shown.

    Raises:
        NotFoundError: there is none.
    """
    for one in list_proposals(desk, access):
        if one.proposal_id == proposal_id:
            return one
    raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("advice-none"))


def decide_proposal(desk: Desk, access: Access, proposal_id: str, status: Status, *, reason: str) -> StoredProposal:
    """Signs or declines a proposal, or ends a signed one: each once, with a reason, by the desk's account.

    Raises:
        NotFoundError: there is none.
        ConflictError: something else became of it already.
    """
    find_proposal(desk, access, proposal_id)
    given = {"reason": reason}
    changed = (
        update(table)
        .where(
            desk.of_person(table, access.person_id),
            table.c.proposal_id == proposal_id,
            table.c.status == str(FOLLOWS[status]),
        )
        .values(
            status=str(status),
            decided_by=desk.account_id,
            decided_at=datetime.now(UTC),
            decision=_sealed(desk, access.person_id, proposal_id, given),
        )
    )
    if desk.connection.execute(changed).rowcount == 0:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("advice-decided"))
    return find_proposal(desk, access, proposal_id)


def answer_proposal(desk: Desk, access: Access, proposal_id: str, *, answer: str, reason: str) -> StoredProposal:
    """Keeps what a person or carer says to a signed proposal.

    Raises:
        NotFoundError: there is none that the account is shown.
    """
    find_proposal(desk, access, proposal_id)
    desk.connection.execute(
        insert(proposal_answer).values(
            proposal_id=proposal_id,
            person_id=access.person_id,
            answered_by=desk.account_id,
            content=_sealed(desk, access.person_id, proposal_id, {"answer": answer, "reason": reason}),
            at=datetime.now(UTC),
        )
    )
    return find_proposal(desk, access, proposal_id)


def _answers(desk: Desk, person_id: str) -> dict[str, tuple[ProposalAnswer, ...]]:
    query = select(proposal_answer).where(desk.of_person(proposal_answer, person_id))
    found: dict[str, tuple[ProposalAnswer, ...]] = {}
    for row in desk.connection.execute(query.order_by(proposal_answer.c.answer_id)):
        told = _opened(desk, person_id, row.proposal_id, row.content)
        one = ProposalAnswer(
            answer=str(told["answer"]),
            reason=str(told["reason"]),
            answered_by=row.answered_by,
            at=row.at.astimezone(UTC),
        )
        found[row.proposal_id] = (*found.get(row.proposal_id, ()), one)
    return found


def _stored(
    desk: Desk, row: Row[tuple[object, ...]], answers: Mapping[str, tuple[ProposalAnswer, ...]]
) -> StoredProposal:
    fields = row._mapping
    person_id, proposal_id, decision = fields["person_id"], fields["proposal_id"], fields["decision"]
    decided = None if decision is None else _opened(desk, person_id, proposal_id, decision)
    return StoredProposal(
        proposal_id=proposal_id,
        person_id=person_id,
        status=Status(fields["status"]),
        content=_opened(desk, person_id, proposal_id, fields["content"]),
        proposed_by=fields["proposed_by"],
        created_at=fields["created_at"].astimezone(UTC),
        decided_by=fields["decided_by"],
        decided_at=None if fields["decided_at"] is None else fields["decided_at"].astimezone(UTC),
        reason=None if decided is None else str(decided["reason"]),
        answers=answers.get(proposal_id, ()),
    )


def _sealed(desk: Desk, person_id: str, proposal_id: str, content: Mapping[str, object]) -> bytes:
    text = json.dumps(dict(content), allow_nan=False).encode()
    return desk.keystore.seal(person_id, f"proposal|{proposal_id}", text)


def _opened(desk: Desk, person_id: str, proposal_id: str, sealed: bytes) -> dict[str, object]:
    return json.loads(desk.keystore.open_sealed(person_id, f"proposal|{proposal_id}", sealed))
