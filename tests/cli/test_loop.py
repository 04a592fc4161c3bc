"""``glucotwin loop run``: a virtual person in a closed loop from the command line."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

Invoke = Callable[..., CompletedProcess[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "one-day.yaml"


@pytest.mark.slow
def test_a_supervised_run_keeps_the_schedule_and_says_what_was_proposed(invoke: Invoke, tmp_path: Path) -> None:
    out, plot = tmp_path / "decisions.csv", tmp_path / "loop.png"
    finished = invoke("loop", "run", "--algorithm", "loop", "--scenario", EXAMPLE, "--out", out, "--plot", plot)
    assert finished.returncode == 0, finished.stderr
    assert "Proposed, not given: less basal" in finished.stderr
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 288
    assert len({row["rate_u_per_h"] for row in rows}) == 1
    assert plot.stat().st_size > 10_000


@pytest.mark.slow
def test_an_automatic_run_answers_as_json(invoke: Invoke) -> None:
    finished = invoke("loop", "run", "--algorithm", "loop", "--scenario", EXAMPLE, "--automatic", "--json")
    answer = json.loads(finished.stdout)
    (person,) = answer["subjects"]
    assert (answer["algorithm"], answer["automatic"]) == ("loop", True)
    assert person["time_in_range_pct"] > 90.0
    assert person["basal_u_per_day"] > 5.0


def test_an_unknown_algorithm_and_a_behaviour_without_days_are_refused(invoke: Invoke) -> None:
    unknown = invoke("loop", "run", "--algorithm", "magic", "--scenario", EXAMPLE)
    endless = invoke("loop", "run", "--algorithm", "loop", "--scenario", "typical")
    assert unknown.returncode == endless.returncode == 2
    assert "basal-bolus" in unknown.stderr
    assert "--days N" in endless.stderr


def test_a_run_in_real_time_says_what_it_needs(invoke: Invoke, tmp_path: Path) -> None:
    wish = ("loop", "run", "--algorithm", "loop", "--scenario", EXAMPLE, "--real-time")
    assert "--folder" in invoke(*wish).stderr
    assert "--out" in invoke(*wish, "--folder", tmp_path, "--out", tmp_path / "x.csv").stderr
    assert invoke(*wish, "--folder", tmp_path, "--speed", "0").returncode == 2
    of_twin = ("loop", "run", "--algorithm", "loop", "--twin", "me.json", "--record", "me", "--real-time")
    assert "no time zone" in invoke(*of_twin, "--folder", tmp_path, "--zone", "Mars/Base").stderr


@pytest.mark.slow
def test_a_run_in_real_time_tells_of_every_decision_and_goes_on(invoke: Invoke, tmp_path: Path) -> None:
    wish = ("loop", "run", "--algorithm", "loop", "--scenario", EXAMPLE, "--real-time", "--speed", "100000")
    first = invoke(*wish, "--folder", tmp_path)
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    assert len(lines) == 288
    assert "would give" in first.stdout
    assert "meal of 45 g" in first.stdout
    again = invoke(*wish, "--folder", tmp_path, "--json")
    (end,) = [json.loads(line) for line in again.stdout.splitlines()]
    assert end["kind"] == "end"
    assert end["steps"] == 288
    other = invoke(*wish, "--folder", tmp_path, "--automatic")
    assert other.returncode == 2
    assert "another run: automatic" in other.stderr
    unknown = invoke(*wish, "--folder", tmp_path, "--tell", "pigeon:home")
    assert unknown.returncode == 2
    assert "webhook" in unknown.stderr


@pytest.mark.slow
def test_a_scanned_sensor_ketones_and_a_watch_are_told_beside_the_decisions(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "decisions.csv"
    worn = ("--sensor", "libre-2-scanned", "--ketone-monitor", "ketone-monitor", "--tracker", "wrist-tracker")
    finished = invoke(
        *(
            "loop",
            "run",
            "--algorithm",
            "basal-bolus",
            "--scenario",
            "typical",
            "--days",
            "1",
            "--subject",
            "adult#001",
        ),
        *(*worn, "--fault", "dropout:6-12", "--out", out, "--json"),
    )
    assert finished.returncode == 0, finished.stderr
    (person,) = json.loads(finished.stdout)["subjects"]
    table = pl.read_csv(out)
    history = table["sensor_history_mgdl"].drop_nulls()
    assert table["sensor_mgdl"].drop_nulls().len() < history.len() == person["sensor_history_values"]
    assert table["ketone_shown_mmoll"].null_count() == 0
    assert person["highest_ketone_shown_mmoll"] == table["ketone_shown_mmoll"].max()
    # What was lost is not filled in either.
    assert table["sensor_history_mgdl"][75:140].null_count() == 65


def test_a_watch_is_not_for_a_twin(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke(
        "loop", "run", "--algorithm", "loop", "--twin", tmp_path / "me.json", "--tracker", "wrist-tracker"
    )
    assert finished.returncode == 2
    assert "twin" in finished.stderr
