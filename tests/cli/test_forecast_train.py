"""``glucotwin forecast train``, and forecasts that find what it learned."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.domain.archive import save_timeline
from glucotwin.twin.archive import save_twin
from glucotwin.workflows.forecast import learned_for
from made_up_person import made_up_timeline, made_up_twin

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_a_forecast_uses_what_was_learned_and_lies_beside_its_twin(invoke: Invoke, tmp_path: Path) -> None:
    twin, timeline = save_twin(made_up_twin(), tmp_path / "me.twin.json"), tmp_path / "timeline"
    save_timeline(made_up_timeline(), timeline)
    out = tmp_path / "me.learned.npz"
    trained = invoke("forecast", "train", timeline, "--horizons", "30,60", "--out", out, "--json")
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout)["people"] == ["made-up"]
    again = invoke("forecast", "train", timeline, "--horizons", "30,60", "--out", out)
    assert (again.returncode, "already-exists" in again.stderr) == (2, True)
    arguments = ("forecast", twin, timeline, "--at", "2024-03-04T12:00", "--json")
    assert json.loads(invoke(*arguments).stdout)["answer"]["method"] == "hybrid"
    out.unlink()
    assert json.loads(invoke(*arguments).stdout)["answer"]["method"] == "twin"


def test_a_learned_file_that_is_given_must_be_there(invoke: Invoke, tmp_path: Path) -> None:
    twin, timeline = save_twin(made_up_twin(), tmp_path / "me.twin.json"), tmp_path / "timeline"
    save_timeline(made_up_timeline(), timeline)
    finished = invoke("forecast", twin, timeline, "--learned", tmp_path / "none.npz")
    assert (finished.returncode, "none.npz cannot be read" in finished.stderr) == (2, True)


def test_nothing_is_found_where_nothing_lies(tmp_path: Path) -> None:
    assert learned_for(tmp_path / "me.twin.json") is None
