"""Tables that a mapping file describes, and what a mapping file may say."""

import contextlib
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged
from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, UnitError
from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.domain.frame import STREAMS, conform_frame, schema_of
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.mapped.mapping import MappedFormat, read_mapped
from glucotwin.ingest.mapped.mapping_file import is_number, read_mapping
from glucotwin.ingest.mapped.mapping_unit import UNITS
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import import_path
from glucotwin.ingest.source import read_head

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "mapping"
BERLIN = ImportOptions(zone="Europe/Berlin")
GLUCOSE = """
name: meter
time: {columns: When}
records:
  - stream: glucose
    fields: {glucose_mgdl: {column: BG, unit: mmol/L}}
"""
Write = Callable[..., Path]


def mapped(write: Write, mapping: str, *lines: str, options: ImportOptions = BERLIN) -> Imported:
    described = write(mapping, name="mapping.yaml")
    imported = read_mapped(write(*lines), described, options)
    for stream, frame in imported.streams.items():
        conform_frame(STREAMS[stream], frame)
    return imported


def column(imported: Imported, stream: str, name: str) -> list[object]:
    return imported.streams[stream][name].to_list()


def count(imported: Imported, code: FindingCode) -> int:
    return sum(one.count for one in imported.findings if one.code is code)


def refusal(write: Write, mapping: str) -> GlucoTwinError:
    with pytest.raises(GlucoTwinError) as error:
        read_mapping(write(mapping, name="mapping.yaml"))
    return error.value


def record(stream: str, fields: str, more: str = "", time: str = "{columns: When}") -> str:
    return f"name: x\ntime: {time}\nrecords:\n  - stream: {stream}\n    fields: {fields}\n{more}"


def test_glucose_comes_into_milligrams(write: Write) -> None:
    imported = mapped(write, GLUCOSE, "When,BG", "2024-03-05 08:00,5.5", "2024-03-05 08:05,")
    assert column(imported, "glucose", "glucose_mgdl") == [pytest.approx(5.5 * MGDL_PER_MMOLL)]
    assert column(imported, "glucose", "time") == [datetime(2024, 3, 5, 7, tzinfo=UTC)]
    assert column(imported, "glucose", "source") == ["meter"]
    assert count(imported, FindingCode.UNITS_CONVERTED) == 1


def test_words_for_out_of_range_are_bounds_of_the_described_range(write: Write) -> None:
    fields = (
        "{glucose_mgdl: {column: BG, unit: mmol/L, low: {words: [LO, Tief], at: 2.2}, high: {words: HI, at: 22.2}}, "
        "kind: {value: fingerstick}}"
    )
    lines = [f"2024-03-05 08:0{step},{word}" for step, word in enumerate(("LO", "tief", "HI", "5.5", "Err"))]
    imported = mapped(write, record("glucose", fields), "When,BG", *lines)
    assert column(imported, "glucose", "censoring") == ["low", "low", "high", "none"]
    assert column(imported, "glucose", "glucose_mgdl")[2] == pytest.approx(22.2 * MGDL_PER_MMOLL)
    assert count(imported, FindingCode.UNREADABLE_ROWS) == 1


@pytest.mark.parametrize(
    ("stream", "field", "unit", "text", "expected"),
    [
        ("bolus", "insulin_u", "mU", "2500", 2.5),
        ("bolus", "insulin_u", "mL U100", "0.1", 10.0),
        ("bolus", "insulin_u", "mL U500", "0.1", 50.0),
        ("meal", "carbs_g", "BE", "2", 24.0),
        ("meal", "carbs_g", "KE", "2", 20.0),
        ("meal", "carbs_g", "US exchange", "2", 30.0),
        ("sleep", "duration_min", "h", "7.5", 450.0),
        ("sleep", "duration_min", "hh:mm", "7:30", 450.0),
        ("sleep", "duration_min", "hh:mm:ss", "07:30:30", 450.5),
        ("sleep", "duration_min", "mm:ss", "90:30", 90.5),
        ("ketone", "ketone_mmoll", "mg/dL", "10.41", 1.0),
        ("heart_rate", "heart_rate_bpm", "bpm", "61", 61.0),
        ("alcohol", "alcohol_g", "US drink", "2", 28.0),
    ],
)
def test_units_come_into_those_of_the_records(
    write: Write, stream: str, field: str, unit: str, text: str, expected: float
) -> None:
    described = record(stream, f"{{{field}: {{column: Amount, unit: '{unit}'}}}}")
    imported = mapped(write, described, "When,Amount", f"2024-03-05 08:00,{text}")
    assert column(imported, stream, field) == [pytest.approx(expected)]


def test_every_number_that_needs_a_unit_has_one_of_factor_one() -> None:
    numbers = {
        name
        for stream, kind in STREAMS.items()
        if stream != "correction"
        for name in schema_of(kind)
        if name != "original_mgdl" and is_number(stream, name)
    }
    assert numbers - UNITS.keys() == {"value", "score"}
    assert [name for name, units in UNITS.items() if 1.0 not in units.values()] == []


def test_decimal_comma_preamble_and_order_are_described(write: Write) -> None:
    described = """
name: log
file: {separator: ";", decimal: comma, skip_lines: 1}
time: {columns: [Day, Clock], order: day-first}
records:
  - stream: meal
    fields: {carbs_g: {column: Carbs, unit: g}, note: {column: What}}
"""
    lines = ["Day;Clock;Carbs;What", "made by;someone", "Day;Clock;Carbs;What", "05.03.2024;8:00;1.050,5;feast"]
    imported = mapped(write, described, *lines, "05.03.2024;9:00;4,5,6;")
    assert column(imported, "meal", "carbs_g") == [1050.5]
    assert column(imported, "meal", "time") == [datetime(2024, 3, 5, 7, tzinfo=UTC)]
    assert column(imported, "meal", "note") == ["feast"]
    assert not count(imported, FindingCode.DATE_ORDER_ASSUMED)
    assert count(imported, FindingCode.UNREADABLE_ROWS) == 1


def test_header_is_found_below_a_preamble_and_capitals_do_not_matter(write: Write) -> None:
    imported = mapped(write, GLUCOSE, "Name,X", "", '"when" , "bg"', "2024-03-05 08:00,5.5")
    assert len(imported.streams["glucose"]) == 1


def test_a_table_without_a_header_names_its_columns(write: Write) -> None:
    described = GLUCOSE.replace("time:", "file: {columns: [When, BG]}\ntime:")
    imported = mapped(write, described, "2024-03-05 08:00;5.5", "2024-03-05 08:05;5.6")
    assert len(imported.streams["glucose"]) == 2


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{column: type, equals: bolus}", [1.0, 2.0]),
        ("{column: type, equals: [bolus, 7]}", [1.0, 2.0, 4.0]),
        ("{column: type, differs: bolus}", [3.0, 4.0, 5.0]),
        ("{column: type, contains: bol}", [1.0, 2.0]),
        ("{column: type, blank: true}", [5.0]),
        ("[{column: type, blank: false}, {column: dose, differs: 3}]", [1.0, 2.0, 4.0]),
    ],
)
def test_conditions_choose_rows_and_the_others_are_counted(write: Write, condition: str, expected: list[float]) -> None:
    described = record("bolus", "{insulin_u: {column: dose, unit: U}}", f"    where: {condition}\n")
    rows = [
        f"2024-03-05 08:0{dose},{kind},{dose}" for dose, kind in enumerate(("bolus", "BOLUS ", "basal", "7", ""), 1)
    ]
    imported = mapped(write, described, "When,type,dose", *rows)
    assert column(imported, "bolus", "insulin_u") == expected
    assert count(imported, FindingCode.PASSED_OVER) == 5 - len(expected)


def test_words_give_meanings_and_others_are_left_out_unless_said(write: Write) -> None:
    fields = "{insulin_u: {column: dose, unit: U}, product: {column: pen, words: {blue: lispro, 2: degludec}}}"
    lines = ["2024-03-05 08:00,Blue,4", "2024-03-05 09:00,2,18", "2024-03-05 10:00,red,5", "2024-03-05 11:00,,5"]
    imported = mapped(write, record("pen", fields), "When,pen,dose", *lines)
    assert column(imported, "pen", "product") == ["lispro", "degludec"]
    assert count(imported, FindingCode.UNREADABLE_ROWS) == 2
    otherwise = fields.replace("degludec}", "degludec}, otherwise: rapid")
    imported = mapped(write, record("pen", otherwise), "When,pen,dose", *lines)
    assert column(imported, "pen", "product") == ["lispro", "degludec", "rapid"]


def test_words_can_be_numbers(write: Write) -> None:
    fields = "{duration_min: {column: min, unit: min}, intensity_fraction: {column: how, unit: '%', words: {hard: 77}}}"
    imported = mapped(write, record("activity", fields), "When,min,how", "2024-03-05 08:00,30,hard")
    assert column(imported, "activity", "intensity_fraction") == [0.77]


def test_extended_part_needs_its_duration(write: Write) -> None:
    fields = (
        "{insulin_u: {column: now, unit: U}, extended_u: {column: later, unit: U}, "
        "extended_min: {column: over, unit: min}}"
    )
    rows = ["2024-03-05 08:00,1,2,60", "2024-03-05 09:00,1,2,", "2024-03-05 10:00,1,,"]
    imported = mapped(write, record("bolus", fields), "When,now,later,over", *rows)
    assert column(imported, "bolus", "extended_u") == [2.0, 0.0]
    assert count(imported, FindingCode.UNREADABLE_ROWS) == 1


def test_several_records_of_one_row_and_of_one_stream(write: Write) -> None:
    described = record("meal", "{carbs_g: {column: carbs, unit: g}}") + (
        "  - stream: note\n    fields: {text: {column: remark}, kind: {value: stress}}\n"
        "  - stream: note\n    fields: {text: {column: other}}\n"
        "  - stream: lab\n    fields: {analyte: {value: 4548-4}, value: {column: a1c}, unit: {value: '%'}}\n"
    )
    imported = mapped(write, described, "When,carbs,remark,other,a1c", "2024-03-05 08:00,40,exam,tired,6.9")
    assert column(imported, "meal", "carbs_g") == [40.0]
    notes = imported.streams["note"].select("kind", "text").rows()
    assert sorted(notes) == [("note", "tired"), ("stress", "exam")]
    assert imported.streams["lab"].select("analyte", "value", "unit").rows() == [("4548-4", 6.9, "%")]


def test_offsets_epochs_and_zones_of_times(write: Write) -> None:
    epoch = GLUCOSE.replace("{columns: When}", "{columns: When, written: milliseconds}")
    imported = mapped(write, epoch, "When,BG", "1709622000000,5.5", "-9e20,5", options=ImportOptions())
    assert column(imported, "glucose", "time") == [datetime(2024, 3, 5, 7, tzinfo=UTC)]
    assert count(imported, FindingCode.UNREADABLE_ROWS) == 1
    own = GLUCOSE.replace("{columns: When}", "{columns: When, zone: America/New_York}")
    imported = mapped(write, own, "When,BG", "2024-03-05 08:00,5.5")
    assert column(imported, "glucose", "time") == [datetime(2024, 3, 5, 13, tzinfo=UTC)]
    assert imported.person.zone == "America/New_York"
    offset = GLUCOSE.replace("{columns: When}", "{columns: When, offset: TZ}")
    imported = mapped(write, offset, "When,BG,TZ", "2024-03-05 08:00,5.5,+05:30", options=ImportOptions())
    assert column(imported, "glucose", "time") == [datetime(2024, 3, 5, 2, 30, tzinfo=UTC)]
    with pytest.raises(DataError) as error:
        mapped(write, GLUCOSE, "When,BG", "2024-03-05 08:00,5.5", options=ImportOptions())
    assert error.value.code is ErrorCode.NAIVE_TIME


def workbook(place: Path, *sheets: tuple[str, list[tuple[str, ...]]]) -> Path:
    """A minimal OOXML workbook of texts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"

    def cells(number: int, row: tuple[str, ...]) -> str:
        filled = zip("ABCDEF", row, strict=False)
        texts = (f'<c r="{name}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for name, text in filled)
        return f'<row r="{number}">{"".join(texts)}</row>'

    numbered = list(enumerate(sheets, start=1))
    kind = f'Type="{office}/worksheet"'
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in numbered)
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>'
        )
        targets = "".join(f'<Relationship Id="r{n}" {kind} Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered)
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}/relationships">{targets}</Relationships>'
        )
        for number, (_, rows) in numbered:
            data = "".join(cells(place, row) for place, row in enumerate(rows, start=1))
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
            )
    return place


def test_a_sheet_of_a_workbook_is_read(write: Write, tmp_path: Path) -> None:
    rows = [("Clinic",), ("When", "Other", "BG"), ("2024-03-05 08:00", "x", "5.5")]
    book = workbook(tmp_path / "book.xlsx", ("Cover", [("Hello",)]), ("Data", rows))
    described = write(GLUCOSE.replace("time:", "file: {sheet: Data}\ntime:"), name="mapping.yaml")
    imported = read_mapped(book, described, BERLIN)
    assert imported.streams["glucose"]["glucose_mgdl"].to_list() == [pytest.approx(5.5 * MGDL_PER_MMOLL)]
    other = write(GLUCOSE.replace("time:", "file: {sheet: Missing}\ntime:"), name="other.yaml")
    with pytest.raises(DataError, match="Missing"):
        read_mapped(book, other, BERLIN)
    with pytest.raises(DataError, match="lacks 'When'"):
        read_mapped(book, write(GLUCOSE, name="first.yaml"), BERLIN)


def test_a_column_that_the_file_lacks_is_named(write: Write) -> None:
    with pytest.raises(DataError, match="lacks 'BG'") as error:
        mapped(write, GLUCOSE, "When,Sugar", "2024-03-05 08:00,5.5")
    assert error.value.code is ErrorCode.MISSING_COLUMN


def test_a_mapping_knows_the_files_that_it_describes(write: Write) -> None:
    one = MappedFormat(read_mapping(write(GLUCOSE, name="mapping.yaml")))
    assert one.recognise(read_head(write("When,BG\n2024-03-05 08:00,5.5"))) == 1.0
    assert one.recognise(read_head(write("anything"))) == 0.0


def test_an_import_takes_mappings_for_files_of_no_known_format(tmp_path: Path, write: Write) -> None:
    mapping = write(GLUCOSE, name="mapping.yaml")
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "strange.csv").write_text("When,BG\n2024-03-05 08:00,5.5\n")
    (folder / "known.csv").write_text("time,carbs_g\n2024-03-05T08:00:00Z,40\n")
    result = import_path(folder, ImportOptions(zone="Europe/Berlin", mappings=(mapping,)))
    assert {one.name: one.format_name for one in result.quality.sources} == {
        "known.csv": "canonical-csv",
        "strange.csv": "mapping",
    }
    assert result.timeline.streams["glucose"]["source"].to_list() == ["meter"]


def test_a_lone_file_that_does_not_fit_its_mapping_is_told_why(write: Write) -> None:
    options = ImportOptions(zone="Europe/Berlin", mappings=(write(GLUCOSE, name="mapping.yaml"),))
    with pytest.raises(DataError, match="lacks 'BG'"):
        import_path(write("When,Sugar\n2024-03-05 08:00,5.5"), options)


@pytest.mark.parametrize(
    ("mapping", "line", "words"),
    [
        (GLUCOSE.replace("BG, unit", "BG, units"), 6, "no such field"),
        (GLUCOSE.replace("stream: glucose", "stream: sugar"), 5, "no stream 'sugar'"),
        (GLUCOSE.replace("glucose_mgdl", "glucose"), 5, "no field 'glucose'"),
        (GLUCOSE.replace("name: meter\n", ""), 1, "name: the field is missing"),
        (GLUCOSE.replace("columns: When", "columns: When, zone: Mars"), 3, "Mars"),
        (GLUCOSE.replace("columns: When", "columns: When, order: backwards"), 3, "day-first"),
        (GLUCOSE.replace("column: BG", "column: BG, value: 5"), 6, "either column or value"),
        (GLUCOSE.replace("name: meter", "name: meter\nname: other"), 3, "given twice"),
        (GLUCOSE.replace("name: meter", "name: [a"), 3, "no valid YAML"),
        (GLUCOSE.replace("name: meter", "name: &a meter\ndescription: *a"), 3, "aliases"),
        (record("pen", "{insulin_u: {column: a, unit: U}}"), 4, "needs the field 'product'"),
        (record("pen", "{insulin_u: {column: a, unit: U}, product: {value: x}, purpose: {value: fun}}"), 4, "'fun'"),
        (record("bolus", "{insulin_u: {column: a, unit: U}, extended_u: {column: b, unit: U}}"), 4, "belong together"),
        (record("bolus", "{insulin_u: {value: many, unit: U}}"), 4, "numbers"),
        (record("meal", "{carbs_g: {column: a, unit: g, low: {words: LO, at: 1}}}"), 4, "glucose_mgdl"),
        (record("note", "{text: {column: a, unit: g}}"), 4, "no unit"),
        (record("note", "{text: {column: a}}", "    where: {column: b}\n"), 6, "say one of"),
        (record("note", "{text: {column: a}}", "    where: {column: b, equals: yes}\n"), 6, "quotation marks"),
        (record("correction", "{reason: {column: a}}"), 4, "no stream"),
    ],
)
def test_mistakes_in_a_mapping_are_told_with_their_line(write: Write, mapping: str, line: int, words: str) -> None:
    error = refusal(write, mapping)
    assert isinstance(error, DataError)
    assert words in error.message
    assert f"line {line}" in error.message


@pytest.mark.parametrize(
    ("mapping", "line", "code"),
    [
        (GLUCOSE.replace(", unit: mmol/L", ""), 6, ErrorCode.MISSING_UNIT),
        (GLUCOSE.replace("mmol/L", "mg"), 6, ErrorCode.UNKNOWN_UNIT),
        (record("outcome", "{instrument: {value: x}, score: {column: a, unit: '%'}}"), 5, ErrorCode.UNKNOWN_UNIT),
    ],
)
def test_units_of_a_mapping_must_be_there_and_known(write: Write, mapping: str, line: int, code: ErrorCode) -> None:
    error = refusal(write, mapping)
    assert isinstance(error, UnitError)
    assert error.code is code
    assert f"line {line}" in error.message


@pytest.mark.parametrize("text", ["", "[" * 5000, "- a\n- b", "7", "name: x\ntime: 5\nrecords: {}", "\x00", "a: b: c"])
def test_what_is_no_mapping_is_refused(write: Write, text: str) -> None:
    refusal(write, text)


def test_damage_of_table_and_mapping_is_refused_or_survived(write: Write, tmp_path: Path) -> None:
    lines = ["When,BG", *(f"2024-03-{day:02d} 08:00,5.{day % 10}" for day in range(1, 12))]
    described, table = write(GLUCOSE, name="mapping.yaml"), write(*lines)
    place = tmp_path / "damaged"
    for whole, of_mapping in ((table, False), (described, True)):
        for data in damaged(whole.read_bytes()):
            place.write_bytes(data)
            with contextlib.suppress(GlucoTwinError):
                read_mapped(table if of_mapping else place, place if of_mapping else described, BERLIN)


def test_damage_of_a_workbook_is_refused_or_survived(write: Write, tmp_path: Path) -> None:
    book = workbook(tmp_path / "book.xlsx", ("Data", [("When", "BG"), ("2024-03-05 08:00", "5.5")]))
    described, place = write(GLUCOSE, name="mapping.yaml"), tmp_path / "damaged"
    for data in damaged(book.read_bytes()):
        place.write_bytes(data)
        with contextlib.suppress(GlucoTwinError):
            read_mapped(place, described, BERLIN)


def test_example_of_a_smart_pen(write: Write) -> None:
    log = ["Date;Time;Pen;Kind;Dose (units)", "05.03.2024;08:00;Humalog;prime;2,0", "05.03.2024;08:01;Humalog;meal;5,5"]
    path = write("Exported on 06.03.2024", *log, "05.03.2024;22:00;Tresiba;;18")
    imported = read_mapped(path, EXAMPLES / "smart-pen.yaml", BERLIN)
    doses = imported.streams["pen"].select("insulin_u", "product", "purpose").rows()
    assert doses == [(5.5, "lispro", "meal"), (18.0, "degludec", "basal")]
    assert count(imported, FindingCode.PASSED_OVER) == 1


def test_example_of_a_ketone_sensor(write: Write) -> None:
    path = write("Time,Sensor reading(mmol/L),,", "2026-01-05 08:00,0.2,,", "2026-01-05 08:05,0.3,,")
    imported = read_mapped(path, EXAMPLES / "ketone-sensor.yaml", BERLIN)
    assert imported.streams["ketone"]["ketone_mmoll"].to_list() == [0.2, 0.3]


def test_every_unit_and_stream_is_documented() -> None:
    page = (EXAMPLES.parents[1] / "docs" / "reference" / "mapping-format.md").read_text(encoding="utf-8")
    assert [name for name in STREAMS if name != "correction" and f"`{name}`" not in page] == []
    assert [
        unit for name, units in UNITS.items() for unit in units if f"`{unit}`" not in page or f"`{name}`" not in page
    ] == []
