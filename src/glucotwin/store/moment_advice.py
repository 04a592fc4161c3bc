"""Advice on moments: kept as it was given, taken once, otherwise never changed."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from glucotwin.core.error import ConflictError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.access import Access, Action
from glucotwin.store.desk import Desk
from glucotwin.store.schema import moment_advice as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """That an option of an advice was done.

    Attributes:
        option: its place among the options, from 1.
        done_at: aware time.
        told_by: account.
        told_at: aware time at which it was told.
    """

    option: int
    done_at: datetime
    told_by: str
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMoment:
    """One advice.

    Attributes:
        advice_id: to take it by.
        person_id: for whom.
        asked_by: account.
        asked_at: aware time.
        has_insulin: whether any option changes insulin.
        content: as it was given, JSON values.
        taken: which option was done; None before.
    """

    advice_id: str
    person_id: str
    asked_by: str
    asked_at: datetime
    has_insulin: bool
    content: Mapping[str, Any]
    taken: Taken | None = None


def add_moment(desk: Desk, access: Access, content: Mapping[str, Any], *, has_insulin: bool) -> StoredMoment:
    """Keeps an advice that the desk's account was given.

    Args:
        desk: of the account.
        access: of the account to the person.
        content: JSON values.
        has_insulin: whether any option changes insulin: then it is the clinicians' until it was taken.
    """
    made = StoredMoment(
        advice_id=str(uuid.uuid4()),
        person_id=access.person_id,
        asked_by=desk.account_id,
        asked_at=datetime.now(UTC),
        has_insulin=has_insulin,
        content=dict(content),
    )
    desk.connection.execute(
        insert(table).values(
            advice_id=made.advice_id,
            person_id=made.person_id,
            asked_by=made.asked_by,
            asked_at=made.asked_at,
            has_insulin=made.has_insulin,
            content=_sealed(desk, made.person_id, made.advice_id, made.content),
        )
    )
    return made


def list_moments(desk: Desk, access: Access, *, most: int | None = None) -> tuple[StoredMoment, ...]:
    """Advice on a person's moments, the newest first; to who does not treat them, with insulin only what was taken.

    Args:
        desk: of the account.
        access: of the account to the person.
        most: at most so many; None for all.
    """
    query = select(table).where(_shown(desk, access)).order_by(table.c.asked_at.desc(), table.c.advice_id)
    return tuple(_stored(desk, row) for row in desk.connection.execute(query.limit(most)))


def find_moment(desk: Desk, access: Access, advice_id: str) -> StoredMoment:
    """One advice that the account is shown.

    Raises:
        NotFoundError: there is none.
    """
    query = select(table).where(_shown(desk, access), table.c.advice_id == advice_id)
    row = desk.connection.execute(query).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("moment-none"))
    return _stored(desk, row)


def take_moment(desk: Desk, access: Access, advice_id: str, *, option: int, done_at: datetime) -> StoredMoment:
    """Keeps that an option was done: once, told by the desk's account.

    Args:
        desk: of the account.
        access: of the account to the person.
        advice_id: which advice.
        option: its place among the options, from 1.
        done_at: aware time.

    Raises:
        NotFoundError: there is none that the account is shown.
        ConflictError: it was taken already.
    """
    find_moment(desk, access, advice_id)
    told = {"option": option, "done_at": done_at.astimezone(UTC).isoformat()}
    changed = (
        update(table)
        .where(_shown(desk, access), table.c.advice_id == advice_id, table.c.taken_at.is_(None))
        .values(
            taken_by=desk.account_id,
            taken_at=datetime.now(UTC),
            taking=_sealed(desk, access.person_id, advice_id, told),
        )
    )
    if desk.connection.execute(changed).rowcount == 0:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("moment-taken"))
    return find_moment(desk, access, advice_id)


def _shown(desk: Desk, access: Access) -> ColumnElement[bool]:
    where = desk.of_person(table, access.person_id)
    return where if access.allows(Action.ADVISE) else where & (~table.c.has_insulin | table.c.taken_at.is_not(None))


def _stored(desk: Desk, row: Row[Any]) -> StoredMoment:
    fields = row._mapping
    person_id, advice_id = fields["person_id"], fields["advice_id"]
    taking = None if fields["taking"] is None else _opened(desk, person_id, advice_id, fields["taking"])
    return StoredMoment(
        advice_id=advice_id,
        person_id=person_id,
        asked_by=fields["asked_by"],
        asked_at=fields["asked_at"].astimezone(UTC),
        has_insulin=fields["has_insulin"],
        content=_opened(desk, person_id, advice_id, fields["content"]),
        taken=None if taking is None else _taken(fields, taking),
    )


def _taken(fields: Mapping[Any, Any], told: Mapping[str, Any]) -> Taken:
    return Taken(
        option=int(told["option"]),
        done_at=datetime.fromisoformat(told["done_at"]),
        told_by=fields["taken_by"],
        told_at=fields["taken_at"].astimezone(UTC),
    )


def _sealed(desk: Desk, person_id: str, advice_id: str, content: Mapping[str, Any]) -> bytes:
    return desk.keystore.seal(person_id, f"moment|{advice_id}", json.dumps(dict(content), allow_nan=False).encode())


def _opened(desk: Desk, person_id: str, advice_id: str, sealed: bytes) -> dict[str, Any]:
    return json.loads(desk.keystore.open_sealed(person_id, f"moment|{advice_id}", sealed))
