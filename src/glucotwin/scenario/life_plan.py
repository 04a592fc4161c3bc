"""What every part of a life is drawn from: who, by which profile and habits, on which local days."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.scenario.behaviour_profile import BehaviourProfile, SettingError
from glucotwin.scenario.habit import Habits, draw_habits
from glucotwin.scenario.local_clock import LocalClock
from glucotwin.scenario.people import People
from glucotwin.scenario.person_stream import PersonStreams, log_normal

DAYS_BEFORE: Final = 3
"""Local days drawn before a window: a short night two nights ago still tells until the next bedtime."""

DAYS_AFTER: Final = 2
"""Local days drawn after it: a night ends with the next day's breakfast."""

LONG_DAYS: Final = 24
"""Days before a window within which the longest episodes begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifePlan:
    """People and the local days that are drawn for a window.

    Attributes:
        people, profile, habits, streams: who lives how; the people with the settings that are in their pumps.
        clock: of their zone.
        first_utc_min, minutes: the window.
        days: local days since 1970 that may reach into it.
    """

    people: People
    profile: BehaviourProfile
    habits: Habits
    streams: PersonStreams
    clock: LocalClock
    first_utc_min: int
    minutes: int
    days: np.ndarray

    def drawn(self, stream: str, *, days_more: int = 0) -> np.ndarray:
        """Uniform numbers of a stream, ``(people, days, NUMBERS)``, beginning so many days earlier than ``days``."""
        return self.streams.uniform(stream, self.days_from(days_more))

    def days_from(self, days_more: int) -> np.ndarray:
        """The local days with some more before them."""
        return np.arange(self.days[0] - days_more, self.days[-1] + 1)

    def utc(self, minute_of_day: np.ndarray, *, days: np.ndarray | None = None) -> np.ndarray:
        """UTC minutes of local minutes of the day, which may exceed 1440; the second axis is the day's."""
        day = self.days if days is None else days
        shape = (1, day.size) + (1,) * (minute_of_day.ndim - 2)
        return self.clock.utc_from_local(day.reshape(shape) * float(MINUTES_PER_DAY) + minute_of_day)


def plan_lives(
    people: People, profile: BehaviourProfile, *, seed: int, zone: str, first_utc_min: int, minutes: int
) -> LifePlan:
    """The plan of a window.

    Args:
        people: who.
        profile: how they live.
        seed: of all randomness.
        zone: IANA zone in which they live.
        first_utc_min: first minute of the window, in minutes since 1970 UTC.
        minutes: its length.

    Raises:
        DataError: the zone does not exist.
    """
    margin = MINUTES_PER_DAY * (LONG_DAYS + 2)
    clock = LocalClock.over(zone, first_utc_min - margin, first_utc_min + minutes + 4 * MINUTES_PER_DAY)
    ends = np.array([first_utc_min, first_utc_min + minutes - 1], dtype=np.float64)
    first_day, last_day = (clock.local_from_utc(ends) // MINUTES_PER_DAY).astype(np.int64)
    streams = PersonStreams(seed=seed, names=people.names)
    return LifePlan(
        people=_with_own_settings(people, profile.settings, streams),
        profile=profile,
        habits=draw_habits(people, streams),
        streams=streams,
        clock=clock,
        first_utc_min=first_utc_min,
        minutes=minutes,
        days=np.arange(first_day - DAYS_BEFORE, last_day + DAYS_AFTER + 1),
    )


def _with_own_settings(people: People, error: SettingError, streams: PersonStreams) -> People:
    """The people with their pumps set as they are, not as they should be."""
    drawn = streams.once("settings")
    basal = log_normal(drawn[:, 0], error.basal_log_sd)
    ratio = log_normal(drawn[:, 1], error.carb_ratio_log_sd)
    by_hour = people.carb_ratio_g_per_u.ndim > 1
    return replace(
        people,
        basal_u_per_h=people.basal_u_per_h * basal[:, None],
        carb_ratio_g_per_u=people.carb_ratio_g_per_u * (ratio[:, None] if by_hour else ratio),
    )
