"""Therapy settings and daily schedules."""

from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.therapy import DailySchedule, TherapySettings

PROFILE = DailySchedule(starts=(time(0), time(6, 30), time(22)), values=(0.8, 1.2, 0.9))


@pytest.mark.parametrize(
    ("minute_of_day", "value"), [(0, 0.8), (389.9, 0.8), (390, 1.2), (1319, 1.2), (1320, 0.9), (1439, 0.9), (1440, 0.8)]
)
def test_value_holds_from_its_start_until_the_next(minute_of_day: float, value: float) -> None:
    assert PROFILE.at(minute_of_day) == value


def test_total_per_day_is_the_integral() -> None:
    assert PROFILE.total_per_day() == pytest.approx(0.8 * 6.5 + 1.2 * 15.5 + 0.9 * 2.0)
    assert DailySchedule.constant(1.0).total_per_day() == pytest.approx(24.0)


@pytest.mark.parametrize(
    ("starts", "values"),
    [
        ((), ()),
        ((time(0),), (1.0, 2.0)),
        ((time(1),), (1.0,)),
        ((time(0), time(6), time(6)), (1.0, 2.0, 3.0)),
        ((time(0), time(8), time(6)), (1.0, 2.0, 3.0)),
        ((time(0),), (-1.0,)),
    ],
)
def test_schedule_that_does_not_ascend_from_midnight_is_refused(
    starts: tuple[time, ...], values: tuple[float, ...]
) -> None:
    with pytest.raises(DataError) as caught:
        DailySchedule(starts=starts, values=values)
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_settings_keep_their_start_in_utc() -> None:
    settings = TherapySettings(valid_from=datetime(2024, 3, 1, tzinfo=timezone(timedelta(hours=2))))
    assert settings.valid_from == datetime(2024, 2, 29, 22, tzinfo=UTC)
    assert settings.valid_from.tzinfo is UTC


@pytest.mark.parametrize("minutes", [59.0, 721.0])
def test_impossible_duration_of_insulin_action_is_refused(minutes: float) -> None:
    with pytest.raises(DataError):
        TherapySettings(valid_from=datetime(2024, 3, 1, tzinfo=UTC), insulin_duration_min=minutes)
