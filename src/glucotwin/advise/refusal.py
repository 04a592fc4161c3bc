"""Why advice is refused: typed reasons, each with what was found and a sentence for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from glucotwin.core.message import message


class RefusalReason(StrEnum):
    """What speaks against an advice."""

    NO_ENVELOPE = "no-envelope"
    OTHER_PERSON = "other-person"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    ALTERED = "altered"
    NO_READING = "no-reading"
    DATA_TOO_OLD = "data-too-old"
    SENSOR_WARM_UP = "sensor-warm-up"
    SUSPECTED_ARTEFACT = "suspected-artefact"
    LOW_NOW = "low-now"
    FALLING = "falling"
    STEP_TOO_LARGE = "step-too-large"
    OUTSIDE_LIMITS = "outside-limits"
    MAX_BOLUS = "max-bolus"
    MAX_DAILY_CHANGE = "max-daily-change"
    VERY_LOW_LIKELY = "very-low-likely"
    KETONES = "ketones"
    NOT_A_NUMBER = "not-a-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason against an advice.

    Attributes:
        reason: which.
        found: what was found, by the name it has in the sentence.
    """

    reason: RefusalReason
    found: Mapping[str, str] = field(default_factory=dict)

    def sentence(self) -> str:
        """In words."""
        return message(f"refusal-{self.reason}", **self.found)

    def to_json(self) -> dict[str, str]:
        """As JSON values."""
        return {"reason": str(self.reason), "text": self.sentence()}
