"""What each simple algorithm of the closed loop does at low, falling, high and missing glucose, and at meals."""

import pytest
from tests.unit.control.test_controller import decisions, seen

from glucotwin.control.controller import AnyController, Decision, DecisionReason
from glucotwin.control.injection import Injections
from glucotwin.control.registry import find_controller

SCHEDULE_U_PER_H = 0.8


def falling(name: str, *readings: float) -> list[Decision]:
    controller: AnyController = find_controller(name)
    return decisions(controller, [seen(one, minute=5 * index) for index, one in enumerate(readings)])


def reason(decision: Decision) -> DecisionReason:
    return DecisionReason(int(decision.reason))


def test_a_pump_with_low_suspend_stops_below_70_and_goes_on_above() -> None:
    above, below, again = falling("low-suspend", 75.0, 69.0, 74.0)
    assert float(above.rate_u_per_h) == float(again.rate_u_per_h) == SCHEDULE_U_PER_H
    assert float(below.rate_u_per_h) == 0.0
    assert reason(below) is DecisionReason.SUSPEND_LOW
    assert float(below.proposed_carbs_g) == 15.0


def test_a_pump_that_has_stood_for_two_hours_delivers_again() -> None:
    made = falling("low-suspend", *([65.0] * 40))
    standing = [float(one.rate_u_per_h) == 0.0 for one in made]
    assert standing[:24] == [True] * 24
    assert not any(standing[24:])


def test_a_predictive_pump_stops_before_it_is_low_and_goes_on_when_glucose_rises() -> None:
    made = falling("predictive-suspend", 120.0, 114.0, 108.0, 102.0, 104.0, 112.0, 120.0)
    assert reason(made[3]) is DecisionReason.SUSPEND_PREDICTED_LOW
    assert float(made[3].rate_u_per_h) == 0.0
    assert float(made[-1].rate_u_per_h) == SCHEDULE_U_PER_H


@pytest.mark.parametrize("name", ["pid", "pid-unannounced", "dual-hormone"])
def test_pid_gives_more_at_high_and_less_at_low_glucose_and_the_schedule_without_a_reading(name: str) -> None:
    high = falling(name, 220.0, 220.0, 220.0)[-1]
    low = falling(name, 85.0, 85.0, 85.0)[-1]
    blind = falling(name, float("nan"))[-1]
    assert float(high.rate_u_per_h) > SCHEDULE_U_PER_H > float(low.rate_u_per_h) >= 0.0
    assert float(blind.rate_u_per_h) == SCHEDULE_U_PER_H
    assert reason(blind) is DecisionReason.NO_GLUCOSE


def test_only_the_announced_controller_covers_a_meal() -> None:
    meal = [seen(120.0, announced_carbs_g=40)]
    assert float(decisions(find_controller("pid"), meal)[0].bolus_u) > 3.0
    assert float(decisions(find_controller("pid-unannounced"), meal)[0].bolus_u) == 0.0


def test_glucagon_comes_before_a_low_and_stays_within_a_milligram_a_day() -> None:
    made = falling("dual-hormone", 110.0, 102.0, 94.0, 86.0, *([60.0] * 200))
    doses = [float(one.glucagon_mg) for one in made]
    assert doses[0] == 0.0
    assert any(dose > 0.0 for dose in doses[1:4])
    assert 0.5 < sum(doses) < 1.7
    assert all(float(one.rate_u_per_h) == 0.0 for one in made[4:])


def test_long_acting_insulin_is_injected_once_a_day_and_no_pump_runs() -> None:
    controller = find_controller("injections")
    day = [seen(120.0, minute=minute, minute_of_day=minute % 1440) for minute in range(720, 720 + 1440, 5)]
    made = decisions(controller, day)
    injected = [float(one.long_acting_u) for one in made if float(one.long_acting_u) > 0.0]
    assert controller.long_acting == "glargine-u100"
    assert injected == [pytest.approx(5.5), pytest.approx(26.5)]
    assert all(float(one.rate_u_per_h) == 0.0 for one in made)


@pytest.mark.parametrize(
    ("name", "glucose_mgdl", "carbs_g", "units"),
    [
        ("injections", 110.0, 42.0, 4.0),
        ("injections-fixed", 110.0, 42.0, 6.0),
        ("injections-fixed", 110.0, 10.0, 0.0),
        ("sliding-scale", 110.0, 80.0, 0.0),
        ("sliding-scale", 190.0, 80.0, 6.0),
    ],
)
def test_pens_dose_by_their_regimen_in_half_units(name: str, glucose_mgdl: float, carbs_g: float, units: float) -> None:
    controller = find_controller(name)
    assert isinstance(controller, Injections)
    (made,) = decisions(controller, [seen(glucose_mgdl, announced_carbs_g=carbs_g)])
    assert float(made.bolus_u) == units
