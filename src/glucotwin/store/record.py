"""Records of a person: taken in once however often they come, read as tables, withdrawn and never changed.

A person's records are a set that only grows, beside a set of withdrawn ones that only grows: late, repeated and
out-of-order deliveries give the same data, whatever the order and wherever a process was killed in between. What
follows from documents that may be changed (``glucotwin.store.document``) is kept beside it, and written anew by days.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import polars as pl
from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.domain.frame import STREAMS, conform_frame
from glucotwin.domain.timeline import Window
from glucotwin.store.block import packed, united, unpacked
from glucotwin.store.desk import Desk
from glucotwin.store.person import lock_person, touch_person
from glucotwin.store.refusal import CORRECTION, refused_steps, with_originals
from glucotwin.store.schema import record_block as table
from glucotwin.store.schema import withdrawal

DERIVED = "derived:"
"""Before the name of a stream in blocks of what follows from documents."""
LONGEST_RECORD = timedelta(days=1)
"""Records that began this long before a window are read with it: a basal rate may reach into it."""


def add_records(desk: Desk, person_id: str, streams: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Takes records in; those that are known already change nothing.

    Args:
        desk: of an account that may write.
        person_id: whose they are.
        streams: tables by stream.

    Returns:
        How many are new, by stream; streams without any are not listed.

    Raises:
        NotFoundError: there is no such person within reach.
        DataError: a table is not of its stream.
    """
    lock_person(desk, person_id)
    added: dict[str, int] = {}
    for stream, frame in streams.items():
        if frame.is_empty():
            continue
        new = _add_stream(desk, person_id, stream, conform_frame(STREAMS[stream], frame))
        if new:
            added[stream] = new
    if added:
        touch_person(desk, person_id)
    return added


def replace_derived(
    desk: Desk, person_id: str, days: tuple[date, date], streams: Mapping[str, pl.DataFrame]
) -> set[str]:
    """Keeps what follows from documents, instead of what followed from them before.

    Args:
        desk: of an account that may write.
        person_id: whose.
        days: the first and the last one, UTC; records of other days stay.
        streams: all records of these days, by stream.

    Returns:
        The streams that changed.

    Raises:
        NotFoundError: there is no such person within reach.
        DataError: a table is not of its stream.
    """
    lock_person(desk, person_id)
    where = desk.of_person(table, person_id) & table.c.stream.startswith(DERIVED) & table.c.day.between(*days)
    before = _blocks(desk, person_id, where)
    after: dict[tuple[str, date], pl.DataFrame] = {}
    for stream, frame in streams.items():
        rows = conform_frame(STREAMS[stream], frame)
        inside = rows.filter(pl.col("time").dt.date().is_between(*days))
        after |= {(DERIVED + stream, day): united(part[:0], part) for day, part in _by_day(inside).items()}
    changed = {key for key in before.keys() | after.keys() if not _is_same(before.get(key), after.get(key))}
    gone = [tuple_(table.c.stream, table.c.day) == key for key in sorted(changed - after.keys())]
    if gone:
        desk.connection.execute(delete(table).where(desk.of_person(table, person_id) & or_(*gone)))
    _write_blocks(desk, person_id, {key: after[key] for key in sorted(changed & after.keys())})
    if changed:
        touch_person(desk, person_id)
    return {stream.removeprefix(DERIVED) for stream, _ in changed}


def read_derived(desk: Desk, person_id: str, *, window: Window, streams: Iterable[str]) -> dict[str, pl.DataFrame]:
    """What follows from documents, the withdrawn records too.

    Args:
        desk: of an account that may read.
        person_id: whose.
        window: only days that touch it.
        streams: only these.
    """
    where = desk.of_person(table, person_id) & table.c.stream.in_([DERIVED + name for name in streams])
    where &= table.c.day.between(window.start.date(), window.end.date())
    parts: dict[str, list[pl.DataFrame]] = {}
    for (stream, _), frame in _blocks(desk, person_id, where).items():
        parts.setdefault(stream.removeprefix(DERIVED), []).append(frame)
    return {name: pl.concat(frames) for name, frames in parts.items()}


def read_records(
    desk: Desk, person_id: str, *, window: Window | None = None, streams: Iterable[str] | None = None
) -> dict[str, pl.DataFrame]:
    """A person's records without the withdrawn ones, by stream; where a step of an import is refused, as they came.

    Args:
        desk: of an account that may read.
        person_id: whose.
        window: only days that touch it, and the day before; None for all.
        streams: only these; None for all.
    """
    where = desk.of_person(table, person_id)
    if window is not None:
        first, last = (window.start - LONGEST_RECORD).date(), window.end.date()
        where &= table.c.day.between(first, last)
    refused = refused_steps(desk, person_id)
    wanted = None if streams is None else frozenset(streams)
    if wanted is not None:
        read = wanted | {CORRECTION} if refused else wanted
        where &= table.c.stream.in_([prefix + name for name in sorted(read) for prefix in ("", DERIVED)])
    parts: dict[str, list[pl.DataFrame]] = {}
    for (stream, _), frame in _blocks(desk, person_id, where).items():
        parts.setdefault(stream, []).append(frame)
    gone = _withdrawn(desk, person_id)
    joined = _joined({name: pl.concat(frames) for name, frames in parts.items()})
    found = {name: _without(desk, person_id, name, frame, gone) for name, frame in joined.items()}
    if refused and CORRECTION in found:
        # What is withdrawn may be a record as it is used or as it came.
        turned = with_originals(found, refused)
        found = {name: _without(desk, person_id, name, frame, gone) for name, frame in turned.items()}
    return {name: frame for name, frame in found.items() if wanted is None or name in wanted}


def newest_time(desk: Desk, person_id: str, stream: str = "glucose") -> datetime | None:
    """Time of the newest record of a stream; None when there is none."""
    day = desk.connection.execute(
        select(func.max(table.c.day)).where(desk.of_person(table, person_id), table.c.stream == stream)
    ).scalar()
    if day is None:
        return None
    midnight = datetime.combine(day, datetime.min.time(), UTC)
    frame = read_records(desk, person_id, window=Window(start=midnight, end=midnight), streams=[stream])[stream]
    return None if frame.is_empty() else frame["time"][-1]


def first_day(desk: Desk, person_id: str, streams: Iterable[str]) -> date | None:
    """The first day (UTC) on which there is a record of one of the streams; None without any."""
    names = [prefix + name for name in streams for prefix in ("", DERIVED)]
    where = desk.of_person(table, person_id) & table.c.stream.in_(names)
    return desk.connection.execute(select(func.min(table.c.day)).where(where)).scalar()


def record_ids(desk: Desk, person_id: str, stream: str, frame: pl.DataFrame) -> list[str]:
    """A name of each row: the same for the same record, and telling nothing without the person's key."""
    plain = frame.with_columns(pl.col(pl.Datetime).dt.epoch("us"))
    return [
        desk.keystore.fingerprint(person_id, json.dumps([stream, row], sort_keys=True).encode())
        for row in plain.iter_rows(named=True)
    ]


def withdraw_record(desk: Desk, person_id: str, record_id: str) -> None:
    """Takes a record out; the original is kept, and delivering it again does not bring it back.

    Raises:
        NotFoundError: there is no such person within reach, or it has no such record.
    """
    lock_person(desk, person_id)
    known = (
        name
        for stream, frame in read_records(desk, person_id).items()
        for name in record_ids(desk, person_id, stream, frame)
    )
    if record_id not in known:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-record"))
    gone = insert(withdrawal).values(person_id=person_id, record_hash=record_id, at=datetime.now(UTC))
    desk.connection.execute(gone.on_conflict_do_nothing())
    touch_person(desk, person_id)


def _add_stream(desk: Desk, person_id: str, stream: str, fresh: pl.DataFrame) -> int:
    dates = _by_day(fresh)
    where = desk.of_person(table, person_id) & (table.c.stream == stream) & table.c.day.in_(list(dates))
    stored = _blocks(desk, person_id, where)
    new = 0
    grown: dict[tuple[str, date], pl.DataFrame] = {}
    for day, frame in dates.items():
        before = stored.get((stream, day))
        after = united(frame[:0] if before is None else before, frame)
        more = len(after) - (0 if before is None else len(before))
        if more:
            grown[stream, day] = after
            new += more
    _write_blocks(desk, person_id, grown)
    return new


def _by_day(frame: pl.DataFrame) -> dict[date, pl.DataFrame]:
    """The rows by the day (UTC) on which they began."""
    days = frame.with_columns(pl.col("time").dt.date().alias("_day")).partition_by(
        "_day", as_dict=True, include_key=False
    )
    return {key[0]: part for key, part in days.items()}


def _write_blocks(desk: Desk, person_id: str, blocks: Mapping[tuple[str, date], pl.DataFrame]) -> None:
    rows = [
        {
            "person_id": person_id,
            "stream": stream,
            "day": day,
            "content": desk.keystore.seal(person_id, _place(stream, day), packed(frame)),
        }
        for (stream, day), frame in blocks.items()
    ]
    if rows:
        written = insert(table)
        changed = written.on_conflict_do_update(
            index_elements=["person_id", "stream", "day"], set_={"content": written.excluded.content}
        )
        desk.connection.execute(changed, rows)


def _is_same(before: pl.DataFrame | None, after: pl.DataFrame | None) -> bool:
    return before is not None and after is not None and before.equals(after)


def _joined(parts: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Records and derived records of each stream together; what was also imported from a file counts once."""
    joined = {name: frame for name, frame in parts.items() if not name.startswith(DERIVED)}
    for name, frame in parts.items():
        if name.startswith(DERIVED):
            stream = name.removeprefix(DERIVED)
            joined[stream] = united(joined[stream], frame) if stream in joined else frame
    return joined


def _blocks(desk: Desk, person_id: str, where: ColumnElement[bool]) -> dict[tuple[str, date], pl.DataFrame]:
    query = select(table.c.stream, table.c.day, table.c.content).where(where).order_by(table.c.stream, table.c.day)
    return {
        (row.stream, row.day): unpacked(
            row.stream.removeprefix(DERIVED),
            desk.keystore.open_sealed(person_id, _place(row.stream, row.day), row.content),
        )
        for row in desk.connection.execute(query)
    }


def _withdrawn(desk: Desk, person_id: str) -> frozenset[str]:
    query = select(withdrawal.c.record_hash).where(desk.of_person(withdrawal, person_id))
    return frozenset(desk.connection.execute(query).scalars())


def _without(desk: Desk, person_id: str, stream: str, frame: pl.DataFrame, gone: frozenset[str]) -> pl.DataFrame:
    if not gone:
        return frame
    kept = [name not in gone for name in record_ids(desk, person_id, stream, frame)]
    return frame.filter(pl.Series(kept, dtype=pl.Boolean))


def _place(stream: str, day: date) -> str:
    return f"record_block|{stream}|{day.isoformat()}"
