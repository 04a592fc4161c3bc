"""The production step beside diffrax at tight tolerance, restarted every minute."""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from body_name import EVERY_BODY
from glucotwin.core.array import Array
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.simulate.solver import step_minutes
from glucotwin.simulate.trajectory import simulate
from glucotwin.testing.body import probing_inputs


def adaptive(body: Body, inputs: Inputs) -> Array:
    """Plasma and interstitial glucose at every minute's end by an adaptive solver."""
    controller = diffrax.PIDController(rtol=1e-10, atol=1e-10)

    def minute(state: BodyState, now: Inputs) -> tuple[BodyState, Array]:
        begun = body.advance(state, now)
        held = body.held_signals(begun, now)
        moving = {organ.name: begun[organ.name] for organ in body.organs if not organ.held}
        term = diffrax.ODETerm(lambda t, y, args: body.derivative(y, now, held=held))
        solution = diffrax.diffeqsolve(
            term, diffrax.Dopri8(), 0.0, 1.0, 0.01, moving, stepsize_controller=controller, max_steps=4096
        )
        assert solution.ys is not None
        after = begun | jax.tree.map(lambda values: values[-1], solution.ys)
        signals = body.signals(after, now)
        return after, jnp.stack([signals.glucose_mgdl, signals.interstitial_mgdl])

    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        run = jax.jit(lambda: jax.lax.scan(minute, body.initial_state(), inputs.map(jnp.asarray))[1])
        return run()


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("minimal", ""),
        ("padova-t1d-2008", "adult#001"),
        pytest.param("padova-t1d-2008", "adult#006", marks=pytest.mark.slow),
        pytest.param("padova-t1d-2008", "child#007", marks=pytest.mark.slow),
    ],
)
def test_step_agrees_with_an_adaptive_solver(name: str, subject: str) -> None:
    body = make_body(name, subject=subject)
    inputs = probing_inputs(find_subject(name, subject).basal_u_per_min)
    ours = simulate(body, inputs)
    theirs = np.asarray(adaptive(body, inputs))
    np.testing.assert_allclose(ours.outputs["glucose_mgdl"][1:], theirs[:, 0], rtol=0, atol=0.01)
    np.testing.assert_allclose(ours.outputs["interstitial_mgdl"][1:], theirs[:, 1], rtol=0, atol=0.01)


def test_five_minute_steps_of_the_minimal_body_stay_near_the_minute_steps() -> None:
    body = make_body("minimal")
    basal = find_subject("minimal").basal_u_per_min
    inputs = probing_inputs(basal)
    fine = simulate(body, inputs).outputs["glucose_mgdl"]
    coarse = inputs.map(lambda values: np.asarray(values, dtype=np.float64).reshape(-1, 5).mean(axis=1))
    state, seen = body.initial_state(), []
    step = jax.jit(lambda current, now: step_minutes(body, current, now, minutes=5.0))
    for index in range(coarse.minutes):
        state = step(state, coarse.map(lambda values, at=index: jnp.asarray(values)[at]))
        seen.append(float(body.signals(state, coarse.map(lambda values: jnp.asarray(values)[0])).glucose_mgdl))
    # Most of it is the bolus, which the coarse inputs spread over its five minutes.
    assert np.max(np.abs(np.asarray(seen) - np.asarray(fine)[5::5])) < 1.0


@pytest.mark.parametrize("name", EVERY_BODY)
def test_forward_and_reverse_derivatives_of_a_step_agree(name: str) -> None:
    body = make_body(name)
    now = probing_inputs(find_subject(name).basal_u_per_min).map(lambda values: jnp.asarray(values)[35])
    state = body.initial_state()
    warmed = jax.tree.map(lambda value: value * 1.1 + 0.1, state)

    def glucose_after(scale: Array) -> Array:
        start = jax.tree.map(lambda value: value * scale, warmed)
        return body.signals(step_minutes(body, start, now), now).glucose_mgdl

    one = jnp.ones(())
    _, forward = jax.jvp(glucose_after, (one,), (one,))
    backward = jax.grad(glucose_after)(one)
    numeric = (glucose_after(one + 1e-5) - glucose_after(one - 1e-5)) / 2e-5
    assert float(forward) == pytest.approx(float(backward), rel=1e-10)
    assert float(forward) == pytest.approx(float(numeric), rel=1e-5)
