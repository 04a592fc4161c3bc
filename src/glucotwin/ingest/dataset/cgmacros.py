"""CGMacros: one CSV per person in steps of a minute, of 45 people without, with beginning or with type 2 diabetes.

Source: Gutierrez-Osuna et al., PhysioNet cgmacros 1.0.0 (CC BY-NC-SA 4.0). Two sensors at once, FreeStyle Libre Pro and
Dexcom G6 Pro, both interpolated by the authors to one minute; Fitbit; meals with their nutrients. Dates are shifted, so
that the zone only places the times of day. Traps, all handled here: nine different headers (a nameless column of
numbers, METs or Intensity, a trailing space, no amount consumed, sugar, steps, the sensors in the other order); a meal
of which a part was left counts with the part that was eaten; photographs have rows without a meal.
"""

from pathlib import Path

import polars as pl

from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.ingest.correction import corrections
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings
from glucotwin.ingest.parse.table import read_table, require_columns
from glucotwin.ingest.parse.timed_table import header_cells, timed_rows
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead

REQUIRED = ("Timestamp", "Libre GL", "Dexcom GL")
SENSORS = {
    "Libre GL": ("FreeStyle Libre Pro", MeasuringRange(low_mgdl=40.0, high_mgdl=500.0, tops_mgdl=(500.0,))),
    "Dexcom GL": ("Dexcom G6 Pro", MeasuringRange(low_mgdl=40.0, high_mgdl=400.0, tops_mgdl=(400.0,))),
}
NUTRIENTS = {"Carbs": "carbs_g", "Protein": "protein_g", "Fat": "fat_g", "Fiber": "fibre_g"}
NUMBERS = (*NUTRIENTS, "HR", "Steps", "Amount Consumed")
NOT_USED = ("Calories (Activity)", "METs", "Intensity")


class CgMacrosFormat(DataFormat):
    """Reads one person's file of CGMacros."""

    name = "cgmacros"
    title = "a CGMacros file"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header has both sensors."""
        return 1.0 if set(header_cells(head.header)).issuperset(REQUIRED) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one person's file (see the module for what is handled).

        Raises:
            DataError: the zone is not known.
        """
        progress("reading the file", 0.0)
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, ragged=True)
        require_columns(table, REQUIRED, title="A CGMacros file")
        zone = require_zone(options, title=self.title)
        progress("sorting out rows", 0.5)
        absent = [name for name in NUMBERS if name not in table.columns]
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
        rows, findings = timed_rows(table, "Timestamp", zone=zone, orders=(DateOrder.YEAR_FIRST, DateOrder.MONTH_FIRST))
        values = rows.with_columns(written_numbers(rows[name]).alias(name) for name in NUMBERS)
        unread = sum(values[name].null_count() - rows[name].null_count() for name in NUMBERS)
        glucose, unread_glucose = self._glucose(rows)
        meal, corrected, meal_findings = _meals(values)
        streams = {"meal": meal, "correction": corrected, **_movement(values)}
        return Imported(
            streams={
                "glucose": glucose,
                **{name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            },
            person=PersonHints(zone=zone, adult=True),
            findings=(*findings, *unreadable_rows(unread + unread_glucose), *meal_findings, *_not_used(rows)),
        )

    def _glucose(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        """The readings of both sensors, each as a source of its own, and how many could not be read."""
        parts: list[pl.DataFrame] = []
        unread = 0
        for column, (device, measuring) in SENSORS.items():
            read, failed = glucose_readings(
                rows.select("time", column), column, unit=GlucoseUnit.MGDL, kind=GlucoseKind.CGM, measuring=measuring
            )
            parts.append(read.with_columns(source=pl.lit(f"{self.name} {device}")))
            unread += failed
        return pl.concat(parts), unread


def _meals(values: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """What was eaten of each meal, what was corrected, and the findings that say so."""
    kind = pl.col("Meal Type") if "Meal Type" in values.columns else pl.lit(None, dtype=pl.String)
    named = values.with_columns(kind.str.to_lowercase().fill_null("").alias("note"))
    logged = named.filter(pl.any_horizontal(pl.col(list(NUTRIENTS)).is_not_null()))
    counted = logged.filter(pl.col("Carbs").is_not_null())
    partly = pl.col("Amount Consumed").is_between(0.0, 100.0, closed="none").fill_null(False)
    eaten = pl.when(partly).then(pl.col("Amount Consumed") / 100.0).otherwise(1.0)
    meal = counted.with_columns((pl.col(column) * eaten).alias(name) for column, name in NUTRIENTS.items())
    changed = meal.filter(partly)
    code, severity, action = FindingCode.UNITS_CONVERTED, Severity.WARNING, Action.CORRECTED
    unit = "whole meals to the part that was eaten"
    findings = (
        *findings_in(changed, code, severity=severity, action=action, stream="meal", unit=unit),
        *passed_over(len(logged) - len(counted), kinds="meals without carbohydrate"),
    )
    corrected = corrections(
        changed, stream="meal", quantity="carbs_g", original="Carbs", corrected="carbs_g", code=code
    )
    return meal.select("time", *NUTRIENTS.values(), "note"), corrected, findings


def _movement(values: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {
        "heart_rate": values.filter(pl.col("HR") > 0).select("time", heart_rate_bpm="HR"),
        "activity": values.filter(pl.col("Steps") > 0).select("time", duration_min=pl.lit(1.0), steps="Steps"),
    }


def _not_used(rows: pl.DataFrame) -> tuple[Finding, ...]:
    columns = [name for name in NOT_USED if name in rows.columns]
    if not columns:
        return ()
    given = rows.filter(pl.any_horizontal(pl.col(columns).is_not_null()))
    return passed_over(len(given), kinds="energy spent, metabolic equivalents")
