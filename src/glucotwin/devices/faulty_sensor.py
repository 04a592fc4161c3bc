"""Any sensor with scripted faults."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray
from glucotwin.devices.device import AbstractSensor, AnySensor, SensorReading, SensorStatus, WearCondition
from glucotwin.devices.fault import FaultKind, FaultSchedule


class FaultySensorState(eqx.Module):
    """The sensor's own state, and the reading that it would be stuck at."""

    own: Any
    last_mgdl: Float[Array, ""]


class FaultySensor(AbstractSensor[FaultySensorState]):
    """A sensor to which faults happen: bias, gain and drift of what is shown, pressure, gaps, a stuck value, an end.

    Attributes:
        sensor: any sensor.
        faults: what happens to it.
    """

    sensor: AnySensor
    faults: FaultSchedule

    def initial_state(self, key: PRNGKeyArray) -> FaultySensorState:
        """Of the sensor."""
        return FaultySensorState(self.sensor.initial_state(key), jnp.asarray(jnp.nan))

    def measure(
        self, state: FaultySensorState, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""], condition: WearCondition
    ) -> tuple[FaultySensorState, SensorReading]:
        """What the sensor shows, as the faults of this minute leave it."""
        faults = self.faults
        pressed = jnp.maximum(glucose_mgdl - faults.total(FaultKind.PRESSURE, minute), 0.0)
        own, shown = self.sensor.measure(state.own, pressed, minute, condition)
        moved = shown.value_mgdl * faults.factor(FaultKind.GAIN, minute)
        moved = moved + faults.total(FaultKind.BIAS, minute) + faults.size_days(FaultKind.DRIFT, minute)
        stuck = faults.is_on(FaultKind.STUCK, minute) & jnp.isfinite(state.last_mgdl)
        shows = jnp.isfinite(shown.value_mgdl)
        value = jnp.where(stuck & shows, state.last_mgdl, jnp.maximum(moved, 0.0))
        ended, gap = faults.is_on(FaultKind.SENSOR_END, minute), faults.is_on(FaultKind.DROPOUT, minute)
        status = jnp.where(gap & shows, int(SensorStatus.NONE), shown.status)
        status = jnp.where(ended, int(SensorStatus.ENDED), status)
        value = jnp.where(ended | gap, jnp.nan, value)
        last = jnp.where(jnp.isfinite(value), value, state.last_mgdl)
        return FaultySensorState(own, last), SensorReading(value, status)
