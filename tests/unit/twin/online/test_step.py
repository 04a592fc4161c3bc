import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.twin.filter import NO_READING, VALUE, Readings, initial_belief, run_filter
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.online.fault import Fault
from glucotwin.twin.online.on_board import predict_ahead
from glucotwin.twin.online.step import (
    Observation,
    OnlineState,
    StepInfo,
    first_step,
    next_step,
    next_steps,
    step,
    track,
)
from glucotwin.twin.predictive import predict_from, usual_future
from made_up_person import FITTED, made_up_timeline, made_up_twin

DRAWS = 4
TIMELINE = made_up_timeline()
TWIN = made_up_twin(TIMELINE)


def two_days() -> GriddedData:
    return grid_data(TIMELINE, FITTED, usual_basal_u_per_min=TWIN.basal_u_per_min).cut(0, 576)


def seen(data: GriddedData, step: int) -> Observation:
    return Observation(
        inputs=data.inputs.map(lambda values: jnp.asarray(values)[max(step - 1, 0)]),
        readings=jax.tree.map(lambda values: jnp.asarray(values)[step], data.readings),
    )


def run(data: GriddedData, *, guard: bool = True) -> tuple[OnlineState, StepInfo]:
    tracked = track(TWIN, draws=DRAWS, guard=guard)
    state, _ = first_step(tracked, seen(data, 0))
    coming = Observation(
        inputs=data.inputs.cut(0, data.steps - 1).map(jnp.asarray),
        readings=jax.tree.map(lambda values: jnp.asarray(values)[1:], data.readings),
    )
    return next_steps(tracked, state, coming)


def changed(data: GriddedData, values: dict[int, float], missing: tuple[int, ...] = ()) -> GriddedData:
    """The same days with other readings at some steps, and none at others."""
    glucose, kind = np.array(data.readings.glucose_mgdl), np.array(data.readings.kind)
    glucose[list(values)] = list(values.values())
    kind[list(missing)] = NO_READING
    readings = Readings(glucose_mgdl=glucose, kind=kind)
    return GriddedData(start=data.start, inputs=data.inputs, readings=readings, basal_known=data.basal_known)


def levels(data: GriddedData, *, guard: bool = True) -> np.ndarray:
    return np.asarray(run(data, guard=guard)[1].glucose_mgdl)


def test_state_is_the_batch_filters_belief() -> None:
    data = two_days()
    body, noise = jax.vmap(model_of(TWIN).build)(TWIN.draws(DRAWS))
    first = jnp.asarray(data.readings.glucose_mgdl[0])
    batch = eqx.filter_jit(
        eqx.filter_vmap(
            lambda body, noise: run_filter(body, noise, initial_belief(body, noise, first), data.inputs, data.readings)
        )
    )(body, noise)
    state, told = run(data)
    last = jax.tree.map(lambda values: values[:, -1], batch.beliefs)
    for own, expected in zip(jax.tree.leaves(state.belief), jax.tree.leaves(last), strict=True):
        np.testing.assert_allclose(own, expected, rtol=0.0, atol=1e-9)
    residual = np.asarray(batch.innovations.residual_mgdl).mean(axis=0)
    np.testing.assert_allclose(told.residual_mgdl, residual[1:], rtol=0.0, atol=1e-9)
    assert not np.any(np.asarray(told.fault))


@pytest.mark.slow
def test_forecast_from_the_state_is_that_of_the_batch_filter() -> None:
    data = two_days()
    future = usual_future(data, extra_steps=24, zone="UTC", basal_u_per_min=TWIN.basal_u_per_min)
    origin = np.array([data.steps - 1])
    batch = predict_from(model_of(TWIN), TWIN.draws(DRAWS), data.inputs, data.readings, future, origin, 24)
    state, _ = run(data)
    coming = future.cut(data.steps - 1, data.steps + 23).map(jnp.asarray)
    own = predict_ahead(track(TWIN, draws=DRAWS), state, coming)
    np.testing.assert_allclose(own.mean_mgdl, batch.mean_mgdl, rtol=0.0, atol=1e-9)
    np.testing.assert_allclose(own.variance, batch.variance, rtol=0.0, atol=1e-9)


@pytest.mark.slow
def test_many_people_at_once_are_the_same_as_one_by_one() -> None:
    data = two_days()
    tracked = track(TWIN, draws=DRAWS)
    state, _ = first_step(tracked, seen(data, 0))
    both = jax.tree.map(lambda values: jnp.stack([values, values]), (tracked, state))
    observations = jax.tree.map(lambda *values: jnp.stack(values), seen(data, 1), seen(data, 200))
    together, _ = eqx.filter_jit(eqx.filter_vmap(step))(*both, observations)
    for index, at in enumerate((1, 200)):
        alone, _ = next_step(tracked, state, seen(data, at))
        for own, expected in zip(jax.tree.leaves(together), jax.tree.leaves(alone), strict=True):
            np.testing.assert_allclose(np.asarray(own)[index], expected, rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_single_spike_is_not_used_and_leaves_no_trace(sign: float) -> None:
    data = two_days()
    spike = changed(data, {400: float(data.readings.glucose_mgdl[400]) + sign * 90.0})
    _, told = run(spike)
    assert int(told.fault[399]) == Fault.JUMP
    assert not told.used[399]
    missing = levels(changed(data, {}, missing=(400,)))
    np.testing.assert_allclose(told.glucose_mgdl, missing, rtol=0.0, atol=1e-9)
    assert np.abs(levels(spike, guard=False) - missing)[399] > 2.0


def test_jump_that_the_next_reading_confirms_is_believed() -> None:
    data = two_days()
    _, told = run(
        changed(
            data,
            dict.fromkeys(range(400, 420), float(data.readings.glucose_mgdl[400]) + 90.0)
            | {405: 1.0 + float(data.readings.glucose_mgdl[400]) + 90.0},
        )
    )
    assert [int(fault) for fault in told.fault[399:401]] == [Fault.JUMP, Fault.NONE]
    assert float(told.glucose_mgdl[410]) == pytest.approx(float(data.readings.glucose_mgdl[400]) + 90.0, abs=12.0)


def test_stuck_sensor_is_noticed_after_an_hour_and_then_forgotten() -> None:
    data = two_days()
    value = float(data.readings.glucose_mgdl[300])
    stuck = changed(data, dict.fromkeys(range(301, 331), value))
    _, told = run(stuck)
    flagged = np.flatnonzero(np.asarray(told.fault) == Fault.STUCK)
    assert flagged[0] == 300 + 12 - 1
    assert flagged[-1] == 329
    without = levels(changed(data, {}, missing=tuple(range(301, 331))))
    np.testing.assert_allclose(np.asarray(told.glucose_mgdl)[flagged], without[flagged], rtol=0.0, atol=1e-9)


def night_dip(data: GriddedData) -> dict[int, float]:
    """Half an hour of pressure at 01:00 on the second day."""
    shape = {300: 0.7, 301: 1.0, 302: 1.0, 303: 1.0, 304: 1.0, 305: 0.9}
    return {step: float(data.readings.glucose_mgdl[step]) - 45.0 * share for step, share in shape.items()}


def test_dip_by_pressure_is_believed_while_it_lasts_and_forgotten_when_it_has_passed() -> None:
    data = two_days()
    dip = night_dip(data)
    _, told = run(changed(data, dip))
    assert all(told.used[300:305])
    assert int(told.fault[305]) == Fault.COMPRESSION_LOW
    without = levels(changed(data, {}, missing=tuple(dip)))
    np.testing.assert_allclose(told.glucose_mgdl[305:], without[305:], rtol=0.0, atol=1e-9)


def test_the_same_dip_by_day_is_taken_for_glucose() -> None:
    data = two_days()
    dip = {step + 130: value - float(data.readings.glucose_mgdl[step]) for step, value in night_dip(data).items()}
    _, told = run(
        changed(data, {step: float(data.readings.glucose_mgdl[step]) + change for step, change in dip.items()})
    )
    assert Fault.COMPRESSION_LOW not in np.asarray(told.fault)


def test_fall_that_stays_is_no_pressure() -> None:
    data = two_days()
    fall = {step: float(data.readings.glucose_mgdl[step]) - 45.0 for step in range(300, 340)}
    _, told = run(changed(data, fall))
    assert Fault.COMPRESSION_LOW not in np.asarray(told.fault)
    assert float(told.glucose_mgdl[335]) == pytest.approx(fall[335], abs=10.0)


def test_first_reading_after_a_gap_is_marked_and_used() -> None:
    data = two_days()
    _, told = run(changed(data, {}, missing=tuple(range(300, 324))))
    assert np.flatnonzero(np.asarray(told.fault) == Fault.RECOVERY).tolist() == [323]
    assert told.used[323]
    assert float(told.glucose_sd_mgdl[322]) > 2.0 * float(told.glucose_sd_mgdl[323])


def test_low_of_the_sensor_is_a_bound() -> None:
    data = two_days()
    kind = np.array(data.readings.kind)
    kind[400] = 2
    low = GriddedData(
        start=data.start,
        inputs=data.inputs,
        readings=Readings(glucose_mgdl=data.readings.glucose_mgdl, kind=kind),
        basal_known=data.basal_known,
    )
    assert kind[399] == VALUE
    _, told = run(low)
    assert bool(told.used[399])
