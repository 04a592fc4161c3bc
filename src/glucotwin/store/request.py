"""Requests with an idempotency key: answered once, and the same way ever after."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy import insert, select

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.schema import accepted_request as table

PLACE = "accepted_request"


def earlier_answer(desk: Desk, person_id: str, key: str, body: bytes) -> bytes | None:
    """What an earlier request with the same key was answered; None when there was none.

    Raises:
        ConflictError: the key was used for another request.
    """
    query = select(table).where(desk.of_person(table, person_id), table.c.key_hash == _key_hash(desk, person_id, key))
    row = desk.connection.execute(query).first()
    if row is None:
        return None
    if row.body_hash != desk.keystore.fingerprint(person_id, body):
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("store-key-used"))
    return desk.keystore.open_sealed(person_id, PLACE, row.sealed)


def keep_answer(desk: Desk, person_id: str, key: str, body: bytes, answer: bytes) -> None:
    """Keeps an answer, in the transaction that did what it tells."""
    desk.connection.execute(
        insert(table).values(
            person_id=person_id,
            key_hash=_key_hash(desk, person_id, key),
            body_hash=desk.keystore.fingerprint(person_id, body),
            sealed=desk.keystore.seal(person_id, PLACE, answer),
            at=datetime.now(UTC),
        )
    )


def _key_hash(desk: Desk, person_id: str, key: str) -> str:
    return hashlib.sha256(f"{person_id}|{desk.account_id}|{key}".encode()).hexdigest()
