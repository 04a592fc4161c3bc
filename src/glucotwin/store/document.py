"""Documents of apps that know a Nightscout site: kept as they came, found again by name, time or change.

A document may be changed and deleted by whoever keeps it here; what follows from it for the person is derived anew each
time (``glucotwin.store.record.replace_derived``).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from glucotwin.store.desk import Desk
from glucotwin.store.schema import document as table

MILLISECOND = timedelta(milliseconds=1)
NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """One document.

    Attributes:
        name: its own, given by us or by the app; told as ``_id``.
        same: what makes another delivery the same document.
        at: aware time of what it tells of.
        content: the document, without ``_id``.
        part: what it does beyond its moment; blank for nothing.
        deleted: kept so that others learn of its end.
        changed_at: aware time of the last change, rising with every change of the person's documents.
    """

    name: str
    same: str
    at: datetime
    content: Mapping[str, object]
    part: str = ""
    deleted: bool = False
    changed_at: datetime = NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which documents to read.

    Attributes:
        start, end: bounds of the time, both included; None for none.
        changed_after: only those changed later; None for all.
        part: only those of a part; None for all.
        with_deleted: also those that were deleted.
        oldest_first: order of the time, or of the change if ``changed_after`` is given.
        limit: the most to read; None for all.
    """

    start: datetime | None = None
    end: datetime | None = None
    changed_after: datetime | None = None
    part: str | None = None
    with_deleted: bool = False
    oldest_first: bool = True
    limit: int | None = None


def read_documents(
    desk: Desk, person_id: str, collection: str, choice: Choice | None = None
) -> tuple[StoredDocument, ...]:
    """A person's documents of a collection.

    Args:
        desk: of an account that may read.
        person_id: whose.
        collection: which.
        choice: which of them; default: all that are not deleted.
    """
    choice = choice or Choice()
    where = desk.of_person(table, person_id) & (table.c.collection == collection)
    for condition in _conditions(choice):
        where &= condition
    order = table.c.at if choice.changed_after is None else table.c.changed_at
    ordered = (order, table.c.name_hash) if choice.oldest_first else (order.desc(), table.c.name_hash)
    return _read(desk, person_id, collection, select(table).where(where).order_by(*ordered).limit(choice.limit))


def find_documents(
    desk: Desk, person_id: str, collection: str, *, names: Sequence[str] = (), same: Sequence[str] = ()
) -> tuple[StoredDocument, ...]:
    """Documents by name or by what makes them the same, the deleted ones too."""
    which = or_(
        table.c.name_hash.in_([_hash(desk, person_id, "name", one) for one in names]),
        table.c.same_hash.in_([_hash(desk, person_id, "same", one) for one in same]),
    )
    where = desk.of_person(table, person_id) & (table.c.collection == collection) & which
    return _read(desk, person_id, collection, select(table).where(where).order_by(table.c.at))


def write_documents(desk: Desk, person_id: str, collection: str, documents: Sequence[StoredDocument]) -> datetime:
    """Keeps documents, instead of those of the same names.

    Args:
        desk: of an account that may write; the person is locked (``glucotwin.store.person.lock_person``), so that
            times of change rise in the order in which they become visible.
        person_id: whose.
        collection: which.
        documents: each name once.

    Returns:
        The time of the change, to the millisecond, later than any before.
    """
    now = datetime.now(UTC)
    last = last_change(desk, person_id)
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    changed_at = moment if last is None else max(moment, last + MILLISECOND)
    rows = [
        {
            "person_id": person_id,
            "collection": collection,
            "name_hash": _hash(desk, person_id, "name", one.name),
            "same_hash": _hash(desk, person_id, "same", one.same),
            "part": one.part,
            "deleted": one.deleted,
            "at": one.at,
            "changed_at": changed_at,
            "content": desk.keystore.seal(person_id, _place(collection), _packed(one)),
        }
        for one in documents
    ]
    if rows:
        written = insert(table)
        names = ("same_hash", "part", "deleted", "at", "changed_at", "content")
        changed = written.on_conflict_do_update(
            index_elements=["person_id", "collection", "name_hash"],
            set_={name: written.excluded[name] for name in names},
        )
        desk.connection.execute(changed, rows)
    return changed_at


def drop_documents(desk: Desk, person_id: str, collection: str, *, before: datetime) -> None:
    """Removes documents of a time before, for good."""
    where = desk.of_person(table, person_id) & (table.c.collection == collection) & (table.c.at < before)
    desk.connection.execute(delete(table).where(where))


def first_document_time(desk: Desk, person_id: str, collection: str) -> datetime | None:
    """Time of the earliest document of a collection, deleted or not; None when there is none."""
    where = desk.of_person(table, person_id) & (table.c.collection == collection)
    first = desk.connection.execute(select(func.min(table.c.at)).where(where)).scalar()
    return None if first is None else first.astimezone(UTC)


def last_change(desk: Desk, person_id: str) -> datetime | None:
    """Time of the last change of any of a person's documents; None when there are none."""
    return max(last_changes(desk, person_id).values(), default=None)


def last_changes(desk: Desk, person_id: str) -> dict[str, datetime]:
    """Time of the last change by collection."""
    query = select(table.c.collection, func.max(table.c.changed_at)).where(desk.of_person(table, person_id))
    rows = desk.connection.execute(query.group_by(table.c.collection))
    return {name: moment.astimezone(UTC) for name, moment in rows}


def _conditions(choice: Choice) -> list[ColumnElement[bool]]:
    given = (
        (choice.start, lambda bound: table.c.at >= bound),
        (choice.end, lambda bound: table.c.at <= bound),
        (choice.changed_after, lambda bound: table.c.changed_at > bound),
        (choice.part, lambda part: table.c.part == part),
    )
    conditions = [condition(value) for value, condition in given if value is not None]
    return conditions if choice.with_deleted else [*conditions, table.c.deleted.is_(False)]


def _read(desk: Desk, person_id: str, collection: str, query: Select[tuple[object, ...]]) -> tuple[StoredDocument, ...]:
    return tuple(_stored(desk, person_id, collection, row) for row in desk.connection.execute(query))


def _stored(desk: Desk, person_id: str, collection: str, row: Row[tuple[object, ...]]) -> StoredDocument:
    fields = row._mapping
    told = json.loads(desk.keystore.open_sealed(person_id, _place(collection), fields["content"]))
    return StoredDocument(
        name=told["name"],
        same=told["same"],
        at=fields["at"].astimezone(UTC),
        content=told["content"],
        part=fields["part"],
        deleted=fields["deleted"],
        changed_at=fields["changed_at"].astimezone(UTC),
    )


def _packed(one: StoredDocument) -> bytes:
    told = {"name": one.name, "same": one.same, "content": dict(one.content)}
    return json.dumps(told, separators=(",", ":"), allow_nan=False).encode()


def _hash(desk: Desk, person_id: str, kind: str, text: str) -> str:
    return desk.keystore.fingerprint(person_id, f"document|{kind}|{text}".encode())


def _place(collection: str) -> str:
    return f"document|{collection}"
