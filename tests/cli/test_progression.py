"""``glucotwin progression``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]


def test_years_are_told_side_by_side_and_written(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "years.csv"
    finished = invoke("progression", "--years", "3", "--lose", "0.5=8", "--out", out)
    assert finished.returncode == 0, finished.stderr
    assert "unchanged: diabetes from year 1.2" in finished.stdout
    assert "with the changes: no diabetes within 3 years." in finished.stdout
    assert "not a medical device" in finished.stderr
    assert set(pl.read_csv(out)["course"]) == {"unchanged", "with the changes"}


def test_json_holds_stages_and_states(invoke: Invoke) -> None:
    told = json.loads(invoke("progression", "--years", "2", "--json").stdout)
    (course,) = told["courses"].values()
    assert course["diabetes_from_year"] > 1.0
    assert len(course["stage"]) == len(course["day"]) == len(course["states"]["beta_mass"])


def test_courses_are_listed_and_wrong_ones_named(invoke: Invoke) -> None:
    assert "igt-first" in invoke("progression", "--list").stdout
    assert invoke("progression", "--course", "nowhere").returncode == 2
    assert invoke("progression", "--lose", "two").returncode == 2


@pytest.mark.slow
def test_years_are_drawn(invoke: Invoke, tmp_path: Path) -> None:
    plot = tmp_path / "years.svg"
    assert invoke("progression", "--years", "2", "--plot", plot).returncode == 0
    assert "fasting glucose" in plot.read_text(encoding="utf-8")
