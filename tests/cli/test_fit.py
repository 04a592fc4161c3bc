"""``glucotwin fit``."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import glucotwin.workflows.fit as fit_workflow
from glucotwin.domain.archive import save_timeline
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.archive import load_twin
from glucotwin.twin.twin import Twin
from made_up_person import PERSON, made_up_timeline, made_up_twin

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


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two people's timelines, whose twins are made up."""

    def fitted(timeline: Timeline, *, window: Window, **_: object) -> Twin:
        return replace(made_up_twin(timeline), window=window)

    monkeypatch.setattr(fit_workflow, "fit_twin", fitted)
    (tmp_path / "people").mkdir()
    for name in ("anna", "bert"):
        save_timeline(made_up_timeline(replace(PERSON, person_id=name)), tmp_path / "people" / name)
    return tmp_path / "people"


def test_folder_of_people_becomes_a_folder_of_twins(invoke: Invoke, people: Path, tmp_path: Path) -> None:
    finished = invoke("fit", people, "--all-days", "--out", tmp_path / "twins")
    assert finished.returncode == 0, finished.stderr
    assert "Twins of 2 people" in finished.stdout
    assert [line.split()[0] for line in finished.stdout.splitlines()[2:5]] == ["person", "anna", "bert"]
    assert load_twin(tmp_path / "twins" / "bert.twin.json").person.person_id == "bert"
    again = invoke("fit", people, "--out", tmp_path / "twins")
    assert (again.returncode, again.stderr.count("exists")) == (2, 1)


def test_several_sources_are_several_people_and_tell_who_was_left_out(
    invoke: Invoke, people: Path, tmp_path: Path
) -> None:
    (tmp_path / "bare.csv").write_text("nothing\n1\n")
    finished = invoke("fit", people / "anna", tmp_path / "bare.csv", "--out", tmp_path / "twins", "--json")
    assert finished.returncode == 0, finished.stderr
    values = json.loads(finished.stdout)
    assert [one["person_id"] for one in values["twins"]] == ["anna"]
    assert [one["person_id"] for one in values["left_out"]] == ["bare"]


@pytest.mark.slow
def test_twin_is_fitted_saved_and_described(invoke: Invoke, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.twin.json"
    finished = invoke("fit", folder, "--days", 3, "--holdout-days", 1, "--out", file)
    assert finished.returncode == 0, finished.stderr
    assert "Learned from the data" in finished.stdout
    assert f"Saved to {file}." in finished.stdout
    assert load_twin(file).window.days == pytest.approx(3.0, abs=0.01)
    assert "From day to day" not in finished.stdout
    again = invoke("fit", folder, "--days", 3, "--holdout-days", 1, "--out", file, "--overwrite", "--json")
    values = json.loads(again.stdout)
    assert values["twin"] == str(file)
    assert values["content_hash"] == load_twin(file).content_hash()
    assert values["latents"] is None


@pytest.mark.slow
def test_what_differed_from_day_to_day_is_described_and_saved(invoke: Invoke, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.twin.json"
    finished = invoke("fit", folder, "--days", 3, "--latents", "--out", file)
    assert finished.returncode == 0, finished.stderr
    assert "From day to day insulin acted" in finished.stdout
    latents = load_twin(file).latents
    assert latents is not None
    shown = invoke("fit", folder, "--days", 3, "--latents", "--out", file, "--overwrite", "--json")
    assert json.loads(shown.stdout)["latents"] == json.loads(json.dumps(latents.to_json()))
