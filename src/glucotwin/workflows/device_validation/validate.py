"""Use case: measure devices on simulated people, and hold the figures against studies and rules."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from glucotwin.core.claim import Verdict
from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.devices.catalogue import DEVICES, KETONE, PUMP, SENSOR
from glucotwin.metrics.sensor_accuracy import HIGH_MGDL, LOW_MGDL
from glucotwin.workflows.device_validation.course import LivedCourses, lived_courses
from glucotwin.workflows.device_validation.finding import Finding
from glucotwin.workflows.device_validation.monitor import ketone_findings, tracker_findings
from glucotwin.workflows.device_validation.pump import pump_findings
from glucotwin.workflows.device_validation.sensor import sensor_findings

EVERY_DEVICE = tuple(name for names in DEVICES.values() for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceValidationRequest:
    """What to measure.

    Attributes:
        names: of the devices; empty for all.
        subject: whose days: a subject of the full type 1 body, a group, or ``all``.
        days: how many.
        devices_each: devices of a kind that each person wears, one beside the other.
        seed: of behaviour and devices.

    Raises:
        NotFoundError: there is no such device, or nothing to measure of it.
    """

    names: tuple[str, ...] = ()
    subject: str = "adult"
    days: int = 15
    devices_each: int = 20
    seed: int = 11

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in EVERY_DEVICE:
                raise NotFoundError(
                    ErrorCode.UNKNOWN_NAME,
                    message("devices-validate-nothing", name=repr(name)),
                    hint=message("devices-validate-nothing-hint", known=", ".join(EVERY_DEVICE)),
                )

    @property
    def chosen(self) -> tuple[tuple[str, str], ...]:
        """Kind and name of every device to measure, in the order of the catalogue."""
        wanted = self.names or EVERY_DEVICE
        return tuple((kind, name) for kind, names in DEVICES.items() for name in names if name in wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMeasured:
    """A device's figures.

    Attributes:
        kind, name: which.
        findings: in the order of a page.
    """

    kind: str
    name: str
    findings: tuple[Finding, ...]

    def count(self, verdict: Verdict) -> int:
        """Figures of a verdict."""
        return sum(one.verdict is verdict for one in self.findings)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"kind": self.kind, "name": self.name, "findings": [one.to_json() for one in self.findings]}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceValidation:
    """What was measured.

    Attributes:
        request: what was asked.
        courses: the people's days; None where no sensor was measured.
        devices: one by one.
    """

    request: DeviceValidationRequest
    courses: LivedCourses | None
    devices: tuple[DeviceMeasured, ...]

    def course_facts(self) -> dict[str, object]:
        """People, devices each, days, and shares of time below 70 and above 180 mg/dL; empty without sensors."""
        if self.courses is None:
            return {}
        plasma = self.courses.plasma_mgdl
        return {
            "people": len(self.courses.names) // self.request.devices_each,
            "devices_each": self.request.devices_each,
            "days": self.request.days,
            "below_70_pct": round(100.0 * float(np.mean(plasma < LOW_MGDL)), 1),
            "above_180_pct": round(100.0 * float(np.mean(plasma > HIGH_MGDL)), 1),
        }

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "measured_on": datetime.now(UTC).date().isoformat(),
            "seed": self.request.seed,
            "subject": self.request.subject,
            **self.course_facts(),
            "devices": [one.to_json() for one in self.devices],
        }


def validate_devices(request: DeviceValidationRequest, *, progress: ProgressCallback = silent) -> DeviceValidation:
    """Measures devices.

    Args:
        request: which, on whom.
        progress: told before every device.

    Raises:
        NotFoundError: there is no such device or subject.
    """
    chosen = request.chosen
    courses = None
    if any(kind == SENSOR for kind, _ in chosen):
        progress(message("devices-validate-people"), 0.0)
        courses = lived_courses(
            subject=request.subject, days=request.days, devices_each=request.devices_each, seed=request.seed
        )
    measured: list[DeviceMeasured] = []
    for number, (kind, name) in enumerate(chosen):
        progress(message("devices-validate-device", name=name), (number + 1.0) / (len(chosen) + 1.0))
        measured.append(DeviceMeasured(kind=kind, name=name, findings=_findings(kind, name, courses, request.seed)))
    return DeviceValidation(request=request, courses=courses, devices=tuple(measured))


def _findings(kind: str, name: str, courses: LivedCourses | None, seed: int) -> tuple[Finding, ...]:
    if kind == SENSOR and courses is not None:
        return sensor_findings(name, courses, seed=seed)
    if kind == PUMP:
        return pump_findings(name, seed=seed)
    return ketone_findings(name, seed=seed) if kind == KETONE else tracker_findings(name, seed=seed)
