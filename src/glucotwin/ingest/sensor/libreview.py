"""LibreView: the CSV that Abbott's website exports, of FreeStyle Libre readers and apps, and of pens linked to them.

Abbott publishes no specification; the shape is that of real exports. Known traps, all handled here: one or two lines
before the header, with names that are not kept; headers in the language of the account; glucose in mg/dL or mmol/L;
dates by a setting of the account, day or month first, told apart by the whole file and the time of export in line 1;
rows grouped by kind and not in order of time; local times without offset, so that an hour of autumn comes twice; what
is out of range is shown as the end of the range; doses and meals without an amount; servings of unknown size; files
saved again by a spreadsheet program.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import DosePurpose
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.finding_sum import added_up
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.clock import ResolvedTimes, utc_from_local
from glucotwin.ingest.parse.export_table import Header, find_header, table_below
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings
from glucotwin.ingest.parse.glucose_wording import converted, english_words, require_glucose_unit
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder, WrittenTimes, local_times
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.sensor.libreview_column import GLUCOSE, KETONE_UNIT, ORDER, columns_of, is_header
from glucotwin.ingest.source import FileHead, read_text

SENSOR_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=500.0, tops_mgdl=(500.0,))
"""Sensors Libre 1 to 3 (2.2 to 27.8 mmol/L): what is beyond is shown as the end of the range."""
STRIP_RANGE = MeasuringRange(low_mgdl=20.0, high_mgdl=500.0)
"""The reader with test strips (1.1 to 27.8 mmol/L)."""
LAST_TYPE = 6
"""Records are of the types 0 sensor, 1 scan, 2 strip, 3 ketone, 4 insulin, 5 food and 6 note."""

_KINDS = {
    "historic": (GlucoseKind.CGM, SENSOR_RANGE),
    "scan": (GlucoseKind.SCAN, SENSOR_RANGE),
    "strip": (GlucoseKind.FINGERSTICK, STRIP_RANGE),
}
_NUMBERS = ("rapid_u", "carbs_g", "carbs_servings", "long_u", "ketone", "meal_u", "correction_u", "change_u")
_PARTS = ("meal_u", "correction_u", "change_u")
_MADE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}[ T]+\d{1,2}:\d{2}(?:\s?[AaPp]\.?\s?[Mm])?")
_UNKNOWN_AMOUNTS = {
    "rapid_unknown": ("rapid_u", "rapid-acting insulin, amount not noted"),
    "long_unknown": ("long_u", "long-acting insulin, amount not noted"),
    "food_unknown": ("carbs_g", "food, amount not noted"),
}

_passed_over = partial(findings_in, code=FindingCode.PASSED_OVER, action=Action.DROPPED)


class LibreViewFormat(DataFormat):
    """Reads a LibreView export."""

    name = "libreview"
    title = "a LibreView export"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when one of the first lines is the header."""
        return 1.0 if find_header(head.lines, is_header) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the whole export (see the module for what is decided)."""
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        lines = text.splitlines()
        header = find_header(lines, is_header)
        names = columns_of(header.cells) if header else None
        if header is None or names is None:
            raise DataError(
                ErrorCode.MISSING_COLUMN, f"{path.name!r} has no header of LibreView.", hint="Export the file again."
            )
        units = _units(header, names)
        zone = require_zone(options, title=self.title)
        table = table_below(text, header, names=names, wanted=ORDER, name=path.name)
        progress("sorting out rows", 0.4)
        rows, findings = _rows(table, zone, made=_made(lines[: header.line]), source=self.name)
        progress("sorting by stream", 0.8)
        entries, unreadable = _entries(rows)
        glucose, glucose_findings = _glucose(rows, units)
        streams = {
            "glucose": glucose,
            "pen": _pen(entries),
            "meal": _meals(entries),
            "ketone": entries.filter(pl.col("ketone").is_not_null()).select(
                "time", "source", ketone_mmoll=pl.col("ketone")
            ),
            "note": _notes(entries),
        }
        return Imported(
            streams=streams,
            person=_person(rows, streams),
            findings=(*findings, *unreadable, *glucose_findings, *_without_amount(entries)),
        )


def _units(header: Header, names: Sequence[str | None]) -> Mapping[str, GlucoseUnit]:
    """The unit of each glucose column.

    Raises:
        UnitError: one is missing, or ketones are not in mmol/L.
    """
    titles = {name: cell for name, cell in zip(names, header.cells, strict=True) if name is not None}
    ketone = titles.get("ketone", "mmol/L")
    if not KETONE_UNIT.search(ketone):
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            f"The column {ketone!r} holds ketones in a unit that is not known.",
            hint="Ketones are read in mmol/L.",
        )
    return {name: require_glucose_unit(titles[name]) for name in GLUCOSE if name in titles}


def _made(lines: Sequence[str]) -> str | None:
    """When the file was made, as the lines before the header say."""
    found = (_MADE.search(line) for line in lines)
    return next((one[0] for one in found if one), None)


def _rows(table: pl.DataFrame, zone: str, *, made: str | None, source: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Rows of the known types with their instants."""
    written = _written(table, made)
    device = pl.col("device").fill_null("").str.strip_chars()
    kind = pl.col("type").str.extract(r"^(\d+)(?:[.,]0+)?$").cast(pl.Int64, strict=False)
    rows = table.with_columns(
        local=written.local,
        type=kind,
        source=pl.when(device == "").then(pl.lit(source)).otherwise(pl.format(f"{source} {{}}", device)),
    )
    without_type = rows.filter(pl.col("local").is_not_null() & pl.col("type").is_null())
    rows = rows.filter(pl.col("local").is_not_null() & pl.col("type").is_not_null())
    resolved = _instants(rows, zone)
    rows = rows.with_columns(time=resolved.time)
    strange = rows.filter(pl.col("type") > LAST_TYPE)
    kinds = ", ".join(f"type {one}" for one in sorted(strange["type"].unique())[:5])
    count = len(without_type) + sum(one.count for one in written.findings if one.code is FindingCode.UNREADABLE_ROWS)
    return rows.filter(pl.col("type") <= LAST_TYPE), (
        *(one for one in written.findings if one.code is not FindingCode.UNREADABLE_ROWS),
        *resolved.findings,
        *unreadable_rows(count),
        *_passed_over(strange, kinds=kinds, severity=Severity.WARNING),
    )


def _written(table: pl.DataFrame, made: str | None) -> WrittenTimes:
    """Local times; the time of export, where it can only be of one order, is evidence of the rows' order as well."""
    times = local_times(table["time"], lines=table[LINE], generated=made)
    if made is None or times.order is DateOrder.YEAR_FIRST:
        return times
    orders = tuple(order for order in DateOrder if _times_in(order, pl.Series([made]), pl.Series([1]), made))
    if len(orders) != 1 or times.order in orders:
        return times
    other = _times_in(orders[0], table["time"], table[LINE], made)
    return other if other and other.local.null_count() == times.local.null_count() else times


def _times_in(order: DateOrder, texts: pl.Series, lines: pl.Series, made: str) -> WrittenTimes | None:
    """Local times in one order; None where most are not written in it."""
    try:
        return local_times(texts, lines=lines, orders=(order,), generated=made)
    except DataError:
        return None


def _instants(rows: pl.DataFrame, zone: str) -> ResolvedTimes:
    """Instants of local times, for each device and type of record by itself, as they are grouped in the file.

    Within a group that is sorted by the clock, the second of two equal times is an hour later where that hour repeats.
    """
    numbered = rows.select("local", "type", "serial", "source").with_row_index("row")
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for group in numbered.partition_by("serial", "source", "type", maintain_order=True):
        forward = group if len(group) < 2 or group["local"][0] <= group["local"][-1] else group.reverse()
        again = forward.with_columns(again=pl.int_range(pl.len()).over("local") > 0)
        ordered = again.sort(pl.col("local").dt.date(), "again", maintain_order=True)
        resolved = utc_from_local(ordered["local"], zone)
        findings += resolved.findings
        parts.append(ordered.select("row", time=resolved.time))
    if not parts:
        return ResolvedTimes(time=pl.Series("time", [], dtype=pl.Datetime("us", "UTC")))
    return ResolvedTimes(time=pl.concat(parts).sort("row")["time"], findings=added_up(findings))


def _entries(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Rows with numbers instead of texts for all but glucose; those with a text that is no number are left out."""
    columns = {name: written_numbers(rows[name]) for name in _NUMBERS}
    strange = pl.select(
        pl.any_horizontal(rows[name].is_not_null() & values.is_null() for name, values in columns.items())
    ).to_series()
    return rows.with_columns(**columns).filter(~strange), unreadable_rows(int(strange.sum()))


def _glucose(rows: pl.DataFrame, units: Mapping[str, GlucoseUnit]) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Readings of the sensor's history, of scans and of test strips."""
    frames: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for name, unit in units.items():
        kind, measuring = _KINDS[name]
        texts = rows.select("time", "source", english_words(rows[name]).alias("text"))
        frame, unreadable = glucose_readings(texts, "text", unit=unit, kind=kind, measuring=measuring)
        frames.append(frame)
        findings += (*unreadable_rows(unreadable, stream="glucose"), *converted(frame, unit))
    return pl.concat(frames), added_up(findings)


def _pen(rows: pl.DataFrame) -> pl.DataFrame:
    """Doses; without a total, what the reader's calculator gives for meal, correction and own change is summed."""
    parts = pl.any_horizontal(pl.col(name).is_not_null() for name in _PARTS)
    total = pl.sum_horizontal(_PARTS).clip(lower_bound=0.0)
    meal, correction = (pl.col(name).fill_null(0.0) > 0 for name in ("meal_u", "correction_u"))
    purpose = (
        pl.when(meal)
        .then(pl.lit(str(DosePurpose.MEAL)))
        .when(correction)
        .then(pl.lit(str(DosePurpose.CORRECTION)))
        .otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    )
    rapid = rows.with_columns(insulin_u=pl.coalesce("rapid_u", pl.when(parts).then(total)))
    return pl.concat(
        [
            rapid.filter(pl.col("insulin_u").is_not_null()).select(
                "time", "source", "insulin_u", product=pl.lit("rapid"), purpose=purpose
            ),
            rows.filter(pl.col("long_u").is_not_null()).select(
                "time",
                "source",
                insulin_u=pl.col("long_u"),
                product=pl.lit("long"),
                purpose=pl.lit(str(DosePurpose.BASAL)),
            ),
        ]
    )


def _meals(rows: pl.DataFrame) -> pl.DataFrame:
    with_carbs = rows.filter(pl.col("carbs_g").is_not_null())
    return with_carbs.select("time", "source", "carbs_g", note=pl.col("note").fill_null(""))


def _notes(rows: pl.DataFrame) -> pl.DataFrame:
    """Remarks, and what was taken in an amount that nobody noted."""
    remarks = rows.filter(pl.col("note").is_not_null() & pl.col("carbs_g").is_null())
    servings = rows.filter(_servings_only())
    return pl.concat(
        [
            remarks.select("time", "source", text=pl.col("note")),
            servings.select("time", "source", text=pl.format("{} servings of carbohydrate", pl.col("carbs_servings"))),
            *(
                rows.filter(_marked(mark, amount)).select("time", "source", text=pl.lit(text))
                for mark, (amount, text) in _UNKNOWN_AMOUNTS.items()
            ),
        ]
    )


def _servings_only() -> pl.Expr:
    return pl.col("carbs_servings").is_not_null() & pl.col("carbs_g").is_null()


def _marked(mark: str, amount: str) -> pl.Expr:
    return pl.col(mark).is_not_null() & (pl.col(mark) != "0") & pl.col(amount).is_null()


def _without_amount(rows: pl.DataFrame) -> tuple[Finding, ...]:
    """What cannot count because its amount is not known; it stays as a note."""
    marks = {mark: rows.filter(_marked(mark, amount)) for mark, (amount, _) in _UNKNOWN_AMOUNTS.items()}
    doses = pl.concat([marks["rapid_unknown"], marks["long_unknown"]])
    servings = rows.filter(_servings_only())
    columns = [*(f"{name}" for name in GLUCOSE), *_NUMBERS, *_UNKNOWN_AMOUNTS, "note"]
    empty = rows.filter(pl.all_horizontal(pl.col(name).is_null() for name in columns))
    return (
        *_passed_over(doses, kinds="insulin without an amount", severity=Severity.WARNING, stream="pen"),
        *_passed_over(marks["food_unknown"], kinds="food without an amount", severity=Severity.WARNING, stream="meal"),
        *_passed_over(
            servings, kinds="carbohydrate in servings of unknown size", severity=Severity.WARNING, stream="meal"
        ),
        *_passed_over(empty, kinds="events without content", severity=Severity.INFO),
    )


def _person(rows: pl.DataFrame, streams: Mapping[str, pl.DataFrame]) -> PersonHints:
    """The device that most readings come from; people who log long-acting insulin inject."""
    devices = rows.filter(pl.col("type") <= 1)["device"].drop_nulls().mode().sort().to_list()
    long_acting = (streams["pen"]["product"] == "long").any()
    return PersonHints(
        cgm_device=devices[0] if devices else "", therapy=TherapyKind.INJECTIONS if long_acting else None
    )
