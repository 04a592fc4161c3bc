"""Use case: apps deliver readings as Nightscout's entries, and followers read them as such.

Readings become records at once, whatever device they come from; an entry is a way to tell a record. So followers also
see what came by file or from elsewhere, and the arrow is worked out here and not taken from the app.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.timeline import Window
from glucotwin.ingest.nightscout.document import SOURCE, sources, texts, times_of
from glucotwin.ingest.nightscout.entry import streams_of_entries
from glucotwin.ingest.write.nightscout import documents_of
from glucotwin.store.desk import Desk
from glucotwin.store.person import lock_person, read_person
from glucotwin.store.record import add_records, read_records, record_ids, withdraw_record
from glucotwin.workflows.living.data import EARLIEST, FUTURE, glucose_of
from glucotwin.workflows.nightscout.derive import derive_running
from glucotwin.workflows.nightscout.document import Document, epoch_ms, iso_ms, made_name
from glucotwin.workflows.nightscout.query import Condition

SECONDS_DIGITS = 8
"""The first digits of a name tell when, as in Nightscout's own."""
TREND_MIN, TREND_AT_LEAST_MIN = 16.0, 4.0
"""An arrow compares with a reading that is between so many minutes older, the oldest of them."""
ARROWS = (
    (-3.0, "DoubleDown"),
    (-2.0, "SingleDown"),
    (-1.0, "FortyFiveDown"),
    (1.0, "Flat"),
    (2.0, "FortyFiveUp"),
    (3.0, "SingleUp"),
)
"""Upper bounds in mg/dL per min; above the last one ``DoubleUp``."""
NO_ARROW = "NOT COMPUTABLE"
TOLD_KINDS = (str(GlucoseKind.CGM), str(GlucoseKind.SCAN), str(GlucoseKind.FINGERSTICK))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of entries.

    Attributes:
        documents: as they were sent, each with its name.
        added: how many readings are new.
        newest: time and glucose of the newest new reading (mg/dL); None without any.
        streams: streams of the person's records that changed.
    """

    documents: tuple[Document, ...]
    added: int
    newest: tuple[datetime, float] | None
    streams: frozenset[str]


def deliver_entries(desk: Desk, person_id: str, documents: Sequence[Document], *, now: datetime) -> Delivered:
    """Takes entries in; those that are known, say an error of the sensor or lie in the future change nothing.

    Args:
        desk: of an account that may write.
        person_id: whose.
        documents: as an app sends them.
        now: aware time.

    Raises:
        UnitError: most values can only be in mmol/L.
        NotFoundError: there is no such person within reach.
    """
    lock_person(desk, person_id)
    zone = read_person(desk, person_id).person.zone
    converted = streams_of_entries(documents, zone=zone).streams
    possible = pl.col("time").is_between(EARLIEST, now + FUTURE)
    past = {name: frame.filter(possible) for name, frame in converted.items()}
    added = add_records(desk, person_id, past)
    running = derive_running(desk, person_id, zone=zone, now=now) if added else set[str]()
    told = _named(desk, person_id, documents, zone, now)
    newest = past["glucose"].sort("time")[-1] if added.get("glucose") else None
    return Delivered(
        documents=tuple(told),
        added=added.get("glucose", 0),
        newest=None if newest is None else (newest["time"][0], newest["glucose_mgdl"][0]),
        streams=frozenset(added) | running,
    )


def entries_of(
    desk: Desk, person_id: str, window: Window, *, conditions: Sequence[Condition] = (), limit: int | None = None
) -> list[Document]:
    """A person's readings as entries, the newest first.

    Args:
        desk: of an account that may read.
        person_id: whose.
        window: both bounds included.
        conditions: that they fulfil.
        limit: the most to give; None for all.
    """
    # Readings before the window, for the first arrow.
    wider = Window(start=window.start - timedelta(minutes=TREND_MIN), end=window.end)
    frame = glucose_of(desk, person_id, wider).filter(pl.col("kind").is_in(TOLD_KINDS))
    # A scan is told as the sensor's reading that it is.
    told = frame.with_columns(kind=pl.col("kind").replace(str(GlucoseKind.SCAN), str(GlucoseKind.CGM)))
    rows = list(zip(frame.iter_rows(named=True), documents_of({"glucose": told}), _rates(told), strict=True))
    found: list[Document] = []
    for row, document, rate in reversed(rows):
        entry = _entry(row, document, rate)
        if row["time"] >= window.start and all(one.holds(entry) for one in conditions):
            found.append({"_id": _name(desk, person_id, row["time"], row["kind"], row["source"]), **entry})
            if len(found) == limit:
                break
    return found


def entries_named(desk: Desk, person_id: str, name: str) -> list[Document]:
    """The reading of a name as an entry; none when there is none."""
    window = _window_of(name)
    return [] if window is None else [one for one in entries_of(desk, person_id, window) if one["_id"] == name]


def withdraw_entry(desk: Desk, person_id: str, name: str) -> None:
    """Takes the reading out that is told by a name.

    Raises:
        NotFoundError: there is none.
    """
    window = _window_of(name)
    frame = None if window is None else read_records(desk, person_id, window=window, streams=["glucose"]).get("glucose")
    if window is not None and frame is not None:
        near = frame.filter(pl.col("time").is_between(window.start, window.end))
        for index, row in enumerate(near.iter_rows(named=True)):
            if _name(desk, person_id, row["time"], row["kind"], row["source"]) == name:
                withdraw_record(desk, person_id, record_ids(desk, person_id, "glucose", near[index : index + 1])[0])
                return
    raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("nightscout-no-such"))


def _window_of(name: str) -> Window | None:
    """The second that a name tells of; None when it tells none."""
    try:
        at = datetime.fromtimestamp(int(name[:SECONDS_DIGITS], 16), UTC)
    except (ValueError, OverflowError):
        return None
    return Window(start=at, end=at + timedelta(seconds=1))


def _named(desk: Desk, person_id: str, documents: Sequence[Document], zone: str, now: datetime) -> list[Document]:
    times = times_of(
        documents,
        epochs=("date", "mills"),
        written=("dateString", "sysTime", "created_at", "date"),
        zone=zone,
        written_first=False,
    )
    by = sources(documents, "app", "device", "enteredBy")
    kinds = [
        str(GlucoseKind.FINGERSTICK) if kind == "mbg" else str(GlucoseKind.CGM) for kind in texts(documents, "type")
    ]
    return [
        {**document, "_id": _name(desk, person_id, at or now, kind, source)}
        for document, at, kind, source in zip(documents, times, kinds, by, strict=True)
    ]


def _name(desk: Desk, person_id: str, at: datetime, kind: str, source: str) -> str:
    """The name of a reading: the second in which it was made, and a mark of its own."""
    ms = epoch_ms(at)
    return f"{ms // 1000:08x}{made_name(desk, person_id, f'entry|{ms}|{kind}|{source}')[SECONDS_DIGITS:]}"


def _entry(row: Mapping[str, object], document: Document, rate: float | None) -> Document:
    at, source = row["time"], str(row["source"])
    assert isinstance(at, datetime)  # noqa: S101  # the column's type
    told: Document = {
        **document,
        "device": source.removeprefix(SOURCE).strip() or "glucotwin",
        "sysTime": iso_ms(at),
        "dateString": iso_ms(at),
        "mills": epoch_ms(at),
        "utcOffset": 0,
    }
    if document["type"] == "mbg":
        return {**told, "mbg": _whole(document["mbg"])}
    # Apps that follow read whole numbers alone.
    told |= {"sgv": _whole(document["sgv"]), "noise": 1, "direction": _arrow(rate)}
    return told if rate is None else {**told, "delta": round(5.0 * rate, 2)}


def _whole(value: object) -> int:
    return round(value) if isinstance(value, float) else 0


def _arrow(rate: float | None) -> str:
    if rate is None:
        return NO_ARROW
    return next((name for bound, name in ARROWS if rate <= bound), "DoubleUp")


def _rates(frame: pl.DataFrame) -> list[float | None]:
    """How fast glucose changed up to each reading (mg/dL per min); None without a reading shortly before."""
    sensor = frame.filter(pl.col("kind") == str(GlucoseKind.CGM)).select("time", before="glucose_mgdl")
    earlier = sensor.with_columns(then="time").select("time", "then", "before")
    wanted = frame.with_row_index("row").with_columns(
        wanted=pl.col("time") - pl.duration(seconds=round(60 * TREND_MIN))
    )
    pairs = wanted.sort("wanted").join_asof(
        earlier.sort("time"),
        left_on="wanted",
        right_on="time",
        strategy="forward",
        tolerance=f"{round(60 * (TREND_MIN - TREND_AT_LEAST_MIN))}s",
        check_sortedness=False,
    )
    minutes = (pl.col("time") - pl.col("then")).dt.total_seconds() / 60.0
    rate = (pl.col("glucose_mgdl") - pl.col("before")) / minutes
    return pairs.sort("row").select(pl.when(minutes > 0).then(rate).alias("rate"))["rate"].to_list()
