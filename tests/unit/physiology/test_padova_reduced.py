import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.array import Array
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.padova.reduced import BLOCKS, NAME, reduced_parameters
from glucotwin.physiology.parameter import PriorKind
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.simulate.solver import step_minutes
from glucotwin.simulate.trajectory import simulate

MINUTES = 900
MEALS = ((120, 50.0), (420, 70.0))
STEP_MIN = 5


def day_of(subject: str) -> Inputs:
    """Two meals with their boluses on the basal rate of a published subject."""
    who = find_subject("padova-t1d-2008", subject)
    assert who.carb_ratio_g_per_u is not None
    insulin, carbs = np.full(MINUTES, who.basal_u_per_min), np.zeros(MINUTES)
    for minute, grams in MEALS:
        carbs[minute] += grams
        insulin[minute] += grams / who.carb_ratio_g_per_u
    return constant_inputs(MINUTES, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


@eqx.filter_jit
def in_long_steps(body: Body, coarse: Inputs) -> Array:
    def step(state: BodyState, now: Inputs) -> tuple[BodyState, Array]:
        after = step_minutes(body, state, now, minutes=float(STEP_MIN))
        return after, body.signals(after, now).interstitial_mgdl

    return jax.lax.scan(step, body.initial_state(), coarse.map(jnp.asarray))[1]


@pytest.mark.parametrize("subject", ["adult#003", "adult#009", "adolescent#007", "child#004"])
def test_it_is_the_simulator_of_2008(subject: str) -> None:
    names = ("glucose_mgdl", "interstitial_mgdl", "insulin_pmoll", "glucose_appearance_mg_per_min")
    inputs = day_of(subject)
    published = simulate(make_body("padova-t1d-2008", subject=subject), inputs, outputs=names).outputs
    reduced = simulate(make_body(NAME, subject=subject), inputs, outputs=names).outputs
    for name in names[:2]:
        np.testing.assert_allclose(reduced[name], published[name], atol=5e-3)
    # What differs are sub-steps, which show in the minute of a bolus and of a bite.
    np.testing.assert_allclose(reduced["insulin_pmoll"], published["insulin_pmoll"], atol=0.5)


@pytest.mark.parametrize("subject", ["adult#001", "adult#008", "child#001"])
def test_steps_of_five_minutes_are_within_a_milligram_of_the_solver_of_one_minute(subject: str) -> None:
    coarse = day_of(subject).map(lambda values: np.asarray(values, dtype=np.float64).reshape(-1, STEP_MIN).mean(axis=1))
    same = coarse.map(lambda values: np.repeat(values, STEP_MIN))
    body = make_body(NAME, subject=subject)
    reference = np.asarray(simulate(body, same, outputs=("interstitial_mgdl",)).outputs["interstitial_mgdl"])
    error = np.asarray(in_long_steps(body, coarse)) - reference[STEP_MIN::STEP_MIN]
    assert np.max(np.abs(error)) < 1.1
    assert np.sqrt(np.mean(error**2)) < 0.3


def test_it_rests_at_the_same_glucose_whatever_the_hour_and_its_sensitivity() -> None:
    subject = find_subject(NAME, "adult#002")
    body = make_body(NAME, subject="adult#002").with_parameters(
        {f"glucose.sensitivity_{block}": 0.01 * (1.0 + index) for index, block in enumerate(BLOCKS)}
    )
    resting = constant_inputs(1440, insulin_u_per_min=subject.basal_u_per_min)
    glucose = np.asarray(simulate(body, resting, outputs=("glucose_mgdl",)).outputs["glucose_mgdl"])
    np.testing.assert_allclose(glucose, glucose[0], atol=1e-6)


def test_it_rests_above_the_renal_threshold_too() -> None:
    subject = find_subject(NAME, "adult#002")
    body = make_body(NAME, subject="adult#002").with_parameters({"glucose.basal_mgdl": 260.0})
    resting = constant_inputs(600, insulin_u_per_min=subject.basal_u_per_min)
    glucose = np.asarray(simulate(body, resting, outputs=("glucose_mgdl",)).outputs["glucose_mgdl"])
    np.testing.assert_allclose(glucose, 260.0, atol=1e-6)


def test_ten_parameters_are_free() -> None:
    free = [name for name, record in reduced_parameters().items() if record.prior is not PriorKind.FIXED]
    assert len(free) == 10
