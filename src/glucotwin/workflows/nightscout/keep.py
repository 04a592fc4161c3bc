"""Use case: apps keep, change and delete their documents; however often and in whatever order, the effect is one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.ingest.nightscout.device_status import streams_of_device_status
from glucotwin.ingest.nightscout.profile import profiles_of
from glucotwin.ingest.nightscout.treatment import switches_of
from glucotwin.store.desk import Desk
from glucotwin.store.document import (
    Choice,
    StoredDocument,
    drop_documents,
    find_documents,
    read_documents,
    write_documents,
)
from glucotwin.store.person import lock_person, read_person
from glucotwin.store.record import add_records, withdraw_record
from glucotwin.workflows.nightscout.derive import derive, derive_running
from glucotwin.workflows.nightscout.document import (
    DEVICE_STATUS,
    PROFILE,
    SWITCH,
    TREATMENTS,
    Document,
    Moments,
    same_by_name,
    stored_documents,
)

STATUS_KEPT = timedelta(days=7)
"""Device status is told every few minutes and says little afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of documents.

    Attributes:
        documents: as they are kept now, in the order of the request.
        repeats: which of them were known before.
        changed_at: aware time of the last change.
        streams: streams of the person's records that changed.
    """

    documents: tuple[StoredDocument, ...]
    repeats: tuple[bool, ...]
    streams: frozenset[str]


def keep_documents(
    desk: Desk, person_id: str, collection: str, documents: Sequence[Document], *, now: datetime
) -> Kept:
    """Keeps documents; one that is known already is replaced, or left as it is when nothing in it is new.

    A document that was deleted and comes again as it was stays deleted: it is a late repeat.

    Args:
        desk: of an account that may write.
        person_id: whose.
        collection: of ``document.KEPT``.
        documents: as an app sends them.
        now: aware time.

    Raises:
        UnitError: a profile names no known unit.
        NotFoundError: there is no such person within reach.
    """
    lock_person(desk, person_id)
    zone = read_person(desk, person_id).person.zone
    given = stored_documents(desk, person_id, collection, documents, Moments(zone=zone, now=now))
    _require_readable(given, collection, zone)
    known = _known(desk, person_id, collection, given)
    results: list[StoredDocument] = []
    repeats: list[bool] = []
    for one in given:
        before = known.get(one.name) or known.get(one.same)
        after = one if before is None else _replaced(before, one)
        repeats.append(before is not None)
        results.append(after)
        known[after.name] = known[after.same] = known[one.name] = after
    streams = _write(desk, person_id, collection, results, _originals(desk, person_id, collection, results), zone, now)
    return Kept(documents=tuple(results), repeats=tuple(repeats), streams=frozenset(streams))


def change_document(
    desk: Desk, person_id: str, collection: str, name: str, changes: Mapping[str, object], *, now: datetime
) -> Kept:
    """Changes fields of a document.

    Args:
        desk: of an account that may write.
        person_id: whose.
        collection: of ``document.KEPT``.
        name: its ``_id`` or its own name.
        changes: fields that get other values.
        now: aware time.

    Raises:
        NotFoundError: there is no such document, or no longer.
    """
    lock_person(desk, person_id)
    before = find_document(desk, person_id, collection, name)
    if before.deleted:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("nightscout-no-such"))
    zone = read_person(desk, person_id).person.zone
    content: Document = {**before.content, **changes, "_id": before.name}
    if not changes.keys() & {"created_at"} and changes.keys() & {"date", "mills"}:
        del content["created_at"]
    [changed] = stored_documents(desk, person_id, collection, [content], Moments(zone=zone, now=now))
    _require_readable([changed], collection, zone)
    after = replace(changed, name=before.name, same=before.same)
    streams = _write(desk, person_id, collection, [after], [before], zone, now)
    return Kept(documents=(after,), repeats=(True,), streams=frozenset(streams))


def delete_documents(
    desk: Desk, person_id: str, collection: str, documents: Sequence[StoredDocument], *, now: datetime
) -> Kept:
    """Deletes documents: they are told as deleted from now on, and nothing follows from them.

    Args:
        desk: of an account that may write.
        person_id: whose.
        collection: of ``document.KEPT``.
        documents: as they are kept.
        now: aware time.
    """
    lock_person(desk, person_id)
    zone = read_person(desk, person_id).person.zone
    gone = [replace(one, deleted=True, content={**one.content, "isValid": False}) for one in documents]
    streams = _write(desk, person_id, collection, gone, documents, zone, now)
    return Kept(documents=tuple(gone), repeats=(True,) * len(gone), streams=frozenset(streams))


def delete_named(desk: Desk, person_id: str, collection: str, name: str, *, now: datetime) -> Kept:
    """Deletes a document, or withdraws the record that is told as one.

    Raises:
        NotFoundError: there is no such document or record.
    """
    found = find_documents(desk, person_id, collection, names=[name], same=[same_by_name(name)])
    if found:
        return delete_documents(desk, person_id, collection, [one for one in found if not one.deleted], now=now)
    if collection != TREATMENTS:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("nightscout-no-such"))
    withdraw_record(desk, person_id, name)
    return Kept(documents=(), repeats=(), streams=frozenset({TREATMENTS}))


def find_document(desk: Desk, person_id: str, collection: str, name: str) -> StoredDocument:
    """A document by its ``_id`` or its own name, a deleted one too.

    Raises:
        NotFoundError: there is none.
    """
    found = find_documents(desk, person_id, collection, names=[name], same=[same_by_name(name)])
    if not found:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("nightscout-no-such"))
    return found[0]


def _known(desk: Desk, person_id: str, collection: str, given: Sequence[StoredDocument]) -> dict[str, StoredDocument]:
    """Documents that are kept already, by name and by what makes them the same."""
    names, same = [one.name for one in given], [one.same for one in given]
    found = find_documents(desk, person_id, collection, names=names, same=same)
    return {key: one for one in found for key in (one.name, one.same)}


def _originals(
    desk: Desk, person_id: str, collection: str, results: Iterable[StoredDocument]
) -> tuple[StoredDocument, ...]:
    return find_documents(desk, person_id, collection, names=[one.name for one in results])


def _replaced(before: StoredDocument, given: StoredDocument) -> StoredDocument:
    told = {**given.content, "isValid": False} if before.deleted else given.content
    return before if before.content == told else replace(given, name=before.name, same=before.same)


def _write(
    desk: Desk,
    person_id: str,
    collection: str,
    after: Sequence[StoredDocument],
    before: Sequence[StoredDocument],
    zone: str,
    now: datetime,
) -> set[str]:
    """Keeps what is new, and works out what follows."""
    old = {one.name: one for one in before}
    new = {one.name: one for one in after}
    changed = {name: one for name, one in new.items() if old.get(name) != one}
    if not changed:
        return set()
    write_documents(desk, person_id, collection, list(changed.values()))
    both = [*(old[name] for name in changed if name in old), *changed.values()]
    if collection in {TREATMENTS, PROFILE}:
        return derive(desk, person_id, both, zone=zone, now=now)
    if collection == DEVICE_STATUS:
        drop_documents(desk, person_id, DEVICE_STATUS, before=now - STATUS_KEPT)
        return _suspensions(desk, person_id, both, zone, now) | derive_running(desk, person_id, zone=zone, now=now)
    return set()


def _suspensions(desk: Desk, person_id: str, changed: Sequence[StoredDocument], zone: str, now: datetime) -> set[str]:
    """Takes in that a pump was suspended or runs again, as its status says beside the status before."""
    first = min(one.at for one in changed)
    before = Choice(end=first - timedelta(microseconds=1), oldest_first=False, limit=1)
    status = [*read_documents(desk, person_id, DEVICE_STATUS, before), *changed]
    converted = streams_of_device_status([{**one.content, "_id": one.name} for one in status], zone=zone)
    return set(add_records(desk, person_id, {name: frame for name, frame in converted.streams.items() if len(frame)}))


def _require_readable(documents: Sequence[StoredDocument], collection: str, zone: str) -> None:
    """Passes when profiles can be read, so that no document is kept that hinders all later ones.

    Raises:
        UnitError: one names no known unit.
    """
    chosen = [one.content for one in documents if one.part == SWITCH]
    if collection == PROFILE:
        profiles_of(chosen, zone=zone)
    else:
        switches_of(chosen, zone=zone)
