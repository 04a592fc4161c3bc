"""AZT1D: one CSV per person of the open data set of 25 adults with type 1 diabetes on Tandem Control-IQ and Dexcom G6.

Source: Khamesian et al. 2025, arXiv 2506.14789, Mendeley Data gk9m674wcx (CC BY 4.0). Local times of Arizona, which has
no clock changes. Known traps, all handled here: one file has another column order and another name for the sensor
column; basal is blank before the last four weeks; some basal rows are in mU/h; boluses and rows are repeated; readings
that arrived late share one time; the extended part of an extended bolus is only requested, never reported as delivered;
a cancelled bolus leaves its carbohydrate behind.
"""

from datetime import timedelta
from functools import partial
from pathlib import Path

import polars as pl

from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.observation import DeviceEventKind
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.correction import assumed, corrections
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.parse.clock import utc_from_iso
from glucotwin.ingest.parse.table import LINE, numbers, read_table, require_columns
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead

ZONE = "America/Phoenix"
SENSOR_COLUMNS = ("CGM", "Readings (CGM / BGM)")
COLUMNS = (
    "EventDateTime",
    "DeviceMode",
    "BolusType",
    "Basal",
    "CorrectionDelivered",
    "TotalBolusInsulinDelivered",
    "FoodDelivered",
    "CarbSize",
)
BASAL_HOLD_MIN = 15.0
"""A basal rate holds until the next row, at most this long; afterwards it is unknown."""
PLAUSIBLE_BASAL_U_PER_H = 10.0
"""Rates above this are mU/h."""
WHOLE_MILLIUNITS = 5.0
"""In a file with mU/h rows, whole numbers from this on are mU/h as well (U/h rows have three decimals)."""
EXTENDED_MIN = 120.0
"""Duration assumed for an extended part: the pump's default of two hours; the file does not give it."""
SENSOR_RANGE_MGDL = (40.0, 400.0)
"""Range of the Dexcom G6; values at its ends are bounds."""
RETRY_MIN = 30
"""The same carbohydrate within this time of a bolus that delivered nothing is the second attempt."""

_dropped = partial(findings_in, severity=Severity.INFO, action=Action.DROPPED)
_corrected = partial(findings_in, severity=Severity.WARNING, action=Action.CORRECTED)


class Azt1dFormat(DataFormat):
    """Reads one person's CSV of AZT1D."""

    name = "azt1d"
    title = "an AZT1D file"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header has all the columns."""
        cells = {cell.strip().strip('"') for cell in head.header.split(",")}
        return 1.0 if cells.issuperset(COLUMNS) and not cells.isdisjoint(SENSOR_COLUMNS) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one person's file (see the module for what is corrected)."""
        progress("reading the file", 0.0)
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title)
        rows, findings = _rows(table, options.zone or ZONE)
        progress("sorting out rows", 0.5)
        glucose, glucose_findings = _glucose(rows)
        basal, rates, basal_findings = _basal(rows)
        bolus, meal, bolus_findings = _boluses_and_meals(rows)
        steps = pl.concat([rates, *_inferred(bolus)])
        streams = {"glucose": glucose, "basal": basal, "bolus": bolus, "meal": meal, "device": _modes(rows)}
        streams["correction"] = steps
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(
                zone=ZONE,
                adult=True,
                diabetes_type=DiabetesType.TYPE_1,
                therapy=TherapyKind.CLOSED_LOOP,
                cgm_device="Dexcom G6",
            ),
            findings=(*findings, *glucose_findings, *basal_findings, *bolus_findings),
        )


def _rows(table: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Typed rows in time order, each different one once."""
    table = table.rename({name: "CGM" for name in SENSOR_COLUMNS if name in table.columns})
    require_columns(table, (*COLUMNS, "CGM"), title="An AZT1D file")
    resolved = utc_from_iso(table["EventDateTime"].fill_null(""), zone, lines=table[LINE])
    rows = pl.DataFrame(
        {
            "time": resolved.time,
            "mode": table["DeviceMode"],
            "bolus_type": table["BolusType"],
            "basal": numbers(table, "Basal"),
            "correction_u": numbers(table, "CorrectionDelivered"),
            "total_u": numbers(table, "TotalBolusInsulinDelivered"),
            "carbs_g": numbers(table, "CarbSize"),
            "glucose_mgdl": numbers(table, "CGM"),
        }
    )
    distinct = rows.unique(maintain_order=True).sort("time", maintain_order=True)
    repeated = rows.filter(rows.is_duplicated())
    findings = findings_in(
        repeated,
        FindingCode.DUPLICATE_ROWS,
        severity=Severity.INFO,
        action=Action.DROPPED,
        stream="",
        count=len(rows) - len(distinct),
    )
    return distinct, (*resolved.findings, *findings)


def _glucose(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Sensor readings; of those that share a time the first, which agrees best with the next reading, is kept."""
    readings = (
        rows.filter(pl.col("glucose_mgdl").is_not_null()).select("time", "glucose_mgdl").unique(maintain_order=True)
    )
    late = readings.filter(~pl.col("time").is_first_distinct())
    kept = readings.filter(pl.col("time").is_first_distinct())
    low, high = SENSOR_RANGE_MGDL
    censoring = (
        pl.when(pl.col("glucose_mgdl") <= low)
        .then(pl.lit(str(Censoring.LOW)))
        .when(pl.col("glucose_mgdl") >= high)
        .then(pl.lit(str(Censoring.HIGH)))
        .otherwise(pl.lit(str(Censoring.NONE)))
    )
    frame = kept.with_columns(censoring=censoring, kind=pl.lit(str(GlucoseKind.CGM)))
    return frame, _dropped(late, FindingCode.REPEATED_GLUCOSE_TIMES, stream="glucose")


def _basal(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Basal segments from rates per row, each until the next rate but at most 15 minutes, and what became U/h."""
    rated = rows.filter(pl.col("basal").is_not_null())
    milliunits = pl.col("basal") > PLAUSIBLE_BASAL_U_PER_H
    if rated.select(milliunits.any()).item():
        milliunits |= (pl.col("basal") >= WHOLE_MILLIUNITS) & (pl.col("basal") == pl.col("basal").round())
    corrected = rated.filter(milliunits)
    rate = pl.when(milliunits).then(pl.col("basal") / 1000.0).otherwise(pl.col("basal"))
    rated = rated.select("time", "basal", milliunits=milliunits, rate_u_per_h=rate)
    last = rated.filter(pl.col("time").is_last_distinct())
    changed = corrections(
        last.filter("milliunits"),
        stream="basal",
        quantity="rate_u_per_h",
        original="basal",
        corrected="rate_u_per_h",
        code=FindingCode.BASAL_MILLIUNITS,
    )
    until_next = (pl.col("time").shift(-1) - pl.col("time")).dt.total_microseconds() / 60e6
    frame = last.select("time", "rate_u_per_h").with_columns(
        duration_min=pl.min_horizontal(until_next, pl.lit(BASAL_HOLD_MIN)), kind=pl.lit(str(BasalKind.AUTOMATED))
    )
    repeated = rated.filter(~pl.col("time").is_last_distinct())
    return (
        frame,
        changed,
        (
            *_corrected(corrected, FindingCode.BASAL_MILLIUNITS, stream="basal"),
            *_dropped(repeated, FindingCode.REPEATED_BASAL_TIMES, stream="basal"),
        ),
    )


def _boluses_and_meals(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    given = rows.filter(pl.col("total_u").is_not_null()).with_columns(
        pl.col("carbs_g", "correction_u").fill_null(0.0), pl.col("bolus_type").fill_null("")
    )
    single = given.unique(["time", "total_u", "carbs_g"], keep="first", maintain_order=True)
    nothing = single.filter(pl.col("total_u") <= 0)
    bolus = _boluses(single.filter(pl.col("total_u") > 0))
    meal, cancelled = _meals(single)
    extended = bolus.filter(pl.col("extended_u") > 0)
    return (
        bolus,
        meal,
        (
            *_dropped(nothing, FindingCode.CANCELLED_BOLUSES, stream="bolus"),
            *findings_in(
                extended,
                FindingCode.EXTENDED_PART_INFERRED,
                severity=Severity.WARNING,
                action=Action.CORRECTED,
                stream="bolus",
                minutes=f"{EXTENDED_MIN:.0f}",
            ),
            *_dropped(cancelled, FindingCode.CANCELLED_MEALS, stream="meal"),
        ),
    )


def _inferred(bolus: pl.DataFrame) -> list[pl.DataFrame]:
    """Steps that assumed an extended part and its duration, which the file does not give as such."""
    extended, code = bolus.filter(pl.col("extended_u") > 0), FindingCode.EXTENDED_PART_INFERRED
    return [assumed(extended, stream="bolus", quantity=name, code=code) for name in ("extended_u", "extended_min")]


def _boluses(given: pl.DataFrame) -> pl.DataFrame:
    """Boluses with their purpose; ``Extended 60.00%/25.00`` gave 60 % at once and the rest of 25 U over time."""
    at_once = pl.col("bolus_type").str.extract(r"Extended\S* (\d+(?:\.\d+)?)%", 1).cast(pl.Float64) / 100.0
    rest = (pl.col("total_u") - pl.col("correction_u")) * (1.0 - at_once) / at_once
    extended = pl.when((at_once > 0) & (at_once < 1)).then(rest.clip(0.0, 25.0)).otherwise(0.0)
    purpose = (
        pl.when(pl.col("bolus_type").str.starts_with("Automatic"))
        .then(pl.lit(str(DosePurpose.AUTOMATED)))
        .when(pl.col("carbs_g") > 0)
        .then(pl.lit(str(DosePurpose.MEAL)))
        .when(pl.col("bolus_type").str.contains("Correction"))
        .then(pl.lit(str(DosePurpose.CORRECTION)))
        .otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    )
    return given.select("time", insulin_u="total_u", extended_u=extended, purpose=purpose).with_columns(
        extended_min=pl.when(pl.col("extended_u") > 0).then(EXTENDED_MIN).otherwise(0.0)
    )


def _meals(given: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Carbohydrate announced to the pump, and that of attempts that delivered nothing and were repeated soon after."""
    meals = given.filter(pl.col("carbs_g") > 0)
    retried = (
        (pl.col("total_u") <= 0)
        & (pl.col("carbs_g").shift(-1) == pl.col("carbs_g"))
        & (pl.col("time").shift(-1) - pl.col("time") <= timedelta(minutes=RETRY_MIN))
    ).fill_null(False)
    return meals.filter(~retried).select("time", "carbs_g"), meals.filter(retried)


def _modes(rows: pl.DataFrame) -> pl.DataFrame:
    """Changes between the pump's modes: normal, sleep, exercise."""
    mode = pl.col("mode").str.extract("^(sleep|exercise)", 1).fill_null("normal")
    named = rows.select("time", detail=mode)
    changed = (pl.col("detail") != pl.col("detail").shift(1)).fill_null(False)
    return named.filter(changed).with_columns(
        kind=pl.lit(str(DeviceEventKind.MODE_CHANGE)), device=pl.lit("Tandem Control-IQ")
    )
