"""FHIR Observations: glucose, carbohydrate, laboratory values, heart rate, ketones and steps."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.person import WeightEntry
from glucotwin.ingest.fhir import unit
from glucotwin.ingest.fhir.code import MEANINGS, Meaning, Role, codes_of, words_of
from glucotwin.ingest.health.step_count import steps_per_minute
from glucotwin.ingest.parse.glucose_kind import kind_of_device, with_kinds
from glucotwin.ingest.parse.json_stream import Fields, mapping_at, mappings_at, number_at, text_at
from glucotwin.ingest.parse.written_instant import instants
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

WORDS: Mapping[str, str] = MappingProxyType(
    {"low": "<", "lo": "<", "below range": "<", "high": ">", "hi": ">", "above range": ">"}
)
"""Values in words, as comparators."""
BOUNDS_MGDL: Mapping[str, tuple[float, float]] = MappingProxyType(
    {str(GlucoseKind.CGM): (40.0, 400.0), str(GlucoseKind.SCAN): (40.0, 400.0)}
)
METER_BOUNDS_MGDL = (20.0, 600.0)
HIGHEST_MEDIAN_MMOLL = 40.0
"""A median above this cannot be in mmol/L."""
LOWEST_MEDIAN_MGDL = 25.0
"""A median below this cannot be in mg/dL."""
SAME_MGDL = 1.5
"""A reading in mmol/L within this of one in mg/dL at the same time is the same reading, written twice."""
WEIGHTS_KG = (2.0, 400.0)
"""Possible body weights."""
NUTRIENTS: Mapping[str, str] = MappingProxyType({"protein": "protein_g", "fat": "fat_g", "fibre": "fibre_g"})
SCAN = "scan"
"""Method of a sensor reading that was taken by scanning."""


class Measurement(NamedTuple):
    """One observation as it came: what it becomes, its times, its value and unit as texts."""

    role: str
    analyte: str
    kind: str | None
    time: str | None
    end: str | None
    value: float | None
    comparator: str
    code: str
    unit: str
    device: str
    nutrients: Fields | None


def measurement_of(observation: Fields) -> Measurement | str | None:
    """What an observation measured; a text when it is of a kind that is passed over; None when it cannot be read."""
    concept = mapping_at(observation, "code")
    meaning, code = _meaning(observation, concept)
    if meaning is None:
        return f"Observation {code}".strip() if code else "Observation without a known code"
    if meaning.role is Role.SUMMARY:
        return "CGM summary"
    quantity = mapping_at(observation, "valueQuantity")
    value = number_at(quantity, "value")
    comparator = text_at(quantity, "comparator") or _off_scale(observation)
    if value is None:
        comparator = _bound_in_words(observation, meaning)
        if not comparator:
            return "Observation without a value" if _is_without_value(observation, quantity) else None
    time, end = _times(observation)
    device = text_at(mapping_at(observation, "device"), "display")
    return Measurement(
        role=str(meaning.role),
        analyte=code,
        kind=_kind(observation, meaning, device) if meaning.role is Role.GLUCOSE else None,
        time=time,
        end=end,
        value=value,
        comparator=comparator,
        code=text_at(quantity, "code"),
        unit=text_at(quantity, "unit"),
        device=device,
        nutrients=_nutrients(observation) if meaning.role is Role.MEAL else None,
    )


def _meaning(observation: Fields, concept: Fields) -> tuple[Meaning | None, str]:
    """What an observation becomes, and its code or, without one, its name; None and the code when it is not used."""
    codes = list(codes_of(concept, "loinc", "2.16.840.1.113883.6.1"))
    known = [(MEANINGS[code], code) for code in codes if code in MEANINGS]
    if known:
        sensor = [one for one in known if one[0].kind is GlucoseKind.CGM]
        return (sensor or known)[0]
    name = next(iter(codes), "")
    if _is_laboratory(observation):
        name = name or words_of(concept)[:60]
        return (Meaning(Role.LAB), name) if name else (None, "")
    return None, name


def _is_laboratory(observation: Fields) -> bool:
    return any(
        code.lower() in {"laboratory", "lab"}
        for category in mappings_at(observation, "category")
        for code in codes_of(category)
    )


def _kind(observation: Fields, meaning: Meaning, device: str) -> str | None:
    """How glucose was measured; None when neither code, device nor category tells."""
    if meaning.kind is GlucoseKind.CGM:
        scanned = text_at(mapping_at(observation, "method"), "text").lower() == SCAN
        return str(GlucoseKind.SCAN if scanned else GlucoseKind.CGM)
    if meaning.kind is not None:
        return str(meaning.kind)
    by_device = kind_of_device(device) if device else None
    if by_device is not None:
        return str(by_device)
    return str(GlucoseKind.LAB) if _is_laboratory(observation) else None


def _off_scale(observation: Fields) -> str:
    """``<`` or ``>`` when the interpretation says that the value lies beyond the instrument's scale."""
    if "interpretation" not in observation:
        return ""
    codes = {code for one in mappings_at(observation, "interpretation") for code in codes_of(one)}
    return next((sign for sign in "<>" if sign in codes), "")


def _bound_in_words(observation: Fields, meaning: Meaning) -> str:
    if meaning.role is not Role.GLUCOSE:
        return ""
    words = text_at(observation, "valueString") or words_of(mapping_at(observation, "valueCodeableConcept"))
    return WORDS.get(words.strip().lower(), "")


def _is_without_value(observation: Fields, quantity: Fields) -> bool:
    """Whether an observation says by its shape that it has no value of its own."""
    if "value" in quantity:
        return False
    return any(name in observation for name in ("dataAbsentReason", "hasMember", "component", "valueSampledData"))


def _times(observation: Fields) -> tuple[str | None, str | None]:
    moment = observation.get("effectiveDateTime") or observation.get("effectiveInstant")
    if isinstance(moment, str):
        return moment, None
    period = mapping_at(observation, "effectivePeriod")
    return text_at(period, "start") or None, text_at(period, "end") or None


def _nutrients(observation: Fields) -> Fields:
    found: dict[str, object] = {}
    for component in mappings_at(observation, "component"):
        field = NUTRIENTS.get(words_of(mapping_at(component, "code")).lower())
        quantity = mapping_at(component, "valueQuantity")
        if field and "g" in {text_at(quantity, "code"), text_at(quantity, "unit")}:
            found[field] = number_at(quantity, "value")
    notes = (text_at(note, "text") for note in mappings_at(observation, "note"))
    return {**found, "note": " ".join(notes).strip()}


class Observations(NamedTuple):
    """The streams of observations and body weights; how many could not be read; findings."""

    streams: Mapping[str, pl.DataFrame]
    weights: tuple[WeightEntry, ...]
    unreadable: int
    findings: tuple[Finding, ...]


def streams_of_observations(measurements: Sequence[Measurement], *, zone: str | None, title: str) -> Observations:
    """The streams of all measurements.

    Args:
        measurements: in any order.
        zone: IANA name for times without an offset.
        title: of the format, for messages.

    Raises:
        UnitError: glucose or carbohydrate has a unit that is missing, unknown or impossible.
        DataError: a time has no offset and the zone is not known.
    """
    if not measurements:
        return Observations({}, (), 0, ())
    table = pl.DataFrame([one[:-1] for one in measurements], schema=_SCHEMA, orient="row").with_row_index("row")
    begun = instants(table["time"], zone=zone, title=title)
    table = table.with_columns(
        begun.time, instants(table["end"], zone=zone, title=title).time.alias("end"), is_date=begun.is_date
    )
    dated = pl.col("is_date") & ~pl.col("role").is_in([str(Role.LAB), str(Role.WEIGHT)])
    timed = table.filter(pl.col("time").is_not_null() & ~dated)
    parts = {role: timed.filter(pl.col("role") == str(role)) for role in Role}
    glucose, glucose_findings = _glucose(parts[Role.GLUCOSE])
    activity, step_findings, unread_steps = _steps(parts[Role.STEPS])
    heart_rate = _scaled(parts[Role.HEART_RATE], unit.HEART_RATE)
    ketone = _scaled(parts[Role.KETONE], unit.KETONE)
    weights = _weights(parts[Role.WEIGHT])
    lab = _lab(parts[Role.LAB])
    streams = {
        "glucose": glucose,
        "meal": _meals(parts[Role.MEAL], measurements),
        "heart_rate": heart_rate.drop_nulls("scaled").select("time", heart_rate_bpm="scaled"),
        "ketone": ketone.drop_nulls("scaled").select("time", ketone_mmoll="scaled"),
        "lab": lab.filter(pl.col("unit") != ""),
        "activity": activity,
    }
    unreadable = len(table) - len(timed) + unread_steps + len(lab) - len(streams["lab"])
    unreadable += (
        len(parts[Role.WEIGHT]) - len(weights) + heart_rate["scaled"].null_count() + ketone["scaled"].null_count()
    )
    noon = findings_in(
        lab.filter("is_date"),
        FindingCode.UNCERTAIN_TIMES,
        severity=Severity.INFO,
        action=Action.KEPT,
        stream="lab",
    )
    streams["lab"] = streams["lab"].drop("is_date")
    return Observations(streams, weights, unreadable, (*begun.findings, *glucose_findings, *step_findings, *noon))


_SCHEMA = {
    **dict.fromkeys(("role", "analyte", "kind", "time", "end"), pl.String),
    "value": pl.Float64,
    **dict.fromkeys(("comparator", "code", "unit", "device"), pl.String),
}


def _glucose(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Readings in mg/dL, with bounds; of one written in both units at once, the one in mg/dL."""
    given = rows.with_columns(factor=pl.lit(None, dtype=pl.Float64))
    valued = given.filter(pl.col("value").is_not_null())
    valued = valued.with_columns(unit.required_factors(valued, unit.GLUCOSE, what="glucose"))
    _check_unit(valued)
    worded = given.filter(pl.col("value").is_null())
    kinded = with_kinds(pl.concat([valued, worded]))
    low = pl.col("comparator").is_in(["<", "<="])
    high = pl.col("comparator").is_in([">", ">="])
    bounds = (
        {kind: ends[0] for kind, ends in BOUNDS_MGDL.items()},
        {kind: ends[1] for kind, ends in BOUNDS_MGDL.items()},
    )
    in_words = (
        pl.when(low)
        .then(pl.col("kind").replace_strict(bounds[0], default=METER_BOUNDS_MGDL[0], return_dtype=pl.Float64))
        .otherwise(pl.col("kind").replace_strict(bounds[1], default=METER_BOUNDS_MGDL[1], return_dtype=pl.Float64))
    )
    frame = kinded.select(
        "time",
        "kind",
        glucose_mgdl=pl.coalesce(pl.col("value") * pl.col("factor"), in_words),
        censoring=pl.when(low)
        .then(pl.lit(str(Censoring.LOW)))
        .when(high)
        .then(pl.lit(str(Censoring.HIGH)))
        .otherwise(pl.lit(str(Censoring.NONE))),
        molar=(pl.col("factor") > 1.0).fill_null(False),
    )
    once, twice = _written_once(frame)
    found = partial(findings_in, severity=Severity.INFO, stream="glucose")
    return once.drop("molar"), (
        *found(once.filter("molar"), FindingCode.UNITS_CONVERTED, action=Action.KEPT, unit="mmol/L"),
        *found(twice, FindingCode.DUPLICATE_ROWS, action=Action.DROPPED),
    )


def _check_unit(rows: pl.DataFrame) -> None:
    """Passes when the values are possible in their units."""
    values = rows.filter(pl.col("comparator") == "")
    for factor, impossible, name in (
        (MGDL_PER_MMOLL, lambda median: median > HIGHEST_MEDIAN_MMOLL, "mmol/L"),
        (1.0, lambda median: median < LOWEST_MEDIAN_MGDL, "mg/dL"),
    ):
        median = values.filter(pl.col("factor") == factor)["value"].median()
        if isinstance(median, float) and impossible(median):
            raise UnitError(
                ErrorCode.UNKNOWN_UNIT,
                f"The glucose values in {name} have the median {median:g}, which cannot be.",
                hint="The program that wrote the file names the wrong unit; export the data elsewhere.",
            )


def _written_once(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Readings, and those in mmol/L that repeat one in mg/dL of the same time and kind."""
    if not (frame["molar"].any() and not frame["molar"].all()):
        return frame, frame.clear()
    mass = frame.filter(~pl.col("molar")).select("time", "kind", mass="glucose_mgdl").unique(["time", "kind"])
    paired = frame.join(mass, on=["time", "kind"], how="left", maintain_order="left")
    twice = pl.col("molar") & ((pl.col("glucose_mgdl") - pl.col("mass")).abs() <= SAME_MGDL).fill_null(False)
    return paired.filter(~twice).drop("mass"), paired.filter(twice).drop("mass")


def _meals(rows: pl.DataFrame, measurements: Sequence[Measurement]) -> pl.DataFrame:
    """Food; the time from start to end of a period is how long eating took."""
    table = rows.filter(pl.col("value").is_not_null())
    factor = unit.required_factors(table, unit.CARBS, what="carbohydrate")
    minutes = (table["end"] - table["time"]).dt.total_microseconds() / 60e6
    nutrients = [measurements[row].nutrients or {} for row in table["row"]]
    return pl.DataFrame(
        {
            "time": table["time"],
            "carbs_g": table["value"] * factor,
            **{
                field: pl.Series([one.get(field) for one in nutrients], dtype=pl.Float64)
                for field in NUTRIENTS.values()
            },
            "duration_min": minutes.set((minutes < 1.0).fill_null(False), None),
            "note": pl.Series([one.get("note") for one in nutrients], dtype=pl.String),
        }
    )


def _scaled(rows: pl.DataFrame, known: Mapping[str, float]) -> pl.DataFrame:
    """Rows with their value in the records' unit; null where the unit is not known."""
    return rows.with_columns(scaled=pl.col("value") * unit.factors(rows, known))


def _lab(rows: pl.DataFrame) -> pl.DataFrame:
    """Laboratory values in the unit in which they came; without one it is blank."""
    code = pl.when(pl.col("code") != "").then("code").otherwise("unit")
    return rows.filter(pl.col("value").is_not_null()).select("time", "analyte", "value", "is_date", unit=code)


def _weights(rows: pl.DataFrame) -> tuple[WeightEntry, ...]:
    """Body weights by their day of UTC; those in unknown units or not possible are left out."""
    known = _scaled(rows, unit.WEIGHT_KG).filter(pl.col("scaled").is_between(*WEIGHTS_KG))
    days = known["time"].dt.date()
    return tuple(WeightEntry(day=day, weight_kg=kg) for day, kg in zip(days, known["scaled"], strict=True))


def _steps(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...], int]:
    """Activity by steps, and how many counts could not be placed in time."""
    placed = rows.filter(pl.col("end").is_not_null() & pl.col("value").is_not_null())
    frame, findings = steps_per_minute(placed.select("time", "end", "device", steps="value"))
    return frame, findings, len(rows) - len(placed)
