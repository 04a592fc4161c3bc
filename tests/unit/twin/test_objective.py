from datetime import timedelta
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.timeline import Window
from glucotwin.twin.filter import AT_LEAST, AT_MOST, NO_READING, VALUE
from glucotwin.twin.fit import WARM_UP_MIN
from glucotwin.twin.grid import STEPS_PER_DAY, grid_data
from glucotwin.twin.objective import (
    HORIZON_STEPS,
    ORIGIN_EVERY_STEPS,
    WARM_UP_STEPS,
    DayBatch,
    Evaluated,
    Predictions,
    day_batch,
    evaluate,
    negative_log_likelihood,
    scoring,
)
from synthetic_person import FITTED, synthetic_timeline, synthetic_twin, true_model, true_point

LENGTH = WARM_UP_STEPS + STEPS_PER_DAY + int(HORIZON_STEPS[-1])


@cache
def batch() -> DayBatch:
    """The very days that the shared twin was fitted to, so that its compiled programs serve here too."""
    window = Window(start=FITTED.start - timedelta(minutes=WARM_UP_MIN), end=FITTED.end)
    return day_batch(grid_data(synthetic_timeline(), window, usual_basal_u_per_min=1.0 / 60.0))


def at_point(point: np.ndarray, days: DayBatch | None = None) -> Evaluated:
    return evaluate(true_model(), jnp.asarray(point), batch() if days is None else days)


def with_kind(index: tuple[int, int], kind: int, glucose_mgdl: float) -> DayBatch:
    readings = batch().readings
    return eqx.tree_at(
        lambda one: (one.readings.kind, one.readings.glucose_mgdl),
        batch(),
        (
            jnp.asarray(readings.kind).at[index].set(kind),
            jnp.asarray(readings.glucose_mgdl).at[index].set(glucose_mgdl),
        ),
    )


def a_point() -> np.ndarray:
    return true_point() + 0.1 * np.cos(np.arange(true_point().size))


def one_prediction(residual: float, kind: int, weight: float = 1.0, log_variance: float = 4.0) -> float:
    predicted = Predictions(jnp.array([[residual]]), jnp.array([[log_variance]]))
    return float(negative_log_likelihood(predicted, jnp.array([[kind]]), jnp.array([[weight]])))


def test_batch_holds_three_days_with_warm_up_and_tail() -> None:
    assert np.asarray(batch().readings.kind).shape == (3, LENGTH)
    assert np.asarray(batch().readings.kind)[0, :WARM_UP_STEPS].max() == NO_READING
    assert np.asarray(batch().readings.kind)[1:].min() == VALUE


def test_days_overlap_only_in_warm_up_and_tail() -> None:
    glucose = np.asarray(batch().readings.glucose_mgdl)
    assert np.array_equal(glucose[0, STEPS_PER_DAY:], glucose[1, : LENGTH - STEPS_PER_DAY])


def test_first_guess_is_each_days_first_reading() -> None:
    glucose, guess = np.asarray(batch().readings.glucose_mgdl), np.asarray(batch().first_guess_mgdl)
    assert guess.tolist() == [glucose[0, WARM_UP_STEPS], glucose[1, 0], glucose[2, 0]]


def test_gradient_equals_finite_differences() -> None:
    point, step = a_point(), 1e-4
    gradient = np.asarray(at_point(point).gradient)
    for frequency in (0.7, 1.9, 3.1):
        direction = np.sin(frequency * (1.0 + np.arange(point.size)))
        rise = float(at_point(point + step * direction).value) - float(at_point(point - step * direction).value)
        assert float(gradient @ direction) == pytest.approx(rise / (2 * step), rel=1e-4, abs=1e-2)


def test_gradient_is_the_sum_over_days_and_the_prior() -> None:
    found = at_point(a_point())
    assert np.asarray(found.gradient) == pytest.approx(np.asarray(found.day_gradients).sum(axis=0) + a_point())


def test_information_is_symmetric_and_never_below_the_priors() -> None:
    information = np.asarray(at_point(a_point()).information)
    assert information == pytest.approx(information.T)
    assert np.linalg.eigvalsh(information).min() > 1.0 - 1e-9


def test_fitted_point_is_better_than_the_population_and_than_the_truth() -> None:
    fitted = float(at_point(synthetic_twin().posterior.mean).value)
    assert fitted < float(at_point(np.zeros_like(true_point())).value)
    assert fitted < float(at_point(true_point()).value)


def test_warm_up_and_tail_are_not_scored_step_by_step() -> None:
    _, weights = scoring(batch())
    near = np.asarray(weights)[:, :LENGTH]
    assert np.all(near[:, :WARM_UP_STEPS] == 0.0)
    assert np.all(near[:, WARM_UP_STEPS : WARM_UP_STEPS + STEPS_PER_DAY] == 1.0)
    assert np.all(near[:, WARM_UP_STEPS + STEPS_PER_DAY :] == 0.0)


def test_overlapping_predictions_share_their_weight() -> None:
    far = np.asarray(scoring(batch())[1])[1, LENGTH:].reshape(-1, HORIZON_STEPS.size)
    assert far[0] == pytest.approx(np.minimum(1.0, ORIGIN_EVERY_STEPS / HORIZON_STEPS))
    assert len(far) == STEPS_PER_DAY / ORIGIN_EVERY_STEPS


def test_missing_reading_has_no_weight_as_origin_or_target() -> None:
    origin = WARM_UP_STEPS + 10 * ORIGIN_EVERY_STEPS
    weights = np.asarray(scoring(with_kind((1, origin), NO_READING, 100.0))[1])[1]
    far = weights[LENGTH:].reshape(-1, HORIZON_STEPS.size)
    assert weights[origin] == 0.0
    assert np.all(far[10] == 0.0)
    assert far[9, 1] == 0.0  # 30 min after the origin before
    assert far[9, 0] > 0.0


@pytest.mark.parametrize("wild", [1e6, float("inf"), float("nan")])
def test_what_is_not_scored_contributes_nothing(wild: float) -> None:
    weights, kinds = jnp.array([[1.0, 0.0]]), jnp.array([[VALUE, NO_READING]])

    def value(residual: float) -> tuple[float, np.ndarray]:
        predicted = Predictions(jnp.array([[3.0, residual]]), jnp.array([[2.0, 2.0]]))
        found, slope = jax.value_and_grad(negative_log_likelihood)(predicted, kinds, weights)
        return float(found), np.asarray(slope.residual_mgdl)

    calm, disturbed = value(0.0), value(wild)
    assert disturbed[0] == calm[0]
    assert disturbed[1][0, 0] == calm[1][0, 0]


def test_missing_readings_value_does_not_matter() -> None:
    days = [with_kind((1, 200), NO_READING, glucose) for glucose in (50.0, 350.0)]
    values = [float(at_point(a_point(), one).value) for one in days]
    assert values[0] == values[1] != float(at_point(a_point()).value)


@pytest.mark.parametrize("kind", [AT_MOST, AT_LEAST])
def test_censored_readings_leave_everything_finite(kind: int) -> None:
    found = at_point(a_point(), with_kind((1, 200), kind, 40.0 if kind == AT_MOST else 400.0))
    assert all(np.all(np.isfinite(np.asarray(one))) for one in found)


@pytest.mark.parametrize(("kind", "against"), [(AT_MOST, -1.0), (AT_LEAST, 1.0)])
def test_bound_costs_only_what_contradicts_it(kind: int, against: float) -> None:
    agrees, contradicts, impossible = (one_prediction(against * one, kind) for one in (-60.0, 20.0, 1e4))
    assert agrees == pytest.approx(0.0, abs=1e-3)
    assert contradicts > 1.0
    assert np.isfinite(impossible)
    assert impossible == pytest.approx(-np.log(1e-3), rel=1e-3)  # a wrong bound costs no more than this


def test_value_costs_a_student_t_term() -> None:
    score = 12.0 / np.exp(2.0)
    assert one_prediction(12.0, VALUE) == pytest.approx(3.0 * np.log1p(score**2 / 5.0) + 2.0)
    assert one_prediction(12.0, VALUE, weight=0.25) == pytest.approx(0.25 * one_prediction(12.0, VALUE))


def test_predictions_at_the_truth_are_near_the_readings() -> None:
    predicted = at_point(true_point()).predicted
    residual = np.asarray(predicted.residual_mgdl)[:, WARM_UP_STEPS : WARM_UP_STEPS + STEPS_PER_DAY]
    assert np.sqrt(np.mean(residual**2)) < 6.0
    assert np.all(np.isfinite(np.asarray(predicted.log_variance)))
