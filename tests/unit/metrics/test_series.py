from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date, datetime

import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.metrics.series import GlucoseSeries, cadence_min, has_mixed_cadence

Builder = Callable[..., GlucoseSeries]


def times(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[us]")


def every(start: str, count: int, step_min: int = 5) -> np.ndarray:
    return np.datetime64(start, "us") + np.arange(count) * np.timedelta64(step_min, "m")


def test_minutes_are_counted_from_the_midnight_before_the_first_reading() -> None:
    series = GlucoseSeries.from_local(times("2024-05-02T22:00", "2024-05-03T01:30"), [100, 110])
    assert series.time_min.tolist() == [1320.0, 1530.0]
    assert series.clock_min.tolist() == [1320.0, 1530.0]
    assert series.origin_date == date(2024, 5, 2)
    assert series.start_local == datetime(2024, 5, 2, 22)
    assert series.end_local == datetime(2024, 5, 3, 1, 30)
    assert series.span_min == 210.0


def test_interval_is_the_median_in_whole_minutes_unless_given() -> None:
    irregular = times("2024-01-01T00:00:02", "2024-01-01T00:05:01", "2024-01-01T00:10:03", "2024-01-01T02:00")
    assert GlucoseSeries.from_local(irregular, [100] * 4).interval_min == 5.0
    assert GlucoseSeries.from_local(irregular, [100] * 4, interval_min=15.0).interval_min == 15.0
    assert GlucoseSeries.from_local(irregular[:1], [100]).interval_min == 5.0


def test_spring_day_of_23_hours_has_no_gap_and_jumps_only_on_the_clock() -> None:
    series = GlucoseSeries.from_utc(every("2024-03-31T00:30", 12), [100] * 12, zone="Europe/Madrid")
    assert np.diff(series.time_min).tolist() == [5.0] * 11
    assert series.clock_min[0] == 90.0  # 01:30
    assert series.clock_min[5] == 115.0  # 01:55
    assert series.clock_min[6] == 180.0  # 03:00: the hour from 02:00 does not exist


def test_autumn_day_of_25_hours_repeats_an_hour_on_the_clock() -> None:
    series = GlucoseSeries.from_utc(every("2024-10-27T00:00", 25, 5), [100] * 25, zone="Europe/Madrid")
    assert series.clock_min[0] == 120.0
    assert series.clock_min[12] == 120.0  # 02:00 a second time, an hour later
    assert series.time_min[12] == 180.0
    assert series.span_min == 120.0


@pytest.mark.parametrize(
    ("zone", "first_clock_min"),
    [("Asia/Kathmandu", 345.0), ("Pacific/Chatham", 825.0), ("America/St_Johns", 1440 - 210.0), ("UTC", 0.0)],
)
def test_odd_zones_shift_the_clock_by_their_offset(zone: str, first_clock_min: float) -> None:
    series = GlucoseSeries.from_utc(every("2024-01-10T00:00", 3), [100] * 3, zone=zone)
    assert series.clock_min[0] == first_clock_min


def test_half_hour_summer_time_of_lord_howe_is_followed() -> None:
    series = GlucoseSeries.from_utc(every("2024-10-05T15:20", 4), [100] * 4, zone="Australia/Lord_Howe")
    assert np.diff(series.clock_min).tolist() == [5.0, 35.0, 5.0]


def test_local_and_utc_series_agree_bit_for_bit_while_the_clock_runs_on() -> None:
    instants = every("2024-01-10T03:17:23", 500)
    local = GlucoseSeries.from_local(instants, [100] * 500)
    zoned = GlucoseSeries.from_utc(instants, [100] * 500, zone="UTC")
    np.testing.assert_array_equal(local.time_min, local.clock_min)
    np.testing.assert_array_equal(zoned.clock_min, local.clock_min)


def test_arrays_are_copies_that_nobody_can_change() -> None:
    values = np.array([100.0, 110.0])
    series = GlucoseSeries.from_local(every("2024-01-01", 2), values)
    values[0] = 40.0
    assert series.glucose_mgdl[0] == 100.0
    with pytest.raises(ValueError, match="read-only"):
        series.glucose_mgdl[0] = 40.0
    with pytest.raises(FrozenInstanceError):
        series.interval_min = 1.0  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("moments", "values", "code"),
    [
        ((), (), ErrorCode.TOO_LITTLE_DATA),
        (("2024-01-01T00:05", "2024-01-01T00:00"), (100, 110), ErrorCode.INVALID_VALUE),
        (("2024-01-01T00:05", "2024-01-01T00:05"), (100, 110), ErrorCode.INVALID_VALUE),
        (("2024-01-01T00:00", "NaT"), (100, 110), ErrorCode.NOT_FINITE),
        (("2024-01-01T00:00", "2024-01-01T00:05"), (100, np.nan), ErrorCode.NOT_FINITE),
        (("2024-01-01T00:00", "2024-01-01T00:05"), (100, np.inf), ErrorCode.NOT_FINITE),
        (("2024-01-01T00:00", "2024-01-01T00:05"), (100, 0.0), ErrorCode.INVALID_VALUE),
        (("2024-01-01T00:00", "2024-01-01T00:05"), (100, 2001.0), ErrorCode.INVALID_VALUE),
        (("2024-01-01T00:00", "2024-01-01T00:05"), (100,), ErrorCode.INVALID_VALUE),
    ],
)
def test_readings_that_cannot_be_are_refused(
    moments: tuple[str, ...], values: tuple[float, ...], code: ErrorCode
) -> None:
    with pytest.raises(DataError) as caught:
        GlucoseSeries.from_local(times(*moments), list(values))
    assert caught.value.code is code


def test_values_in_mmol_per_litre_are_refused() -> None:
    with pytest.raises(UnitError) as caught:
        GlucoseSeries.from_local(every("2024-01-01", 3), [5.5, 6.1, 12.0])
    assert caught.value.code is ErrorCode.UNKNOWN_UNIT


@pytest.mark.parametrize("censoring", [[0, 2], [0, -2], [0]])
def test_unknown_or_missing_censoring_is_refused(censoring: list[int]) -> None:
    with pytest.raises(DataError):
        GlucoseSeries.from_local(every("2024-01-01", 2), [100, 110], censoring=censoring)


def test_unknown_zone_is_refused_with_its_name() -> None:
    with pytest.raises(DataError, match="Europe/Atlantis") as caught:
        GlucoseSeries.from_utc(every("2024-01-01", 2), [100, 110], zone="Europe/Atlantis")
    assert caught.value.code is ErrorCode.UNKNOWN_NAME


def test_interval_that_does_not_divide_a_day_is_refused() -> None:
    for interval_min in (0.0, -5.0, 7.0):
        with pytest.raises(DataError, match="interval_min"):
            GlucoseSeries.from_local(every("2024-01-01", 2), [100, 110], interval_min=interval_min)


def test_unusual_intervals_snap_to_one_that_divides_a_day() -> None:
    assert GlucoseSeries.from_local(every("2024-01-01", 4, 7), [100] * 4).interval_min in (6.0, 8.0)


def test_finger_sticks_are_held_against_five_minutes() -> None:
    assert GlucoseSeries.from_local(every("2024-01-01", 20, 240), [100] * 20).interval_min == 5.0


def test_numbers_are_not_taken_for_times() -> None:
    with pytest.raises(DataError, match="datetimes"):
        GlucoseSeries.from_local(np.array([0.0, 5.0]), [100, 110])


def test_reading_stands_for_the_gap_to_its_nearer_neighbour() -> None:
    minutes = np.array([0, 5, 10, 20, 25, 26, 27, 28, 100, 200]) * np.timedelta64(1, "m")
    series = GlucoseSeries.from_local(np.datetime64("2024-01-01", "us") + minutes, [100] * 10, interval_min=5.0)
    assert cadence_min(series).tolist() == [5, 5, 5, 5, 1, 1, 1, 1, 5, 5]


def test_single_reading_stands_for_the_interval() -> None:
    assert cadence_min(GlucoseSeries.from_local(every("2024-01-01", 1), [100])).tolist() == [5.0]


def test_mixed_cadence_is_noticed_and_dropouts_are_not_mistaken_for_it(build: Builder) -> None:
    steady = every("2024-01-01", 288)
    keep = np.ones(288, bool)
    keep[[20, 50, 51, 90, 120, 121, 122]] = False
    minutely = steady[-1] + np.arange(1, 60) * np.timedelta64(1, "m")
    assert not has_mixed_cadence(GlucoseSeries.from_local(steady[keep], [100] * int(keep.sum())))
    assert has_mixed_cadence(GlucoseSeries.from_local(np.concatenate([steady, minutely]), [100] * (288 + 59)))
    assert not has_mixed_cadence(build([100] * 96, step_min=15))
