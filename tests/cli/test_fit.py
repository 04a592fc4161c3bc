"""``glucotwin fit``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.domain.archive import save_timeline
from glucotwin.twin.archive import load_twin
from made_up_person import made_up_timeline

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_timeline(made_up_timeline(), tmp_path / "timeline")


def test_existing_file_is_not_replaced(invoke: Invoke, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "old.twin.json").write_text("mine")
    finished = invoke("fit", folder, "--out", tmp_path / "old.twin.json")
    assert (finished.returncode, finished.stderr.count("error[already-exists]")) == (2, 1)
    assert (tmp_path / "old.twin.json").read_text() == "mine"


def test_days_that_are_not_there_cannot_be_fitted(invoke: Invoke, folder: Path, tmp_path: Path) -> None:
    finished = invoke("fit", folder, "--holdout-days", 30, "--out", tmp_path / "new.twin.json", "--json")
    assert finished.returncode == 2
    assert json.loads(finished.stdout)["error"]["code"] == "too-little-data"
    assert not (tmp_path / "new.twin.json").exists()


def test_profile_that_does_not_exist_is_refused(
    invoke: Invoke, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLUCOTWIN_PROFILE", "doctor")
    finished = invoke("fit", folder, "--out", tmp_path / "new.twin.json")
    assert finished.returncode == 2
    assert "GLUCOTWIN_PROFILE" in finished.stderr


@pytest.mark.slow
def test_twin_is_fitted_saved_and_described(invoke: Invoke, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.twin.json"
    finished = invoke("fit", folder, "--days", 3, "--holdout-days", 1, "--out", file)
    assert finished.returncode == 0, finished.stderr
    assert "Learned from the data" in finished.stdout
    assert f"Saved to {file}." in finished.stdout
    assert load_twin(file).window.days == pytest.approx(3.0, abs=0.01)
    again = invoke("fit", folder, "--days", 3, "--holdout-days", 1, "--out", file, "--overwrite", "--json")
    values = json.loads(again.stdout)
    assert values["twin"] == str(file)
    assert values["content_hash"] == load_twin(file).content_hash()
