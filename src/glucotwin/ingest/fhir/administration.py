"""FHIR MedicationAdministrations: insulin as boluses, basal segments and injections, and other medicines.

A dose over a period is a basal segment when a rate comes with it or the dose is small for its time, which is how
closed loops report their deliveries of five minutes. Larger ones are boluses: a pump takes minutes to deliver one at
once, and a longer period means an extended one. The ``rateRatio`` of Sensotrend has a ratio in its denominator, so the
dose is believed where there is one.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import polars as pl

from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.ingest.fhir import unit
from glucotwin.ingest.fhir.code import Acting, insulin_of, plain_reference, reference_of, words_of
from glucotwin.ingest.parse.json_stream import Fields, mapping_at, mappings_at, number_at, text_at
from glucotwin.ingest.parse.written_instant import instants
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

LARGEST_BASAL_U_PER_H = 10.0
"""A dose without a rate is basal when it runs no faster than this; pumps' basal rates rarely do."""
LONGEST_BOLUS_MIN = 30.0
"""Delivery of a dose at once takes a pump some minutes; over a longer time it is an extended one."""
NOT_GIVEN = frozenset({"not-done", "on-hold"})
_EXTENDED = re.compile(r"extended|square|dual")
_PEN = re.compile(r"\b(?:smart|in|novo)? ?pen\b|inject|syringe")
_PUMP = re.compile(r"\bpump\b")
_KINDS = (("suspend", BasalKind.SUSPENDED), ("automat", BasalKind.AUTOMATED), ("temp", BasalKind.TEMPORARY))
_HOURS = {"h": 1.0, "hr": 1.0, "hour": 1.0, "min": 1.0 / 60.0, "s": 1.0 / 3600.0, "d": 24.0}


class Dose(NamedTuple):
    """One administration as it came."""

    identifier: str
    part_of: str
    time: str | None
    end: str | None
    value: float | None
    code: str
    unit: str
    rate: float | None
    rate_code: str
    rate_unit: str
    style: str
    basal_kind: str
    purpose: str
    route: str
    medication: str


def dose_of(administration: Fields, *, url: str, medication: str) -> Dose:
    """One administration as it came.

    Args:
        administration: the resource.
        url: by which others refer to it.
        medication: key of what was given.
    """
    dosage = mapping_at(administration, "dosage")
    quantity = mapping_at(dosage, "dose")
    rate, rate_code, rate_unit = _rate(dosage)
    moment = administration.get("effectiveDateTime") or administration.get("occurenceDateTime")
    period = mapping_at(administration, "effectivePeriod") or mapping_at(administration, "occurencePeriod")
    words = f"{text_at(dosage, 'text')} {words_of(mapping_at(dosage, 'method'))}".lower()
    devices = " ".join(text_at(one, "display") for one in mappings_at(administration, "device")).lower()
    parents = mappings_at(administration, "partOf")
    return Dose(
        identifier=plain_reference(url),
        part_of=plain_reference(text_at(parents[0], "reference")) if parents else "",
        time=moment if isinstance(moment, str) else text_at(period, "start") or None,
        end=None if isinstance(moment, str) else text_at(period, "end") or None,
        value=number_at(quantity, "value"),
        code=text_at(quantity, "code"),
        unit=text_at(quantity, "unit"),
        rate=rate,
        rate_code=rate_code,
        rate_unit=rate_unit,
        style=_style(words, devices),
        basal_kind=str(next((kind for part, kind in _KINDS if part in words), BasalKind.SCHEDULED)),
        purpose=_purpose(administration),
        route=words_of(mapping_at(dosage, "route")).lower(),
        medication=medication,
    )


def medication_of(administration: Fields) -> tuple[Fields, str]:
    """What was given, as a CodeableConcept, or else the reference to the Medication that says it."""
    # R5 has one field for both, and spells the time's name with one r.
    either = mapping_at(administration, "medication")
    concept = mapping_at(administration, "medicationCodeableConcept") or mapping_at(either, "concept")
    if concept:
        return concept, ""
    reference = reference_of(administration, "medicationReference") or reference_of(either, "reference")
    for contained in mappings_at(administration, "contained"):
        if reference.startswith("#") and text_at(contained, "id") == reference[1:]:
            return mapping_at(contained, "code"), ""
    referred = mapping_at(administration, "medicationReference") or mapping_at(either, "reference")
    named = text_at(referred, "display")
    return ({"text": named} if named and not reference else {}), reference


def _rate(dosage: Fields) -> tuple[float | None, str, str]:
    """A rate with the code and the words of its unit."""
    quantity = mapping_at(dosage, "rateQuantity")
    if quantity:
        return number_at(quantity, "value"), text_at(quantity, "code"), text_at(quantity, "unit")
    ratio = mapping_at(dosage, "rateRatio")
    numerator, denominator = mapping_at(ratio, "numerator"), mapping_at(ratio, "denominator")
    above, below = number_at(numerator, "value"), number_at(denominator, "value")
    hours = _HOURS.get(text_at(denominator, "code") or text_at(denominator, "unit"))
    if above is None or not below or hours is None:
        return None, "", ""
    amount = text_at(numerator, "code") or text_at(numerator, "unit")
    return above / (below * hours), f"{amount}/h", ""


def _style(words: str, devices: str) -> str:
    if _EXTENDED.search(words):
        return "extended"
    if "basal" in words:
        return "basal"
    said = f"{words} {devices}"
    if _PEN.search(said):
        return "pen"
    return "pump" if _PUMP.search(said) else ""


def _purpose(administration: Fields) -> str:
    for reason in mappings_at(administration, "reasonCode"):
        words = words_of(reason).lower()
        for purpose in DosePurpose:
            if str(purpose) in words:
                return str(purpose)
    return ""


class Doses(NamedTuple):
    """The streams of administrations; how many could not be read; findings."""

    streams: Mapping[str, pl.DataFrame]
    unreadable: int
    findings: tuple[Finding, ...]


def streams_of_doses(
    doses: Sequence[Dose], medications: Mapping[str, Fields], *, zone: str | None, title: str
) -> Doses:
    """The streams of all administrations.

    Args:
        doses: in any order.
        medications: CodeableConcepts of what was given, by key.
        zone: IANA name for times without an offset.
        title: of the format, for messages.

    Raises:
        UnitError: an insulin dose has a unit that is missing or unknown.
        DataError: a time has no offset and the zone is not known.
    """
    if not doses:
        return Doses({}, 0, ())
    table = pl.DataFrame(doses, schema=_SCHEMA, orient="row")
    begun = instants(table["time"], zone=zone, title=title)
    table = table.with_columns(
        begun.time, instants(table["end"], zone=zone, title=title).time.alias("end"), is_date=begun.is_date
    ).join(_insulins(medications), on="medication", how="left", maintain_order="left")
    timed = table.filter(pl.col("time").is_not_null() & ~pl.col("is_date"))
    insulin, others = timed.filter(pl.col("is_insulin")), timed.filter(~pl.col("is_insulin"))
    given, nothing, unread = _amounts(insulin)
    medicines = _medicines(others)
    streams = {**_insulin_streams(given), "medication": medicines}
    found = findings_in(
        nothing, FindingCode.CANCELLED_BOLUSES, severity=Severity.INFO, action=Action.DROPPED, stream="bolus"
    )
    unreadable = len(table) - len(timed) + unread + len(others) - len(medicines)
    return Doses(streams, unreadable, (*begun.findings, *found))


_SCHEMA = {
    **dict.fromkeys(("identifier", "part_of", "time", "end"), pl.String),
    "value": pl.Float64,
    **dict.fromkeys(("code", "unit"), pl.String),
    "rate": pl.Float64,
    **dict.fromkeys(("rate_code", "rate_unit", "style", "basal_kind", "purpose", "route", "medication"), pl.String),
}


def _insulins(medications: Mapping[str, Fields]) -> pl.DataFrame:
    """What each medication is: an insulin with its product, or another medicine with its name."""
    rows: list[tuple[str, bool, str, bool]] = []
    for key, concept in medications.items():
        insulin = insulin_of(concept)
        name = words_of(concept)[:80] if insulin is None else insulin.product
        rows.append((key, insulin is not None, name, insulin is not None and insulin.acting is Acting.SLOW))
    schema = {"medication": pl.String, "is_insulin": pl.Boolean, "product": pl.String, "slow": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _amounts(insulin: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Doses in U over their minutes, with what ran at a rate; those that gave nothing; how many are unreadable."""
    valued = insulin.filter(pl.col("value").is_not_null())
    unit.required_factors(valued, unit.INSULIN, what="insulin")
    rate = pl.col("rate") * unit.factors(insulin, unit.RATE, code="rate_code", unit="rate_unit")
    span = (pl.col("end") - pl.col("time")).dt.total_microseconds() / 60e6
    table = insulin.with_columns(minutes=pl.when(span > 0).then(span), rate=rate)
    by_rate = pl.col("rate") * pl.col("minutes") / 60.0
    table = table.with_columns(insulin_u=pl.coalesce("value", by_rate))
    readable = table.filter(pl.col("insulin_u").is_not_null())
    nothing = (pl.col("insulin_u") == 0) & pl.col("minutes").is_null()
    return readable.filter(~nothing), readable.filter(nothing), len(table) - len(readable)


def _insulin_streams(given: pl.DataFrame) -> dict[str, pl.DataFrame]:
    pace = pl.col("insulin_u") * 60.0 / pl.col("minutes")
    single = pl.col("slow") & pl.col("minutes").is_null() & (pl.col("style") != "pump")
    injected = (pl.col("style") == "pen") | single
    slowly = pl.col("rate").is_not_null() | (pl.col("style") == "basal") | (pace <= LARGEST_BASAL_U_PER_H)
    running = (pl.col("minutes").is_not_null() & slowly & (pl.col("style") != "extended") & ~injected).fill_null(False)
    long = (pl.col("style") == "extended") | (pl.col("minutes") > LONGEST_BOLUS_MIN).fill_null(False)
    boluses = given.filter(~injected & ~running).with_columns(long=long & pl.col("minutes").is_not_null())
    return {
        "basal": given.filter(running).select(
            "time", "product", duration_min="minutes", rate_u_per_h=pace, kind="basal_kind"
        ),
        "pen": given.filter(injected).select("time", "product", "insulin_u", purpose=_purpose_or(pl.col("slow"))),
        "bolus": _with_extended_parts(boluses),
    }


def _purpose_or(is_basal: pl.Expr) -> pl.Expr:
    """The purpose that was said, or what the product is for."""
    other = pl.when(is_basal).then(pl.lit(str(DosePurpose.BASAL))).otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    return pl.when(pl.col("purpose") != "").then("purpose").otherwise(other)


def _with_extended_parts(boluses: pl.DataFrame) -> pl.DataFrame:
    """Boluses as records; an extended part that names the part given at once belongs to it."""
    table = boluses.with_columns(
        extended_u=pl.when("long").then("insulin_u").otherwise(0.0),
        extended_min=pl.when("long").then("minutes").otherwise(0.0),
        insulin_u=pl.when("long").then(0.0).otherwise("insulin_u"),
    )
    at_once = table.filter(~pl.col("long") & (pl.col("identifier") != ""))["identifier"]
    belongs = pl.col("long") & pl.col("part_of").is_in(at_once.implode())
    rest = table.filter(belongs).unique("part_of", keep="first", maintain_order=True)
    rest = rest.select(identifier="part_of", rest_u="extended_u", rest_min="extended_min")
    whole = table.filter(~belongs).join(rest, on="identifier", how="left", maintain_order="left")
    return whole.select(
        "time",
        "insulin_u",
        "product",
        purpose=_purpose_or(pl.lit(False)),
        extended_u=pl.coalesce("rest_u", "extended_u"),
        extended_min=pl.coalesce("rest_min", "extended_min"),
    )


def _medicines(others: pl.DataFrame) -> pl.DataFrame:
    """Doses of other medicines in mg; those without a name or in another unit are left out."""
    dose = pl.col("value") * unit.factors(others, unit.MASS_MG)
    known = others.with_columns(dose_mg=dose).filter(pl.col("dose_mg").is_not_null() & (pl.col("product") != ""))
    route = pl.when(pl.col("route") != "").then("route").otherwise(pl.lit("oral"))
    return known.select("time", "dose_mg", medication="product", route=route)


counted_as_not_given = partial(
    Finding, code=FindingCode.NOT_DELIVERED, severity=Severity.INFO, stream="bolus", action=Action.DROPPED
)
"""The finding about administrations that say that they were not done."""
