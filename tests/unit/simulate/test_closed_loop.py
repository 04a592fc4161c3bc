"""The closed loop inside the scan: what is delivered, what is seen, and what the limits do."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.control.basal_bolus import controller
from glucotwin.control.safety import SafetyLimit
from glucotwin.control.safety_array import limits_from, reasons_of
from glucotwin.devices.ideal import IdealPump, IdealSensor
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_of, find_subject
from glucotwin.scenario.announcement import with_announcements
from glucotwin.simulate.closed_loop import ClosedLoop
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.reaction import no_self_care
from glucotwin.simulate.trajectory import Trajectory, simulate
from glucotwin.simulate.wear import for_everyone
from glucotwin.workflows.loop.person import setting_of_subject

MINUTES = 480
MANY = np.arange(300)
SUBJECT = find_subject("padova-t1d-2008", "adult#001")
BODY = body_of("padova-t1d-2008", SUBJECT)
OUTPUTS = tuple(
    f"reaction.{name}"
    for name in ("sensor_mgdl", "rate_u_per_h", "bolus_u", "clamps", "basal_u_total", "bolus_u_total")
)
ROOMY = SafetyLimit(
    max_basal_u_per_h=9.0, max_bolus_u=30.0, max_insulin_on_board_u=99.0, rate_step_u_per_h=0.0, bolus_step_u=0.0
)


def loop(limit: SafetyLimit = ROOMY, *, injection_sd: float = 0.0) -> ClosedLoop:
    made = ClosedLoop(
        injection_sd=injection_sd,
        controller=controller(),
        setting=setting_of_subject(SUBJECT),
        limits=limits_from(limit),
        sensor=IdealSensor(),
        pump=IdealPump(),
        care=no_self_care(),
        automatic=jnp.ones((), bool),
        eats_proposed=jnp.zeros(()),
        sensor_key=jax.random.key_data(jax.random.key(1)),
        pump_key=jax.random.key_data(jax.random.key(2)),
    )
    return jax.tree.map(jnp.asarray, made)


def inputs(counted_g: float = 0.0, minute: int = 62) -> Inputs:
    carbs, announced = np.zeros(MINUTES), np.zeros(MINUTES)
    carbs[minute : minute + 10] = counted_g / 10.0
    announced[minute] = counted_g
    return with_announcements(constant_inputs(MINUTES, carbs_g_per_min=carbs), announced, np.zeros(MINUTES))


def run(given: Inputs, reaction: ClosedLoop, stride: int = 5) -> Trajectory:
    return simulate(BODY, given, reaction=reaction, outputs=("glucose_mgdl", *OUTPUTS), stride=stride)


def test_a_fasting_person_on_the_scheduled_rate_stays_where_they_are() -> None:
    result = run(inputs(), loop())
    assert np.ptp(np.asarray(result.outputs["glucose_mgdl"])) < 0.5
    given = float(result.outputs["reaction.basal_u_total"][-1])
    assert given == pytest.approx(SUBJECT.basal_u_per_min * MINUTES, rel=1e-9)


def test_an_announced_meal_gets_its_bolus_once_at_the_next_decision() -> None:
    result = run(inputs(50.0), loop())
    bolus = np.asarray(result.outputs["reaction.bolus_u_total"])
    assert bolus[13] == 0.0
    assert bolus[14] == bolus[-1] > 50.0 / (SUBJECT.carb_ratio_g_per_u or 1.0) - 1.0


def test_the_limits_hold_and_say_which_one_it_was() -> None:
    result = run(inputs(50.0), loop(replace(ROOMY, max_bolus_u=2.0)))
    assert float(result.outputs["reaction.bolus_u_total"][-1]) == pytest.approx(2.0)
    clamps = {reason for bits in np.asarray(result.outputs["reaction.clamps"]) for reason in reasons_of(int(bits))}
    assert "max-bolus" in clamps


@pytest.mark.slow
def test_two_halves_are_the_whole() -> None:
    whole = run(inputs(50.0), loop())
    given, half = inputs(50.0), MINUTES // 2
    first = run(given.cut(0, half), loop())
    second = simulate(
        BODY,
        given.cut(half, MINUTES),
        state=first.final_state,
        reaction=loop(),
        reaction_state=first.final_reaction,
        outputs=("glucose_mgdl",),
        stride=5,
    )
    np.testing.assert_allclose(second.outputs["glucose_mgdl"][-1], whole.outputs["glucose_mgdl"][-1], rtol=1e-12)


def test_a_cohort_gives_what_one_person_alone_gives() -> None:
    many = simulate_cohort(
        stack_bodies([BODY] * 3), inputs(50.0), reaction=for_everyone(loop(), 3), outputs=OUTPUTS, stride=5
    )
    alone = run(inputs(50.0), loop())
    for name in OUTPUTS:
        np.testing.assert_allclose(many.outputs[name][1], alone.outputs[name], rtol=1e-9, atol=1e-9)


def test_injections_differ_from_day_to_day_around_what_was_dialled_the_same_whatever_the_insulin() -> None:
    wild, tame = (factors(loop(injection_sd=sd)) for sd in (0.4, 0.1))
    np.testing.assert_allclose(np.log(wild).std(), 0.4, rtol=0.12)
    np.testing.assert_allclose(wild.mean(), 1.0, atol=0.08)
    np.testing.assert_allclose((np.log(wild) + 0.08) / 0.4, (np.log(tame) + 0.005) / 0.1, atol=1e-9)
    assert float(loop()._injection_factor(at(7))) == 1.0


def factors(reaction: ClosedLoop) -> np.ndarray:
    return np.asarray(jax.vmap(lambda minute: reaction._injection_factor(at(minute)))(MANY))


def at(minute: int | jax.Array) -> Inputs:
    return eqx.tree_at(lambda one: one.minute_utc, constant_inputs(1), jnp.asarray(minute))
