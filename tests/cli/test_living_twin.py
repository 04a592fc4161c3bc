"""``glucotwin update``, ``ledger`` and ``twin``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.domain.archive import save_timeline
from glucotwin.twin.archive import save_twin
from made_up_person import made_up_timeline, made_up_twin

Invoke = Callable[..., subprocess.CompletedProcess[str]]
ORIGIN = "2024-03-04T12:00"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of the twin and of the timeline."""
    place = tmp_path_factory.mktemp("person")
    return save_twin(made_up_twin(), place / "me.twin.json"), save_timeline(made_up_timeline(), place / "timeline")


def test_update_tells_the_state_and_keeps_it_beside_the_twin(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("update", *paths)
    assert finished.returncode == 0, finished.stderr
    assert "Glucose " in finished.stdout
    assert "On board: " in finished.stdout
    assert (paths[0].parent / "me.state" / "manifest.json").is_file()
    again = json.loads(invoke("update", *paths, "--json").stdout)
    assert (again["new_steps"], again["repeated_steps"]) == (0, 0)


def test_a_forecast_is_kept_listed_and_scored(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    issued = invoke("forecast", *paths, "--at", ORIGIN, "--horizon", "60", "--ledger", ledger)
    assert issued.returncode == 0, issued.stderr
    listed = json.loads(invoke("ledger", "list", ledger, "--json").stdout)
    assert [(one["sequence"], one["person_id"]) for one in listed] == [(0, "made-up")]
    scores = json.loads(invoke("ledger", "score", ledger, paths[1], "--horizons", "30,60", "--json").stdout)["scores"]
    assert [(one["horizon_min"], one["scored"]) for one in scores] == [(30, 1), (60, 1)]
    page = invoke("ledger", "score", ledger, paths[1], "--units", "mmol/L").stdout
    assert "RMSE mmol/L" in page
    assert "issued more than 30 min after" in page


def test_a_ledger_that_was_changed_is_refused(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    invoke("forecast", *paths, "--at", ORIGIN, "--horizon", "60", "--ledger", ledger)
    file = ledger / "ledger.jsonl"
    file.write_text(file.read_text().replace("made-up", "made-off"))
    finished = invoke("ledger", "list", ledger)
    assert finished.returncode == 2
    assert "changed by hand" in finished.stderr


def test_versions_are_started_and_shown(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    started = invoke("twin", "start", paths[0], "--out", tmp_path / "twin")
    assert started.returncode == 0, started.stderr
    assert "adopted" in started.stdout
    told = json.loads(invoke("twin", "history", tmp_path / "twin", "--json").stdout)
    assert [one["event"] for one in told["events"]] == ["adopted"]
    refused = invoke("twin", "rollback", tmp_path / "twin", "--why", "lows")
    assert refused.returncode == 2
    assert "no earlier champion" in refused.stderr


def test_a_night_that_has_nothing_to_do_says_so(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    invoke("twin", "start", paths[0], "--out", tmp_path / "twin")
    finished = invoke("twin", "nightly", tmp_path / "twin", paths[1])
    assert finished.returncode == 0, finished.stderr
    assert "Nothing was to be done." in finished.stdout
