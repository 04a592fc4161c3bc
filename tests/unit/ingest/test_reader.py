"""Several files of one person become one timeline."""

import zipfile
from pathlib import Path

import jax
import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.random import root_key
from glucotwin.domain.archive import timeline_hash
from glucotwin.ingest import container
from glucotwin.ingest.canonical.read import CanonicalCsvFormat
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path

HEADER = "time,glucose_mgdl,carbs_g,bolus_u"
ROWS = [f"2024-03-{1 + row // 24:02d}T{row % 24:02d}:00:00Z,{100 + row % 50},," for row in range(100)]
MEALS = [f"2024-03-0{day}T12:01:00Z,,{40 + day},4" for day in range(1, 5)]
UTC = ImportOptions(zone="UTC")


def write(folder: Path, name: str, rows: list[str]) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return folder / name


def imported(path: Path) -> ImportResult:
    return import_path(path, UTC)


@pytest.fixture
def whole(tmp_path: Path) -> str:
    return timeline_hash(imported(write(tmp_path / "whole", "all.csv", ROWS + MEALS)).timeline)


@pytest.mark.parametrize("seed", range(5))
def test_files_split_repeated_and_overlapping_give_the_same_timeline(tmp_path: Path, whole: str, seed: int) -> None:
    rows = np.array(ROWS + MEALS)
    for number, key in enumerate(jax.random.split(root_key(seed), 4)):
        picked = [str(one) for one in rows[np.asarray(jax.random.permutation(key, len(rows)))][: 30 + 20 * number]]
        write(tmp_path / "parts", f"{int(jax.random.randint(key, (), 0, 10**6))}.csv", picked)
        if number == 0:
            write(tmp_path / "parts", "copy.csv", picked)
    write(tmp_path / "parts" / "deeper", "rest.csv", [str(one) for one in rows[seed % 2 :: 2]])
    write(tmp_path / "parts" / "deeper", "other.csv", [str(one) for one in rows[1 - seed % 2 :: 2]])
    assert timeline_hash(imported(tmp_path / "parts").timeline) == whole


def test_archive_in_an_archive_in_a_folder_is_unpacked(tmp_path: Path, whole: str) -> None:
    write(tmp_path / "in", "one.csv", ROWS)
    (tmp_path / "out").mkdir()
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(tmp_path / "in" / "one.csv", "deep/one.csv")
    with zipfile.ZipFile(tmp_path / "out" / "out.zip", "w") as archive:
        archive.write(tmp_path / "in.zip", "in.zip")
        archive.writestr("__MACOSX/._one.csv", "rubbish")
    write(tmp_path / "out", "meals.csv", MEALS)
    result = imported(tmp_path / "out")
    assert timeline_hash(result.timeline) == whole
    assert [one.name for one in result.quality.sources] == ["meals.csv", "out.zip/in.zip/deep/one.csv"]


def test_file_that_cannot_be_read_is_listed_and_the_rest_is_imported(tmp_path: Path) -> None:
    write(tmp_path / "mixed", "good.csv", ROWS)
    (tmp_path / "mixed" / "poem.txt").write_text("roses are red,\nviolets are blue\n")
    (tmp_path / "mixed" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    result = imported(tmp_path / "mixed")
    refused = {one.name: one.refused.code for one in result.quality.sources if one.refused}
    assert refused == {"poem.txt": ErrorCode.UNRECOGNISED_FORMAT, "picture.png": ErrorCode.UNREADABLE_FILE}
    assert len(result.timeline.streams["glucose"]) == len(ROWS)


def test_folder_of_nothing_readable_is_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"{name} roses are red\n")
    with pytest.raises(DataError, match="None of 2 files could be read"):
        imported(tmp_path)


def test_pseudonym_is_made_of_the_records_and_not_of_names(tmp_path: Path) -> None:
    first, second = (imported(write(tmp_path / one, f"{one}.csv", ROWS)) for one in ("anna", "ben"))
    assert first.timeline.person.person_id == second.timeline.person.person_id
    assert first.timeline.person.person_id.startswith("person-")


def test_archive_that_climbs_out_writes_nothing_outside(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../evil.csv", "\n".join([HEADER, *ROWS]))
    assert len(imported(tmp_path / "evil.zip").timeline.streams["glucose"]) == len(ROWS)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["evil.zip"]


def test_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * 64 * 1024 * 1024)
    with pytest.raises(DataError) as caught:
        imported(tmp_path / "bomb.zip")
    assert caught.value.code is ErrorCode.FILE_TOO_LARGE


def test_archives_within_archives_within_archives_are_refused(tmp_path: Path) -> None:
    inner = write(tmp_path / "in", "one.csv", ROWS)
    for level in range(3):
        with zipfile.ZipFile(tmp_path / f"{level}.zip", "w") as archive:
            archive.write(inner, inner.name)
        inner = tmp_path / f"{level}.zip"
    with pytest.raises(DataError, match="archives within archives"):
        imported(inner)


@pytest.mark.parametrize("kept", [10, 30, 60, 200])
def test_cut_archive_is_refused(tmp_path: Path, kept: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "\n".join([HEADER, *ROWS]))
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:kept])
    with pytest.raises(DataError, match="damaged"):
        imported(tmp_path / "b.zip")


def test_more_files_than_an_export_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_FILES", 2)
    for number in range(3):
        write(tmp_path, f"{number}.csv", ROWS[number:])
    with pytest.raises(DataError, match="more than 2 files"):
        imported(tmp_path)


def test_findings_name_their_file_when_there_are_several(tmp_path: Path) -> None:
    write(tmp_path / "two", "a.csv", ROWS)
    write(tmp_path / "two", "b.csv", [*ROWS, "2024-03-10T12:00:00Z,100,,"])
    findings = import_path(tmp_path / "two").quality.having(FindingCode.ZONE_ASSUMED)
    assert [one.file for one in findings] == ["a.csv", "b.csv"]
    assert findings[0].text.startswith("a.csv: ")


def test_columns_that_contradict_each_other_are_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def contradict(*_args: object, **_options: object) -> None:
        raise pl.exceptions.DuplicateError("column 'sgv' is duplicate\n\nmore")

    monkeypatch.setattr(CanonicalCsvFormat, "read", contradict)
    with pytest.raises(DataError, match="cannot be read as a canonical CSV: column 'sgv' is duplicate") as caught:
        imported(write(tmp_path, "a.csv", ROWS))
    assert caught.value.code is ErrorCode.UNREADABLE_FILE
