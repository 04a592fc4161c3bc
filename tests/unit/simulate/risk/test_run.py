"""Risk scenarios run as published: who is told what decides what happens."""

from pathlib import Path

import numpy as np
import pytest

from glucotwin.scenario.risk_set import Arm, RiskSimulation, read_risk_set
from glucotwin.simulate.risk.course import RiskCourse
from glucotwin.simulate.risk.run import run_risk

EXAMPLE = Path(__file__).parents[4] / "examples" / "risk" / "tidepool.json"


def arms_of(scenario: str, profile: str) -> list[RiskSimulation]:
    found = read_risk_set(EXAMPLE, scenarios=frozenset({scenario}))
    return [one for one in found.simulations if one.profile == profile]


@pytest.fixture(scope="module")
def courses() -> dict[tuple[str, Arm], RiskCourse]:
    arms = [*arms_of("TLR-1005", "median_profile_v1"), *arms_of("TLR-606", "Median_profile")]
    run = run_risk([*arms, *arms_of("TLR-652", "median_profile_v1")])
    assert not run.left_out
    return {(one.simulation.scenario, one.simulation.arm): one for one in run.courses}


def test_a_course_has_a_point_every_five_minutes_and_starts_where_the_scenario_does(
    courses: dict[tuple[str, Arm], RiskCourse],
) -> None:
    course = courses["TLR-1005", Arm.NO_LOOP]
    assert course.glucose_mgdl.shape == course.rate_u_per_h.shape == (97,)
    assert course.glucose_mgdl[0] == 110.0


def test_settings_alone_are_the_sum_of_bolus_and_meal(courses: dict[tuple[str, Arm], RiskCourse]) -> None:
    course = courses["TLR-1005", Arm.NO_LOOP]
    t = 5.0 * np.arange(97)
    gone = 1.0 - (70.0 * np.exp(-t / 70.0) - 55.0 * np.exp(-t / 55.0)) / 15.0
    eaten = np.where(t < 20.0, 0.0, -np.expm1(-np.maximum(t - 20.0, 0.0) / 34.0))
    expected = 110.0 - 3.3 * 50.0 * gone + 31.0 * 50.0 / 13.0 * eaten
    # Bolus and meal are spread over five minutes.
    np.testing.assert_allclose(course.glucose_mgdl, expected, atol=9.0)
    np.testing.assert_allclose(course.glucose_mgdl[48:], expected[48:], atol=1.5)
    np.testing.assert_array_equal(course.rate_u_per_h, 0.5)


def test_guardrails_keep_the_baseline_higher(courses: dict[tuple[str, Arm], RiskCourse]) -> None:
    free, guarded = courses["TLR-1005", Arm.LOOP], courses["TLR-1005", Arm.LOOP_WITH_GUARDRAILS]
    assert guarded.rate_u_per_h.max() <= 1.75
    assert free.rate_u_per_h.max() > 1.75
    assert guarded.glucose_mgdl.min() > free.glucose_mgdl.min() > 70.0


def test_the_bolus_that_loop_recommends_is_given(courses: dict[tuple[str, Arm], RiskCourse]) -> None:
    assert courses["TLR-1005", Arm.LOOP_WITH_GUARDRAILS].bolus_u[0] > 1.0
    assert np.count_nonzero(courses["TLR-1005", Arm.LOOP_WITH_GUARDRAILS].bolus_u) == 1


def test_insulin_that_nobody_told_of_makes_a_low(courses: dict[tuple[str, Arm], RiskCourse]) -> None:
    course = courses["TLR-606", Arm.LOOP_WITH_GUARDRAILS]
    assert course.risk.severity >= 4
    assert course.rate_u_per_h[40:].min() == 0.0


def test_a_loop_that_is_switched_off_gives_the_schedule(courses: dict[tuple[str, Arm], RiskCourse]) -> None:
    course = courses["TLR-652", Arm.LOOP]
    off = round((16 + 5 / 60 - 12) * 12)
    np.testing.assert_array_equal(course.rate_u_per_h[off:], 0.5)
    assert np.any(course.rate_u_per_h[:off] != 0.5)


def test_arms_beside_each_other_are_the_arms_alone(courses: dict[tuple[str, Arm], RiskCourse]) -> None:
    (alone,) = run_risk(arms_of("TLR-1005", "median_profile_v1")[:1]).courses
    np.testing.assert_allclose(alone.glucose_mgdl, courses["TLR-1005", Arm.LOOP].glucose_mgdl, rtol=1e-9)


def test_what_cannot_be_run_is_told_by_name() -> None:
    (arm, *_) = arms_of("TLR-1005", "median_profile_v1")
    assert arm.controller is not None
    settings = arm.controller.settings.model_copy(update={"retrospective_correction_enabled": False})
    changed = arm.model_copy(update={"controller": arm.controller.model_copy(update={"settings": settings})})
    run = run_risk([changed])
    assert not run.courses
    assert "without retrospective correction" in run.left_out[arm.name]
