"""BrisT1D: one CSV per person, in steps of five minutes, of 24 young adults in the UK with type 1 diabetes and a pump.

Source: James et al. 2025, arXiv 2507.17757, data.bris 33z5jc8fa6tob21ptrugzqog08 (CC BY 4.0); columns and units as in
the authors' repository ``SamAJames/brist1d_processing``. This reads the processed state; the raw state is exports of
Glooko, CareLink, Clarity, LibreView, Apple Health and Fitbit, which have formats of their own. Traps, all handled here:
glucose is in mmol/L; insulin is all that the pump gave in the five minutes before the time, basal and boluses together,
so that it becomes a bolus spread over these five minutes; steps and heart rate belong to the five minutes before too;
each device has its own rows, so that times repeat. The files of the Kaggle competition have no dates and are not these.
"""

from pathlib import Path

import polars as pl

from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.person import DiabetesType
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.glucose_column import ANY_SENSOR_RANGE, MeasuringRange, glucose_readings
from glucotwin.ingest.parse.glucose_wording import converted
from glucotwin.ingest.parse.table import read_table, require_columns
from glucotwin.ingest.parse.timed_table import header_cells, one_per_time, timed_rows
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead

ZONE = "Europe/London"
NUMBERS = ("insulin", "carbs", "hr", "dist", "steps", "cals")
COLUMNS = ("timestamp", "bg", *NUMBERS, "activity", "device")
STEP_MIN = 5.0
SENSOR_RANGE = MeasuringRange(low_mgdl=ANY_SENSOR_RANGE.low_mgdl, high_mgdl=ANY_SENSOR_RANGE.high_mgdl)
"""What words mean; numbers are values, since the sensor is named in other rows, if at all."""


class BrisT1dFormat(DataFormat):
    """Reads one person's processed file of BrisT1D."""

    name = "brist1d"
    title = "a BrisT1D file"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header has all the columns."""
        return 1.0 if set(header_cells(head.header)).issuperset(COLUMNS) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one person's file (see the module for what is handled)."""
        progress("reading the file", 0.0)
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, ragged=True)
        require_columns(table, COLUMNS, title="A BrisT1D file")
        progress("sorting out rows", 0.5)
        rows, findings = timed_rows(table, "timestamp", zone=options.zone or ZONE, orders=(DateOrder.YEAR_FIRST,))
        values = rows.with_columns(written_numbers(rows[name]).alias(name) for name in NUMBERS)
        unread = sum(values[name].null_count() - rows[name].null_count() for name in NUMBERS)
        glucose, glucose_findings = _glucose(rows)
        streams = {"glucose": glucose, **_given(values), **_movement(values)}
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(
                zone=ZONE, adult=True, diabetes_type=DiabetesType.TYPE_1, cgm_device=_most_frequent_sensor(rows)
            ),
            findings=(
                *findings,
                *unreadable_rows(unread),
                *glucose_findings,
                *passed_over(
                    len(values.filter((pl.col("dist") > 0) | (pl.col("cals") > 0))), kinds="distance, energy spent"
                ),
            ),
        )


def _before(column: str, minutes: float) -> pl.Expr:
    return pl.col(column) - pl.duration(seconds=round(minutes * 60))


def _glucose(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    read, unread = glucose_readings(
        rows.select("time", "bg"), "bg", unit=GlucoseUnit.MMOLL, kind=GlucoseKind.CGM, measuring=SENSOR_RANGE
    )
    glucose, repeated = one_per_time(read)
    return glucose, (
        *unreadable_rows(unread, stream="glucose"),
        *repeated,
        *converted(glucose, GlucoseUnit.MMOLL),
    )


def _most_frequent_sensor(rows: pl.DataFrame) -> str:
    devices = rows.filter(pl.col("bg").is_not_null() & pl.col("device").is_not_null())["device"]
    return "" if devices.is_empty() else str(devices.mode().sort()[0])


def _given(values: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Insulin of five minutes, and meals."""
    dosed = values.filter(pl.col("insulin") > 0)
    return {
        "bolus": dosed.select(
            time=_before("time", STEP_MIN),
            insulin_u=pl.lit(0.0),
            extended_u=pl.col("insulin"),
            extended_min=pl.lit(STEP_MIN),
        ),
        "meal": values.filter(pl.col("carbs") > 0).select("time", carbs_g="carbs"),
    }


def _movement(values: pl.DataFrame) -> dict[str, pl.DataFrame]:
    moved = values.filter((pl.col("steps") > 0) | pl.col("activity").is_not_null())
    kinds = {name: str(activity_type_of(name)) for name in moved["activity"].drop_nulls().unique()}
    label = pl.col("activity").fill_null("")
    return {
        "activity": moved.select(
            "steps",
            time=_before("time", STEP_MIN),
            duration_min=pl.lit(STEP_MIN),
            activity_type=label.replace_strict(kinds, default=str(activity_type_of("")), return_dtype=pl.String),
            note=label,
        ),
        "heart_rate": values.filter(pl.col("hr") > 0).select(time=_before("time", STEP_MIN / 2), heart_rate_bpm="hr"),
    }
