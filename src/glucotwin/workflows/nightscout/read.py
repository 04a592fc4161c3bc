"""Use case: apps read what is kept: documents as they came, and what the person told elsewhere as documents too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import polars as pl

from glucotwin.domain.timeline import Window
from glucotwin.ingest.write.nightscout import documents_of
from glucotwin.store.desk import Desk
from glucotwin.store.document import (
    Choice,
    StoredDocument,
    find_documents,
    first_document_time,
    last_changes,
    read_documents,
)
from glucotwin.store.record import first_day, newest_time, read_derived, read_records, record_ids
from glucotwin.workflows.nightscout.document import (
    ENTRIES,
    KEPT,
    OWN_NAMES,
    TREATMENTS,
    Document,
    epoch_ms,
    iso_ms,
    same_by_name,
)
from glucotwin.workflows.nightscout.entry import entries_of
from glucotwin.workflows.nightscout.query import Condition, bounds_of, fulfilling

USUAL = timedelta(days=4)
"""So far back goes version 1 for who does not say how far."""
AHEAD = timedelta(days=1)
"""Some things are planned ahead, such as a temporary target."""
FIRST_PART, LONGEST_PART = timedelta(days=1), timedelta(days=64)
"""Times are read in parts, each twice as long as the one before, until there is enough."""
OWN_STREAMS = ("bolus", "pen", "meal", "activity", "note", "basal")
WHEN = ("created_at", "date", "mills", "timestamp", "startDate")
WHEN_READ = ("date", "dateString", "mills", "sysTime")
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an app wants to know.

    Attributes:
        collection: ``entries`` or one of ``document.KEPT``.
        conditions: that documents fulfil.
        limit: the most to give.
        oldest_first: which come first, and so are given when there are more.
        usual: how far back to go when no time is asked for; None for as far as there is anything.
    """

    collection: str
    conditions: Sequence[Condition] = ()
    limit: int = 10
    oldest_first: bool = False
    usual: timedelta | None = USUAL

    @property
    def names(self) -> list[str]:
        """The documents that are asked for by name."""
        return [one.value for one in self.conditions if one.field in {"_id", *OWN_NAMES} and one.operator == "eq"]


def read_collection(desk: Desk, person_id: str, question: Question, *, now: datetime) -> list[Document]:
    """Documents in order of time.

    Args:
        desk: of an account that may read.
        person_id: whose.
        question: which.
        now: aware time.
    """
    if question.collection != ENTRIES and question.names:
        return _ordered(_told_by_name(desk, person_id, question), question)[: question.limit]

    def part(window: Window, most: int) -> list[Document]:
        if question.collection != ENTRIES:
            return _told(desk, person_id, question, window)
        limit = None if question.oldest_first else most
        found = entries_of(desk, person_id, window, conditions=question.conditions, limit=limit)
        return found[::-1] if question.oldest_first else found

    window = _window(desk, person_id, question, now)
    return [] if window is None else _in_parts(window, part, question)


def matching_documents(desk: Desk, person_id: str, question: Question, *, now: datetime) -> list[StoredDocument]:
    """Documents as they are kept, of a collection of ``document.KEPT``.

    Args:
        desk: of an account that may read.
        person_id: whose.
        question: which, with at least one condition.
        now: aware time.
    """
    if question.names:
        stored = _stored_by_name(desk, person_id, question)
    else:
        window = _window(desk, person_id, question, now)
        stored = [] if window is None else _stored(desk, person_id, question, window)
    return [one for one in stored if all(condition.holds(told_document(one)) for condition in question.conditions)]


def told_document(one: StoredDocument) -> Document:
    """A document as version 1 tells it."""
    return {"_id": one.name, **one.content, "mills": one.content.get("mills", epoch_ms(one.at))}


def changed_since(
    desk: Desk, person_id: str, collection: str, since: datetime, *, now: datetime, limit: int
) -> list[StoredDocument] | list[Document]:
    """What changed after a moment, the earliest change first: documents also when deleted, or entries by their time."""
    if collection == ENTRIES:
        later = Condition(field="date", operator="gt", value=str(epoch_ms(since)))
        question = Question(collection=ENTRIES, conditions=[later], limit=limit, oldest_first=True)
        return read_collection(desk, person_id, question, now=now)
    choice = Choice(changed_after=since, with_deleted=True, limit=limit)
    return list(read_documents(desk, person_id, collection, choice))


def times_of_change(desk: Desk, person_id: str) -> dict[str, datetime]:
    """When each collection changed last; of entries the time of the newest; those without any are not listed."""
    newest = newest_time(desk, person_id)
    known = {name: moment for name, moment in last_changes(desk, person_id).items() if name in KEPT}
    return known if newest is None else {**known, ENTRIES: newest}


def _window(desk: Desk, person_id: str, question: Question, now: datetime) -> Window | None:
    """The times that are asked for, as far as there is anything; None when there is nothing."""
    first = _first(desk, person_id, question.collection)
    bounds = bounds_of(question.conditions, WHEN_READ if question.collection == ENTRIES else WHEN)
    end = bounds.end or now + AHEAD
    start = bounds.start
    if start is None and bounds.end is None and question.usual is not None:
        start = now - question.usual
    if first is None or first > end:
        return None
    start = first if start is None else max(start, first)
    return Window(start=start, end=end) if start <= end else None


def _first(desk: Desk, person_id: str, collection: str) -> datetime | None:
    """When there is something for the first time."""
    streams = {ENTRIES: ("glucose",), TREATMENTS: OWN_STREAMS}.get(collection, ())
    day = first_day(desk, person_id, streams) if streams else None
    document = None if collection == ENTRIES else first_document_time(desk, person_id, collection)
    begin = None if day is None else datetime.combine(day, time(), UTC)
    return min((one for one in (begin, document) if one is not None), default=None)


def _in_parts(window: Window, part: Callable[[Window, int], list[Document]], question: Question) -> list[Document]:
    """Documents part by part of the time, until there are enough."""
    found: list[Document] = []
    for one in _parts(window, oldest_first=question.oldest_first):
        found += part(one, question.limit - len(found))
        if len(found) >= question.limit:
            break
    return found[: question.limit]


def _parts(window: Window, *, oldest_first: bool) -> Iterator[Window]:
    """A time in parts that do not touch, each longer than the one before."""
    start, end, length = window.start, window.end, FIRST_PART
    while start <= end:
        if oldest_first:
            last = min(end, start + length)
            yield Window(start=start, end=last)
            start = last + TICK
        else:
            first = max(start, end - length)
            yield Window(start=first, end=end)
            end = first - TICK
        length = min(2 * length, LONGEST_PART)


def _told(desk: Desk, person_id: str, question: Question, window: Window) -> list[Document]:
    """The documents of a time, in the order that is asked for."""
    told = [told_document(one) for one in _stored(desk, person_id, question, window)]
    if question.collection == TREATMENTS:
        told += _own_treatments(desk, person_id, window)
    return fulfilling(_ordered(told, question), question.conditions)


def _told_by_name(desk: Desk, person_id: str, question: Question) -> list[Document]:
    return fulfilling(map(told_document, _stored_by_name(desk, person_id, question)), question.conditions)


def _ordered(told: list[Document], question: Question) -> list[Document]:
    return sorted(told, key=lambda one: str(one["created_at"]), reverse=not question.oldest_first)


def _stored(desk: Desk, person_id: str, question: Question, window: Window) -> list[StoredDocument]:
    return list(read_documents(desk, person_id, question.collection, Choice(start=window.start, end=window.end)))


def _stored_by_name(desk: Desk, person_id: str, question: Question) -> list[StoredDocument]:
    same = [same_by_name(one) for one in question.names]
    found = find_documents(desk, person_id, question.collection, names=question.names, same=same)
    return [one for one in found if not one.deleted]


def _own_treatments(desk: Desk, person_id: str, window: Window) -> Iterator[Document]:
    """What the person told by the dashboard or by files, and does not follow from documents."""
    records = read_records(desk, person_id, window=window, streams=OWN_STREAMS)
    derived = read_derived(desk, person_id, window=window, streams=OWN_STREAMS)
    for stream, frame in records.items():
        own = frame.filter(pl.col("time").is_between(window.start, window.end))
        if stream in derived:
            own = own.join(derived[stream], on=own.columns, how="anti", nulls_equal=True, maintain_order="left")
        names = record_ids(desk, person_id, stream, own)
        for name, row, document in zip(names, own.iter_rows(named=True), documents_of({stream: own}), strict=True):
            yield {**document, "_id": name, "created_at": iso_ms(row["time"]), "mills": epoch_ms(row["time"])}
