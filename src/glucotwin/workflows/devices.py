"""Use case: which devices virtual people can wear, what is known of them, and what can go wrong."""

from glucotwin.devices.catalogue import DEVICES, FAULT_PRESETS, KETONE, PUMP, TRACKER
from glucotwin.devices.device_file import KetoneFile, TrackerFile, read_device_file
from glucotwin.devices.fault import SENSOR_FAULTS, SIZES
from glucotwin.devices.fault_rate import fault_preset
from glucotwin.devices.registry import pump_file, sensor_file

_FILES = {KETONE: KetoneFile, TRACKER: TrackerFile}


def list_devices() -> list[dict[str, object]]:
    """Every device as JSON values: kind, name, title, sources, what is assumed, verdict, published accuracy."""
    rows: list[dict[str, object]] = []
    for kind, names in DEVICES.items():
        for name in names:
            if kind in _FILES:
                file = read_device_file(kind, name, _FILES[kind])
            else:
                file = pump_file(name) if kind == PUMP else sensor_file(name)
            published = getattr(file, "published", None)
            rows.append(
                {
                    "kind": kind,
                    "name": name,
                    **file.about.model_dump(mode="json"),
                    "published": None if published is None else published.model_dump(mode="json"),
                }
            )
    return rows


def list_faults() -> list[dict[str, object]]:
    """Every kind of fault as JSON values: which device has it, the unit of its size, default and bounds."""
    return [
        {
            "kind": str(kind),
            "device": "sensor" if kind in SENSOR_FAULTS else "pump",
            "unit": size.unit,
            "default": size.default,
            "low": size.low,
            "high": size.high,
        }
        for kind, size in SIZES.items()
    ]


def list_fault_rates() -> list[dict[str, object]]:
    """Every preset of rates by which faults are drawn, as JSON values: name, title, sources, assumptions, rates."""
    presets = {name: fault_preset(name) for name in FAULT_PRESETS}
    return [
        {
            "name": name,
            **one.about.model_dump(mode="json"),
            "faults": [rate.model_dump(mode="json") for rate in one.faults],
        }
        for name, one in presets.items()
    ]
