"""``glucotwin corrections``."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glucotwin.domain.archive import MANIFEST, load_timeline, save_timeline
from glucotwin.domain.correction import Correction
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline

Invoke = Callable[..., subprocess.CompletedProcess[str]]
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def step(hour: int, original: float, reason: str = "units-converted") -> Correction:
    return Correction(
        time=NOON.replace(hour=hour),
        stream="meal",
        quantity="carbs_g",
        original=original,
        corrected=40.0,
        reason=reason,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    records = [
        *(Meal(time=NOON.replace(hour=hour), carbs_g=40.0) for hour in (8, 12)),
        step(8, 4.0),
        step(12, 400.0, "x"),
    ]
    line = Timeline.from_records(Person(person_id="p1"), records)
    reports = {"quality": {"findings": []}, "days": {"days": 0}}
    return save_timeline(line, tmp_path / "line", manifest_inputs={"source-1": "ab"}, reports=reports)


def carbs(folder: Path) -> list[float]:
    return load_timeline(folder).frame(Meal)["carbs_g"].to_list()


def manifest(folder: Path) -> dict[str, object]:
    return json.loads((folder / MANIFEST).read_text())


def steps(invoke: Invoke, folder: Path) -> list[dict[str, object]]:
    return json.loads(invoke("corrections", "list", folder, "--json").stdout)["steps"]


def test_list_shows_originals_reasons_and_state(invoke: Invoke, folder: Path) -> None:
    finished = invoke("corrections", "list", folder)
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert len(lines) == 3
    assert "units-converted" in lines[1]
    assert lines[1].endswith("holds")
    assert invoke("corrections", "list", folder, "--reason", "x").stdout.count("400") == 1


def test_one_step_is_taken_back_and_made_again(invoke: Invoke, folder: Path) -> None:
    before = manifest(folder)
    first = steps(invoke, folder)[0]
    finished = invoke("corrections", "undo", folder, first["id"])
    assert finished.returncode == 0, finished.stderr
    assert carbs(folder) == [4.0, 40.0]
    assert [one["reversed"] for one in steps(invoke, folder)] == [True, False]
    assert steps(invoke, folder)[0]["id"] == first["id"]
    assert invoke("corrections", "redo", folder, first["id"]).returncode == 0
    after = manifest(folder)
    assert carbs(folder) == [40.0, 40.0]
    assert (after["content_sha256"], after["inputs"]) == (before["content_sha256"], before["inputs"])


def test_steps_are_chosen_by_reason_day_or_all(invoke: Invoke, folder: Path) -> None:
    assert json.loads(invoke("corrections", "undo", folder, "--reason", "x", "--json").stdout)["done"] == 1
    assert carbs(folder) == [40.0, 400.0]
    assert json.loads(invoke("corrections", "undo", folder, "--from", "2024-03-02", "--json").stdout)["done"] == 0
    assert json.loads(invoke("corrections", "undo", folder, "--all", "--json").stdout)["done"] == 1
    assert carbs(folder) == [4.0, 400.0]
    assert json.loads(invoke("corrections", "redo", folder, "--all", "--json").stdout)["done"] == 2


def test_reports_stay_and_days_are_judged_anew(invoke: Invoke, folder: Path) -> None:
    invoke("corrections", "undo", folder, "--all")
    assert json.loads((folder / "quality.json").read_text()) == {"findings": []}
    assert json.loads((folder / "days.json").read_text())["reports"][0]["carbs_g"] == 404.0


def test_nothing_or_everything_and_something_is_no_choice(invoke: Invoke, folder: Path) -> None:
    for arguments in ((), ("--all", "--reason", "x")):
        finished = invoke("corrections", "undo", folder, *arguments)
        assert finished.returncode == 2
        assert "Say which steps" in finished.stderr
    assert carbs(folder) == [40.0, 40.0]


def test_unknown_step_and_missing_record_are_told(invoke: Invoke, folder: Path, tmp_path: Path) -> None:
    finished = invoke("corrections", "undo", folder, "00000000")
    assert finished.returncode == 2
    assert "no such steps" in finished.stderr
    lonely = Timeline.from_records(Person(person_id="p1"), [Meal(time=NOON, carbs_g=7.0), step(12, 400.0)])
    path = save_timeline(lonely, tmp_path / "lonely")
    finished = invoke("corrections", "undo", path, "--all")
    assert "no longer as the step left it" in finished.stderr
    assert carbs(path) == [7.0]


def test_many_steps_are_counted_by_kind(invoke: Invoke, tmp_path: Path) -> None:
    many = [step(minute % 24, float(minute)) for minute in range(60)]
    path = save_timeline(Timeline.from_records(Person(person_id="p1"), many), tmp_path / "many")
    assert invoke("corrections", "list", path).stdout.splitlines()[1].split() == [
        "meal",
        "carbs_g",
        "units-converted",
        "60",
        "0",
    ]
