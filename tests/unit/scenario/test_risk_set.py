"""Risk scenarios are read as published, and what cannot be is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.scenario.risk_set import ACCEPT, Arm, read_risk_set

EXAMPLE = Path(__file__).parents[3] / "examples" / "risk" / "tidepool.json"


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads(EXAMPLE.read_text("utf-8"))


def written(folder: Path, document: object) -> Path:
    path = folder / "set.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_three_arms_have_what_they_override_and_the_base_for_the_rest() -> None:
    found = read_risk_set(EXAMPLE, scenarios=frozenset({"TLR-1005"}))
    arms = {one.arm: one for one in found.simulations if one.profile == "median_profile_v1"}
    assert set(arms) == set(Arm)
    loop, guarded = arms[Arm.LOOP], arms[Arm.LOOP_WITH_GUARDRAILS]
    assert arms[Arm.NO_LOOP].controller is None
    assert loop.controller is not None
    assert guarded.controller is not None
    assert (loop.controller.settings.suspend_mgdl, guarded.controller.settings.suspend_mgdl) == (70.0, 75.0)
    assert loop.patient.pump.target_range.lower_values == (70.0,)
    assert loop.patient.patient_model.carb_entries[0].value == 31.0
    assert loop.patient.patient_model.bolus_entries[0].value == ACCEPT
    assert loop.patient.patient_model.metabolism_settings.basal_rate.values == (0.5,)
    assert loop.duration_hours == 8.0


def test_the_three_views_differ_by_the_hazard() -> None:
    found = read_risk_set(EXAMPLE, scenarios=frozenset({"TLR-969_30_3"}))
    person = found.simulations[0].patient
    assert [one.duration for one in person.patient_model.carb_entries] == [30.0]
    assert [one.duration for one in person.pump.carb_entries] == [180.0]


def test_unknown_scenario_is_refused_with_what_there_is() -> None:
    with pytest.raises(DataError, match="no scenario 'TLR-0'") as raised:
        read_risk_set(EXAMPLE, scenarios=frozenset({"TLR-0"}))
    assert "from TLR-1005" in raised.value.hint


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scenarios": [{"id": "A"}], "reusable": {}}', '{"scenarios": 3}'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=r"other\.json holds no risk scenarios") as raised:
        read_risk_set(path)
    assert raised.value.code is ErrorCode.UNREADABLE_FILE


def test_an_arm_with_what_nobody_knows_is_left_out_and_the_rest_is_read(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    profile = document["scenarios"][0]["profiles"]["median_profile_v1"]
    profile["override_config"][0]["patient"]["pump"]["carb_entries"] = "reusable.carb_doses.lost"
    found, whole = read_risk_set(written(tmp_path, document)), read_risk_set(EXAMPLE)
    assert len(found.simulations) == len(whole.simulations) - 1
    assert list(found.left_out) == ["TLR-1005 median_profile_v1 loop"]
    assert "carb_entries" in found.left_out["TLR-1005 median_profile_v1 loop"]


def test_readings_that_the_set_has_lost_are_not_made_up(tmp_path: Path, document: dict[str, Any]) -> None:
    document["reusable"]["reusable.glucose.flat_110_12hr"] = {"error": "could not convert"}
    found = read_risk_set(written(tmp_path, document))
    assert not found.simulations
    assert all("glucose_history" in why for why in found.left_out.values())


def test_no_file_is_said_as_such(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no file"):
        read_risk_set(tmp_path / "nothing.json")
