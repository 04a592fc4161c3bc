"""Dexcom Clarity and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.activity import Activity
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, Note, NoteKind
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.sensor.dexcom_clarity import DexcomClarityFormat
from glucotwin.ingest.source import FileHead

NAMES = (
    "Index,Timestamp (YYYY-MM-DDThh:mm:ss),Event Type,Event Subtype,Patient Info,Device Info,Source Device ID,"
    "Glucose Value (mg/dL),Insulin Value (u),Carb Value (grams),Duration (hh:mm:ss),"
    "Glucose Rate of Change (mg/dL/min)"
)
HEADER = f"{NAMES},Transmitter Time (Long Integer),Transmitter ID"
GERMAN = (
    "Index;Zeitstempel (JJJJ-MM-TTThh:mm:ss);Ereignistyp;Ereignisuntertyp;Patienteninfo;Geräteinfo;Quellgeräte-ID;"
    "Glukosewert (mmol/l);Insulinwert (IE);Kohlenhydratwert (Gramm);Dauer (hh:mm:ss)"
)
PREAMBLE = (
    "1,,FirstName,,Erika,,,,,,,,",
    "2,,LastName,,Mustermann,,,,,,,,",
    "3,,DateOfBirth,,1/1/1970,,,,,,,,",
    "4,,Device,,,Dexcom G7 Mobile App,iOS G7,,,,,,",
    "5,,Alert,High,,,iOS G7,270,,,,,",
    "6,,Alert,Signal Loss,,,iOS G7,,,,00:20:00,,",
)
ROWS = (
    "7,2024-03-01T08:00:00,EGV,,,,iOS G7,123,,,,,1000,812345678901",
    "8,2024-03-01T08:05:00,EGV,Low,,,iOS G7,Low,,,,,1300,812345678901",
    "9,2024-03-01T08:10:00,EGV,High,,,iOS G7,High,,,,,1600,812345678901",
    "10,2024-03-01T08:11:00,Calibration,,,,iOS G7,98,,,,,,812345678901",
    "11,2024-03-01T08:12:00,Insulin,Fast-Acting,,,iOS G7,,3.50,,,,",
    "12,2024-03-01T08:13:00,Insulin,Long-Acting,,,iOS G7,,26.00,,,,",
    "13,2024-03-01T08:14:00,Carbs,,,,iOS G7,,,45,,,",
    "14,2024-03-01T08:15:00,Exercise,Heavy,,,iOS G7,,,,01:05:00,,",
    "15,2024-03-01T08:16:00,Health,Illness,,,iOS G7,,,,,,",
)
BERLIN = ImportOptions(zone="Europe/Berlin")
Write = Callable[..., Path]


def imported(write: Write, *rows: str, header: str = HEADER) -> ImportResult:
    return import_path(write(header, *rows), BERLIN)


def readings(result: ImportResult) -> list[GlucoseReading]:
    return list(result.timeline.records(GlucoseReading))


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def sensor(minute: int, value: str = "100", *, ticks: str = "", day: str = "2024-03-01", hour: int = 8) -> str:
    return f"1,{day}T{hour:02d}:{minute:02d}:00,EGV,,,,iOS G7,{value},,,,,{ticks},812345678901"


def test_local_times_become_utc_and_values_and_words_glucose(write: Write) -> None:
    found = readings(imported(write, *PREAMBLE, *ROWS))
    assert [(one.time, one.glucose_mgdl, one.censoring, one.kind) for one in found] == [
        (datetime(2024, 3, 1, 7, 0, tzinfo=UTC), 123.0, Censoring.NONE, GlucoseKind.CGM),
        (datetime(2024, 3, 1, 7, 5, tzinfo=UTC), 40.0, Censoring.LOW, GlucoseKind.CGM),
        (datetime(2024, 3, 1, 7, 10, tzinfo=UTC), 400.0, Censoring.HIGH, GlucoseKind.CGM),
        (datetime(2024, 3, 1, 7, 11, tzinfo=UTC), 98.0, Censoring.NONE, GlucoseKind.FINGERSTICK),
    ]


def test_events_become_doses_meals_exercise_and_notes(write: Write) -> None:
    timeline = imported(write, *PREAMBLE, *ROWS).timeline
    doses = [(one.insulin_u, one.product, one.purpose) for one in timeline.records(PenDose)]
    assert doses == [(3.5, "rapid", DosePurpose.UNKNOWN), (26.0, "long", DosePurpose.BASAL)]
    assert [one.carbs_g for one in timeline.records(Meal)] == [45.0]
    (bout,) = timeline.records(Activity)
    assert (bout.duration_min, bout.intensity_fraction, bout.note) == (65.0, 0.77, "Heavy")
    assert [(one.kind, one.text) for one in timeline.records(Note)] == [(NoteKind.ILLNESS, "Illness")]
    (calibration,) = timeline.records(DeviceEvent)
    assert (calibration.kind, calibration.detail) == (DeviceEventKind.SENSOR_CALIBRATION, "98 mg/dL")


def test_preamble_gives_the_sensor_but_no_name_no_birthday_and_no_glucose(write: Write) -> None:
    result = imported(write, *PREAMBLE, *ROWS)
    assert result.timeline.person.cgm_device == "Dexcom G7"
    assert result.timeline.person.therapy is TherapyKind.INJECTIONS
    assert result.timeline.person.birth_year is None
    assert 270.0 not in [one.glucose_mgdl for one in readings(result)]
    everything = repr([frame.rows() for frame in result.timeline.streams.values()])
    assert not any(word in everything for word in ("Erika", "Mustermann", "1970", "812345678901"))


@pytest.mark.parametrize(
    "change",
    [
        lambda line: ",".join(f'"{cell}"' for cell in line.split(",")),
        lambda line: f"{line},,,",
        lambda line: f"{line}\r",
    ],
    ids=["quoted", "padded", "CRLF"],
)
def test_every_shape_reads_alike(write: Write, change: Callable[[str], str]) -> None:
    usual = import_path(write(HEADER, *PREAMBLE, *ROWS), BERLIN)
    other = import_path(write(*map(change, (HEADER, *PREAMBLE, *ROWS)), name="other.csv"), BERLIN)
    assert all(other.timeline.streams[name].equals(frame) for name, frame in usual.timeline.streams.items())


def test_byte_order_mark_may_be_encoded_twice(write: Write) -> None:
    result = imported(write, *PREAMBLE, *ROWS, header=HEADER.replace("Index", '\ufeff"ï»¿""""Index"""""'))
    assert len(readings(result)) == 4


def test_oldest_files_have_twelve_columns(write: Write) -> None:
    result = imported(write, "1,2016-10-24T11:24:17,EGV,,,,iPhone G6,103,,,,", header=NAMES)
    assert [one.glucose_mgdl for one in readings(result)] == [103.0]
    assert result.timeline.person.cgm_device == "Dexcom G6"


def test_millimoles_are_converted_and_told(write: Write) -> None:
    result = imported(write, sensor(0, "5.6"), header=HEADER.replace("mg/dL", "mmol/L"))
    assert readings(result)[0].glucose_mgdl == pytest.approx(100.887, abs=0.01)
    (finding,) = result.quality.having(FindingCode.UNITS_CONVERTED)
    assert (finding.count, finding.values["unit"]) == (1, "mmol/L")


def test_german_export_has_semicolons_commas_and_its_own_words(write: Write) -> None:
    result = imported(
        write,
        "10;2024-03-01T08:00:00;EGW;;;;iOS;5,8;;;",
        "11;2024-03-01T08:05:00;EGW;;;;iOS;Niedrig;;;",
        "12;2024-03-01T08:06:00;Insulin;Schnell wirkend;;;iOS;;3,5;;",
        header=GERMAN,
    )
    assert [round(one.glucose_mgdl, 1) for one in readings(result)] == [104.5, 40.0]
    assert [(one.insulin_u, one.product) for one in result.timeline.records(PenDose)] == [(3.5, "rapid")]


def test_header_without_a_glucose_unit_is_refused(write: Write) -> None:
    with pytest.raises(UnitError) as caught:
        imported(write, sensor(0), header=HEADER.replace("Glucose Value (mg/dL)", "Glucose Value"))
    assert caught.value.code is ErrorCode.MISSING_UNIT


def test_insulin_in_an_unknown_unit_is_refused(write: Write) -> None:
    with pytest.raises(UnitError, match="Insulin Value"):
        imported(write, *ROWS, header=HEADER.replace("(u)", "(mL)"))


def test_zone_is_needed(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        import_path(write(HEADER, *ROWS))
    assert caught.value.code is ErrorCode.NAIVE_TIME
    assert "--zone" in caught.value.hint


def test_file_without_timed_rows_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="no rows with a time"):
        imported(write, *PREAMBLE)


def test_kinds_of_events_in_an_unknown_language_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match="Szacowana"):
        imported(write, sensor(0).replace("EGV", "Szacowana"))


def test_unknown_kinds_of_events_are_passed_over_and_named(write: Write) -> None:
    result = imported(write, sensor(0), sensor(5).replace("EGV", "Horoscope"))
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert (finding.count, finding.values["kinds"]) == (1, "Horoscope")


def test_rows_that_cannot_be_read_are_left_out_and_counted(write: Write) -> None:
    result = imported(
        write,
        sensor(0),
        sensor(5, "1x3"),
        sensor(10, ""),
        "9,2024-03-01T08:12:00,Insulin,Fast-Acting,,,iOS G7,,some,,,,",
        sensor(15).replace("2024-03-01", "2024-0"),
    )
    assert len(readings(result)) == 1
    assert count(result, FindingCode.UNREADABLE_ROWS) == 4


def test_transmitter_tells_the_two_passes_of_the_repeated_hour_apart(write: Write) -> None:
    """Sorted by the clock, the readings of both passes alternate; only the transmitter's seconds part them."""
    start = datetime(2024, 10, 26, 23, 30, tzinfo=UTC)
    instants = [start + timedelta(minutes=10 * step) for step in range(16)]
    clocks = [one + timedelta(hours=2 if one < datetime(2024, 10, 27, 1, tzinfo=UTC) else 1) for one in instants]
    rows = sorted(
        f"1,{clock:%Y-%m-%dT%H:%M:%S},EGV,,,,iOS G7,{100 + step},,,,,{7000 + 600 * step},812345678901"
        for step, clock in enumerate(clocks)
    )
    result = imported(write, *rows)
    assert [one.time for one in readings(result)] == instants
    assert [one.glucose_mgdl for one in readings(result)] == [100.0 + step for step in range(16)]
    assert not result.quality.having(FindingCode.AMBIGUOUS_TIMES)


def test_repeated_hour_without_a_transmitter_goes_by_the_order_of_rows(write: Write) -> None:
    day = "2024-10-27"
    rows = [sensor(minute, hour=hour, day=day) for hour, minute in ((2, 0), (2, 30), (2, 0), (2, 30), (3, 0))]
    result = imported(write, *rows)
    assert [one.time.hour * 60 + one.time.minute for one in readings(result)] == [0, 30, 60, 90, 120]
    assert count(result, FindingCode.AMBIGUOUS_TIMES) == 4


def test_two_displays_of_one_sensor_count_once_and_serial_numbers_are_not_kept(write: Write) -> None:
    rows = [sensor(5 * step, str(100 + step)) for step in range(4)]
    result = imported(write, *rows, rows[1].replace("iOS G7", "SM12345678"))
    assert len(readings(result)) == 4
    assert count(result, FindingCode.SOURCES_OVERLAP) == 1
    assert {one.source for one in readings(result)} == {"dexcom-clarity iOS G7"}


def test_file_saved_again_by_a_spreadsheet_reads_alike(write: Write) -> None:
    result = imported(write, sensor(0).replace("2024-03-01T08:00:00", "3/14/2024 8:00"))
    assert readings(result)[0].time == datetime(2024, 3, 14, 7, 0, tzinfo=UTC)


def test_two_overlapping_parts_give_the_same_records(write: Write, tmp_path: Path) -> None:
    rows = [*ROWS, *(sensor(minute, str(minute + 80), hour=9) for minute in range(0, 60, 5))]
    whole = imported(write, *PREAMBLE, *rows)
    parts = tmp_path / "parts"
    parts.mkdir()
    for number, part in enumerate((rows[:14], rows[10:])):
        (parts / f"{number}.csv").write_text("\n".join((HEADER, *PREAMBLE, *part)) + "\n", encoding="utf-8")
    joined = import_path(parts, BERLIN)
    assert all(joined.timeline.streams[name].equals(frame) for name, frame in whole.timeline.streams.items())


def test_damage_is_read_or_refused(tmp_path: Path) -> None:
    data = "\n".join((HEADER, *PREAMBLE, *ROWS)).encode()
    outcomes = {outcome(DexcomClarityFormat(), one, tmp_path / "x.csv", zone="Europe/Berlin") for one in damaged(data)}
    assert "read" in outcomes


def test_data_sets_without_the_last_column_are_less_sure() -> None:
    def sureness(header: str) -> float:
        data = header.encode()
        return DexcomClarityFormat().recognise(FileHead(name="x", size_bytes=len(data), data=data))

    assert sureness(HEADER) == sureness(NAMES) == 1.0
    assert 0.5 < sureness(HEADER.rpartition(",")[0]) < 1.0


def test_other_vendors_files_are_not_recognised(samples: Path) -> None:
    assert recognised_elsewhere(DexcomClarityFormat(), samples / "exports", own="dexcom_clarity") == []


def test_real_export_of_2024(samples: Path) -> None:
    path = samples / "exports" / "dexcom_clarity" / "clarity_G6_mgdl_2024_quoted_BOM_full.csv"
    result = import_path(path, ImportOptions(zone="UTC"))
    kinds = [(one.kind, one.censoring) for one in readings(result)]
    assert kinds.count((GlucoseKind.CGM, Censoring.NONE)) == 25174
    assert kinds.count((GlucoseKind.CGM, Censoring.LOW)) == 166
    assert kinds.count((GlucoseKind.FINGERSTICK, Censoring.NONE)) == 21
    products = [one.product for one in result.timeline.records(PenDose)]
    assert (products.count("rapid"), products.count("long")) == (291, 86)
    first, last = readings(result)[0], readings(result)[-1]
    assert (first.time, first.glucose_mgdl) == (datetime(2024, 3, 16, 2, 21, 46, tzinfo=UTC), 234.0)
    assert (last.time, last.glucose_mgdl) == (datetime(2024, 6, 13, 7, 16, 49, tzinfo=UTC), 95.0)
    assert result.timeline.person.cgm_device == "Dexcom G6"
    assert not result.quality.having(FindingCode.UNREADABLE_ROWS)


@pytest.mark.parametrize(
    ("name", "glucose", "first"),
    [
        ("clarity_G6_12col_resaved_DateOfBirth.csv", 2148, 103.0),
        ("clarity_synthetic.csv", 3922, 144.0),
    ],
)
def test_other_real_shapes(samples: Path, name: str, glucose: int, first: float) -> None:
    result = import_path(samples / "exports" / "dexcom_clarity" / name, ImportOptions(zone="UTC"))
    assert (len(readings(result)), readings(result)[0].glucose_mgdl) == (glucose, first)
