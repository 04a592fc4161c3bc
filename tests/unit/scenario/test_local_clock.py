"""Local times of whole arrays against those of the standard library."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.inputs import minute_utc_from
from glucotwin.scenario.local_clock import LocalClock, local_day_edges

LOCAL_EPOCH = datetime(1970, 1, 1)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", datetime(2024, 3, 31)),
        ("Europe/Berlin", datetime(2024, 10, 27)),
        ("Australia/Lord_Howe", datetime(2024, 4, 7)),
        ("Australia/Lord_Howe", datetime(2024, 10, 6)),
        ("America/Sao_Paulo", datetime(2018, 11, 4)),
        ("Asia/Kathmandu", datetime(2024, 10, 6)),
        ("America/Los_Angeles", datetime(2024, 3, 10)),
        ("Pacific/Kiritimati", datetime(2024, 6, 1)),
        ("UTC", datetime(2024, 6, 1)),
    ],
)
def test_every_minute_is_where_the_standard_library_puts_it(zone: str, day: datetime) -> None:
    middle = minute_utc_from(day.replace(tzinfo=UTC))
    clock = LocalClock.over(zone, middle - 4 * 1440, middle + 5 * 1440)
    locals_ = [day + timedelta(minutes=minute) for minute in range(-720, 2 * 1440, 7)]
    since = np.array([(one - LOCAL_EPOCH) / timedelta(minutes=1) for one in locals_])
    expected = [minute_utc_from(one.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)) for one in locals_]
    np.testing.assert_array_equal(clock.utc_from_local(since), expected)
    assert np.all(np.isin(clock.local_from_utc(np.array(expected)) - since, [0.0, 30.0, 60.0]))


def test_times_are_on_whole_seconds() -> None:
    clock = LocalClock.over("UTC", 0, 1440)
    assert clock.utc_from_local(np.array([10.123456]))[0] * 60.0 == pytest.approx(607.0, abs=1e-9)


def test_day_edges_keep_the_clock_time_across_clock_changes() -> None:
    edges = local_day_edges(datetime(2024, 3, 30, 18, tzinfo=ZoneInfo("Europe/Berlin")), "Europe/Berlin", 3)
    assert np.diff(edges).tolist() == [23 * 60, 1440, 1440]


def test_start_may_be_given_in_another_zone() -> None:
    edges = local_day_edges(datetime(2024, 3, 30, 17, tzinfo=UTC), "Europe/Berlin", 1)
    assert edges == local_day_edges(datetime(2024, 3, 30, 18, tzinfo=ZoneInfo("Europe/Berlin")), "Europe/Berlin", 1)


def test_naive_start_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        local_day_edges(datetime(2024, 3, 30), "UTC", 1)
    assert caught.value.code is ErrorCode.NAIVE_TIME
