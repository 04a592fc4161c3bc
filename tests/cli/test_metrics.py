"""``glucotwin metrics``."""

import json
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from glucotwin.cli.metrics import TARGET_NAMES
from glucotwin.metrics.time_in_range import TARGET_PRESETS

Invoke = Callable[..., subprocess.CompletedProcess[str]]
DEMO = Path(str(resources.files("glucotwin.workflows"))) / "demo_data" / "azt1d_subject_24.csv.gz"


def rows(page: str) -> dict[str, str]:
    """Values of the table by the name of the metric."""
    cells = [[cell for cell in line.split("  ") if cell] for line in page.splitlines()]
    return {row[0].strip(): row[1].strip() for row in cells if len(row) > 1}


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """Two days at five minutes: 100 mg/dL, but 200 in the last quarter of each day."""
    times = [(day, minute) for day in (1, 2) for minute in range(0, 1440, 5)]
    lines = [
        f"2024-03-0{day} {minute // 60:02d}:{minute % 60:02d},{200 if minute >= 1080 else 100}" for day, minute in times
    ]
    file = tmp_path / "cgm.csv"
    file.write_text("time,glucose_mgdl\n" + "\n".join(lines) + "\n")
    return file


def test_table_shows_the_consensus_metrics(invoke: Invoke, csv: Path) -> None:
    finished = invoke("metrics", csv, "--zone", "Europe/Berlin")
    assert finished.returncode == 0
    values = rows(finished.stdout)
    assert values["mean glucose"] == "125 mg/dL"
    assert values["in range 70-180 mg/dL"] == "75.0 %"
    assert values["above 180 mg/dL"] == "25.0 %"
    assert values["glucose management indicator (GMI)"] == "-"
    assert "Less than 14 days" in finished.stdout


def test_table_in_mmoll_uses_the_defined_thresholds(invoke: Invoke, csv: Path) -> None:
    values = rows(invoke("metrics", csv, "--zone", "UTC", "--units", "mmol/L").stdout)
    assert values["in range 3.9-10.0 mmol/L"] == "75.0 %"
    assert values["mean glucose"] == "6.9 mmol/L"


def test_days_are_local_and_the_last_one_counts(invoke: Invoke, csv: Path) -> None:
    period = ("--from", "2024-03-02", "--to", "2024-03-02")
    panel = json.loads(invoke("metrics", csv, "--zone", "Europe/Berlin", *period, "--json").stdout)["metrics"]
    assert panel["reading_count"] == 288
    assert panel["start_local"] == "2024-03-02T00:00:00"
    assert panel["end_local"] == "2024-03-02T23:55:00"


def test_saved_timeline_gives_the_same_as_its_file(invoke: Invoke, tmp_path: Path) -> None:
    invoke("import", DEMO, "--out", tmp_path / "line")
    from_file, from_folder = (
        json.loads(invoke("metrics", path, "--json").stdout) for path in (DEMO, tmp_path / "line")
    )
    assert from_file == from_folder
    assert from_file["metrics"]["time_in_range"]["tir_pct"] == pytest.approx(83.0, abs=0.1)


def test_targets_are_the_presets() -> None:
    assert set(TARGET_NAMES) == set(TARGET_PRESETS)


@pytest.mark.parametrize("target", TARGET_NAMES)
def test_every_target_gives_a_table(invoke: Invoke, csv: Path, target: str) -> None:
    finished = invoke("metrics", csv, "--zone", "UTC", "--target", target)
    assert finished.returncode == 0
    assert ("63-140" in finished.stdout) == (target in {"pregnancy-type-1", "gestational"})


def test_period_without_readings_is_an_error(invoke: Invoke, csv: Path) -> None:
    finished = invoke("metrics", csv, "--zone", "UTC", "--from", "2025-01-01", "--to", "2025-01-02")
    assert finished.returncode == 2
    assert "error[too-little-data]" in finished.stderr


def test_period_that_ends_before_it_starts_is_an_error(invoke: Invoke, csv: Path) -> None:
    finished = invoke("metrics", csv, "--zone", "UTC", "--from", "2024-03-03", "--to", "2024-03-01")
    assert finished.returncode == 2


def test_folder_that_is_no_timeline_is_an_error(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke("metrics", tmp_path)
    assert finished.returncode == 2
    assert "no timeline" in finished.stderr


def test_a_range_of_ones_own_gives_a_table_with_its_bounds(invoke: Invoke, csv: Path) -> None:
    finished = invoke("metrics", csv, "--zone", "UTC", "--target", "80-160")
    assert finished.returncode == 0, finished.stderr
    assert "80-160" in finished.stdout


def test_a_target_that_is_none_is_refused_with_what_there_is(invoke: Invoke, csv: Path) -> None:
    finished = invoke("metrics", csv, "--zone", "UTC", "--target", "mine")
    assert finished.returncode == 2
    assert "pregnancy-type-1" in finished.stderr
