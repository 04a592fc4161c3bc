"""Files are judged by their content before anything is read."""

import gzip
import zipfile
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path
from glucotwin.ingest.source import HEAD_BYTES, check_size, open_text, read_bytes, read_head

CSV = "time,glucose_mgdl\n2024-03-01T08:00:00Z,100\n"


def refusal(file: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        import_path(file, ImportOptions(zone="UTC"))
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("content", [b"", b"   \n\n"])
def test_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cgm.csv").write_bytes(content)
    assert refusal(tmp_path / "cgm.csv").code is ErrorCode.EMPTY_FILE


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"PAR1....", "Parquet"),
        (b"time,glucose\x00\x01\x02", "binary"),
    ],
)
def test_file_that_is_not_what_its_name_says_is_told_what_it_is(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "cgm.csv").write_bytes(content)
    error = refusal(tmp_path / "cgm.csv")
    assert error.code is ErrorCode.UNREADABLE_FILE
    assert what in error.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_text_may_be_in_any_of_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "cgm.csv").write_bytes(CSV.replace("100", "100 ").encode(encoding))
    assert read_head(tmp_path / "cgm.csv").header == "time,glucose_mgdl"
    assert len(import_path(tmp_path / "cgm.csv").timeline.streams["glucose"]) == 1


def test_zip_named_csv_is_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cgm.csv", "w") as archive:
        archive.writestr("a.csv", CSV)
    assert len(import_path(tmp_path / "cgm.csv").timeline.streams["glucose"]) == 1


def test_unknown_text_is_told_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "poem.csv").write_text("roses are red,\nviolets are blue\n")
    error = refusal(tmp_path / "poem.csv")
    assert error.code is ErrorCode.UNRECOGNISED_FORMAT
    assert "canonical CSV" in error.hint


def test_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_text(CSV)
    assert import_path(tmp_path / "picture.png").quality.format_names == ("canonical-csv",)


def test_empty_folder_and_missing_file_are_refused(tmp_path: Path) -> None:
    assert "no files" in refusal(tmp_path).message
    assert "not there" in refusal(tmp_path / "nothing.csv").message


def test_three_gigabytes_are_refused_without_reading_them(tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as handle:
        handle.write(CSV.encode())
        handle.truncate(3 * 1024**3)
    # The sparse tail is zeros, which only a reader of the whole file would meet.
    with file.open("r+b") as handle:
        handle.write(CSV.encode() + b"2024-03-01T08:05:00Z,100\n" * 3000)
    error = refusal(file)
    assert error.code is ErrorCode.FILE_TOO_LARGE
    assert "256 MiB" in error.message
    assert "3,072 MiB" in error.message


def test_compressed_file_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(b"a" * 1_000_000))
    with pytest.raises(DataError) as caught:
        read_bytes(file, limit_bytes=10_000, title="a test")
    assert caught.value.code is ErrorCode.FILE_TOO_LARGE


def test_gzip_is_recognised_by_content(tmp_path: Path) -> None:
    file = tmp_path / "cgm.csv"
    file.write_bytes(gzip.compress(CSV.encode()))
    assert len(import_path(file).timeline.streams["glucose"]) == 1


def test_truncated_gzip_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cgm.csv.gz"
    rows = "".join(f"2024-03-01T08:{index % 60:02d}:{index // 60:02d}Z,{100 + index % 7}\n" for index in range(3600))
    file.write_bytes(gzip.compress((CSV + rows).encode())[:-200])
    assert "damaged" in refusal(file).message


def test_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "cgm.csv"
    file.write_text(CSV, encoding="utf-8-sig")
    assert read_head(file).header == "time,glucose_mgdl"
    assert len(import_path(file).timeline.streams["glucose"]) == 1
    with open_text(file) as text:
        assert text.read() == CSV


def test_head_of_a_long_file_may_end_within_a_letter(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("a" * (HEAD_BYTES - 1) + "é" * 10, encoding="utf-8")
    head = read_head(file)
    assert (head.complete, len(head.data), set(head.text)) == (False, HEAD_BYTES, {"a"})


def test_size_limit_includes_its_end(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_bytes(b"x" * 10)
    check_size(file, limit_bytes=10, title="a test")
    with pytest.raises(DataError):
        check_size(file, limit_bytes=9, title="a test")
