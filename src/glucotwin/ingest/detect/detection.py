"""What a detector reports: a stretch of time, what it is taken for, and how much speaks for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DetectionKind(StrEnum):
    """Stable identifiers of what can be detected."""

    STUCK_SENSOR = "stuck-sensor"
    SENSOR_WARM_UP = "sensor-warm-up"
    SENSOR_JUMP = "sensor-jump"
    COMPRESSION_LOW = "compression-low"
    ACETAMINOPHEN = "acetaminophen"
    UNANNOUNCED_MEAL = "unannounced-meal"
    BOLUS_WITHOUT_CARBS = "bolus-without-carbs"
    MISSED_BOLUS = "missed-bolus"
    HEART_RATE_WITHOUT_STEPS = "heart-rate-without-steps"
    BASAL_UNKNOWN = "basal-unknown"
    UNIT_MIX_UP = "unit-mix-up"
    CLOCK_FAULT = "clock-fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A stretch of a person's data that is not what it seems; a suspicion, never a change to the data.

    Attributes:
        kind: what it is taken for.
        start, end: when, in UTC.
        score: how much speaks for it, 0 to 1; comparable within a kind only.
        text: a sentence for people.
    """

    kind: DetectionKind
    start: datetime
    end: datetime
    score: float
    text: str

    @property
    def duration_min(self) -> float:
        """Length in minutes."""
        return (self.end - self.start).total_seconds() / 60.0

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it shares time with ``[start, end)``."""
        return self.start < end and (self.end > start or self.start >= start)

    def to_json(self) -> dict[str, object]:
        """The detection as JSON values."""
        return {
            "kind": str(self.kind),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "score": round(self.score, 3),
            "text": self.text,
        }


def in_time_order(detections: Iterable[Detection]) -> tuple[Detection, ...]:
    """Detections by their start, then kind."""
    return tuple(sorted(detections, key=lambda one: (one.start, one.kind, one.end)))
