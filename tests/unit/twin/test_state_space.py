import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.inputs import Inputs
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.timeline import Window
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes
from glucotwin.simulate.trajectory import simulate
from glucotwin.twin.filter import initial_belief
from glucotwin.twin.grid import coarse_inputs
from glucotwin.twin.state_space import (
    STEP_MIN,
    Belief,
    Noise,
    extract,
    insert,
    plasma_glucose_index,
    predict,
    uncertain_fields,
    with_flux,
)
from synthetic_person import HELD_OUT, START, synthetic_timeline, true_body, true_model, true_point

STEP_ERROR_MGDL = 0.25
"""How far steps of 5 min may lie from the one-minute reference on days with meals and boluses (measured: 0.10)."""

jit_predict = eqx.filter_jit(predict)


def noise() -> Noise:
    return true_model().build(jnp.asarray(true_point()))[1]


def lunch() -> Inputs:
    raster = inputs_from_timeline(synthetic_timeline(), HELD_OUT)
    return coarse_inputs(raster.inputs).map(lambda values: jnp.asarray(values)[156])


def a_belief(flux_mgdl_per_min: float = 0.3) -> Belief:
    start = initial_belief(true_body(), noise(), jnp.asarray(160.0))
    return start._replace(flux_mgdl_per_min=jnp.asarray(flux_mgdl_per_min))


def test_predicted_mean_is_the_bodys_own_step() -> None:
    body, belief, inputs = true_body(), a_belief(), lunch()
    after = jit_predict(body, noise(), belief, inputs).belief
    own = eqx.filter_jit(step_minutes)(body, belief.body, with_flux(inputs, jnp.asarray(0.3)), minutes=STEP_MIN)
    assert jax.tree.all(jax.tree.map(lambda a, b: bool(jnp.allclose(a, b, rtol=1e-12, atol=1e-12)), after.body, own))


def test_state_known_exactly_stays_known_without_noise() -> None:
    silent = Noise(*(jnp.asarray(one) for one in (0.0, 40.0, 0.0, 1.0)))
    belief = a_belief()._replace(covariance=jnp.zeros((3, 3)))
    assert np.all(np.asarray(jit_predict(true_body(), silent, belief, lunch()).belief.covariance) == 0.0)


def test_flux_fades_with_its_correlation_time() -> None:
    after = jit_predict(true_body(), noise(), a_belief(0.5), lunch()).belief
    assert float(after.flux_mgdl_per_min) == pytest.approx(0.5 * np.exp(-5.0 / float(noise().flux_time_min)))


def test_flux_without_readings_settles_at_its_stationary_spread() -> None:
    belief = a_belief()._replace(covariance=jnp.zeros((3, 3)))
    for _ in range(200):
        belief = jit_predict(true_body(), noise(), belief, lunch()).belief
    assert float(belief.covariance[2, 2]) == pytest.approx(float(noise().flux_sd_mgdl_per_min) ** 2, rel=1e-3)


def test_jacobian_equals_finite_differences() -> None:
    body, belief, inputs = true_body(), a_belief(), lunch()
    found = np.asarray(jit_predict(body, noise(), belief, inputs).jacobian)
    now = np.append(np.asarray(extract(body, belief.body)), 0.3)

    def after(vector: np.ndarray) -> np.ndarray:
        moved = Belief(insert(body, belief.body, jnp.asarray(vector[:-1])), jnp.asarray(vector[-1]), belief.covariance)
        there = jit_predict(body, noise(), moved, inputs).belief
        return np.append(np.asarray(extract(body, there.body)), float(there.flux_mgdl_per_min))

    for column, step in enumerate((1e-3, 1e-3, 1e-4)):
        aside = step * np.eye(3)[column]
        assert found[:, column] == pytest.approx((after(now + aside) - after(now - aside)) / (2 * step), abs=1e-6)


def test_added_variance_is_that_of_jumps_and_of_the_fluxs_innovation() -> None:
    belief = a_belief()._replace(covariance=jnp.zeros((3, 3)))
    covariance = np.asarray(jit_predict(true_body(), noise(), belief, lunch()).belief.covariance)
    own = noise()
    innovation = float(own.flux_sd_mgdl_per_min) ** 2 * (1.0 - np.exp(-10.0 / float(own.flux_time_min)))
    assert np.diag(covariance) == pytest.approx([float(own.jump_sd_mgdl) ** 2, 0.0, innovation])


def test_uncertain_states_are_glucose_in_plasma_and_tissue() -> None:
    fields = uncertain_fields(true_body())
    assert fields == (("glucose", "glucose_mgdl"), ("glucose", "interstitial_mgdl"))
    assert plasma_glucose_index(true_body()) == 0


def test_extract_undoes_insert_and_leaves_the_rest() -> None:
    body = true_body()
    state = body.initial_state()
    changed = insert(body, state, jnp.asarray([201.0, 199.0]))
    assert extract(body, changed).tolist() == [201.0, 199.0]
    assert changed["gut"] == state["gut"]
    assert changed["subcutis"] == state["subcutis"]


def test_with_flux_changes_nothing_else() -> None:
    before, after = lunch(), with_flux(lunch(), jnp.asarray(0.7))
    assert float(after.unexplained_flux_mgdl_per_min) == 0.7
    assert jax.tree.leaves(with_flux(after, before.unexplained_flux_mgdl_per_min)) == jax.tree.leaves(before)


@eqx.filter_jit
def coarse_run(body: Body, inputs: Inputs) -> dict[str, jax.Array]:
    def step(state: BodyState, now: Inputs) -> tuple[BodyState, tuple[jax.Array, jax.Array]]:
        seen = body.signals(state, now)
        return step_minutes(body, state, now, minutes=STEP_MIN), (seen.glucose_mgdl, seen.interstitial_mgdl)

    plasma, tissue = jax.lax.scan(step, body.initial_state(), inputs.map(jnp.asarray))[1]
    return {"glucose_mgdl": plasma, "interstitial_mgdl": tissue}


def sensor_by_minutes(inputs: Inputs) -> np.ndarray:
    return np.asarray(simulate(true_body(), inputs, stride=5).outputs["interstitial_mgdl"])[:-1]


def five_days() -> Inputs:
    return inputs_from_timeline(synthetic_timeline(), Window(start=START, end=HELD_OUT.end)).inputs


def test_inference_steps_stay_near_the_one_minute_reference() -> None:
    """The same rates, held over 5 min, by steps of 5 min and of one."""
    held = coarse_inputs(five_days())
    reference = sensor_by_minutes(held.map(lambda values: np.repeat(np.asarray(values), int(STEP_MIN))))
    error = np.abs(np.asarray(coarse_run(true_body(), held)["interstitial_mgdl"]) - reference)
    assert float(error.max()) < STEP_ERROR_MGDL
    assert float(error.max()) > 1e-4  # the two are not the same computation


def test_inference_steps_lose_no_more_than_the_clock_time_within_a_step() -> None:
    """A meal or bolus counts as spread over its step: at most two minutes early or late."""
    reference = sensor_by_minutes(five_days())
    error = np.abs(np.asarray(coarse_run(true_body(), coarse_inputs(five_days()))["interstitial_mgdl"]) - reference)
    steepest_mgdl_per_min = np.abs(np.diff(reference)).max() / STEP_MIN
    assert float(error.max()) < 2.0 * steepest_mgdl_per_min + STEP_ERROR_MGDL
    assert float(np.sqrt(np.mean(error**2))) < 2.5


def test_body_without_plasma_glucose_is_refused() -> None:
    with pytest.raises(ValueError, match="glucose_mgdl"):
        plasma_glucose_index(Body(name="nothing", organs=()))
