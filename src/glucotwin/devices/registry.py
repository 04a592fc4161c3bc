"""All devices by name."""

import math
from collections.abc import Iterable
from functools import cache
from typing import Annotated

import jax.numpy as jnp
from pydantic import Field, RootModel

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.devices.build import (
    build_cgm,
    build_ketone_monitor,
    build_meter,
    build_pen,
    build_pump,
    build_tracker,
)
from glucotwin.devices.calibrated import CalibratedSensor
from glucotwin.devices.catalogue import DEVICES, IDEAL, KETONE, PUMP, PUMPS, SENSOR, SENSORS, TRACKER
from glucotwin.devices.device import AnyPump, AnySensor
from glucotwin.devices.device_file import (
    CalibratedFile,
    CgmFile,
    FlashFile,
    KetoneFile,
    MeterFile,
    PenFile,
    PumpFile,
    TrackerFile,
    read_device_file,
)
from glucotwin.devices.fault import PUMP_FAULTS, SENSOR_FAULTS, Fault, fault_schedule
from glucotwin.devices.faulty_pump import FaultyPump
from glucotwin.devices.faulty_sensor import FaultySensor
from glucotwin.devices.flash import FlashSensor
from glucotwin.devices.ideal import IdealPump, IdealSensor
from glucotwin.devices.ketone_monitor import KetoneMonitor
from glucotwin.devices.tracker import ActivityTracker

AnySensorFile = CgmFile | MeterFile | FlashFile | CalibratedFile
AnyPumpFile = PumpFile | PenFile


class _SensorFile(RootModel[Annotated[AnySensorFile, Field(discriminator="kind")]]):
    pass


class _PumpFile(RootModel[Annotated[AnyPumpFile, Field(discriminator="kind")]]):
    pass


def _check(kind: str, name: str) -> None:
    known = {SENSOR: SENSORS, PUMP: PUMPS}.get(kind) or DEVICES[kind]
    if name not in known:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"There is no {kind} {name!r}.", hint=f"There are: {', '.join(known)}."
        )


@cache
def sensor_file(name: str) -> AnySensorFile:
    """What is known about a sensor.

    Raises:
        NotFoundError: there is no such sensor, or it is the ideal one, of which there is nothing to know.
    """
    _check(SENSOR, name)
    return read_device_file(SENSOR, name, _SensorFile).root


@cache
def pump_file(name: str) -> AnyPumpFile:
    """What is known about a pump or pen.

    Raises:
        NotFoundError: there is no such pump or pen.
    """
    _check(PUMP, name)
    return read_device_file(PUMP, name, _PumpFile).root


@cache
def find_sensor(name: str) -> AnySensor:
    """A sensor by name.

    Raises:
        NotFoundError: there is no such sensor.
    """
    if name == IDEAL:
        return IdealSensor()
    file = sensor_file(name)
    if isinstance(file, CgmFile):
        return build_cgm(file, name)
    if isinstance(file, MeterFile):
        return build_meter(file)
    if isinstance(file, FlashFile):
        return FlashSensor(find_sensor(file.measures))
    meter = read_device_file(SENSOR, file.meter, MeterFile)
    return CalibratedSensor(
        sensor=find_sensor(file.measures),
        meter=build_meter(meter),
        every_min=file.every_min,
        trust_fraction=file.trust_fraction,
    )


@cache
def find_pump(name: str) -> AnyPump:
    """A pump or pen by name.

    Raises:
        NotFoundError: there is no such pump or pen.
    """
    if name == IDEAL:
        return IdealPump()
    file = pump_file(name)
    return build_pump(file) if isinstance(file, PumpFile) else build_pen(file)


def with_faults(
    sensor: str, pump: str, faults: Iterable[Fault], *, start_minute: int, least_rows: tuple[int, int] = (0, 0)
) -> tuple[AnySensor, AnyPump]:
    """A sensor and a pump by name, to which faults happen.

    Args:
        sensor: name of the sensor.
        pump: name of the pump.
        faults: each goes to the device that it is a fault of.
        start_minute: of the run, since 1970 UTC, from which the faults count.
        least_rows: how many rows the schedules of sensor and pump have at least, see ``fault_schedule``.

    Raises:
        NotFoundError: there is no such sensor or pump.
    """
    rows = tuple(faults)
    of_sensor = [one for one in rows if one.kind in SENSOR_FAULTS]
    of_pump = [one for one in rows if one.kind in PUMP_FAULTS]
    worn, used = find_sensor(sensor), find_pump(pump)
    if of_sensor or least_rows[0]:
        worn = FaultySensor(worn, fault_schedule(of_sensor, start_minute=start_minute, least_rows=least_rows[0]))
    if of_pump or least_rows[1]:
        schedule = fault_schedule(of_pump, start_minute=start_minute, least_rows=least_rows[1])
        used = FaultyPump(used, schedule, jnp.asarray(_occlusion_alarm_u(pump)))
    return worn, used


def has_own_disturbance(sensor: str) -> bool:
    """Whether a sensor sinks under pressure, loses readings and ends by itself.

    Raises:
        NotFoundError: there is no such sensor.
    """
    file = None if sensor == IDEAL else sensor_file(sensor)
    if isinstance(file, CalibratedFile | FlashFile):
        return has_own_disturbance(file.measures)
    return isinstance(file, CgmFile)


def _occlusion_alarm_u(pump: str) -> float:
    """Missing insulin at which a pump notices that it is blocked; never where nothing watches."""
    file = None if pump == IDEAL else pump_file(pump)
    return file.occlusion_alarm_u if isinstance(file, PumpFile) else math.inf


@cache
def find_ketone_monitor(name: str) -> KetoneMonitor:
    """A ketone meter or monitor by name.

    Raises:
        NotFoundError: there is none of that name.
    """
    _check(KETONE, name)
    return build_ketone_monitor(read_device_file(KETONE, name, KetoneFile))


@cache
def find_tracker(name: str) -> ActivityTracker:
    """An activity tracker by name.

    Raises:
        NotFoundError: there is none of that name.
    """
    _check(TRACKER, name)
    return build_tracker(read_device_file(TRACKER, name, TrackerFile))
