"""``glucotwin forecast evaluate``, and that ``glucotwin forecast`` became a group without breaking its old use."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from glucotwin.domain.archive import save_timeline
from made_up_person import PERSON, made_up_timeline

Invoke = Callable[..., subprocess.CompletedProcess[str]]

SYSTEMS = {"persistence", "linear", "ridge", "gbm", "without-mechanism", "twin-only", "twin"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, the second with a sensor alone."""
    place = tmp_path_factory.mktemp("people")
    save_timeline(made_up_timeline(), place / "made-up")
    other = made_up_timeline(replace(PERSON, person_id="other"))
    glucose = other.streams["glucose"].with_columns(pl.col("glucose_mgdl") + 20.0)
    save_timeline(replace(other, streams={"glucose": glucose}), place / "other")
    return place


@pytest.mark.slow
def test_json_has_every_forecaster_every_person_and_their_attributes(
    invoke: Invoke, people: Path, tmp_path: Path
) -> None:
    log = tmp_path / "looks.jsonl"
    finished = invoke(
        "forecast", "evaluate", people, "--horizons", "30,60", "--split", "chronological:0.8", "--log", log, "--json"
    )
    assert finished.returncode == 0, finished.stderr
    values = json.loads(finished.stdout)
    assert values["subjects"] == 2
    assert {*values["horizons"]} == {"30", "60"}
    assert {*values["horizons"]["30"]} == SYSTEMS
    assert values["horizons"]["30"]["persistence"]["rmse"] < values["horizons"]["60"]["persistence"]["rmse"]
    assert 0.0 <= values["horizons"]["60"]["twin"]["coverage_90"] <= 1.0
    assert {*values["gains"]["30"]} == {"persistence", "ridge", "gbm", "without-mechanism", "twin-only"}
    rows = {row["person_id"]: row for row in values["per_subject"]}
    assert rows["made-up"]["attributes"]["diabetes_type"] == "type1"
    assert (rows["made-up"]["has_twin"], rows["other"]["has_twin"]) == (True, True)
    assert values["without_twin"] == {}
    assert values["test_looks"] == 1
    assert values["settings"]["train_fraction"] == 0.8
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.slow
def test_strangers_short_histories_and_announcements_are_judged_when_asked(invoke: Invoke, people: Path) -> None:
    options = ("--horizons", "30", "--leave-one-person-out", "--learning-curve", "3,4", "--announced", "--nights")
    finished = invoke("forecast", "evaluate", people, *options)
    assert finished.returncode == 0, finished.stderr
    assert "For people left out of the training" in finished.stdout
    curve = finished.stdout.split("after so many days of history")[1].split("\n\n")[1].splitlines()
    assert [line.split()[:2] for line in curve[1:]] == [["3", "30"], ["4", "30"]]


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--split", "random:0.8", "chronological"),
        ("--split", "chronological:1.5", "0.1 to 0.95"),
        ("--horizons", "7", "multiples of 5"),
        ("--learning-curve", "three", "list of days"),
        ("--learning-curve", "1", "at least 2 days"),
    ],
)
def test_what_cannot_be_judged_is_refused_before_any_work(
    invoke: Invoke, option: str, value: str, complaint: str
) -> None:
    finished = invoke("forecast", "evaluate", "nowhere", option, value)
    assert finished.returncode == 2
    assert complaint in finished.stderr


def test_the_group_says_what_it_can_and_the_old_form_still_means_one_person(invoke: Invoke) -> None:
    assert "evaluate" in invoke("forecast", "--help").stdout
    old = invoke("forecast", "no-such.twin.json", "no-such-timeline")
    named = invoke("forecast", "person", "no-such.twin.json", "no-such-timeline")
    assert old.returncode == 2
    assert (old.stderr, old.returncode) == (named.stderr, named.returncode)
    assert "no-such.twin.json" in old.stderr


def test_options_may_come_before_the_old_forms_arguments(invoke: Invoke) -> None:
    finished = invoke("forecast", "--horizon", "60", "no-such.twin.json", "no-such-timeline")
    assert "no-such.twin.json" in finished.stderr
