"""Sibionics: the workbook that its app exports, and the CSV of its hospital system.

The workbook is named ``.xls`` but is OOXML; every cell is text. Times carry their offset (``13-02-2026 15:46 GMT-3``);
those of the hospital's CSV are local. Values above the range of 40 to 450 mg/dL are shown as its end (user guide of the
GS1), so that the ends are bounds. The same firm's ketone sensor writes the same columns in mmol/L: only a sheet or a
column that says glucose is read in that unit.
"""

import re
from functools import partial
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.ingest.finding_sum import added_up
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.clock import ResolvedTimes, utc_from_local
from glucotwin.ingest.parse.export_table import find_header, table_below
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings
from glucotwin.ingest.parse.glucose_wording import converted, english_words, require_glucose_unit
from glucotwin.ingest.parse.spreadsheet import is_workbook, read_sheets
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.workbook_text import text_in_head
from glucotwin.ingest.parse.written_time import local_times
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead, read_head, read_text

SENSOR_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=450.0, tops_mgdl=(450.0,))
"""The GS1 (2.2 to 25.0 mmol/L)."""
HEADER_WITHIN = 10
"""Rows of a sheet in which the header is looked for."""

_TIMES = ("time", "采集时间")
_READING = re.compile(r"^(?:sensor reading|血糖值)\s*\(", re.IGNORECASE)
_READING_CELL = re.compile(r">\s*sensor reading\s*\(", re.IGNORECASE)
_TIME_CELL = re.compile(r">\s*time\s*<", re.IGNORECASE)
_SAYS_GLUCOSE = re.compile(r"glucose|血糖", re.IGNORECASE)
_GROUPS = {2: "sign", 3: "hours", 4: "minutes"}
_OFFSET = r"(?i)^(.*?)\s*(?:GMT|UTC)\s*(?:([+-])(\d{1,2}):?(\d{2})?)?$"


class SibionicsFormat(DataFormat):
    """Reads a workbook of the Sibionics app or a CSV of the hospital system."""

    name = "sibionics"
    title = "a Sibionics export"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header names a time and the sensor's reading."""
        if is_workbook(head):
            text = text_in_head(head)
            return 1.0 if _READING_CELL.search(text) and _TIME_CELL.search(text) else 0.0
        return 1.0 if find_header(head.lines, _is_header) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads every sheet with readings."""
        progress("reading the file", 0.0)
        tables = self._sheets(path) if is_workbook(read_head(path)) else [self._text(path)]
        if not tables:
            raise DataError(
                ErrorCode.MISSING_COLUMN,
                f"No sheet of {path.name!r} has the columns Time and Sensor Reading.",
                hint="Export the file again.",
            )
        progress("sorting out rows", 0.5)
        frames: list[pl.DataFrame] = []
        findings: list[Finding] = []
        for table, unit in tables:
            resolved = self._instants(table, options)
            rows = table.select(time=resolved.time, text=english_words(table["reading"])).drop_nulls("text")
            readings = partial(glucose_readings, unit=unit, kind=GlucoseKind.CGM, measuring=SENSOR_RANGE)
            frame, unreadable = readings(rows, "text")
            blank = len(table) - len(rows)
            frames.append(frame)
            findings += (*resolved.findings, *unreadable_rows(unreadable + blank), *converted(frame, unit))
        glucose = pl.concat(frames).with_columns(source=pl.lit(self.name))
        return Imported(
            streams={"glucose": glucose},
            person=PersonHints(cgm_device="Sibionics"),
            findings=added_up(findings),
        )

    def _sheets(self, path: Path) -> list[tuple[pl.DataFrame, GlucoseUnit]]:
        try:
            sheets = read_sheets(path, limit_bytes=self.size_limit_bytes, title=self.title)
        except ValueError as error:
            raise DataError(
                ErrorCode.UNREADABLE_FILE, f"The workbook {path.name!r} is damaged.", hint="Export the file again."
            ) from error
        found = ((name, sheet, _header_row(sheet)) for name, sheet in sheets.items())
        return [_below(sheet, row, name) for name, sheet, row in found if row is not None]

    def _text(self, path: Path) -> tuple[pl.DataFrame, GlucoseUnit]:
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        header = find_header(text.splitlines(), _is_header)
        if header is None:
            raise DataError(
                ErrorCode.MISSING_COLUMN,
                f"{path.name!r} has no columns Time and Sensor Reading.",
                hint="Export the file again.",
            )
        time, reading = _places(header.cells)
        names = [
            "time" if place == time else "reading" if place == reading else None for place in range(len(header.cells))
        ]
        table = table_below(text, header, names=names, wanted=("time", "reading"), name=path.name)
        return table.select(LINE, "time", "reading"), _unit(header.cells[reading], says="")

    def _instants(self, table: pl.DataFrame, options: ImportOptions) -> ResolvedTimes:
        """Instants by the offset that follows each time; those without one are local times of the zone."""
        parts = table.select(
            pl.coalesce(pl.col("time").str.extract(_OFFSET, 1), "time").alias("clock"),
            pl.col("time").str.contains(_OFFSET).fill_null(True).alias("absolute"),
            *(pl.col("time").str.extract(_OFFSET, group).alias(name) for group, name in _GROUPS.items()),
        )
        written = local_times(parts["clock"], lines=table[LINE])
        minutes = pl.col("hours").cast(pl.Int64).fill_null(0) * 60 + pl.col("minutes").cast(pl.Int64).fill_null(0)
        signed = pl.when(pl.col("sign") == "-").then(-minutes).otherwise(minutes)
        timed = parts.with_columns(local=written.local, minutes=signed).with_columns(
            absolute=pl.col("absolute") | pl.col("local").is_null()
        )
        absolute = timed.select((pl.col("local") - pl.duration(minutes="minutes")).dt.replace_time_zone("UTC"))["local"]
        if timed["absolute"].all():
            return ResolvedTimes(time=absolute.alias("time"), findings=written.findings)
        zone = require_zone(options, title=self.title)
        resolved = utc_from_local(timed.select(pl.when(~pl.col("absolute")).then("local"))["local"], zone)
        time = absolute.zip_with(timed["absolute"], resolved.time).alias("time")
        return ResolvedTimes(time=time, findings=(*written.findings, *resolved.findings))


def _is_header(cells: tuple[str, ...]) -> bool:
    return any(cell.lower() in _TIMES for cell in cells) and any(_READING.search(cell) for cell in cells)


def _places(cells: tuple[str, ...]) -> tuple[int, int]:
    """Where the times and the readings are."""
    time = next(place for place, cell in enumerate(cells) if cell.lower() in _TIMES)
    return time, next(place for place, cell in enumerate(cells) if _READING.search(cell))


def _header_row(sheet: pl.DataFrame) -> int | None:
    rows = sheet.head(HEADER_WITHIN).rows()
    fits = (number for number, row in enumerate(rows) if _is_header(tuple(str(cell or "") for cell in row)))
    return next(fits, None)


def _below(sheet: pl.DataFrame, header: int, name: str) -> tuple[pl.DataFrame, GlucoseUnit]:
    cells = tuple(str(cell or "") for cell in sheet.row(header))
    time, reading = _places(cells)
    rows = sheet.with_row_index(LINE, offset=1).slice(header + 1)
    table = rows.select(LINE, time=pl.col(sheet.columns[time]), reading=pl.col(sheet.columns[reading]))
    filled = table.filter(~pl.all_horizontal(pl.col("time", "reading").is_null()))
    return filled, _unit(cells[reading], says=name)


def _unit(cell: str, *, says: str) -> GlucoseUnit:
    """The unit of readings.

    Raises:
        UnitError: there is none, or the readings may as well be ketones.
    """
    unit = require_glucose_unit(cell)
    if unit is GlucoseUnit.MMOLL and not _SAYS_GLUCOSE.search(f"{cell} {says}"):
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            f"The column {cell!r} may hold glucose or ketones: both come in mmol/L, and the file does not say which.",
            hint="Export glucose in mg/dL.",
        )
    return unit
