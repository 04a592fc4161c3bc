"""``glucotwin alarms``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.domain.archive import save_timeline
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.twin.archive import save_twin
from made_up_person import made_up_timeline, made_up_twin

Invoke = Callable[..., subprocess.CompletedProcess[str]]
DAY = ("--from", "2024-03-04T06:00", "--to", "2024-03-04T18:00")


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of the twin and of the timeline."""
    place = tmp_path_factory.mktemp("person")
    return save_twin(made_up_twin(), place / "twin.json"), save_timeline(made_up_timeline(), place / "timeline")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of somebody who wants to know of lows early."""
    path = tmp_path / "alarms.yaml"
    path.write_text("low_mgdl: 100\nhigh_mgdl: 160\nquiet_hours:\n- {start: '09:00', end: '09:30'}\n", encoding="utf-8")
    return path


def test_list_shows_every_alarm(invoke: Invoke) -> None:
    finished = invoke("alarms", "list")
    assert finished.returncode == 0, finished.stderr
    assert "Urgent low soon" in finished.stdout
    assert "Keep the sensor's own alarms switched on" in finished.stdout
    values = json.loads(invoke("alarms", "list", "--json").stdout)
    assert [one["kind"] for one in values["alarms"]] == [str(kind) for kind in AlarmKind]


def test_replay_says_when_why_and_what_to_do(invoke: Invoke, paths: tuple[Path, Path], settings: Path) -> None:
    finished = invoke("alarms", "replay", *paths, *DAY, "--settings", settings, "--all")
    assert finished.returncode == 0, finished.stderr
    assert "Alarms of made-up from 4 March 2024" in finished.stdout
    assert "the limit is 160" in finished.stdout
    assert "sounded per day" in finished.stdout
    assert "Keep the sensor's own alarms switched on" in finished.stdout


def test_json_holds_the_envelope_and_the_texts(invoke: Invoke, paths: tuple[Path, Path], settings: Path) -> None:
    values = json.loads(invoke("alarms", "replay", *paths, *DAY, "--settings", settings, "--json").stdout)
    assert values["context_of_use"] == "alarm"
    alarms = values["answer"]["alarms"]
    assert alarms
    assert all(one["text"]["why"] and one["text"]["what_to_do"] for one in alarms)
    assert values["answer"]["settings"]["low_mgdl"] == 100.0


def test_plot_is_written(invoke: Invoke, paths: tuple[Path, Path], settings: Path, tmp_path: Path) -> None:
    finished = invoke(
        "alarms", "replay", *paths, *DAY, "--settings", settings, "--no-steps", "--plot", tmp_path / "alarms.svg"
    )
    assert finished.returncode == 0, finished.stderr
    assert "Alarms of made-up" in (tmp_path / "alarms.svg").read_text(encoding="utf-8")


def test_unsafe_settings_are_refused_with_the_place(invoke: Invoke, tmp_path: Path) -> None:
    unsafe = tmp_path / "alarms.yaml"
    unsafe.write_text("behaviour:\n  urgent-low-soon: {enabled: false}\n", encoding="utf-8")
    finished = invoke("alarms", "replay", "no-twin", "no-timeline", "--settings", unsafe)
    assert finished.returncode == 2
    assert "cannot be switched off" in finished.stderr
