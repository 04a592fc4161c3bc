"""Flash scanning: a sensor that is read only when its wearer scans, and then tells its last hours."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray
from glucotwin.devices.device import AbstractSensor, AnySensor, SensorReading, SensorStatus, WearCondition

MEMORY_MIN = 480
STORED_EVERY_MIN = 15


class FlashState(eqx.Module):
    """The sensor's own state and what it would show now."""

    own: Any
    value_mgdl: Float[Array, ""]
    status: Int[Array, ""]


class FlashSensor(AbstractSensor[FlashState]):
    """Shows the latest reading of a sensor in minutes in which the wearer scans.

    What the scan brings back of the last 8 h is worked out afterwards (``back_filled``).

    Attributes:
        sensor: what measures all the time.
    """

    sensor: AnySensor

    def initial_state(self, key: PRNGKeyArray) -> FlashState:
        """Of the sensor, with nothing to show."""
        return FlashState(self.sensor.initial_state(key), jnp.asarray(jnp.nan), jnp.asarray(int(SensorStatus.NONE)))

    def measure(
        self, state: FlashState, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""], condition: WearCondition
    ) -> tuple[FlashState, SensorReading]:
        """The sensor goes on measuring; a reading when the wearer scans."""
        own, shown = self.sensor.measure(state.own, glucose_mgdl, minute, condition)
        new = shown.status != int(SensorStatus.NONE)
        value = jnp.where(new, shown.value_mgdl, state.value_mgdl)
        status = jnp.where(new, shown.status, state.status)
        scans = condition.looks > 0.5
        seen = SensorReading(jnp.where(scans, value, jnp.nan), jnp.where(scans, status, int(SensorStatus.NONE)))
        return FlashState(own, value, status), seen


def back_filled(
    measured_mgdl: Float[np.ndarray, " minutes"],
    scanned: np.ndarray,
    *,
    memory_min: int = MEMORY_MIN,
    stored_every_min: int = STORED_EVERY_MIN,
) -> Float[np.ndarray, " minutes"]:
    """What a reader holds in the end: a value every quarter of an hour, as far as a scan came within the memory.

    Args:
        measured_mgdl: what the sensor measured minute by minute; not a number where nothing.
        scanned: minutes in which somebody scanned, as booleans.
        memory_min: how far back the sensor remembers.
        stored_every_min: how often it stores.

    Returns:
        Stored values that were read; not a number elsewhere.
    """
    minutes = np.arange(measured_mgdl.size)
    scans = np.flatnonzero(scanned)
    following = np.searchsorted(scans, minutes)
    first_scan = np.append(scans, np.iinfo(np.int64).max)[following]
    read = (first_scan - minutes <= memory_min) & (minutes % stored_every_min == 0)
    held = _last_known(measured_mgdl, stored_every_min)
    return np.where(read, held, np.nan)


def _last_known(values: Float[np.ndarray, " minutes"], within_min: int) -> Float[np.ndarray, " minutes"]:
    """The latest value of the last minutes."""
    places = np.where(np.isfinite(values), np.arange(values.size), -within_min - 1)
    latest = np.maximum.accumulate(places)
    near = np.arange(values.size) - latest < within_min
    return np.where(near, values[np.maximum(latest, 0)], np.nan)
