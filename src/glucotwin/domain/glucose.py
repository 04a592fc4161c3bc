"""Glucose readings: sensor, finger-stick, laboratory; values or censored limits."""

from dataclasses import dataclass
from enum import StrEnum

from glucotwin.domain.record import Record, check_range


class GlucoseKind(StrEnum):
    """How glucose was measured."""

    CGM = "cgm"
    SCAN = "scan"
    FINGERSTICK = "fingerstick"
    LAB = "lab"


class Censoring(StrEnum):
    """Whether a reading is a value or only a bound: LOW is "at most", HIGH "at least" the given value."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlucoseReading(Record):
    """One glucose measurement.

    Attributes:
        glucose_mgdl: the value; of a censored reading, the bound (e.g. 40 or 400).
        kind: how it was measured.
        censoring: whether the value is a bound.
        original_mgdl: the value as it came, when it was corrected.
    """

    glucose_mgdl: float
    kind: GlucoseKind = GlucoseKind.CGM
    censoring: Censoring = Censoring.NONE
    original_mgdl: float | None = None

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("glucose_mgdl", self.glucose_mgdl, 1.0, 2000.0)
