"""Files that appear whole or not at all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from glucotwin.core.error import NotFoundError
from glucotwin.core.file import replace_file


def test_file_appears_with_what_was_written_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new.txt"
    replace_file(path, lambda place: place.write_text("whole"))
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_earlier_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    path.write_text("old")

    def write(place: Path) -> None:
        place.write_text("new")
        assert place.suffix == ".txt"
        assert path.read_text() == "old"

    replace_file(path, write)
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("earlier", ["old", None])
def test_writer_that_fails_halfway_leaves_all_as_it_was(tmp_path: Path, earlier: str | None) -> None:
    path = tmp_path / "kept.txt"
    if earlier is not None:
        path.write_text(earlier)

    def write(place: Path) -> None:
        place.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        replace_file(path, write)
    assert [one.read_text() for one in tmp_path.iterdir()] == ([] if earlier is None else [earlier])


def test_missing_folder_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    written: list[Path] = []
    with pytest.raises(NotFoundError, match=r"no folder .*absent.*Make it first"):
        replace_file(tmp_path / "absent" / "new.txt", written.append)
    assert written == []
    assert list(tmp_path.iterdir()) == []


def test_threads_that_write_the_same_file_do_not_meet(tmp_path: Path) -> None:
    path, both = tmp_path / "kept.txt", threading.Barrier(2, timeout=10)

    def write(place: Path, content: str) -> None:
        place.write_text(content)
        both.wait()

    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda content: replace_file(path, lambda place: write(place, content)), ("one", "two")):
            pass
    assert path.read_text() in {"one", "two"}
    assert list(tmp_path.iterdir()) == [path]
