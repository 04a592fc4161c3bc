"""diasend workbooks and their traps; the workbooks are written by hand, as no person's export is at hand."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import Note
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.pump.diasend import DiasendFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import FileHead, read_head

Rows = Sequence[Sequence[str | float]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DATE_STYLE = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
NAME: Rows = (("Name", "Erika Muster"), ("Period", "01/03/2024 - 14/03/2024"), ("",), ("",))
INSULIN = (
    "Time",
    "Basal Amount (U/h)",
    "Bolus Type",
    "Bolus Volume (U)",
    "Immediate Volume (U)",
    "Extended Volume (U)",
    "Duration (min)",
    "Carbs(g)",
    "Notes",
    "Total daily dose",
    "Serial number",
)
BERLIN = ImportOptions(zone="Europe/Berlin")


def cell(place: str, value: str | float) -> str:
    """A text, or a number that is shown as a date when it stands in the first column."""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>' if value else ""
    style = ' s="1"' if place.startswith("A") else ""
    return f'<c r="{place}"{style}><v>{value}</v></c>'


def sheet_xml(rows: Rows) -> str:
    lines = "".join(
        f'<row r="{number}">'
        + "".join(cell(f"{chr(65 + column)}{number}", value) for column, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def workbook(folder: Path, sheets: Mapping[str, Rows]) -> Path:
    names = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>' for number, name in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    style = f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}{style}</Relationships>',
        "xl/styles.xml": DATE_STYLE,
        **{f"xl/worksheets/sheet{number}.xml": sheet_xml(rows) for number, rows in enumerate(sheets.values(), start=1)},
    }
    place = folder / "diasend.xlsx"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return place


def imported(folder: Path, **sheets: Rows) -> ImportResult:
    names = {"meter": "Name and glucose", "sensor": "CGM", "insulin": "Insulin use and carbs"}
    given = {names[key]: rows for key, rows in sheets.items()}
    empty = {name: () for name in names.values() if name not in given}
    return import_path(workbook(folder, {**given, **empty}), BERLIN)


def insulin(when: str, **cells: str) -> list[str]:
    columns = {
        "basal": "Basal Amount (U/h)",
        "kind": "Bolus Type",
        "total": "Bolus Volume (U)",
        "at_once": "Immediate Volume (U)",
        "extended": "Extended Volume (U)",
        "minutes": "Duration (min)",
        "carbs": "Carbs(g)",
        "note": "Notes",
        "daily": "Total daily dose",
        "serial": "Serial number",
    }
    given = {"Time": when, **{columns[name]: text for name, text in cells.items()}}
    return [given.get(column, "") for column in INSULIN]


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_each_sheet_has_its_header_on_another_row(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        meter=(*NAME, ("Time", "mmol/L"), ("01/03/2024 00:02", "6.5"), ("15/03/2024 07:00", "HI")),
        sensor=(("CGM",), ("Time", "mmol/L"), ("01/03/2024 00:05", "2.2"), ("01/03/2024 00:10", "5.0")),
        insulin=(
            INSULIN,
            insulin("01/03/2024 12:00", kind="Normal", total="4.5", carbs="40", note="lunch", daily="40"),
        ),
    )
    readings = [
        (one.time, round(one.glucose_mgdl, 2), one.kind, one.censoring)
        for one in result.timeline.records(GlucoseReading)
    ]
    assert readings == [
        (datetime(2024, 2, 29, 23, 2, tzinfo=UTC), 117.1, GlucoseKind.FINGERSTICK, Censoring.NONE),
        (datetime(2024, 2, 29, 23, 5, tzinfo=UTC), 40.0, GlucoseKind.CGM, Censoring.LOW),
        (datetime(2024, 2, 29, 23, 10, tzinfo=UTC), 90.08, GlucoseKind.CGM, Censoring.NONE),
        (datetime(2024, 3, 15, 6, 0, tzinfo=UTC), 600.0, GlucoseKind.FINGERSTICK, Censoring.HIGH),
    ]
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.purpose, bolus.source) == (4.5, DosePurpose.MEAL, "diasend")
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [40.0]
    assert [note.text for note in result.timeline.records(Note)] == ["lunch"]
    assert count(result, FindingCode.PASSED_OVER) == 1
    assert result.timeline.person.therapy is TherapyKind.PUMP


def test_days_and_months_are_told_apart_over_all_sheets(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        meter=(*NAME, ("Time", "mg/dl"), ("03/02/2024 07:00", "120")),
        sensor=(("CGM",), ("Time", "mg/dl"), ("03/13/2024 07:00", "130")),
    )
    assert [(one.time.month, one.time.day) for one in result.timeline.records(GlucoseReading)] == [(3, 2), (3, 13)]


def test_dates_of_the_spreadsheet_are_read_too(tmp_path: Path) -> None:
    result = imported(tmp_path, sensor=(("CGM",), ("Time", "mg/dl"), (45352.5, 120.0), (45352.503472222, 121.0)))
    readings = [(one.time, one.glucose_mgdl) for one in result.timeline.records(GlucoseReading)]
    assert readings == [
        (datetime(2024, 3, 1, 11, 0, tzinfo=UTC), 120.0),
        (datetime(2024, 3, 1, 11, 5, tzinfo=UTC), 121.0),
    ]


def test_several_devices_are_numbered_without_their_serial_numbers(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        sensor=(
            ("CGM",),
            ("Time", "mg/dl", "Serial number"),
            ("13/03/2024 07:00", "120", "SM555"),
            ("13/03/2024 07:01", "121", "SM111"),
            ("13/03/2024 07:05", "123", "SM555"),
        ),
    )
    readings = [(one.glucose_mgdl, one.source) for one in result.timeline.records(GlucoseReading)]
    assert readings == [(120.0, "diasend device 2"), (123.0, "diasend device 2")]
    assert count(result, FindingCode.SOURCES_OVERLAP) == 1


def test_rates_of_each_pump_hold_until_its_next(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        insulin=(
            INSULIN,
            insulin("13/03/2024 00:00", basal="0.8", serial="A"),
            insulin("13/03/2024 06:00", basal="1.0", serial="A"),
            insulin("13/03/2024 06:30", basal="0.5", serial="B"),
            insulin("13/03/2024 08:00", basal="0.0", serial="A"),
            insulin("13/03/2024 09:00", basal="0.6", serial="B"),
        ),
    )
    segments = [(one.source, one.duration_min, one.rate_u_per_h) for one in result.timeline.records(BasalSegment)]
    assert segments == [("diasend device 1", 360.0, 0.8), ("diasend device 1", 120.0, 1.0)]
    assert count(result, FindingCode.SOURCES_OVERLAP) == 1


def test_combined_boluses_have_their_parts(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        insulin=(
            INSULIN,
            insulin("13/03/2024 08:00", kind="Combination", total="5", at_once="3", extended="2", minutes="60"),
            insulin("13/03/2024 12:00", kind="Combination", total="4", minutes="90"),
            insulin("13/03/2024 16:00", kind="Combination", total="4", at_once="1", extended="3"),
            insulin("13/03/2024 18:00", kind="Normal", total="0"),
            insulin("13/03/2024 20:00", kind="Normal", total="much"),
        ),
    )
    boluses = [(one.insulin_u, one.extended_u, one.extended_min) for one in result.timeline.records(Bolus)]
    assert boluses == [(3.0, 2.0, 60.0), (0.0, 4.0, 90.0), (1.0, 3.0, 120.0)]
    assert count(result, FindingCode.EXTENDED_PART_INFERRED) == 1
    assert count(result, FindingCode.NOT_DELIVERED) == count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_newest_first_is_read_alike(tmp_path: Path) -> None:
    rows = [insulin(f"13/03/2024 {hour:02d}:00", basal=f"0.{hour}") for hour in range(1, 6)]
    results = [imported(tmp_path, insulin=(INSULIN, *order)) for order in (rows, rows[::-1])]
    first, second = (result.timeline.frame(BasalSegment) for result in results)
    assert len(first) == 4
    assert first.equals(second)


def test_missing_unit_zone_or_rows_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UnitError):
        imported(tmp_path, sensor=(("CGM",), ("Time", "Glucose"), ("13/03/2024 07:00", "120")))
    place = workbook(tmp_path, {"Name and glucose": (*NAME, ("Time", "mg/dl")), "Insulin use and carbs": (INSULIN,)})
    with pytest.raises(DataError) as caught:
        import_path(place, BERLIN)
    assert caught.value.code is ErrorCode.EMPTY_FILE
    with pytest.raises(DataError) as caught:
        import_path(place)
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_old_workbooks_are_recognised_by_the_names_of_their_sheets() -> None:
    start = b"\xd0\xcf\x11\xe0" + bytes(600)
    names = b"\x10\x00Name and glucose" + "Insulin use and carbs".encode("utf-16-le")
    head = FileHead(name="export.xls", size_bytes=9000, data=start + names, complete=False)
    assert DiasendFormat().recognise(head) == 1.0
    assert DiasendFormat().recognise(FileHead(name="other.xls", size_bytes=604, data=start)) == 0.0


def test_damage_is_a_typed_error(tmp_path: Path) -> None:
    data = workbook(
        tmp_path,
        {
            "Name and glucose": (*NAME, ("Time", "mmol/L"), ("01/03/2024 00:02", "6.5")),
            "CGM": (("CGM",), ("Time", "mmol/L"), ("01/03/2024 00:05", "5.0")),
            "Insulin use and carbs": (INSULIN, insulin("01/03/2024 12:00", kind="Normal", total="4.5")),
        },
    ).read_bytes()
    outcomes = {outcome(DiasendFormat(), one, tmp_path / "damaged", zone="Europe/Berlin") for one in damaged(data)}
    assert outcomes > {str(ErrorCode.UNREADABLE_FILE)}


def test_only_diasend_is_recognised(samples: Path, tmp_path: Path) -> None:
    assert recognised_elsewhere(DiasendFormat(), samples / "exports", own="diasend") == []
    assert DiasendFormat().recognise(read_head(workbook(tmp_path, {"Name and glucose": (), "CGM": ()}))) == 0.9
