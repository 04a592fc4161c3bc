"""Records of a person: taken in once however often they come, read as tables, withdrawn and never changed.

A person's records are a set that only grows, beside a set of withdrawn ones that only grows: late, repeated and
out-of-order deliveries give the same data, whatever the order and wherever a process was killed in between.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import polars as pl
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.domain.frame import STREAMS, conform_frame
from glucotwin.domain.timeline import Window
from glucotwin.store.block import packed, united, unpacked
from glucotwin.store.desk import Desk
from glucotwin.store.person import lock_person, touch_person
from glucotwin.store.schema import record_block as table
from glucotwin.store.schema import withdrawal

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


def read_records(
    desk: Desk, person_id: str, *, window: Window | None = None, streams: Iterable[str] | None = None
) -> dict[str, pl.DataFrame]:
    """A person's records without the withdrawn ones, by stream.

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
    if streams is not None:
        where &= table.c.stream.in_(list(streams))
    parts: dict[str, list[pl.DataFrame]] = {}
    for (stream, _), frame in _blocks(desk, person_id, where).items():
        parts.setdefault(stream, []).append(frame)
    gone = _withdrawn(desk, person_id)
    joined = {name: pl.concat(frames) for name, frames in parts.items()}
    return {name: _without(desk, person_id, name, frame, gone) for name, frame in joined.items()}


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
    days = fresh.with_columns(pl.col("time").dt.date().alias("_day")).partition_by(
        "_day", as_dict=True, include_key=False
    )
    dates: dict[date, pl.DataFrame] = {key[0]: frame for key, frame in days.items()}
    where = desk.of_person(table, person_id) & (table.c.stream == stream) & table.c.day.in_(list(dates))
    stored = _blocks(desk, person_id, where)
    new = 0
    rows: list[dict[str, object]] = []
    for day, frame in dates.items():
        before = stored.get((stream, day))
        after = united(frame[:0] if before is None else before, frame)
        more = len(after) - (0 if before is None else len(before))
        if more:
            content = desk.keystore.seal(person_id, _place(stream, day), packed(after))
            rows.append({"person_id": person_id, "stream": stream, "day": day, "content": content})
            new += more
    if rows:
        written = insert(table)
        changed = written.on_conflict_do_update(
            index_elements=["person_id", "stream", "day"], set_={"content": written.excluded.content}
        )
        desk.connection.execute(changed, rows)
    return new


def _blocks(desk: Desk, person_id: str, where: ColumnElement[bool]) -> dict[tuple[str, date], pl.DataFrame]:
    query = select(table.c.stream, table.c.day, table.c.content).where(where).order_by(table.c.stream, table.c.day)
    return {
        (row.stream, row.day): unpacked(
            row.stream, desk.keystore.open_sealed(person_id, _place(row.stream, row.day), row.content)
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
    return frame.filter(pl.Series(kept))


def _place(stream: str, day: date) -> str:
    return f"record_block|{stream}|{day.isoformat()}"
