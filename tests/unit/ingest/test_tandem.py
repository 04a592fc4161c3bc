"""Tandem's therapy timeline and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import Note
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.pump.tandem import TandemFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

PREAMBLE = (
    "Tandem Diabetes Care Inc.",
    "t:connect Therapy Timeline Data Export",
    "Patient Name, Erika Muster",
    "Patient DOB, 1/1/1990",
    "Report Generated On, 3/5/2024 7:50:04 PM",
    "",
)
READINGS = "DeviceType,SerialNumber,Description,EventDateTime,Readings (CGM / BGM)"
METER = "DeviceType,SerialNumber,Description,EventDateTime,BG (mg/dL),Note"
BASAL = "Type,EventDateTime,BasalRate"
BOLUS_NAMES = (
    *("Type", "Description", "BG", "IOB", "BolusRequestID", "BolusCompletionID", "CompletionDateTime"),
    *("InsulinDelivered", "FoodDelivered", "CorrectionDelivered", "CompletionStatusDesc", "BolexInsulinDelivered"),
    *("EventDateTime", "RequestDateTime", "BolusType", "StandardPercent", "Duration", "CarbSize", "TargetBG"),
    *("IsQuickBolus", "EventHistoryReportEventDesc", "EventHistoryReportDetails", "NoteID", "IndexID", "Note"),
)
NEW_YORK = ImportOptions(zone="America/New_York")
Write = Callable[..., Path]


def reading(clock: str, value: str, description: str = "EGV") -> str:
    return f'"t:slim X2 Insulin Pump","11111111","{description}","2024-03-01T{clock}:00","{value}",'


def bolus(clock: str = "12:00", **cells: str) -> str:
    given = {
        "Type": "Bolus",
        "Description": "Standard",
        "EventDateTime": f"2024-03-01T{clock}:00",
        "RequestDateTime": f"2024-03-01T{clock}:00",
        "CompletionDateTime": f"2024-03-01T{clock}:59",
        "StandardPercent": "100.00",
        "Duration": "0",
        "TargetBG": "110",
        "IsQuickBolus": "0",
        **cells,
    }
    named = [f'"{given[name]}"' if name in given else "" for name in BOLUS_NAMES]
    after = BOLUS_NAMES.index("IsQuickBolus") + 1
    return ",".join([*named[:after], '"0"', *named[after:], ""])


def imported(write: Write, *lines: str) -> ImportResult:
    return import_path(write(*PREAMBLE, *lines), NEW_YORK)


def boluses(write: Write, *rows: str) -> ImportResult:
    return imported(write, ",".join(BOLUS_NAMES), *rows)


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_sections_in_any_order_are_read(write: Write) -> None:
    result = imported(
        write,
        ",".join(BOLUS_NAMES),
        bolus(InsulinDelivered="4.50", FoodDelivered="4.00", CorrectionDelivered="0.50", CarbSize="40"),
        "",
        "Type,EventID,EventDateTime,IOB",
        '"IOB","81","2024-03-01T12:01:00","4.50"',
        "",
        READINGS,
        reading("12:00", "141"),
        reading("12:05", "Low"),
        reading("12:10", "400"),
    )
    readings = list(result.timeline.records(GlucoseReading))
    assert readings[0].time == datetime(2024, 3, 1, 17, 0, tzinfo=UTC)
    assert [(one.glucose_mgdl, one.censoring) for one in readings] == [
        (141.0, Censoring.NONE),
        (40.0, Censoring.LOW),
        (400.0, Censoring.HIGH),
    ]
    (one,) = result.timeline.records(Bolus)
    assert (one.insulin_u, one.extended_u, one.purpose) == (4.5, 0.0, DosePurpose.MEAL)
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [40.0]
    (passed_over,) = result.quality.having(FindingCode.PASSED_OVER)
    assert passed_over.values["kinds"] == "insulin on board"
    assert result.timeline.person.therapy is TherapyKind.PUMP


def test_cell_without_a_name_shifts_what_comes_after(write: Write) -> None:
    result = boluses(write, bolus(InsulinDelivered="1.00", NoteID="7", IndexID="1181649", Note="before a run"))
    assert [note.text for note in result.timeline.records(Note)] == ["before a run"]


@pytest.mark.parametrize(
    ("cells", "purpose"),
    [
        ({"Description": "Automatic Bolus/Correction", "CorrectionDelivered": "1.0"}, DosePurpose.AUTOMATED),
        ({"CarbSize": "30", "FoodDelivered": "1.0"}, DosePurpose.MEAL),
        ({"Description": "Standard/Correction", "CorrectionDelivered": "1.0"}, DosePurpose.CORRECTION),
        ({"CarbSize": "0"}, DosePurpose.UNKNOWN),
    ],
)
def test_purpose_of_a_bolus_follows_from_its_cells(write: Write, cells: dict[str, str], purpose: DosePurpose) -> None:
    result = boluses(write, bolus(InsulinDelivered="1.0", **cells))
    assert [one.purpose for one in result.timeline.records(Bolus)] == [purpose]


def test_bolus_of_the_loop_means_closed_loop(write: Write) -> None:
    result = boluses(write, bolus(InsulinDelivered="1.0", Description="Automatic Bolus/Correction"))
    assert result.timeline.person.therapy is TherapyKind.CLOSED_LOOP


def test_extended_part_is_the_delivered_one(write: Write) -> None:
    cells = {"InsulinDelivered": "3.0", "BolexInsulinDelivered": "1.5", "StandardPercent": "60", "Duration": "90"}
    result = boluses(write, bolus(**cells))
    (one,) = result.timeline.records(Bolus)
    assert (one.insulin_u, one.extended_u, one.extended_min) == (3.0, 1.5, 90.0)
    assert not result.quality.having(FindingCode.EXTENDED_PART_INFERRED)


def test_extended_part_that_is_not_in_the_row_is_worked_out(write: Write) -> None:
    result = boluses(write, bolus(InsulinDelivered="3.0", StandardPercent="60.00", Duration="90"))
    (one,) = result.timeline.records(Bolus)
    assert (one.insulin_u, one.extended_u, one.extended_min) == (3.0, pytest.approx(2.0), 90.0)
    (finding,) = result.quality.having(FindingCode.EXTENDED_PART_INFERRED)
    assert (finding.count, finding.values["minutes"]) == (1, "90")


def test_bolus_that_delivered_nothing_does_not_count_nor_does_its_carbohydrate(write: Write) -> None:
    result = boluses(
        write,
        bolus("12:00", InsulinDelivered="0.00", CarbSize="45", CompletionStatusDesc="User Aborted"),
        bolus("12:05", InsulinDelivered="2.00", CarbSize="45", CompletionStatusDesc="User Aborted"),
    )
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [2.0]
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [45.0]
    assert {one.stream: one.count for one in result.quality.having(FindingCode.NOT_DELIVERED)} == {
        "bolus": 1,
        "meal": 1,
    }


def test_basal_rates_hold_until_the_next(write: Write) -> None:
    result = imported(
        write,
        BASAL,
        '"Basal","2024-03-01T00:00:00","0.80"',
        '"Basal","2024-03-01T01:30:00","0.00"',
        '"Basal","2024-03-01T02:00:00","0.95"',
    )
    segments = [(one.duration_min, one.rate_u_per_h) for one in result.timeline.records(BasalSegment)]
    assert segments == [(90.0, 0.8), (30.0, 0.0)]


def test_meter_readings_have_a_section_of_their_own(write: Write) -> None:
    result = imported(write, METER, '"t:slim X2","111","BG","2024-03-01T08:00:00","119","hands not washed"')
    (one,) = result.timeline.records(GlucoseReading)
    assert (one.glucose_mgdl, one.kind) == (119.0, GlucoseKind.FINGERSTICK)
    assert [note.text for note in result.timeline.records(Note)] == ["hands not washed"]


def test_meter_readings_among_those_of_the_sensor_are_told_apart(write: Write) -> None:
    result = imported(write, READINGS, reading("08:00", "119", "BG"), reading("08:05", "121"))
    kinds = [one.kind for one in result.timeline.records(GlucoseReading)]
    assert kinds == [GlucoseKind.FINGERSTICK, GlucoseKind.CGM]


def test_table_of_tandem_source_has_spaces_in_its_names(write: Write) -> None:
    readings = write(
        "Device Type,Serial Number,Description,Event Date Time,Readings (mmol/L)",
        "Tandem Mobi System,1111111,EGV,2024-03-01T00:04:33,6.5",
    )
    (one,) = import_path(readings, NEW_YORK).timeline.records(GlucoseReading)
    assert one.glucose_mgdl == pytest.approx(6.5 * 18.01559)
    doses = write(
        "Device Type,Serial Number,Event Date Time,Commanded Basal Dose (units of insulin)",
        "Tandem Mobi System,1111111,2024-03-01T00:04:04,0.028",
    )
    (segment,) = import_path(doses, NEW_YORK).timeline.records(BasalSegment)
    assert (segment.duration_min, segment.kind) == (5.0, BasalKind.AUTOMATED)
    assert segment.rate_u_per_h == pytest.approx(0.336)
    bolus_table = write(
        "Type,Bolus Type,Bolus Delivery Method,BG (mg/dL),Serial Number,Completion Date Time,Insulin Delivered,"
        "Food Delivered,Correction Delivered,Standard Percent,Duration (mins),Carb Size",
        "Bolus,Food / Correction,Standard,158,1111111,2024-03-01T04:51:44,2.48,1.89,0.59,100,0,17",
    )
    result = import_path(bolus_table, NEW_YORK)
    assert [(bolus.insulin_u, bolus.purpose) for bolus in result.timeline.records(Bolus)] == [(2.48, DosePurpose.MEAL)]
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [17.0]
    assert result.timeline.frame(GlucoseReading).is_empty()


def test_values_that_could_be_mmol_without_a_unit_are_an_error(write: Write) -> None:
    with pytest.raises(UnitError) as caught:
        imported(write, READINGS, reading("08:00", "6.5"))
    assert caught.value.code is ErrorCode.MISSING_UNIT


def test_cells_that_cannot_be_read_are_counted(write: Write) -> None:
    result = imported(
        write,
        READINGS,
        reading("08:00", "119"),
        reading("08:05", "?"),
        "",
        ",".join(BOLUS_NAMES),
        bolus(InsulinDelivered="two"),
        "",
        BASAL,
        '"Basal","2024-03-01T00:00:00","much"',
        '"Basal","soon","0.8"',
        '"Basal","2024-03-01T00:05:00","0.8"',
    )
    assert count(result, FindingCode.UNREADABLE_ROWS) == 4


@pytest.mark.parametrize(
    "header", ['Type,"Ev""ent",EventDateTime,IOB', "Type,<Record a=\"b\" c='d'>,EventDateTime,IOB"]
)
def test_damaged_header_of_one_section_leaves_the_others(write: Write, header: str) -> None:
    rows = ("", header, '"IOB","81","2024-03-01T00:00:19","13.24"')
    result = imported(write, *PREAMBLE, READINGS, reading("08:00", "120"), *rows)
    assert result.timeline.streams["glucose"]["glucose_mgdl"].to_list() == [120.0]


def test_file_without_rows_or_zone_is_an_error(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        imported(write, READINGS)
    assert caught.value.code is ErrorCode.EMPTY_FILE
    with pytest.raises(DataError) as caught:
        import_path(write(*PREAMBLE, READINGS, reading("08:00", "119")))
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_therapy_timeline_of_a_pump(samples: Path) -> None:
    path = samples / "exports" / "tandem_tconnect" / "therapy_timeline_tslimX2.csv"
    result = import_path(path, NEW_YORK)
    readings = [(one.time, one.glucose_mgdl) for one in result.timeline.records(GlucoseReading)]
    assert readings == [
        (datetime(2021, 4, 1, 4, 1, 33, tzinfo=UTC), 235.0),
        (datetime(2021, 4, 1, 4, 6, 33, tzinfo=UTC), 230.0),
        (datetime(2021, 4, 3, 3, 31, 36, tzinfo=UTC), 181.0),
    ]
    given = [(one.time, one.insulin_u, one.purpose) for one in result.timeline.records(Bolus)]
    assert given == [
        (datetime(2021, 4, 1, 16, 53, 36, tzinfo=UTC), 13.53, DosePurpose.MEAL),
        (datetime(2021, 4, 1, 20, 2, 4, tzinfo=UTC), 1.5, DosePurpose.UNKNOWN),
        (datetime(2021, 4, 1, 20, 22, 21, tzinfo=UTC), 2.0, DosePurpose.CORRECTION),
        (datetime(2021, 4, 3, 3, 14, 33, tzinfo=UTC), 2.5, DosePurpose.UNKNOWN),
    ]
    assert [(meal.time, meal.carbs_g) for meal in result.timeline.records(Meal)] == [(given[0][0], 75.0)]
    assert result.timeline.frame(Note).is_empty()


def test_damage_is_a_typed_error(write: Write, samples: Path, tmp_path: Path) -> None:
    made_up = write(*PREAMBLE, READINGS, reading("08:00", "119"), "", BASAL, '"Basal","2024-03-01T00:00:00","0.8"')
    real = samples / "exports" / "tandem_tconnect" / "therapy_timeline_tslimX2.csv"
    for data in (made_up.read_bytes(), real.read_bytes()):
        for one in damaged(data):
            outcome(TandemFormat(), one, tmp_path / "damaged", zone="America/New_York")


def test_only_tandem_is_recognised(samples: Path) -> None:
    exports = samples / "exports"
    assert recognised_elsewhere(TandemFormat(), exports, own="tandem_tconnect") == []
    assert TandemFormat().recognise(read_head(exports / "tandem_tconnect" / "therapy_timeline_tslimX2.csv")) == 1.0
    assert TandemFormat().recognise(read_head(exports / "tandem_tconnect" / "README.md")) == 0.0
