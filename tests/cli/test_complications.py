"""``glucotwin complications``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from made_up_patient import letter

Invoke = Callable[..., subprocess.CompletedProcess[str]]
QUICK = ("--samples", "100")


@pytest.fixture
def person(tmp_path: Path) -> Path:
    file = tmp_path / "person.json"
    file.write_text(letter(egfr=57))
    return file


def test_answer_has_one_object_per_score(invoke: Invoke, person: Path) -> None:
    finished = invoke("complications", person, "--years", "10", "--json", *QUICK)
    assert finished.returncode == 0
    answer = json.loads(finished.stdout)
    assert 0 < answer["score2_diabetes"]["risk_10y"] < 1
    assert 0 < answer["kfre"]["risk_2y"] < answer["kfre"]["risk_5y"] < 1
    assert 0 < answer["prevent"]["risk_10y"] < 1
    assert 0 < answer["recode"]["events"]["death"]["risk_10y"] < 1
    assert len(answer["ukpds_om2"]["events"]["mi"]["risk_by_year"]) == 10
    assert answer["fib4"]["valid"] is False
    assert answer["fib4"]["refused_because"][0]["key"] == "ast_u_l"


def test_table_tells_risks_drugs_and_refusals_to_people(invoke: Invoke, person: Path, tmp_path: Path) -> None:
    plot = tmp_path / "years.svg"
    finished = invoke("complications", person, "--drug", "sglt2_inhibitor", "--plot", plot, *QUICK)
    assert finished.returncode == 0
    assert "SCORE2-Diabetes" in finished.stdout
    assert "on the drugs" in finished.stdout
    assert "FIB-4: not meant for this person: ast_u_l is needed" in finished.stdout
    assert "not a medical device" in finished.stderr
    assert "heart attack" in plot.read_text()


def test_schema_lists_keys_units_choices_and_defaults(invoke: Invoke) -> None:
    told = invoke("complications", "--schema").stdout
    assert "hba1c_pct" in told
    assert "% (NGSP)" in told
    assert "female | male" in told
    assert "default false" in told
    keys = json.loads(invoke("complications", "--schema", "--json").stdout)["keys"]
    assert {"key", "meaning", "unit", "choices", "required"} <= set(keys[0])


@pytest.mark.parametrize(
    ("changes", "named"), [({"hba1c": 7}, "hba1c (did you mean hba1c_pct?)"), ({"sex": "x"}, "sex")]
)
def test_bad_description_is_told_by_key(invoke: Invoke, person: Path, changes: dict[str, object], named: str) -> None:
    person.write_text(letter(**changes))
    finished = invoke("complications", person, "--json")
    assert finished.returncode == 2
    assert named in json.loads(finished.stdout)["error"]["message"]


def test_file_has_to_be_named(invoke: Invoke) -> None:
    finished = invoke("complications")
    assert finished.returncode == 2
    assert "--schema" in finished.stderr


def test_plot_of_another_kind_is_refused_before_anything_is_worked_out(invoke: Invoke, person: Path) -> None:
    finished = invoke("complications", person, "--plot", "years.bmp")
    assert finished.returncode == 2
    assert "unrecognised-format" in finished.stderr
