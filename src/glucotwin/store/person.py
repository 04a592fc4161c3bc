"""People: made, read, changed and erased. Name, attributes and therapy settings are sealed with the person's key."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, insert, select, update

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.profile import Role
from glucotwin.domain.person import Person
from glucotwin.domain.therapy import TherapySettings
from glucotwin.store.desk import Desk
from glucotwin.store.schema import membership
from glucotwin.store.schema import person as table

PLACE = "person"
_PERSON = TypeAdapter(Person)
_SETTINGS = TypeAdapter(tuple[TherapySettings, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPerson:
    """A person as they are kept.

    Attributes:
        person: attributes; ``person_id`` is the stored one.
        display_name: how they are called.
        settings: therapy settings.
        frozen: whether the twin stays as it is, by the person's wish.
        revision: rises with every change of the data.
        created_at: aware time.
    """

    person: Person
    display_name: str
    settings: tuple[TherapySettings, ...] = ()
    frozen: bool = False
    revision: int = 0
    created_at: datetime

    @property
    def person_id(self) -> str:
        """The stored identifier."""
        return self.person.person_id


def create_person(
    desk: Desk, *, display_name: str, person: Person, settings: Sequence[TherapySettings] = ()
) -> StoredPerson:
    """Keeps a new person, of whom the desk's account is the person.

    Args:
        desk: of the account.
        display_name: how they are called.
        person: attributes; the identifier is replaced by a new one.
        settings: therapy settings.
    """
    own = replace(person, person_id=str(uuid.uuid4()))
    now = datetime.now(UTC)
    made = StoredPerson(person=own, display_name=display_name, settings=tuple(settings), created_at=now)
    desk.keystore.make(own.person_id)
    desk.connection.execute(
        insert(table).values(
            person_id=own.person_id,
            created_by=desk.account_id,
            sealed=_sealed(desk, made),
            frozen=False,
            revision=0,
            created_at=now,
        )
    )
    desk.connection.execute(
        insert(membership).values(person_id=own.person_id, account_id=desk.account_id, role=str(Role.PERSON), since=now)
    )
    return made


def read_person(desk: Desk, person_id: str) -> StoredPerson:
    """A person within reach.

    Raises:
        NotFoundError: there is none.
    """
    row = desk.connection.execute(select(table).where(desk.of_person(table, person_id))).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-person"))
    return _stored(desk, row)


def read_people(desk: Desk, people: Sequence[str]) -> dict[str, StoredPerson]:
    """Several people within reach, read at once; who is not within reach, or has no key any more, is left out."""
    rows = desk.connection.execute(select(table).where(table.c.person_id.in_(people) & desk.within_reach(table)))
    return {row.person_id: _stored(desk, row) for row in rows if desk.keystore.has(row.person_id)}


def list_people(desk: Desk) -> tuple[tuple[str, Role], ...]:
    """Identifiers of everybody within reach, with the account's role, in the order of joining."""
    query = select(membership.c.person_id, membership.c.role).where(membership.c.account_id == desk.account_id)
    rows = desk.connection.execute(query.order_by(membership.c.since, membership.c.person_id))
    return tuple((row.person_id, Role(row.role)) for row in rows)


def write_person(desk: Desk, changed: StoredPerson) -> StoredPerson:
    """Keeps changed attributes, settings or freezing; the data's revision rises.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    query = (
        update(table)
        .where(desk.of_person(table, changed.person_id))
        .values(sealed=_sealed(desk, changed), frozen=changed.frozen, revision=table.c.revision + 1)
        .returning(table.c.revision)
    )
    revision = desk.connection.execute(query).scalar()
    if revision is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-person"))
    return replace(changed, revision=revision)


def lock_person(desk: Desk, person_id: str) -> None:
    """Waits until nobody else changes the person's data, and keeps others waiting until this transaction ends.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    query = select(table.c.person_id).where(desk.of_person(table, person_id)).with_for_update()
    if desk.connection.execute(query).first() is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-person"))


def touch_person(desk: Desk, person_id: str) -> None:
    """Lets the data's revision rise."""
    changed = update(table).where(desk.of_person(table, person_id)).values(revision=table.c.revision + 1)
    desk.connection.execute(changed)


def erase_person(desk: Desk, person_id: str) -> None:
    """Removes everything of a person: all rows, and then the key, without which copies cannot be read.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    gone = desk.connection.execute(delete(table).where(desk.of_person(table, person_id))).rowcount
    if gone == 0:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-person"))
    desk.keystore.destroy(person_id)


def _sealed(desk: Desk, one: StoredPerson) -> bytes:
    content = {
        "display_name": one.display_name,
        "person": _PERSON.dump_python(one.person, mode="json"),
        "settings": _SETTINGS.dump_python(one.settings, mode="json"),
    }
    return desk.keystore.seal(one.person_id, PLACE, json.dumps(content).encode())


def _stored(desk: Desk, row: Row[tuple[object, ...]]) -> StoredPerson:
    fields = row._mapping
    told = json.loads(desk.keystore.open_sealed(fields["person_id"], PLACE, fields["sealed"]))
    return StoredPerson(
        person=_PERSON.validate_python(told["person"]),
        display_name=told["display_name"],
        settings=_SETTINGS.validate_python(told["settings"]),
        frozen=fields["frozen"],
        revision=fields["revision"],
        created_at=fields["created_at"],
    )
