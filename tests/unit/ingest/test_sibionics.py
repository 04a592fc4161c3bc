"""Sibionics and its traps."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.sensor.sibionics import SibionicsFormat

HEADER = "Time,Sensor Reading(mg/dL)"
HOSPITAL = "血糖值(mmol/L),采集时间,机构名称：A,姓名：B,设备名称：C"
Write = Callable[..., Path]


def workbook(place: Path, *rows: tuple[str, ...], sheet: str) -> Path:
    """A minimal OOXML workbook of texts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    lines = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in zip("ABC", row, strict=False)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return place


def readings(result: ImportResult) -> list[GlucoseReading]:
    return list(result.timeline.records(GlucoseReading))


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("13-02-2026 15:46 GMT-3", 18, 46),
        ("13-02-2026 15:46 GMT+8", 7, 46),
        ("13-02-2026 15:46 GMT+5:30", 10, 16),
        ("13-02-2026 15:46 GMT+0530", 10, 16),
        ("13-02-2026 15:46 GMT", 15, 46),
        ("2026-02-13 15:46:00 UTC+1", 14, 46),
    ],
)
def test_offset_in_the_file_needs_no_zone(write: Write, text: str, hour: int, minute: int) -> None:
    (reading,) = readings(import_path(write(HEADER, f"{text},95")))
    assert reading.time == datetime(2026, 2, 13, hour, minute, tzinfo=UTC)
    assert (reading.glucose_mgdl, reading.kind) == (95.0, GlucoseKind.CGM)


def test_offsets_that_change_within_a_file_are_each_used(write: Write) -> None:
    result = import_path(write(HEADER, "13-02-2026 15:46 GMT-3,95", "13-02-2026 19:51 GMT+1,96"))
    assert [one.time.hour * 60 + one.time.minute for one in readings(result)] == [1126, 1131]


def test_ends_of_the_range_are_bounds(write: Write) -> None:
    rows = [f"13-02-2026 15:4{step} GMT-3,{value}" for step, value in enumerate((40, 41, 449, 450))]
    none = Censoring.NONE
    found = [one.censoring for one in readings(import_path(write(HEADER, *rows)))]
    assert found == [Censoring.LOW, none, none, Censoring.HIGH]


def test_hospital_export_is_local_in_millimoles_newest_first_and_names_nobody(write: Write) -> None:
    file = write(HOSPITAL, "6.4,2026-10-08 14:05:28,,,", "6.2,2026-10-08 14:00:28,,,")
    result = import_path(file, ImportOptions(zone="Asia/Shanghai"))
    assert [(one.time.hour, one.time.minute) for one in readings(result)] == [(6, 0), (6, 5)]
    assert readings(result)[1].glucose_mgdl == pytest.approx(115.3, abs=0.01)
    assert [one.count for one in result.quality.having(FindingCode.UNITS_CONVERTED)] == [2]
    with pytest.raises(DataError) as caught:
        import_path(file)
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_readings_that_may_be_ketones_are_refused(write: Write) -> None:
    with pytest.raises(UnitError, match="ketones"):
        import_path(write("No.,Time,Sensor reading(mmol/L)", "1,2026-02-13 15:46:00 GMT-3,0.4"))


@pytest.mark.parametrize("sheet", ["Sensor Glucose", "LT2501ABCD"])
def test_workbook_in_millimoles_is_read_when_it_says_glucose(tmp_path: Path, sheet: str) -> None:
    rows = (("No.", "Time", "Sensor Reading(mmol/L)"), ("1", "13-02-2026 15:46 GMT-3", "5.6"))
    file = workbook(tmp_path / "export.xls", *rows, sheet=sheet)
    if sheet == "Sensor Glucose":
        assert readings(import_path(file))[0].glucose_mgdl == pytest.approx(100.887, abs=0.01)
        return
    with pytest.raises(UnitError, match="ketones"):
        import_path(file)


def test_header_without_a_unit_is_refused(write: Write) -> None:
    with pytest.raises(UnitError):
        import_path(write("Time,Sensor Reading(%)", "13-02-2026 15:46 GMT-3,95"))


def test_rows_that_cannot_be_read_are_left_out_and_counted(write: Write) -> None:
    rows = ("13-02-2026 15:46 GMT-3,95", "13-02-2026 15:51 GMT-3,x", "13-02-2026 15:56 GMT-3,", "soon,96")
    result = import_path(write(HEADER, *rows))
    assert len(readings(result)) == 1
    assert sum(one.count for one in result.quality.having(FindingCode.UNREADABLE_ROWS)) == 3


def test_damage_is_read_or_refused(samples: Path, tmp_path: Path) -> None:
    data = (samples / "exports" / "sibionics" / "SiSensingCGM-01.20.00.00.xls").read_bytes()
    outcomes = [outcome(SibionicsFormat(), one, tmp_path / "x.xls", zone="UTC") for one in damaged(data)]
    assert set(outcomes) - {"read"}


def test_damaged_text_is_read_or_refused(tmp_path: Path) -> None:
    data = "\n".join((HEADER, *(f"13-02-2026 15:{minute} GMT-3,95" for minute in range(10, 30)))).encode()
    outcomes = {outcome(SibionicsFormat(), one, tmp_path / "x.csv", zone="UTC") for one in damaged(data)}
    assert "read" in outcomes


def test_other_vendors_files_are_not_recognised(samples: Path) -> None:
    assert recognised_elsewhere(SibionicsFormat(), samples / "exports", own="sibionics") == []


def test_real_workbook_named_xls(samples: Path) -> None:
    result = import_path(samples / "exports" / "sibionics" / "SiSensingCGM-01.20.00.00.xls")
    found = readings(result)
    assert len(found) == 2014
    assert [(one.time, one.glucose_mgdl) for one in (found[0], found[1], found[-1])] == [
        (datetime(2026, 2, 13, 18, 46, tzinfo=UTC), 95.0),
        (datetime(2026, 2, 13, 18, 51, tzinfo=UTC), 93.0),
        (datetime(2026, 2, 20, 18, 33, tzinfo=UTC), 81.0),
    ]
    assert result.timeline.person.cgm_device == "Sibionics"
    assert [one for one in result.quality.findings if one.code is FindingCode.UNREADABLE_ROWS] == []
