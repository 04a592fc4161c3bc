"""The summary of sensor readings of the HL7 CGM implementation guide 1.0.0: seven observations of a period.

Profiles and codes: HL7/cgm ``input/fsh/profiles.fsh``. Shares of time are exclusive and add up to 100 %; all numbers
are those of the consensus panel, so that a clinic's system, the dashboard and the report say the same.
"""

import math
from dataclasses import dataclass
from datetime import date

from glucotwin.ingest.fhir.code import LOINC, UCUM
from glucotwin.metrics.panel import MetricsPanel

Resource = dict[str, object]

GUIDE = "http://hl7.org/fhir/uv/cgm"
SUMMARY = "cgm-summary"
TEMPORARY_CODES = f"{GUIDE}/CodeSystem/cgm-summary-codes-temporary"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
TIMES = "times-in-ranges"
MEAN, GMI, CV, WEAR, ACTIVE = (
    "mean-glucose-mass-per-volume",
    "gmi",
    "coefficient-of-variation",
    "days-of-wear",
    "sensor-active-percentage",
)
CODES = {
    SUMMARY: "107931-8",
    MEAN: "97507-8",
    TIMES: "106793-3",
    GMI: "97506-0",
    CV: "104638-2",
    WEAR: "104636-6",
    ACTIVE: "104637-4",
}
"""LOINC codes by the guide's names of the observations; they end the observations' identifiers."""
RANGES = (
    ("104642-4", "tbr_level2_pct"),
    ("104641-6", "tbr_level1_pct"),
    ("97510-2", "tir_pct"),
    ("104640-8", "tar_level1_pct"),
    ("104639-0", "tar_level2_pct"),
)
"""Codes of the ranges, from very low to very high, and where their shares stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Local days of a summary, both included."""

    first: date
    last: date


def summary_resources(panel: MetricsPanel, period: Period, subject: Resource, *, prefix: str) -> dict[str, Resource]:
    """The observations of a summary by their identifiers, the summary itself first.

    Args:
        panel: metrics of the period, of the standard target.
        period: which days.
        subject: reference to the person.
        prefix: of the identifiers.
    """
    values: dict[str, tuple[float | None, str, str]] = {
        MEAN: (panel.summary.mean_mgdl, "mg/dL", "mg/dl"),
        GMI: (panel.gmi_pct, "%", "%"),
        CV: (panel.summary.cv_pct, "%", "%"),
        WEAR: (panel.sufficiency.day_count, "d", "days"),
        ACTIVE: (panel.sufficiency.active_pct, "%", "%"),
    }
    members = {name: _observation(name, period, subject) for name in CODES if name != SUMMARY}
    members[TIMES]["component"] = [
        {"code": _loinc(code), "valueQuantity": _quantity(getattr(panel.time_in_range, field), "%", "%")}
        for code, field in RANGES
    ]
    for name, (value, code, unit) in values.items():
        # What cannot be said yet, such as the spread of one reading, is told as absent.
        if value is None or not math.isfinite(value):
            members[name]["dataAbsentReason"] = _unknown()
        else:
            members[name]["valueQuantity"] = _quantity(value, code, unit)
    whole = _observation(SUMMARY, period, subject)
    names = {name: prefix + code for name, code in CODES.items()}
    whole["hasMember"] = [{"reference": f"Observation/{names[name]}"} for name in members]
    return {names[name]: {**one, "id": names[name]} for name, one in {SUMMARY: whole, **members}.items()}


def _observation(name: str, period: Period, subject: Resource) -> Resource:
    code = _loinc(CODES[name])
    if name == SUMMARY:
        code = {"coding": [{"system": TEMPORARY_CODES, "code": SUMMARY}, {"system": LOINC, "code": CODES[name]}]}
    profile = SUMMARY if name == SUMMARY else f"{SUMMARY}-{name}"
    return {
        "resourceType": "Observation",
        "meta": {"profile": [f"{GUIDE}/StructureDefinition/{profile}"]},
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "laboratory"}]}],
        "code": code,
        "subject": subject,
        "effectivePeriod": {"start": period.first.isoformat(), "end": period.last.isoformat()},
    }


def _loinc(code: str) -> Resource:
    return {"coding": [{"system": LOINC, "code": code}]}


def _quantity(value: float, code: str, unit: str) -> Resource:
    return {"value": round(float(value), 2), "unit": unit, "system": UCUM, "code": code}


def _unknown() -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    return {"coding": [{"system": system, "code": "unknown"}]}
