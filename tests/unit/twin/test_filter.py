import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.inputs import Inputs
from glucotwin.twin.filter import (
    AT_LEAST,
    AT_MOST,
    NO_READING,
    OUTLIER_SCORE,
    VALUE,
    Readings,
    assimilate,
    initial_belief,
    look_ahead,
    observe,
    robust_weight,
    run_filter,
    update_weight,
)
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.state_space import Belief, Noise, extract, predict
from synthetic_person import HELD_OUT, synthetic_timeline, true_body, true_model, true_point

jit_assimilate = eqx.filter_jit(assimilate)
jit_filter = eqx.filter_jit(run_filter)
jit_ahead = eqx.filter_jit(look_ahead)
jit_predict = eqx.filter_jit(predict)
jit_observe = eqx.filter_jit(observe)


def noise() -> Noise:
    return true_model().build(jnp.asarray(true_point()))[1]


def day() -> GriddedData:
    return grid_data(synthetic_timeline(), HELD_OUT, usual_basal_u_per_min=1.0 / 60.0)


def inputs_at(step: int) -> Inputs:
    return day().inputs.map(lambda values: jnp.asarray(values)[step])


def a_belief(glucose_mgdl: float = 150.0) -> Belief:
    """Two readings old, so that its covariance has correlations."""
    start = initial_belief(true_body(), noise(), jnp.asarray(glucose_mgdl))
    return jit_predict(true_body(), noise(), start, inputs_at(0)).belief


def after_reading(glucose_mgdl: float, kind: int, belief: Belief | None = None) -> tuple[Belief, float, float]:
    """The belief after a reading, its residual and the variance that was predicted for it."""
    reading = Readings(glucose_mgdl=jnp.asarray(glucose_mgdl), kind=jnp.asarray(kind))
    belief = a_belief() if belief is None else belief
    after, innovation = jit_assimilate(true_body(), noise(), belief, inputs_at(1), reading)
    return after, float(innovation.residual_mgdl), float(innovation.variance)


def mean_of(belief: Belief) -> np.ndarray:
    return np.append(np.asarray(extract(true_body(), belief.body)), float(belief.flux_mgdl_per_min))


def predicted_sd() -> float:
    return float(np.sqrt(float(a_belief().covariance[1, 1]) + float(noise().sensor_sd_mgdl) ** 2))


def test_update_equals_a_kalman_update_by_hand() -> None:
    belief = a_belief()
    sensor = np.array([0.0, 1.0, 0.0])  # the sensor shows tissue glucose itself: here the filter is linear
    covariance, mean = np.asarray(belief.covariance), mean_of(belief)
    variance = sensor @ covariance @ sensor + float(noise().sensor_sd_mgdl) ** 2
    gain = covariance @ sensor / variance
    reading = mean[1] + 12.0
    after, residual, expected = after_reading(reading, VALUE)
    assert (residual, expected) == pytest.approx((12.0, variance))
    assert mean_of(after) == pytest.approx(mean + gain * 12.0)
    assert np.asarray(after.covariance) == pytest.approx((np.eye(3) - np.outer(gain, sensor)) @ covariance)


def test_reading_raises_or_lowers_the_unexplained_flux_with_its_residual() -> None:
    start = a_belief()
    belief = jit_predict(true_body(), noise(), start, inputs_at(1)).belief
    level = mean_of(belief)[1]
    higher, lower = (after_reading(level + one, VALUE, belief)[0] for one in (10.0, -10.0))
    assert float(higher.flux_mgdl_per_min) > 0.0 > float(lower.flux_mgdl_per_min)


def test_missing_reading_changes_nothing() -> None:
    belief = a_belief()
    after, _, _ = after_reading(400.0, NO_READING)
    assert mean_of(after) == pytest.approx(mean_of(belief), abs=0.0)
    assert np.asarray(after.covariance) == pytest.approx(np.asarray(belief.covariance), abs=1e-12)


def test_filter_without_readings_is_the_prediction_alone() -> None:
    data = day().cut(0, 12)
    nothing = Readings(glucose_mgdl=jnp.full(12, 300.0), kind=jnp.zeros(12, dtype=int))
    belief = initial_belief(true_body(), noise(), jnp.asarray(130.0))
    final = jit_filter(true_body(), noise(), belief, data.inputs, nothing).final
    for step in range(12):
        belief = jit_predict(true_body(), noise(), belief, inputs_at(step)).belief
    assert mean_of(final) == pytest.approx(mean_of(belief))
    assert np.asarray(final.covariance) == pytest.approx(np.asarray(belief.covariance))


@pytest.mark.parametrize(("kind", "bound_mgdl"), [(AT_MOST, 180.0), (AT_LEAST, 100.0)])
def test_bound_that_agrees_with_the_belief_moves_nothing(kind: int, bound_mgdl: float) -> None:
    after, _, _ = after_reading(bound_mgdl, kind)
    assert mean_of(after) == pytest.approx(mean_of(a_belief()), abs=0.0)


@pytest.mark.parametrize(("kind", "bound_mgdl", "sign"), [(AT_MOST, 100.0, -1.0), (AT_LEAST, 200.0, 1.0)])
def test_bound_that_contradicts_the_belief_moves_it(kind: int, bound_mgdl: float, sign: float) -> None:
    after, _, _ = after_reading(bound_mgdl, kind)
    assert sign * (mean_of(after)[1] - mean_of(a_belief())[1]) > 1.0


def test_reading_within_four_sd_counts_in_full() -> None:
    assert float(update_weight(jnp.asarray(OUTLIER_SCORE**2))) == 1.0
    assert float(update_weight(jnp.asarray(0.0))) == 1.0


def test_outlier_moves_the_state_less_the_farther_it_lies() -> None:
    level, sd = mean_of(a_belief())[1], predicted_sd()
    moves = [
        mean_of(after_reading(level + score * sd, VALUE)[0])[1] - level for score in (2.0, OUTLIER_SCORE, 8.0, 12.0)
    ]
    assert moves[1] == pytest.approx(2.0 * moves[0])
    assert moves[1] > moves[2] > moves[3] > 0.0


def test_outlier_leaves_more_uncertainty_than_a_plausible_reading() -> None:
    level, sd = mean_of(a_belief())[1], predicted_sd()
    plausible, outlier = (after_reading(level + score * sd, VALUE)[0].covariance[1, 1] for score in (1.0, 9.0))
    assert float(outlier) > float(plausible)


def test_residuals_in_the_tail_count_less_in_the_fit() -> None:
    weights = np.asarray(robust_weight(jnp.asarray([0.0, 1.0, 4.0, 100.0])))
    assert weights.tolist() == pytest.approx([1.0, 1.0, 6.0 / 9.0, 6.0 / 105.0])


def test_covariance_stays_symmetric_and_positive_over_a_day() -> None:
    data = day()
    start = initial_belief(true_body(), noise(), jnp.asarray(130.0))
    filtered = jit_filter(true_body(), noise(), start, data.inputs, data.readings)
    covariance = np.asarray(filtered.beliefs.covariance)
    assert np.array_equal(covariance, covariance.transpose(0, 2, 1))
    assert np.linalg.eigvalsh(covariance).min() > 0.0


def test_filter_follows_a_day_of_readings() -> None:
    data = day()
    start = initial_belief(true_body(), noise(), jnp.asarray(130.0))
    innovations = jit_filter(true_body(), noise(), start, data.inputs, data.readings).innovations
    score = np.asarray(innovations.residual_mgdl)[12:] / np.sqrt(np.asarray(innovations.variance)[12:])
    assert 0.4 < score.std() < 1.3
    assert abs(score.mean()) < 0.3


def test_filter_is_update_and_prediction_in_turn() -> None:
    data = day().cut(96, 102)
    start = initial_belief(true_body(), noise(), jnp.asarray(130.0))
    filtered = jit_filter(true_body(), noise(), start, data.inputs, data.readings)
    belief = start
    for step in range(6):
        reading = jax.tree.map(lambda values, at=step: jnp.asarray(values)[at], data.readings)
        belief, _ = jit_assimilate(true_body(), noise(), belief, inputs_at(96 + step), reading)
        assert np.asarray(filtered.beliefs.covariance[step]) == pytest.approx(np.asarray(belief.covariance))
        belief = jit_predict(true_body(), noise(), belief, inputs_at(96 + step)).belief
    assert mean_of(filtered.final) == pytest.approx(mean_of(belief))


def test_first_step_ahead_is_a_prediction_and_its_observation() -> None:
    belief, coming = a_belief(), day().inputs.cut(156, 160)
    ahead = jit_ahead(true_body(), noise(), belief, coming)
    after = jit_predict(true_body(), noise(), belief, inputs_at(156)).belief
    seen, _ = jit_observe(true_body(), noise(), after, inputs_at(156))
    assert float(ahead.mean_mgdl[0]) == pytest.approx(-float(seen.residual_mgdl))
    assert float(ahead.variance[0]) == pytest.approx(float(seen.variance))


def test_looking_further_ahead_is_less_certain() -> None:
    after, _, _ = after_reading(150.0, VALUE)
    variance = np.asarray(jit_ahead(true_body(), noise(), after, day().inputs.cut(0, 24)).variance)
    assert np.all(np.diff(variance[:6]) > 0.0)
    assert variance[-1] > variance[0]


def test_belief_begins_at_rest_with_glucose_at_the_guess() -> None:
    belief = initial_belief(true_body(), noise(), jnp.asarray(222.0))
    assert mean_of(belief).tolist() == [222.0, 222.0, 0.0]
    assert belief.body["gut"] == true_body().initial_state()["gut"]
