"""A person's alarm settings: thresholds, quiet hours, changes of behaviour, and whom to call; safe when left alone."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from glucotwin.forecast.alarm.behaviour import BehaviourChange
from glucotwin.forecast.alarm.kind import AlarmKind

ALARM_SETTINGS_SCHEMA = "glucotwin-alarms/1"

LONGEST_URGENT_SNOOZE_MIN = 30.0
LONGEST_URGENT_REPEAT_MIN = 30.0

MOST_URGENT_RAISE = 0.6

MOST_CONTACTS = 20


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuietHours(_Part):
    """Local hours in which alarms that may be quiet are shown but not sounded; they may pass midnight."""

    start: dt.time
    end: dt.time

    def hold(self, minute_of_day: float) -> bool:
        """Whether a local minute of the day lies in them."""
        start, end = (60.0 * clock.hour + clock.minute for clock in (self.start, self.end))
        if start <= end:
            return start <= minute_of_day < end
        return minute_of_day >= start or minute_of_day < end


class Caregiver(_Part):
    """Somebody who is told when an alarm stays on; a service delivers it.

    Attributes:
        contact: a name that the service knows, never a number or address.
        kinds: of which alarms.
        after_min: how long the alarm has been on, and not snoozed, before they are told.
    """

    contact: Annotated[str, Field(min_length=1, max_length=100)]
    kinds: tuple[AlarmKind, ...] = (AlarmKind.URGENT_LOW_SOON,)
    after_min: float = Field(default=15.0, ge=0.0, le=240.0)


class AlarmSettings(_Part):
    """What a person's alarms go by; glucose in mg/dL.

    Attributes:
        schema_version: of this format.
        low_mgdl, high_mgdl: limits of low and high glucose.
        urgent_low_mgdl: limit of the urgent low.
        low_horizon_min, high_horizon_min: how far predicted lows and highs look ahead.
        urgent_horizon_min: how far the urgent low looks ahead.
        lasting_min: how long a predicted low or high must last to count.
        margin_mgdl: how far glucose must be back in range before a low or high is over.
        stale_min: age of the newest reading from which on data are stale.
        meal_g: smallest meal that is expected to have a bolus.
        bolus_wait_min: how long after a meal its bolus is waited for.
        rise_mgdl: unexplained rise of half an hour that is worth an alarm.
        rise_above_mgdl: where glucose must be by then.
        site_above_mgdl, site_min: how high glucose has been, and for how long, before the pump's site is suspected.
        quiet_hours: local hours in which alarms that may be quiet are not sounded.
        behaviour: what is different about a kind's behaviour.
        caregivers: whom to tell when an alarm stays on.
    """

    schema_version: Literal["glucotwin-alarms/1"] = ALARM_SETTINGS_SCHEMA
    low_mgdl: float = Field(default=70.0, ge=60.0, le=100.0)
    high_mgdl: float = Field(default=250.0, ge=120.0, le=400.0)
    urgent_low_mgdl: float = Field(default=54.0, ge=54.0, le=70.0)
    low_horizon_min: float = Field(default=30.0, ge=10.0, le=120.0)
    high_horizon_min: float = Field(default=30.0, ge=10.0, le=120.0)
    urgent_horizon_min: float = Field(default=20.0, ge=15.0, le=60.0)
    lasting_min: float = Field(default=15.0, ge=5.0, le=60.0)
    margin_mgdl: float = Field(default=5.0, ge=0.0, le=50.0)
    stale_min: float = Field(default=20.0, ge=10.0, le=60.0)
    meal_g: float = Field(default=20.0, ge=5.0, le=200.0)
    bolus_wait_min: float = Field(default=20.0, ge=0.0, le=120.0)
    rise_mgdl: float = Field(default=60.0, ge=10.0, le=200.0)
    rise_above_mgdl: float = Field(default=140.0, ge=70.0, le=300.0)
    site_above_mgdl: float = Field(default=250.0, ge=180.0, le=400.0)
    site_min: float = Field(default=60.0, ge=30.0, le=240.0)
    quiet_hours: tuple[QuietHours, ...] = ()
    behaviour: dict[AlarmKind, BehaviourChange] = Field(default_factory=dict)
    caregivers: Annotated[tuple[Caregiver, ...], Field(max_length=MOST_CONTACTS)] = ()

    @model_validator(mode="after")
    def _safe(self) -> "AlarmSettings":
        if self.low_mgdl < self.urgent_low_mgdl:
            raise ValueError("low_mgdl must not be less than urgent_low_mgdl")
        _check_urgent(self.behaviour.get(AlarmKind.URGENT_LOW_SOON, BehaviourChange()))
        return self

    def is_quiet(self, minute_of_day: float) -> bool:
        """Whether a local minute of the day lies in quiet hours."""
        return any(hours.hold(minute_of_day) for hours in self.quiet_hours)


def _check_urgent(change: BehaviourChange) -> None:
    """Passes when the urgent low still comes at once, is repeated, and cannot be silenced for long.

    Raises:
        ValueError: it could be missed.
    """
    name = AlarmKind.URGENT_LOW_SOON
    if change.enabled is False:
        raise ValueError(f"the alarm {name} cannot be switched off")
    if change.quiet:
        raise ValueError(f"quiet hours cannot silence the alarm {name}")
    if (change.longest_snooze_min or 0.0) > LONGEST_URGENT_SNOOZE_MIN:
        raise ValueError(f"the alarm {name} is snoozed for at most {LONGEST_URGENT_SNOOZE_MIN:.0f} min")
    given = change.model_fields_set
    if "repeat_min" in given and (change.repeat_min is None or change.repeat_min > LONGEST_URGENT_REPEAT_MIN):
        raise ValueError(f"the alarm {name} is repeated at least every {LONGEST_URGENT_REPEAT_MIN:.0f} min")
    if (change.raise_after_min or 0.0) > 0.0 or (change.raise_at or 0.0) > MOST_URGENT_RAISE:
        raise ValueError(f"the alarm {name} comes at once, at a probability of {MOST_URGENT_RAISE} or less")
