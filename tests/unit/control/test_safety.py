"""Limits outside every dosing algorithm."""

import math

import pytest

from glucotwin.control.safety import ClampReason, Dose, SafetyLimit, Surroundings, limit_dose
from glucotwin.core.error import ModelError

LIMIT = SafetyLimit(max_basal_u_per_h=3.0, max_bolus_u=5.0, max_insulin_on_board_u=8.0)


def around(
    glucose_mgdl: float | None = 150.0,
    trend_mgdl_per_min: float | None = 0.0,
    insulin_on_board_u: float = 0.0,
    last_rate_u_per_h: float = 1.0,
) -> Surroundings:
    return Surroundings(
        glucose_mgdl=glucose_mgdl,
        trend_mgdl_per_min=trend_mgdl_per_min,
        insulin_on_board_u=insulin_on_board_u,
        scheduled_u_per_h=1.0,
        last_rate_u_per_h=last_rate_u_per_h,
    )


@pytest.mark.parametrize(
    ("wanted", "surroundings", "given", "reason"),
    [
        (Dose(rate_u_per_h=9.0), around(), Dose(rate_u_per_h=3.0), ClampReason.MAX_BASAL),
        (Dose(rate_u_per_h=1.0, bolus_u=9.0), around(), Dose(rate_u_per_h=1.0, bolus_u=5.0), ClampReason.MAX_BOLUS),
        (Dose(rate_u_per_h=-6.66), around(), Dose(rate_u_per_h=0.0), ClampReason.NEGATIVE),
        (Dose(rate_u_per_h=math.nan), around(), Dose(rate_u_per_h=1.0), ClampReason.NOT_A_NUMBER),
        (Dose(rate_u_per_h=2.0, bolus_u=1.0), around(None), Dose(rate_u_per_h=1.0), ClampReason.GLUCOSE_MISSING),
        (Dose(rate_u_per_h=2.0, bolus_u=1.0), around(69.0), Dose(rate_u_per_h=0.0), ClampReason.GLUCOSE_LOW),
        (Dose(rate_u_per_h=2.0), around(150.0, -3.5), Dose(rate_u_per_h=1.0), ClampReason.GLUCOSE_FALLING),
        (
            Dose(rate_u_per_h=1.0, bolus_u=3.0),
            around(insulin_on_board_u=7.0),
            Dose(rate_u_per_h=1.0, bolus_u=1.0),
            ClampReason.MAX_INSULIN_ON_BOARD,
        ),
        (Dose(rate_u_per_h=1.26), around(), Dose(rate_u_per_h=1.25), ClampReason.PUMP_STEP),
    ],
)
def test_each_limit_changes_what_exceeds_it_and_says_so(
    wanted: Dose, surroundings: Surroundings, given: Dose, reason: ClampReason
) -> None:
    safe = limit_dose(wanted, LIMIT, surroundings)
    assert safe.dose.rate_u_per_h == pytest.approx(given.rate_u_per_h)
    assert safe.dose.bolus_u == pytest.approx(given.bolus_u)
    assert [clamp.reason for clamp in safe.clamps] == [reason]


def test_too_much_insulin_on_board_stops_the_basal_too() -> None:
    safe = limit_dose(Dose(rate_u_per_h=1.0), LIMIT, around(insulin_on_board_u=9.0))
    assert safe.dose == Dose(rate_u_per_h=0.0)


def test_a_rate_rises_no_faster_than_allowed() -> None:
    limit = SafetyLimit(max_basal_u_per_h=5.0, max_bolus_u=5.0, max_insulin_on_board_u=8.0, max_rise_u_per_h=0.5)
    assert limit_dose(Dose(rate_u_per_h=4.0), limit, around()).dose.rate_u_per_h == pytest.approx(1.5)


def test_steps_of_the_pump_keep_doses_that_are_on_them() -> None:
    for steps in range(200):
        dose = Dose(rate_u_per_h=0.0, bolus_u=min(steps * 0.05, 5.0))
        assert limit_dose(dose, LIMIT, around()).clamps == ()


@pytest.mark.parametrize("value", [-1.0, math.nan])
def test_a_limit_that_is_none_is_an_error(value: float) -> None:
    with pytest.raises(ModelError, match="max_bolus_u"):
        SafetyLimit(max_basal_u_per_h=1.0, max_bolus_u=value, max_insulin_on_board_u=1.0)
