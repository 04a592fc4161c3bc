"""On the full body a scenario's settings are its person's own."""

from pathlib import Path

import equinox as eqx
import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.padova.t1d import compose_padova_t1d
from glucotwin.scenario.risk_set import Arm, RiskSimulation, read_risk_set
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.risk.matched import matched_people
from glucotwin.simulate.risk.run import run_risk
from glucotwin.simulate.risk.schedule import settings_at

EXAMPLE = Path(__file__).parents[4] / "examples" / "risk" / "tidepool.json"


def first_of_each_profile() -> list[RiskSimulation]:
    found = read_risk_set(EXAMPLE, scenarios=frozenset({"TLR-1005"})).simulations
    return list({one.profile: one for one in reversed(found)}.values())


def test_people_with_insulin_of_their_own_are_left_out_by_name() -> None:
    theirs = [one for one in first_of_each_profile() if one.profile.startswith("t2")]
    people = matched_people(theirs)
    assert people
    assert all(isinstance(one, DataError) and "insulin of its own" in str(one) for one in people)


@pytest.mark.slow
def test_basal_rate_correction_factor_and_carb_ratio_are_the_persons_own() -> None:
    arms = [one for one in first_of_each_profile() if not one.profile.startswith("t2")]
    people = [one for one in matched_people(arms) if not isinstance(one, DataError)]
    assert len(people) == len(arms) == 2
    bodies = stack_bodies([compose_padova_t1d(one) for one in people])
    now = [settings_at(one.patient.patient_model.metabolism_settings, 720.0) for one in arms]
    basal, factor, ratio = (
        np.array(one)
        for one in zip(
            *[(x.basal_u_per_h / 60.0, x.correction_factor_mgdl_per_u, x.carb_ratio_g_per_u) for x in now], strict=True
        )
    )

    def course(bolus_u: np.ndarray, carbs_g: float, minutes: int) -> np.ndarray:
        insulin = np.repeat(basal[:, None], minutes, axis=1)
        insulin[:, :5] += bolus_u[:, None] / 5.0
        carbs = np.zeros(minutes)
        carbs[:5] = carbs_g / 5.0
        inputs = constant_inputs(minutes, carbs_g_per_min=carbs)
        given = eqx.tree_at(lambda one: one.insulin_u_per_min["rapid"], inputs, insulin)
        return np.asarray(simulate_cohort(bodies, given).outputs["glucose_mgdl"])

    np.testing.assert_allclose(course(np.zeros(2), 0.0, 480), 110.0, atol=0.5)
    np.testing.assert_allclose(course(30.0 / factor, 0.0, 420).min(axis=1), 80.0, atol=1.0)
    np.testing.assert_allclose(course(50.0 / ratio, 50.0, 180)[:, -1], 0.975 * 110.0, atol=3.0)


@pytest.mark.slow
def test_the_full_body_counters_a_low_that_the_simple_one_falls_through() -> None:
    found = read_risk_set(EXAMPLE, scenarios=frozenset({"TLR-606"})).simulations
    arms = [one for one in found if one.profile == "Median_profile"]
    simple, full = (run_risk(arms, body=name, worth_decisions=10**9) for name in ("tidepool-simple", "padova-t1d"))
    assert not full.left_out
    for one, other in zip(simple.courses, full.courses, strict=True):
        assert one.simulation is other.simulation
        assert other.glucose_mgdl[0] == pytest.approx(one.glucose_mgdl[0], abs=0.1)
        assert other.risk.lowest_mgdl >= 1.0
        assert np.all(one.ketone_mmoll == 0.0)
        assert np.all(other.ketone_mmoll > 0.0)
    worst = {one.simulation.arm: one.risk.lowest_mgdl for one in full.courses}
    assert worst[Arm.LOOP_WITH_GUARDRAILS] > simple.courses[0].risk.lowest_mgdl
