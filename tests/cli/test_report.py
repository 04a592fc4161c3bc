"""``glucotwin report``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.core.message import message
from glucotwin.domain.archive import save_timeline
from glucotwin.twin.archive import save_twin
from made_up_person import made_up_timeline, made_up_twin
from report_text import english_left

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of the twin and of the timeline."""
    place = tmp_path_factory.mktemp("person")
    return save_twin(made_up_twin(), place / "twin.json"), save_timeline(made_up_timeline(), place / "timeline")


def test_report_with_a_twin_judges_its_forecasts(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    finished = invoke("report", paths[1], "--twin", paths[0], "--out", file, "--json")
    assert finished.returncode == 0, finished.stderr
    values = json.loads(finished.stdout)
    assert values["report"] == str(file)
    assert len(values["answer"]["evaluation"]["horizons"]) == 3
    page = file.read_text(encoding="utf-8")
    rmse = values["answer"]["evaluation"]["horizons"][1]["rmse_mgdl"]
    assert f"typical error was {rmse:.1f}" in page


def test_report_of_a_file_without_a_twin_shows_its_quality(invoke: Invoke, tmp_path: Path) -> None:
    rows = [f"2024-03-0{day} {hour:02d}:{minute:02d},110" for day in (1, 2) for hour in range(24) for minute in (0, 30)]
    (tmp_path / "cgm.csv").write_text("time,glucose_mgdl\n" + "\n".join(rows) + "\n")
    file = tmp_path / "report.html"
    finished = invoke("report", tmp_path / "cgm.csv", "--zone", "UTC", "--out", file, "--units", "mmol/L")
    assert finished.returncode == 0, finished.stderr
    assert str(file) in finished.stdout
    page = file.read_text(encoding="utf-8")
    assert message("report-no-twin") in page
    assert message("report-finding-text") in page
    assert "3.9 and 10.0" in page


def test_existing_report_is_not_replaced_unasked(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("mine")
    finished = invoke("report", paths[1], "--out", file)
    assert (finished.returncode, file.read_text()) == (2, "mine")
    finished = invoke("report", paths[1], "--out", file, "--overwrite", "--language", "de")
    assert (finished.returncode, finished.stdout) == (0, f"Der Bericht steht in {file}\n")
    page = file.read_text(encoding="utf-8")
    assert '<html lang="de">' in page
    assert english_left(page) == []


def test_missing_folder_is_named_and_nothing_is_left(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    finished = invoke("report", paths[1], "--out", tmp_path / "nowhere" / "report.html")
    assert finished.returncode == 2
    assert list(tmp_path.iterdir()) == []
