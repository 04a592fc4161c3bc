"""Tidepool's CSV and workbook, in the shape of the export and of the API."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, UnitError
from glucotwin.domain.activity import Activity
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.parse.workbook_text import text_in_head
from glucotwin.ingest.quality import FindingCode, Severity
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import FileHead, read_head
from glucotwin.ingest.tidepool_table import TidepoolTableFormat
from made_up_workbook import write_workbook

Write = Callable[..., Path]
COLUMNS = [
    *("activeSchedule", "annotations", "basalSchedule.rate", "basalSchedule.start", "bolus", "carbInput"),
    *("deliveryType", "deviceId", "duration", "extended", "id", "insulinSensitivity.amount"),
    *("insulinSensitivity.start", "localTime", "name", "normal", "nutrition", "rate", "reportedIntensity"),
    *(
        "scheduleName",
        "subType",
        "time",
        "timezone",
        "timezoneOffset",
        "type",
        "units",
        "units.bg",
        "uploadId",
        "value",
    ),
]
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
MIDNIGHT_IN_JAVASCRIPT = "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"
Row = Mapping[str, str]


def row(kind: str, **fields: str) -> Row:
    return {"type": kind, "time": "2024-03-01T12:00:00.000Z", "deviceId": "pump-1", **fields}


def csv_of(rows: list[Row], columns: list[str] = COLUMNS) -> str:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if set(text) & {",", '"'} else text

    return "\n".join([",".join(columns), *(",".join(cell(one.get(name, "")) for name in columns) for one in rows)])


def imported(write: Write, *rows: Row, columns: list[str] = COLUMNS) -> ImportResult:
    return import_path(write(csv_of(list(rows), columns)))


def api_columns() -> list[str]:
    return [name for name in COLUMNS if name != "localTime"] + ["basalSchedules", "guid", "deviceTime"]


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_unrounded_glucose_is_in_the_unit_of_its_row(write: Write) -> None:
    result = imported(
        write,
        row("cbg", value="121.00008883189999", units="mg/dL"),
        row("cbg", value="6.71641", units="mmol/L", time="2024-03-01T12:05:00.000Z"),
    )
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [121.0, 121.0]


def test_glucose_without_a_unit_is_refused(write: Write) -> None:
    with pytest.raises(UnitError):
        imported(write, row("cbg", value="121"))


def test_annotation_out_of_range_makes_a_bound(write: Write) -> None:
    annotation = '[{"code":"bg/out-of-range","value":"high","threshold":400}]'
    (reading,) = imported(write, row("cbg", value="401.00001", units="mg/dL", annotations=annotation)).timeline.records(
        GlucoseReading
    )
    assert (reading.glucose_mgdl, reading.censoring) == (400.0, Censoring.HIGH)


def test_blank_cells_of_the_export_are_zeros(write: Write) -> None:
    result = imported(
        write,
        row("basal", deliveryType="automated", duration="5"),
        row("basal", deliveryType="scheduled", duration="30", rate="0.95", time="2024-03-01T12:05:00.000Z"),
        row("basal", deliveryType="temp", rate="2", time="2024-03-01T12:35:00.000Z"),
        row(
            "basal",
            deliveryType="temp",
            rate="1",
            time="2024-03-01T13:00:00.000Z",
            annotations='[{"code":"basal/unknown-duration"}]',
        ),
    )
    basal = [(one.rate_u_per_h, one.duration_min, one.kind) for one in result.timeline.records(BasalSegment)]
    assert basal == [
        (0.0, 5.0, BasalKind.AUTOMATED),
        (0.95, 30.0, BasalKind.SCHEDULED),
        (2.0, 0.0, BasalKind.TEMPORARY),
        (1.0, 7200.0, BasalKind.TEMPORARY),
    ]


def test_durations_are_in_minutes_and_of_activities_in_days(write: Write) -> None:
    result = imported(
        write,
        row("bolus", subType="dual/square", normal="2", extended="1.5", duration="60"),
        row("physicalActivity", duration="0.027777777777777776", reportedIntensity="medium"),
    )
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u, bolus.extended_min) == (2.0, 1.5, 60.0)
    (activity,) = result.timeline.records(Activity)
    assert activity.duration_min == pytest.approx(40.0)


def test_nested_food_and_the_wizard_of_one_meal_are_one(write: Write) -> None:
    nutrition = '{"carbohydrate":{"net":45,"units":"grams"},"estimatedAbsorptionDuration":10800,"fat":{"total":9}}'
    result = imported(
        write,
        row("food", name="oatmeal", nutrition=nutrition),
        row("wizard", carbInput="45", bolus="a", units="mg/dL"),
        row("bolus", id="a", normal="4.5"),
    )
    (meal,) = result.timeline.records(Meal)
    assert (meal.carbs_g, meal.fat_g, meal.absorption) == (45.0, 9.0, Absorption.MEDIUM)
    assert [one.purpose for one in result.timeline.records(Bolus)] == [DosePurpose.MEAL]
    assert count(result, FindingCode.MEALS_LOGGED_TWICE) == 1


def test_settings_of_many_rows_are_one(write: Write) -> None:
    ten = MIDNIGHT_IN_JAVASCRIPT.replace("00:00:00 GMT", "10:00:00 GMT")
    basal = {"id": "p", "activeSchedule": "A", "scheduleName": "A"}
    result = imported(
        write,
        row("pumpSettings.basalSchedules", **{"basalSchedule.start": MIDNIGHT_IN_JAVASCRIPT}, **basal),
        row("pumpSettings.basalSchedules", **{"basalSchedule.start": ten, "basalSchedule.rate": "0.95"}, **basal),
        row(
            "pumpSettings.insulinSensitivity",
            id="p",
            **{
                "insulinSensitivity.start": MIDNIGHT_IN_JAVASCRIPT,
                "insulinSensitivity.amount": "49.999928",
                "units.bg": "mg/dL",
            },
        ),
        row("bolus", normal="1"),
    )
    (settings,) = result.timeline.settings
    assert settings.basal_u_per_h is not None
    assert (settings.basal_u_per_h.starts, settings.basal_u_per_h.values) == ((time(0), time(10)), (0.0, 0.95))
    assert settings.correction_factor_mgdl_per_u is not None
    assert settings.correction_factor_mgdl_per_u.values == (50.0,)


def test_table_of_the_api_is_in_ms_with_nested_python(write: Write) -> None:
    schedules = "{'A': [{'rate': 0.8, 'start': 0}, {'rate': 0.95, 'start': 36000000}], 'B': []}"
    result = imported(
        write,
        row("basal", deliveryType="scheduled", duration="14400000.0", rate="1.15"),
        row("pumpSettings", activeSchedule="A", basalSchedules=schedules, units="{'bg': 'mg/dL', 'carb': 'grams'}"),
        row("smbg", value="5.5", units="mmol/L", annotations="[{'code': 'uncertain-timestamp'}]"),
        columns=api_columns(),
    )
    assert [one.duration_min for one in result.timeline.records(BasalSegment)] == [240.0]
    (settings,) = result.timeline.settings
    assert settings.basal_u_per_h is not None
    assert settings.basal_u_per_h.values == (0.8, 0.95)
    assert count(result, FindingCode.UNCERTAIN_TIMES) == 1


def test_rows_that_cannot_be_read_are_counted(write: Write) -> None:
    result = imported(
        write,
        row("bolus", normal="1"),
        row("bolus", normal="one"),
        row("", value="1"),
        row("bolus", normal="2", time=""),
    )
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [1.0]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 2
    assert count(result, FindingCode.IMPOSSIBLE_VALUES) == 1


@pytest.mark.parametrize("unit", ["mgdL", "mmolL"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_real_export_is_the_same_as_its_json(samples: Path, unit: str, kind: str) -> None:
    folder = samples.parent / "reference" / "tidepool_export"
    table = import_path(folder / f"TidepoolExport_{unit}.{kind}").timeline
    document = import_path(folder / f"TidepoolExport_{unit}.json").timeline
    assert len(table.frame(GlucoseReading)) == 284
    assert table.settings == document.settings
    assert timeline_hash(without_person(table)) == timeline_hash(without_person(document))


def without_person(line: Timeline) -> Timeline:
    """Records to whole seconds and two digits: a workbook keeps no more."""
    streams = {
        name: frame.with_columns(
            [frame["time"].dt.round("1s"), *(column.round(6) for column in frame if column.dtype.is_float())]
        )
        for name, frame in line.streams.items()
    }
    return Timeline(person=line.person, streams=streams)


def test_real_table_of_data_analytics_is_the_same_as_its_json(samples: Path) -> None:
    folder = samples / "exports" / "tidepool"
    table = import_path(folder / "jill-jellyfish-lite.csv").timeline
    document = import_path(folder / "jill-jellyfish-lite.json").timeline
    assert {name: len(frame) for name, frame in table.streams.items()} == {
        "glucose": 1337,
        "bolus": 214,
        "basal": 498,
        "meal": 28,
        "device": 92,
    }
    for name, frame in table.streams.items():
        other = document.streams[name]
        assert frame["time"].to_list() == other["time"].to_list()
    assert len(table.settings) == len(document.settings) == 5
    assert table.person.zone == "US/Pacific"


def test_real_workbook_of_data_analytics_is_read_when_asked(samples: Path) -> None:
    file = samples / "exports" / "tidepool" / "jill-jellyfish-lite.xlsx"
    read = TidepoolTableFormat().read(file, options=ImportOptions(), progress=lambda *_: None)
    assert {name: len(frame) for name, frame in read.streams.items()} == {
        "glucose": 1337,
        "bolus": 214,
        "basal": 498,
        "meal": 28,
        "device": 92,
    }


def workbook(*parts: tuple[str, str]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", compression=8) as archive:
        for name, text in parts:
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize("hidden", ["", "EXPORT ERROR"])
def test_hidden_sheet_tells_that_the_export_broke_off(tmp_path: Path, hidden: str) -> None:
    names = ("Tidepool Data Type", "Zulu Time", "Device Id", "Upload Id", "Timezone Offset", "Units", "Value")
    rows = [names, ("cbg", "2024-03-01T12:00:00.000Z", "pump-1", "u", "60", "mg/dL", "120")]
    result = import_path(write_workbook(tmp_path / "export.xlsx", rows, hidden=hidden))
    assert len(result.timeline.streams["glucose"]) == 1
    found = result.quality.having(FindingCode.EXPORT_INCOMPLETE)
    assert [one.severity for one in found] == ([Severity.PROBLEM] if hidden else [])


def test_workbook_is_recognised_by_the_names_in_its_sheets() -> None:
    def sureness(text: str) -> float:
        data = workbook(("xl/workbook.xml", "<sheet/>"), ("xl/worksheets/sheet1.xml", text))
        return TidepoolTableFormat().recognise(FileHead(name="x", size_bytes=len(data), data=data))

    assert sureness("<t>Zulu Time</t><t>Tidepool Data Type</t>") == 1.0
    assert sureness("<t>Zulu Time</t>") == 0.0


def test_text_of_a_damaged_workbook_is_what_can_be_seen() -> None:
    data = workbook(("xl/a.xml", "<a/>" * 500), ("xl/b.xml", "<b/>"))
    assert "<b/>" in text_in_head(FileHead(name="x", size_bytes=len(data), data=data))
    for end in range(0, len(data), 7):
        cut = FileHead(name="x", size_bytes=end, data=data[:end])
        assert text_in_head(cut).count("<b/>") <= 1
    assert text_in_head(FileHead(name="x", size_bytes=4, data=b"text")) == ""


def test_workbook_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(workbook(("xl/workbook.xml", "<workbook/>")))
    with pytest.raises(DataError) as caught:
        TidepoolTableFormat().read(file, options=ImportOptions(), progress=lambda *_: None)
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_damage_gives_nothing_but_errors_of_our_own(tmp_path: Path) -> None:
    rows = [
        row("cbg", value="121.0", units="mg/dL", localTime="x"),
        row("basal", deliveryType="temp", duration="30", rate="0.5", annotations='[{"code":"a"}]'),
        row(
            "pumpSettings.basalSchedules", **{"basalSchedule.start": MIDNIGHT_IN_JAVASCRIPT, "basalSchedule.rate": "1"}
        ),
    ]
    data = csv_of(rows).encode()
    damaged = [data[: len(data) * index // 20] for index in range(20)]
    for index in range(50):
        place, value = (7919 * (index + 1)) % len(data), (131 * index + 7) % 256
        damaged.append(data[:place] + bytes([value]) + data[place + 1 :])
    file, refused = tmp_path / "data.csv", 0
    for content in damaged:
        file.write_bytes(content)
        try:
            TidepoolTableFormat().recognise(read_head(file))
            TidepoolTableFormat().read(file, options=ImportOptions(), progress=lambda *_: None)
        except GlucoTwinError:
            refused += 1
    assert 0 < refused < len(damaged)


def test_other_samples_are_not_recognised(samples: Path) -> None:
    files = [file for file in sorted((samples / "exports").rglob("*")) if file.is_file() and file.stat().st_size]
    found = [file for file in files if TidepoolTableFormat().recognise(read_head(file))]
    assert {file.parent.name for file in found} == {"tidepool"}
