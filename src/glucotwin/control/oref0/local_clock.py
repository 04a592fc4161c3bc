"""Times of records as milliseconds since 1970, and what a clock on the wall shows then."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from glucotwin.core.error import DataError, ErrorCode

MS_PER_MIN = 60_000
MS_PER_H = 3_600_000
MIN_PER_DAY = 1440
_YEARS = (1971, 2190)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalClock:
    """The zone whose local time the schedules of a therapy follow."""

    zone: tzinfo = UTC

    def local(self, moment_ms: float) -> datetime:
        """The local date and time of a moment in ms since 1970."""
        return datetime.fromtimestamp(moment_ms / 1000, self.zone)

    def minute_of_day(self, moment_ms: float) -> int:
        """Minutes since local midnight."""
        local = self.local(moment_ms)
        return local.hour * 60 + local.minute

    def moment_ms(self, text: str) -> int:
        """Milliseconds since 1970 of an ISO 8601 time; one without an offset is local.

        Raises:
            DataError: this is no time, or one in another century.
        """
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise DataError(
                ErrorCode.INVALID_VALUE, f"{text!r} is no time.", hint="Write 2025-03-10T12:30:00Z."
            ) from error
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        if not _YEARS[0] <= moment.year <= _YEARS[1]:
            raise DataError(
                ErrorCode.INVALID_VALUE, f"{text!r} is not in {_YEARS[0]} to {_YEARS[1]}.", hint="Correct the time."
            )
        return round(moment.timestamp() * 1000)


def iso_from_ms(moment_ms: float) -> str:
    """A moment as ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written_out_from_ms(moment_ms: float) -> str:
    """A moment as the original writes it into its reasons, in UTC."""
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02d} {moment.year}"
    return f"{day} {moment:%H:%M:%S} GMT+0000 (Coordinated Universal Time)"
