"""``glucotwin prevention``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_the_trial_is_told_beside_what_was_published_and_written_and_drawn(invoke: Invoke, tmp_path: Path) -> None:
    people, plot = tmp_path / "people.csv", tmp_path / "arms.png"
    asked = ("prevention", "--people", "40", "--years", "1")
    finished = invoke(*asked, "--out", people, "--plot", plot)
    assert finished.returncode == 0, finished.stderr
    assert "11.0 (9.8 to 12.3)" in finished.stdout
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert len(people.read_text().splitlines()) == 1 + 3 * 40
    told = json.loads(invoke(*asked, "--json").stdout)
    assert list(told["arms"]) == ["placebo", "metformin", "lifestyle"]
    assert told["arms"]["lifestyle"]["published_fewer_pct"] == [58.0, 48.0, 66.0]


def test_pictures_of_another_kind_are_refused(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("prevention", "--plot", tmp_path / "arms.txt").returncode != 0
