"""Nightscout as CSV: a table with the fields' own names, lines of the REST interface, or sections by collection.

Sections are written by scripts around Nightscout: ``# CGM ENTRIES`` and ``# TREATMENTS`` each with a header of its own,
local dates and times in two columns, and no rate of a temporary basal. The REST interface writes entries without a
header: time, ms, mg/dL, direction, device.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.ingest.nightscout.collection import Collections
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.table import LINE, table_of
from glucotwin.ingest.parse.written_time import local_times
from glucotwin.ingest.quality import Finding

SECTIONS = re.compile(r"^# *(CGM ENTRIES|TREATMENTS)\b", re.MULTILINE)
REST_LINE = re.compile(r'^"?\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)"?([,\t])\d{12,13}\1\d+(?:\.\d+)?\1')
ENTRY_FIELDS = ("sgv", "mbg")
TREATMENT_FIELDS = ("eventType", "created_at")

_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "Type": "type",
        "Device": "device",
        "Event Type": "eventType",
        "Insulin (U)": "insulin",
        "Carbs (g)": "carbs",
        "Duration (min)": "duration",
        "Notes": "notes",
        "ID": "_id",
    }
)
_GLUCOSE = re.compile(r"^Glucose *\((.*)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDocuments:
    """Documents made of rows.

    Attributes:
        collections: the documents.
        local: whether their times were local.
        findings: what had to be decided about the times.
    """

    collections: Collections
    local: bool = False
    findings: tuple[Finding, ...] = ()


def separator_of(header: str) -> str:
    """What stands between the cells of a line."""
    return max(",;\t", key=header.count)


def is_table_of_fields(header: str) -> bool:
    """Whether a header has the fields' own names of entries or of treatments."""
    names = {cell.strip().strip('"') for cell in header.split(separator_of(header))}
    entries = not names.isdisjoint(ENTRY_FIELDS) and not names.isdisjoint({"date", "dateString"})
    return entries or names.issuperset(TREATMENT_FIELDS)


def documents_of_table(text: str, *, name: str, zone: str | None) -> TableDocuments:
    """The rows of a CSV as documents.

    Args:
        text: of the file.
        name: of the file, for messages.
        zone: IANA name of local times.

    Raises:
        DataError: it is no such table, or its times are local and the zone is not known.
        UnitError: glucose has no unit, or an unknown one.
    """
    stripped = text.lstrip()
    if SECTIONS.match(stripped):
        return _sections(text, name, zone)
    first = stripped.partition("\n")[0]
    if REST_LINE.match(first):
        header = separator_of(first).join(("dateString", "date", "sgv", "direction", "device"))
        return _fields(f"{header}\n{stripped}", name)
    return _fields(text, name)


def _fields(text: str, name: str) -> TableDocuments:
    header = text.lstrip().partition("\n")[0]
    table = table_of(text, name=name, separator=separator_of(header), ragged=True)
    return TableDocuments(collections=_collected(table.drop(LINE)))


def _collected(table: pl.DataFrame) -> Collections:
    collections = Collections()
    for row in table.iter_rows(named=True):
        collections.add({column: value for column, value in row.items() if value is not None})
    return collections


def _sections(text: str, name: str, zone: str | None) -> TableDocuments:
    tables = [_section(text, start, end, name) for start, end in _bounds(text)]
    tables = [table for table in tables if table is not None]
    if not tables:
        raise DataError(ErrorCode.EMPTY_FILE, f"{name!r} has headers but no rows.", hint="Export a longer period.")
    if zone is None:
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The times in {name!r} are local and have no offset, and the zone is not known.",
            hint="Name the zone of the phone's clock: --zone Europe/Berlin.",
        )
    clock = pl.concat([table.select(LINE, text=pl.concat_str("Date", "Time", separator=" ")) for table in tables])
    written = local_times(clock["text"], lines=clock[LINE])
    findings = list(written.findings)
    collections = Collections()
    offset = 0
    for table in tables:
        # Each section runs from the newest to the oldest row, so each is resolved by itself.
        resolved = utc_from_local(written.local.slice(offset, len(table)), zone)
        offset += len(table)
        findings += resolved.findings
        rows = _named(table).with_columns(date=resolved.time.dt.epoch("ms")).drop(LINE, "Date", "Time")
        for row in rows.filter(pl.col("date").is_not_null()).iter_rows(named=True):
            collections.add({column: value for column, value in row.items() if value is not None})
    return TableDocuments(collections=collections, local=True, findings=tuple(findings))


def _bounds(text: str) -> list[tuple[int, int]]:
    """Where the sections begin and end."""
    starts = [found.start() for found in SECTIONS.finditer(text)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _section(text: str, start: int, end: int, name: str) -> pl.DataFrame | None:
    """A section's rows, without those that only comment; None when it has none."""
    line = text.count("\n", 0, start) + 2
    body = text[start:end].partition("\n")[2]
    if len(body.splitlines()) < 2:
        return None
    try:
        table = table_of(body, name=name, first_line=line, ragged=True)
    except DataError as error:
        if error.code is ErrorCode.EMPTY_FILE:
            return None
        raise
    missing = [column for column in ("Date", "Time") if column not in table.columns]
    if missing:
        raise DataError(
            ErrorCode.MISSING_COLUMN,
            f"The section of {name!r} at line {line - 1} lacks the columns {', '.join(missing)}.",
            hint="Export the file again.",
        )
    return table


def _named(table: pl.DataFrame) -> pl.DataFrame:
    """The section with the fields' own names."""
    for column in table.columns:
        found = _GLUCOSE.match(column)
        if found or column == "Glucose":
            unit = found[1] if found else ""
            table = table.rename({column: "sgv"}).with_columns(units=pl.lit(_unit(unit)))
    table = table.rename({old: new for old, new in _COLUMNS.items() if old in table.columns})
    if "sgv" not in table.columns or "type" not in table.columns:
        return table
    meter = (pl.col("type") == "mbg").fill_null(False)
    return table.with_columns(mbg=pl.when(meter).then("sgv"), sgv=pl.when(~meter).then("sgv"))


def _unit(unit: str) -> str:
    if unit.lower().replace(" ", "") not in {"mg/dl", "mmol/l"}:
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT if unit else ErrorCode.MISSING_UNIT,
            f"The header of the glucose column names the unit {unit!r}.",
            hint="The column must be 'Glucose (mg/dL)' or 'Glucose (mmol/L)'.",
        )
    return unit
