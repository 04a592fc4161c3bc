"""diasend's workbook (.xls or .xlsx) of meters, sensors and pumps.

Source: what open programs that read it expect; no file of a person was at hand. Sheets "Name and glucose" (the first
rows name the person, not read; the header is on row 5), "CGM" (header on row 2) and "Insulin use and carbs" (header on
row 1); settings and alarms are passed over. The unit of glucose is the name of its column. Days come before months, in
American accounts after them, which is told apart over all sheets. A workbook can hold several devices, each with its
serial number in the rows: serial numbers are not kept, the devices are numbered. Pumps log a rate when it changes.
Local times without zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit, parse_glucose_unit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import DosePurpose
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.glucose_column import ANY_SENSOR_RANGE, METER_RANGE, MeasuringRange, glucose_readings
from glucotwin.ingest.parse.spreadsheet import is_workbook, read_sheets
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.workbook_text import text_in_head
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import local_times
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.pump.extended_bolus import with_durations
from glucotwin.ingest.pump.rate_change import segments_until_next
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead

METER_SHEET = "Name and glucose"
SENSOR_SHEET = "CGM"
INSULIN_SHEET = "Insulin use and carbs"
SHEETS = (METER_SHEET, SENSOR_SHEET, INSULIN_SHEET)
TIME = "Time"
SERIAL = "Serial number"
BASAL = "Basal Amount (U/h)"
BOLUS_TYPE = "Bolus Type"
BOLUS = "Bolus Volume (U)"
AT_ONCE = "Immediate Volume (U)"
EXTENDED = "Extended Volume (U)"
DURATION = "Duration (min)"
CARBS = "Carbs(g)"
NOTES = "Notes"
HEADER_WITHIN = 20
"""Rows at the top of a sheet among which its header is looked for."""

_NAMES_IN_BYTES = tuple(
    name.encode(encoding) for name in (METER_SHEET, INSULIN_SHEET) for encoding in ("latin-1", "utf-16-le")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Rows of a sheet below its header, with ``time``, ``source`` and the columns by their header."""

    name: str
    rows: pl.DataFrame


class DiasendFormat(DataFormat):
    """Reads a diasend workbook."""

    name = "diasend"
    title = "a diasend workbook"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when a workbook's first block names both of diasend's sheets, likely when it names one."""
        if not is_workbook(head):
            return 0.0
        text = text_in_head(head)
        named = [name in text for name in (METER_SHEET, INSULIN_SHEET)]
        meter, insulin = _NAMES_IN_BYTES[:2], _NAMES_IN_BYTES[2:]
        for index, spellings in enumerate((meter, insulin)):
            named[index] = named[index] or any(spelling in head.data for spelling in spellings)
        return {2: 1.0, 1: 0.9, 0: 0.0}[sum(named)]

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads a workbook (see the module for what it holds).

        Raises:
            DataError: no sheet has rows, or the zone of its times is not known.
            UnitError: the column of glucose is not named by a unit.
        """
        progress("reading the workbook", 0.0)
        zone = require_zone(options, title=self.title)
        workbook = read_sheets(path, limit_bytes=self.size_limit_bytes, title=self.title)
        tables = {name: table for name in SHEETS if (table := _table(workbook.get(name))) is not None}
        if not tables:
            raise DataError(
                ErrorCode.EMPTY_FILE,
                f"{path.name!r} has none of the sheets {', '.join(SHEETS)} with rows.",
                hint="Export a longer period from diasend.",
            )
        sheets, findings = _timed(tables, zone)
        progress("sorting out rows", 0.5)
        streams: dict[str, list[pl.DataFrame]] = {}
        for sheet in sheets:
            for stream, frame, found in _read_sheet(sheet):
                streams.setdefault(stream, []).append(frame)
                findings += found
        joined = {stream: pl.concat(frames, how="diagonal") for stream, frames in streams.items()}
        pumped = any(len(joined[stream]) for stream in ("bolus", "basal") if stream in joined)
        return Imported(
            streams=joined,
            person=PersonHints(therapy=TherapyKind.PUMP if pumped else None),
            findings=tuple(findings),
        )


_Part = tuple[str, pl.DataFrame, tuple[Finding, ...]]


def _table(sheet: pl.DataFrame | None) -> pl.DataFrame | None:
    """The rows below a sheet's header, which is the first row that begins with "Time"; None when there are none."""
    if sheet is None or not sheet.width:
        return None
    first = sheet["column_0"].head(HEADER_WITHIN).to_list()
    header = next((row for row, cell in enumerate(first) if cell is not None and cell.strip() == TIME), None)
    if header is None or header + 1 >= len(sheet):
        return None
    names = [str(cell).strip() if cell is not None else "" for cell in sheet.row(header)]
    kept = {f"column_{index}": name for index, name in enumerate(names) if name and name not in names[:index]}
    rows = sheet.with_row_index(LINE, offset=1).slice(header + 1)
    table = rows.select(LINE, *kept).rename(kept)
    filled = table.filter(~pl.all_horizontal(pl.exclude(LINE).is_null()))
    return filled if len(filled) else None


def _timed(tables: dict[str, pl.DataFrame], zone: str) -> tuple[list[_Sheet], list[Finding]]:
    """The tables with their instants; days and months are told apart over all of them."""
    together = pl.concat([table.select(LINE, TIME) for table in tables.values()])
    written = local_times(together[TIME], lines=together[LINE])
    findings: list[Finding] = [*written.findings, *unreadable_rows(together[TIME].null_count())]
    devices = _devices(tables.values())
    sheets: list[_Sheet] = []
    start = 0
    for name, table in tables.items():
        resolved = utc_from_local(written.local.slice(start, len(table)), zone)
        start += len(table)
        findings += resolved.findings
        column = _serial(table)
        serial = pl.col(column) if column else pl.lit(None, dtype=pl.String)
        source = serial.replace_strict(devices, default=DiasendFormat.name, return_dtype=pl.String)
        rows = table.with_columns(time=resolved.time, source=source).filter(pl.col("time").is_not_null())
        sheets.append(_Sheet(name=name, rows=rows))
    return sheets, findings


def _serial(table: pl.DataFrame) -> str | None:
    return next((name for name in table.columns if name.lower().startswith("serial")), None)


def _devices(tables: Iterable[pl.DataFrame]) -> dict[str, str]:
    """Names of several devices by their serial numbers, which do not get out of here."""
    serials: set[str] = set()
    for table in tables:
        column = _serial(table)
        serials |= set(table[column].drop_nulls()) if column else set()
    if len(serials) < 2:
        return dict.fromkeys(serials, DiasendFormat.name)
    return {serial: f"{DiasendFormat.name} device {number}" for number, serial in enumerate(sorted(serials), start=1)}


def _read_sheet(sheet: _Sheet) -> list[_Part]:
    if sheet.name == METER_SHEET:
        return [_glucose(sheet.rows, GlucoseKind.FINGERSTICK, METER_RANGE)]
    if sheet.name == SENSOR_SHEET:
        return [_glucose(sheet.rows, GlucoseKind.CGM, ANY_SENSOR_RANGE)]
    return _insulin(sheet.rows)


def _glucose(rows: pl.DataFrame, kind: GlucoseKind, measuring: MeasuringRange) -> _Part:
    column, unit = _glucose_column(rows)
    frame, unread = glucose_readings(
        rows.select("time", "source", column), column, unit=unit, kind=kind, measuring=measuring
    )
    return "glucose", frame, unreadable_rows(unread, stream="glucose")


def _glucose_column(rows: pl.DataFrame) -> tuple[str, GlucoseUnit]:
    """The column that is named by its unit.

    Raises:
        UnitError: there is none.
    """
    for column in rows.columns:
        try:
            return column, parse_glucose_unit(column)
        except UnitError:
            continue
    raise UnitError(
        ErrorCode.MISSING_UNIT,
        "The header of a sheet of glucose has neither a column mg/dL nor one mmol/L.",
        hint="Export the workbook from diasend again.",
    )


def _insulin(rows: pl.DataFrame) -> list[_Part]:
    """Basal rates of each pump, boluses, carbohydrate and notes."""
    wanted = (BASAL, BOLUS_TYPE, BOLUS, AT_ONCE, EXTENDED, DURATION, CARBS, NOTES)
    given = rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in wanted if name not in rows.columns)
    numbers = {
        "basal": BASAL,
        "total_u": BOLUS,
        "at_once_u": AT_ONCE,
        "extended_u": EXTENDED,
        "extended_min": DURATION,
        "carbs_g": CARBS,
    }
    read = given.with_columns(written_numbers(given[column]).alias(name) for name, column in numbers.items())
    unread = sum(int((read[name].is_null() & given[column].is_not_null()).sum()) for name, column in numbers.items())
    totals = sum(given[name].count() for name in given.columns if name.startswith("Total daily"))
    meal = read.filter(pl.col("carbs_g") > 0).select("time", "source", "carbs_g")
    note = read.filter(pl.col(NOTES).is_not_null()).select("time", "source", text=NOTES)
    findings = (*unreadable_rows(unread), *passed_over(totals, kinds="daily totals of insulin"))
    return [("meal", meal, findings), ("note", note, ()), _basal(read), *_boluses(read)]


def _basal(read: pl.DataFrame) -> _Part:
    """Each pump's rates until its next one."""
    changes = read.filter(pl.col("basal").is_not_null()).select("time", "source", rate_u_per_h="basal")
    ordered = changes.reverse() if _newest_first(changes) else changes
    pumps = ordered.partition_by("source", maintain_order=True)
    frames = [segments_until_next(pump) for pump in pumps]
    return "basal", pl.concat(frames) if frames else segments_until_next(changes), ()


def _newest_first(rows: pl.DataFrame) -> bool:
    return len(rows) > 1 and rows["time"][0] > rows["time"][-1]


def _boluses(read: pl.DataFrame) -> list[_Part]:
    """Normal and combined boluses; of a combined one without its parts the whole counts as extended."""
    given = read.with_columns(total_u=pl.coalesce("total_u", pl.col("at_once_u") + pl.col("extended_u"))).filter(
        pl.col("total_u").is_not_null()
    )
    unsplit = pl.col(BOLUS_TYPE).str.contains("(?i)^(comb|ext)").fill_null(False)
    unsplit &= pl.col("extended_u").is_null() & pl.col("at_once_u").is_null() & (pl.col("extended_min") > 0)
    extended = pl.when(unsplit.fill_null(False)).then("total_u").otherwise(pl.col("extended_u").fill_null(0.0))
    parted = given.with_columns(extended_u=extended)
    at_once = pl.coalesce(pl.when(pl.col("extended_u") > 0).then("at_once_u"), pl.col("total_u") - pl.col("extended_u"))
    frame, steps, findings = with_durations(
        parted.filter(pl.col("total_u") > 0).with_columns(insulin_u=at_once.clip(0.0))
    )
    nothing = parted.filter(pl.col("total_u") <= 0)
    purpose = pl.when(pl.col("carbs_g") > 0).then(pl.lit(str(DosePurpose.MEAL)))
    bolus = frame.select(
        "time",
        "source",
        "insulin_u",
        "extended_u",
        "extended_min",
        purpose=purpose.otherwise(pl.lit(str(DosePurpose.UNKNOWN))),
    )
    not_delivered = findings_in(
        nothing, FindingCode.NOT_DELIVERED, severity=Severity.INFO, action=Action.DROPPED, stream="bolus"
    )
    part: _Part = ("bolus", bolus, (*findings, *not_delivered))
    return [part, ("correction", steps, ())] if len(steps) else [part]
