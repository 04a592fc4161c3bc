"""Faults of each person's own devices: scripted ones happen to everybody, those drawn by rates to each their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import equinox as eqx
import jax
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.devices.catalogue import FAULT_PRESETS
from glucotwin.devices.device import AnyPump, AnySensor
from glucotwin.devices.fault import PUMP_FAULTS, SENSOR_FAULTS, Fault, FaultSchedule, fault_schedule
from glucotwin.devices.fault_rate import faults_named
from glucotwin.devices.faulty_pump import FaultyPump
from glucotwin.devices.faulty_sensor import FaultySensor
from glucotwin.devices.registry import has_own_disturbance, with_faults

STREAM = "faults"

Faults = tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFaults:
    """Schedules of several people, every array with a leading people axis.

    Attributes:
        sensor, pump: of their devices; of as many rows as the longest of them.
    """

    sensor: FaultSchedule
    pump: FaultSchedule

    def put_on(self, sensor: AnySensor, pump: AnyPump) -> tuple[AnySensor, AnyPump]:
        """Everybody's devices with everybody's own schedules; devices without a schedule stay as they are.

        Args:
            sensor: theirs, every array of it with a leading people axis.
            pump: likewise.
        """
        if isinstance(sensor, FaultySensor):
            sensor = eqx.tree_at(lambda one: one.faults, sensor, self.sensor)
        if isinstance(pump, FaultyPump):
            pump = eqx.tree_at(lambda one: one.faults, pump, self.pump)
        return sensor, pump


def faults_of_people(
    texts: Iterable[str], people: Sequence[str], *, start: datetime, days: float, seed: int, sensor: str
) -> tuple[Faults, ...]:
    """The faults of every person's devices, one after the other.

    A person's faults hang on the seed and the person's name, so that they are the same beside other people and with
    other algorithms.

    Args:
        texts: each ``KIND:FROM-TO[:SIZE]``, or the name of rates such as ``typical``.
        people: names.
        start: aware local time of the first minute.
        days: length of the run.
        seed: of the run.
        sensor: name of the sensor; one with disturbances of its own gets none on top.

    Raises:
        DataError: a text is no fault, nor the name of rates.
        NotFoundError: there is no such sensor.
    """
    written, own, root = tuple(texts), has_own_disturbance(sensor), root_key(seed)

    def of_one(name: str) -> Faults:
        key = stream_key(root, subject=name, stream=STREAM)
        return faults_named(written, start=start, days=days, key=key, sensor_has_own=own)

    if not any(text.strip() in FAULT_PRESETS for text in written):
        return (of_one(""),) * len(people)  # nothing is left to chance
    return tuple(of_one(name) for name in people)


def fault_rows(faults: Iterable[Faults]) -> tuple[int, int]:
    """How many faults of the sensor, and of the pump, anybody has at most."""
    people = tuple(faults)
    of_sensor = (sum(one.kind in SENSOR_FAULTS for one in own) for own in people)
    of_pump = (sum(one.kind in PUMP_FAULTS for one in own) for own in people)
    return max(of_sensor, default=0), max(of_pump, default=0)


def devices_with_faults(
    sensor: str,
    pump: str,
    faults: Sequence[Faults],
    *,
    start_minute: int,
    least_rows: tuple[int, int] = (0, 0),
) -> tuple[AnySensor, AnyPump, OwnFaults]:
    """A sensor and a pump by name that can have faults, and each person's own.

    Args:
        sensor: name of the sensor.
        pump: name of the pump.
        faults: of every person.
        start_minute: of the run, since 1970 UTC, from which the faults count.
        least_rows: how many rows the schedules of sensor and pump have at least; see ``fault_schedule``.

    Raises:
        NotFoundError: there is no such sensor or pump.
    """
    most = fault_rows(faults)
    rows = (max(most[0], least_rows[0]), max(most[1], least_rows[1]))
    worn, used = with_faults(sensor, pump, (), start_minute=start_minute, least_rows=rows)

    def stacked(kinds: tuple[object, ...], least: int) -> FaultSchedule:
        schedules = [
            fault_schedule([one for one in own if one.kind in kinds], start_minute=start_minute, least_rows=least)
            for own in faults
        ]
        return jax.tree.map(lambda *columns: np.stack(columns), *schedules)

    return worn, used, OwnFaults(sensor=stacked(SENSOR_FAULTS, rows[0]), pump=stacked(PUMP_FAULTS, rows[1]))
