"""``glucotwin regimen compare``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from made_up_patient import letter
from type2_cohort import PEOPLE, write_type2_cohort

Invoke = Callable[..., subprocess.CompletedProcess[str]]


def test_candidates_are_told_beside_no_change(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter(egfr=40, hba1c_pct=8.5))
    finished = invoke("regimen", "compare", file, "--candidates", "metformin:2000", "--months", "12", "--json")
    told = json.loads(finished.stdout)["candidates"]
    assert told["metformin:2000"]["hba1c_pct"]["6"]["median"] < told["unchanged"]["hba1c_pct"]["6"]["median"]
    assert told["metformin:2000"]["cautions"][0]["code"] == "regimen-caution-metformin-dose"


def test_what_is_contraindicated_does_not_stand_unbeaten(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter(egfr=25, hba1c_pct=8.5))
    finished = invoke("regimen", "compare", file, "--candidates", "metformin:1000,linagliptin:5", "--json")
    told = json.loads(finished.stdout)["candidates"]
    assert not told["metformin:1000"]["unbeaten"]
    assert told["linagliptin:5"]["unbeaten"]


def test_unknown_medicine_is_named(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter())
    finished = invoke("regimen", "compare", file, "--candidates", "snakeoil:3")
    assert finished.returncode != 0
    assert "snakeoil" in finished.stderr


def test_no_candidate_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter())
    finished = invoke("regimen", "compare", file, "--candidates", " , ")
    assert finished.returncode != 0
    assert "--candidates" in finished.stderr
    assert not finished.stdout


def test_lows_risks_guidelines_and_targets_are_told(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter(hba1c_pct=8.6, egfr=58, smoker=True))
    candidates = "empagliflozin:10,glargine:titrated@1,stop-glimepiride:2+semaglutide:1+atorvastatin:40"
    finished = invoke("regimen", "compare", file, "--candidates", candidates, "--json")
    told = json.loads(finished.stdout)["candidates"]
    sglt2 = told["empagliflozin:10"]
    assert sglt2["risks_10y"]["recode"]["heart_failure"] < told["unchanged"]["risks_10y"]["recode"]["heart_failure"]
    verdicts = {one["code"]: one["verdict"] for one in sglt2["guidelines"]}
    assert verdicts["regimen-guideline-kidney"] == "follows"
    assert told["glargine:titrated@1"]["end"]["insulin_u_per_d"] > 10
    third = told["stop-glimepiride:2+semaglutide:1+atorvastatin:40"]
    assert third["targets_met"]["ldl"] > told["unchanged"]["targets_met"]["ldl"]


def test_page_tells_candidates_in_a_row_and_guidelines_below(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter(hba1c_pct=8.6, egfr=50))
    finished = invoke("regimen", "compare", file, "--candidates", "empagliflozin:10,pioglitazone:30")
    assert "empagliflozin:10" in finished.stdout
    assert "followed by empagliflozin:10" in finished.stdout


def test_doses_that_cannot_be_are_told(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter())
    for candidate in (
        "metformin:9000",
        "metformin",
        "metformin:titrated",
        "metformin:500@99",
        "metformin:500+metformin:1",
    ):
        finished = invoke("regimen", "compare", file, "--candidates", candidate)
        assert finished.returncode != 0
        assert "metformin" in finished.stderr


@pytest.mark.slow
def test_the_picture_is_drawn(invoke: Invoke, tmp_path: Path) -> None:
    file, plot = tmp_path / "person.json", tmp_path / "regimens.svg"
    file.write_text(letter(hba1c_pct=8.6))
    invoke("regimen", "compare", file, "--candidates", "empagliflozin:10", "--plot", plot)
    assert "<svg" in plot.read_text()


def test_a_cohort_takes_every_candidate_and_people_are_written_and_drawn(invoke: Invoke, tmp_path: Path) -> None:
    cohort = write_type2_cohort(tmp_path / "type2.parquet")
    people, plot = tmp_path / "people.csv", tmp_path / "arms.png"
    asked = ("--candidates", "metformin:2000,semaglutide:1", "--months", "3", "--hba1c", "7-10")
    finished = invoke("regimen", "cohort", cohort, *asked, "--out", people, "--plot", plot)
    assert finished.returncode == 0, finished.stderr
    assert "semaglutide:1" in finished.stdout
    assert plot.read_bytes().startswith(b"\x89PNG")
    told = json.loads(invoke("regimen", "cohort", cohort, *asked, "--json").stdout)
    assert told["people"] + sum(told["left_out"].values()) == PEOPLE
    assert len(people.read_text().splitlines()) == 1 + 3 * told["people"]
    arms = told["candidates"]
    assert arms["semaglutide:1"]["hba1c_change_pct"]["mean"] < arms["unchanged"]["hba1c_change_pct"]["mean"]


def test_limits_of_hba1c_that_are_turned_round_are_refused(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke(
        "regimen", "cohort", tmp_path / "none.parquet", "--candidates", "metformin:2000", "--hba1c", "9-7"
    )
    assert finished.returncode != 0
    assert "turned round" in finished.stderr
