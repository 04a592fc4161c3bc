"""The closed form against the filter of Runge-Kutta steps that it stands for, and against the one-minute solver."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.array import Array
from glucotwin.core.error import ModelError
from glucotwin.core.random import root_key
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Window
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.minimal import RISK_FLOOR_MGDL
from glucotwin.physiology.registry import make_body
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.closed_form import closed_form, filter_days, look_ahead_days
from glucotwin.twin.driven import drive, filter_driven, look_ahead_driven
from glucotwin.twin.filter import AT_LEAST, AT_MOST, NO_READING, Readings
from glucotwin.twin.grid import STEPS_PER_DAY, grid_data
from glucotwin.twin.minimal_course import has_closed_form, minimal_organs
from glucotwin.twin.personal_model import free_parameters
from glucotwin.twin.state_space import STEP_MIN
from synthetic_person import FITTED, synthetic_timeline, true_model, true_point

Tree = TypeVar("Tree", Inputs, Readings)

EVERY, FIRST, COMING = 6, 72, 24
ORIGINS = np.arange(FIRST, STEPS_PER_DAY - COMING, EVERY)
GUESS_MGDL = 150.0
TOLERANCE_MGDL = 0.5
"""What the fit's solver may be off the one-minute solver over a day in open loop."""

POINTS: Mapping[str, Mapping[str, float]] = {
    "truth": {},
    "fast food": {"gut.emptying_per_min": 3.0, "gut.absorption_per_min": 2.0},
    "fast insulin": {"subcutis.transfer_per_min": 2.0, "subcutis.absorption_per_min": 2.0},
    "lows": {f"glucose.sensitivity_{part}": 1.5 for part in ("night", "morning", "afternoon", "evening")},
    "little return": {"glucose.effectiveness_per_min": -3.0, "glucose.basal_mgdl": 1.0},
}
"""Differences from the true point in prior SDs."""


def a_point(name: str) -> np.ndarray:
    return true_point() + np.array([POINTS[name].get(one, 0.0) for one in free_parameters()])


@cache
def a_day() -> tuple[Inputs, Readings]:
    """One day of three meals; a LOW and a HIGH that contradict the rest, and an hour without readings."""
    window = Window(start=FITTED.start, end=FITTED.start + timedelta(days=1))
    data = grid_data(synthetic_timeline(), window, usual_basal_u_per_min=1.0 / 60.0)
    kind = np.asarray(data.readings.kind).copy()
    kind[40], kind[90], kind[150:162] = AT_MOST, AT_LEAST, NO_READING
    readings = Readings(glucose_mgdl=jnp.asarray(data.readings.glucose_mgdl), kind=jnp.asarray(kind))
    return data.inputs.map(jnp.asarray), readings


def in_days(tree: Tree) -> Tree:
    return jax.tree.map(lambda values: values[None], tree)


@eqx.filter_jit
def differences(point: Array, inputs: Inputs, readings: Readings) -> tuple[Array, ...]:
    body, noise = true_model().build(point)
    guess = jnp.asarray(GUESS_MGDL)
    course = drive(body, inputs)
    beliefs, near = filter_driven(body, noise, course, guess, inputs, readings)
    ahead = look_ahead_driven(body, noise, course, inputs, beliefs, ORIGINS, COMING)
    form = closed_form(body, noise, in_days(inputs), guess[None])
    kept, seen = filter_days(form, in_days(readings), EVERY)
    coming = look_ahead_days(form, jax.tree.map(lambda v: v[ORIGINS // EVERY], kept), FIRST, EVERY, COMING)
    # Below the floor of the risk term the model has kinks, about which a variance depends on where a step looks.
    above = coming.mean_mgdl[:, :, 0] > RISK_FLOOR_MGDL
    pairs = (
        (near.residual_mgdl, seen.residual_mgdl[0]),
        (jnp.log(near.variance), jnp.log(seen.variance[0])),
        (ahead.mean_mgdl.T, coming.mean_mgdl[:, :, 0]),
        (jnp.where(above, jnp.log(ahead.variance.T / coming.variance[:, :, 0]), 0.0), jnp.zeros(())),
    )
    return tuple(jnp.max(jnp.abs(one - other)) for one, other in pairs)


@pytest.mark.parametrize("name", ["truth", "fast insulin", "lows", "little return"])
def test_filter_and_look_ahead_are_those_of_runge_kutta_steps(name: str) -> None:
    residual, variance, mean, far_variance = (float(one) for one in differences(jnp.asarray(a_point(name)), *a_day()))
    assert max(residual, mean) < TOLERANCE_MGDL
    assert max(variance, far_variance) < 0.1


@eqx.filter_jit
def open_loop(point: Array, inputs: Inputs) -> Array:
    """Interstitial glucose at every step's start, no reading seen."""
    body, noise = true_model().build(point)
    form = closed_form(body, noise, in_days(inputs), jnp.full(1, GUESS_MGDL))
    unseen = Readings(glucose_mgdl=jnp.zeros((1, inputs.minutes)), kind=jnp.full((1, inputs.minutes), NO_READING))
    return -filter_days(form, unseen, EVERY)[1].residual_mgdl[0]


@eqx.filter_jit
def minute_by_minute(point: Array, inputs: Inputs) -> Array:
    body, _ = true_model().build(point)
    glucose = {name: jnp.asarray(GUESS_MGDL) for name in ("glucose_mgdl", "interstitial_mgdl")}
    start = body.initial_state()
    start["glucose"] = eqx.tree_at(
        lambda one: (one.glucose_mgdl, one.interstitial_mgdl), start["glucose"], tuple(glucose.values())
    )

    def step(state: BodyState, now: Inputs) -> tuple[BodyState, Array]:
        after = state
        for _ in range(int(STEP_MIN)):
            after = step_minutes(body, after, now)
        return after, body.signals(state, now).interstitial_mgdl

    return jax.lax.scan(step, start, inputs)[1]


@pytest.mark.parametrize("name", POINTS)
def test_a_day_in_open_loop_is_that_of_the_one_minute_solver(name: str) -> None:
    inputs, _ = a_day()
    off = np.asarray(open_loop(jnp.asarray(a_point(name)), inputs)) - np.asarray(
        minute_by_minute(jnp.asarray(a_point(name)), inputs)
    )
    assert np.max(np.abs(off)) < TOLERANCE_MGDL


@pytest.mark.slow
def test_a_day_at_points_drawn_from_the_prior_is_that_of_the_one_minute_solver() -> None:
    inputs, _ = a_day()
    points = jax.random.normal(root_key(0), (24, true_point().size))
    found = jax.vmap(lambda one: open_loop(one, inputs))(points)
    expected = jax.vmap(lambda one: minute_by_minute(one, inputs))(points)
    worst = np.max(np.abs(np.asarray(found - expected)), axis=1)
    assert np.median(worst) < 0.2
    # Nine in ten stay within the tolerance; the rest let glucose fall to 20 mg/dL or have extreme food.
    assert np.quantile(worst, 0.9) < TOLERANCE_MGDL + 0.15
    assert worst.max() < 1.0


@pytest.mark.slow
def test_flux_that_takes_glucose_away_fades_as_it_runs_out() -> None:
    inputs, _ = a_day()
    flux = jnp.where(jnp.arange(inputs.minutes) % 96 < 24, -3.0, 1.0)
    disturbed = eqx.tree_at(lambda one: one.unexplained_flux_mgdl_per_min, inputs, flux)
    point = jnp.asarray(a_point("lows"))
    found, expected = np.asarray(open_loop(point, disturbed)), np.asarray(minute_by_minute(point, disturbed))
    assert expected.min() < 50.0
    assert np.max(np.abs(found - expected)) < TOLERANCE_MGDL


@pytest.mark.slow
def test_days_side_by_side_are_those_one_by_one() -> None:
    inputs, readings = a_day()
    body, noise = true_model().build(jnp.asarray(true_point()))
    both = jax.tree.map(lambda v: jnp.stack([v, v[::-1]]), (inputs, readings))
    found = filter_days(closed_form(body, noise, both[0], jnp.array([150.0, 100.0])), both[1], EVERY)[1]
    alone = filter_days(closed_form(body, noise, in_days(inputs), jnp.full(1, 150.0)), in_days(readings), EVERY)[1]
    assert np.asarray(found.residual_mgdl)[0] == pytest.approx(np.asarray(alone.residual_mgdl)[0])
    assert not np.allclose(found.residual_mgdl[1], found.residual_mgdl[0])


def test_only_the_minimal_body_as_it_is_has_the_form() -> None:
    inputs, _ = a_day()
    minimal = make_body("minimal")
    assert has_closed_form(minimal, inputs)
    assert not has_closed_form(make_body("padova-t1d"), inputs)
    with pytest.raises(ModelError):
        minimal_organs(make_body("padova-t1d"))
    assert not has_closed_form(Body(name="minimal", organs=minimal.organs[1:]), inputs)
    varied = {"glucose.effectiveness_per_min": jnp.ones(inputs.minutes)}
    assert not has_closed_form(minimal, eqx.tree_at(lambda one: one.parameter_factor, inputs, varied))
