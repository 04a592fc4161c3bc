"""Every sensor and pump by name."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.devices.device import AnyPump, AnySensor

SENSORS: Mapping[str, str] = MappingProxyType({"ideal": "glucotwin.devices.ideal"})
"""Modules by their sensor's name; each has a function ``sensor`` that makes one."""

PUMPS: Mapping[str, str] = MappingProxyType({"ideal": "glucotwin.devices.ideal"})
"""Modules by their pump's name; each has a function ``pump`` that makes one."""


def find_sensor(name: str) -> AnySensor:
    """A sensor by name.

    Raises:
        NotFoundError: there is none.
    """
    made: AnySensor = import_module(_module(name, SENSORS, "sensor")).sensor()
    return made


def find_pump(name: str) -> AnyPump:
    """A pump by name.

    Raises:
        NotFoundError: there is none.
    """
    made: AnyPump = import_module(_module(name, PUMPS, "pump")).pump()
    return made


def _module(name: str, devices: Mapping[str, str], kind: str) -> str:
    module = devices.get(name)
    if module is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"There is no {kind} {name!r}.", hint=f"Choose one of: {', '.join(devices)}."
        )
    return module
