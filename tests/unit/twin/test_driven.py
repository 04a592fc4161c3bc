"""The fast form against the filter that it stands for: the same numbers."""

from datetime import timedelta

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from body_name import EVERY_FIT_BODY
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Window
from glucotwin.physiology.registry import make_body
from glucotwin.twin.driven import can_drive, drive, filter_driven, look_ahead_driven
from glucotwin.twin.filter import initial_belief, look_ahead, run_filter
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.personal_model import PersonalModel, personal_model
from synthetic_person import FITTED, synthetic_timeline

ORIGINS = np.array([10, 60])
STEPS = 12


def half_a_day() -> GriddedData:
    window = Window(start=FITTED.start, end=FITTED.start + timedelta(hours=12))
    return grid_data(synthetic_timeline(), window, usual_basal_u_per_min=1.0 / 60.0)


def as_arrays(inputs: Inputs) -> Inputs:
    return inputs.map(jnp.asarray)


@eqx.filter_jit
def both(model: PersonalModel, data_inputs: Inputs, readings: object) -> tuple[jax.Array, ...]:
    body, noise = model.build(jnp.full(model.typical.size, 0.2))
    guess = jnp.asarray(150.0)
    plain = run_filter(body, noise, initial_belief(body, noise, guess), data_inputs, readings)  # type: ignore[arg-type]
    course = drive(body, data_inputs)
    beliefs, innovations = filter_driven(body, noise, course, guess, data_inputs, readings)  # type: ignore[arg-type]
    ahead = look_ahead_driven(body, noise, course, data_inputs, beliefs, ORIGINS, STEPS)
    starts = jax.tree.map(lambda values: values[ORIGINS], plain.beliefs)
    coming = data_inputs.map(lambda values: values[ORIGINS[:, None] + np.arange(STEPS)])
    expected = jax.vmap(lambda belief, now: look_ahead(body, noise, belief, now))(starts, coming)
    return (
        jnp.max(jnp.abs(innovations.residual_mgdl - plain.innovations.residual_mgdl)),
        jnp.max(jnp.abs(innovations.variance - plain.innovations.variance)),
        jnp.max(jnp.abs(beliefs.covariance - plain.beliefs.covariance)),
        jnp.max(jnp.abs(ahead.mean_mgdl - expected.mean_mgdl)),
        jnp.max(jnp.abs(ahead.variance - expected.variance)),
    )


@pytest.mark.parametrize("name", EVERY_FIT_BODY)
def test_fast_filter_and_look_ahead_give_the_numbers_of_the_plain_ones(name: str) -> None:
    data = half_a_day()
    model = personal_model(weight_kg=70.0, daily_insulin_u=42.0, basal_u_per_min=1.0 / 60.0, body=name)
    differences = both(model, as_arrays(data.inputs), jax.tree.map(jnp.asarray, data.readings))
    assert max(float(one) for one in differences) < 1e-9


@pytest.mark.parametrize(("name", "expected"), [("minimal", True), ("padova-t1d-reduced", True), ("padova-t1d", False)])
def test_only_bodies_that_inputs_move_are_driven(name: str, expected: bool) -> None:
    assert can_drive(make_body(name)) is expected
