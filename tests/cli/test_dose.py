"""``glucotwin dose``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from made_up_oref import readings, request

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "input.json"
    file.write_text(json.dumps(request(glucose=readings(220, 3))))
    return file


def test_answer_has_the_stages_of_the_original(invoke: Invoke, document: Path) -> None:
    finished = invoke("dose", "--algorithm", "oref0", document)
    assert finished.returncode == 0
    answer = json.loads(finished.stdout)
    assert {"glucose_status", "autosens", "iob", "meal", "result"} <= set(answer)
    assert answer["result"]["rate"] == 3


def test_answer_is_the_same_json_when_asked_for(invoke: Invoke, document: Path) -> None:
    plain = invoke("dose", "--algorithm", "oref0", document)
    assert invoke("dose", "--algorithm", "oref0", document, "--json").stdout == plain.stdout


def test_recorded_case_may_hold_the_input(invoke: Invoke, document: Path) -> None:
    plain = invoke("dose", "--algorithm", "oref0", document).stdout
    document.write_text(json.dumps({"id": "a case", "input": json.loads(document.read_text())}))
    assert invoke("dose", "--algorithm", "oref0", document).stdout == plain


def test_what_counts_as_no_insulin_is_a_warning(invoke: Invoke, document: Path) -> None:
    document.write_text(json.dumps({**request(), "pumphistory": []}))
    finished = invoke("dose", "--algorithm", "oref0", document)
    assert "no pump history" in finished.stderr
    assert json.loads(finished.stdout)["warnings"]


@pytest.mark.parametrize(
    ("text", "code"), [("{", "unreadable-file"), ("[1]", "unreadable-file"), ('{"clock": "x"}', "invalid-value")]
)
def test_bad_input_says_what_is_wrong(invoke: Invoke, document: Path, text: str, code: str) -> None:
    document.write_text(text)
    finished = invoke("dose", "--algorithm", "oref0", document, "--json")
    assert finished.returncode == 2
    assert json.loads(finished.stdout)["error"]["code"] == code


def test_unknown_algorithm_is_a_wrong_use(invoke: Invoke, document: Path) -> None:
    finished = invoke("dose", "--algorithm", "crystal-ball", document)
    assert finished.returncode == 2
    assert "oref0" in finished.stderr


def test_loop_answers_with_its_forecast(invoke: Invoke) -> None:
    document = Path(__file__).parents[2] / "examples" / "dose" / "loop.json"
    finished = invoke("dose", "--algorithm", "loop", document)
    assert finished.returncode == 0
    answer = json.loads(finished.stdout)
    assert answer["recommendation"]["automatic"]["bolusUnits"] == pytest.approx(0.1966, abs=1e-4)
    assert len(answer["predictedGlucose"]["v"]) > 70
