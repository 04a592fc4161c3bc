"""A closed loop that is stepped from outside, beside the one that runs in one program."""

from collections.abc import Mapping

import jax
import numpy as np
import pytest

from glucotwin.control.basal_bolus import controller
from glucotwin.control.controller import AnyController
from glucotwin.control.python_controller import Dose
from glucotwin.control.relayed import Relayed, decisions_from
from glucotwin.control.safety import SafetyLimit
from glucotwin.control.safety_array import limits_from
from glucotwin.core.error import DataError
from glucotwin.devices.ideal import IdealPump, IdealSensor
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_of, find_subject
from glucotwin.scenario.announcement import with_announcements
from glucotwin.simulate.closed_loop import ClosedLoop
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.reaction import no_self_care
from glucotwin.simulate.stepped_loop import SteppedLoop
from glucotwin.simulate.wear import for_everyone
from glucotwin.workflows.loop.person import setting_of_subject, stacked

SUBJECTS = [find_subject("padova-t1d-2008", name) for name in ("adult#001", "child#001")]
BODIES = stack_bodies([body_of("padova-t1d-2008", one) for one in SUBJECTS])
OUTPUTS = ("glucose_mgdl", "reaction.rate_u_per_h", "reaction.bolus_u_total", "reaction.clamps")
LIMIT = SafetyLimit(
    max_basal_u_per_h=9.0, max_bolus_u=4.0, max_insulin_on_board_u=99.0, rate_step_u_per_h=0.05, bolus_step_u=0.05
)
ALGORITHM = controller()


def loop(algorithm: AnyController = ALGORITHM) -> ClosedLoop:
    keys = np.asarray(jax.random.key_data(jax.random.split(jax.random.key(1), 2)))
    return ClosedLoop(
        controller=for_everyone(algorithm, 2),
        setting=stacked([setting_of_subject(one) for one in SUBJECTS]),
        limits=for_everyone(limits_from(LIMIT), 2),
        sensor=for_everyone(IdealSensor(), 2),
        pump=for_everyone(IdealPump(), 2),
        care=for_everyone(no_self_care(), 2),
        automatic=np.ones(2, bool),
        eats_proposed=np.zeros(2),
        sensor_key=keys,
        pump_key=keys,
    )


def relayed() -> ClosedLoop:
    return loop(Relayed())


def inputs(minutes: int = 60) -> Inputs:
    carbs, announced = np.zeros(minutes), np.zeros(minutes)
    carbs[12:22], announced[12] = 6.0, 60.0
    return with_announcements(constant_inputs(minutes, carbs_g_per_min=carbs), announced, np.zeros(minutes))


@pytest.mark.slow
def test_stepping_gives_what_one_program_gives() -> None:
    whole = simulate_cohort(BODIES, inputs(), reaction=loop(), outputs=OUTPUTS, stride=5)
    stepped = SteppedLoop(BODIES, relayed(), inputs(), outputs=OUTPUTS)
    states = jax.vmap(ALGORITHM.initial_state)(loop().setting)
    decide = jax.jit(jax.vmap(ALGORITHM.step))
    kept: list[Mapping[str, np.ndarray]] = []
    while not stepped.is_over:
        states, decision = decide(states, stepped.moment.seen)
        kept.append(stepped.step(decision))
    glucose = np.stack([one["glucose_mgdl"][:, 1] for one in kept], axis=1)
    assert np.allclose(glucose, whole.outputs["glucose_mgdl"][:, 1:], atol=1e-9)
    given = kept[-1]["reaction.bolus_u_total"][:, 1]
    assert np.array_equal(given, whole.outputs["reaction.bolus_u_total"][:, -1])
    assert given[0] == pytest.approx(4.0)
    with pytest.raises(DataError, match="over"):
        stepped.step(decisions_from([Dose(rate_u_per_h=1.0)] * 2))


@pytest.mark.slow
def test_going_on_from_a_snapshot_repeats_the_same_course() -> None:
    stepped = SteppedLoop(BODIES, relayed(), inputs(), outputs=OUTPUTS)
    decision = decisions_from([Dose(rate_u_per_h=1.0), Dose(rate_u_per_h=0.2, bolus_u=1.0)])
    stepped.step(decision)
    moment, number = stepped.moment, stepped.step_number
    first = stepped.step(decision)
    stepped.resume(moment, number)
    assert all(np.array_equal(first[name], values) for name, values in stepped.step(decision).items())


def test_a_run_that_does_not_begin_at_a_decision_is_refused() -> None:
    with pytest.raises(DataError, match="begins at a minute"):
        SteppedLoop(BODIES, relayed(), inputs().cut(2, 60), outputs=OUTPUTS)
