"""All devices by name."""

from functools import cache
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, RootModel

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.devices.build import (
    KETONE,
    PUMP,
    SENSOR,
    TRACKER,
    build_cgm,
    build_ketone_monitor,
    build_meter,
    build_pen,
    build_pump,
    build_tracker,
)
from glucotwin.devices.calibrated import CalibratedSensor
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
from glucotwin.devices.flash import FlashSensor
from glucotwin.devices.ideal import IdealPump, IdealSensor
from glucotwin.devices.ketone_monitor import KetoneMonitor
from glucotwin.devices.tracker import ActivityTracker

IDEAL: Final = "ideal"

AnySensorFile = CgmFile | MeterFile | FlashFile | CalibratedFile
AnyPumpFile = PumpFile | PenFile


class _SensorFile(RootModel[Annotated[AnySensorFile, Field(discriminator="kind")]]):
    pass


class _PumpFile(RootModel[Annotated[AnyPumpFile, Field(discriminator="kind")]]):
    pass


DEVICES: Final = MappingProxyType(
    {
        SENSOR: (
            "seven-plus",
            "dexcom-g5",
            "dexcom-g6",
            "dexcom-g6-common",
            "dexcom-g6-calibrated",
            "dexcom-g7",
            "libre-2",
            "libre-2-scanned",
            "libre-3",
            "johnson-su",
            "contour-next",
            "meter-iso15197",
        ),
        PUMP: ("tubed", "omnipod", "smart-pen", "pen"),
        KETONE: ("ketone-strip", "ketone-monitor"),
        TRACKER: ("wrist-tracker",),
    }
)
"""Names by kind; each is a file in ``data``."""


SENSORS: Final = (IDEAL, *DEVICES[SENSOR])
PUMPS: Final = (IDEAL, *DEVICES[PUMP])


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
