"""An append-only file whose entries hang together by their hashes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.journal import FIRST, append_entries, open_journal, read_journal

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def journal(folder: Path, count: int = 3) -> Path:
    path = folder / "journal.jsonl"
    for number in range(count):
        append_entries(path, [("told", {"number": number, "value": 0.1 + number})], at=NOON)
    return path


def test_entries_come_back_in_order_and_chained(tmp_path: Path) -> None:
    entries = read_journal(journal(tmp_path))
    assert [one.content["number"] for one in entries] == [0, 1, 2]
    assert [one.sequence for one in entries] == [0, 1, 2]
    assert [one.previous for one in entries] == [FIRST, entries[0].sha256(), entries[1].sha256()]
    assert all(one.written_at == NOON for one in entries)


def test_a_journal_that_has_not_begun_is_empty(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none.jsonl") == ()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        append_entries(tmp_path / "none" / "journal.jsonl", [("told", {})])


@pytest.mark.parametrize("change", ["edit", "drop", "swap", "rehash"])
def test_whatever_is_changed_afterwards_is_noticed(tmp_path: Path, change: str) -> None:
    path = journal(tmp_path)
    lines = path.read_text().splitlines()
    if change == "edit":
        lines[1] = lines[1].replace('"value":1.1', '"value":9.9')
    elif change == "drop":
        del lines[1]
    elif change == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        document = json.loads(lines[1]) | {"content": {"number": 7}}
        lines[1] = json.dumps(document | {"sha256": "0" * 64})
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError) as caught:
        read_journal(path)
    assert caught.value.code is ErrorCode.DAMAGED_ARTEFACT
    with pytest.raises(DataError):
        append_entries(path, [("told", {})])


def test_a_line_that_was_not_finished_does_not_count_and_gives_way(tmp_path: Path) -> None:
    path = journal(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[0][:40])
    assert len(read_journal(path)) == 3
    append_entries(path, [("told", {"number": 3})], at=NOON)
    assert [one.content["number"] for one in read_journal(path)] == [0, 1, 2, 3]


def test_several_entries_are_written_at_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append_entries(path, [("one", {}), ("two", {})], at=NOON)
    assert [one.kind for one in read_journal(path)] == ["one", "two"]


def test_what_is_no_json_is_written_not_at_all(tmp_path: Path) -> None:
    path = journal(tmp_path)
    with pytest.raises(ValueError, match="JSON"):
        append_entries(path, [("told", {"number": 4}), ("told", {"value": float("nan")})])
    assert len(read_journal(path)) == 3


def test_an_open_journal_goes_on_after_what_is_whole_and_is_the_same_as_one_written_bit_by_bit(tmp_path: Path) -> None:
    path = journal(tmp_path)
    path.write_bytes(path.read_bytes() + b'{"half a line')
    with open_journal(path) as kept:
        kept.append("told", {"number": 3}, at=NOON)
        kept.append("told", {"number": 4}, at=NOON)
    entries = read_journal(path)
    assert [one.content["number"] for one in entries] == [0, 1, 2, 3, 4]
    assert list(entries) == kept.entries


def test_an_open_journal_is_for_one_alone(tmp_path: Path) -> None:
    path = journal(tmp_path)
    with open_journal(path), pytest.raises(ConflictError), open_journal(path):
        pass
    with pytest.raises(NotFoundError), open_journal(tmp_path / "none" / "journal.jsonl"):
        pass
