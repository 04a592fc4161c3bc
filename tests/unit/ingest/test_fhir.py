"""FHIR R4 JSON and its traps."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.activity import Activity, HeartRate
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import KetoneReading, LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Sex, TherapyKind
from glucotwin.ingest.fhir.read import FhirFormat
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import FileHead

Resource = dict[str, Any]
SAMPLE = "sensotrend_R4_bundle_trimmed.json"
UNITS = "http://unitsofmeasure.org"
SUBJECT = {"reference": "Patient/1"}
AT = "2024-05-02T10:15:00Z"


def quantity(value: object, unit: str, **more: object) -> Resource:
    return {"value": value, "unit": unit, "code": unit, "system": UNITS, **more}


def observation(code: str, value: Resource | None, *, at: str | None = AT, **more: object) -> Resource:
    resource: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": SUBJECT,
        **more,
    }
    if at is not None:
        resource["effectiveDateTime"] = at
    return resource if value is None else resource | {"valueQuantity": value}


def reading(mgdl: float = 120.0, *, at: str = AT, **more: object) -> Resource:
    return observation("99504-3", quantity(mgdl, "mg/dL"), at=at, **more)


RAPID = {"coding": [{"system": "http://snomed.info/sct", "code": "411531001"}], "text": "Kurzzeitinsulin"}


def dose(
    units: float | None,
    *,
    minutes: float | None = None,
    medication: object = RAPID,
    dosage: Resource | None = None,
    **more: Any,
) -> Resource:
    amount: Resource = {} if units is None else {"dose": quantity(units, "[iU]")}
    resource: Resource = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": medication,
        "subject": SUBJECT,
        "dosage": amount | (dosage or {}),
    }
    if minutes is None:
        resource["effectiveDateTime"] = AT
    else:
        end = datetime.fromisoformat(AT) + timedelta(minutes=minutes)
        resource["effectivePeriod"] = {"start": AT, "end": end.isoformat()}
    return resource | more


def bundle(*resources: Resource, kind: str = "collection", **more: object) -> Resource:
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": one} for number, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **more}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "export.json"


def imported(place: Path, *resources: Resource, **options: Any) -> ImportResult:
    place.write_text(json.dumps(bundle(*resources)), encoding="utf-8")
    return import_path(place, ImportOptions(**options))


def glucose(result: ImportResult) -> list[GlucoseReading]:
    return list(result.timeline.records(GlucoseReading))


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def kinds_passed_over(result: ImportResult) -> str:
    return result.quality.having(FindingCode.PASSED_OVER)[0].values["kinds"]


# Shapes of files


def test_bundle_single_resource_lines_and_array_hold_the_same(place: Path) -> None:
    one, two = reading(100.0), reading(110.0, at="2024-05-02T10:20:00Z")
    shapes = {
        "collection": json.dumps(bundle(one, two)),
        "indented": json.dumps(bundle(one, two), indent=2),
        "searchset": json.dumps(bundle(one, two, kind="searchset", total=2)),
        "entry first": json.dumps({"entry": bundle(one, two)["entry"], "type": "batch", "resourceType": "Bundle"}),
        "lines": f"{json.dumps(one)}\n{json.dumps(two)}\n",
        "array": json.dumps([one, two]),
        "bundle in a bundle": json.dumps(bundle(bundle(one, two))),
        "parameters": json.dumps(
            {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": bundle(one, two)}]}
        ),
    }
    for shape, text in shapes.items():
        place.write_text(text)
        assert [record.glucose_mgdl for record in glucose(import_path(place))] == [100.0, 110.0], shape
    place.write_text(json.dumps(one))
    assert [record.glucose_mgdl for record in glucose(import_path(place))] == [100.0]


def test_submission_of_the_cgm_guide_gives_readings_and_passes_over_summaries(place: Path) -> None:
    period = {"start": "2024-05-01", "end": "2024-05-31"}
    summary = [
        observation(code, quantity(70, "%"), at=None, effectivePeriod=period)
        for code in ("97507-8", "106793-3", "97506-0", "104638-2", "104636-6", "104637-4")
    ]
    report = {"resourceType": "DiagnosticReport", "status": "final", "presentedForm": [{"data": "JVBERi0="}]}
    content = bundle(report, *summary, reading(), kind="transaction", timestamp=AT)
    for entry in content["entry"]:
        entry["request"] = {"method": "POST", "url": entry["resource"]["resourceType"]}
    place.write_text(json.dumps(content))
    result = import_path(place)
    assert len(glucose(result)) == 1
    assert kinds_passed_over(result) == "CGM summary, DiagnosticReport"
    assert count(result, FindingCode.PASSED_OVER) == 7


def test_line_that_is_no_resource_is_left_out(place: Path) -> None:
    place.write_text(f"{json.dumps(reading())}\nnot json\n{json.dumps(reading(90.0, at='2024-05-02T11:00:00Z'))}\n{{")
    result = import_path(place)
    assert len(glucose(result)) == 2
    assert count(result, FindingCode.UNREADABLE_ROWS) == 2


def test_bundle_cut_short_is_refused(place: Path) -> None:
    place.write_text(json.dumps(bundle(reading(), reading()))[:-40])
    with pytest.raises(DataError, match="no complete JSON") as caught:
        import_path(place)
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_history_is_refused_and_a_missing_page_is_told(place: Path) -> None:
    place.write_text(json.dumps(bundle(reading(), kind="history")))
    with pytest.raises(DataError, match="history"):
        import_path(place)
    link = [{"relation": "self", "url": "https://x"}, {"relation": "next", "url": "https://x?page=2"}]
    place.write_text(json.dumps(bundle(reading(), kind="searchset", link=link)))
    assert kinds_passed_over(import_path(place)) == "further pages of the search"


def test_data_of_two_people_are_never_mixed(place: Path) -> None:
    other = reading(at="2024-05-02T10:20:00Z", subject={"reference": "Patient/2"})
    with pytest.raises(DataError, match="2 people"):
        imported(place, reading(), other)


def test_one_person_may_be_referred_to_in_several_ways(place: Path) -> None:
    patient = {"resourceType": "Patient", "id": "1"}
    ways = ("https://clinic.example/fhir/Patient/1", "Patient/1/_history/3", "urn:uuid:0")
    others = [reading(at=f"2024-05-02T10:2{n}:00Z", subject={"reference": way}) for n, way in enumerate(ways)]
    assert len(glucose(imported(place, patient, reading(), *others))) == 4


# Glucose


@pytest.mark.parametrize(
    ("code", "more", "kind"),
    [
        ("99504-3", {}, GlucoseKind.CGM),
        ("14745-4", {}, GlucoseKind.CGM),
        ("99504-3", {"method": {"text": "scan"}}, GlucoseKind.SCAN),
        ("14743-9", {}, GlucoseKind.FINGERSTICK),
        ("41653-7", {}, GlucoseKind.FINGERSTICK),
        ("2345-7", {}, GlucoseKind.LAB),
        ("2339-0", {}, GlucoseKind.FINGERSTICK),
        ("15074-8", {}, GlucoseKind.FINGERSTICK),
        ("2339-0", {"category": [{"coding": [{"code": "laboratory"}]}]}, GlucoseKind.LAB),
        ("2339-0", {"device": {"display": "Dexcom G6 1234567"}}, GlucoseKind.CGM),
        ("15074-8", {"device": {"display": "Contour Next One"}}, GlucoseKind.FINGERSTICK),
    ],
)
def test_code_device_and_category_tell_how_glucose_was_measured(
    place: Path, code: str, more: Resource, kind: GlucoseKind
) -> None:
    result = imported(place, observation(code, quantity(120, "mg/dL"), **more))
    assert [record.kind for record in glucose(result)] == [kind]


def test_readings_of_blood_every_five_minutes_are_a_sensors(place: Path) -> None:
    close = [observation("2339-0", quantity(100 + n, "mg/dL"), at=f"2024-05-02T10:{5 * n:02d}:00Z") for n in range(6)]
    assert {record.kind for record in glucose(imported(place, *close))} == {GlucoseKind.CGM}


def test_mmol_is_converted_and_told(place: Path) -> None:
    result = imported(place, observation("105272-9", {"value": 6.7, "unit": "mmol/l", "code": "mmol/L"}))
    assert [record.glucose_mgdl for record in glucose(result)] == [pytest.approx(6.7 * 18.01559)]
    assert count(result, FindingCode.UNITS_CONVERTED) == 1


def test_reading_in_both_units_counts_once(place: Path) -> None:
    result = imported(place, reading(121.0), observation("105272-9", quantity(6.7, "mmol/L")))
    assert [record.glucose_mgdl for record in glucose(result)] == [121.0]
    assert count(result, FindingCode.DUPLICATE_ROWS) == 1


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"value": 120}, ErrorCode.MISSING_UNIT),
        ({"value": 120, "unit": "", "code": ""}, ErrorCode.MISSING_UNIT),
        ({"value": 1.2, "unit": "furlong"}, ErrorCode.UNKNOWN_UNIT),
        ({"value": 120, "unit": "mmol/l", "code": "mg/dL"}, ErrorCode.INVALID_VALUE),
        ({"value": 120, "unit": "mmol/l", "code": "mmol/L"}, ErrorCode.UNKNOWN_UNIT),
        ({"value": 6.7, "unit": "mg/dl", "code": "mg/dL"}, ErrorCode.UNKNOWN_UNIT),
    ],
)
def test_unit_that_is_missing_unknown_or_impossible_is_an_error(place: Path, value: Resource, code: ErrorCode) -> None:
    with pytest.raises(UnitError) as caught:
        imported(place, observation("99504-3", value))
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("resource", "value", "censoring"),
    [
        (observation("99504-3", quantity(40, "mg/dL", comparator="<")), 40.0, Censoring.LOW),
        (observation("99504-3", quantity(400, "mg/dL", comparator=">=")), 400.0, Censoring.HIGH),
        (reading(400, interpretation=[{"coding": [{"code": ">"}]}]), 400.0, Censoring.HIGH),
        (reading(220, interpretation=[{"coding": [{"code": "H"}]}]), 220.0, Censoring.NONE),
        (observation("99504-3", None, valueString="Low"), 40.0, Censoring.LOW),
        (observation("41653-7", None, valueString="HI"), 600.0, Censoring.HIGH),
        (observation("99504-3", None, valueCodeableConcept={"text": "high"}), 400.0, Censoring.HIGH),
    ],
)
def test_values_beyond_the_scale_are_bounds(
    place: Path, resource: Resource, value: float, censoring: Censoring
) -> None:
    (record,) = glucose(imported(place, resource))
    assert (record.glucose_mgdl, record.censoring) == (value, censoring)


def test_entered_in_error_does_not_count(place: Path) -> None:
    wrong = {**reading(at="2024-05-02T10:20:00Z"), "status": "entered-in-error"}
    result = imported(place, reading(), wrong, {**dose(3.0), "status": "entered-in-error"})
    assert len(glucose(result)) == 1
    assert kinds_passed_over(result) == "records entered in error"
    assert count(result, FindingCode.PASSED_OVER) == 2


# Times


def test_offset_gives_the_instant_and_a_local_time_needs_the_zone(place: Path) -> None:
    texts = ("2024-05-02T10:15:00+03:00", "2024-05-02T07:20:00.250Z")
    times = [record.time for record in glucose(imported(place, *(reading(at=text) for text in texts)))]
    assert times == [datetime(2024, 5, 2, 7, 15, tzinfo=UTC), datetime(2024, 5, 2, 7, 20, 0, 250_000, tzinfo=UTC)]
    local = reading(at="2024-05-02T10:15:00")
    with pytest.raises(DataError) as caught:
        imported(place, local)
    assert caught.value.code is ErrorCode.NAIVE_TIME
    assert "--zone" in caught.value.hint
    times = [record.time for record in glucose(imported(place, local, zone="Europe/Helsinki"))]
    assert times == [datetime(2024, 5, 2, 7, 15, tzinfo=UTC)]


@pytest.mark.parametrize("at", ["2024-05-02", "2024", "2024-13-40T10:00:00Z", "0004-01-01T00:00:00Z", "soon", None])
def test_reading_without_a_time_of_day_is_left_out(place: Path, at: str | None) -> None:
    result = imported(place, reading(), observation("99504-3", quantity(99, "mg/dL"), at=at))
    assert len(glucose(result)) == 1
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_zone_of_the_patient_is_used_and_none_is_told(place: Path) -> None:
    extension = {"url": "http://hl7.org/fhir/StructureDefinition/timezone", "valueCode": "Europe/Helsinki"}
    patient = {"resourceType": "Patient", "id": "1", "extension": [extension]}
    result = imported(place, patient, reading(at="2024-05-02T10:15:00"))
    assert result.timeline.person.zone == "Europe/Helsinki"
    assert glucose(result)[0].time == datetime(2024, 5, 2, 7, 15, tzinfo=UTC)
    assert imported(place, reading()).quality.having(FindingCode.ZONE_ASSUMED)


# Other observations


def test_carbohydrate_is_a_meal_with_what_comes_with_it(place: Path) -> None:
    protein = {"code": {"text": "Protein"}, "valueQuantity": quantity(12, "g")}
    period = {"start": AT, "end": "2024-05-02T10:35:00Z"}
    eaten = observation(
        "9059-7", quantity(45, "g"), at=None, effectivePeriod=period, component=[protein], note=[{"text": "soup"}]
    )
    (meal,) = imported(place, eaten).timeline.records(Meal)
    assert (meal.carbs_g, meal.protein_g, meal.fat_g, meal.duration_min, meal.note) == (45.0, 12.0, None, 20.0, "soup")
    with pytest.raises(UnitError):
        imported(place, observation("9059-7", quantity(3, "exchanges")))


def test_labs_keep_their_unit_and_may_have_only_a_date(place: Path) -> None:
    laboratory = [{"coding": [{"code": "laboratory"}]}]
    result = imported(
        place,
        observation("4548-4", quantity(7.1, "%"), at="2024-05-02"),
        observation("2085-9", {"value": 1.4, "unit": "mmol/l", "code": "mmol/L"}, category=laboratory),
        {**observation("", quantity(3, "1"), category=laboratory), "code": {"text": "Home test"}},
        observation("1986-9", {"value": 2.0}),
    )
    labs = {one.analyte: (one.value, one.unit) for one in result.timeline.records(LabResult)}
    assert labs == {
        "4548-4": (7.1, "%"),
        "2085-9": (1.4, "mmol/L"),
        "Home test": (3.0, "1"),
    }
    assert result.timeline.frame(LabResult)["time"].max() == datetime(2024, 5, 2, 12, tzinfo=UTC)
    assert count(result, FindingCode.UNCERTAIN_TIMES) == 1
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_heart_rate_ketones_and_steps(place: Path) -> None:
    walk = {"start": AT, "end": "2024-05-02T10:17:00Z"}
    result = imported(
        place,
        observation("8867-4", quantity(88, "/min")),
        observation("6873-4", quantity(0.4, "mmol/L")),
        observation("55423-8", {"value": 200, "unit": "steps"}, at=None, effectivePeriod=walk),
        observation("8867-4", quantity(88, "parsec")),
        observation("55423-8", {"value": 200, "unit": "steps"}),
    )
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [88.0]
    assert [one.ketone_mmoll for one in result.timeline.records(KetoneReading)] == [0.4]
    assert [one.steps for one in result.timeline.records(Activity)] == [100.0, 100.0]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 2


def test_kinds_that_are_not_used_are_named(place: Path) -> None:
    others = ("MedicationRequest", "MedicationStatement", "NutritionOrder", "Consent")
    resources = [{"resourceType": kind, "status": "active", "subject": SUBJECT} for kind in others]
    pressure = observation("85354-9", None, component=[{"code": {"text": "systolic"}}])
    absent = observation("99504-3", None, dataAbsentReason={"text": "sensor error"})
    result = imported(place, reading(), *resources, pressure, absent)
    kinds = kinds_passed_over(result)
    assert all(kind in kinds for kind in (*others, "Observation 85354-9", "Observation without a value"))
    assert count(result, FindingCode.PASSED_OVER) == 6


# Insulin


def test_dose_at_a_moment_is_a_bolus(place: Path) -> None:
    result = imported(place, dose(2.5, reasonCode=[{"text": "Meal bolus"}]))
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.product, bolus.purpose) == (2.5, "rapid", DosePurpose.MEAL)


def test_small_doses_over_minutes_are_basal_and_their_ratio_is_not_believed(place: Path) -> None:
    ratio = {"numerator": quantity(0.788, "[iU]"), "denominator": quantity(0.888, "h")}
    result = imported(place, dose(0.0655, minutes=5.0, dosage={"rateRatio": ratio}))
    (segment,) = result.timeline.records(BasalSegment)
    assert (segment.duration_min, segment.rate_u_per_h) == (5.0, pytest.approx(0.786))
    assert result.timeline.person.therapy is TherapyKind.PUMP


def test_rate_without_a_dose_is_basal(place: Path) -> None:
    rate = {"rateQuantity": quantity(12.0, "[iU]/h"), "text": "basal, automated"}
    result = imported(place, dose(None, minutes=30.0, dosage=rate))
    (segment,) = result.timeline.records(BasalSegment)
    assert (segment.rate_u_per_h, segment.duration_min, segment.kind) == (12.0, 30.0, BasalKind.AUTOMATED)
    assert result.timeline.person.therapy is TherapyKind.CLOSED_LOOP


def test_rate_as_a_ratio_counts_where_there_is_no_dose(place: Path) -> None:
    ratio = {"numerator": quantity(1.0, "U"), "denominator": quantity(30, "min")}
    (segment,) = imported(place, dose(None, minutes=15.0, dosage={"rateRatio": ratio})).timeline.records(BasalSegment)
    assert segment.rate_u_per_h == pytest.approx(2.0)


def test_suspended_pump_gave_nothing_and_no_pen_is_meant(place: Path) -> None:
    result = imported(place, dose(0.0, minutes=20.0, dosage={"text": "suspended, basal"}))
    (segment,) = result.timeline.records(BasalSegment)
    assert (segment.rate_u_per_h, segment.kind) == (0.0, BasalKind.SUSPENDED)


@pytest.mark.parametrize(
    ("minutes", "text", "at_once", "extended"),
    [(2.0, "", 6.0, 0.0), (20.0, "", 6.0, 0.0), (31.0, "", 0.0, 6.0), (120.0, "extended bolus", 0.0, 6.0)],
)
def test_large_dose_over_minutes_is_a_bolus(
    place: Path, minutes: float, text: str, at_once: float, extended: float
) -> None:
    (bolus,) = imported(place, dose(6.0, minutes=minutes, dosage={"text": text})).timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u) == (at_once, extended)
    assert bolus.extended_min == (minutes if extended else 0.0)


def test_extended_part_belongs_to_the_part_at_once(place: Path) -> None:
    rest = dose(2.0, minutes=90.0, dosage={"text": "extended"}, partOf=[{"reference": "urn:uuid:0"}])
    (bolus,) = imported(place, dose(3.0), rest).timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u, bolus.extended_min) == (3.0, 2.0, 90.0)


@pytest.mark.parametrize(
    ("medication", "more", "product", "purpose"),
    [
        ({"text": "Lantus"}, {}, "lantus", DosePurpose.BASAL),
        ({"coding": [{"system": "http://www.whocc.no/atc", "code": "A10AE04"}]}, {}, "long", DosePurpose.BASAL),
        ({"text": "Insulin aspart"}, {"device": [{"display": "NovoPen 6"}]}, "insulin aspart", DosePurpose.UNKNOWN),
        ({"text": "Humalog"}, {"dosage": {"method": {"text": "Injection"}}}, "humalog", DosePurpose.UNKNOWN),
    ],
)
def test_pens_and_long_insulins_are_injections(
    place: Path, medication: Resource, more: Resource, product: str, purpose: DosePurpose
) -> None:
    result = imported(place, dose(10.0, medication=medication, **more))
    (pen,) = result.timeline.records(PenDose)
    assert (pen.insulin_u, pen.product, pen.purpose) == (10.0, product, purpose)
    assert result.timeline.person.therapy is TherapyKind.INJECTIONS


def test_medication_may_be_a_resource_of_its_own(place: Path) -> None:
    medication = {"resourceType": "Medication", "id": "m1", "code": {"text": "Insulin lispro"}}
    refer: Resource = {"medicationReference": {"reference": "Medication/m1"}, "medicationCodeableConcept": None}
    contained: Resource = {
        "medicationReference": {"reference": "#m1"},
        "medicationCodeableConcept": None,
        "contained": [medication],
    }
    result = imported(place, dose(2.0, **refer), dose(3.0, **contained), medication)
    assert [one.product for one in result.timeline.records(Bolus)] == ["insulin lispro", "insulin lispro"]
    lost: Resource = {"medicationReference": {"reference": "Medication/m9"}, "medicationCodeableConcept": None}
    assert kinds_passed_over(imported(place, reading(), dose(2.0, **lost))) == "unknown medication"


def test_other_medicines_are_kept_in_mg(place: Path) -> None:
    metformin = dose(None, medication={"text": "Metformin"}, dosage={"dose": quantity(0.85, "g")})
    drops = dose(None, medication={"text": "Eye drops"}, dosage={"dose": quantity(2, "{drop}")})
    result = imported(place, metformin, drops)
    (taken,) = result.timeline.records(MedicationDose)
    assert (taken.medication, taken.dose_mg, taken.route) == ("Metformin", 850.0, "oral")
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_doses_that_were_not_given_do_not_count(place: Path) -> None:
    result = imported(place, reading(), {**dose(3.0), "status": "not-done"}, dose(0.0))
    assert not list(result.timeline.records(Bolus))
    assert count(result, FindingCode.NOT_DELIVERED) == 1
    assert count(result, FindingCode.CANCELLED_BOLUSES) == 1


@pytest.mark.parametrize("unit", ["mL", ""])
def test_insulin_in_another_unit_is_an_error(place: Path, unit: str) -> None:
    with pytest.raises(UnitError, match="insulin"):
        imported(place, dose(None, dosage={"dose": {"value": 0.1, "unit": unit}}))


def test_rate_without_an_end_is_left_out(place: Path) -> None:
    endless = dose(None, dosage={"rateQuantity": quantity(1.0, "U/h")}, effectivePeriod={"start": AT})
    del endless["effectiveDateTime"]
    result = imported(place, reading(), endless)
    assert not list(result.timeline.records(BasalSegment))
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


# The person


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("46635009", DiabetesType.TYPE_1),
        ("E10.65", DiabetesType.TYPE_1),
        ("44054006", DiabetesType.TYPE_2),
        ("E11", DiabetesType.TYPE_2),
        ("O24.410", DiabetesType.GESTATIONAL),
        ("E13.9", DiabetesType.OTHER),
        ("I10", DiabetesType.UNKNOWN),
    ],
)
def test_condition_tells_the_type_of_diabetes(place: Path, code: str, kind: DiabetesType) -> None:
    condition = {"resourceType": "Condition", "subject": SUBJECT, "code": {"coding": [{"code": code}]}}
    assert imported(place, reading(), condition).timeline.person.diabetes_type is kind


def test_refuted_and_contradicting_conditions_tell_nothing(place: Path) -> None:
    def condition(code: str, verification: str = "confirmed") -> Resource:
        status = {"coding": [{"code": verification}]}
        return {"resourceType": "Condition", "code": {"coding": [{"code": code}]}, "verificationStatus": status}

    refuted = imported(place, reading(), condition("E10", "refuted"), condition("E11"))
    assert refuted.timeline.person.diabetes_type is DiabetesType.TYPE_2
    both = imported(place, reading(), condition("E10"), condition("E11"))
    assert both.timeline.person.diabetes_type is DiabetesType.UNKNOWN


def test_of_the_patient_only_year_and_sex_are_kept(place: Path) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "1",
        "name": [{"family": "Peters", "given": ["Amy"]}],
        "birthDate": "1964-06-20",
        "gender": "female",
    }
    device = {"resourceType": "Device", "deviceName": [{"name": "Dexcom G6"}], "serialNumber": "SN4711"}
    result = imported(place, patient, device, reading())
    person = result.timeline.person
    assert (person.birth_year, person.sex, person.cgm_device) == (1964, Sex.FEMALE, "Dexcom G6")
    told = repr(result)
    assert not any(secret in told for secret in ("Peters", "Amy", "06-20", "SN4711"))


def test_weights_are_the_persons(place: Path) -> None:
    result = imported(
        place,
        reading(),
        observation("29463-7", quantity(70.5, "kg"), at="2024-05-02"),
        observation("3141-9", quantity(150, "[lb_av]"), at="2024-06-02T08:00:00Z"),
        observation("29463-7", quantity(11, "stone")),
    )
    weights = [(one.day, round(one.weight_kg, 2)) for one in result.timeline.person.weights]
    assert weights == [(date(2024, 5, 2), 70.5), (date(2024, 6, 2), 68.04)]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


# Recognition, damage and the real sample


def test_only_fhir_is_recognised(samples: Path) -> None:
    assert recognised_elsewhere(FhirFormat(), samples / "exports", own="fhir") == []
    texts = {b'{"resourceType": "Bundle"}': 1.0, b'[{"resourceType":"Patient"}]': 1.0, b'"resourceType": "A"': 0.0}
    for text, sureness in texts.items():
        assert FhirFormat().recognise(FileHead(name="a", size_bytes=9, data=text)) == sureness


def everything() -> Resource:
    rest = dose(2.0, minutes=90.0, dosage={"text": "extended"}, partOf=[{"reference": "urn:uuid:4"}])
    return bundle(
        {"resourceType": "Patient", "id": "1", "birthDate": "1964-06-20", "gender": "female"},
        reading(),
        observation("105272-9", quantity(6.7, "mmol/L"), at="2024-05-02T10:20:00+02:00"),
        observation(
            "9059-7", quantity(45, "g"), component=[{"code": {"text": "fat"}, "valueQuantity": quantity(2, "g")}]
        ),
        dose(3.0),
        rest,
        dose(0.1, minutes=5.0),
        observation("55423-8", quantity(9, "1"), at=None, effectivePeriod={"start": AT, "end": "2024-05-02T10:30:00Z"}),
        observation("4548-4", quantity(7.1, "%"), at="2024-05-02"),
        {"resourceType": "Condition", "code": {"coding": [{"code": "E10"}]}},
        kind="transaction",
    )


@pytest.mark.parametrize("lines", [False, True])
def test_damage_is_never_anything_but_a_refusal(place: Path, lines: bool) -> None:
    content = everything()
    resources = [entry["resource"] for entry in content["entry"]]
    text = "\n".join(json.dumps(one) for one in resources) if lines else json.dumps(content, indent=1)
    for data in (*damaged(text.encode()), text.encode("utf-16"), b"[" * 100_000, b'{"a":' * 100_000):
        outcome(FhirFormat(), data, place, zone="UTC")


@pytest.mark.parametrize("strange", [None, 7, True, "x", [], [7], {}, {"value": "7"}, {"coding": 7}, 1e999, 10**400])
def test_fields_of_any_type_are_survived(place: Path, strange: object) -> None:
    for resource in (reading(), dose(3.0, minutes=5.0), dose(3.0)):
        for name in (*resource, "component", "interpretation", "device", "contained", "partOf", "medicationReference"):
            if name != "resourceType":
                data = json.dumps(bundle({**resource, name: strange}, reading(at="2024-05-02T11:00:00Z"))).encode()
                outcome(FhirFormat(), data, place, zone="UTC")


def test_parts_of_a_file_give_the_same_records_as_the_whole(place: Path, tmp_path: Path) -> None:
    readings = [reading(100 + n, at=f"2024-05-02T10:{n:02d}:00Z") for n in range(50)]
    whole = imported(place, *readings, zone="UTC").timeline
    parts = tmp_path / "parts"
    parts.mkdir()
    for name, part in (("a", readings[:30]), ("b", readings[20:])):
        (parts / f"{name}.json").write_text(json.dumps(bundle(*part)))
    joined = import_path(parts, ImportOptions(zone="UTC")).timeline
    assert joined.frame(GlucoseReading).equals(whole.frame(GlucoseReading))


def test_real_bundle_of_a_closed_loop(samples: Path) -> None:
    result = import_path(samples / "exports" / "fhir" / SAMPLE)
    timeline = result.timeline
    counts = {name: len(frame) for name, frame in timeline.streams.items()}
    assert counts == {"glucose": 80, "bolus": 4, "basal": 76, "meal": 9}
    first, *_, last = glucose(result)
    assert (first.time, first.kind) == (datetime(2021, 9, 4, 13, 39, 35, tzinfo=UTC), GlucoseKind.CGM)
    assert first.glucose_mgdl == pytest.approx(7.16 * 18.01559)
    assert (last.time, last.glucose_mgdl) == (
        datetime(2021, 9, 4, 20, 14, 35, tzinfo=UTC),
        pytest.approx(5.22 * 18.01559),
    )
    assert [one.insulin_u for one in timeline.records(Bolus)] == [1.25905, 1.06542, 1.37077, 2.5]
    assert [one.carbs_g for one in timeline.records(Meal)] == [30, 95, 65, 80, 25, 50, 75, 95, 75]
    basal = list(timeline.records(BasalSegment))
    assert [round(one.rate_u_per_h, 3) for one in basal[:4]] == [0.788, 0.817, 1.938, 0.7]
    assert [one.duration_min for one in basal[3:5]] == [43.0, pytest.approx(4.983, abs=1e-3)]
    delivered_u = sum(one.rate_u_per_h * one.duration_min / 60.0 for one in basal)
    assert delivered_u == pytest.approx(7.959740833)
    assert count(result, FindingCode.UNITS_CONVERTED) == 80
    assert "tandemCIQ" not in repr(result)


def test_doses_of_release_5_are_read_too(place: Path) -> None:
    """R5 spells the time's name with one r, and says a medicine or refers to it in one field."""
    medication = {"resourceType": "Medication", "id": "m1", "code": {"text": "Insulin lispro"}}
    said, referred = dose(2.0), dose(3.0)
    for one in (said, referred):
        one["occurenceDateTime"] = one.pop("effectiveDateTime")
        del one["medicationCodeableConcept"]
    said["medication"] = {"concept": RAPID}
    referred["medication"] = {"reference": {"reference": "Medication/m1"}}
    result = imported(place, said, referred, medication)
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [2.0, 3.0]


@pytest.mark.parametrize("name", ["Bundle", "Observation"])
def test_xml_is_refused_with_what_to_ask_for(tmp_path: Path, name: str) -> None:
    file = tmp_path / "export.xml"
    file.write_text(f'<?xml version="1.0"?>\n<{name} xmlns="http://hl7.org/fhir"><id value="1"/></{name}>\n')
    with pytest.raises(DataError) as caught:
        import_path(file)
    assert caught.value.code is ErrorCode.UNSUPPORTED_VERSION
    assert "fhir+json" in caught.value.hint
