"""The base of every record: something that happened to a person at an aware time."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from glucotwin.core.error import DataError, ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something that happened.

    Attributes:
        time: aware time of its start, kept in UTC.
        source: what reported it (file format, device, person); may be empty.

    Raises:
        DataError: the time has no zone.
    """

    time: datetime
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", as_utc(self.time))


def as_utc(time: datetime) -> datetime:
    """The same instant in UTC.

    Raises:
        DataError: the time has no zone, so the instant is unknown.
    """
    if time.tzinfo is None:
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The time {time.isoformat()} has no zone.",
            hint="Give an offset (2024-03-01T08:00:00-07:00) or the person's zone.",
        )
    return time.astimezone(UTC)


def check_range(name: str, value: float | None, low: float, high: float = math.inf) -> None:
    """Passes when ``value`` is missing or within ``[low, high]``.

    Raises:
        DataError: the value is not a number or outside.
    """
    if value is not None and not low <= value <= high:
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} is {value}, which is not within {low} to {high}.")
