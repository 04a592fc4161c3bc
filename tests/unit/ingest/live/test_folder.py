"""A folder to which exports are saved."""

import os
import time
from pathlib import Path

import pytest

from glucotwin.core.error import NotFoundError
from glucotwin.domain.archive import save_timeline
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.live.folder import FolderSource

HEADER = "time,glucose_mgdl\n"


def put(folder: Path, name: str, *rows: str, age_s: float = 60.0) -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    past = time.time() - age_s
    os.utime(file, (past, past))
    return file


def count(source: FolderSource) -> int:
    return sum(len(frame) for frame in source.fetch(None).streams.values())


def test_only_new_and_changed_files_are_read(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "2024-03-01T08:00Z,100")
    put(tmp_path, "deeper/b.csv", "2024-03-01T08:05Z,101")
    source = FolderSource(tmp_path)
    assert count(source) == 2
    assert count(source) == 0
    put(tmp_path, "a.csv", "2024-03-01T08:00Z,100", "2024-03-01T08:10Z,102")
    assert count(source) == 2
    assert [one.name for one in source.files] == ["a.csv"]
    again = FolderSource(tmp_path)
    again.recall(source.memory)
    assert count(again) == 0
    assert "a.csv" not in str(source.memory)


def test_file_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    file = put(tmp_path, "a.csv", "2024-03-01T08:00Z,100", age_s=0.0)

    def more(seconds: float) -> None:
        with file.open("a") as open_file:
            open_file.write("2024-03-01T08:05Z,101\n")

    source = FolderSource(tmp_path, pause=more)
    assert count(source) == 0
    put(tmp_path, "a.csv", "2024-03-01T08:00Z,100", "2024-03-01T08:05Z,101")
    assert count(source) == 2


def test_file_that_cannot_be_read_is_told_once_and_read_when_it_changes(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "2024-03-01T08:00Z,100")
    put(tmp_path, "b.csv", "2024-03-01 08:05,101")
    source = FolderSource(tmp_path)
    assert count(source) == 1
    assert [(one.name, one.refused is None) for one in source.files] == [("a.csv", True), ("b.csv", False)]
    assert count(source) == 0
    assert source.files == ()
    put(tmp_path, "b.csv", "2024-03-01T08:05:00Z,101")
    assert count(source) == 1


def test_hidden_files_links_and_timelines_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, ".hidden.csv", "2024-03-01T08:00Z,100")
    (tmp_path / "link.csv").symlink_to(put(tmp_path.parent, "outside.csv", "2024-03-01T08:00Z,100"))
    save_timeline(Timeline(person=Person(person_id="anna")), tmp_path / "line")
    assert count(FolderSource(tmp_path)) == 0


def test_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        FolderSource(tmp_path / "absent")
    folder = tmp_path / "folder"
    folder.mkdir()
    source = FolderSource(folder)
    folder.rmdir()
    with pytest.raises(Exception, match="cannot be listed"):
        source.fetch(None)
