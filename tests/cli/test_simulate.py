"""``glucotwin simulate``: the table of rates, scenarios, cohorts, plots, and what it refuses."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Invoke = Callable[..., CompletedProcess[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "one-day.yaml"
HEADER = "t_min,insulin_u_per_min,carbs_g_per_min\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "inputs.csv"
    rows = "".join(f"{minute},0.02,{5.0 if 30 <= minute < 40 else 0.0}\n" for minute in range(60))
    path.write_text(HEADER + rows)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_table_gives_glucose_at_every_minutes_start_and_at_the_end(invoke: Invoke, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "glucose.csv"
    finished = invoke(
        "simulate", "--body", "padova-t1d-2008", "--subject", "adult#001", "--inputs", table, "--out", out
    )
    assert finished.returncode == 0, finished.stderr
    rows = rows_of(out)
    assert list(rows[0]) == ["t_min", "glucose_mgdl", "interstitial_mgdl"]
    assert [int(row["t_min"]) for row in rows] == list(range(61))
    assert float(rows[0]["glucose_mgdl"]) == pytest.approx(138.56)
    assert float(rows[60]["glucose_mgdl"]) > 140.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["glucose.csv", "inputs.csv"]


def test_group_gets_a_subject_column_and_a_summary_each(invoke: Invoke, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "glucose.csv"
    finished = invoke("simulate", "--subject", "child", "--inputs", table, "--out", out, "--units", "mmol/L", "--json")
    answer = json.loads(finished.stdout)
    assert [one["subject"] for one in answer["subjects"]] == [f"child#{number:03d}" for number in range(1, 11)]
    assert answer["subjects"][0]["carbs_g"] == pytest.approx(50.0)
    rows = rows_of(out)
    assert list(rows[0]) == ["subject", "t_min", "glucose_mmoll", "interstitial_mmoll"]
    assert len(rows) == 610
    assert 7.0 < float(rows[0]["glucose_mmoll"]) < 8.5


@pytest.mark.parametrize("name", ["day.png", "day.svg"])
def test_scenario_can_be_drawn(invoke: Invoke, tmp_path: Path, name: str) -> None:
    finished = invoke("simulate", "--body", "padova-t1d-2008", "--scenario", EXAMPLE, "--plot", tmp_path / name)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / name).stat().st_size > 10_000
    assert "adult#001" in finished.stdout


def test_subjects_can_be_listed(invoke: Invoke) -> None:
    listed = json.loads(invoke("simulate", "--list-subjects", "--json").stdout)
    assert len(listed) == 30
    assert listed[0]["subject"] == "adult#001"
    assert "adult#001" in invoke("simulate", "--list-subjects").stdout


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("", "empty-file", "is empty"),
        (HEADER, "empty-file", "has no rows"),
        ("t_min,insulin_u_per_min\n0,0.1\n", "missing-column", "no column 'carbs_g_per_min'"),
        (HEADER + "0,0.1,0\n1,-0.1,0\n", "invalid-value", "line 3: insulin_u_per_min is '-0.1'"),
        (HEADER + "0,0.1,0\n1,0.1,nan\n", "invalid-value", "line 3: carbs_g_per_min is 'nan'"),
        (HEADER + "0,0.1,\n", "invalid-value", "line 2: carbs_g_per_min is missing"),
        (HEADER + "0,lots,0\n", "invalid-value", "line 2: insulin_u_per_min is 'lots'"),
        (HEADER + "0,0.1,0\n2,0.1,0\n", "invalid-value", "line 3: t_min is 2 where 1 should follow"),
    ],
)
def test_bad_table_is_refused_with_line_and_column_and_nothing_is_written(
    invoke: Invoke, tmp_path: Path, content: str, code: str, words: str
) -> None:
    path = tmp_path / "inputs.csv"
    path.write_text(content)
    finished = invoke("simulate", "--inputs", path, "--out", tmp_path / "out.csv")
    assert finished.returncode == 2
    assert f"error[{code}]" in finished.stderr
    assert words in finished.stderr.replace("\n", " ")
    assert [one.name for one in tmp_path.iterdir()] == ["inputs.csv"]


def test_unknown_body_and_subject_are_refused_with_those_that_exist(invoke: Invoke, table: Path) -> None:
    for arguments, words in (
        (
            ("--body", "nobody"),
            "Known bodies: padova-t1d, padova-t1d-2008, padova-t1d-reduced, padova-t2d, igi, igi-meal, minimal",
        ),
        (("--subject", "adult#999"), "adult#001"),
    ):
        finished = invoke("simulate", *arguments, "--inputs", table)
        assert finished.returncode == 2
        assert words in finished.stderr


def test_table_and_scenario_together_or_neither_are_refused(invoke: Invoke, table: Path) -> None:
    for arguments in ((), ("--inputs", table, "--scenario", EXAMPLE)):
        assert "needs an input table or a scenario" in invoke("simulate", *arguments).stderr


def test_plot_of_unknown_kind_is_refused(invoke: Invoke, table: Path, tmp_path: Path) -> None:
    finished = invoke("simulate", "--inputs", table, "--plot", tmp_path / "plot.xyz")
    assert finished.returncode == 2
    assert "neither .png nor .svg" in finished.stderr


def test_a_pen_cannot_give_a_basal_rate(invoke: Invoke, table: Path) -> None:
    finished = invoke(
        "simulate", "--body", "padova-t1d-2008", "--subject", "adult#001", "--inputs", table, "--pump", "pen"
    )
    assert finished.returncode == 2
    assert "basal" in finished.stderr


@pytest.mark.slow
def test_what_devices_show_stands_beside_the_truth(invoke: Invoke, tmp_path: Path) -> None:
    out, plot = tmp_path / "worn.csv", tmp_path / "worn.png"
    devices = ("--sensor", "libre-2-scanned", "--pump", "omnipod", "--fault", "occlusion:10-14", "--seed", "2")
    worn = ("--ketone-monitor", "ketone-monitor", "--tracker", "wrist-tracker")
    finished = invoke(
        *("simulate", "--scenario", "typical", "--days", "1", "--subject", "adult#001", *devices, *worn),
        *("--out", out, "--plot", plot, "--json"),
    )
    assert finished.returncode == 0, finished.stderr
    (person,) = json.loads(finished.stdout)["subjects"]
    rows = rows_of(out)
    scanned = [row for row in rows if row["sensor_mgdl"]]
    afterwards = [row for row in rows if row["sensor_history_mgdl"]]
    assert 0 < len(scanned) == person["sensor_readings"] < 40
    # The reader fills in a value every quarter of an hour, as far as a scan came within 8 h.
    assert len(scanned) < len(afterwards) == person["sensor_history_values"] <= 96
    assert all(int(row["t_min"]) % 15 == 0 for row in afterwards)
    pairs = [(float(row["sensor_history_mgdl"]), float(row["interstitial_mgdl"])) for row in afterwards]
    assert sum(abs(shown - true) / true for shown, true in pairs) / len(pairs) < 0.25
    assert sum(bool(row["ketone_shown_mmoll"]) for row in rows) == 288
    assert all(row["activity_shown_fraction"] for row in rows[:-1])
    assert plot.stat().st_size > 10_000
