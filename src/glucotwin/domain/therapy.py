"""Therapy settings: what a pump or a pen user doses by, with the time from which it holds."""

import itertools
from dataclasses import dataclass
from datetime import datetime, time

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.record import as_utc, check_range


@dataclass(frozen=True, slots=True, kw_only=True)
class DailySchedule:
    """A value that changes over the local day, from each start until the next.

    Attributes:
        starts: local clock times, ascending, the first at midnight.
        values: one per start, in the unit of the setting.

    Raises:
        DataError: lengths differ, starts don't ascend from midnight, or a value is negative.
    """

    starts: tuple[time, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.starts or len(self.starts) != len(self.values):
            raise DataError(ErrorCode.INVALID_VALUE, "A daily schedule needs one value per start time.")
        minutes = [_minute_of_day(start) for start in self.starts]
        if minutes[0] != 0 or any(b <= a for a, b in itertools.pairwise(minutes)):
            raise DataError(ErrorCode.INVALID_VALUE, "A daily schedule ascends from 00:00.")
        for value in self.values:
            check_range("schedule value", value, 0.0)

    @classmethod
    def constant(cls, value: float) -> "DailySchedule":
        """The same value all day."""
        return cls(starts=(time(0),), values=(value,))

    def at(self, minute_of_day: float) -> float:
        """The value that holds at a local minute of the day."""
        minutes = [_minute_of_day(start) for start in self.starts]
        index = sum(minute <= minute_of_day % MINUTES_PER_DAY for minute in minutes) - 1
        return self.values[index]

    def total_per_day(self) -> float:
        """The integral over 24 h of a value per hour, e.g. U from a basal profile in U/h."""
        minutes = [*(_minute_of_day(start) for start in self.starts), MINUTES_PER_DAY]
        return sum(
            value * (end - start) / 60.0 for value, start, end in zip(self.values, minutes, minutes[1:], strict=False)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapySettings:
    """Settings that hold from ``valid_from`` (until the next settings of the person).

    Attributes:
        basal_u_per_h: basal profile.
        carb_ratio_g_per_u: grams covered by one unit (CR).
        correction_factor_mgdl_per_u: fall per unit (CF, ISF).
        target_low_mgdl, target_high_mgdl: correction range.
        insulin_duration_min: duration of insulin action (DIA) of the bolus calculator.
    """

    valid_from: datetime
    basal_u_per_h: DailySchedule | None = None
    carb_ratio_g_per_u: DailySchedule | None = None
    correction_factor_mgdl_per_u: DailySchedule | None = None
    target_low_mgdl: DailySchedule | None = None
    target_high_mgdl: DailySchedule | None = None
    insulin_duration_min: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "valid_from", as_utc(self.valid_from))
        check_range("insulin_duration_min", self.insulin_duration_min, 60.0, 720.0)


def _minute_of_day(clock: time) -> int:
    return clock.hour * 60 + clock.minute
