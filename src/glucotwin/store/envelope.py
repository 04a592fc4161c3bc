"""Safety envelopes: signed by a clinician, ended once, otherwise never changed."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from glucotwin.core.error import ConflictError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.schema import envelope as table


class Ending(StrEnum):
    """How an envelope ended before its time."""

    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEnvelope:
    """One envelope.

    Attributes:
        envelope_id: to withdraw it by.
        person_id: for whom.
        signed_by: account of the clinician.
        signed_at, valid_until: aware times.
        content: as it was signed, JSON values.
        ended_as, ended_by, ended_at, reason: how, by whom, when and why it ended before its time; None before.
    """

    envelope_id: str
    person_id: str
    signed_by: str
    signed_at: datetime
    valid_until: datetime
    content: Mapping[str, object]
    ended_as: Ending | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    reason: str | None = None


def add_envelope(
    desk: Desk, person_id: str, content: Mapping[str, object], *, signed_at: datetime, valid_until: datetime
) -> StoredEnvelope:
    """Keeps an envelope that the desk's account signs; the one that has not ended is superseded by it.

    Args:
        desk: of a clinician.
        person_id: for whom.
        content: as it is signed, JSON values.
        signed_at: aware time.
        valid_until: aware time.

    Raises:
        ConflictError: somebody else signs one in the same moment.
    """
    _end(desk, person_id, Ending.SUPERSEDED, reason="")
    made = str(uuid.uuid4())
    signed = insert(table).values(
        envelope_id=made,
        person_id=person_id,
        signed_by=desk.account_id,
        signed_at=signed_at,
        valid_until=valid_until,
        content=_sealed(desk, person_id, made, content),
    )
    try:
        desk.connection.execute(signed)
    except IntegrityError as error:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("envelope-at-once")) from error
    return find_envelope(desk, person_id, made)


def list_envelopes(desk: Desk, person_id: str) -> tuple[StoredEnvelope, ...]:
    """A person's envelopes, the newest first."""
    order = (table.c.ended_at.is_(None).desc(), table.c.signed_at.desc(), table.c.envelope_id)
    query = select(table).where(desk.of_person(table, person_id)).order_by(*order)
    return tuple(_stored(desk, row) for row in desk.connection.execute(query))


def find_envelope(desk: Desk, person_id: str, envelope_id: str) -> StoredEnvelope:
    """One envelope.

    Raises:
        NotFoundError: the person has no such envelope.
    """
    query = select(table).where(desk.of_person(table, person_id), table.c.envelope_id == envelope_id)
    row = desk.connection.execute(query).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("envelope-not-stored"))
    return _stored(desk, row)


def standing_envelope(desk: Desk, person_id: str) -> StoredEnvelope | None:
    """The envelope that was neither withdrawn nor superseded, which may have expired; None where there is none."""
    query = select(table).where(desk.of_person(table, person_id), table.c.ended_at.is_(None))
    row = desk.connection.execute(query).first()
    return None if row is None else _stored(desk, row)


def withdraw_envelope(desk: Desk, person_id: str, envelope_id: str, *, reason: str) -> StoredEnvelope:
    """Ends an envelope before its time, by the desk's account.

    Raises:
        NotFoundError: the person has no such envelope.
        ConflictError: it had ended already.
    """
    find_envelope(desk, person_id, envelope_id)
    if _end(desk, person_id, Ending.WITHDRAWN, reason=reason, envelope_id=envelope_id) == 0:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("envelope-ended"))
    return find_envelope(desk, person_id, envelope_id)


def _end(desk: Desk, person_id: str, how: Ending, *, reason: str, envelope_id: str | None = None) -> int:
    """Ends those that have not ended; how many."""
    where = desk.of_person(table, person_id) & table.c.ended_at.is_(None)
    if envelope_id is not None:
        where &= table.c.envelope_id == envelope_id
    ended = 0
    for one in desk.connection.execute(select(table.c.envelope_id).where(where)).scalars().all():
        values = {
            "ended_as": str(how),
            "ended_by": desk.account_id,
            "ended_at": datetime.now(UTC),
            "ending": _sealed(desk, person_id, one, {"reason": reason}),
        }
        still = table.c.ended_at.is_(None) & (table.c.envelope_id == one)
        ended += desk.connection.execute(update(table).where(still).values(**values)).rowcount
    return ended


def _stored(desk: Desk, row: Row[Any]) -> StoredEnvelope:
    fields = row._mapping
    person_id, envelope_id, ended_at = fields["person_id"], fields["envelope_id"], fields["ended_at"]
    ending = None if fields["ending"] is None else _opened(desk, person_id, envelope_id, fields["ending"])
    return StoredEnvelope(
        envelope_id=envelope_id,
        person_id=person_id,
        signed_by=fields["signed_by"],
        signed_at=fields["signed_at"].astimezone(UTC),
        valid_until=fields["valid_until"].astimezone(UTC),
        content=_opened(desk, person_id, envelope_id, fields["content"]),
        ended_as=None if fields["ended_as"] is None else Ending(fields["ended_as"]),
        ended_by=fields["ended_by"],
        ended_at=None if ended_at is None else ended_at.astimezone(UTC),
        reason=None if ending is None else str(ending["reason"]),
    )


def _sealed(desk: Desk, person_id: str, envelope_id: str, content: Mapping[str, object]) -> bytes:
    return desk.keystore.seal(person_id, f"envelope|{envelope_id}", json.dumps(dict(content), allow_nan=False).encode())


def _opened(desk: Desk, person_id: str, envelope_id: str, sealed: bytes) -> dict[str, object]:
    return json.loads(desk.keystore.open_sealed(person_id, f"envelope|{envelope_id}", sealed))
