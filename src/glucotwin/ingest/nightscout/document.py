"""Nightscout's documents as columns: numbers that may be texts, times in four spellings, uploaders without names.

Field shapes: cgm-remote-monitor's data schemas and its API v3. A document is a mapping as JSON gives it.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType, NoneType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity

SOURCE = "nightscout"
"""Source of every record, followed by the uploader where it is a known app."""

Fields = Mapping[str, object]
Documents = Sequence[Fields]

LARGEST_SECONDS = 1e11
"""An epoch below this is in seconds, not in ms."""
FIRST_MS, LAST_MS = 631_152_000_000.0, 4_102_444_800_000.0
"""1990 and 2100: times outside are mistakes."""

_OFFSET = r"\s*(Z|z|[+-]\d{2}:?\d{2})$"
_APPS: Mapping[str, str] = MappingProxyType(
    {
        "aaps": "AAPS",
        "androidaps": "AAPS",
        "trio": "Trio",
        "iaps": "iAPS",
        "freeaps": "iAPS",
        "loop": "Loop",
        "openaps": "oref0",
        "xdrip": "xDrip",
        "spike": "Spike",
        "librelink": "LibreLink",
        "share": "Dexcom Share",
        "minimed": "CareLink",
        "carelink": "CareLink",
        "tconnect": "Tandem",
        "glooko": "Glooko",
        "tidepool": "Tidepool",
    }
)
"""Apps by a part of what they call themselves, the surest first; the rest is often the name of a phone or a person."""
_SENSORS: Mapping[str, str] = MappingProxyType(
    {
        r"g[ _-]?7|dexcom ?one\+": "Dexcom G7",
        r"g[ _-]?6": "Dexcom G6",
        r"g[ _-]?5": "Dexcom G5",
        r"g[ _-]?4": "Dexcom G4",
        r"libre ?3": "FreeStyle Libre 3",
        r"libre ?2": "FreeStyle Libre 2",
        r"libre": "FreeStyle Libre",
        r"guardian": "Medtronic Guardian",
        r"eversense": "Eversense",
        r"share2|dexcom": "Dexcom",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What documents of one collection became.

    Attributes:
        streams: tables by stream (see ``glucotwin.domain.frame``).
        findings: what was left out or changed.
    """

    streams: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...] = ()


def number_of(value: object) -> float | None:
    """A finite number, also as text or as MongoDB's extended JSON; None for anything else."""
    if isinstance(value, str):
        value = _number_in(value)
    elif isinstance(value, Mapping):
        return number_of(next((value[key] for key in _EXTENDED if key in value), None))
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


_EXTENDED = ("$numberLong", "$numberDouble", "$numberInt", "$numberDecimal", "$date")


def _number_in(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def text_of(value: object) -> str | None:
    """A text that is not blank; None for anything else."""
    if isinstance(value, str):
        return value.strip() or None
    return text_of(value.get("$date")) if isinstance(value, Mapping) else None


def is_true(value: object) -> bool:
    """Whether a flag is set, also as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def numbers(documents: Documents, *names: str) -> pl.Series:
    """The first number among the fields of each document."""
    return _first(documents, names, _number_column)


def texts(documents: Documents, *names: str) -> pl.Series:
    """The first text among the fields of each document."""
    return _first(documents, names, _text_column)


def _first(documents: Documents, names: Sequence[str], column: Callable[[str, list[object]], pl.Series]) -> pl.Series:
    columns = [column(name, [one.get(name) for one in documents]) for name in names]
    first = columns[0]
    for other in columns[1:]:
        first = first.zip_with(first.is_not_null(), other)
    return first


def _number_column(name: str, values: list[object]) -> pl.Series:
    if set(map(type, values)) <= {int, float, NoneType}:
        # What nearly all sites write needs no reading value by value.
        with suppress(OverflowError):
            column = pl.Series(name, values, dtype=pl.Float64, strict=False)
            return column.set(~column.is_finite().fill_null(True), None)
    return pl.Series(name, [None if one is None else number_of(one) for one in values], dtype=pl.Float64, strict=False)


def _text_column(name: str, values: list[object]) -> pl.Series:
    if set(map(type, values)) <= {str, NoneType}:
        column = pl.Series(name, values, dtype=pl.String).str.strip_chars()
        return column.set(column == "", None)
    return pl.Series(name, [None if one is None else text_of(one) for one in values], dtype=pl.String, strict=False)


def flags(documents: Documents, name: str) -> pl.Series:
    """Whether a field of each document is set."""
    return pl.Series(name, [is_true(one.get(name)) for one in documents], dtype=pl.Boolean)


def are_deleted(documents: Documents) -> pl.Series:
    """Which documents the site keeps only as deleted."""
    return pl.Series("deleted", [one.get("isValid") is False for one in documents], dtype=pl.Boolean)


def times_of(
    documents: Documents, *, epochs: Sequence[str], written: Sequence[str], zone: str | None, written_first: bool
) -> pl.Series:
    """When each document happened, in UTC to the ms; null where it does not say.

    Args:
        documents: of one collection.
        epochs: fields with ms (or s) since 1970.
        written: fields with ISO 8601 texts.
        zone: IANA name for texts without an offset.
        written_first: believe the texts before the epochs.

    Raises:
        DataError: a time has no offset, nothing else tells the instant, and the zone is not known.
    """
    epoch = _instants_of_epochs(numbers(documents, *epochs))
    texts_written = texts(documents, *written)
    written_times = _instants_of_texts(texts_written)
    first, second = (written_times, epoch) if written_first else (epoch, written_times)
    time = first.zip_with(first.is_not_null(), second)
    return _with_naive(time, texts_written, zone).dt.round("1ms").alias("time")


def _instants_of_epochs(values: pl.Series) -> pl.Series:
    epoch = pl.col("epoch")
    ms = pl.when(epoch < LARGEST_SECONDS).then(epoch * 1000.0).otherwise(epoch)
    table = pl.DataFrame({"epoch": values}).select(ms=ms)
    possible = pl.when(pl.col("ms").is_between(FIRST_MS, LAST_MS)).then(pl.col("ms"))
    return table.select((possible * 1000.0).round().cast(pl.Int64).cast(TIME_TYPE).alias("time"))["time"]


def _local(written: pl.Series) -> pl.Series:
    """The clock times of ISO 8601 texts, whatever their offset."""
    plain = written.str.replace(_OFFSET, "").str.replace("T", " ", literal=True)
    whole = plain.str.replace(r"^(\d{4}-\d\d-\d\d \d\d:\d\d)$", "${1}:00")
    local = whole.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    return local.set(~local.dt.year().is_between(1990, 2100).fill_null(False), None)


def _instants_of_texts(written: pl.Series) -> pl.Series:
    parts = pl.DataFrame(
        {"local": _local(written), "offset": written.str.extract(_OFFSET, 1).str.replace_all("[:Zz]", "")}
    )
    offset = pl.col("offset")
    minutes = offset.str.slice(1, 2).cast(pl.Int64, strict=False) * 60 + offset.str.slice(3, 2).cast(
        pl.Int64, strict=False
    )
    signed = pl.when(offset == "").then(0).when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)
    instant = (pl.col("local") - pl.duration(minutes=signed)).dt.replace_time_zone("UTC").cast(TIME_TYPE)
    return parts.select(pl.when(offset.is_not_null()).then(instant).alias("time"))["time"]


def _with_naive(time: pl.Series, written: pl.Series, zone: str | None) -> pl.Series:
    """Times completed by texts without an offset, in the given zone."""
    local = _local(written)
    naive = time.is_null() & local.is_not_null()
    if not naive.any():
        return time
    if zone is None:
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The time {written.filter(naive)[0]!r} of a Nightscout document has no offset, and the zone is not known.",
            hint="Name the zone of the local times: --zone Europe/Berlin.",
        )
    return time.zip_with(~naive, utc_from_local(local, zone).time)


def sources(documents: Documents, *names: str) -> pl.Series:
    """The source of each document's records: Nightscout, and the app that uploaded it if it is a known one."""
    said = texts(documents, *names).fill_null("")
    known = {text: f"{SOURCE} {app}" if (app := app_of(text)) else SOURCE for text in said.unique()}
    return pl.Series("source", [known[text] for text in said], dtype=pl.String)


def app_of(text: str) -> str:
    """The known app that a text such as ``loop://Somebody's iPhone`` names; empty when none."""
    lower = text.lower()
    return next((app for part, app in _APPS.items() if part in lower), "")


def sensor_of(documents: Documents) -> str:
    """The kind of sensor that most entries name; empty when none does."""
    devices = Counter(texts(documents, "device").drop_nulls().to_list())
    sensors: Counter[str] = Counter()
    for device, count in devices.items():
        name = next((sensor for part, sensor in _SENSORS.items() if re.search(part, device.lower())), "")
        if name:
            sensors[name] += count
    return min(sensors, key=lambda name: (-sensors[name], name), default="")


def omissions(passed_over: Mapping[str, int], *, stream: str = "") -> tuple[Finding, ...]:
    """One finding that lists the kinds of documents that became no record; none without any."""
    kinds = {kind: count for kind, count in passed_over.items() if count}
    if not kinds:
        return ()
    return (
        Finding(
            code=FindingCode.PASSED_OVER,
            severity=Severity.INFO,
            stream=stream,
            action=Action.DROPPED,
            count=sum(kinds.values()),
            values={"kinds": ", ".join(sorted(kinds))},
        ),
    )


def unreadable(count: int, *, stream: str = "") -> tuple[Finding, ...]:
    """One finding about documents that could not be read; none without any."""
    if not count:
        return ()
    code, action = FindingCode.UNREADABLE_ROWS, Action.DROPPED
    return (Finding(code=code, severity=Severity.WARNING, stream=stream, action=action, count=count),)
