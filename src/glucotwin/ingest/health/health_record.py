"""From the rows of an Apple Health export to records: units, devices, doses, meals and nights."""

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.domain.activity import SleepStage
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.ingest.health.health_xml import HEART_RATE, HealthRows, Kind, instants
from glucotwin.ingest.health.sport import activity_type_of

GLUCOSE = "HKQuantityTypeIdentifierBloodGlucose"
INSULIN = "HKQuantityTypeIdentifierInsulinDelivery"
STEPS = "HKQuantityTypeIdentifierStepCount"
RMSSD = "HKQuantityTypeIdentifierHeartRateVariabilityRMSSD"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
NUTRIENTS = MappingProxyType(
    {
        "HKQuantityTypeIdentifierDietaryCarbohydrates": "carbs_g",
        "HKQuantityTypeIdentifierDietaryProtein": "protein_g",
        "HKQuantityTypeIdentifierDietaryFatTotal": "fat_g",
        "HKQuantityTypeIdentifierDietaryFiber": "fibre_g",
    }
)
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        GLUCOSE: Kind(detailed=True),
        INSULIN: Kind(detailed=True),
        STEPS: Kind(),
        HEART_RATE: Kind(momentary=True),
        RMSSD: Kind(momentary=True),
        SLEEP: Kind(textual=True, detailed=True),
        **{kind: Kind() for kind in NUTRIENTS},
    }
)
"""What is read of an export."""

BASAL, BOLUS, ENTERED, BELOW, ABOVE, AUTOMATIC = (1 << bit for bit in range(6))
FLAGS: Mapping[tuple[str, str], int] = MappingProxyType(
    {
        ("HKInsulinDeliveryReason", "1"): BASAL,
        ("HKInsulinDeliveryReason", "2"): BOLUS,
        ("HKWasUserEntered", "1"): ENTERED,
        ("com.loopkit.GlucoseKit.HKMetadataKey.GlucoseCondition", "belowRange"): BELOW,
        ("com.loopkit.GlucoseKit.HKMetadataKey.GlucoseCondition", "aboveRange"): ABOVE,
        ("com.loopkit.InsulinKit.MetadataKeyAutomaticallyIssued", "1"): AUTOMATIC,
    }
)
"""Bits for the entries that come with a record: HealthKit's own and those of apps made with LoopKit."""

UNITS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        GLUCOSE: {"mg/dL": 1.0, "mmol/L": MGDL_PER_MMOLL, "g/L": 100.0, "mg/mL": 100.0},
        INSULIN: {"IU": 1.0},
        STEPS: {"count": 1.0},
        HEART_RATE: {"count/min": 1.0, "count/s": 60.0, "Hz": 60.0},
        RMSSD: {"ms": 1.0, "s": 1000.0},
        **{kind: {"g": 1.0, "mg": 0.001, "kg": 1000.0, "oz": 28.349523125} for kind in NUTRIENTS},
    }
)
"""Factors to the records' units; HealthKit exports each quantity in the unit that the person prefers."""
_MOLAR_MASS = re.compile(r"<[\d.]+>")

SENSOR_INTERVAL_MIN = 20.0
"""A device whose readings mostly lie closer together than this measures by itself."""
LEAST_READINGS = 3
LONGEST_BOLUS_MIN = 30.0
"""Delivery of a dose at once takes a pump some minutes; over a longer time it is an extended one."""
_STAGES = MappingProxyType(
    {
        "HKCategoryValueSleepAnalysisAsleep": SleepStage.ASLEEP,
        "HKCategoryValueSleepAnalysisAsleepUnspecified": SleepStage.ASLEEP,
        "HKCategoryValueSleepAnalysisAsleepCore": SleepStage.LIGHT,
        "HKCategoryValueSleepAnalysisAsleepDeep": SleepStage.DEEP,
        "HKCategoryValueSleepAnalysisAsleepREM": SleepStage.REM,
        "HKCategoryValueSleepAnalysisAwake": SleepStage.AWAKE,
    }
)
IN_BED = "HKCategoryValueSleepAnalysisInBed"
_WORKOUT_TEXTS = (
    "startDate",
    "endDate",
    "duration",
    "durationUnit",
    "workoutActivityType",
    "sourceName",
    "averageHeartRate",
    "heartRateUnit",
)
_DURATIONS = MappingProxyType({"min": 1.0, "s": 1.0 / 60.0, "sec": 1.0 / 60.0, "hr": 60.0, "h": 60.0})


class _Device(NamedTuple):
    """Glucose meters by words in the names of apps and devices; the range is the sensor's in mg/dL."""

    words: re.Pattern[str]
    kind: GlucoseKind
    range_mgdl: tuple[float, float] | None = None


_DEVICES = (
    _Device(re.compile(r"contour|one ?touch|verio|accu-?chek|keto-?mojo|glucomen|precision neo|glucometer", re.I),
            GlucoseKind.FINGERSTICK),
    _Device(re.compile(r"dexcom|stelo|eversense|guardian|simplera|medtronic|minimed", re.I), GlucoseKind.CGM,
            (40.0, 400.0)),
    _Device(re.compile(r"libre|abbott", re.I), GlucoseKind.CGM, (40.0, 500.0)),
    _Device(re.compile(r"\bcgm\b|sibionics|aidex|\bloop\b|xdrip|nightscout|\biaps\b|\btrio\b|diabox|glucodirect", re.I),
            GlucoseKind.CGM),
)  # fmt: skip
_MODEL = re.compile(
    r"dexcom (?:g\d+|one\+?)|stelo|free ?style libre(?: ?\d(?: ?plus)?)?|guardian \d|eversense e?\d+", re.I
)


def measured(rows: HealthRows, kind: str) -> pl.DataFrame:
    """Takes a quantity's rows out: ``time``, ``end`` and ``value`` in the records' unit; the unreadable is null.

    Raises:
        UnitError: a unit is missing or unknown.
    """
    stored, names = rows.records.pop(kind), rows.units
    used: Counter[int] = Counter()
    for table in stored.parts():
        used.update(dict(table["unit"].value_counts().iter_rows()))
    factors = {number: _factor(kind, names[number], count) for number, count in used.items()}
    return pl.concat(_scaled_rows(table, factors) for table in stored.parts())


def _scaled_rows(table: pl.DataFrame, factors: Mapping[int, float]) -> pl.DataFrame:
    """Rows in the records' unit; a momentary kind's without the unit, which is not needed any more."""
    value = pl.col("value") * pl.col("unit").replace_strict(dict(factors), return_dtype=pl.Float64)
    scaled = table.with_columns(pl.when(value.is_finite()).then(value).alias("value")).rename({"start": "time"})
    if "end" not in table.columns:
        return scaled.drop("unit")
    return scaled.with_columns(pl.coalesce("end", "time").alias("end"))


def plain_unit(unit: str) -> str:
    """A HealthKit unit without the molar mass: ``mmol<180.1558800000541>/L`` is mmol/L."""
    return _MOLAR_MASS.sub("", unit)


def _factor(kind: str, unit: str, count: int) -> float:
    factor = UNITS[kind].get(plain_unit(unit))
    if factor is not None:
        return factor
    known = ", ".join(UNITS[kind])
    what = f"the unknown unit {unit[:40]!r}" if unit else "no unit"
    raise UnitError(
        ErrorCode.UNKNOWN_UNIT if unit else ErrorCode.MISSING_UNIT,
        f"{count} records of {short_kind(kind)} have {what}.",
        hint=f"Known units are {known}.",
    )


def short_kind(kind: str) -> str:
    """A kind of record without HealthKit's prefix."""
    return re.sub(r"^HK\w+?TypeIdentifier", "", kind)[:60]


def glucose_records(readings: pl.DataFrame, devices: list[str]) -> pl.DataFrame:
    """Readings with how they were measured, and bounds where the sensor ends.

    What a person typed in is a finger-stick. Otherwise the device's name tells, and where that says nothing, how close
    together the readings of that device lie.
    """
    known = [next((one for one in _DEVICES if one.words.search(name)), None) for name in devices]
    kinds = {number: str(one.kind) for number, one in enumerate(known) if one}
    ranges = {number: one.range_mgdl for number, one in enumerate(known) if one and one.range_mgdl}
    by_name = pl.col("device").replace_strict(kinds, default=None, return_dtype=pl.String)
    interval = pl.col("time").sort().diff().dt.total_microseconds().median().over("device") / 60e6
    close = (interval <= SENSOR_INTERVAL_MIN) & (pl.len().over("device") >= LEAST_READINGS)
    by_interval = pl.when(close).then(pl.lit(str(GlucoseKind.CGM))).otherwise(pl.lit(str(GlucoseKind.FINGERSTICK)))
    entered = pl.when(_has(ENTERED)).then(pl.lit(str(GlucoseKind.FINGERSTICK)))
    kinded = readings.with_columns(kind=pl.coalesce(entered, by_name, by_interval))
    bound = [
        pl.col("device").replace_strict({number: ends[side] for number, ends in ranges.items()}, default=None,
                                        return_dtype=pl.Float64)
        for side in (0, 1)
    ]  # fmt: skip
    sensor = pl.col("kind") == str(GlucoseKind.CGM)
    low = _has(BELOW) | (sensor & (pl.col("value") <= bound[0])).fill_null(False)
    high = _has(ABOVE) | (sensor & (pl.col("value") >= bound[1])).fill_null(False)
    censoring = (pl.when(low).then(pl.lit(str(Censoring.LOW))).when(high).then(pl.lit(str(Censoring.HIGH)))).otherwise(
        pl.lit(str(Censoring.NONE))
    )
    return kinded.select("time", "kind", "source", glucose_mgdl="value", censoring=censoring)


def sensor_model(devices: list[str]) -> str:
    """The model of the sensor, if a device's name says it; of several the last."""
    models = [found.group() for name in devices if (found := _MODEL.search(name))]
    return " ".join(word[:1].upper() + word[1:] for word in models[-1].split()) if models else ""


def _has(flag: int) -> pl.Expr:
    return (pl.col("flags") & pl.lit(flag, dtype=pl.UInt32)) != 0


def insulin_records(doses: pl.DataFrame) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Boluses, basal segments and injections of basal insulin, and the doses whose reason is not said.

    A basal dose over a time ran as a rate; one at a moment was injected.
    """
    minutes = (pl.col("end") - pl.col("time")).dt.total_microseconds() / 60e6
    doses = doses.with_columns(minutes=minutes.clip(0.0))
    basal, bolus = doses.filter(_has(BASAL)), doses.filter(_has(BOLUS) & ~_has(BASAL))
    running = pl.col("minutes") > 0
    automatic = pl.when(_has(AUTOMATIC))
    long = pl.col("minutes") > LONGEST_BOLUS_MIN
    streams = {
        "bolus": bolus.filter(pl.col("value") > 0).select(
            "time",
            "source",
            insulin_u=pl.when(long).then(0.0).otherwise("value"),
            extended_u=pl.when(long).then("value").otherwise(0.0),
            extended_min=pl.when(long).then("minutes").otherwise(0.0),
            purpose=automatic.then(pl.lit(str(DosePurpose.AUTOMATED))).otherwise(pl.lit(str(DosePurpose.UNKNOWN))),
        ),
        "basal": basal.filter(running).select(
            "time",
            "source",
            duration_min="minutes",
            rate_u_per_h=pl.col("value") * 60.0 / pl.col("minutes"),
            kind=automatic.then(pl.lit(str(BasalKind.AUTOMATED))).otherwise(pl.lit(str(BasalKind.SCHEDULED))),
        ),
        "pen": basal.filter(~running & (pl.col("value") > 0)).select(
            "time", "source", insulin_u="value", product=pl.lit("long"), purpose=pl.lit(str(DosePurpose.BASAL))
        ),
    }
    return streams, doses.filter(~_has(BASAL) & ~_has(BOLUS))


def meal_records(nutrients: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Meals of all the foods that one source logged at one time, and those of which carbohydrate is not known.

    Args:
        nutrients: rows by kind of record, repeats left out.
    """
    rows = pl.concat(
        frame.select("time", "source", "value", nutrient=pl.lit(NUTRIENTS[kind])) for kind, frame in nutrients.items()
    )
    of = {name: pl.col("value").filter(pl.col("nutrient") == name) for name in NUTRIENTS.values()}
    sums = [pl.when(values.len() > 0).then(values.sum()).alias(name) for name, values in of.items()]
    meals = rows.group_by("time", "source").agg(sums).sort("time")
    known = pl.col("carbs_g").is_not_null()
    return meals.filter(known), meals.filter(~known)


def sleep_records(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stretches of sleep, each time told by one source, and those left out because another source tells them better.

    The source with most stages comes first; another's stretch counts where it overlaps nothing of the first's.
    """
    stage = pl.col("value").replace_strict(_STAGES, default=None, return_dtype=pl.String)
    minutes = (pl.col("end") - pl.col("time")).dt.total_microseconds() / 60e6
    rows = rows.select("time", "end", "source", stage=stage, duration_min=minutes).drop_nulls("stage").sort("time")
    staged = (pl.col("stage") != str(SleepStage.ASLEEP)).sum()
    order = (
        rows.group_by("source").agg(staged=staged, rows=pl.len()).sort(["staged", "rows", "source"], descending=True)
    )
    kept, left_out = rows.clear(), rows.clear()
    for source in order["source"]:
        other = rows.filter(pl.col("source") == source)
        told = _overlaps(other, kept)
        kept = pl.concat([kept, other.filter(~told)]).sort("time")
        left_out = pl.concat([left_out, other.filter(told)])
    return kept.select("time", "stage", "duration_min"), left_out


def _overlaps(rows: pl.DataFrame, kept: pl.DataFrame) -> pl.Series:
    """Which rows share time with any that is kept; both in the order of their starts."""
    begin, end = (rows[name].dt.epoch("us").to_numpy() for name in ("time", "end"))
    starts, ends = (kept[name].dt.epoch("us").to_numpy() for name in ("time", "end"))
    latest_end = np.maximum.accumulate(np.concatenate([[np.iinfo(np.int64).min], ends]))
    return pl.Series(latest_end[np.searchsorted(starts, end, side="left")] > begin)


def workout_records(workouts: list[dict[str, str]]) -> pl.DataFrame:
    """Workouts with the mean heart rate; their steps stand as counts beside them. Null where something is unreadable.

    The duration is the time that the workout ran, without pauses, or from its start to its end where that is not said.
    """
    texts = {name: pl.Series([one.get(name) for one in workouts], dtype=pl.String) for name in _WORKOUT_TEXTS}
    start, end = instants(texts["startDate"]), instants(texts["endDate"])
    names = texts["workoutActivityType"].fill_null("").str.replace("^HKWorkoutActivityType", "")
    spaced = names.str.replace_all(r"([a-z])([A-Z])", "${1} ${2}").str.slice(0, 60)
    return pl.DataFrame(
        {
            "time": start,
            "source": texts["sourceName"].fill_null(""),
            "duration_min": _scaled(texts["duration"], texts["durationUnit"], _DURATIONS).fill_null(
                (end - start).dt.total_microseconds() / 60e6
            ),
            "activity_type": [str(activity_type_of(name)) for name in names],
            "heart_rate_bpm": _scaled(texts["averageHeartRate"], texts["heartRateUnit"], UNITS[HEART_RATE]),
            "note": spaced,
        },
        schema_overrides={"activity_type": pl.String},
    )


def _scaled(values: pl.Series, units: pl.Series, factors: Mapping[str, float]) -> pl.Series:
    """Numbers in the unit of the factors; null without a number or a known unit."""
    factor = units.replace_strict(dict(factors), default=None, return_dtype=pl.Float64)
    scaled = values.cast(pl.Float64, strict=False) * factor
    return scaled.set(~scaled.is_finite().fill_null(False), None)
