"""Medtronic CareLink's CSV of a pump (5xx to 780G) or of the Guardian Connect sensor.

Source: exports of a Guardian Connect and of a MiniMed 780G in Europe. A preamble names the person (not read) and the
device; sections (pump, aggregated automatic insulin, sensor) follow, each with a line of dashes and the same header,
newest rows first. European files have semicolons and decimal commas, American ones commas and points; long exports
repeat the sections. Local times of the device's clock without zone. The rows of insulin are told of in
``glucotwin.ingest.pump.carelink_pump``. A Guardian Connect has what its user typed in as event markers.
"""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.observation import DeviceEventKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.glucose_column import (
    METER_RANGE,
    SENSOR_RANGE,
    MeasuringRange,
    glucose_readings,
    unit_in_header,
)
from glucotwin.ingest.parse.table import LINE, table_of
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import local_times
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.pump.carelink_pump import (
    SUSPEND,
    basal_segments,
    boluses,
    carbohydrate_at_the_pump,
    therapy_of,
)
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead, read_text

DASHES = "-------"
FIRST_CELLS = ("Index", "Date", "Time")
EVENT_MARKER = "Event Marker"
ALERTS = ("Alarm", "Alert")
UNUSED = ("Sensor Exception", "Sensor State", "User Cleared Alerts", "Rewind")
SENSOR_IN_PREAMBLE = re.compile(r'\bCGM[;,]"?(Guardian[^;,"\r\n]*)')
MARKED_INSULIN = r"^Insulin: ?([0-9.,]+) ?(?:U|units)?$"
MARKED_MEAL = r"^Meal: ?([0-9.,]+) ?(?:g|grams?)$"
UNKNOWN_PRODUCT = "unknown"
"""The user of a Guardian Connect types in units, not which insulin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """A header and its rows, as a piece of the file's text.

    Attributes:
        model: the device's model.
        first_line: number of the header's line.
        text: from the header on.
    """

    model: str
    first_line: int
    text: str


class CareLinkFormat(DataFormat):
    """Reads a CareLink CSV of any dialect."""

    name = "carelink"
    title = "a CareLink export"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when a header has CareLink's first columns and one of its glucose or insulin columns."""
        return 1.0 if any(_is_header(line) and _is_complete(line) for line in head.text.split("\n")[:400]) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads a file (see the module for what it holds).

        Raises:
            DataError: it has no section with rows, or the zone of its times is not known.
            UnitError: the header does not say the unit of glucose or carbohydrate.
        """
        progress("reading the file", 0.0)
        zone = require_zone(options, title=self.title)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        rows, findings = _rows(text, zone, path.name)
        progress("sorting out rows", 0.5)
        glucose, unread_glucose = _glucose(rows)
        bolus, steps, bolus_findings = boluses(rows)
        basal, basal_findings = basal_segments(rows, zone)
        carbs, carb_findings = carbohydrate_at_the_pump(rows)
        pen, marked, marker_findings = _markers(rows)
        streams = {
            "glucose": glucose,
            "bolus": bolus,
            "basal": basal,
            "pen": pen,
            "meal": pl.concat([carbs, marked]),
            "device": _device_events(rows),
            "correction": steps,
        }
        unused = sum(rows[name].count() for name in UNUSED if name in rows.columns)
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(therapy=therapy_of(rows), cgm_device=_sensor_model(text, rows)),
            findings=(
                *findings,
                *unreadable_rows(unread_glucose, stream="glucose"),
                *bolus_findings,
                *basal_findings,
                *carb_findings,
                *marker_findings,
                *passed_over(unused, kinds="states of the sensor, cleared alerts, rewinds"),
            ),
        )


def _cells(line: str) -> list[str]:
    separator = ";" if line.count(";") > line.count(",") else ","
    return [cell.strip().strip('"\ufeff') for cell in line.split(separator)]


def _is_header(line: str) -> bool:
    return line.lstrip('"\ufeff').startswith("Index") and tuple(_cells(line)[:3]) == FIRST_CELLS


def _is_complete(line: str) -> bool:
    """Whether a header has a column that only CareLink writes."""
    return any(cell.startswith(("Sensor Glucose (", "BG Reading (", "Bolus Volume ")) for cell in _cells(line))


def _sections(text: str) -> list[_Section]:
    """The sections of a file; what stands before the first is passed over."""
    lines = text.split("\n")
    marks = [number for number, line in enumerate(lines) if line.lstrip('"').startswith(DASHES) or _is_header(line)]
    sections: list[_Section] = []
    model = ""
    for mark, end in itertools.pairwise([*marks, len(lines)]):
        if not _is_header(lines[mark]):
            model = [*_cells(lines[mark]), ""][1]
            continue
        sections.append(_Section(model=model, first_line=mark + 1, text="\n".join(lines[mark:end])))
    return sections


def _rows(text: str, zone: str, name: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """The rows of all sections, oldest first, with ``time``, ``local`` and ``model``."""
    sections = _sections(text)
    tables = [table for number, one in enumerate(sections) if (table := _table(one, number, name)) is not None]
    if not tables:
        code = ErrorCode.EMPTY_FILE if sections else ErrorCode.MISSING_COLUMN
        what = "has headers but no rows" if sections else "has no section with the columns Index, Date and Time"
        raise DataError(code, f"{name!r} {what}.", hint="Export it from CareLink again, for a longer period.")
    table = pl.concat(tables, how="diagonal").with_columns(
        __written=pl.concat_str(pl.col("Date"), pl.lit(" "), pl.col("Time"))
    )
    written = local_times(table["__written"], lines=table[LINE])
    timed = table.with_columns(local=written.local)
    missing = int(table["__written"].is_null().sum())
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = [*written.findings, *unreadable_rows(missing)]
    # Each section runs through the whole period: across sections the clock would seem to run back.
    for part in timed.partition_by("section", maintain_order=True):
        resolved = utc_from_local(part["local"], zone)
        parts.append(part.with_columns(time=resolved.time))
        findings += resolved.findings
    known = pl.concat(parts).filter(pl.col("time").is_not_null())
    return known.drop("__written", "section").sort(["time", LINE], descending=[False, True]), tuple(findings)


def _table(section: _Section, number: int, name: str) -> pl.DataFrame | None:
    """The rows of a section as texts; None when it has none."""
    header = section.text.split("\n", 1)[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    try:
        table = table_of(section.text, name=name, separator=separator, first_line=section.first_line, ragged=True)
    except DataError as error:
        if error.code is ErrorCode.EMPTY_FILE:
            return None
        raise
    return table.with_columns(model=pl.lit(section.model), section=pl.lit(number))


def _glucose(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Sensor and finger-stick readings; a finger-stick that the pump passes on to its sensor is the same one."""
    frames: list[pl.DataFrame] = []
    unread = 0
    for column, kind, measuring in _glucose_columns(rows):
        unit = unit_in_header(column)
        wanted = _received_once(rows, column) if kind is GlucoseKind.FINGERSTICK else rows
        readings, wrong = glucose_readings(
            wanted.select("time", column), column, unit=unit, kind=kind, measuring=measuring
        )
        frames.append(readings)
        unread += wrong
    if not frames:
        return pl.DataFrame(schema={"time": rows.schema["time"], "glucose_mgdl": pl.Float64}), unread
    return pl.concat(frames), unread


def _glucose_columns(rows: pl.DataFrame) -> list[tuple[str, GlucoseKind, MeasuringRange]]:
    starts = (
        ("Sensor Glucose", GlucoseKind.CGM, SENSOR_RANGE),
        ("BG Reading", GlucoseKind.FINGERSTICK, METER_RANGE),
    )
    return [
        (column, kind, measuring)
        for column in rows.columns
        for start, kind, measuring in starts
        if column == start or column.startswith(f"{start} (")
    ]


def _received_once(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Rows without finger-sticks that were only passed on: accepted from a meter, sent for calibration."""
    if "BG Source" not in rows.columns:
        return rows
    given = rows.filter(pl.col(column).is_not_null())
    passed_on = pl.col("BG Source").str.to_uppercase().str.contains("SENT_FOR_CALIB|ACCEPTED_REMOTE").fill_null(False)
    near = (pl.col("time") - pl.col("time").shift(1)) <= pl.duration(minutes=15)
    same = pl.col(column) == pl.col(column).shift(1)
    return given.filter(~(passed_on & near & same).fill_null(False))


def _markers(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Injections and meals that the user typed in, such as ``Insulin: 27,00`` and ``Meal: 60,00grams``."""
    name = EVENT_MARKER if EVENT_MARKER in rows.columns else None
    marked = rows.select("time", text=pl.col(name) if name else pl.lit(None, dtype=pl.String)).drop_nulls()
    read = marked.with_columns(
        insulin_u=written_numbers(marked["text"].str.extract(MARKED_INSULIN, 1)),
        carbs_g=written_numbers(marked["text"].str.extract(MARKED_MEAL, 1)),
    )
    pen = read.filter(pl.col("insulin_u").is_not_null()).select("time", "insulin_u", product=pl.lit(UNKNOWN_PRODUCT))
    meal = read.filter(pl.col("carbs_g").is_not_null()).select("time", "carbs_g")
    others = read.filter(pl.col("insulin_u").is_null() & pl.col("carbs_g").is_null())
    broken = others["text"].str.contains("^(Insulin|Meal):")
    return (
        pen,
        meal,
        (
            *unreadable_rows(int(broken.sum())),
            *passed_over(len(others) - int(broken.sum()), kinds="other event markers"),
        ),
    )


def _device_events(rows: pl.DataFrame) -> pl.DataFrame:
    """Alarms, suspensions, fillings, calibrations, and changes of the clock."""
    filled = pl.col("Prime Type").str.contains("(?i)cannula|fixed")
    resumed = pl.col(SUSPEND).str.contains("(?i)normal|resume")
    calibration = next((column for column in rows.columns if column.startswith("Sensor Calibration BG")), "")
    columns = {
        **dict.fromkeys(ALERTS, _kind(DeviceEventKind.ALARM)),
        "Prime Type": pl.when(filled)
        .then(_kind(DeviceEventKind.SITE_CHANGE))
        .otherwise(_kind(DeviceEventKind.RESERVOIR_CHANGE)),
        SUSPEND: pl.when(resumed)
        .then(_kind(DeviceEventKind.PUMP_RESUME))
        .otherwise(_kind(DeviceEventKind.PUMP_SUSPEND)),
        calibration: _kind(DeviceEventKind.SENSOR_CALIBRATION),
        "New Device Time": _kind(DeviceEventKind.CLOCK_CHANGE),
    }
    frames = [
        rows.filter(pl.col(name).is_not_null()).select("time", kind=kind, device="model", detail=pl.col(name))
        for name, kind in columns.items()
        if name in rows.columns
    ]
    return pl.concat(frames) if frames else rows.clear().select("time", kind=pl.lit(""), device="model")


def _kind(kind: DeviceEventKind) -> pl.Expr:
    return pl.lit(str(kind))


def _sensor_model(text: str, rows: pl.DataFrame) -> str:
    """The sensor as the preamble of a pump or the sections of a sensor without pump name it."""
    found = SENSOR_IN_PREAMBLE.search(text[:4000])
    if found:
        return found.group(1).strip()
    return "Guardian Connect" if "Guardian Connect" in set(rows["model"]) else "Medtronic Guardian"
