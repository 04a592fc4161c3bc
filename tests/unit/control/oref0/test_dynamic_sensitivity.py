"""The dynamic sensitivity of Trio and of AndroidAPS."""

import math
from typing import Any

import pytest

from glucotwin.control.oref0.dynamic_sensitivity import (
    DynamicSettings,
    find_dynamic_ratio,
    find_variable_sensitivity,
)
from glucotwin.control.oref0.oracle import decide
from glucotwin.control.oref0.profile import Profile
from glucotwin.core.error import DataError
from made_up_oref import PROFILE, Record, readings, request

WIDE = {**PROFILE, "autosens_min": 0.2, "autosens_max": 4}
TRIO = {"variant": "trio-logarithmic", "last_24_h_u": 40}
SIGMOID = {"variant": "trio-sigmoid", "last_24_h_u": 40, "mean_14_day_u": 40}
ANDROIDAPS = {
    "variant": "androidaps",
    "last_24_h_u": 40,
    "mean_7_day_u": 36,
    "last_4_h_u": 8,
    "from_8_to_4_h_u": 5,
}


def ratio(settings: Record, glucose_mgdl: float, **profile: object) -> float:
    found = find_dynamic_ratio(
        DynamicSettings.model_validate(settings), Profile.model_validate({**WIDE, **profile}), glucose_mgdl
    )
    return found.sensitivity_ratio


def test_logarithmic_ratio_is_the_published_formula() -> None:
    assert ratio(TRIO, 150) == pytest.approx(50 * 40 * math.log(150 / 55 + 1) / 1800, abs=0.005)
    fast = ratio(TRIO, 150, curve="ultra-rapid")
    assert fast == pytest.approx(50 * 40 * math.log(150 / 70 + 1) / 1800, abs=0.005)
    own = ratio(TRIO, 150, useCustomPeakTime=True, insulinPeakTime=80)
    assert own == pytest.approx(50 * 40 * math.log(150 / 40 + 1) / 1800, abs=0.005)


def test_sigmoid_is_one_at_the_target_and_stays_within_the_limits() -> None:
    assert ratio(SIGMOID, 100) == 1
    assert ratio(SIGMOID, 1000, autosens_max=1.5) == pytest.approx(1.5, abs=0.01)
    assert ratio({**SIGMOID, "adjustment": 3}, 40) >= 0.2
    assert ratio(SIGMOID, 200, autosens_max=1) == 1


@pytest.mark.parametrize("settings", [TRIO, SIGMOID])
def test_ratio_rises_with_glucose_insulin_and_adjustment(settings: Record) -> None:
    assert ratio(settings, 110) < ratio(settings, 160) < ratio(settings, 220)
    assert ratio(settings, 220) < ratio({**settings, "last_24_h_u": 60}, 220)
    assert ratio(settings, 220) < ratio({**settings, "adjustment": 1.3}, 220)


def test_ratio_keeps_within_the_limits_of_autosens() -> None:
    assert ratio(TRIO, 400, autosens_max=1.2) == 1.2
    assert ratio(TRIO, 40, autosens_min=0.7) == 0.7


def test_androidaps_sensitivity_is_the_published_formula() -> None:
    curve = find_variable_sensitivity(DynamicSettings.model_validate(ANDROIDAPS), Profile.model_validate(PROFILE))
    assert curve.total_daily_u == pytest.approx((1.4 * 8 + 0.6 * 5) * 3 * 0.33 + 36 * 0.34 + 40 * 0.33)
    assert curve.divisor_mgdl == 55
    assert curve.at(180) == pytest.approx(1800 / (curve.total_daily_u * math.log(180 / 55 + 1)))
    assert curve.at(20) == curve.at(39)


@pytest.mark.parametrize(("peak_min", "divisor_mgdl"), [(75, 55), (55, 65), (45, 75)])
def test_androidaps_scales_by_the_insulins_peak(peak_min: float, divisor_mgdl: float) -> None:
    profile = Profile.model_validate({**PROFILE, "useCustomPeakTime": True, "insulinPeakTime": peak_min})
    found = find_variable_sensitivity(DynamicSettings.model_validate(ANDROIDAPS), profile)
    assert found.divisor_mgdl == divisor_mgdl


@pytest.mark.parametrize(
    ("delta", "eventual_mgdl", "expected_mgdl"), [(1, 160, 180), (5, 220, 200), (-6, 150, 90), (6, 210, 200)]
)
def test_androidaps_doses_with_the_sensitivity_of_where_glucose_goes(
    delta: float, eventual_mgdl: float, expected_mgdl: float
) -> None:
    curve = find_variable_sensitivity(DynamicSettings.model_validate(ANDROIDAPS), Profile.model_validate(PROFILE))
    found = curve.ahead(glucose_mgdl=200, delta=delta, eventual_mgdl=eventual_mgdl, min_mgdl=90, target_mgdl=100)
    assert found == curve.at(expected_mgdl)


@pytest.mark.parametrize("settings", [TRIO, SIGMOID, ANDROIDAPS])
def test_decision_uses_the_dynamic_sensitivity(settings: Record) -> None:
    high = readings(230, 2)
    plain: Any = decide(request(glucose=high, autosens={"ratio": 1}, profile={"max_basal": 9}))
    dynamic: Any = decide(request(glucose=high, autosens={"ratio": 1}, profile={"max_basal": 9}, dynamic=settings))
    assert dynamic["result"]["ISF"] < plain["result"]["ISF"]
    assert dynamic["result"]["insulinReq"] > plain["result"]["insulinReq"]
    assert "dynamic" not in plain


def test_basal_follows_the_insulin_of_two_weeks() -> None:
    limits = {"max_basal": 9, "max_daily_safety_multiplier": 10, "current_basal_safety_multiplier": 10}
    settings = {**TRIO, "mean_14_day_u": 36, "adjusts_basal": True}
    document = request(glucose=readings(150, 2), profile=limits, autosens={"ratio": 1}, dynamic=settings)
    follows: Any = decide(document)
    keeps: Any = decide({**document, "dynamic": {**settings, "adjusts_basal": False}})
    assert follows["dynamic"]["basal_ratio"] == 1.11
    assert follows["result"]["rate"] - keeps["result"]["rate"] == pytest.approx(0.1)


def test_temporary_target_that_tells_sensitivity_comes_first() -> None:
    target = {"temptargetSet": True, "exercise_mode": True, "min_bg": 140, "max_bg": 140}
    document = request(glucose=readings(200, 2), profile=target, autosens={"ratio": 1})
    assert decide(document)["result"] == decide({**document, "dynamic": ANDROIDAPS})["result"]


def test_own_threshold_and_share_of_trio_are_heeded() -> None:
    low: Any = decide(request(glucose=readings(95, -1), profile={"threshold_setting": 100}))["result"]
    assert "<100" in low["reason"]
    smb = {"enableSMB_always": True, "maxSMBBasalMinutes": 120, "maxUAMSMBBasalMinutes": 120, "max_iob": 12}
    half, most = (
        decide(request(glucose=readings(150, 3), microBolusAllowed=True, profile={**smb, **more}))["result"]
        for more in ({}, {"smb_delivery_ratio": 0.8})
    )
    assert isinstance(half, dict)
    assert isinstance(most, dict)
    assert half["units"] < most["units"]


@pytest.mark.parametrize(
    ("settings", "missing"), [(ANDROIDAPS, "mean_7_day_u"), (ANDROIDAPS, "last_4_h_u"), (SIGMOID, "mean_14_day_u")]
)
def test_missing_insulin_is_named(settings: Record, missing: str) -> None:
    with pytest.raises(DataError, match=missing):
        decide(request(dynamic={name: value for name, value in settings.items() if name != missing}))


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(DataError, match="dynamic"):
        decide(request(dynamic={**TRIO, "tdd": 40}))
