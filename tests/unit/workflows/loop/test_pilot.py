"""Whole runs of a dosing algorithm in plain Python."""

from pathlib import Path

import numpy as np
import pytest

from glucotwin.devices.ideal import IdealPump, IdealSensor
from glucotwin.workflows.day_plan import PlannedDays, chosen_variants
from glucotwin.workflows.loop.arm import Arm, run_arm
from glucotwin.workflows.simulate import subjects_named
from made_up_controller import StepUp

EXAMPLE = Path(__file__).parents[4] / "examples" / "one-day.yaml"
BODY = "padova-t1d-2008"


@pytest.mark.slow
def test_a_day_of_a_python_algorithm_gives_what_it_decides_within_the_limits() -> None:
    ((_, scenario),) = chosen_variants(EXAMPLE)
    arm = Arm(name="step-up", controller=StepUp(), sensor=IdealSensor(), pump=IdealPump())
    people = subjects_named(BODY, "adult#001")
    result = run_arm(arm, people, PlannedDays(scenario=scenario), body=BODY, seed=1)
    rates = {round(float(one), 6) for one in result.decisions["wanted_rate_u_per_h"].ravel()}
    scheduled = 60.0 * people[0].basal_u_per_min
    assert rates <= {0.0, round(scheduled, 6), round(2.0 * scheduled, 6)}
    assert len(rates) > 1
    assert np.count_nonzero(result.decisions["bolus_u"]) == 5
    assert result.glucose_mgdl.shape == (1, 289)
