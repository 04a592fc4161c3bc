"""HUPA-UCM: one CSV per person on a grid of five minutes, of 25 adults in Madrid with type 1 diabetes.

Source: Hidalgo et al., Data in Brief 2024, Mendeley Data 3hbcscwz44 (CC BY 4.0); the original is separated by
semicolons, copies by commas, and copies saved by a spreadsheet write dates in the American way. Glucose is in mg/dL on
a grid between readings 15 minutes apart. Traps, all handled here: a basal rate is in U per five minutes; carbohydrate
is in rations of 10 g, but in grams in the files of some people; insulin that no pump gives in five minutes is an
injection; people on pens have a basal rate of 0 throughout, which says nothing; in the file of one person every third
reading is another sensor's, 30 to 60 mg/dL away.
"""

from pathlib import Path

import polars as pl

from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import CarbohydrateExchange, GlucoseUnit, carbs_g_from_exchanges
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import DosePurpose
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.correction import corrections
from glucotwin.ingest.dataset.second_sensor import second_sensor
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings
from glucotwin.ingest.parse.table import read_table, require_columns
from glucotwin.ingest.parse.timed_table import header_cells, timed_rows
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead, read_head

ZONE = "Europe/Madrid"
COLUMNS = (
    "time",
    "glucose",
    "calories",
    "heart_rate",
    "steps",
    "basal_rate",
    "bolus_volume_delivered",
    "carb_input",
)
STEP_MIN = 5.0
LARGEST_RATE_U = 3.0
"""No pump gives more basal insulin in five minutes (36 U/h): more was injected."""
MOST_RATIONS = 20.0
"""More than 200 g are no meal: a file with a larger number counts grams."""
LIBRE_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=500.0, tops_mgdl=(500.0,))


class HupaFormat(DataFormat):
    """Reads one person's preprocessed file of HUPA-UCM."""

    name = "hupa"
    title = "a HUPA-UCM file"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header has all the columns."""
        return 1.0 if _separator(head.header) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one person's file (see the module for what is handled)."""
        progress("reading the file", 0.0)
        separator = _separator(read_head(path).header) or ";"
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, separator=separator, ragged=True)
        require_columns(table, COLUMNS, title="A HUPA-UCM file")
        progress("sorting out rows", 0.5)
        rows, findings = timed_rows(table, "time", zone=options.zone or ZONE)
        values = rows.select("time", "glucose").with_columns(
            written_numbers(rows[name]).alias(name) for name in COLUMNS if name not in ("time", "glucose")
        )
        unread = sum(
            values[name].null_count() - rows[name].null_count() for name in COLUMNS if name not in ("time", "glucose")
        )
        glucose, unread_glucose = glucose_readings(
            rows.select("time", "glucose"),
            "glucose",
            unit=GlucoseUnit.MGDL,
            kind=GlucoseKind.CGM,
            measuring=LIBRE_RANGE,
        )
        insulin, therapy = _insulin(values)
        meal, corrected, meal_findings = _meals(values)
        streams = {"glucose": glucose, **insulin, "meal": meal, "correction": corrected, **_movement(values)}
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(zone=ZONE, adult=True, diabetes_type=DiabetesType.TYPE_1, therapy=therapy),
            findings=(
                *findings,
                *unreadable_rows(unread + unread_glucose),
                *second_sensor(glucose),
                *meal_findings,
                *passed_over(int((values["calories"] > 0).sum()), kinds="energy spent"),
            ),
        )


def _separator(header: str) -> str | None:
    return next((one for one in (";", ",") if set(header_cells(header, one)).issuperset(COLUMNS)), None)


def _insulin(values: pl.DataFrame) -> tuple[dict[str, pl.DataFrame], TherapyKind | None]:
    dose = pl.col("basal_rate")
    injected = values.filter(dose > LARGEST_RATE_U).select(
        "time", insulin_u=dose, product=pl.lit("long"), purpose=pl.lit(str(DosePurpose.BASAL))
    )
    rated = values.filter(dose.is_between(0.0, LARGEST_RATE_U))
    bolus = values.filter(pl.col("bolus_volume_delivered") > 0).select("time", insulin_u="bolus_volume_delivered")
    if not (rated["basal_rate"] > 0).any():
        return {"bolus": bolus, "pen": injected}, TherapyKind.INJECTIONS if len(injected) else None
    basal = rated.select("time", duration_min=pl.lit(STEP_MIN), rate_u_per_h=dose * (60.0 / STEP_MIN))
    return {"bolus": bolus, "pen": injected, "basal": basal}, TherapyKind.PUMP


def _meals(values: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Meals in g, what was corrected, and the finding that says so."""
    eaten = values.filter(pl.col("carb_input") > 0)
    most = eaten["carb_input"].max()
    if not isinstance(most, float) or most > MOST_RATIONS:
        return eaten.select("time", carbs_g="carb_input"), _changed(eaten.head(0), "carb_input"), ()
    ration_g = carbs_g_from_exchanges(1.0, CarbohydrateExchange.CARBOHYDRATE_UNIT)
    meal = eaten.with_columns(carbs_g=pl.col("carb_input") * ration_g)
    code, severity, action = FindingCode.UNITS_CONVERTED, Severity.INFO, Action.CORRECTED
    finding = findings_in(meal, code, severity=severity, action=action, stream="meal", unit="rations of 10 g")
    return meal.select("time", "carbs_g"), _changed(meal, "carbs_g"), finding


def _changed(meal: pl.DataFrame, corrected: str) -> pl.DataFrame:
    code = FindingCode.UNITS_CONVERTED
    return corrections(meal, stream="meal", quantity="carbs_g", original="carb_input", corrected=corrected, code=code)


def _movement(values: pl.DataFrame) -> dict[str, pl.DataFrame]:
    walked = values.filter(pl.col("steps") > 0)
    return {
        "heart_rate": values.filter(pl.col("heart_rate") > 0).select("time", heart_rate_bpm="heart_rate"),
        "activity": walked.select("time", "steps", duration_min=pl.lit(STEP_MIN)),
    }
