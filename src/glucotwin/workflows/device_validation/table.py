"""Validations as rows of text."""

from glucotwin.core.claim import Verdict
from glucotwin.core.message import message
from glucotwin.workflows.device_validation.finding import Finding, figure
from glucotwin.workflows.device_validation.validate import DeviceMeasured, DeviceValidation

COLUMNS = ("figure", "measured", "bound", "expected", "verdict")
OVERVIEW = ("mard", "bias", "within-15", "within-20")


def device_rows(device: DeviceMeasured) -> list[tuple[str, ...]]:
    """One row a figure, the first one naming the columns."""
    header = tuple(message(f"devices-validate-column-{name}") for name in COLUMNS)
    return [header, *(_row(one) for one in device.findings)]


def overview_rows(validation: DeviceValidation) -> list[tuple[str, ...]]:
    """One row a device with its main figures and how many were met and missed, the first one naming the columns."""
    header = (
        message("devices-validate-column-device"),
        "MARD %",
        "bias mg/dL",
        "15/15 %",
        "20/20 %",
        message("devices-validate-column-met"),
        message("devices-validate-column-missed"),
    )
    rows: list[tuple[str, ...]] = [header]
    for device in validation.devices:
        by_name = {one.name: one.measured for one in device.findings}
        cells = (figure(by_name[name]) if name in by_name else "" for name in OVERVIEW)
        rows.append((device.name, *cells, f"{device.count(Verdict.MET)}", f"{device.count(Verdict.MISSED)}"))
    return rows


def _row(one: Finding) -> tuple[str, ...]:
    measured = f"{figure(one.measured)} {one.unit}".strip()
    bound = "" if one.bound is None else figure(one.bound)
    return one.title, measured, bound, one.expected, "" if one.verdict is None else str(one.verdict)
