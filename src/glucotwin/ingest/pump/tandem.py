"""Tandem's therapy timeline (t:connect) and the CSV files of its successor, Tandem Source.

Source: rows of a t:slim X2 in the tests of tconnectsync (MIT), and files of Tandem Source. Some lines on the person,
which are not read, come first; sections follow, parted by blank lines, each with a header of its own, in no certain
order: sensor and meter readings, insulin on board (worked out by the pump, passed over), basal, boluses. Tandem Source
writes the same columns with spaces in their names, a file a section. Traps: rows end in a comma; rows of boluses have a
cell more than their header from ``IsQuickBolus`` on; ``Readings (CGM / BGM)`` has no unit, which then shows in the
values: the ranges of a sensor in mg/dL (40 to 400) and in mmol/L (2.2 to 22.2) have nothing in common. Local times of
the pump without zone.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.glucose_column import METER_RANGE, SENSOR_RANGE, glucose_readings, unit_in_header
from glucotwin.ingest.parse.table import LINE, table_of
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import local_times
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.pump.extended_bolus import with_durations
from glucotwin.ingest.pump.rate_change import segments_until_next
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead, read_text

TITLE_LINE = "Therapy Timeline Data Export"
TIMES = ("EventDateTime", "RequestDateTime", "CompletionDateTime")
READINGS = "Readings"
METER = "BG"
DELIVERED = "InsulinDelivered"
BASAL_RATE = "BasalRate"
BASAL_DOSE = "CommandedBasalDose"
DOSE_MIN = 5.0
"""Control-IQ commands a basal dose every five minutes."""
BEFORE_UNNAMED = "IsQuickBolus"
LEAST_MGDL = 36.0
"""No sensor shows as much in mmol/L, and hardly one so little in mg/dL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """Rows of one kind, with ``time``; columns named as in t:connect."""

    rows: pl.DataFrame

    def has(self, *columns: str) -> bool:
        """Whether all the columns are there."""
        return set(columns) <= set(self.rows.columns)


class TandemFormat(DataFormat):
    """Reads a therapy timeline or a table of Tandem Source."""

    name = "tandem"
    title = "a Tandem t:connect export"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the title is there, or a header that only Tandem writes."""
        lines = head.lines[:200]
        titled = any(line.strip().endswith(TITLE_LINE) for line in lines[:10])
        return 1.0 if titled or any(_is_header(line) for line in lines) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads a file (see the module for what it holds).

        Raises:
            DataError: it has no section, or the zone of its times is not known.
            UnitError: the unit of glucose is neither in the header nor certain by the values.
        """
        progress("reading the file", 0.0)
        zone = require_zone(options, title=self.title)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        sections, findings = _sections(text, zone, path.name)
        progress("sorting out rows", 0.5)
        streams: dict[str, list[pl.DataFrame]] = {}
        for section in sections:
            for stream, frame, found in _read_section(section):
                findings += found
                streams.setdefault(stream, []).append(frame)
        joined = {stream: pl.concat(frames, how="diagonal") for stream, frames in streams.items()}
        return Imported(
            streams={stream: frame.with_columns(source=pl.lit(self.name)) for stream, frame in joined.items()},
            person=PersonHints(therapy=_therapy(joined)),
            findings=tuple(findings),
        )


_Part = tuple[str, pl.DataFrame, tuple[Finding, ...]]


def _cells(line: str) -> list[str]:
    try:
        return [cell.strip().strip("\ufeff") for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return []


def _plain(name: str) -> str:
    """A column's name as in t:connect: ``Event Date Time`` is ``EventDateTime``; units in parentheses stay."""
    start, parenthesis, rest = name.partition("(")
    return f"{start.replace(' ', '')}{' (' + rest if parenthesis else ''}"


def _is_header(line: str) -> bool:
    names = [_plain(cell) for cell in _cells(line)]
    if names[:1] not in (["DeviceType"], ["Type"]):
        return False
    starts = {name.partition(" (")[0] for name in names}
    readings = {"DeviceType", "EventDateTime"} <= starts and bool(starts & {READINGS, METER, BASAL_DOSE})
    return readings or {"CompletionDateTime", "InsulinDelivered", "CorrectionDelivered"} <= starts


def _sections(text: str, zone: str, name: str) -> tuple[list[_Section], list[Finding]]:
    lines = text.replace("\r\n", "\n").split("\n")
    sections: list[_Section] = []
    findings: list[Finding] = []
    start = 0
    for end in [*(number for number, line in enumerate(lines) if not line.strip(" ,\t")), len(lines)]:
        header = next((number for number in range(start, end) if _begins_section(lines[number])), None)
        if header is not None:
            found, more = _section(lines[header:end], zone=zone, name=name, first_line=header + 1)
            sections += found
            findings += more
        start = end + 1
    if not sections:
        raise DataError(
            ErrorCode.EMPTY_FILE, f"{name!r} has no section with rows.", hint="Export a longer period from t:connect."
        )
    return sections, findings


def _begins_section(line: str) -> bool:
    """Whether a line is a header: names only, one of them of a time."""
    names = [_plain(cell) for cell in _cells(line)]
    return len(names) > 2 and not set(names).isdisjoint(TIMES)


def _section(lines: list[str], *, zone: str, name: str, first_line: int) -> tuple[list[_Section], list[Finding]]:
    names = [_plain(cell) for cell in _cells(lines[0])]
    if len(lines) > 1 and BEFORE_UNNAMED in names and len(_cells(lines[1].rstrip().rstrip(","))) == len(names) + 1:
        names.insert(names.index(BEFORE_UNNAMED) + 1, "unnamed")
    header = ",".join('"' + cell.replace('"', '""') + '"' for cell in names)
    try:
        table = table_of("\n".join([header, *lines[1:]]), name=name, first_line=first_line, ragged=True)
    except DataError as error:
        if error.code is ErrorCode.EMPTY_FILE:
            return [], []
        raise
    column = next((one for one in (*TIMES,) if one in table.columns), None)
    if column is None:  # a damaged header whose cells are not what they seemed
        return [], list(unreadable_rows(len(table)))
    written = local_times(table[column], lines=table[LINE])
    resolved = utc_from_local(written.local, zone)
    missing = int(table[column].is_null().sum())
    rows = table.with_columns(time=resolved.time).filter(pl.col("time").is_not_null())
    return [_Section(rows=rows)], [*written.findings, *resolved.findings, *unreadable_rows(missing)]


def _read_section(section: _Section) -> list[_Part]:
    readers: tuple[tuple[bool, Callable[[pl.DataFrame], list[_Part]]], ...] = (
        (section.has(DELIVERED), _boluses),
        (section.has(BASAL_RATE), _basal_rates),
        (_column(section.rows, BASAL_DOSE) is not None, _basal_doses),
        (_column(section.rows, READINGS) is not None, _readings),
        (_column(section.rows, METER) is not None, _meter),
    )
    for fits, reader in readers:
        if fits:
            return reader(section.rows)
    kinds = "insulin on board" if section.has("IOB") else "other sections"
    return [("glucose", _NO_GLUCOSE, passed_over(len(section.rows), kinds=kinds))]


_NO_GLUCOSE = pl.DataFrame(schema={"time": pl.Datetime("us", "UTC"), "glucose_mgdl": pl.Float64})


def _column(rows: pl.DataFrame, start: str) -> str | None:
    """The column of a name, with or without a unit in parentheses."""
    return next((name for name in rows.columns if name == start or name.startswith(f"{start} (")), None)


def _readings(rows: pl.DataFrame) -> list[_Part]:
    """Readings of the sensor, which Tandem calls EGV, and of a meter."""
    column = _column(rows, READINGS) or READINGS
    unit = _unit(rows, column)
    meter = (
        pl.col("Description").str.contains("(?i)^(BG|BGM|meter)") if "Description" in rows.columns else pl.lit(False)
    )
    parts: list[_Part] = []
    for kind, wanted, measuring in (
        (GlucoseKind.CGM, ~meter.fill_null(False), SENSOR_RANGE),
        (GlucoseKind.FINGERSTICK, meter.fill_null(False), METER_RANGE),
    ):
        chosen = rows.filter(wanted).select("time", column)
        frame, unread = glucose_readings(chosen, column, unit=unit, kind=kind, measuring=measuring)
        parts.append(("glucose", frame, unreadable_rows(unread, stream="glucose")))
    return parts


def _meter(rows: pl.DataFrame) -> list[_Part]:
    """Blood glucose typed in or sent by a meter, with what was noted."""
    column = _column(rows, METER) or METER
    unit = _unit(rows, column)
    chosen = rows.select("time", column)
    frame, unread = glucose_readings(chosen, column, unit=unit, kind=GlucoseKind.FINGERSTICK, measuring=METER_RANGE)
    return [("glucose", frame, unreadable_rows(unread, stream="glucose")), *_notes(rows)]


def _unit(rows: pl.DataFrame, column: str) -> GlucoseUnit:
    """The unit in the header, else the one that alone fits the values."""
    if re.search(r"\((?!CGM)", column):
        return unit_in_header(column)
    median = written_numbers(rows[column]).median()
    if isinstance(median, float) and median >= LEAST_MGDL:
        return GlucoseUnit.MGDL
    raise UnitError(
        ErrorCode.MISSING_UNIT,
        f"The column {column!r} has no unit, and its values do not show that they are in mg/dL.",
        hint="Export the data from Tandem Source, whose headers name the unit.",
    )


def _basal_rates(rows: pl.DataFrame) -> list[_Part]:
    """Rates that hold until the next."""
    read = rows.select("time", rate_u_per_h=written_numbers(rows[BASAL_RATE]))
    unread = int((read["rate_u_per_h"].is_null() & rows[BASAL_RATE].is_not_null()).sum())
    known = read.filter(pl.col("rate_u_per_h").is_not_null())
    return [("basal", segments_until_next(known), unreadable_rows(unread, stream="basal"))]


def _basal_doses(rows: pl.DataFrame) -> list[_Part]:
    """Doses of five minutes as rates."""
    column = _column(rows, BASAL_DOSE) or BASAL_DOSE
    read = rows.select("time", dose_u=written_numbers(rows[column])).filter(pl.col("dose_u").is_not_null())
    frame = read.select(
        "time",
        duration_min=pl.lit(DOSE_MIN),
        rate_u_per_h=pl.col("dose_u") * 60.0 / DOSE_MIN,
        kind=pl.lit(str(BasalKind.AUTOMATED)),
    )
    return [("basal", frame, unreadable_rows(rows[column].count() - len(read), stream="basal"))]


def _boluses(rows: pl.DataFrame) -> list[_Part]:
    """Boluses as delivered, and the carbohydrate of those that were."""
    read = _bolus_rows(rows)
    unread = read.filter(pl.col("insulin_u").is_null() & pl.col(DELIVERED).is_not_null())
    extended = pl.coalesce("extended_u", _inferred_extended()).fill_null(0.0)
    known = read.filter(pl.col("insulin_u").is_not_null()).with_columns(
        inferred=pl.col("extended_u").is_null() & (_inferred_extended() > 0).fill_null(False), extended_u=extended
    )
    anything = (pl.col("insulin_u") > 0) | (pl.col("extended_u") > 0)
    given = known.filter(anything)
    frame, steps, duration_findings = with_durations(given)
    inferred = frame.filter("inferred")
    minutes = inferred["extended_min"].median() if len(inferred) else None
    findings = (
        *unreadable_rows(len(unread), stream="bolus"),
        *duration_findings,
        *findings_in(
            inferred,
            FindingCode.EXTENDED_PART_INFERRED,
            severity=Severity.WARNING,
            action=Action.CORRECTED,
            stream="bolus",
            minutes=f"{minutes:.0f}" if isinstance(minutes, float) else "",
        ),
        *findings_in(
            known.filter(~anything),
            FindingCode.NOT_DELIVERED,
            severity=Severity.INFO,
            action=Action.DROPPED,
            stream="bolus",
        ),
    )
    bolus = frame.select("time", "insulin_u", "extended_u", "extended_min", purpose=_purpose())
    meal = given.filter(pl.col("carbs_g") > 0).select("time", "carbs_g")
    not_eaten = findings_in(
        known.filter(~anything & (pl.col("carbs_g") > 0)),
        FindingCode.NOT_DELIVERED,
        severity=Severity.INFO,
        action=Action.DROPPED,
        stream="meal",
    )
    parts: list[_Part] = [("bolus", bolus, findings), ("meal", meal, not_eaten), *_notes(rows)]
    return [*parts, ("correction", steps, ())] if len(steps) else parts


def _bolus_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Numbers of a bolus; columns that one of the two shapes lacks are blank."""
    columns = {
        "insulin_u": DELIVERED,
        "extended_u": "BolexInsulinDelivered",
        "extended_min": "Duration",
        "carbs_g": "CarbSize",
        "food_u": "FoodDelivered",
        "correction_u": "CorrectionDelivered",
        "at_once_percent": "StandardPercent",
    }
    values = {
        name: written_numbers(rows[found]) if (found := _column(rows, column)) else pl.lit(None, dtype=pl.Float64)
        for name, column in columns.items()
    }
    words = [name for name in ("Description", "BolusType", "BolusDeliveryMethod") if name in rows.columns]
    described = pl.concat_str([pl.col(name).fill_null("") for name in words], separator=" ") if words else pl.lit("")
    return rows.select("time", DELIVERED, described.alias("words"), **values)


def _inferred_extended() -> pl.Expr:
    """What is still to come of an extended bolus of which only the first part is in the row."""
    at_once = pl.col("at_once_percent") / 100.0
    return pl.when((at_once > 0) & (at_once < 1)).then(pl.col("insulin_u") * (1.0 - at_once) / at_once)


def _purpose() -> pl.Expr:
    automatic = pl.col("words").str.contains("(?i)auto")
    correcting = (pl.col("correction_u") > 0) | pl.col("words").str.contains("(?i)correction")
    return (
        pl.when(automatic)
        .then(pl.lit(str(DosePurpose.AUTOMATED)))
        .when(pl.col("carbs_g") > 0)
        .then(pl.lit(str(DosePurpose.MEAL)))
        .when(correcting & ~(pl.col("food_u") > 0).fill_null(False))
        .then(pl.lit(str(DosePurpose.CORRECTION)))
        .otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    )


def _notes(rows: pl.DataFrame) -> list[_Part]:
    if "Note" not in rows.columns or not rows["Note"].count():
        return []
    return [("note", rows.filter(pl.col("Note").is_not_null()).select("time", text="Note"), ())]


def _therapy(streams: dict[str, pl.DataFrame]) -> TherapyKind:
    automatic = str(DosePurpose.AUTOMATED)
    by_itself = "bolus" in streams and bool((streams["bolus"]["purpose"] == automatic).any())
    return TherapyKind.CLOSED_LOOP if by_itself else TherapyKind.PUMP
