"""Dexcom Clarity: the CSV that its website exports, of G4 to G7 and Stelo, in every shape it has had since 2016.

Dexcom publishes no specification; the shape is that of real exports. Fourteen columns, of which the last two are
missing in the oldest files, quoted or not, in mg/dL or mmol/L, with a byte-order mark that re-saving may encode twice.
Known traps, all handled here: an untimed preamble with names and alert settings, whose ``Alert`` rows hold limits in
the glucose column; rows with and without the last cell; the words Low and High beyond 40 and 400 mg/dL; local times
without offset, so that an hour of autumn comes twice, which the transmitter's own clock tells apart; calibrations
among the sensor's readings; headers in other languages, which keep the order of the columns.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import DosePurpose
from glucotwin.domain.observation import DeviceEventKind, NoteKind
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.clock import ResolvedTimes, utc_from_local
from glucotwin.ingest.parse.export_table import Header, find_header, table_below
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings
from glucotwin.ingest.parse.glucose_wording import converted, english_words, require_glucose_unit
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import local_times
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead, read_text
from glucotwin.ingest.tidepool.record import INTENSITY_FRACTION

COLUMNS = (
    "index",
    "time",
    "event",
    "subtype",
    "patient",
    "device",
    "display",
    "glucose",
    "insulin",
    "carbs",
    "duration",
    "rate",
    "transmitter_s",
    "transmitter",
)
"""The columns in the order of every file, whatever their names."""
FEWEST_COLUMNS = 10
SENSOR_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=400.0)
"""Sensors G4 to G7; beyond it the file says Low or High, and its numbers are values."""
METER_RANGE = MeasuringRange(low_mgdl=20.0, high_mgdl=600.0)
"""Meters whose values are entered as calibrations."""

_TIME_HEADER = re.compile(r"\(....-..-.*hh:mm:ss\)$", re.IGNORECASE)
_DURATION_HEADER = re.compile(r"\(hh:mm:ss\)$", re.IGNORECASE)
_INSULIN_UNIT = re.compile(r"\((?:u|iu|ie|ui|e|units|unidades|einheiten|unités)\)$", re.IGNORECASE)
_MODEL = re.compile(r"\b(G[4-9]|Stelo|ONE\+?)", re.IGNORECASE)
_EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sensor": ("egv", "egw", "niveles estimados de glucosa"),
        "calibration": ("calibration", "kalibrierung", "calibracion", "etalonnage"),
        "insulin": ("insulin", "insulina", "insuline"),
        "carbs": ("carbs", "kohlenhydrate", "carbohidratos", "hidratos de carbono", "glucides"),
        "exercise": ("exercise", "training", "bewegung", "ejercicio", "exercice"),
        "health": ("health", "gesundheit", "salud", "sante"),
        "alert": ("alert", "warnung", "alerta", "alerte"),
    }
)
"""Kinds of rows as the languages write them, without accents."""
_FAST = "fast|schnell|rapid"
_LONG = "long|lang|lent|prolong"
_NOTES = MappingProxyType(
    {
        "illness": NoteKind.ILLNESS,
        "stress": NoteKind.STRESS,
        "cycle": NoteKind.CYCLE,
        "alcohol": NoteKind.ALCOHOL,
    }
)
_INTENSITY = MappingProxyType({"light": "low", "medium": "medium", "heavy": "high"})

_passed_over = partial(findings_in, code=FindingCode.PASSED_OVER, severity=Severity.INFO, action=Action.DROPPED)


class DexcomClarityFormat(DataFormat):
    """Reads a Clarity export."""

    name = "dexcom-clarity"
    title = "a Dexcom Clarity export"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when time and duration are in their places; without the last column, it may be a data set's."""
        header = find_header(head.lines, _is_header)
        if header is None:
            return 0.0
        return 0.95 if len(header.cells) == len(COLUMNS) - 1 else 1.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the whole export (see the module for what is corrected)."""
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        header = find_header(text.splitlines(), _is_header)
        if header is None:
            raise DataError(
                ErrorCode.MISSING_COLUMN, f"{path.name!r} has no header of Clarity.", hint="Export the file again."
            )
        unit = require_glucose_unit(header.cells[COLUMNS.index("glucose")])
        zone = require_zone(options, title=self.title)
        names = [*COLUMNS, *([None] * len(header.cells))][: len(header.cells)]
        table = table_below(text, header, names=names, wanted=COLUMNS, name=path.name)
        progress("sorting out rows", 0.4)
        rows, findings = _rows(table.filter(pl.col("time").is_not_null()), zone, source=self.name, name=path.name)
        _check_insulin_unit(rows, header)
        progress("sorting by stream", 0.8)
        streams, stream_findings = _streams(rows, unit)
        return Imported(streams=streams, person=_person(table, streams), findings=(*findings, *stream_findings))


def _is_header(cells: tuple[str, ...]) -> bool:
    if len(cells) < FEWEST_COLUMNS:
        return False
    duration = len(cells) <= COLUMNS.index("duration") or _DURATION_HEADER.search(cells[COLUMNS.index("duration")])
    return bool(_TIME_HEADER.search(cells[COLUMNS.index("time")]) and duration)


def _check_insulin_unit(rows: pl.DataFrame, header: Header) -> None:
    cell = header.cells[COLUMNS.index("insulin")]
    if not _INSULIN_UNIT.search(cell) and rows["insulin"].is_not_null().any():
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            f"The column {cell!r} holds insulin in a unit that is not known.",
            hint="Insulin is read in units: Insulin Value (u).",
        )


def _rows(timed: pl.DataFrame, zone: str, *, source: str, name: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """The timed rows with their instants and the kind of each, in the order of the file."""
    if timed.is_empty():
        raise DataError(ErrorCode.EMPTY_FILE, f"{name!r} has no rows with a time.", hint="Export a longer period.")
    written = local_times(timed["time"], lines=timed[LINE])
    resolved = _instants(timed.with_columns(local=written.local), zone)
    kinds = {word: kind for kind, words in _EVENTS.items() for word in words}
    rows = timed.with_columns(
        time=resolved.time,
        kind=_plain(timed["event"]).replace_strict(kinds, default=None, return_dtype=pl.String),
        subtype=_plain(timed["subtype"]),
        title=timed["subtype"].fill_null(""),
        source=_source(source),
    ).filter(pl.col("time").is_not_null())
    if len(rows) and rows["kind"].is_null().all():
        found = ", ".join(sorted(rows["event"].drop_nulls().unique())[:5])
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"None of the kinds of events in {name!r} is known: {found[:80]}.",
            hint="Set the language of Clarity to English and export the file again.",
        )
    return rows, (*written.findings, *resolved.findings)


def _plain(texts: pl.Series) -> pl.Series:
    """Texts in lower case without accents; there are few different ones."""
    known = {text: _without_accents(text) for text in texts.drop_nulls().unique()}
    return texts.replace_strict(known, default="", return_dtype=pl.String)


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _source(name: str) -> pl.Expr:
    """The format with the kind of display that reported a row: two that show one sensor report every reading twice.

    Receivers are named by their serial number, which is not kept.
    """
    display = pl.col("display").fill_null("").str.strip_chars()
    known = display.str.contains(r"(?i)^(android|ios|iphone|ipad|watch|apple)")
    return (
        pl.when(display == "")
        .then(pl.lit(name))
        .when(known)
        .then(pl.format(f"{name} {{}}", display))
        .otherwise(pl.lit(f"{name} receiver"))
    )


def _instants(rows: pl.DataFrame, zone: str) -> ResolvedTimes:
    """Instants of local times; in the repeated hour of autumn the transmitter's clock, in seconds, decides."""
    by_order = utc_from_local(rows["local"], zone)
    passes = rows.select(
        "transmitter",
        pl.col("transmitter_s").cast(pl.Float64, strict=False).alias("ticks"),
        *(
            pl.col("local")
            .dt.replace_time_zone(zone, ambiguous=which, non_existent="null")
            .dt.epoch("s")
            .cast(pl.Float64)
            .alias(which)
            for which in ("earliest", "latest")
        ),
    ).with_columns(repeated=(pl.col("earliest") != pl.col("latest")).fill_null(False))
    if not passes["repeated"].any():
        return by_order
    # Where the clock is plain, the instant less the transmitter's seconds is when the transmitter started.
    start = pl.when(~pl.col("repeated")).then(pl.col("earliest") - pl.col("ticks"))
    near = start.forward_fill().over("transmitter").fill_null(start.backward_fill().over("transmitter"))
    passes = passes.with_columns(
        early=(pl.col("earliest") - pl.col("ticks") - near).abs(),
        late=(pl.col("latest") - pl.col("ticks") - near).abs(),
    ).with_columns(decided=(pl.col("repeated") & pl.col("early").is_not_null()))
    seconds = pl.when(pl.col("late") < pl.col("early")).then("latest").otherwise("earliest")
    told = passes.select((seconds * 1e6).cast(pl.Int64).cast(pl.Datetime("us", "UTC")).alias("time"))["time"]
    time = told.zip_with(passes["decided"], by_order.time)
    return ResolvedTimes(time=time.alias("time"), findings=_clock_findings(by_order, time, passes))


def _clock_findings(by_order: ResolvedTimes, time: pl.Series, passes: pl.DataFrame) -> tuple[Finding, ...]:
    """Findings about clock changes, without the times that the transmitter decided."""
    open_ = pl.DataFrame({"time": time}).filter(passes["repeated"] & ~passes["decided"])
    return (
        *(one for one in by_order.findings if one.code is not FindingCode.AMBIGUOUS_TIMES),
        *findings_in(open_, FindingCode.AMBIGUOUS_TIMES, severity=Severity.WARNING, action=Action.CORRECTED),
    )


def _streams(rows: pl.DataFrame, unit: GlucoseUnit) -> tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]:
    values = rows.with_columns(
        glucose=english_words(rows["glucose"]),
        insulin_u=written_numbers(rows["insulin"]),
        carbs_g=written_numbers(rows["carbs"]),
        duration_min=_minutes("duration"),
    )
    of_kind = {kind: values.filter(pl.col("kind") == kind) for kind in _EVENTS}
    sensor, calibration = (
        glucose_readings(of_kind[name], "glucose", unit=unit, kind=kind, measuring=measuring)[0].drop("original_mgdl")
        for name, kind, measuring in (
            ("sensor", GlucoseKind.CGM, SENSOR_RANGE),
            ("calibration", GlucoseKind.FINGERSTICK, METER_RANGE),
        )
    )
    readable = {"sensor": sensor, "calibration": calibration} | {
        kind: of_kind[kind].filter(pl.col(value).is_not_null())
        for kind, value in (("insulin", "insulin_u"), ("carbs", "carbs_g"), ("exercise", "duration_min"))
    }
    glucose = pl.concat(
        frame.select("time", "source", "glucose_mgdl", "censoring", "kind") for frame in (sensor, calibration)
    )
    streams = {
        "glucose": glucose,
        "pen": _pen(readable["insulin"]),
        "meal": readable["carbs"].select("time", "source", "carbs_g"),
        "activity": _activity(readable["exercise"]),
        "note": _notes(of_kind["health"]),
        "device": _device(calibration, of_kind["alert"]),
    }
    unknown = rows.filter(pl.col("kind").is_null())
    kinds = ", ".join(sorted(unknown["event"].fill_null("without a kind").unique())[:5])
    return streams, (
        *unreadable_rows(sum(len(of_kind[kind]) - len(frame) for kind, frame in readable.items())),
        *converted(glucose, unit),
        *_passed_over(unknown, kinds=kinds[:80]),
    )


def _minutes(column: str) -> pl.Expr:
    """``1:05:00`` as 65."""
    parts = pl.col(column).str.extract_groups(r"^(?<hours>\d+):(?<minutes>\d{1,2})(?::(?<seconds>\d{1,2}))?$")
    hours, minutes, seconds = (parts.struct.field(part).cast(pl.Float64) for part in ("hours", "minutes", "seconds"))
    return hours * 60.0 + minutes + seconds.fill_null(0.0) / 60.0


def _pen(insulin: pl.DataFrame) -> pl.DataFrame:
    """Doses as they were logged in the app, which is what people do who inject; the file names no product."""
    fast, long = pl.col("subtype").str.contains(_FAST), pl.col("subtype").str.contains(_LONG)
    product = pl.when(fast).then(pl.lit("rapid")).when(long).then(pl.lit("long")).otherwise(pl.lit("unknown"))
    purpose = pl.when(long & ~fast).then(pl.lit(str(DosePurpose.BASAL))).otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    return insulin.select("time", "source", "insulin_u", product=product, purpose=purpose)


def _activity(exercise: pl.DataFrame) -> pl.DataFrame:
    shares = {word: INTENSITY_FRACTION[level] for word, level in _INTENSITY.items()}
    intensity = pl.col("subtype").replace_strict(shares, default=None, return_dtype=pl.Float64)
    return exercise.select("time", "source", "duration_min", intensity_fraction=intensity, note=pl.col("title"))


def _notes(health: pl.DataFrame) -> pl.DataFrame:
    kinds = {word: str(kind) for word, kind in _NOTES.items()}
    kind = pl.col("subtype").replace_strict(kinds, default=str(NoteKind.NOTE), return_dtype=pl.String)
    return health.select("time", "source", kind=kind, text=pl.col("title"))


def _device(calibration: pl.DataFrame, alert: pl.DataFrame) -> pl.DataFrame:
    """Calibrations, and alerts that carry a time; those of the preamble are settings."""
    value = pl.format("{} mg/dL", pl.col("glucose_mgdl").round(0).cast(pl.Int64))
    return pl.concat(
        [
            calibration.select("time", "source", kind=pl.lit(str(DeviceEventKind.SENSOR_CALIBRATION)), detail=value),
            alert.select("time", "source", kind=pl.lit(str(DeviceEventKind.ALARM)), detail=pl.col("title")),
        ]
    )


def _person(table: pl.DataFrame, streams: Mapping[str, pl.DataFrame]) -> PersonHints:
    """The sensor by the app in the preamble or the display of most rows; who logs long-acting insulin injects."""
    devices = table.filter(pl.col("time").is_null())["device"].drop_nulls().to_list()
    displays = table["display"].drop_nulls().mode().sort().to_list()
    models = [found[1] for text in (*devices, *displays) if (found := _MODEL.search(text))]
    long_acting = (streams["pen"]["product"] == "long").any()
    return PersonHints(
        cgm_device=f"Dexcom {models[0].upper() if models[0][0] in 'gG' else models[0]}" if models else "",
        therapy=TherapyKind.INJECTIONS if long_acting else None,
    )
