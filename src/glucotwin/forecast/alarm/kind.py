"""Kinds of alarm, what a rule says of one at a moment, and what a rule is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.forecast.alarm.behaviour import Behaviour

if TYPE_CHECKING:
    from glucotwin.forecast.alarm.moment import Moment
    from glucotwin.forecast.alarm.settings import AlarmSettings


class AlarmKind(StrEnum):
    """Stable identifiers of the kinds of alarm, the most pressing first."""

    URGENT_LOW_SOON = "urgent-low-soon"
    LOW = "low"
    PREDICTED_LOW = "predicted-low"
    STALE_DATA = "stale-data"
    PUMP_SITE = "pump-site"
    HIGH = "high"
    MISSED_BOLUS = "missed-bolus"
    UNEXPLAINED_RISE = "unexplained-rise"
    PREDICTED_HIGH = "predicted-high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a rule says at one moment.

    Attributes:
        probability: that what the alarm is about is so, or will be within its horizon.
        lead_min: until it will be so; 0 when it is so already.
        hold_probability: what an alarm that is on is kept on by; differs from ``probability`` where a value itself, and
            not its probability, has a margin.
        values: what the sentence of why is filled with: numbers, glucose under names in ``_mgdl``.
        reason: ending of the message that says why, after ``alarm-KIND-``.
    """

    probability: float
    lead_min: float = 0.0
    hold_probability: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    reason: str = "why"

    def __post_init__(self) -> None:
        for value in (self.probability, self.held_by):
            if not 0.0 <= value <= 1.0:
                raise DataError(ErrorCode.INVALID_VALUE, f"An alarm's probability is {value}, not within 0 to 1.")

    @property
    def held_by(self) -> float:
        """The probability that keeps an alarm on."""
        return self.probability if self.hold_probability is None else self.hold_probability


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """A kind of alarm.

    Attributes:
        kind: its identifier.
        behaviour: how it behaves unless a person's settings say otherwise.
        assess: what it says at a moment; None when nothing can be said.
        is_urgent: whether it can neither be switched off nor silenced for long.
        outranked_by: kinds that make this one needless while they are on: it is then shown, and not sounded.
    """

    kind: AlarmKind
    behaviour: Behaviour
    assess: "Callable[[AlarmSettings, Moment], Assessment | None]"
    is_urgent: bool = False
    outranked_by: tuple[AlarmKind, ...] = ()
