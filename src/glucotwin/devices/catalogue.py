"""Names of all devices; reading them loads none."""

from types import MappingProxyType
from typing import Final

IDEAL: Final = "ideal"
SENSOR, PUMP, KETONE, TRACKER = "sensor", "pump", "ketone", "tracker"

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
FAULT_PRESETS: Final = ("typical",)
"""Names of rates of faults; each is a file in ``data/fault``."""
