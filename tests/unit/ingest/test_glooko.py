"""Tables of Glooko exports and their traps."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, UnitError
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, MedicationDose, Note
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.pump.glooko import GlookoFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

ENGLISH = "Name:Erika Muster\tDate Range:2024-03-01 - 2024-03-14"
GERMAN = "Name:Erika Muster,Datumsbereich:01.03.2024 - 14.03.2024,,"
BERLIN = ImportOptions(zone="Europe/Berlin")
FACTOR = 18.01559
Write = Callable[..., Path]


def imported(write: Write, *lines: str) -> ImportResult:
    return import_path(write(*lines), BERLIN)


def english(write: Write, *lines: str) -> ImportResult:
    return imported(write, ENGLISH, *(line.replace("|", "\t") for line in lines))


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_sensor_readings_in_mmol_and_with_words(write: Write) -> None:
    result = english(
        write,
        "Timestamp|CGM Glucose Value (mmol/l)|Serial Number",
        "2024-03-01 08:00:00|6.5|X",
        "2024-03-01 08:05:00|Low|X",
        "2024-03-01 08:10:00|High|X",
        "2024-03-01 08:15:00|2.2|X",
        "2024-03-01 08:20:00|27.8|X",
    )
    readings = list(result.timeline.records(GlucoseReading))
    assert readings[0].time == datetime(2024, 3, 1, 7, 0, tzinfo=UTC)
    assert [(round(one.glucose_mgdl, 3), one.censoring) for one in readings] == [
        (round(6.5 * FACTOR, 3), Censoring.NONE),
        (40.0, Censoring.LOW),
        (400.0, Censoring.HIGH),
        (40.0, Censoring.LOW),
        (500.0, Censoring.HIGH),
    ]
    assert {(one.kind, one.source) for one in readings} == {(GlucoseKind.CGM, "glooko")}


def test_german_export_has_commas_in_quotes_and_days_first(write: Write) -> None:
    result = imported(
        write,
        GERMAN,
        "Zeitstempel,CGM-Glukosewert (mg/dl),Seriennummer",
        '02.03.2024 23:55,"215,0",123',
        '01.03.2024 00:02,"109,5",123',
    )
    readings = [(one.time, one.glucose_mgdl) for one in result.timeline.records(GlucoseReading)]
    assert readings == [
        (datetime(2024, 2, 29, 23, 2, tzinfo=UTC), 109.5),
        (datetime(2024, 3, 2, 22, 55, tzinfo=UTC), 215.0),
    ]
    assert not result.quality.having(FindingCode.DATE_ORDER_ASSUMED)


def test_period_in_the_first_line_tells_months_from_days(write: Write) -> None:
    result = imported(
        write,
        "Name:Anonymous, Date Range:2024-03-01 - 2024-03-07",
        "Timestamp,Blood Glucose (mg/dL),Reading Type",
        "3/1/2024 7:00,145,Fingerstick",
        "3/2/2024 7:00,150,Fingerstick",
    )
    times = [one.time for one in result.timeline.records(GlucoseReading)]
    assert times == [datetime(2024, 3, 1, 6, 0, tzinfo=UTC), datetime(2024, 3, 2, 6, 0, tzinfo=UTC)]
    assert not result.quality.having(FindingCode.DATE_ORDER_ASSUMED)
    assert {one.kind for one in result.timeline.records(GlucoseReading)} == {GlucoseKind.FINGERSTICK}


def test_meter_readings_are_told_by_their_columns(write: Write) -> None:
    lines = ("Timestamp|Glucose Value (mg/dl)|Manual Reading|Serial Number", "2024-03-01 08:00:00|400|M|X")
    (one,) = english(write, *lines).timeline.records(GlucoseReading)
    assert (one.kind, one.censoring) == (GlucoseKind.FINGERSTICK, Censoring.NONE)
    lines = ("Timestamp|Glucose Value (mg/dl)|Trend Arrow", "2024-03-01 08:00:00|400|Flat")
    (one,) = english(write, *lines).timeline.records(GlucoseReading)
    assert (one.kind, one.censoring) == (GlucoseKind.CGM, Censoring.HIGH)
    with pytest.raises(DataError, match="sensor or a meter"):
        english(write, "Timestamp|Glucose Value (mg/dl)|Serial Number", "2024-03-01 08:00:00|400|X")


def test_boluses_come_with_their_carbohydrate(write: Write) -> None:
    result = imported(
        write,
        GERMAN,
        "Zeitstempel,Insulin-Typ,Blutzuckereingabe (mg/dl),Kohlenhydrataufnahme (g),Kohlenhydratverhältnis,"
        "Abgegebenes Insulin (E),Anfängliche Abgabe (E),Verzögerte Abgabe (E),Seriennummer",
        '02.03.2024 13:17,Normal,"112,0","41,0","7,0","6,0",,,1',
        '02.03.2024 18:00,Kombiniert,"0,0","60,0","7,0","8,0","5,0","3,0",1',
        '02.03.2024 20:00,Korrektur,"220,0","0,0",,"1,25",,,1',
        '02.03.2024 21:00,Normal,"0,0","0,0",,"0,0",,,1',
    )
    boluses = [(one.insulin_u, one.extended_u, one.extended_min, one.purpose) for one in result.timeline.records(Bolus)]
    assert boluses == [
        (6.0, 0.0, 0.0, DosePurpose.MEAL),
        (5.0, 3.0, 120.0, DosePurpose.MEAL),
        (1.25, 0.0, 0.0, DosePurpose.CORRECTION),
    ]
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [41.0, 60.0]
    assert count(result, FindingCode.EXTENDED_PART_INFERRED) == count(result, FindingCode.NOT_DELIVERED) == 1
    assert result.timeline.frame(GlucoseReading).is_empty()


def test_extended_bolus_without_its_parts_stays_whole_and_is_told(write: Write) -> None:
    result = english(
        write, "Timestamp|Bolus Type|Dose (units)|Carbs (g)|Notes", "2024-03-01 08:00:00|Extended|4.8|45|Breakfast"
    )
    assert [(one.insulin_u, one.extended_u) for one in result.timeline.records(Bolus)] == [(4.8, 0.0)]
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_basal_segments_and_an_impossible_rate(write: Write) -> None:
    result = imported(
        write,
        GERMAN,
        "Zeitstempel,Insulin-Typ,Dauer (Minuten),Prozentsatz (%),Rate,Abgegebenes Insulin (E),Seriennummer",
        '02.03.2024 21:12,Eingeplant,7,,"0,7",,1',
        '02.03.2024 21:19,Temporär,30,50,"0,35",,1',
        '02.03.2024 21:49,Eingeplant,5,,"948,00",,1',
        '02.03.2024 21:54,Automatisch,60,,,"0,6",1',
        "02.03.2024 22:54,Unterbrochen,10,,,,1",
        '02.03.2024 23:04,Eingeplant,,,"0,7",,1',
    )
    segments = [(one.duration_min, one.rate_u_per_h, one.kind) for one in result.timeline.records(BasalSegment)]
    assert segments == [
        (7.0, 0.7, BasalKind.SCHEDULED),
        (30.0, 0.35, BasalKind.TEMPORARY),
        (60.0, 0.6, BasalKind.AUTOMATED),
        (10.0, 0.0, BasalKind.SUSPENDED),
    ]
    assert count(result, FindingCode.IMPOSSIBLE_VALUES) == count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_typed_insulin_is_an_injection_and_a_pump_s_a_bolus(write: Write) -> None:
    pens = english(
        write, "Timestamp|Insulin Type|Dose (units)|Notes", "2024-03-01 08:00:00|Lantus (Long-acting)|20|Basal insulin"
    )
    assert [(one.insulin_u, one.product) for one in pens.timeline.records(PenDose)] == [(20.0, "lantus (long-acting)")]
    typed = imported(write, GERMAN, "Zeitstempel,Name,Wert,Insulin-Typ", '02.03.2024 08:00,Fiasp,"4,5",Schnell')
    assert [(one.insulin_u, one.product) for one in typed.timeline.records(PenDose)] == [(4.5, "fiasp")]
    pump = english(
        write,
        "Timestamp|Insulin Type|Dose (units)|Method|Device",
        "2024-03-01 08:00:00|Rapid|8.5|Bolus|Insulin Pump",
        "2024-03-01 09:00:00|Basal|1.2|Auto-Basal|Insulin Pump",
    )
    assert [one.insulin_u for one in pump.timeline.records(Bolus)] == [8.5]
    assert count(pump, FindingCode.PASSED_OVER) == 1


def test_daily_totals_are_passed_over(write: Write) -> None:
    path = write(
        GERMAN,
        "Zeitstempel,Bolus gesamt (U),Insulin gesamt (U),Basal gesamt (U),Seriennummer",
        '02.03.2024 23:55,"16,25","37,45","21,2",1',
    )
    result = GlookoFormat().read(path, options=BERLIN, progress=lambda _stage, _fraction: None)
    assert result.streams == {}
    assert [one.code for one in result.findings] == [FindingCode.PASSED_OVER]


def test_food_exercise_medicines_notes_and_alarms(write: Write) -> None:
    food = english(
        write,
        "Timestamp|Food Description|Carbs (g)|Protein (g)|Fat (g)|Notes",
        "2024-03-01 08:00:00|Porridge|45|8|5|",
        "2024-03-01 09:00:00|Tea|some|||",
    )
    (meal,) = food.timeline.records(Meal)
    assert (meal.carbs_g, meal.protein_g, meal.fat_g, meal.note) == (45.0, 8.0, 5.0, "Porridge")
    assert count(food, FindingCode.UNREADABLE_ROWS) == 1
    exercise = english(
        write, "Timestamp|Activity Type|Duration (min)|Intensity|Notes", "2024-03-01 08:00:00|Cycling|45|High|"
    )
    (activity,) = exercise.timeline.records(Activity)
    assert (activity.duration_min, activity.activity_type) == (45.0, ActivityType.AEROBIC)
    medicines = english(
        write,
        "Timestamp|Medication Name|Dosage|Notes",
        "2024-03-01 08:00:00|Metformin|1 g|",
        "2024-03-01 08:00:00|Aspirin|1 tablet|",
    )
    assert [(one.medication, one.dose_mg) for one in medicines.timeline.records(MedicationDose)] == [
        ("metformin", 1000.0)
    ]
    assert count(medicines, FindingCode.PASSED_OVER) == 1
    notes = imported(write, GERMAN, "Zeitstempel,Wert", "02.03.2024 08:00,schlecht geschlafen")
    assert [one.text for one in notes.timeline.records(Note)] == ["schlecht geschlafen"]
    alarms = imported(write, GERMAN, "Zeitstempel,Alarm/Ereignis,Seriennummer", "02.03.2024 08:00,Pod läuft ab,1")
    (alarm,) = alarms.timeline.records(DeviceEvent)
    assert (alarm.kind, alarm.detail) == (DeviceEventKind.ALARM, "Pod läuft ab")


def test_file_that_ends_after_its_header_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "carbs_data_1.csv"
    path.write_text(f"{ENGLISH}\nTimestamp\tCarbs (g)\tFood Description\tNotes", encoding="utf-8")
    assert GlookoFormat().recognise(read_head(path)) == 1.0
    read = GlookoFormat().read(path, options=ImportOptions(), progress=lambda _stage, _fraction: None)
    assert read == Imported(streams={})


@pytest.mark.parametrize(
    ("header", "row", "code"),
    [
        ("CGM Glucose Value|Serial Number", "6.5|X", ErrorCode.MISSING_UNIT),
        ("CGM Glucose Value (g/L)|Serial Number", "6.5|X", ErrorCode.UNKNOWN_UNIT),
        ("Bolus Type|Dose|Carbs (g)", "Normal|5|40", ErrorCode.MISSING_UNIT),
        ("Carbs (exchanges)|Notes", "4|", ErrorCode.UNKNOWN_UNIT),
    ],
)
def test_missing_and_unknown_units_are_errors(write: Write, header: str, row: str, code: ErrorCode) -> None:
    with pytest.raises(UnitError) as caught:
        english(write, f"Timestamp|{header}", f"2024-03-01 08:00:00|{row}")
    assert caught.value.code is code


def test_unknown_kind_and_missing_zone_are_errors(write: Write) -> None:
    with pytest.raises(DataError, match="no known kind"):
        english(write, "Timestamp|Mood", "2024-03-01 08:00:00|good")
    path = write(GERMAN, "Zeitstempel,Wert", "02.03.2024 08:00,schlecht geschlafen")
    with pytest.raises(DataError) as caught:
        import_path(path)
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_demonstration_export(samples: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(samples / "exports" / "glooko" / "synthetic_JohnDoe_demo-data.zip") as archive:
        archive.extractall(tmp_path)
    read = {
        path.stem: GlookoFormat().read(path, options=BERLIN, progress=lambda _stage, _fraction: None)
        for path in sorted(tmp_path.glob("*.csv"))
    }
    records = {
        (name, stream): len(frame) for name, one in read.items() for stream, frame in one.streams.items() if len(frame)
    }
    assert records == {
        ("alarms_data_1", "device"): 173,
        ("basal_data_1", "basal"): 1045,
        ("basal_data_2", "basal"): 1044,
        ("bg_data_1", "glucose"): 52,
        ("bolus_data_1", "bolus"): 122,
        ("bolus_data_1", "meal"): 122,
        ("cgm_data_1", "glucose"): 2324,
        ("cgm_data_2", "glucose"): 2324,
        ("cgm_data_3", "glucose"): 2324,
        ("insulin_data_1", "pen"): 15,
    }
    assert sum(one == Imported(streams={}) for one in read.values()) == 6
    first = read["cgm_data_1"].streams["glucose"].row(1, named=True)
    assert (first["time"], first["glucose_mgdl"]) == (
        datetime(2024, 12, 31, 23, 8, tzinfo=UTC),
        pytest.approx(72.06236),
    )


def test_tables_with_commas(samples: Path) -> None:
    result = import_path(samples / "exports" / "glooko" / "mock", BERLIN)
    assert len(result.timeline.frame(GlucoseReading)) == 288 + 21
    assert sum(one.carbs_g for one in result.timeline.records(Meal)) == 562.0
    assert not result.quality.having(FindingCode.DATE_ORDER_ASSUMED)


@pytest.mark.parametrize("name", ["cgm_data_1.csv", "insulin_data_1.csv", "bg_data_1.csv"])
def test_damage_is_a_typed_error(samples: Path, tmp_path: Path, name: str) -> None:
    data = (samples / "exports" / "glooko" / "mock" / name).read_bytes()
    for one in damaged(data):
        outcome(GlookoFormat(), one, tmp_path / "damaged", zone="Europe/Berlin")


def test_damage_of_german_tables_is_a_typed_error(write: Write, tmp_path: Path) -> None:
    path = write(
        GERMAN,
        "Zeitstempel,Insulin-Typ,Dauer (Minuten),Prozentsatz (%),Rate,Abgegebenes Insulin (E),Seriennummer",
        '02.03.2024 21:12,Eingeplant,7,,"0,7",,1',
        '02.03.2024 21:19,Temporär,30,50,"0,35",,1',
    )
    outcomes = {
        outcome(GlookoFormat(), one, tmp_path / "x", zone="Europe/Berlin") for one in damaged(path.read_bytes())
    }
    assert "read" in outcomes


def test_only_glooko_is_recognised(samples: Path) -> None:
    exports = samples / "exports"
    assert recognised_elsewhere(GlookoFormat(), exports, own="glooko") == []
    for path in (exports / "glooko" / "mock").iterdir():
        assert GlookoFormat().recognise(read_head(path)) == 1.0, path.name
    assert GlookoFormat().recognise(read_head(exports / "glooko" / "README_upstream.md")) == 0.0
    with pytest.raises(GlucoTwinError):
        read_head(exports / "glooko")
