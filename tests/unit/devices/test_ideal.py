"""The ideal sensor and pump: the truth, and what was asked for."""

import jax
import jax.numpy as jnp

from glucotwin.devices.device import PumpCommand, WearCondition
from glucotwin.devices.ideal import IdealPump, IdealSensor

MINUTE = jnp.asarray(28_400_000)


def test_the_ideal_sensor_shows_the_truth() -> None:
    sensor = IdealSensor()
    state = sensor.initial_state(jax.random.key(0))
    _, reading = sensor.measure(state, jnp.asarray(87.5), MINUTE, WearCondition(*([jnp.zeros(())] * 4)))
    assert float(reading.value_mgdl) == 87.5


def test_the_ideal_pump_gives_and_reports_what_it_is_told() -> None:
    pump = IdealPump()
    command = PumpCommand(jnp.asarray(1.2), jnp.asarray(3.0), jnp.asarray(0.0))
    _, given = pump.deliver(pump.initial_state(jax.random.key(0)), command, MINUTE)
    assert (float(given.basal_u), float(given.bolus_u)) == (1.2 / 60.0, 3.0)
    assert float(given.reported_bolus_u) == 3.0
