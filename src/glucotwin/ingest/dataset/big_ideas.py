"""BIG IDEAs: food logs and wearable files, one CSV per person and kind, of 16 adults in Durham without diabetes.

Source: Cho, Kim, Bent, Dunn 2023, PhysioNet big-ideas-glycemic-wearable 1.1.3 (ODC-By 1.0). The sensor's files are
Dexcom Clarity exports and read as such. Dates are shifted, so that the zone only places the times of day. Traps, all
handled here: one row per food; the time is named ``time`` or ``time_of_day`` and its date is written in two ways; one
row lacks its beginning; one file has no header and eleven columns; a time of day from before noon was entered for one
after noon. Of the Empatica's files the heart rate is read; the others hold what has no place here and are refused.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.table import LINE, read_table, require_columns, table_of
from glucotwin.ingest.parse.timed_table import header_cells, timed_rows
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder, local_times
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead, read_head, read_text

ZONE = "America/New_York"
FOOD = ("date", "logged_food", "searched_food", "calorie", "total_carb")
HEADERLESS = "date,time,time_begin,logged_food,amount,unit,searched_food,calorie,total_carb,dietary_fiber,protein"
"""Columns of the file without a header."""
_HEADERLESS_ROW = re.compile(
    r"^\d{4}-\d{2}-\d{2},\d{1,2}:\d{2}(:\d{2})?,\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}(:\d{2})?,[^,\d][^,]*,"
)
HEART_RATE = ("datetime", "hr")
WEARABLE: Mapping[tuple[str, ...], str] = MappingProxyType(
    {
        ("datetime", "ibi"): "intervals between heart beats",
        ("datetime", "eda"): "the skin's conductance",
        ("datetime", "temp"): "the skin's temperature",
        ("datetime", "bvp"): "the pulse's volume",
        ("datetime", "acc_x", "acc_y", "acc_z"): "acceleration",
    }
)
"""Headers of the files that are refused, and what they hold."""
NUTRIENTS = {"total_carb": "carbs_g", "protein": "protein_g", "total_fat": "fat_g", "dietary_fiber": "fibre_g"}
ORDERS = (DateOrder.YEAR_FIRST, DateOrder.MONTH_FIRST)
HALF_DAY = pl.duration(hours=12)


class BigIdeasFormat(DataFormat):
    """Reads a food log or a heart-rate file of BIG IDEAs."""

    name = "big-ideas"
    title = "a BIG IDEAs file"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain by the header; nearly so by the rows of a food log without one."""
        cells = header_cells(head.header)
        if cells == HEART_RATE or cells in WEARABLE or set(cells).issuperset(FOOD):
            return 1.0
        return 0.8 if _is_headerless(head) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one file (see the module for what is handled).

        Raises:
            DataError: it holds a wearable's signal that has no place here.
        """
        progress("reading the file", 0.0)
        head = read_head(path)
        cells = header_cells(head.header)
        if cells in WEARABLE:
            raise DataError(
                ErrorCode.UNRECOGNISED_FORMAT,
                f"{path.name!r} holds {WEARABLE[cells]}, which is not used here.",
                hint="Import the food log, the heart rate and the sensor's file of the same person.",
            )
        table = self._table(path, head)
        progress("sorting out rows", 0.5)
        zone = options.zone or ZONE
        streams, findings = _heart_rate(table, zone) if cells == HEART_RATE else _food(table, zone)
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(zone=ZONE, adult=True, diabetes_type=DiabetesType.NONE, therapy=TherapyKind.NO_INSULIN),
            findings=findings,
        )

    def _table(self, path: Path, head: FileHead) -> pl.DataFrame:
        if not _is_headerless(head):
            return read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, ragged=True)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        return table_of(f"{HEADERLESS}\n{text}", name=path.name, first_line=0, ragged=True)


def _is_headerless(head: FileHead) -> bool:
    return _HEADERLESS_ROW.match(head.header) is not None


def _heart_rate(table: pl.DataFrame, zone: str) -> tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]:
    require_columns(table, HEART_RATE, title="A heart-rate file of BIG IDEAs")
    rows, findings = timed_rows(table, "datetime", zone=zone, orders=ORDERS)
    rated = rows.select("time", heart_rate_bpm=written_numbers(rows["hr"]))
    known = rated.filter(pl.col("heart_rate_bpm") > 0)
    return {"heart_rate": known}, (*findings, *unreadable_rows(len(rated) - len(known), stream="heart_rate"))


def _food(table: pl.DataFrame, zone: str) -> tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]:
    if "time" not in table.columns and "time_of_day" in table.columns:
        table = table.rename({"time_of_day": "time"})
    require_columns(table, ("date", "time", "time_begin", "logged_food", "total_carb"), title="A BIG IDEAs food log")
    local, findings = _begun(table)
    resolved = utc_from_local(local, zone)
    columns = [name for name in NUTRIENTS if name in table.columns]
    names = [name for name in ("logged_food", "searched_food") if name in table.columns]
    foods = table.select(time=resolved.time, note=pl.coalesce(*names, pl.lit(""))).with_columns(
        written_numbers(table[column]).alias(NUTRIENTS[column]) for column in columns
    )
    placed = foods.filter(pl.col("time").is_not_null())
    counted = placed.filter(pl.col("carbs_g").is_not_null())
    left_out = (
        *unreadable_rows(len(foods) - len(placed), stream="meal"),
        *passed_over(len(placed) - len(counted), kinds="foods without carbohydrate"),
    )
    return {"meal": counted}, (*findings, *resolved.findings, *left_out)


def _begun(table: pl.DataFrame) -> tuple[pl.Series, tuple[Finding, ...]]:
    """Local times at which foods were begun, with the wrong half of the day put right where the order tells it."""
    begun = local_times(table["time_begin"], lines=table[LINE], orders=ORDERS).local
    logged = table.select(written=pl.concat_str("date", "time", separator=" "))["written"]
    local = begun.fill_null(local_times(logged, lines=table[LINE], orders=ORDERS).local)
    wrong = pl.DataFrame({"time": local}).select(
        (
            (pl.col("time") < pl.col("time").shift(1))
            & (pl.col("time") + HALF_DAY >= pl.col("time").shift(1))
            & (pl.col("time") + HALF_DAY <= pl.col("time").shift(-1))
            & (pl.col("time").dt.hour() < 12)
        ).fill_null(False)
    )["time"]
    right = pl.DataFrame({"time": local}).select(pl.when(wrong).then(pl.col("time") + HALF_DAY).otherwise("time"))[
        "time"
    ]
    moved = pl.DataFrame({"time": right.filter(wrong).dt.replace_time_zone("UTC")})
    code, severity, action = FindingCode.WRONG_CLOCK, Severity.WARNING, Action.CORRECTED
    return right, findings_in(moved, code, severity=severity, action=action, stream="meal")
