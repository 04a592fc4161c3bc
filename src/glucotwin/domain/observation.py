"""Laboratory results, ketones, medicines, notes, device events and what people report themselves."""

from dataclasses import dataclass
from enum import StrEnum

from glucotwin.domain.record import Record, check_range


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationDose(Record):
    """A dose of a medicine other than insulin, e.g. metformin 1000 mg by mouth."""

    medication: str
    dose_mg: float
    route: str = "oral"

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("dose_mg", self.dose_mg, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult(Record):
    """A laboratory value: analyte by LOINC code or common name, in a UCUM unit."""

    analyte: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KetoneReading(Record):
    """Blood beta-hydroxybutyrate in mmol/L."""

    ketone_mmoll: float

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("ketone_mmoll", self.ketone_mmoll, 0.0, 30.0)


class NoteKind(StrEnum):
    """What a note is about."""

    NOTE = "note"
    ILLNESS = "illness"
    STRESS = "stress"
    CYCLE = "cycle"
    ALCOHOL = "alcohol"
    TRAVEL = "travel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Record):
    """A condition or remark that lasted ``duration_min`` (0 for a moment)."""

    kind: NoteKind = NoteKind.NOTE
    text: str = ""
    duration_min: float = 0.0

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("duration_min", self.duration_min, 0.0)


class DeviceEventKind(StrEnum):
    """What happened to a device."""

    SENSOR_START = "sensor-start"
    SENSOR_STOP = "sensor-stop"
    SENSOR_CALIBRATION = "sensor-calibration"
    SITE_CHANGE = "site-change"
    RESERVOIR_CHANGE = "reservoir-change"
    PUMP_SUSPEND = "pump-suspend"
    PUMP_RESUME = "pump-resume"
    MODE_CHANGE = "mode-change"
    CLOCK_CHANGE = "clock-change"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent(Record):
    """Something a device did or had done to it."""

    kind: DeviceEventKind
    device: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientReportedOutcome(Record):
    """A score of a questionnaire that the person filled in."""

    instrument: str
    score: float
    item: str = ""
