"""D1NAMO: several CSVs per person, of 9 people with type 1 diabetes and 20 without, in Switzerland in 2014.

Source: Dubosson et al., Informatics in Medicine Unlocked 2018, Zenodo 5651217 (CC BY-SA 4.0). Glucose, insulin, food,
annotations; headers and values as described in ``GlucoseDAO/cgm_format``, ``docs/RESEARCH_CORPORA.md``. The streams of
the Zephyr belt have no place here. Traps, all handled here: glucose is in mmol/L, which no header says; only ``cgm`` is
a sensor's reading, everything else a finger-stick; ``7:0`` stands for 7.0; dates of photographs are written
``2014:10:01``; one person's meals have ``NA`` as their time; food has calories but no carbohydrate, so that it
becomes notes.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import DosePurpose
from glucotwin.domain.observation import NoteKind
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.glucose_column import METER_RANGE, MeasuringRange, glucose_readings
from glucotwin.ingest.parse.glucose_wording import converted
from glucotwin.ingest.parse.table import LINE, read_table, require_columns
from glucotwin.ingest.parse.timed_table import header_cells, timed_rows
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder, local_times
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead, read_head

ZONE = "Europe/Zurich"
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "glucose": ("date", "time", "glucose", "type", "comments"),
        "insulin": ("date", "time", "fast_insulin", "slow_insulin", "comment"),
        "photographed food": ("picture", "description", "calories", "balance", "quality", "datetime"),
        "food": ("date", "time", "picture", "description", "calories", "balance", "quality"),
        "annotation": ("start_date", "start_time", "end_date", "end_time", "type", "description"),
    }
)
"""Headers of the kinds of file."""
SENSOR_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=400.0, tops_mgdl=(400.0,))
DIABETIC_TYPES = ("cgm", "manual")
ORDERS = (DateOrder.YEAR_FIRST, DateOrder.DAY_FIRST)

Read = tuple[dict[str, pl.DataFrame], PersonHints, tuple[Finding, ...]]


class D1namoFormat(DataFormat):
    """Reads one file of D1NAMO; the kind is told by its header."""

    name = "d1namo"
    title = "a D1NAMO file"
    size_limit_bytes = 16 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header is that of one kind."""
        return 1.0 if _kind_of(head.header) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one file (see the module for what is handled)."""
        progress("reading the file", 0.0)
        kind = _kind_of(read_head(path).header) or "glucose"
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, ragged=True)
        require_columns(table, COLUMNS[kind], title="A D1NAMO file")
        progress("sorting out rows", 0.5)
        streams, person, findings = _READERS[kind](table, options.zone or ZONE)
        known = {name: frame for name, frame in streams.items() if len(frame)}
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in known.items()},
            person=person,
            findings=findings,
        )


def _kind_of(header: str) -> str | None:
    cells = header_cells(header)
    return next((kind for kind, columns in COLUMNS.items() if cells == columns), None)


def _placed(table: pl.DataFrame, zone: str, date: str, time: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Rows with the instant of a date and a time of day in two columns."""
    joined = pl.concat_str(date, time, separator=" ").alias("written")
    rows, findings = timed_rows(
        table.with_columns(joined).drop("time", strict=False), "written", zone=zone, orders=ORDERS
    )
    return rows, findings


def _glucose(table: pl.DataFrame, zone: str) -> Read:
    rows, findings = _placed(table, zone, "date", "time")
    texts = rows.with_columns(pl.col("glucose").str.replace(r"^(\d+):(\d+)$", "${1}.${2}"))
    by_sensor = (pl.col("type").str.to_lowercase() == "cgm").fill_null(False)
    parts: list[pl.DataFrame] = []
    unread = rows["glucose"].null_count()
    for chosen, kind, measuring in (
        (by_sensor, GlucoseKind.CGM, SENSOR_RANGE),
        (~by_sensor, GlucoseKind.FINGERSTICK, METER_RANGE),
    ):
        read, failed = glucose_readings(
            texts.filter(chosen).select("time", "glucose"),
            "glucose",
            unit=GlucoseUnit.MMOLL,
            kind=kind,
            measuring=measuring,
        )
        parts.append(read)
        unread += failed
    glucose = pl.concat(parts)
    diabetic = rows["type"].str.to_lowercase().is_in(DIABETIC_TYPES).any()
    person = PersonHints(
        zone=ZONE,
        diabetes_type=DiabetesType.TYPE_1 if diabetic else DiabetesType.NONE,
        cgm_device="Medtronic iPro2" if len(parts[0]) else "",
    )
    return (
        {"glucose": glucose},
        person,
        (*findings, *unreadable_rows(unread, stream="glucose"), *converted(glucose, GlucoseUnit.MMOLL)),
    )


def _insulin(table: pl.DataFrame, zone: str) -> Read:
    rows, findings = _placed(table, zone, "date", "time")
    doses = [
        rows.select(
            "time",
            insulin_u=written_numbers(rows[column]),
            product=pl.lit(product),
            purpose=pl.lit(str(purpose)),
        )
        for column, product, purpose in (
            ("fast_insulin", "rapid", DosePurpose.UNKNOWN),
            ("slow_insulin", "long", DosePurpose.BASAL),
        )
    ]
    unread = sum(
        dose["insulin_u"].null_count() - rows[column].null_count()
        for dose, column in zip(doses, ("fast_insulin", "slow_insulin"), strict=True)
    )
    pen = pl.concat(doses).filter(pl.col("insulin_u") > 0)
    person = PersonHints(zone=ZONE, diabetes_type=DiabetesType.TYPE_1, therapy=TherapyKind.INJECTIONS)
    return {"pen": pen}, person, (*findings, *unreadable_rows(unread, stream="pen"))


def _food(table: pl.DataFrame, zone: str) -> Read:
    rows, findings = _placed(table, zone, "date", "time")
    return _eaten(rows, findings)


def _photographed_food(table: pl.DataFrame, zone: str) -> Read:
    """``2014:10:01 19:27:49`` as cameras write it; ``NA`` is unknown, and such meals cannot be placed."""
    written = pl.col("datetime").str.replace(r"^(\d{4}):(\d{2}):(\d{2}) ", "${1}-${2}-${3} ")
    known = table.with_columns(written=written).filter(pl.col("written") != "NA")
    rows, findings = timed_rows(known, "written", zone=zone, orders=ORDERS)
    return _eaten(rows, (*findings, *unreadable_rows(int((table["datetime"] == "NA").sum()), stream="note")))


def _eaten(rows: pl.DataFrame, findings: tuple[Finding, ...]) -> Read:
    energy = pl.concat_str(pl.lit(" ("), pl.col("calories"), pl.lit(" kcal)"))
    text = pl.concat_str(pl.lit("Meal: "), pl.col("description").fill_null("not described"), energy.fill_null(""))
    note = rows.select("time", text=text, kind=pl.lit(str(NoteKind.NOTE)))
    left_out = passed_over(len(note), kinds="meals without carbohydrate, kept as notes")
    return {"note": note}, PersonHints(zone=ZONE), (*findings, *left_out)


def _annotations(table: pl.DataFrame, zone: str) -> Read:
    """Stretches of activity; what else people noted becomes notes."""
    rows, findings = _placed(table, zone, "start_date", "start_time")
    ends = rows.select(end=pl.concat_str("end_date", "end_time", separator=" "))["end"]
    end = utc_from_local(local_times(ends, lines=rows[LINE], orders=ORDERS).local, zone).time
    minutes = (pl.Series("end", end) - rows["time"]).dt.total_microseconds() / 60e6
    described = pl.concat_str("type", "description", separator=": ", ignore_nulls=True)
    lasting = rows.select("time", "type", text=described, duration_min=minutes)
    known = lasting.filter(pl.col("duration_min") >= 0)
    active = (pl.col("type").str.to_lowercase() == "activity").fill_null(False)
    moved = known.filter(active)
    kinds = [str(activity_type_of(text)) for text in moved["text"].fill_null("")]
    activity = moved.select("time", "duration_min", note=pl.col("text").fill_null("")).with_columns(
        pl.Series("activity_type", kinds, dtype=pl.String)
    )
    note = known.filter(~active).select("time", "duration_min", text=pl.col("text").fill_null(""))
    return (
        {"activity": activity, "note": note.with_columns(kind=pl.lit(str(NoteKind.NOTE)))},
        PersonHints(zone=ZONE),
        (*findings, *unreadable_rows(len(lasting) - len(known))),
    )


_READERS: Mapping[str, Callable[[pl.DataFrame, str], Read]] = MappingProxyType(
    {
        "glucose": _glucose,
        "insulin": _insulin,
        "photographed food": _photographed_food,
        "food": _food,
        "annotation": _annotations,
    }
)
