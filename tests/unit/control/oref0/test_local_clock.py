"""Times of records and of a clock on the wall."""

import pytest

from glucotwin.control.oref0.local_clock import LocalClock, iso_from_ms, written_out_from_ms
from glucotwin.core.error import DataError
from glucotwin.core.zone import find_zone

BERLIN = LocalClock(zone=find_zone("Europe/Berlin"))


def test_a_time_without_an_offset_is_local() -> None:
    assert BERLIN.moment_ms("2025-07-01T12:00:00") == BERLIN.moment_ms("2025-07-01T10:00:00Z")


def test_schedules_follow_summer_time() -> None:
    assert BERLIN.minute_of_day(BERLIN.moment_ms("2025-07-01T10:05:00Z")) == 12 * 60 + 5
    assert BERLIN.minute_of_day(BERLIN.moment_ms("2025-01-01T10:05:00Z")) == 11 * 60 + 5


def test_moments_are_written_as_the_original_writes_them() -> None:
    assert iso_from_ms(1741609800000) == "2025-03-10T12:30:00.000Z"
    assert written_out_from_ms(1741609800000) == "Mon Mar 10 2025 12:30:00 GMT+0000 (Coordinated Universal Time)"


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(DataError, match="no time"):
        BERLIN.moment_ms("yesterday")
