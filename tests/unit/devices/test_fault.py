"""Faults do what they say, while they last, and are refused when they are none."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.core.random import root_key
from glucotwin.devices.device import Delivered, PumpCommand, PumpStatus, SensorReading, SensorStatus, WearCondition
from glucotwin.devices.fault import SIZES, FaultKind, fault_from_text
from glucotwin.devices.registry import with_faults

START = 28_400_000
MINUTES = 360


def shown(*faults: str, glucose_mgdl: float = 120.0) -> SensorReading:
    sensor, _ = with_faults("ideal", "ideal", map(fault_from_text, faults), start_minute=START)
    condition = WearCondition(*([jnp.zeros(())] * 4))
    level = glucose_mgdl + jnp.arange(MINUTES) * 0.1

    def step(state: object, now: tuple[jax.Array, jax.Array]) -> tuple[object, SensorReading]:
        return sensor.measure(state, now[0], now[1], condition)

    return jax.lax.scan(step, sensor.initial_state(root_key(1)), (level, jnp.arange(MINUTES) + START))[1]


def given(*faults: str, pump: str = "ideal") -> Delivered:
    _, used = with_faults("ideal", pump, map(fault_from_text, faults), start_minute=START)

    def step(state: object, minute: jax.Array) -> tuple[object, Delivered]:
        bolus = jnp.where(minute == 90, 2.0, 0.0)
        return used.deliver(state, PumpCommand(jnp.asarray(6.0), bolus, jnp.zeros(())), minute + START)

    return jax.lax.scan(step, used.initial_state(root_key(1)), jnp.arange(MINUTES))[1]


TRUTH = 120.0 + 0.1 * np.arange(MINUTES)
DURING = slice(60, 120)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("bias:1-2:30", TRUTH[DURING] + 30.0),
        ("gain:1-2:1.5", TRUTH[DURING] * 1.5),
        ("drift:1-2:24", TRUTH[DURING] + 24.0 * np.arange(60) / 1440.0),
        ("compression-low:1-2:40", TRUTH[DURING] - 40.0),
        ("stuck:1-2", np.full(60, TRUTH[59])),
    ],
)
def test_a_sensor_fault_moves_what_is_shown_while_it_lasts(fault: str, expected: np.ndarray) -> None:
    value = np.asarray(shown(fault).value_mgdl)
    np.testing.assert_allclose(value[DURING], expected, rtol=1e-9)
    np.testing.assert_allclose(value[:60], TRUTH[:60])
    np.testing.assert_allclose(value[120:], TRUTH[120:])


@pytest.mark.parametrize(
    ("fault", "status"), [("dropout:1-2", SensorStatus.NONE), ("sensor-end:1-2", SensorStatus.ENDED)]
)
def test_a_gap_shows_nothing_and_says_why(fault: str, status: SensorStatus) -> None:
    seen = shown(fault)
    assert np.isnan(np.asarray(seen.value_mgdl)[DURING]).all()
    assert (np.asarray(seen.status)[DURING] == int(status)).all()


def test_faults_of_one_time_add_up() -> None:
    value = np.asarray(shown("bias:1-2:30", "gain:1-2:2").value_mgdl)
    np.testing.assert_allclose(value[DURING], 2.0 * TRUTH[DURING] + 30.0)


@pytest.mark.parametrize(
    ("fault", "basal_u", "bolus_u", "reported_u"),
    [
        ("site-failure:1-2", 0.0, 0.0, 8.0),
        ("occlusion:1-2:0.5", 3.0, 1.0, 8.0),
        ("over-delivery:1-2:0.5", 9.0, 3.0, 8.0),
        ("under-delivery:1-2:0.25", 4.5, 1.5, 8.0),
        ("suspended:1-2", 0.0, 0.0, 0.0),
        ("empty-reservoir:1-2", 0.0, 0.0, 0.0),
        ("missed-bolus:1-2", 6.0, 0.0, 6.0),
        ("double-bolus:1-2", 6.0, 4.0, 10.0),
        ("unlogged-bolus:1-2", 6.0, 2.0, 6.0),
    ],
)
def test_a_pump_fault_changes_what_comes_out_and_what_is_reported(
    fault: str, basal_u: float, bolus_u: float, reported_u: float
) -> None:
    out = given(fault)
    assert float(jnp.sum(out.basal_u[DURING])) == pytest.approx(basal_u)
    assert float(jnp.sum(out.bolus_u[DURING])) == pytest.approx(bolus_u)
    assert float(jnp.sum((out.reported_basal_u + out.reported_bolus_u)[DURING])) == pytest.approx(reported_u)
    assert float(jnp.sum(out.basal_u[:60])) == pytest.approx(6.0)


def test_what_an_unnoticed_occlusion_holds_back_comes_at_once_when_it_is_over() -> None:
    out = given("occlusion:1-2:0.5")
    assert float(out.bolus_u[120]) == pytest.approx(4.0)
    assert float(jnp.sum(out.basal_u + out.bolus_u)) == pytest.approx(6.0 * 6.0 + 2.0)


def test_a_pump_notices_a_total_occlusion_and_what_is_trapped_is_lost() -> None:
    out = given("occlusion:1-2", pump="omnipod")
    assert int(PumpStatus.OCCLUSION_ALARM) in np.asarray(out.status)[DURING]
    assert float(jnp.sum((out.basal_u + out.bolus_u)[DURING])) == 0.0
    assert float(out.bolus_u[120]) < 0.2


def test_delayed_insulin_is_not_lost() -> None:
    late, usual = given("delayed-delivery:1-2:30"), given()
    assert float(jnp.sum(late.basal_u[DURING] + late.bolus_u[DURING])) < 7.0
    for out in (late, usual):
        assert float(jnp.sum(out.basal_u + out.bolus_u)) == pytest.approx(38.0, abs=0.01)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("bias:1-2", "needs a size in mg/dL"),
        ("bias:2-1:30", "does not end after it begins"),
        ("bias:1-2:3000", "not within -400 and 400"),
        ("gremlin:1-2", "no fault 'gremlin'"),
        ("bias", "'bias' is no fault"),
        ("stuck:1-2:3", "not within 1 and 1"),
    ],
)
def test_what_is_no_fault_is_refused(text: str, why: str) -> None:
    with pytest.raises(DataError, match=why):
        fault_from_text(text)


def test_every_kind_has_a_size() -> None:
    assert set(SIZES) == set(FaultKind)
