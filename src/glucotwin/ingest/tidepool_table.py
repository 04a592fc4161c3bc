"""Tidepool's CSV and workbook: every row is a document as in its JSON, with nested fields in columns of their own.

Two shapes are known. Tidepool's export writes one CSV for all types or a workbook with a sheet per type; its CSV leaves
zeros blank, writes starts of schedules as JavaScript dates and carries ``localTime``, a workbook shows names for people
and dates of 1899 for durations in days. Tidepool's data analytics save what the API returns: ms, mmol/L, and nested
fields as Python texts.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.parse.spreadsheet import is_workbook, read_sheets
from glucotwin.ingest.parse.table import LINE, read_table
from glucotwin.ingest.parse.workbook_text import text_in_head
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity
from glucotwin.ingest.source import FileHead, read_head
from glucotwin.ingest.tidepool.document import EXPORT_MARK, Document
from glucotwin.ingest.tidepool.heap import Heap

REQUIRED = ("time", "type")
MARKS = ("uploadId", "deviceId", "deviceTime", "timezoneOffset")
"""Columns of which every table of Tidepool has at least three."""
LEAST_MARKS = 3
FAILURE_SHEET = "EXPORT ERROR"
"""A hidden sheet of this name says that the export broke off: what stands before it is not all."""

_DISPLAY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Zulu Time": "time",
        "Tidepool Data Type": "type",
        "Tidepool Wizard Type": "type",
        "Duration (mins)": "duration",
        "Expected Duration (mins)": "expectedDuration",
        "Change From": "change.from",
        "Change To": "change.to",
        "Change Agent": "change.agent",
        "Reason Suspended": "reason.suspended",
        "Reason Resumed": "reason.resumed",
        "Suppressed Schedule Name": "suppressed.scheduleName",
        "Suppressed Delivery Type": "suppressed.deliveryType",
        "Suppressed Type": "suppressed.type",
        "Suppressed Rate": "suppressed.rate",
        "Recommended Carb": "recommended.carb",
        "Recommended Correction": "recommended.correction",
        "Recommended Net": "recommended.net",
        "BG Target": "bgTarget.target",
        "BG Target High": "bgTarget.high",
        "BG Target Low": "bgTarget.low",
        "BG Target Start": "bgTarget.start",
        "BG Low Target Setting": "bgTarget.low",
        "BG High Target Setting": "bgTarget.high",
        "BG Target Setting": "bgTarget.target",
        "BG Target Range Setting": "bgTarget.range",
        "Basal Schedule Start": "basalSchedule.start",
        "Basal Schedule Rate": "basalSchedule.rate",
        "Carb Ratio Start": "carbRatio.start",
        "Carb Ratio Amount": "carbRatio.amount",
        "Insulin Sensitivity Start": "insulinSensitivity.start",
        "Insulin Sensitivity Amount": "insulinSensitivity.amount",
        "BG Units": "units.bg",
        "Carb Units": "units.carb",
    }
)
"""Names in a workbook whose field is not the same words in camel case."""
_NUMBERS = frozenset(
    [
        "value",
        "rate",
        "percent",
        "duration",
        "normal",
        "extended",
        "carbInput",
        "conversionOffset",
        "volume",
        "basalSchedule.rate",
        "carbRatio.amount",
        "insulinSensitivity.amount",
        "bgTarget.low",
        "bgTarget.high",
        "bgTarget.target",
        "bgTarget.range",
    ]
)
_DOSES = frozenset(["value", "rate", "duration", "normal", "extended", "carbInput"])
"""A row in which one of these is a text is left out."""
_UNUSED = [
    "payload",
    "jsonRowIndex",
    "_deduplicator",
    "guid",
    "deviceSerialNumber",
    "serialNumber",
    "byUser",
    "uploadId",
    "localTime",
    "deviceTime",
    "computerTime",
    "timezoneOffset",
    "clockDriftOffset",
]
"""Columns that no record is made of; serial numbers and accounts are not even read."""
_SPREADSHEET_DATES = ("1899-12-3", "1900-01-0")
_SPREADSHEET_EPOCH = datetime(1899, 12, 31)
_JAVASCRIPT_DATE = re.compile(r"^\w{3} (\w{3} \d{2} \d{4} \d{2}:\d{2}:\d{2}) GMT")
_UNKNOWN_DURATION = "basal/unknown-duration"
_LONGEST_CELL = 100_000
"""A nested field with more characters is left as the text it is."""


class TidepoolTableFormat(DataFormat):
    """Reads a CSV or a workbook of Tidepool."""

    name = "tidepool-table"
    title = "a Tidepool CSV or workbook"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of a header with a type, a time and fields that only Tidepool has."""
        if is_workbook(head):
            return 1.0 if _is_tidepool_workbook(text_in_head(head)) else 0.0
        return 1.0 if _is_tidepool_header({cell.strip().strip('"') for cell in head.header.split(",")}) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads row by row into documents; impossible values are left out and counted."""
        progress("reading the tables", 0.0)
        tables, truncated = self._tables(path)
        heap = Heap()
        unread = 0
        for number, table in enumerate(tables):
            progress("reading documents", 0.2 + 0.7 * number / len(tables))
            documents, unreadable = _documents(table)
            unread += unreadable
            for document in documents:
                heap.add(document)
        imported = heap.imported(options)
        return replace(imported, findings=(*imported.findings, *_unreadable(unread), *_truncated(truncated)))

    def _tables(self, path: Path) -> "tuple[list[_Rows], bool]":
        """Rows of one type of document each, and whether Tidepool says that the export failed on the way."""
        if not is_workbook(read_head(path)):
            table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title)
            return list(_by_type(_checked(table, "the file"), zeros_blank=EXPORT_MARK in table.columns)), False
        sheets = read_sheets(path, limit_bytes=self.size_limit_bytes, title=self.title)
        failed = [name for name in sheets if name.strip().upper() == FAILURE_SHEET]
        for name in failed:
            del sheets[name]
        tables = [_checked(_with_header(sheet), f"sheet {name!r}") for name, sheet in sheets.items() if len(sheet) > 1]
        if not tables:
            raise DataError(ErrorCode.EMPTY_FILE, f"{path.name!r} holds no rows.", hint="Export a longer period.")
        return [part for table in tables for part in _by_type(table, zeros_blank=False)], bool(failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of one type: cells as texts, and whether they have the shape of the export."""

    cells: pl.DataFrame
    exported: bool


def _is_tidepool_header(cells: set[str]) -> bool:
    return cells.issuperset(REQUIRED) and len(cells.intersection(MARKS)) >= LEAST_MARKS


def _is_tidepool_workbook(text: str) -> bool:
    """By the names in a header: those for people, or those of the fields."""
    return "Tidepool Data Type" in text or all(f">{name}<" in text for name in (*REQUIRED, *MARKS))


def _with_header(sheet: pl.DataFrame) -> pl.DataFrame:
    """The sheet with the names of fields for its columns, and the number of every row."""
    names = [_field_name(name or "") for name in sheet.row(0)]
    columns = {name: f"column_{index}" for index, name in enumerate(names) if name and name not in names[:index]}
    rows = sheet.with_row_index(LINE, offset=1).slice(1)
    return rows.select(LINE, *(pl.col(column).alias(name) for name, column in columns.items()))


def _field_name(shown: str) -> str:
    """``Clock Drift Offset`` as ``clockDriftOffset``; names without spaces stay, apart from their first letter."""
    if shown in _DISPLAY_NAMES:
        return _DISPLAY_NAMES[shown]
    words = shown.split()
    if len(words) == 1 and shown[:1].islower():
        return shown
    joined = "".join(word.capitalize() for word in words)
    return joined[:1].lower() + joined[1:]


def _checked(table: pl.DataFrame, where: str) -> pl.DataFrame:
    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        raise DataError(
            ErrorCode.MISSING_COLUMN,
            f"In {where} the columns {', '.join(missing)} are missing.",
            hint="Export the data from Tidepool again.",
        )
    return table


def _by_type(table: pl.DataFrame, *, zeros_blank: bool) -> Iterator[_Rows]:
    """One table per type of document, without the columns that are blank throughout."""
    exported = EXPORT_MARK in table.columns
    for part in table.drop(_UNUSED, strict=False).partition_by("type", maintain_order=True):
        cells = _with_zeros(part) if zeros_blank else part
        filled = [name for name in cells.columns if cells[name].null_count() < len(cells)]
        yield _Rows(cells=cells.select(filled), exported=exported)


def _with_zeros(part: pl.DataFrame) -> pl.DataFrame:
    """With the zeros that the export's CSV leaves blank, where a blank would mean something else."""
    kind = part["type"][0]
    if kind == "basal" and "duration" in part.columns:
        annotations = pl.col("annotations") if "annotations" in part.columns else pl.lit("")
        unknown = annotations.str.contains(_UNKNOWN_DURATION, literal=True).fill_null(False)
        return part.with_columns(pl.when(unknown).then("duration").otherwise(pl.col("duration").fill_null("0")))
    if kind == "pumpSettings.basalSchedules" and "basalSchedule.rate" in part.columns:
        return part.with_columns(pl.col("basalSchedule.rate").fill_null("0"))
    return part


def _documents(rows: _Rows) -> tuple[list[Document], int]:
    """The rows as documents of Tidepool's JSON, and how many cannot be read."""
    cells = rows.cells
    if "type" not in cells.columns or "time" not in cells.columns:
        return [], len(cells)
    names = [name for name in cells.columns if name != LINE]
    columns = [_values(cells[name]) for name in names]
    mark = {EXPORT_MARK: ""} if rows.exported else {}
    documents: list[Document] = []
    for line, *values in zip(cells[LINE].to_list(), *columns, strict=True):
        fields = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        if not any(isinstance(fields.get(name), str) for name in _DOSES):
            documents.append(Document(fields=fields | mark, number=line))
    return documents, len(cells) - len(documents)


def _values(column: pl.Series) -> list[object]:
    """A column's cells as the values that the JSON would have."""
    texts = column.to_list()
    if column.name in _NUMBERS:
        numbers = column.cast(pl.Float64, strict=False).to_list()
        return [_nested(text) if number is None else number for text, number in zip(texts, numbers, strict=True)]
    if column.name == "time":
        zulu = column.str.replace(" ", "T", literal=True)
        return (
            pl.select(pl.when(zulu.str.contains(r"(Z|[+-]\d\d:?\d\d)$")).then(zulu).otherwise(zulu + "Z"))
            .to_series()
            .to_list()
        )
    if column.name.endswith(".start"):
        return [_clock(text) for text in texts]
    return [_nested(text) for text in texts]


def _nested(text: str | None) -> object:
    """A nested field, written as JSON or as Python, or a date of 1899 that is a number of days; else the text."""
    if text is None:
        return None
    if text[0] in "[{" and len(text) <= _LONGEST_CELL:
        return _parsed(text)
    if text.startswith(_SPREADSHEET_DATES):
        try:
            return (datetime.fromisoformat(text) - _SPREADSHEET_EPOCH) / timedelta(days=1)
        except ValueError:
            return text
    return text


def _parsed(text: str) -> object:
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return text


def _clock(text: str | None) -> str | None:
    """A start of a schedule, ``Thu Jan 01 1970 10:00:00 GMT+0000 (…)``, as ISO 8601."""
    found = _JAVASCRIPT_DATE.match(text or "")
    if found is None:
        return text
    try:
        return datetime.strptime(found[1], "%b %d %Y %H:%M:%S").isoformat()  # a time of day
    except ValueError:
        return text


def _unreadable(count: int) -> tuple[Finding, ...]:
    if not count:
        return ()
    code, action = FindingCode.UNREADABLE_ROWS, Action.DROPPED
    return (Finding(code=code, severity=Severity.WARNING, stream="", action=action, count=count),)


def _truncated(truncated: bool) -> tuple[Finding, ...]:
    if not truncated:
        return ()
    code, action = FindingCode.EXPORT_INCOMPLETE, Action.KEPT
    return (Finding(code=code, severity=Severity.PROBLEM, stream="", action=action, count=1),)
