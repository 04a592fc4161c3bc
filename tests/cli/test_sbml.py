"""``glucotwin sbml`` and ``glucotwin simulate --organ``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]
FOLDER = Path(__file__).parents[2] / "examples" / "sbml"
CELLS = FOLDER / "BIOMD0000000448.xml"


def test_description_lists_what_the_model_has(invoke: Invoke) -> None:
    told = json.loads(invoke("sbml", "describe", CELLS, "--json").stdout)
    quantities = {one["id"]: one for one in told["quantities"]}
    assert (quantities["IRS1"]["role"], quantities["glucoseuptake"]["role"]) == ("state", "rule")
    assert quantities["insulin"]["can_be_set"] is True
    assert "glucoseuptake" in invoke("sbml", "describe", CELLS).stdout


def test_scan_tells_ends_and_writes_courses(invoke: Invoke, tmp_path: Path) -> None:
    table = tmp_path / "run.csv"
    scanned = ("--scan", "insulin=0,1", "--output", "glucoseuptake", "--points", "3", "--until", "2")
    finished = invoke("sbml", "simulate", CELLS, *scanned, "--out", table, "--json")
    assert finished.returncode == 0
    ends = json.loads(finished.stdout)["end"]["glucoseuptake"]
    assert ends[0] < 1500 < ends[1]
    assert pl.read_csv(table).columns == ["insulin", "time", "glucoseuptake"]


def test_names_that_are_not_there_are_told(invoke: Invoke) -> None:
    finished = invoke("sbml", "simulate", CELLS, "--until", "1", "--output", "nothing")
    assert finished.returncode == 2
    assert "nothing" in finished.stderr


@pytest.mark.slow
def test_model_is_hung_into_a_body(invoke: Invoke, tmp_path: Path) -> None:
    inputs, out = tmp_path / "inputs.csv", tmp_path / "run.csv"
    rows = [f"{minute},0,{78 if minute == 10 else 0}" for minute in range(240)]
    inputs.write_text("\n".join(["t_min,insulin_u_per_min,carbs_g_per_min", *rows]), encoding="utf-8")
    body = ("--body", "padova-t2d", "--subject", "normal#average", "--inputs", inputs)
    finished = invoke(
        "simulate", *body, "--organ", FOLDER / "adipocyte.yaml", "--output", "adipocyte.GLUT4m", "--out", out
    )
    assert finished.returncode == 0, finished.stderr
    surface = pl.read_csv(out)["adipocyte.GLUT4m"]
    assert surface.max() > 1.2 * surface[0]


@pytest.mark.slow
def test_run_is_drawn(invoke: Invoke, tmp_path: Path) -> None:
    plot = tmp_path / "run.svg"
    finished = invoke("sbml", "simulate", CELLS, "--until", "2", "--output", "glucoseuptake", "--plot", plot)
    assert finished.returncode == 0
    assert "glucoseuptake" in plot.read_text(encoding="utf-8")
