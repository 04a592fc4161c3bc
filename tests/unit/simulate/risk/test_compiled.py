"""Compiled risk scenarios are the plain ones, much faster."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from glucotwin.scenario.risk_set import BolusEntry, RiskSimulation, read_risk_set
from glucotwin.simulate.risk.run import plan_risk, run_risk

pytestmark = pytest.mark.slow
EXAMPLE = Path(__file__).parents[4] / "examples" / "risk" / "tidepool.json"


@pytest.fixture(autouse=True)
def usual_promotion() -> Iterator[None]:
    """Compiled Loop is written for JAX's usual promotion of types."""
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        yield


def with_patient(simulation: RiskSimulation, view: str, **changes: Any) -> RiskSimulation:
    part = getattr(simulation.patient, view).model_copy(update=changes)
    return simulation.model_copy(update={"patient": simulation.patient.model_copy(update={view: part})})


def with_settings(simulation: RiskSimulation, **changes: Any) -> RiskSimulation:
    assert simulation.controller is not None
    settings = simulation.controller.settings.model_copy(update=changes)
    return simulation.model_copy(update={"controller": simulation.controller.model_copy(update={"settings": settings})})


def meal_later(simulation: RiskSimulation) -> RiskSimulation:
    told = simulation.patient.pump.carb_entries
    later = told[0].model_copy(update={"start_time": told[0].start_time.replace(hour=13, minute=10), "value": 20.0})
    return with_patient(simulation, "pump", carb_entries=(*told, later))


def bolus_before(simulation: RiskSimulation) -> RiskSimulation:
    before = BolusEntry(time=simulation.time_to_calculate_at.replace(hour=10), value=1.5)
    told = simulation.patient.pump.bolus_entries
    return with_patient(simulation, "pump", bolus_entries=(before, *told))


def meal_before(simulation: RiskSimulation) -> RiskSimulation:
    (meal, *_) = simulation.patient.pump.carb_entries
    earlier = meal.model_copy(update={"start_time": meal.start_time.replace(hour=11, minute=25)})
    return with_patient(simulation, "pump", carb_entries=(earlier,))


def other_dosing(simulation: RiskSimulation) -> RiskSimulation:
    return with_settings(
        simulation,
        partial_application_factor=0.4,
        max_active_insulin_modifier=0.2,
        carb_absorption_model="piecewiseLinear",
    )


def as_published() -> list[RiskSimulation]:
    return list(read_risk_set(EXAMPLE).simulations[::7])


def told_otherwise() -> list[RiskSimulation]:
    found = [one for one in read_risk_set(EXAMPLE).simulations if one.controller and one.patient.pump.carb_entries]
    return [change(one) for one in found[::20] for change in (meal_later, bolus_before, meal_before)]


def dosing_otherwise() -> list[RiskSimulation]:
    found = [one for one in read_risk_set(EXAMPLE).simulations if one.controller and one.patient.pump.carb_entries]
    return [other_dosing(one) for one in found[::9]]


@pytest.mark.parametrize("arms_of", [as_published, told_otherwise, dosing_otherwise], ids=lambda one: one.__name__)
def test_compiled_arms_are_the_plain_ones(arms_of: Callable[[], list[RiskSimulation]]) -> None:
    arms = arms_of()
    assert any(group.compiled for group in plan_risk(arms, worth_decisions=0)[0] if group.rule is not None)
    compiled, plain = (run_risk(arms, worth_decisions=least).courses for least in (0, 10**9))
    assert len(compiled) == len(plain) == len(arms) > 1
    for one, other in zip(compiled, plain, strict=True):
        assert one.simulation is other.simulation
        for name in ("glucose_mgdl", "insulin_on_board_u", "rate_u_per_h", "bolus_u"):
            np.testing.assert_allclose(
                getattr(one, name), getattr(other, name), atol=1e-6, rtol=0, err_msg=one.simulation.name
            )


def test_an_arm_off_the_grid_runs_in_plain_python() -> None:
    (arm, *_) = [one for one in read_risk_set(EXAMPLE).simulations if one.controller and one.patient.pump.carb_entries]
    told = arm.patient.pump.carb_entries
    odd = told[0].model_copy(update={"start_time": told[0].start_time.replace(minute=2)})
    moved = with_patient(arm, "pump", carb_entries=(odd,))
    (group,), _ = plan_risk([moved], worth_decisions=0)
    assert not group.compiled
