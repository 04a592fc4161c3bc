from pathlib import Path

import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.forecast.look_log import log_look, read_looks


def test_looks_are_counted_per_data_and_only_added(tmp_path: Path) -> None:
    path = tmp_path / "looks.jsonl"
    assert log_look(path, data=["b", "a"], settings={"split": 0.8}, found={"rmse": 20.0}) == 1
    before = path.read_text(encoding="utf-8")
    assert log_look(path, data=["a", "b"], settings={}, found={}) == 2
    assert log_look(path, data=["a"], settings={}, found={}) == 1
    assert path.read_text(encoding="utf-8").startswith(before)
    assert [look["found"] for look in read_looks(path)] == [{"rmse": 20.0}, {}, {}]


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "looks.jsonl"
    path.write_text("no json\n", encoding="utf-8")
    with pytest.raises(DataError, match="no log"):
        log_look(path, data=[], settings={}, found={})
    with pytest.raises(NotFoundError):
        log_look(tmp_path / "nowhere" / "looks.jsonl", data=[], settings={}, found={})
