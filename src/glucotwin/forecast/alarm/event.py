"""What an alarm tells: that it came, goes on, was passed on to a caregiver, or is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from glucotwin.forecast.alarm.kind import AlarmKind


class AlarmAction(StrEnum):
    """What happened to an alarm."""

    RAISED = "raised"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEvent:
    """Something to tell about an alarm.

    Attributes:
        kind: of the alarm.
        action: what happened.
        time: when, in UTC.
        since: when this alarm came.
        probability: of what it is about.
        lead_min: until it will be so; 0 when it is so already.
        reason: ending of the message that says why.
        values: what fills the message; glucose under names in ``_mgdl``.
        audible: whether to sound it; False in quiet hours, beside a more pressing alarm, and when it is over.
        contact: the caregiver to tell; None for the person.
    """

    kind: AlarmKind
    action: AlarmAction
    time: datetime
    since: datetime
    probability: float
    lead_min: float
    reason: str
    values: Mapping[str, float]
    audible: bool
    contact: str | None = None

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "kind": str(self.kind),
            "action": str(self.action),
            "time": self.time.isoformat(),
            "since": self.since.isoformat(),
            "probability": round(self.probability, 3),
            "lead_min": round(self.lead_min, 1),
            "reason": self.reason,
            "values": {name: round(value, 2) for name, value in self.values.items()},
            "audible": self.audible,
            "contact": self.contact,
        }
