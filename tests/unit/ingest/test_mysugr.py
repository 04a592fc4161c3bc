"""mySugr and its traps; all files made up, because no real file was at hand."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import KetoneReading, LabResult, Note, NoteKind
from glucotwin.ingest.diary.mysugr import MySugrFormat
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path

PEN, LONG, PUMP = "Insulin Injection Units (Pen)", "Basal Injection Units", "Insulin Injection Units (pump)"
GLUCOSE, CARBS = "Blood Sugar Measurement (mg/dL)", "Meal Carbohydrates (Grams, Factor 1)"
WEIGHT, HBA1C = "Body weight (kg)", "HbA1c (Percent)"
INTENSITY = "Activity Intensity (1: Cosy, 2: Ordinary, 3: Demanding)"
COLUMNS = (
    *("Date", "Time", "Tags", GLUCOSE, PEN, LONG, PUMP, "Insulin (Meal)", "Insulin (Correction)"),
    *("Temporary Basal Percentage", "Temporary Basal Duration (Minutes)", CARBS, "Meal Descriptions"),
    *("Activity Duration (Minutes)", INTENSITY, "Activity Description", "Steps", "Note", "Location", "Blood pressure"),
    *(WEIGHT, HBA1C, "Ketones", "Food type", "Medication", "Timezone", "Latitude", "Longitude"),
)
BERLIN = ImportOptions(zone="Europe/Berlin")
Write = Callable[..., Path]


def table(*entries: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> list[str]:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({"Date": "Jan 09, 2022", "Time": "08:05:10 AM", **entry} for entry in entries)
    return text.getvalue().splitlines()


def imported(write: Write, *entries: dict[str, str], renamed: dict[str, str] | None = None) -> ImportResult:
    columns = tuple((renamed or {}).get(name, name) for name in COLUMNS)
    return import_path(write(*table(*entries, columns=columns)), BERLIN)


def kinds(result: ImportResult) -> list[str]:
    return [finding.values["kinds"] for finding in result.quality.having(FindingCode.PASSED_OVER)]


def test_glucose_of_a_meter_has_the_unit_of_the_header(write: Write) -> None:
    (reading,) = imported(write, {GLUCOSE: "142"}).timeline.records(GlucoseReading)
    assert (reading.glucose_mgdl, reading.kind) == (142.0, GlucoseKind.FINGERSTICK)
    assert reading.time == datetime(2022, 1, 9, 7, 5, 10, tzinfo=UTC)
    molar = "Blood Glucose Measurement (mmol/L)"
    result = imported(write, {molar: "7,4"}, renamed={GLUCOSE: molar})
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [pytest.approx(133.315366)]
    assert result.quality.having(FindingCode.UNITS_CONVERTED)[0].values["unit"] == "mmol/L"


def test_words_beyond_the_range_are_bounds(write: Write) -> None:
    result = imported(write, {GLUCOSE: "Lo"}, {GLUCOSE: "Hi", "Time": "09:00:00 AM"})
    readings = list(result.timeline.records(GlucoseReading))
    assert [(one.glucose_mgdl, one.censoring) for one in readings] == [(20.0, Censoring.LOW), (600.0, Censoring.HIGH)]


@pytest.mark.parametrize("header", ["Blood Sugar Measurement", "Blood Sugar Measurement (mg)"])
def test_glucose_without_a_known_unit_is_refused(write: Write, header: str) -> None:
    with pytest.raises(UnitError):
        imported(write, {header: "142"}, renamed={GLUCOSE: header})


@pytest.mark.parametrize(
    ("parts", "purpose"),
    [
        ({"Insulin (Meal)": "5.5", "Insulin (Correction)": "1"}, DosePurpose.MEAL),
        ({"Insulin (Correction)": "6.5"}, DosePurpose.CORRECTION),
        ({}, DosePurpose.UNKNOWN),
    ],
)
def test_a_dose_and_its_parts_count_once(write: Write, parts: dict[str, str], purpose: DosePurpose) -> None:
    (pen,) = imported(write, {PEN: "6.5", **parts}).timeline.records(PenDose)
    assert (pen.insulin_u, pen.product, pen.purpose) == (6.5, "rapid", purpose)
    (bolus,) = imported(write, {PUMP: "6.5", **parts}).timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.purpose) == (6.5, purpose)


def test_parts_without_a_whole_are_added(write: Write) -> None:
    (pen,) = imported(write, {"Insulin (Meal)": "5.5", "Insulin (Correction)": "1"}).timeline.records(PenDose)
    assert (pen.insulin_u, pen.purpose) == (6.5, DosePurpose.MEAL)


def test_basal_injections_are_long_acting(write: Write) -> None:
    doses = list(imported(write, {LONG: "18", PEN: "4"}).timeline.records(PenDose))
    assert sorted((one.product, one.insulin_u, one.purpose) for one in doses) == [
        ("long", 18.0, DosePurpose.BASAL),
        ("rapid", 4.0, DosePurpose.UNKNOWN),
    ]


def test_carbohydrate_is_in_the_unit_of_the_header(write: Write) -> None:
    (meal,) = imported(write, {CARBS: "55", "Meal Descriptions": "Porridge"}).timeline.records(Meal)
    assert (meal.carbs_g, meal.note) == (55.0, "Porridge")
    units = "Mahlzeitkohlenhydrate (Broteinheiten, Faktor 12)"
    (meal,) = imported(write, {units: "3,5"}, renamed={CARBS: units}).timeline.records(Meal)
    assert meal.carbs_g == 42.0
    with pytest.raises(UnitError, match="how many grams"):
        imported(write, {"Meal Carbohydrates": "55"}, renamed={CARBS: "Meal Carbohydrates"})


def test_activity_has_duration_intensity_and_steps(write: Write) -> None:
    run = {"Activity Duration (Minutes)": "45", INTENSITY: "2", "Activity Description": "Running", "Steps": "6000"}
    (activity,) = imported(write, run).timeline.records(Activity)
    assert (activity.duration_min, activity.activity_type) == (45.0, ActivityType.AEROBIC)
    assert (activity.intensity_fraction, activity.steps) == (0.55, 6000.0)


def test_notes_and_tags_of_illness_become_notes(write: Write) -> None:
    result = imported(write, {"Note": "felt low", "Tags": "Breakfast,Sick", GLUCOSE: "100"})
    assert sorted((one.kind, one.text) for one in result.timeline.records(Note)) == [
        (NoteKind.ILLNESS, "Sick"),
        (NoteKind.NOTE, "felt low"),
    ]


def test_hba1c_and_weight_keep_their_units(write: Write) -> None:
    results = imported(write, {HBA1C: "6.8", WEIGHT: "71.5"}).timeline.records(LabResult)
    assert sorted((one.analyte, one.value, one.unit) for one in results) == [
        ("29463-7", 71.5, "kg"),
        ("4548-4", 6.8, "%"),
    ]
    renamed = {HBA1C: "HbA1c (mmol/mol)", WEIGHT: "Body weight (lbs)"}
    entry = {"HbA1c (mmol/mol)": "51", "Body weight (lbs)": "158"}
    results = imported(write, entry, renamed=renamed).timeline.records(LabResult)
    assert sorted((one.analyte, one.unit) for one in results) == [("29463-7", "[lb_av]"), ("59261-8", "mmol/mol")]
    with pytest.raises(UnitError, match="stone"):
        imported(write, {"Body weight (stone)": "11"}, renamed={WEIGHT: "Body weight (stone)"})


def test_ketones_need_a_unit(write: Write) -> None:
    result = imported(write, {"Ketones (mmol/L)": "0.4"}, renamed={"Ketones": "Ketones (mmol/L)"})
    assert [one.ketone_mmoll for one in result.timeline.records(KetoneReading)] == [0.4]
    result = imported(write, {"Ketones": "0.4", GLUCOSE: "100"})
    assert kinds(result) == ["ketones without a unit"]


def test_what_is_not_used_is_counted_by_kind(write: Write) -> None:
    entry = {"Temporary Basal Percentage": "80", "Steps": "9000", "Blood pressure": "120/80", "Medication": "Metformin"}
    assert sorted(kinds(imported(write, {**entry, GLUCOSE: "100"}))) == [
        "blood pressure",
        "medicines in words",
        "steps without a duration",
        "temporary basal rates in percent of an unknown profile",
    ]


def test_offset_of_a_row_goes_before_the_zone(write: Write) -> None:
    entries = [{GLUCOSE: "100", "Timezone": "GMT+02:00"}, {GLUCOSE: "101", "Timezone": "GMT-05:00"}]
    times = import_path(write(*table(*entries))).timeline.frame(GlucoseReading)["time"].to_list()
    assert [time.hour for time in times] == [6, 13]
    with pytest.raises(DataError) as error:
        import_path(write(*table({GLUCOSE: "100"})))
    assert error.value.code is ErrorCode.NAIVE_TIME


def test_a_german_logbook_is_read(write: Write) -> None:
    header = (
        "Datum,Zeit,Tags,Blutzuckermessung (mg/dL),Bolusinjektionseinheiten (Pen),Basalinjektionseinheiten,"
        'Bolusinjektionseinheiten (Pump),Bolus (Mahlzeit),Bolus (Korrektur),"Mahlzeitkohlenhydrate (Gramm, Faktor 1)"'
    )
    result = import_path(write(header, '25.06.2019,07:43:10,,142,"2,5",18,,"2,5",,40'), BERLIN)
    assert sorted(one.insulin_u for one in result.timeline.records(PenDose)) == [2.5, 18.0]
    assert [one.time for one in result.timeline.records(Meal)] == [datetime(2019, 6, 25, 5, 43, 10, tzinfo=UTC)]


def test_rows_that_cannot_be_read_are_counted(write: Write) -> None:
    entries = [{GLUCOSE: "100"}, {GLUCOSE: "110", "Date": "Jan 10, 2022"}, {GLUCOSE: "120", "Date": "soon"}]
    result = imported(write, *entries, {PEN: "some", "Date": "Jan 11, 2022"})
    assert len(result.timeline.frame(GlucoseReading)) == 2
    assert sum(one.count for one in result.quality.having(FindingCode.UNREADABLE_ROWS)) == 2


def test_places_are_not_kept(write: Write) -> None:
    result = imported(write, {GLUCOSE: "100", "Location": "Vienna", "Latitude": "48.1"})
    assert not any("Vienna" in str(frame.rows()) for frame in result.timeline.streams.values())


def test_damage_is_refused_or_survived(tmp_path: Path) -> None:
    entry = {GLUCOSE: "100", PEN: "6.5", "Insulin (Meal)": "6.5", CARBS: "55", "Timezone": "GMT+02:00", "Note": "x"}
    lines = table(*({**entry, "Date": f"Jan {day:02d}, 2022"} for day in range(1, 15)))
    for data in damaged("\n".join(lines).encode()):
        outcome(MySugrFormat(), data, tmp_path / "damaged", zone="Europe/Berlin")


def test_no_other_export_is_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(MySugrFormat(), samples / "exports", own="mysugr") == []
