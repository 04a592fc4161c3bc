"""Local clock times as UTC minutes, for whole arrays at once and right when clocks change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.core.zone import find_zone
from glucotwin.domain.inputs import minute_utc_from, time_from_minute_utc

STEP_MIN: Final = 15
"""Zones change their offset on the quarter hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalClock:
    """A zone's offsets over a stretch of time.

    Local minutes count from 1970-01-01 00:00 on the local clock as if it never changed: ``1440 day + minute of day``.

    Attributes:
        zone: IANA name.
        first_step: quarter hour since 1970 UTC of the first offset.
        offset_min: local minus UTC, one per quarter hour; the ends hold beyond.
    """

    zone: str
    first_step: int
    offset_min: np.ndarray

    @classmethod
    def over(cls, zone: str, first_minute_utc: int, last_minute_utc: int) -> "LocalClock":
        """The clock of a zone from one UTC minute to another.

        Raises:
            DataError: the zone does not exist.
        """
        info = find_zone(zone)
        steps = range(first_minute_utc // STEP_MIN, last_minute_utc // STEP_MIN + 1)
        offsets = np.array([_offset_min(step * STEP_MIN, info) for step in steps])
        return cls(zone=zone, first_step=steps.start, offset_min=offsets)

    def offset_at(self, minute_utc: np.ndarray) -> np.ndarray:
        """Local minus UTC in minutes."""
        step = np.floor(np.asarray(minute_utc) / STEP_MIN).astype(np.int64) - self.first_step
        return self.offset_min[np.clip(step, 0, self.offset_min.size - 1)]

    def utc_from_local(self, local_min: np.ndarray) -> np.ndarray:
        """UTC minutes of local minutes, on whole seconds.

        As in Python with ``fold=0``: of a time that occurs twice the first, and a time that is skipped counts on from
        the old clock.
        """
        about = local_min - self.offset_at(local_min)
        before, after = self.offset_at(about - MINUTES_PER_DAY), self.offset_at(about + MINUTES_PER_DAY)
        by_old, by_new = local_min - before, local_min - after
        new_holds = (self.offset_at(by_old) != before) & (self.offset_at(by_new) == after)
        return np.round(np.where(new_holds, by_new, by_old) * 60.0) / 60.0

    def local_from_utc(self, minute_utc: np.ndarray) -> np.ndarray:
        """Local minutes of UTC minutes."""
        return minute_utc + self.offset_at(minute_utc)


def local_day_edges(start: datetime, zone: str, days: int) -> list[int]:
    """UTC minutes of a start and of the same clock time on each of the following local days: ``days + 1`` of them.

    Raises:
        DataError: the start has no zone, or the zone does not exist.
    """
    if start.tzinfo is None:
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The start {start.isoformat()} has no zone.",
            hint="Give an aware time, for example datetime(2024, 1, 1, tzinfo=ZoneInfo('Europe/Berlin')).",
        )
    local = start.astimezone(find_zone(zone))
    following = (local.replace(fold=0) + timedelta(days=day) for day in range(1, days + 1))
    return [minute_utc_from(time.astimezone(UTC)) for time in (local, *following)]


def _offset_min(minute_utc: int, zone: ZoneInfo) -> float:
    offset = time_from_minute_utc(minute_utc).astimezone(zone).utcoffset()
    return 0.0 if offset is None else offset / timedelta(minutes=1)
