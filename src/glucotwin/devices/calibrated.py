"""A sensor that its wearer calibrates with a finger-stick meter now and then."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray
from glucotwin.devices.device import AbstractSensor, AnySensor, SensorReading, SensorStatus, WearCondition
from glucotwin.devices.meter import Meter, MeterState


class CalibratedState(eqx.Module):
    """Of sensor and meter, the factor in use, and minutes since the last calibration."""

    sensor: Any
    meter: MeterState
    factor: Float[Array, ""]
    since_min: Float[Array, ""]


class CalibratedSensor(AbstractSensor[CalibratedState]):
    """Multiplies what a sensor shows so that it agrees with a meter from time to time.

    Attributes:
        sensor: any sensor.
        meter: what it is compared with; its own error stays in the readings.
        every_min: between calibrations, the first one with the first reading.
        trust_fraction: of the disagreement that is taken over.
    """

    sensor: AnySensor
    meter: Meter
    every_min: float = eqx.field(static=True)
    trust_fraction: float = eqx.field(static=True, default=1.0)

    def initial_state(self, key: PRNGKeyArray) -> CalibratedState:
        """Not calibrated yet."""
        own, pricks = jax.random.split(key)
        return CalibratedState(
            self.sensor.initial_state(own),
            self.meter.initial_state(pricks),
            jnp.ones(()),
            jnp.asarray(float(self.every_min)),
        )

    def measure(
        self, state: CalibratedState, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""], condition: WearCondition
    ) -> tuple[CalibratedState, SensorReading]:
        """What the sensor shows, by the factor; LOW and HIGH stay what they are."""
        own, shown = self.sensor.measure(state.sensor, glucose_mgdl, minute, condition)
        drop = self.meter.measured(state.meter, glucose_mgdl, minute)
        reads = shown.status == int(SensorStatus.READING)
        now = reads & (state.since_min >= self.every_min) & (shown.value_mgdl > 0.0)
        agreed = drop / jnp.where(now, shown.value_mgdl, 1.0)
        factor = jnp.where(now, state.factor + self.trust_fraction * (agreed - state.factor), state.factor)
        value = jnp.where(reads, shown.value_mgdl * factor, shown.value_mgdl)
        since = jnp.where(now, 1.0, state.since_min + 1.0)
        return CalibratedState(own, state.meter, factor, since), SensorReading(value, shown.status)
