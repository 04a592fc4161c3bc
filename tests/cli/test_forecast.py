"""``glucotwin forecast``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.domain.archive import save_timeline
from glucotwin.twin.archive import save_twin
from made_up_person import made_up_timeline, made_up_twin

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of the twin and of the timeline."""
    place = tmp_path_factory.mktemp("person")
    return save_twin(made_up_twin(), place / "twin.json"), save_timeline(made_up_timeline(), place / "timeline")


def test_forecast_is_a_table_with_bands(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("forecast", *paths, "--at", "2024-03-04T12:00", "--horizon", 60)
    assert finished.returncode == 0, finished.stderr
    assert "Forecast for made-up from 4 March 2024, 12:00" in finished.stdout
    rows = [line.split() for line in finished.stdout.splitlines() if line.strip()[:2] in {"30", "60"}]
    assert [row[:2] for row in rows] == [["30", "12:30"], ["60", "13:00"]]
    assert all(row[3].count("-") == 1 for row in rows)


def test_json_is_the_whole_envelope(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    values = json.loads(invoke("forecast", *paths, "--at", "2024-03-04T12:00+00:00", "--json").stdout)
    assert values["profile"] == "research"
    assert values["answer"]["origin"] == "2024-03-04T12:00:00+00:00"
    assert values["answer"]["t_min"][-1] == 240


def test_forecast_can_be_judged_on_later_days(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("forecast", *paths, "--evaluate", "--horizons", "30,60", "--units", "mmol/L")
    assert finished.returncode == 0, finished.stderr
    assert "60 min" in finished.stdout
    assert "120 min" not in finished.stdout
    assert "RMSE, mmol/L" in finished.stdout


def test_plot_is_written(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    finished = invoke("forecast", *paths, "--at", "2024-03-04T12:00", "--plot", tmp_path / "fan.svg")
    assert finished.returncode == 0, finished.stderr
    assert "what then happened" in (tmp_path / "fan.svg").read_text(encoding="utf-8")


def test_plot_of_an_unknown_kind_is_refused_before_any_work(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke("forecast", "no-twin", "no-timeline", "--plot", tmp_path / "fan.doc")
    assert (finished.returncode, "fan.doc is no picture" in finished.stderr) == (2, True)


def test_stale_readings_are_refused(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("forecast", *paths, "--at", "2024-03-09T12:00")
    assert finished.returncode == 2
    assert "error[too-little-data]" in finished.stderr


@pytest.mark.parametrize("horizons", ["soon", "7", "0", "30,900"])
def test_horizons_that_make_no_sense_are_refused(invoke: Invoke, paths: tuple[Path, Path], horizons: str) -> None:
    assert invoke("forecast", *paths, "--evaluate", "--horizons", horizons).returncode == 2


def test_time_that_is_none_is_explained(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("forecast", *paths, "--at", "yesterday")
    assert finished.returncode == 2
    assert "'yesterday' is no time." in finished.stderr
    assert "2024-03-20T18:30" in finished.stderr


def test_file_that_is_no_twin_is_refused(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "not-a-twin.json").write_text("{}")
    assert invoke("forecast", tmp_path / "not-a-twin.json", paths[1]).returncode == 2
