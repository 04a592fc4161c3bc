"""Scores by kind of hazard: only people with all three arms count, and a verdict asks for two things."""

from pathlib import Path

import numpy as np

from glucotwin.scenario.risk_hazard import Hazard, hazard_of
from glucotwin.scenario.risk_set import Arm, RiskSimulation, read_risk_set
from glucotwin.simulate.risk.course import RiskCourse, course_of
from glucotwin.workflows.risk_verdict import Verdict, scores_by_hazard

EXAMPLE = Path(__file__).parents[3] / "examples" / "risk" / "tidepool.json"
STEPS = 97


def trio() -> dict[Arm, RiskSimulation]:
    found = read_risk_set(EXAMPLE, scenarios=frozenset({"TLR-606"})).simulations
    return {one.arm: one for one in found if one.profile == "Median_profile"}


def course(simulation: RiskSimulation, glucose_mgdl: float) -> RiskCourse:
    flat = np.ones(STEPS)
    return course_of(simulation, glucose_mgdl * flat, 10.0 * flat, 0.0 * flat, 0.5 * flat, 0.0 * flat)


def test_a_scenario_is_of_the_kind_that_its_number_says() -> None:
    assert hazard_of("TLR-899_01_025") is hazard_of("TLR-899") is Hazard.PUMP_ACCURACY
    assert hazard_of("TLR-606") is Hazard.UNKNOWN_INSULIN
    assert hazard_of("mine") is Hazard.OTHER


def test_loop_mitigates_what_is_serious_without_it() -> None:
    arms = trio()
    levels = {Arm.NO_LOOP: 45.0, Arm.LOOP: 35.0, Arm.LOOP_WITH_GUARDRAILS: 100.0}
    (found,) = scores_by_hazard([course(arms[arm], level) for arm, level in levels.items()])
    assert (found.hazard, found.trios) == (Hazard.UNKNOWN_INSULIN, 1)
    assert found.arms[Arm.NO_LOOP].verdict is None
    assert found.arms[Arm.LOOP].verdict is Verdict.UNCLEAR
    assert found.arms[Arm.LOOP].worse == 1
    assert found.arms[Arm.LOOP_WITH_GUARDRAILS].verdict is Verdict.MITIGATES
    assert found.arms[Arm.LOOP_WITH_GUARDRAILS].better == 1
    assert found.to_json()["hazard"] == "unknown-insulin"


def test_loop_worsens_what_was_harmless_without_it() -> None:
    arms = trio()
    levels = {Arm.NO_LOOP: 110.0, Arm.LOOP: 35.0, Arm.LOOP_WITH_GUARDRAILS: 110.0}
    (found,) = scores_by_hazard([course(arms[arm], level) for arm, level in levels.items()])
    assert found.arms[Arm.LOOP].verdict is Verdict.WORSENS
    assert found.arms[Arm.LOOP_WITH_GUARDRAILS].verdict is Verdict.UNCLEAR


def test_people_without_all_three_arms_do_not_count() -> None:
    arms = trio()
    assert scores_by_hazard([course(arms[Arm.LOOP], 110.0), course(arms[Arm.NO_LOOP], 110.0)]) == ()
