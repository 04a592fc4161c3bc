"""FHIR R4: a bundle of the type collection, with sensor readings in the profiles of the HL7 CGM guide.

Source: HL7 CGM implementation guide 1.0.0 (profile ``cgm-sensor-reading-mass-per-volume``), FHIR 4.0.1. What is written
is checked with ``fhir.resources`` by samples: the first resource of each shape and every thousandth.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.insulin import BasalKind
from glucotwin.domain.person import DiabetesType, Person, Sex
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.fhir.code import (
    CARBS,
    CGM_MASS,
    HEART_RATE,
    INSULIN,
    KETONE,
    LOINC,
    METER_MASS,
    RAPID_INSULIN,
    SERUM_MASS,
    SNOMED,
    UCUM,
    WEIGHT,
)
from glucotwin.ingest.fhir.observation import NUTRIENTS, SCAN
from glucotwin.ingest.fhir.person import TIMEZONE
from glucotwin.ingest.write.loss import Carried, Loss, all_of
from glucotwin.ingest.write.text import iso_times, with_end, write_json_array
from glucotwin.ingest.write.writer import DataWriter

if TYPE_CHECKING:
    from pydantic import BaseModel

Resource = dict[str, object]
Row = Mapping[str, object]

READING_PROFILE = "http://hl7.org/fhir/uv/cgm/StructureDefinition/cgm-sensor-reading-mass-per-volume"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CHECKED_EVERY = 1000
_LOINC_CODE = re.compile(r"\d{1,6}-\d")
_READINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        str(GlucoseKind.CGM): (CGM_MASS, "Glucose [Mass/volume] in Interstitial fluid"),
        str(GlucoseKind.SCAN): (CGM_MASS, "Glucose [Mass/volume] in Interstitial fluid"),
        str(GlucoseKind.FINGERSTICK): (METER_MASS, "Glucose [Mass/volume] in Capillary blood by Glucometer"),
        str(GlucoseKind.LAB): (SERUM_MASS, "Glucose [Mass/volume] in Serum or Plasma"),
    }
)
_COMPARATORS = MappingProxyType({str(Censoring.LOW): "<=", str(Censoring.HIGH): ">="})
_DIABETES: Mapping[DiabetesType, tuple[str, str]] = MappingProxyType(
    {
        DiabetesType.TYPE_1: ("46635009", "Type 1 diabetes mellitus"),
        DiabetesType.TYPE_2: ("44054006", "Type 2 diabetes mellitus"),
        DiabetesType.GESTATIONAL: ("11687002", "Gestational diabetes mellitus"),
    }
)
_BASALS = MappingProxyType(
    {
        str(BasalKind.SCHEDULED): "basal",
        str(BasalKind.TEMPORARY): "basal, temporary",
        str(BasalKind.AUTOMATED): "basal, automated",
        str(BasalKind.SUSPENDED): "basal, suspended",
    }
)


class FhirWriter(DataWriter):
    """Writes a FHIR R4 bundle."""

    name = "fhir"
    title = "a FHIR R4 bundle"
    suffix = ".json"
    carried = MappingProxyType(
        {
            "glucose": Carried(fields=all_of("glucose_mgdl", "kind", "censoring")),
            "bolus": Carried(fields=all_of("insulin_u", "extended_u", "extended_min", "purpose", "product")),
            "basal": Carried(fields=all_of("rate_u_per_h", "duration_min", "kind", "product")),
            "pen": Carried(fields=all_of("insulin_u", "purpose", "product")),
            "meal": Carried(fields=all_of("carbs_g", "protein_g", "fat_g", "fibre_g", "duration_min", "note")),
            "heart_rate": Carried(fields=all_of("heart_rate_bpm")),
            "ketone": Carried(fields=all_of("ketone_mmoll")),
            "lab": Carried(fields=all_of("analyte", "value", "unit")),
            "medication": Carried(fields=all_of("medication", "dose_mg", "route")),
        }
    )
    carries_person = frozenset({"birth_year", "sex", "zone", "diabetes_type", "cgm_device", "weights"})

    def write_carried(self, timeline: Timeline, path: Path) -> tuple[Loss, ...]:
        """Writes the person without a name, and a resource per record."""
        check = _Check()
        entries = (check.passed(entry) for entry in _entries(timeline))
        write_json_array(path, entries, begin='{"resourceType":"Bundle","type":"collection","entry":[', end="]}")
        return ()


class _Check:
    """Checks resources against the FHIR specification, by samples."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._count = 0

    def passed(self, entry: Resource) -> Resource:
        """The entry, if it is valid or not among the samples."""
        resource = entry["resource"]
        if isinstance(resource, dict):
            shape = f"{resource['resourceType']} {sorted(map(str, resource))}"
            self._count += 1
            if shape not in self._seen or self._count % CHECKED_EVERY == 0:
                self._seen.add(shape)
                check_resource(resource)
        return entry


def check_resource(resource: Mapping[str, object]) -> None:
    """Passes when a resource is valid FHIR R4.

    Raises:
        DataError: it is not.
    """
    from pydantic import ValidationError

    try:
        _model_of(str(resource["resourceType"])).model_validate(resource)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"A record cannot be written as the FHIR resource {resource['resourceType']}: {reason}.",
            hint="A name or note in the timeline holds what FHIR does not allow.",
        ) from error


def _model_of(kind: str) -> "type[BaseModel]":
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The names by which resources of one bundle refer to each other."""

    seed: str

    def url(self, *parts: object) -> str:
        """The name of a resource; the same for the same timeline."""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, '-'.join(map(str, (self.seed, *parts))))}"


def _entries(timeline: Timeline) -> Iterator[Resource]:
    names = _Names(seed=timeline_hash(timeline))
    patient = names.url("patient")
    subject: Resource = {"reference": patient}
    yield {"fullUrl": patient, "resource": patient_resource(timeline.person)}
    for kind, resource in resources_about(timeline.person, subject):
        yield {"fullUrl": names.url(kind), "resource": resource}
    device: Resource = {"device": {"reference": names.url("device")}} if timeline.person.cgm_device else {}
    for name, frame in timeline.streams.items():
        for url, resource in record_resources(name, frame, subject, partial(names.url, name), device=device):
            yield {"fullUrl": url, "resource": resource}


def record_resources(
    stream: str,
    frame: pl.DataFrame,
    subject: Resource,
    url: Callable[[int, str], str],
    *,
    device: Resource | None = None,
) -> Iterator[tuple[str, Resource]]:
    """The resources of a stream's records, each with its name; a combined bolus is two.

    Args:
        stream: of those that ``FhirWriter`` carries.
        frame: its table.
        subject: reference to the person.
        url: name of a resource by the number of its row and its part, ``whole`` or ``rest``.
        device: of sensor readings; None for none.
    """
    for number, row in enumerate(_with_times(stream, frame).iter_rows(named=True)):
        urls = [url(number, part) for part in ("whole", "rest")]
        is_sensor = stream == "glucose" and row["kind"] == str(GlucoseKind.CGM)
        for one, resource in zip(urls, _RESOURCES[stream](row, subject, urls[0]), strict=False):
            yield one, {**resource, **(device or {})} if is_sensor else resource


def _with_times(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A stream's table with ``time`` and ``end`` as texts."""
    lasting = "extended_min" if name == "bolus" else "duration_min"
    if lasting not in frame.columns:
        return frame.with_columns(iso_times(frame["time"]), end=pl.lit(None, dtype=pl.String))
    table = with_end(frame.with_columns(duration_min=pl.col(lasting)))
    return table.with_columns(iso_times(table["time"]), iso_times(table["end"]))


def patient_resource(person: Person) -> Resource:
    """The person, without a name."""
    resource: Resource = {
        "resourceType": "Patient",
        "extension": [{"url": TIMEZONE, "valueCode": person.zone}],
    }
    if person.sex is not Sex.UNKNOWN:
        resource["gender"] = str(person.sex)
    if person.birth_year is not None:
        resource["birthDate"] = str(person.birth_year)
    return resource


def resources_about(person: Person, subject: Resource) -> Iterator[tuple[str, Resource]]:
    """The person's diabetes, weight and sensor, as far as they are known."""
    known = _DIABETES.get(person.diabetes_type)
    if known is not None:
        code = {"coding": [{"system": SNOMED, "code": known[0], "display": known[1]}]}
        yield "condition", {"resourceType": "Condition", "code": code, "subject": subject}
    for entry in person.weights:
        row = {"time": entry.day.isoformat()}
        value = _quantity(entry.weight_kg, "kg", "kg")
        weight = _observation(row, subject, _coded(WEIGHT, "Body weight"), value, category="vital-signs")
        yield f"weight-{entry.day}-{entry.weight_kg}", weight
    if person.cgm_device:
        name = {"name": person.cgm_device, "type": "user-friendly-name"}
        yield "device", {"resourceType": "Device", "deviceName": [name], "patient": subject}


def _quantity(value: object, code: str, words: str) -> Resource:
    return {"value": value, "unit": words, "system": UCUM, "code": code}


def _observation(row: Row, subject: Resource, code: Resource, value: Resource, *, category: str = "") -> Resource:
    resource: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "subject": subject,
        "effectiveDateTime": row["time"],
        "valueQuantity": value,
    }
    if category:
        resource["category"] = [{"coding": [{"system": CATEGORY, "code": category}]}]
    return resource


def _coded(code: str, display: str) -> Resource:
    return {"coding": [{"system": LOINC, "code": code, "display": display}]}


def _glucose(row: Row, subject: Resource, url: str) -> list[Resource]:
    value = _quantity(row["glucose_mgdl"], "mg/dL", "mg/dl")
    comparator = _COMPARATORS.get(str(row["censoring"]))
    if comparator is not None:
        value["comparator"] = comparator
    resource = _observation(row, subject, _coded(*_READINGS[str(row["kind"])]), value, category="laboratory")
    if row["kind"] in {str(GlucoseKind.CGM), str(GlucoseKind.SCAN)}:
        resource["meta"] = {"profile": [READING_PROFILE]}
    if row["kind"] == str(GlucoseKind.SCAN):
        resource["method"] = {"text": SCAN}
    return [resource]


def _meal(row: Row, subject: Resource, url: str) -> list[Resource]:
    code = _coded(CARBS, "Carbohydrate intake Estimated")
    resource = _observation(row, subject, code, _quantity(row["carbs_g"], "g", "g"))
    if row["end"] is not None:
        del resource["effectiveDateTime"]
        resource["effectivePeriod"] = {"start": row["time"], "end": row["end"]}
    components = [
        {"code": {"text": name}, "valueQuantity": _quantity(row[field], "g", "g")}
        for name, field in NUTRIENTS.items()
        if row[field] is not None
    ]
    if components:
        resource["component"] = components
    if str(row["note"]).strip():
        resource["note"] = [{"text": row["note"]}]
    return [resource]


def _heart_rate(row: Row, subject: Resource, url: str) -> list[Resource]:
    value = _quantity(row["heart_rate_bpm"], "/min", "beats/minute")
    return [_observation(row, subject, _coded(HEART_RATE, "Heart rate"), value, category="vital-signs")]


def _ketone(row: Row, subject: Resource, url: str) -> list[Resource]:
    code = _coded(KETONE, "Beta hydroxybutyrate [Moles/volume] in Blood")
    value = _quantity(row["ketone_mmoll"], "mmol/L", "mmol/L")
    return [_observation(row, subject, code, value, category="laboratory")]


def _lab(row: Row, subject: Resource, url: str) -> list[Resource]:
    analyte, unit = str(row["analyte"]), str(row["unit"]) or "1"
    coded = _LOINC_CODE.fullmatch(analyte)
    code: Resource = {"coding": [{"system": LOINC, "code": analyte}]} if coded else {"text": analyte}
    return [_observation(row, subject, code, _quantity(row["value"], unit, unit), category="laboratory")]


def _administration(row: Row, subject: Resource, medication: Resource, dosage: Resource, **more: object) -> Resource:
    """A dose that was given, at a moment unless ``more`` says a period."""
    moment: Resource = {} if "effectivePeriod" in more else {"effectiveDateTime": row["time"]}
    return {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": medication,
        "subject": subject,
        **moment,
        "dosage": dosage,
        **more,
    }


def _insulin(product: str) -> Resource:
    rapid = product == "rapid"
    code = (
        {"code": RAPID_INSULIN, "display": "Short-acting insulin"} if rapid else {"code": INSULIN, "display": "Insulin"}
    )
    named: Resource = {"text": product} if product.strip() else {}
    return {"coding": [{"system": SNOMED, **code}], **named}


def _period(row: Row) -> Resource:
    return {"start": row["time"], "end": row["end"]}


def _bolus(row: Row, subject: Resource, url: str) -> list[Resource]:
    """The part at once and the extended part, which belongs to it."""
    common: Resource = {"device": [{"display": "insulin pump"}], "reasonCode": [{"text": row["purpose"]}]}
    medication = _insulin(str(row["product"]))
    parts: list[Resource] = []
    if _number(row, "insulin_u") > 0:
        dosage: Resource = {"dose": _quantity(row["insulin_u"], "[iU]", "U")}
        parts.append(_administration(row, subject, medication, dosage, **common))
    if _number(row, "extended_u") > 0:
        dosage = {"text": "extended bolus", "dose": _quantity(row["extended_u"], "[iU]", "U")}
        whole: Resource = {"partOf": [{"reference": url}]} if parts else {}
        part = _administration(row, subject, medication, dosage, effectivePeriod=_period(row), **common, **whole)
        parts.append(part)
    return parts


def _basal(row: Row, subject: Resource, url: str) -> list[Resource]:
    dosage: Resource = {
        "text": _BASALS[str(row["kind"])],
        "rateQuantity": _quantity(row["rate_u_per_h"], "[iU]/h", "U/h"),
    }
    medication = _insulin(str(row["product"]))
    pump = [{"display": "insulin pump"}]
    return [_administration(row, subject, medication, dosage, effectivePeriod=_period(row), device=pump)]


def _pen(row: Row, subject: Resource, url: str) -> list[Resource]:
    dosage: Resource = {"dose": _quantity(row["insulin_u"], "[iU]", "U")}
    more: Resource = {"device": [{"display": "insulin pen"}], "reasonCode": [{"text": row["purpose"]}]}
    return [_administration(row, subject, _insulin(str(row["product"])), dosage, **more)]


def _medication(row: Row, subject: Resource, url: str) -> list[Resource]:
    dosage: Resource = {"dose": _quantity(row["dose_mg"], "mg", "mg"), "route": {"text": row["route"]}}
    return [_administration(row, subject, {"text": row["medication"]}, dosage)]


_RESOURCES = MappingProxyType(
    {
        "glucose": _glucose,
        "bolus": _bolus,
        "basal": _basal,
        "pen": _pen,
        "meal": _meal,
        "heart_rate": _heart_rate,
        "ketone": _ketone,
        "lab": _lab,
        "medication": _medication,
    }
)


def _number(row: Row, name: str) -> float:
    value = row[name]
    return value if isinstance(value, float) else 0.0
