"""The state of a person's alarms: plain values that can be stored, and resumed from exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.forecast.alarm.kind import AlarmKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindState:
    """The state of one kind of alarm; it is on or off, never on twice.

    Attributes:
        on_since: when it came; None while it is off.
        told_at: when it was last told; None when it has not been, because it was snoozed.
        likely_since: since when the probability has been high enough to raise it.
        unlikely_since: since when the probability has been low enough to clear it.
        snoozed_until: until when it is silent.
        told_contacts: caregivers who were told of it.
    """

    on_since: datetime | None = None
    told_at: datetime | None = None
    likely_since: datetime | None = None
    unlikely_since: datetime | None = None
    snoozed_until: datetime | None = None
    told_contacts: tuple[str, ...] = ()

    def is_snoozed(self, time: datetime) -> bool:
        """Whether it is silent at a time."""
        return self.snoozed_until is not None and time < self.snoozed_until


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """The state of all alarms of a person.

    Attributes:
        time: of the newest moment that was taken in; earlier ones change nothing any more.
        kinds: by kind; an absent one is off and was never snoozed.
    """

    time: datetime | None = None
    kinds: Mapping[AlarmKind, KindState] = field(default_factory=dict)

    def of(self, kind: AlarmKind) -> KindState:
        """The state of a kind."""
        return self.kinds.get(kind, KindState())

    def active(self) -> frozenset[AlarmKind]:
        """Kinds that are on."""
        return frozenset(kind for kind, state in self.kinds.items() if state.on_since is not None)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return _STATE.dump_python(self, mode="json")


_STATE = TypeAdapter(AlarmState)


def alarm_state_from_json(values: Mapping[str, object]) -> AlarmState:
    """The state that ``to_json`` wrote.

    Raises:
        DataError: it is none.
    """
    try:
        return _STATE.validate_python(dict(values))
    except ValidationError as error:
        raise DataError(
            ErrorCode.DAMAGED_ARTEFACT, "These values are no state of alarms.", hint="Begin with a new state."
        ) from error
