"""``glucotwin whatif``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.domain.archive import save_timeline
from glucotwin.twin.archive import save_twin
from made_up_person import made_up_timeline, made_up_twin

Invoke = Callable[..., subprocess.CompletedProcess[str]]
EVENING = ("--from", "2024-03-04T18:00", "--to", "2024-03-05T00:00")


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of the twin and of the timeline."""
    place = tmp_path_factory.mktemp("person")
    return save_twin(made_up_twin(), place / "twin.json"), save_timeline(made_up_timeline(), place / "timeline")


def test_replay_tells_the_change_and_the_difference(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("whatif", *paths, *EVENING, "--add-carbs", "2024-03-04T20:00=15")
    assert finished.returncode == 0, finished.stderr
    assert "15 g of carbohydrate at 20:00" in finished.stdout
    row = next(line for line in finished.stdout.splitlines() if line.startswith("Mean glucose"))
    assert "+" in row
    assert row.count("(") == 3


@pytest.mark.parametrize(
    "change",
    [
        ("--scale-bolus", "2024-03-04T19:00=1.2"),
        ("--shift-bolus", "2024-03-04T19:00=-20"),
        ("--add-bolus", "2024-03-04T21:00=1"),
        ("--scale-meal", "2024-03-04T19:00=0.5"),
        ("--shift-meal", "2024-03-04T19:00=30"),
        ("--scale-basal", "0.8"),
        ("--add-fast-carbs", "2024-03-04T21:00=10"),
    ],
)
def test_every_kind_of_change_is_answered(invoke: Invoke, paths: tuple[Path, Path], change: tuple[str, str]) -> None:
    values = json.loads(invoke("whatif", *paths, *EVENING, *change, "--json").stdout)
    assert len(values["answer"]["changes"]) == 1
    assert any(abs(one) > 0.5 for one in values["answer"]["difference"]["median_mgdl"])


@pytest.mark.slow
def test_looking_ahead_starts_from_the_forecast(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    ahead = ("--ahead", "--at", "2024-03-04T18:00", "--horizon", "120")
    finished = invoke("whatif", *paths, *ahead, "--add-carbs", "2024-03-04T18:30=20", "--json")
    answer = json.loads(finished.stdout)["answer"]
    assert (answer["kind"], answer["observed_mgdl"]) == ("ahead", None)


def test_plot_is_written_in_the_readers_unit(invoke: Invoke, paths: tuple[Path, Path], tmp_path: Path) -> None:
    plot = ("--plot", tmp_path / "answer.svg", "--units", "mmol/L")
    finished = invoke("whatif", *paths, *EVENING, "--add-carbs", "2024-03-04T20:00=15", *plot)
    assert finished.returncode == 0, finished.stderr
    text = (tmp_path / "answer.svg").read_text(encoding="utf-8")
    assert "Difference, mmol/L" in text
    assert "mg/dL" not in text


def test_insulin_is_refused_in_the_review_profile_but_a_meal_is_not(
    invoke: Invoke, paths: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLUCOTWIN_PROFILE", "review")
    refused = invoke("whatif", *paths, *EVENING, "--scale-basal", "0.8")
    assert (refused.returncode, "error[not-allowed]" in refused.stderr) == (2, True)
    assert invoke("whatif", *paths, *EVENING, "--scale-meal", "2024-03-04T19:00=0.5").returncode == 0


def test_question_without_a_change_or_a_window_is_explained(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    assert "Nothing is changed" in invoke("whatif", *paths, *EVENING).stderr
    assert "needs --from and --to" in invoke("whatif", *paths, "--scale-basal", "0.8").stderr
    assert "needs --ahead and --at" in invoke("whatif", *paths, "--ahead", "--scale-basal", "0.8").stderr


@pytest.mark.parametrize("typed", ["2024-03-04T19:00", "2024-03-04T19:00=much", "dinner=1"])
def test_change_that_cannot_be_read_is_a_usage_error(invoke: Invoke, paths: tuple[Path, Path], typed: str) -> None:
    finished = invoke("whatif", *paths, *EVENING, "--scale-bolus", typed)
    assert finished.returncode == 2
    assert "error[usage]" in finished.stderr


def test_bolus_that_was_never_given_is_named(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("whatif", *paths, *EVENING, "--scale-bolus", "2024-03-04T22:00=1.2")
    assert (finished.returncode, "There is no bolus within 10 min" in finished.stderr) == (2, True)


@pytest.mark.slow
def test_an_algorithm_can_be_put_in_charge(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    settings = ("--carb-ratio", "10", "--correction-factor", "45", "--target", "110")
    values = json.loads(invoke("whatif", *paths, *EVENING, "--algorithm", "loop", *settings, "--json").stdout)
    assert "loop" in values["answer"]["changes"][0]
    assert any(abs(one) > 0.5 for one in values["answer"]["difference"]["median_mgdl"])


def test_what_an_algorithm_lacks_is_said(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    unset = invoke("whatif", *paths, *EVENING, "--algorithm", "loop")
    assert unset.returncode == 2
    assert "--carb-ratio" in unset.stderr
    twice = invoke("whatif", *paths, *EVENING, "--algorithm", "loop", "--dosing", "calculator")
    assert twice.returncode == 2
    assert "--dosing" in twice.stderr


@pytest.mark.slow
def test_therapies_stand_beside_what_was(invoke: Invoke, paths: tuple[Path, Path]) -> None:
    finished = invoke("whatif", "compare", *paths, "--days", "1", "-a", "basal=0.7", "-a", "bolus-shift=-15")
    assert finished.returncode == 0, finished.stderr
    assert "Every bolus of a meal given 15 min earlier" in finished.stdout
    row = next(line for line in finished.stdout.splitlines() if line.startswith("Mean glucose"))
    assert row.count("[") == 2


@pytest.mark.parametrize("bad", ["basal", "basal=lots", "prayer=1", "carb-ratio=9,dosing=proportional"])
def test_an_alternative_that_is_not_understood_is_refused(invoke: Invoke, paths: tuple[Path, Path], bad: str) -> None:
    finished = invoke("whatif", "compare", *paths, "-a", bad)
    assert finished.returncode == 2
    assert "alternative" in finished.stderr or "leave one out" in finished.stderr
