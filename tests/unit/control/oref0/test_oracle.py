"""Whole decisions of a made-up person."""

from typing import Any

import pytest

from glucotwin.control.oref0.oracle import decide
from glucotwin.core.error import DataError, ErrorCode
from made_up_oref import Record, bolus, meal, pump_event, readings, request, temp

SMB = {"enableSMB_always": True}


def result(**fields: Any) -> Record:
    found = decide(request(**fields))["result"]
    assert isinstance(found, dict)
    return found


def test_high_and_rising_gets_more_within_the_limit() -> None:
    answer = result(glucose=readings(220, 3))
    assert answer["rate"] == 3
    assert answer["duration"] == 30
    assert "units" not in answer


def test_falling_low_gets_nothing() -> None:
    answer = result(glucose=readings(75, -3))
    assert answer["rate"] == 0
    assert 30 <= answer["duration"] <= 120


def test_micro_bolus_needs_permission_and_setting() -> None:
    high = readings(200, 3)
    assert "units" not in result(glucose=high, profile=SMB)
    assert "units" not in result(glucose=high, microBolusAllowed=True)
    assert result(glucose=high, profile=SMB, microBolusAllowed=True)["units"] > 0


def test_no_micro_bolus_within_the_interval_or_after_a_jump() -> None:
    high = readings(200, 3)
    waiting = result(glucose=high, profile=SMB, microBolusAllowed=True, history=[bolus(0.2, 2)])
    assert "units" not in waiting
    assert "to microbolus again" in waiting["reason"]
    jump = [{**high[0], "sgv": 280}, *high[1:]]
    assert "SMB disabled" in result(glucose=jump, profile=SMB, microBolusAllowed=True)["reason"]


def test_no_micro_bolus_with_a_high_temporary_target_or_after_the_pumps_wizard() -> None:
    high, allowed = readings(220, 3), {"glucose": readings(220, 3), "microBolusAllowed": True}
    target = {**SMB, "temptargetSet": True, "min_bg": 140, "max_bg": 140}
    assert "units" not in result(**allowed, profile=target)
    assert "units" in result(**allowed, profile={**target, "allowSMB_with_high_temptarget": True})
    wizard = [{**pump_event("BolusWizard", 60), "carb_input": 30}, bolus(3, 60)]
    assert "units" not in result(glucose=high, microBolusAllowed=True, profile=SMB, history=wizard)


def test_insulin_over_the_limit_returns_to_the_schedule() -> None:
    answer = result(glucose=readings(300, 2), history=[bolus(1, 5)], profile={"max_iob": 0.5}, autosens={"ratio": 1})
    assert answer["rate"] == 0.9
    assert "max_iob" in answer["reason"]


def test_carbs_on_board_are_absorbed_and_limited() -> None:
    stages = decide(request(glucose=readings(180, 4), carbs=[meal(300, 20)], history=[bolus(5, 20)]))
    eaten = stages["meal"]
    assert isinstance(eaten, dict)
    assert eaten["carbs"] == 300
    assert eaten["mealCOB"] == 120


def test_wrong_readings_return_to_the_schedule() -> None:
    running = {"rate": 3, "duration": 20}
    noisy = result(glucose=readings(150, 3, noise=3), currenttemp=running)
    assert (noisy["rate"], noisy["duration"]) == (0.9, 30)
    assert "units" not in noisy
    old = result(glucose=readings()[4:], currenttemp={"rate": 0, "duration": 60})
    assert (old["rate"], old["duration"]) == (0, 30)


def test_unknown_running_rate_is_canceled() -> None:
    answer = result(history=temp(2, 60, 30), currenttemp={"rate": 2, "duration": 25})
    assert (answer["rate"], answer["duration"]) == (0, 0)
    differs = result(history=temp(2, 20, 60), currenttemp={"rate": 1, "duration": 25}, microBolusAllowed=True)
    assert (differs["rate"], differs["duration"]) == (0, 0)


def test_rewind_forgets_the_sensitivity_of_before() -> None:
    falling = readings(140, 0, wobble_mgdl=8)
    before = decide(request(glucose=falling))
    after = decide(
        request(glucose=falling, history=[pump_event("Rewind", 20)], profile={"rewind_resets_autosens": True})
    )
    assert after["autosens"] == {"ratio": 1, "newisf": 50} or after["autosens"] != before["autosens"]


def test_given_sensitivity_is_used() -> None:
    stages = decide(request(autosens={"ratio": 0.8}))
    assert stages["autosens"] == {"ratio": 0.8}
    assert "autosens_8h" not in stages
    assert stages["result"]["ISF"] == 63  # type: ignore[index]  # 50 / 0.8 with halves up


def test_targets_follow_sensitivity_and_noise() -> None:
    sensitive = result(autosens={"ratio": 0.8}, profile={"sensitivity_raises_target": True})
    assert sensitive["target_bg"] == 116
    noisy = result(glucose=readings(150, 3, noise=2), profile={"noisyCGMTargetMultiplier": 1.3})
    assert noisy["target_bg"] == 137


def test_schedules_follow_the_zone() -> None:
    here, there = request(), request(timezone="Asia/Tokyo")
    for document in (here, there):
        document["pumphistory"] = temp(1.1, 60, 30)
    assert decide(here)["iob"] != decide(there)["iob"]


def test_settings_that_are_missing_are_told_in_the_answer() -> None:
    assert "target_bg" in str(result(profile={"min_bg": None})["error"])


@pytest.mark.parametrize("field", ["clock", "profile", "glucose"])
def test_missing_input_names_the_field(field: str) -> None:
    document = request()
    del document[field]
    with pytest.raises(DataError, match=field) as raised:
        decide(document)
    assert raised.value.code is ErrorCode.INVALID_VALUE


def test_profile_without_sensitivity_at_midnight_is_refused() -> None:
    schedule = {"sensitivities": [{"offset": 60, "sensitivity": 50}]}
    with pytest.raises(DataError, match="start of the day"):
        decide(request(profile={"isfProfile": schedule}))
