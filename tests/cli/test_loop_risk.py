"""``glucotwin loop risk``: scores of every arm, as a table, JSON, CSV and figure."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "risk" / "tidepool.json"
ONE = ("loop", "risk", EXAMPLE, "--scenario", "TLR-1005", "--profile", "median_profile_v1")


def test_every_arm_is_scored_in_json_csv_and_a_figure(invoke: Invoke, tmp_path: Path) -> None:
    out, plot = tmp_path / "risk.csv", tmp_path / "risk.svg"
    finished = invoke(*ONE, "--json", "--out", out, "--plot", plot)
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    table = pl.read_csv(out)
    # The name is part of that of the profile with type 2 diabetes too.
    assert len(answer["arms"]) == len(table) == 6
    assert set(table["arm"]) == {"loop", "no-loop", "loop-with-guardrails"}
    assert answer["arms"][0]["lbgi"] == table["lbgi"][0]
    assert sum(answer["severities"]["loop"].values()) == 2
    assert "TLR-1005" in plot.read_text("utf-8") or plot.stat().st_size > 10_000


@pytest.mark.slow
def test_table_counts_severities_and_harms(invoke: Invoke) -> None:
    finished = invoke(*ONE)
    assert finished.returncode == 0, finished.stderr
    header, *rows = finished.stdout.splitlines()
    assert header.split()[:3] == ["arm", "severity", "0"]
    assert [row.split("  ")[0] for row in rows] == ["Loop", "settings alone", "Loop with guardrails"]


def test_an_existing_file_is_not_replaced_unasked(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "risk.csv"
    out.write_text("kept")
    finished = invoke(*ONE, "--out", out)
    assert finished.returncode == 2
    assert out.read_text() == "kept"


@pytest.mark.slow
def test_nobody_of_that_name_is_an_error_that_says_who_there_is(invoke: Invoke) -> None:
    finished = invoke("loop", "risk", EXAMPLE, "--profile", "martian")
    assert finished.returncode == 2
    assert "martian" in finished.stderr
    assert "median_profile_v1" in finished.stderr
