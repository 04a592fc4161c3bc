from dataclasses import replace
from datetime import timedelta
from functools import cache

import equinox as eqx
import jax
import numpy as np
import pytest

from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Window
from glucotwin.twin.filter import VALUE, Readings
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.predictive import Predictive, predict_from, usual_future
from synthetic_person import ORIGIN, synthetic_timeline, synthetic_twin

NOW = 288
"""The origin among the steps: the last of the day and a step, as when a forecast is issued."""

EARLIER = 200


@cache
def day() -> GriddedData:
    window = Window(start=ORIGIN - timedelta(days=1), end=ORIGIN + timedelta(minutes=5))
    return grid_data(synthetic_timeline(), window, usual_basal_u_per_min=synthetic_twin().basal_u_per_min)


def future() -> Inputs:
    return usual_future(day(), extra_steps=48, zone="UTC", basal_u_per_min=synthetic_twin().basal_u_per_min)


def predicted(inputs: Inputs | None = None, readings: Readings | None = None, origin: int = EARLIER) -> Predictive:
    """In the shapes in which forecasts are issued, so that their compiled program serves here too."""
    twin, data = synthetic_twin(), day()
    return predict_from(
        model_of(twin),
        twin.draws(32),
        data.inputs if inputs is None else inputs,
        data.readings if readings is None else readings,
        future(),
        np.array([origin]),
        48,
    )


def from_step(values: np.ndarray, step: int, value: float) -> np.ndarray:
    changed = np.array(values)
    changed[step:] = value
    return changed


def equal(one: Predictive, other: Predictive) -> bool:
    return jax.tree.all(jax.tree.map(lambda a, b: bool(np.array_equal(a, b)), one, other))


def test_readings_after_the_origin_change_nothing() -> None:
    glucose = from_step(np.asarray(day().readings.glucose_mgdl), EARLIER + 1, 320.0)
    readings = Readings(glucose_mgdl=glucose, kind=np.full(day().steps, VALUE))
    assert equal(predicted(readings=readings), predicted())


def test_reading_at_the_origin_counts() -> None:
    glucose = np.array(day().readings.glucose_mgdl)
    glucose[EARLIER] += 15.0
    changed = predicted(readings=Readings(glucose_mgdl=glucose, kind=day().readings.kind))
    assert np.all(np.asarray(changed.mean_mgdl)[:, 0, 0] > np.asarray(predicted().mean_mgdl)[:, 0, 0] + 2.0)


@pytest.mark.parametrize(("step", "matters"), [(EARLIER, False), (EARLIER - 3, True)])
def test_inputs_matter_only_before_the_origin(step: int, matters: bool) -> None:
    carbs = from_step(np.asarray(day().inputs.carbs_g_per_min), step, 4.0)
    insulin = from_step(np.asarray(day().inputs.insulin_u_per_min["rapid"]), step, 0.5)
    inputs = eqx.tree_at(
        lambda one: (one.carbs_g_per_min, one.insulin_u_per_min), day().inputs, (carbs, {"rapid": insulin})
    )
    assert equal(predicted(inputs=inputs), predicted()) is not matters


def test_every_origin_is_predicted_as_if_it_were_the_only_one() -> None:
    twin, data = synthetic_twin(), day()
    both = predict_from(
        model_of(twin), twin.draws(32), data.inputs, data.readings, future(), np.array([EARLIER, NOW]), 48
    )
    for index, origin in enumerate((EARLIER, NOW)):
        alone = np.asarray(predicted(origin=origin).mean_mgdl)[:, 0]
        assert np.asarray(both.mean_mgdl)[:, index] == pytest.approx(alone, rel=1e-9)


def test_predictions_have_positive_variance_and_axes_draw_origin_step() -> None:
    found = predicted()
    assert found.mean_mgdl.shape == found.variance.shape == (32, 1, 48)
    assert np.all(np.asarray(found.variance) > 0.0)


def test_usual_future_is_quiet_but_for_the_basal_rate() -> None:
    inputs = future()
    assert inputs.minutes == day().steps + 48
    assert np.all(np.asarray(inputs.carbs_g_per_min) == 0.0)
    assert np.asarray(inputs.insulin_u_per_min["rapid"]) == pytest.approx(synthetic_twin().basal_u_per_min)
    assert np.all(np.asarray(inputs.unexplained_flux_mgdl_per_min) == 0.0)


def test_usual_futures_clock_goes_on_from_the_data() -> None:
    clock = np.asarray(future().minute_of_day)
    assert np.array_equal(clock[: day().steps], np.asarray(day().inputs.minute_of_day))
    assert np.all(np.diff(clock) % 1440.0 == 5.0)


def test_usual_future_keeps_the_factors_of_parameters() -> None:
    name, values = "insulin_action.sensitivity", np.linspace(0.5, 0.8, day().steps)
    data = replace(day(), inputs=eqx.tree_at(lambda one: one.parameter_factor, day().inputs, {name: values}))
    inputs = usual_future(data, extra_steps=48, zone="UTC", basal_u_per_min=synthetic_twin().basal_u_per_min)
    kept = np.asarray(inputs.parameter_factor[name])
    assert np.array_equal(kept[: data.steps], values)
    assert kept[data.steps :].tolist() == [0.8] * 48
