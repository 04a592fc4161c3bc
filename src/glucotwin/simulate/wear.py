"""Devices on people whose days are known already: what a sensor would have shown them."""

from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float, Int, UInt
from glucotwin.devices.device import AnySensor, SensorReading, WearCondition
from glucotwin.devices.ketone_monitor import KetoneMonitor
from glucotwin.devices.tracker import ActivityTracker
from glucotwin.domain.inputs import Inputs
from glucotwin.simulate.reaction import ASLEEP, CHECK

ACETAMINOPHEN = "acetaminophen"
Tree = TypeVar("Tree")


def wear_condition(inputs: Inputs) -> WearCondition:
    """What of a person's minute, or minutes, touches devices."""
    return WearCondition(
        asleep=jnp.asarray(inputs.level(ASLEEP)),
        looks=jnp.asarray(inputs.level(CHECK)),
        activity_fraction=jnp.asarray(inputs.activity_fraction),
        acetaminophen_mg_per_min=jnp.asarray(inputs.medication(ACETAMINOPHEN)),
    )


def worn_readings(
    sensors: AnySensor,
    key_data: UInt[np.ndarray, "people words"],
    glucose_mgdl: Float[np.ndarray, "people minutes"],
    minute_utc: Int[np.ndarray, " minutes"],
    conditions: WearCondition,
) -> SensorReading:
    """What people see minute by minute on a sensor that they began to wear at the start.

    Args:
        sensors: theirs, every array of it with a leading people axis; see ``for_everyone``.
        key_data: of each wearer's stream.
        glucose_mgdl: where the sensor measures.
        minute_utc: minutes since 1970 UTC.
        conditions: of the wearers, each array ``(people, minutes)``.

    Returns:
        Values and states, ``(people, minutes)``, on the host.
    """
    seen = _worn(
        _arrays(sensors), jnp.asarray(key_data), jnp.asarray(glucose_mgdl), jnp.asarray(minute_utc), conditions
    )
    return jax.tree.map(np.asarray, seen)


def _arrays(part: Tree) -> Tree:
    """Host arrays as arrays of the program, so that sensors of one kind share it."""
    return jax.tree.map(jnp.asarray, part)


@eqx.filter_jit
def _worn(
    sensors: AnySensor,
    key_data: UInt[Array, "people words"],
    glucose_mgdl: Float[Array, "people minutes"],
    minute_utc: Int[Array, " minutes"],
    conditions: WearCondition,
) -> SensorReading:
    def of_one(
        sensor: AnySensor, key: UInt[Array, "words"], glucose: Float[Array, " minutes"], condition: WearCondition
    ) -> SensorReading:
        begin = sensor.initial_state(jax.random.wrap_key_data(key))
        return jax.lax.scan(lambda state, now: sensor.measure(state, *now), begin, (glucose, minute_utc, condition))[1]

    return jax.vmap(of_one)(sensors, key_data, glucose_mgdl, conditions)


def for_everyone(part: Tree, people: int) -> Tree:
    """The same module for several people: every array with a leading people axis."""
    return jax.tree.map(lambda leaf: np.broadcast_to(np.asarray(leaf), (people, *np.shape(leaf))), part)


def worn_values(
    device: KetoneMonitor | ActivityTracker,
    key_data: UInt[np.ndarray, "people words"],
    truth: Float[np.ndarray, "people minutes"],
    minute_utc: Int[np.ndarray, " minutes"],
) -> Float[np.ndarray, "people minutes"]:
    """What ketone monitors or watches of one kind show that people put on at the start; not a number between readings.

    Args:
        device: theirs.
        key_data: of each wearer's stream.
        truth: what it measures: beta-hydroxybutyrate in blood, mmol/L, or the share of maximal oxygen uptake.
        minute_utc: minutes since 1970 UTC.
    """
    return np.asarray(_measured(device, jnp.asarray(key_data), jnp.asarray(truth), jnp.asarray(minute_utc)))


@eqx.filter_jit
def _measured(
    device: KetoneMonitor | ActivityTracker,
    key_data: UInt[Array, "people words"],
    truth: Float[Array, "people minutes"],
    minute_utc: Int[Array, " minutes"],
) -> Float[Array, "people minutes"]:
    def step(state: Any, now: Any) -> tuple[Any, Float[Array, ""]]:  # noqa: ANN401 - the state of either device
        return device.measure(state, *now)

    def of_one(key: UInt[Array, "words"], values: Float[Array, " minutes"]) -> Float[Array, " minutes"]:
        begin = device.initial_state(jax.random.wrap_key_data(key))
        return jax.lax.scan(step, begin, (values, minute_utc))[1]

    return jax.vmap(of_one)(key_data, truth)
