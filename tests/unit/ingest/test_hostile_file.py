"""Archives and XML made to do harm are refused with a typed reason, and nothing is read or written elsewhere."""

import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest import container
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path

TABLE = "time,glucose_mgdl\n" + "".join(
    f"2024-03-01T08:{minute:02d}:00Z,{100 + minute}\n" for minute in range(0, 60, 5)
)
ROWS = 12
ELSEWHERE = "time,glucose_mgdl\n2024-03-01T09:30:00Z,333\n"


def imported(path: Path) -> ImportResult:
    return import_path(path, ImportOptions(zone="UTC"))


def refusal(path: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        imported(path)
    assert caught.value.hint
    return caught.value


def archive(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def patched(path: Path, change: Callable[[bytearray], None]) -> Path:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.csv",
        "/glucotwin-evil.csv",
        "..\\..\\evil.csv",
        "C:\\evil.csv",
        "a/../../../evil.csv",
        "//x/e.csv",
    ],
)
def test_member_that_claims_a_place_elsewhere_is_read_and_stays_inside(tmp_path: Path, name: str) -> None:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    evil = archive(tmp_path / "deep" / "deeper" / "evil.zip", **{name: TABLE})
    assert len(imported(evil).timeline.streams["glucose"]) == ROWS
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [evil]
    assert not Path("/glucotwin-evil.csv").exists()


@pytest.mark.parametrize("name", ["..", ".", "../", "a/..", "a" * 300 + ".csv", "nul\x00.csv"])
def test_member_with_a_name_that_no_file_can_have_is_read(tmp_path: Path, name: str) -> None:
    evil = archive(tmp_path / "evil.zip", **{name: TABLE, "good.csv": TABLE})
    assert len(imported(evil).timeline.streams["glucose"]) == ROWS


def test_member_without_a_name_is_read(tmp_path: Path) -> None:
    def blank(data: bytearray) -> None:
        while b"x.csv" in data:
            data[data.index(b"x.csv")] = 0

    evil = archive(tmp_path / "evil.zip", **{"x.csv": TABLE})
    assert len(imported(patched(evil, blank)).timeline.streams["glucose"]) == ROWS


def test_link_in_an_archive_is_no_way_to_another_file(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(ELSEWHERE)
    link = zipfile.ZipInfo("link.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as packed:
        packed.writestr(link, str(tmp_path / "secret.csv"))
        packed.writestr("good.csv", TABLE)
    result = imported(tmp_path / "evil.zip")
    assert 333.0 not in result.timeline.streams["glucose"]["glucose_mgdl"].to_list()
    assert [one.refused.code for one in result.quality.sources if one.refused] == [ErrorCode.UNRECOGNISED_FORMAT]


def test_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(ELSEWHERE)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "round").symlink_to(folder)
    (folder / "good.csv").write_text(TABLE)
    result = imported(folder)
    assert [one.name for one in result.quality.sources] == ["good.csv"]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # zipfile's, when the test makes the archive
def test_members_of_one_name_are_all_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as packed:
        packed.writestr("data.csv", TABLE)
        packed.writestr("data.csv", ELSEWHERE)
    result = imported(tmp_path / "twice.zip")
    assert len(result.timeline.streams["glucose"]) == ROWS + 1


def test_encrypted_archive_is_refused(tmp_path: Path) -> None:
    def encrypt(data: bytearray) -> None:
        for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(magic) + at] |= 1

    error = refusal(patched(archive(tmp_path / "locked.zip", **{"data.csv": TABLE}), encrypt))
    assert error.code is ErrorCode.UNREADABLE_FILE
    assert "encrypted" in error.message


def test_unknown_compression_is_refused(tmp_path: Path) -> None:
    def change(data: bytearray) -> None:
        for magic, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            struct.pack_into("<H", data, data.index(magic) + at, 97)

    error = refusal(patched(archive(tmp_path / "odd.zip", **{"data.csv": TABLE}), change))
    assert error.code is ErrorCode.UNREADABLE_FILE


def test_archive_that_lies_about_the_size_is_refused(tmp_path: Path) -> None:
    """The sizes that a bomb's headers state are small; what comes out counts."""

    def lie(data: bytearray) -> None:
        struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 10)

    evil = archive(tmp_path / "bomb.zip", **{"data.csv": b"0" * 32 * 1024 * 1024})
    assert refusal(patched(evil, lie)).code in {ErrorCode.FILE_TOO_LARGE, ErrorCode.UNREADABLE_FILE}


def test_many_small_bombs_are_refused_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_UNPACKED_BYTES", 1024 * 1024)
    evil = archive(tmp_path / "bombs.zip", **{f"{number}.csv": b"0" * 600_000 for number in range(4)})
    error = refusal(evil)
    assert error.code is ErrorCode.FILE_TOO_LARGE


def test_members_that_overlap_are_a_typed_answer(tmp_path: Path) -> None:
    """A bomb without recursion: many entries of the directory point at one compressed block."""

    def overlap(data: bytearray) -> None:
        second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
        struct.pack_into("<I", data, second + 42, 0)

    evil = archive(tmp_path / "overlap.zip", **{"a.csv": TABLE, "b.csv": TABLE})
    assert refusal(patched(evil, overlap)).code is ErrorCode.UNREADABLE_FILE


def test_damaged_member_is_refused(tmp_path: Path) -> None:
    def damage(data: bytearray) -> None:
        data[45:60] = b"\xff" * 15

    assert (
        refusal(patched(archive(tmp_path / "a.zip", **{"data.csv": TABLE}), damage)).code is ErrorCode.UNREADABLE_FILE
    )


def test_compressed_bomb_of_a_known_format_stops_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from glucotwin.ingest.canonical.read import CanonicalCsvFormat

    monkeypatch.setattr(CanonicalCsvFormat, "size_limit_bytes", 100_000)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(TABLE.encode() + b"2024-03-02T08:00:00Z,100\n" * 100_000))
    assert refusal(tmp_path / "bomb.csv.gz").code is ErrorCode.FILE_TOO_LARGE


LAUGHS = "".join(f'<!ENTITY a{level + 1} "{f"&a{level};" * 10}">' for level in range(9))
EXTERNAL = '<!ENTITY x SYSTEM "file:///etc/hostname">'


@pytest.mark.parametrize(
    "grammar", [f'<!ENTITY a0 "ha">{LAUGHS}', EXTERNAL, '<!ENTITY % p SYSTEM "http://[::1]:9/x">%p;']
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_xml_are_refused(tmp_path: Path, grammar: str, encoding: str) -> None:
    body = f"<!DOCTYPE HealthData [{grammar}]><HealthData>&a9;&x;</HealthData>"
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n{body}'
    (tmp_path / "export.xml").write_bytes(text.encode(encoding))
    assert refusal(tmp_path / "export.xml").code is ErrorCode.UNREADABLE_FILE


def workbook(path: Path, sheet: str, strings: str = "") -> Path:
    """A workbook of hand-written parts."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    listed = '<sheets><sheet name="CBG" sheetId="1" r:id="r1"/></sheets>'
    sheets = f'<workbook xmlns="{main}" xmlns:r="{office}">{listed}</workbook>'
    return archive(
        path,
        **{
            "[Content_Types].xml": f'<Types xmlns="{types}"/>',
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": sheets,
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": strings or f'<sst xmlns="{main}"/>',
        },
    )


@pytest.mark.parametrize("grammar", [f'<!ENTITY a0 "ha">{LAUGHS}', EXTERNAL])
def test_entities_in_a_workbook_are_never_expanded(tmp_path: Path, grammar: str) -> None:
    row = '<row r="1"><c r="A1" t="str"><v>&a9;&x;</v></c></row>'
    sheet = f"<!DOCTYPE x [{grammar}]><worksheet><sheetData>{row}</sheetData></worksheet>"
    refusal(workbook(tmp_path / "book.xlsx", sheet))


def test_bomb_that_is_a_workbook_is_refused(tmp_path: Path) -> None:
    cell = '<row><c t="str"><v>0</v></c></row>'
    sheet = f"<worksheet><sheetData>{cell * 2_000_000}</sheetData></worksheet>"
    refusal(workbook(tmp_path / "book.xlsx", sheet))


def test_deep_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text('[{"sgv":1,"date":1,"x":' + "[" * 100_000)
    refusal(tmp_path / "deep.json")


def test_enormous_numbers_are_no_readings(tmp_path: Path) -> None:
    rows = ",".join(
        f'{{"type":"sgv","sgv":{value},"date":{date}}}'
        for value, date in (
            ("9" * 4000, 1_709_294_400_000),
            ("1e999", "1e999"),
            ("-0", "9" * 4000),
            (100, 1_709_294_400_000),
        )
    )
    (tmp_path / "big.json").write_text(f"[{rows}]")
    assert len(imported(tmp_path / "big.json").timeline.streams["glucose"]) == 1


def test_zlib_stream_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(TABLE.encode()))
    data[-8:-4] = struct.pack("<I", zlib.crc32(TABLE.encode()) ^ 1)
    (tmp_path / "data.csv.gz").write_bytes(bytes(data))
    assert refusal(tmp_path / "data.csv.gz").code is ErrorCode.UNREADABLE_FILE


def test_formulas_stay_text(tmp_path: Path) -> None:
    """A note that a spreadsheet would run is kept as the text that it is."""
    (tmp_path / "data.csv").write_text("time,glucose_mgdl,note\n2024-03-01T08:00:00Z,100,\"=cmd|' /C calc'!A0\"\n")
    result = imported(tmp_path / "data.csv")
    assert result.timeline.streams["note"]["text"].to_list() == ["=cmd|' /C calc'!A0"]
    assert not result.quality.having(FindingCode.UNREADABLE_ROWS)
