"""CareLink and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.pump.carelink import CareLinkFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

COLUMNS = (
    "Index",
    "Date",
    "Time",
    "New Device Time",
    "BG Source",
    "BG Reading (mg/dL)",
    "Basal Rate (U/h)",
    "Temp Basal Amount",
    "Temp Basal Type",
    "Temp Basal Duration (h:mm:ss)",
    "Bolus Type",
    "Bolus Volume Selected (U)",
    "Bolus Volume Delivered (U)",
    "Bolus Duration (h:mm:ss)",
    "Prime Type",
    "Alert",
    "Suspend",
    "BWZ Carb Input (grams)",
    "BWZ Status",
    "Sensor Calibration BG (mg/dL)",
    "Sensor Glucose (mg/dL)",
    "Event Marker",
    "Bolus Number",
    "Bolus Source",
    "Sensor Exception",
)
HEADER = ";".join(COLUMNS)
PREAMBLE = (
    "Last Name;First Name;Patient ID;System ID;Start Date;End Date;Device;MiniMed 780G MMT-1886",
    '"Muster";"Erika";"";"";"01.03.2024 00:00:00";"05.03.2024 23:59:59";"Serial Number";NG0000000X',
    "Patient DOB;;;;;;CGM;Guardian™ 4 Sensor",
    "",
)
PUMP = "-------;MiniMed 780G MMT-1886;Pump;NG0000000X;------- "
TOTALS = "-------;MiniMed 780G MMT-1886;Pump;NG0000000X;Aggregated Auto Insulin Data "
SENSOR = "-------;MiniMed 780G MMT-1886;Sensor;NG0000000X;------- "
MEAL_BOLUS = "CLOSED_LOOP_BG_CORRECTION_AND_FOOD_BOLUS"
SHORT = {
    "bg": "BG Reading (mg/dL)",
    "bg_source": "BG Source",
    "basal": "Basal Rate (U/h)",
    "temp": "Temp Basal Amount",
    "temp_type": "Temp Basal Type",
    "temp_duration": "Temp Basal Duration (h:mm:ss)",
    "bolus_type": "Bolus Type",
    "selected": "Bolus Volume Selected (U)",
    "delivered": "Bolus Volume Delivered (U)",
    "duration": "Bolus Duration (h:mm:ss)",
    "prime": "Prime Type",
    "alert": "Alert",
    "suspend": "Suspend",
    "carbs": "BWZ Carb Input (grams)",
    "status": "BWZ Status",
    "calibration": "Sensor Calibration BG (mg/dL)",
    "sensor": "Sensor Glucose (mg/dL)",
    "marker": "Event Marker",
    "number": "Bolus Number",
    "source": "Bolus Source",
    "exception": "Sensor Exception",
    "new_time": "New Device Time",
}
BERLIN = ImportOptions(zone="Europe/Berlin")
Write = Callable[..., Path]


def row(when: str, **cells: str) -> str:
    day, clock = when.split(" ")
    given = {"Index": "71,00000", "Date": day, "Time": clock, **{SHORT[name]: cell for name, cell in cells.items()}}
    return ";".join(given.get(column, "") for column in COLUMNS)


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2024, 3, day, hour, minute, second, tzinfo=UTC)


def imported(write: Write, *rows: str, section: str = PUMP, header: str = HEADER) -> ImportResult:
    return import_path(write(*PREAMBLE, section, header, *rows), BERLIN)


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def basal_of(result: ImportResult) -> list[tuple[datetime, float, float, BasalKind]]:
    return [
        (one.time, one.duration_min, round(one.rate_u_per_h, 6), one.kind)
        for one in result.timeline.records(BasalSegment)
    ]


def test_sections_repeat_their_header_and_run_backwards(write: Write) -> None:
    path = write(
        *PREAMBLE,
        PUMP,
        HEADER,
        row("2024/03/02 12:00:00", bg="150"),
        "",
        SENSOR,
        HEADER,
        row("2024/03/02 08:05:00", sensor="128", exception="SENSOR_OK"),
        row("2024/03/02 08:00:00", sensor="120"),
    )
    result = import_path(path, BERLIN)
    readings = list(result.timeline.records(GlucoseReading))
    assert [(one.time, one.glucose_mgdl, one.kind) for one in readings] == [
        (at(2, 7), 120.0, GlucoseKind.CGM),
        (at(2, 7, 5), 128.0, GlucoseKind.CGM),
        (at(2, 11), 150.0, GlucoseKind.FINGERSTICK),
    ]
    assert {one.source for one in readings} == {"carelink"}
    assert count(result, FindingCode.PASSED_OVER) == 1
    assert result.timeline.person.cgm_device == "Guardian™ 4 Sensor"
    assert result.timeline.person.therapy is TherapyKind.UNKNOWN


def test_commas_and_decimal_points_are_the_american_dialect(write: Write) -> None:
    header = HEADER.replace(";", ",").replace("mg/dL", "mmol/L")
    reading = row("3/13/2024 8:00:00", sensor="5.5").replace("71,00000", "1").replace(";", ",")
    result = import_path(write("Last Name,First Name,Patient ID", "", header, reading), ImportOptions(zone="UTC"))
    (one,) = result.timeline.records(GlucoseReading)
    assert (one.time, one.glucose_mgdl) == (at(13, 8), pytest.approx(5.5 * 18.01559))


def test_ends_of_the_sensor_range_are_bounds_but_not_of_a_meter(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/02 08:10:00", sensor="400", bg="400"),
        row("2024/03/02 08:05:00", sensor="40"),
        row("2024/03/02 08:00:00", sensor="41"),
    )
    readings = list(result.timeline.records(GlucoseReading))
    assert [(one.kind, one.censoring) for one in readings] == [
        (GlucoseKind.CGM, Censoring.NONE),
        (GlucoseKind.CGM, Censoring.LOW),
        (GlucoseKind.CGM, Censoring.HIGH),
        (GlucoseKind.FINGERSTICK, Censoring.NONE),
    ]


def test_one_meal_bolus_is_three_rows_of_which_the_delivered_one_counts(write: Write) -> None:
    result = imported(
        write,
        row(
            "2024/03/02 12:03:10",
            bolus_type="Normal",
            selected="9,6",
            delivered="9,6",
            number="187",
            source=MEAL_BOLUS,
        ),
        row("2024/03/02 12:00:00", bolus_type="Normal", selected="9,6", number="187", source=MEAL_BOLUS),
        row("2024/03/02 12:00:00", carbs="60,00", status="Delivered"),
    )
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.time, bolus.insulin_u, bolus.purpose) == (at(2, 11, 3, 10), 9.6, DosePurpose.MEAL)
    assert [(meal.time, meal.carbs_g) for meal in result.timeline.records(Meal)] == [(at(2, 11), 60.0)]
    assert not result.quality.having(FindingCode.NOT_DELIVERED)
    assert result.timeline.person.therapy is TherapyKind.CLOSED_LOOP


def test_what_was_not_delivered_does_not_count(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/02 19:45:00", carbs="6,00", status="Not Delivered"),
        row("2024/03/02 19:40:00", bolus_type="Normal", selected="2,0", number="8"),
        row("2024/03/02 19:30:00", bolus_type="Normal", selected="3,0", delivered="0", number="7"),
        row("2024/03/02 08:00:00", carbs="20,00", status="Delivered"),
        row("2024/03/02 08:00:00", bolus_type="Normal", selected="2,5", delivered="2,5", number="6"),
    )
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [20.0]
    assert [bolus.insulin_u for bolus in result.timeline.records(Bolus)] == [2.5]
    assert {one.stream: one.count for one in result.quality.having(FindingCode.NOT_DELIVERED)} == {
        "meal": 1,
        "bolus": 2,
    }


@pytest.mark.parametrize(
    ("source", "purpose"),
    [
        ("CLOSED_LOOP_AUTO_BOLUS", DosePurpose.AUTOMATED),
        ("CLOSED_LOOP_BG_CORRECTION", DosePurpose.CORRECTION),
        ("CLOSED_LOOP_FOOD_BOLUS", DosePurpose.MEAL),
        ("BOLUS_WIZARD", DosePurpose.UNKNOWN),
        ("", DosePurpose.UNKNOWN),
    ],
)
def test_purpose_of_a_bolus_follows_from_its_source(write: Write, source: str, purpose: DosePurpose) -> None:
    result = imported(write, row("2024/03/02 12:00:00", bolus_type="Normal", delivered="1,5", source=source))
    assert [bolus.purpose for bolus in result.timeline.records(Bolus)] == [purpose]


def test_square_parts_are_given_over_their_duration(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/02 14:00:00", bolus_type="Square", delivered="1,0"),
        row("2024/03/02 13:00:00", bolus_type="Dual (square part)", delivered="2,0", duration="1:30:00"),
        row("2024/03/02 12:59:00", bolus_type="Dual (normal part)", delivered="3,0"),
    )
    assert [(one.insulin_u, one.extended_u, one.extended_min) for one in result.timeline.records(Bolus)] == [
        (3.0, 0.0, 0.0),
        (0.0, 2.0, 90.0),
        (0.0, 1.0, 120.0),
    ]
    assert count(result, FindingCode.EXTENDED_PART_INFERRED) == 1


def daily_total(day: str, units: str) -> str:
    return row(
        f"{day} 00:00:00", bolus_type="Normal", selected=units, delivered=units, source="CLOSED_LOOP_AUTO_INSULIN"
    )


def test_daily_totals_of_automatic_insulin_are_spread_over_their_day(write: Write) -> None:
    path = write(
        *PREAMBLE,
        PUMP,
        HEADER,
        row("2024/03/31 23:55:00", basal="0,9"),
        row("2024/03/30 12:00:00", basal="0,7"),
        TOTALS,
        HEADER,
        daily_total("2024/03/31", "23,0"),
        daily_total("2024/03/30", "12,0"),
    )
    result = import_path(path, BERLIN)
    assert result.timeline.frame(Bolus).is_empty()
    # The clock goes forward on the 31st: it has 23 hours.
    assert basal_of(result) == [
        (at(29, 23), 1440.0, 0.5, BasalKind.AUTOMATED),
        (at(30, 23), 1380.0, 1.0, BasalKind.AUTOMATED),
    ]
    assert count(result, FindingCode.DAILY_TOTALS_ONLY) == 2
    (passed_over,) = result.quality.having(FindingCode.PASSED_OVER)
    assert (passed_over.count, "programmed" in passed_over.values["kinds"]) == (2, True)


def test_total_of_the_day_of_the_export_runs_until_its_end(write: Write) -> None:
    result = imported(write, row("2024/03/05 10:00:00", sensor="120"), daily_total("2024/03/05", "6,0"))
    assert basal_of(result) == [(at(4, 23), 600.0, 0.6, BasalKind.AUTOMATED)]


def test_micro_boluses_are_basal(write: Write) -> None:
    micro = row("2024/03/02 12:00:00", bolus_type="Normal", delivered="0,1", source="CLOSED_LOOP_MICRO_BOLUS")
    result = imported(write, micro)
    assert basal_of(result) == [(at(2, 11), 5.0, 1.2, BasalKind.AUTOMATED)]
    assert result.timeline.frame(Bolus).is_empty()


def test_rates_hold_until_the_next_and_the_last_one_is_unknown(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/04 09:00:00", basal="0,9"),
        row("2024/03/02 08:00:00", basal="0,8"),
        row("2024/03/02 06:00:00", basal="0,6"),
    )
    assert basal_of(result) == [
        (at(2, 5), 120.0, 0.6, BasalKind.SCHEDULED),
        (at(2, 7), 1440.0, 0.8, BasalKind.SCHEDULED),
    ]


def test_temporary_rates_and_suspensions_change_the_programmed_rate_and_end(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/02 12:00:00", basal="1,0"),
        row("2024/03/02 11:30:00", suspend="NORMAL_PUMPING"),
        row("2024/03/02 11:00:00", suspend="USER_SUSPEND"),
        row("2024/03/02 10:00:00", temp="0,3", temp_type="Rate", temp_duration="0:30:00"),
        row("2024/03/02 08:00:00", temp="150", temp_type="Percent", temp_duration="1:00:00"),
        row("2024/03/02 07:00:00", basal="0,8"),
    )
    assert basal_of(result) == [
        (at(2, 6), 60.0, 0.8, BasalKind.SCHEDULED),
        (at(2, 7), 60.0, 1.2, BasalKind.TEMPORARY),
        (at(2, 8), 60.0, 0.8, BasalKind.SCHEDULED),
        (at(2, 9), 30.0, 0.3, BasalKind.TEMPORARY),
        (at(2, 9, 30), 30.0, 0.8, BasalKind.SCHEDULED),
        (at(2, 10), 30.0, 0.0, BasalKind.SUSPENDED),
        (at(2, 10, 30), 30.0, 0.8, BasalKind.SCHEDULED),
    ]
    events = [one.kind for one in result.timeline.records(DeviceEvent)]
    assert events == [DeviceEventKind.PUMP_SUSPEND, DeviceEventKind.PUMP_RESUME]
    assert result.timeline.person.therapy is TherapyKind.PUMP


def test_event_markers_hold_what_the_user_typed_in(write: Write) -> None:
    insulin = row("2024/03/02 09:35:28", marker="Insulin: 27,00")
    result = imported(
        write,
        insulin,
        insulin,
        row("2024/03/02 08:54:04", marker="Meal: 60,00grams"),
        row("2024/03/02 08:00:00", marker="Other"),
        row("2024/03/02 07:00:00", marker="Insulin: ?"),
        section="-------;Guardian Connect;Pump;GC000;------- ",
    )
    assert [(one.time, one.insulin_u, one.product) for one in result.timeline.records(PenDose)] == [
        (at(2, 8, 35, 28), 27.0, "unknown")
    ]
    assert [(one.time, one.carbs_g) for one in result.timeline.records(Meal)] == [(at(2, 7, 54, 4), 60.0)]
    assert count(result, FindingCode.DUPLICATE_ROWS) == 1
    assert count(result, FindingCode.PASSED_OVER) == count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_alarms_fillings_calibrations_and_clock_changes_are_events(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/02 12:00:00", alert="LOW SG"),
        row("2024/03/02 11:00:00", prime="Cannula Fill"),
        row("2024/03/02 10:59:00", prime="Tubing Fill"),
        row("2024/03/02 10:00:00", calibration="110"),
        row("2024/03/02 09:00:00", new_time="2024/03/02 10:00:00"),
    )
    events = list(result.timeline.records(DeviceEvent))
    assert [one.kind for one in events] == [
        DeviceEventKind.CLOCK_CHANGE,
        DeviceEventKind.SENSOR_CALIBRATION,
        DeviceEventKind.RESERVOIR_CHANGE,
        DeviceEventKind.SITE_CHANGE,
        DeviceEventKind.ALARM,
    ]
    assert (events[-1].detail, events[-1].device) == ("LOW SG", "MiniMed 780G MMT-1886")


def test_finger_stick_passed_on_to_the_sensor_counts_once(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/02 12:01:00", bg="150", bg_source="BG_SENT_FOR_CALIB"),
        row("2024/03/02 12:00:00", bg="150", bg_source="ENTERED_IN_BG_ENTRY"),
        row("2024/03/02 08:00:00", bg="110", bg_source="BG_SENT_FOR_CALIB"),
    )
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [110.0, 150.0]


def test_hour_repeated_in_autumn_is_told_apart_in_each_section(write: Write) -> None:
    clocks = ("03:00", "02:55", "02:00", "02:55", "02:00", "01:55")
    rows = [row(f"2024/10/27 {clock}:00", sensor="120") for clock in clocks]
    alert = row("2024/10/27 02:30:00", alert="LOW SG")
    result = import_path(write(*PREAMBLE, PUMP, HEADER, alert, SENSOR, HEADER, *rows), BERLIN)
    times = result.timeline.frame(GlucoseReading)["time"].to_list()
    assert [(one.hour, one.minute) for one in times] == [(23, 55), (0, 0), (0, 55), (1, 0), (1, 55), (2, 0)]
    (event,) = result.timeline.records(DeviceEvent)
    assert event.time == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


def test_cells_that_cannot_be_read_are_counted(write: Write) -> None:
    result = imported(
        write,
        row("2024/03/02 12:00:00", sensor="?", bolus_type="Normal", delivered="viel"),
        row("2024/03/02 11:55:00", sensor="120", basal="-"),
        row("2024/03/02 11:50:00", sensor="121", carbs="drei"),
        row("2024/33/02 11:45:00", sensor="122"),
    )
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [121.0, 120.0]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 5


def test_unknown_units_are_errors(write: Write) -> None:
    with pytest.raises(UnitError, match="exchanges"):
        imported(
            write,
            row("2024/03/02 12:00:00", carbs="4,0", status="Delivered"),
            header=HEADER.replace("(grams)", "(exchanges)"),
        )
    with pytest.raises(UnitError, match="Sensor Glucose"):
        imported(write, row("2024/03/02 12:00:00", sensor="100"), header=HEADER.replace("Glucose (mg/dL)", "Glucose"))


def test_zone_must_be_known(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        import_path(write(*PREAMBLE, PUMP, HEADER, row("2024/03/02 12:00:00", sensor="100")))
    assert caught.value.code is ErrorCode.NAIVE_TIME
    assert "--zone Europe/Berlin" in caught.value.hint


def test_headers_without_rows_are_an_error(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        imported(write)
    assert caught.value.code is ErrorCode.EMPTY_FILE


def test_two_overlapping_parts_give_the_whole(write: Write, tmp_path: Path) -> None:
    rows = [
        row(f"2024/03/{day:02d} {hour:02d}:00:00", **cells)
        for day in range(4, 0, -1)
        for hour in range(23, -1, -1)
        for cells in (
            {"sensor": str(100 + hour), "basal": f"0,{1 + hour % 9}"},
            {"bolus_type": "Normal", "selected": "1,5", "delivered": "1,5", "number": str(hour)},
            {"carbs": "20,0", "status": "Delivered"},
        )
    ]
    whole = imported(write, *rows)
    folder = tmp_path / "parts"
    folder.mkdir()
    for name, part in (("newer.csv", rows[:180]), ("older.csv", rows[120:])):
        (folder / name).write_text("\n".join([*PREAMBLE, PUMP, HEADER, *part]), encoding="utf-8")
    parts = import_path(folder, BERLIN)
    assert parts.timeline.streams.keys() == whole.timeline.streams.keys()
    for stream, frame in whole.timeline.streams.items():
        assert parts.timeline.streams[stream].equals(frame), stream


def test_guardian_connect_of_a_person(samples: Path) -> None:
    result = import_path(samples / "exports" / "carelink" / "carelink_GuardianConnect_EU_semicolon.csv", BERLIN)
    readings = result.timeline.frame(GlucoseReading)
    assert (len(readings), (readings["kind"] == "cgm").sum()) == (22_404, 22_149)
    assert readings["censoring"].value_counts(sort=True).rows() == [("none", 21_403), ("low", 983), ("high", 18)]
    first = readings.row(0, named=True)
    assert (first["time"], first["glucose_mgdl"]) == (datetime(2021, 4, 30, 12, 25, 15, tzinfo=UTC), 61.0)
    doses, meals = list(result.timeline.records(PenDose)), list(result.timeline.records(Meal))
    assert (len(doses), len(meals), len(result.timeline.frame(DeviceEvent))) == (360, 205, 1857)
    assert (doses[-1].time, doses[-1].insulin_u) == (datetime(2021, 7, 25, 7, 35, 28, tzinfo=UTC), 27.0)
    assert (meals[-1].time, meals[-1].carbs_g) == (datetime(2021, 7, 24, 11, 20, 41, tzinfo=UTC), 60.0)
    assert count(result, FindingCode.DUPLICATE_ROWS) == 61
    assert result.timeline.person.cgm_device == "Guardian Connect"


def test_damage_is_a_typed_error(write: Write, tmp_path: Path) -> None:
    rows = [
        row("2024/03/02 12:03:10", bolus_type="Normal", selected="9,6", delivered="9,6", number="1", source=MEAL_BOLUS),
        row("2024/03/02 12:00:00", carbs="60,00", status="Delivered", basal="0,9"),
        row("2024/03/02 11:00:00", temp="50", temp_type="Percent", temp_duration="1:00:00", marker="Meal: 60,00grams"),
    ]
    data = write(*PREAMBLE, PUMP, HEADER, *rows, TOTALS, HEADER, daily_total("2024/03/02", "20,5")).read_bytes()
    outcomes = {outcome(CareLinkFormat(), one, tmp_path / "damaged", zone="Europe/Berlin") for one in damaged(data)}
    assert "read" in outcomes


def test_damage_of_a_real_export_is_a_typed_error(samples: Path, tmp_path: Path) -> None:
    data = (samples / "exports" / "carelink" / "carelink_GuardianConnect_EU_semicolon.csv").read_bytes()[-40_000:]
    header = (samples / "exports" / "carelink" / "carelink_GuardianConnect_EU_semicolon.csv").read_bytes()[:1400]
    for one in damaged(header + data):
        outcome(CareLinkFormat(), one, tmp_path / "damaged", zone="Europe/Berlin")


def test_only_carelink_is_recognised(samples: Path) -> None:
    exports = samples / "exports"
    assert recognised_elsewhere(CareLinkFormat(), exports, own="carelink") == []
    own = next((exports / "carelink").iterdir())
    assert CareLinkFormat().recognise(read_head(own)) == 1.0
