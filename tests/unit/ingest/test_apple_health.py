"""Apple Health exports and their traps."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from xml.sax.saxutils import quoteattr

import pytest

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, UnitError
from glucotwin.core.progress import silent
from glucotwin.domain.activity import Activity, ActivityType, HeartRate, HeartRateVariability, Sleep, SleepStage
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.health import health_xml
from glucotwin.ingest.health.apple_health import AppleHealthFormat
from glucotwin.ingest.quality import FindingCode, Severity
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

DAY = datetime(2024, 3, 1, tzinfo=UTC)
GLUCOSE, INSULIN, STEPS = "BloodGlucose", "InsulinDelivery", "StepCount"
REASON, ENTERED = "HKInsulinDeliveryReason", "HKWasUserEntered"
AUTOMATIC = "com.loopkit.InsulinKit.MetadataKeyAutomaticallyIssued"
CONDITION = "com.loopkit.GlucoseKit.HKMetadataKey.GlucoseCondition"
MMOL = "mmol<180.1558800000541>/L"


def written(minute: float) -> str:
    """A minute of the day as Apple writes it, two hours east of Greenwich."""
    return f"{DAY + timedelta(minutes=minute + 120):%Y-%m-%d %H:%M:%S} +0200"


def record(
    kind: str,
    value: object,
    unit: str = "",
    *,
    at: float = 0,
    to: float | None = None,
    source: str = "Some App",
    device: str = "",
    entries: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """A record; ``entries`` come with it."""
    attributes = {"sourceName": source, "startDate": written(at), "endDate": written(at if to is None else to)}
    prefix = "HKCategoryTypeIdentifier" if kind == "SleepAnalysis" else "HKQuantityTypeIdentifier"
    attributes |= {"value": str(value), "type": prefix + kind}
    if unit:
        attributes["unit"] = unit
    if device:
        attributes["device"] = f"<<HKDevice: 0x28{at}>, name:{device}, manufacturer:Some>"
    text = " ".join(f"{name}={quoteattr(one)}" for name, one in attributes.items())
    inside = "".join(f'<MetadataEntry key="{key}" value="{one}"/>' for key, one in entries.items())
    return f"<Record {text}>{inside}</Record>"


def export(*elements: str, before: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<HealthData locale="en_US">\n' + "\n".join(
        [*elements, "</HealthData>"]
    )


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., ImportResult]:
    def read(*elements: str, before: str = "") -> ImportResult:
        path = tmp_path / "export.xml"
        path.write_text(export(*elements, before=before), encoding="utf-8")
        return import_path(path)

    return read


Imported = Callable[..., ImportResult]


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_offset_of_each_time_counts(imported: Imported) -> None:
    result = imported(record(GLUCOSE, 101, "mg/dL", at=90))
    assert result.timeline.frame(GlucoseReading)["time"].to_list() == [DAY + timedelta(minutes=90)]


def test_glucose_in_both_units(imported: Imported) -> None:
    result = imported(record(GLUCOSE, 101, "mg/dL"), record(GLUCOSE, 5.5, MMOL, at=60))
    assert result.timeline.frame(GlucoseReading)["glucose_mgdl"].to_list() == [101.0, pytest.approx(5.5 * 18.01559)]
    (finding,) = result.quality.having(FindingCode.UNITS_CONVERTED)
    assert (finding.count, finding.values["unit"]) == (1, "mmol/L")


@pytest.mark.parametrize(
    ("unit", "code"), [("", ErrorCode.MISSING_UNIT), ("mmol", ErrorCode.UNKNOWN_UNIT), ("IU", ErrorCode.UNKNOWN_UNIT)]
)
def test_unit_that_is_missing_or_unknown_is_an_error(imported: Imported, unit: str, code: ErrorCode) -> None:
    with pytest.raises(UnitError, match="BloodGlucose") as caught:
        imported(record(GLUCOSE, 101, unit))
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("source", "device", "kind"),
    [
        ("Dexcom G6", "", GlucoseKind.CGM),
        ("Some App", "FreeStyle Libre 3", GlucoseKind.CGM),
        ("Loop", "", GlucoseKind.CGM),
        ("Contour", "", GlucoseKind.FINGERSTICK),
        ("Diary", "", GlucoseKind.FINGERSTICK),
    ],
)
def test_name_of_a_device_tells_how_glucose_was_measured(
    imported: Imported, source: str, device: str, kind: GlucoseKind
) -> None:
    result = imported(record(GLUCOSE, 101, "mg/dL", source=source, device=device))
    assert [one.kind for one in result.timeline.records(GlucoseReading)] == [kind]


def test_readings_close_together_are_a_sensors_unless_typed_in(imported: Imported) -> None:
    readings = [record(GLUCOSE, 100 + minute, "mg/dL", at=minute) for minute in range(0, 30, 5)]
    result = imported(*readings, record(GLUCOSE, 140, "mg/dL", at=17, entries={ENTERED: "1"}))
    kinds = [one.kind for one in result.timeline.records(GlucoseReading) if one.glucose_mgdl != 140]
    assert set(kinds) == {GlucoseKind.CGM}
    (typed,) = [one for one in result.timeline.records(GlucoseReading) if one.glucose_mgdl == 140]
    assert typed.kind is GlucoseKind.FINGERSTICK


def test_ends_of_the_sensor_range_are_bounds(imported: Imported) -> None:
    values = [("Dexcom G7", 40), ("Dexcom G7", 400), ("Libre 3", 400), ("Libre 3", 500), ("Contour", 40)]
    result = imported(
        *(record(GLUCOSE, value, "mg/dL", at=10 * at, source=name) for at, (name, value) in enumerate(values))
    )
    found = [one.censoring for one in result.timeline.records(GlucoseReading)]
    assert found == [Censoring.LOW, Censoring.HIGH, Censoring.NONE, Censoring.HIGH, Censoring.NONE]


def test_condition_that_loop_writes_is_a_bound(imported: Imported) -> None:
    low = record(GLUCOSE, 45, "mg/dL", source="Loop", entries={CONDITION: "belowRange"})
    result = imported(low)
    assert [one.censoring for one in result.timeline.records(GlucoseReading)] == [Censoring.LOW]


def test_two_apps_with_the_same_sensor_count_once(imported: Imported) -> None:
    readings = [
        record(GLUCOSE, 100 + minute, "mg/dL", at=minute + late, source=app)
        for app, late in (("Dexcom G6", 0.0), ("Loop", 0.5))
        for minute in range(0, 60, 5)
    ]
    result = imported(*readings)
    assert len(result.timeline.frame(GlucoseReading)) == 12
    assert count(result, FindingCode.SOURCES_OVERLAP) == 12
    assert set(result.timeline.frame(GlucoseReading)["source"]) == {"apple-health"}


def test_insulin_needs_its_reason(imported: Imported) -> None:
    result = imported(
        record(INSULIN, 4.5, "IU", at=10, to=12, entries={REASON: "2"}),
        record(INSULIN, 0.4, "IU", at=20, to=50, entries={REASON: "1"}),
        record(INSULIN, 22, "IU", at=60, entries={REASON: "1"}),
        record(INSULIN, 9, "IU", at=70),
    )
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u, bolus.purpose) == (4.5, 0.0, DosePurpose.UNKNOWN)
    (basal,) = result.timeline.records(BasalSegment)
    assert (basal.duration_min, basal.rate_u_per_h, basal.kind) == (30.0, pytest.approx(0.8), BasalKind.SCHEDULED)
    (pen,) = result.timeline.records(PenDose)
    assert (pen.insulin_u, pen.product, pen.purpose) == (22.0, "long", DosePurpose.BASAL)
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1
    assert result.timeline.person.therapy is TherapyKind.PUMP


def test_bolus_over_hours_is_an_extended_one(imported: Imported) -> None:
    result = imported(record(INSULIN, 3, "IU", at=0, to=120, entries={REASON: "2"}))
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u, bolus.extended_min) == (0.0, 3.0, 120.0)


def test_doses_that_an_algorithm_gave(imported: Imported) -> None:
    result = imported(
        record(INSULIN, 0.3, "IU", at=10, to=11, entries={REASON: "2", AUTOMATIC: "1"}),
        record(INSULIN, 0.0, "IU", at=20, to=25, entries={REASON: "1", AUTOMATIC: "1"}),
    )
    assert [one.purpose for one in result.timeline.records(Bolus)] == [DosePurpose.AUTOMATED]
    found = [(one.kind, one.rate_u_per_h) for one in result.timeline.records(BasalSegment)]
    assert found == [(BasalKind.AUTOMATED, 0.0)]
    assert result.timeline.person.therapy is TherapyKind.CLOSED_LOOP


def test_nutrients_of_one_time_are_one_meal(imported: Imported) -> None:
    result = imported(
        record("DietaryCarbohydrates", 30, "g", at=10),
        record("DietaryCarbohydrates", 15.5, "g", at=10),
        record("DietaryProtein", 20, "g", at=10),
        record("DietaryFatTotal", 12000, "mg", at=10),
        record("DietaryFiber", 4, "g", at=10),
        record("DietaryCarbohydrates", 60, "g", at=200),
    )
    first, second = result.timeline.records(Meal)
    assert (first.carbs_g, first.protein_g, first.fat_g, first.fibre_g) == (45.5, 20.0, 12.0, 4.0)
    assert (second.carbs_g, second.protein_g, second.fat_g, second.fibre_g) == (60.0, None, None, None)


def test_food_without_carbohydrate_is_passed_over(imported: Imported) -> None:
    result = imported(record("DietaryCarbohydrates", 30, "g"), record("DietaryProtein", 20, "g", at=300))
    assert len(result.timeline.frame(Meal)) == 1
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert finding.values["kinds"] == "food without carbohydrate"


def test_members_of_a_correlation_count_once(imported: Imported) -> None:
    carbs, protein = record("DietaryCarbohydrates", 30, "g"), record("DietaryProtein", 20, "g")
    food = f'<Correlation type="HKCorrelationTypeIdentifierFood">{carbs}{protein}</Correlation>'
    result = imported(food, carbs, protein)
    (meal,) = result.timeline.records(Meal)
    assert (meal.carbs_g, meal.protein_g) == (30.0, 20.0)
    assert count(result, FindingCode.DUPLICATE_ROWS) == 2


def test_phone_and_watch_count_the_same_steps(imported: Imported) -> None:
    result = imported(
        record(STEPS, 100, "count", at=0, to=2, source="A Watch"),
        record(STEPS, 180, "count", at=1, to=3, source="A Phone"),
        record(STEPS, 30, "count", at=10, to=10.5, source="A Phone"),
    )
    found = [((one.time - DAY).total_seconds() / 60.0, one.steps) for one in result.timeline.records(Activity)]
    assert found == [(0.0, 50.0), (1.0, 90.0), (2.0, 90.0), (10.0, 30.0)]
    assert count(result, FindingCode.SOURCES_OVERLAP) == 1


def test_steps_are_spread_over_parts_of_minutes(imported: Imported) -> None:
    result = imported(record(STEPS, 60, "count", at=0.5, to=2))
    assert [one.steps for one in result.timeline.records(Activity)] == pytest.approx([20.0, 40.0])


def test_heart_rate_in_any_rate_unit(imported: Imported) -> None:
    result = imported(record("HeartRate", 74, "count/min"), record("HeartRate", 1.5, "count/s", at=1))
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [74.0, 90.0]


def test_variability_of_the_watch_is_another_measure(imported: Imported) -> None:
    result = imported(
        record("HeartRateVariabilitySDNN", 42, "ms"), record("HeartRateVariabilityRMSSD", 31.5, "ms", at=5)
    )
    assert [one.rmssd_ms for one in result.timeline.records(HeartRateVariability)] == [31.5]
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert finding.values["kinds"] == "HeartRateVariabilitySDNN"


def test_stages_of_sleep(imported: Imported) -> None:
    words = ["InBed", "Asleep", "AsleepUnspecified", "AsleepCore", "AsleepDeep", "AsleepREM", "Awake"]
    result = imported(
        *(
            record("SleepAnalysis", f"HKCategoryValueSleepAnalysis{word}", at=10 * at, to=10 * at + 10)
            for at, word in enumerate(words)
        )
    )
    assert [one.stage for one in result.timeline.records(Sleep)] == [
        SleepStage.ASLEEP,
        SleepStage.ASLEEP,
        SleepStage.LIGHT,
        SleepStage.DEEP,
        SleepStage.REM,
        SleepStage.AWAKE,
    ]
    assert {one.duration_min for one in result.timeline.records(Sleep)} == {10.0}
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_night_that_two_devices_tell_counts_once(imported: Imported) -> None:
    asleep, core, deep = (f"HKCategoryValueSleepAnalysisAsleep{word}" for word in ("Unspecified", "Core", "Deep"))
    result = imported(
        record("SleepAnalysis", asleep, at=0, to=100, source="A Phone"),
        record("SleepAnalysis", core, at=10, to=60, source="A Watch"),
        record("SleepAnalysis", deep, at=60, to=90, source="A Watch"),
        record("SleepAnalysis", asleep, at=200, to=230, source="A Phone"),
    )
    found = [(one.stage, one.duration_min) for one in result.timeline.records(Sleep)]
    assert found == [(SleepStage.LIGHT, 50.0), (SleepStage.DEEP, 30.0), (SleepStage.ASLEEP, 30.0)]
    assert count(result, FindingCode.SOURCES_OVERLAP) == 1


def workout(kind: str, inside: str = "", **attributes: str) -> str:
    given = {"startDate": written(0), "endDate": written(60), "sourceName": "Some App", **attributes}
    text = " ".join(f'{name}="{one}"' for name, one in given.items())
    return f'<Workout workoutActivityType="HKWorkoutActivityType{kind}" {text}>{inside}</Workout>'


def test_workout_has_a_kind_a_duration_and_a_heart_rate(imported: Imported) -> None:
    statistics = (
        '<WorkoutStatistics type="HKQuantityTypeIdentifierStepCount" sum="4000" unit="count"/>'
        '<WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" average="141.5" unit="count/min"/>'
    )
    result = imported(
        workout("TraditionalStrengthTraining", statistics, duration="45.5", durationUnit="min"),
        workout("Running", startDate=written(300), endDate=written(330)),
        workout("Running", startDate=written(600), duration="1", durationUnit="fortnight", endDate="never"),
    )
    first, second = result.timeline.records(Activity)
    assert (first.activity_type, first.duration_min) == (ActivityType.RESISTANCE, 45.5)
    assert (first.heart_rate_bpm, first.steps, first.note) == (141.5, None, "Traditional Strength Training")
    assert (second.activity_type, second.duration_min, second.heart_rate_bpm) == (ActivityType.AEROBIC, 30.0, None)
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_zone_age_and_sensor_of_the_person_are_hints(imported: Imported) -> None:
    result = imported(
        '<ExportDate value="2024-06-01 08:10:05 +0200"/>',
        '<Me HKCharacteristicTypeIdentifierDateOfBirth="1990-05-20"/>',
        workout("Running", '<MetadataEntry key="HKTimeZone" value="Nowhere/Land"/>'),
        workout("Running", '<MetadataEntry key="HKTimeZone" value="Europe/Amsterdam"/>' * 2, startDate=written(9)),
        record(GLUCOSE, 101, "mg/dL", source="dexcom g6"),
    )
    person = result.timeline.person
    assert (person.zone, person.adult, person.birth_year) == ("Europe/Amsterdam", True, None)
    assert person.cgm_device == "Dexcom G6"


def test_no_name_of_a_person_is_kept(imported: Imported) -> None:
    result = imported(
        record(GLUCOSE, 101, "mg/dL", source="Jane's iPhone"),
        record(STEPS, 30, "count", source="Jane's iPhone"),
        record("SleepAnalysis", "HKCategoryValueSleepAnalysisAsleep", to=60, source="Jane's Apple Watch"),
        workout("Running", sourceName="Jane's Apple Watch"),
    )
    texts = [frame.write_csv() for frame in result.timeline.streams.values()]
    assert not any("Jane" in text for text in (*texts, str(result.quality.to_json()), str(result.timeline.person)))


def test_what_is_not_used_is_named_with_its_number(imported: Imported) -> None:
    result = imported(
        record("HeartRate", 74, "count/min"),
        record("BodyMass", 71, "kg"),
        record("BodyMass", 72, "kg", at=9),
        '<ActivitySummary dateComponents="2024-03-01"/>',
    )
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert (finding.count, finding.values["kinds"]) == (3, "BodyMass, ActivitySummary")


@pytest.mark.parametrize("wrong", ['value="many"', 'startDate="yesterday"', 'value="nan"'])
def test_record_that_cannot_be_read_is_counted(imported: Imported, wrong: str) -> None:
    good = record("HeartRate", 74, "count/min", at=5)
    name = wrong.partition("=")[0]
    before = {"value": 'value="74"', "startDate": f'startDate="{written(5)}"'}[name]
    result = imported(good, good.replace(before, wrong))
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [74.0]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_dates_as_ios_8_wrote_them(imported: Imported) -> None:
    old = record("HeartRate", 74, "count/min").replace(written(0), "20240301020000+0200")
    assert imported(old).timeline.frame(HeartRate)["time"].to_list() == [DAY]


FAULTY_GRAMMAR = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ATTLIST Audiogram
  startDate CDATA #REQUIRED
<!ELEMENT SensitivityPoint EMPTY>
]>
"""


def test_faulty_grammar_and_control_characters_of_ios_16_do_no_harm(imported: Imported) -> None:
    result = imported(record("HeartRate", 74, "count/min", source="A\x0bWatch"), before=FAULTY_GRAMMAR)
    assert len(result.timeline.frame(HeartRate)) == 1
    assert not result.quality.having(FindingCode.UNREADABLE_ROWS)


LAUGHS = '<!DOCTYPE HealthData [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    "grammar",
    [
        LAUGHS,
        '<!DOCTYPE HealthData [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE HealthData [<!ENTITY % all SYSTEM "http://example.org/all.dtd"> %all;]>',
        '<!DOCTYPE HealthData SYSTEM "http://example.org/health.dtd">',
        '<!DOCTYPE HealthData SYSTEM "http://example.org/health.dtd" [<!ELEMENT Me EMPTY>]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, grammar: str, encoding: str) -> None:
    text = export(record("HeartRate", 74, "count/min", source="&file;"), before=grammar).replace("UTF-8", encoding)
    path = tmp_path / "export.xml"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(DataError, match="entities") as caught:
        import_path(path)
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_grammar_that_only_seems_to_end_hides_no_entities(imported: Imported) -> None:
    grammar = '<!DOCTYPE HealthData [<!-- ]> --><!ENTITY a "ha">]>'
    with pytest.raises(DataError):
        imported(record("HeartRate", 74, "count/min"), before=grammar)


def test_other_xml_is_no_export(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text("<!DOCTYPE HealthData [ ]><Other><Record/></Other>")
    with pytest.raises(DataError, match="first element"):
        import_path(path)


def test_elements_nested_absurdly_are_refused(imported: Imported) -> None:
    with pytest.raises(DataError, match="nested"):
        imported("<Record>" * 100)


def test_one_tag_without_end_is_refused(imported: Imported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_xml, "LONGEST_MARKUP_BYTES", 1000)
    monkeypatch.setattr(health_xml, "BLOCK_BYTES", 500)
    with pytest.raises(DataError, match="markup"):
        imported(record("HeartRate", 74, "count/min"), f'<Record type="{"x" * 4000}"/>')


def test_export_that_is_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    text = export(*(record("HeartRate", 60 + minute, "count/min", at=minute) for minute in range(10)))
    path = tmp_path / "export.xml"
    path.write_text(text[: text.index(">", text.index('value="65"'))])
    result = import_path(path)
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [60.0, 61.0, 62.0, 63.0, 64.0]
    (finding,) = result.quality.having(FindingCode.UNREADABLE_ROWS)
    assert finding.severity is Severity.PROBLEM


def test_compressed_export_that_is_cut_off_gives_what_stands_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_xml, "BLOCK_BYTES", 4096)
    text = export(*(record("HeartRate", 60 + minute % 90, "count/min", at=minute) for minute in range(5000)))
    packed = gzip.compress(text.encode(), mtime=0)
    path = tmp_path / "export.xml.gz"
    path.write_bytes(packed)
    assert len(import_path(path).timeline.frame(HeartRate)) == 5000
    # The beginning of a compressed file that short would already be damaged for whoever recognises it.
    cut = tmp_path / "cut.xml.gz"
    cut.write_bytes(packed[: len(packed) * 9 // 10])
    found = AppleHealthFormat().read(cut, options=ImportOptions(), progress=silent)
    assert 0 < len(found.streams["heart_rate"]) < 5000
    assert any(finding.code is FindingCode.UNREADABLE_ROWS for finding in found.findings)


def test_rows_are_packed_without_losing_what_comes_with_them(
    imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_xml, "ROWS_AT_ONCE", 2)
    doses = [record(INSULIN, 1 + at / 100, "IU", at=10 * at, entries={REASON: "2"}) for at in range(7)]
    assert len(imported(*doses).timeline.frame(Bolus)) == 7


def test_overlapping_exports_give_what_one_gives(tmp_path: Path) -> None:
    elements = [
        one
        for minute in range(0, 300, 5)
        for one in (
            record(GLUCOSE, 100 + minute % 70, "mg/dL", at=minute, source="Dexcom G6"),
            record(STEPS, 20 + minute, "count", at=minute, to=minute + 4, source="A Watch"),
            record(STEPS, 10 + 2 * minute, "count", at=minute, to=minute + 3, source="A Phone"),
            record("DietaryCarbohydrates", 20 + minute, "g", at=5 * minute),
        )
    ]
    folders = {"whole": [elements], "parts": [elements[:160], elements[100:]]}
    timelines = []
    for name, pieces in folders.items():
        folder = tmp_path / name
        folder.mkdir()
        for number, piece in enumerate(pieces):
            (folder / f"export{number}.xml").write_text(export(*piece))
        timelines.append(import_path(folder).timeline)
    for kind in (GlucoseReading, Activity, Meal):
        assert timelines[0].frame(kind).equals(timelines[1].frame(kind)), kind


def pseudorandom(seed: int, below: int) -> int:
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "big") % below


@pytest.mark.parametrize("name", ["export_apple-health-parser.xml", "export_healthkit-to-sqlite.xml", "made up"])
def test_damage_is_never_anything_but_a_typed_error(samples: Path, tmp_path: Path, name: str) -> None:
    if name == "made up":
        data = export(
            record(GLUCOSE, 5.5, MMOL, source="Loop", entries={ENTERED: "1"}),
            record(INSULIN, 4.5, "IU", to=2, entries={REASON: "2"}),
            record(STEPS, 100, "count", to=2),
            record("DietaryCarbohydrates", 30, "g"),
            before=FAULTY_GRAMMAR,
        ).encode()
    else:
        data = (samples / "exports" / "apple_health" / name).read_bytes()
    damaged = [data[: len(data) * part // 20] for part in range(1, 21)]
    for seed in range(50):
        mutated = bytearray(data)
        mutated[pseudorandom(seed, len(data))] = pseudorandom(1000 + seed, 256)
        damaged.append(bytes(mutated))
    path = tmp_path / "export.xml"
    for content in (*damaged, data.decode().encode("utf-16")):
        path.write_bytes(content)
        try:
            import_path(path)
        except GlucoTwinError:
            continue


def test_real_records_of_a_watch(samples: Path) -> None:
    path = samples / "exports" / "apple_health" / "export_apple-health-parser.xml"
    result = import_path(path)
    rates = [(one.time, one.heart_rate_bpm) for one in result.timeline.records(HeartRate)]
    start = datetime(2023, 12, 31, 23, 1, 36, tzinfo=UTC)
    assert rates == [(start, 74.0), (start + timedelta(seconds=1), 75.0)]
    (sleep,) = result.timeline.records(Sleep)
    assert (sleep.time, sleep.duration_min) == (datetime(2024, 1, 1, 1, 27, 53, tzinfo=UTC), 12.5)
    assert (sleep.stage, result.timeline.person.zone) == (SleepStage.LIGHT, "Europe/Amsterdam")
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert finding.count == 5


def test_real_workout(samples: Path) -> None:
    path = samples / "exports" / "apple_health" / "export_healthkit-to-sqlite.xml"
    timeline = import_path(path).timeline
    (activity,) = timeline.records(Activity)
    assert (activity.time, activity.note) == (datetime(2016, 11, 14, 14, 25, 41, tzinfo=UTC), "Running")
    assert (activity.activity_type, activity.duration_min) == (ActivityType.AEROBIC, 5.19412346680959)
    assert [one.heart_rate_bpm for one in timeline.records(HeartRate)] == [72.0]
    assert timeline.person.zone == "America/Los_Angeles"


def test_files_of_others_are_not_recognised(samples: Path) -> None:
    for path in (samples / "exports").glob("*/*.*"):
        expected = 1.0 if path.parent.name == "apple_health" else 0.0
        assert AppleHealthFormat().recognise(read_head(path)) == expected, path.name
