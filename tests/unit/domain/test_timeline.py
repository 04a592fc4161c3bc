"""Timelines: sorted, gap-aware, cut into windows and local days."""

import itertools
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window

START = datetime(2024, 3, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def readings(*minutes: float) -> list[Record]:
    return [GlucoseReading(time=at(minute), glucose_mgdl=100.0) for minute in minutes]


def timeline(*records: Record, zone: str = "UTC", settings: tuple[TherapySettings, ...] = ()) -> Timeline:
    return Timeline.from_records(Person(person_id="p1", zone=zone), records, settings)


def test_records_of_all_kinds_are_sorted_into_streams() -> None:
    line = timeline(Meal(time=at(10), carbs_g=40.0), *readings(20, 0), Meal(time=at(5), carbs_g=10.0))
    assert set(line.streams) == {"glucose", "meal"}
    assert [meal.carbs_g for meal in line.records(Meal)] == [10.0, 40.0]
    assert line.frame(Bolus).is_empty()


def test_unknown_stream_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        Timeline(person=Person(person_id="p1"), streams={"mood": pl.DataFrame()})
    assert caught.value.code is ErrorCode.UNKNOWN_NAME


def test_streams_cannot_be_replaced() -> None:
    with pytest.raises(TypeError):
        timeline(*readings(0)).streams["meal"] = pl.DataFrame()  # pyright: ignore[reportIndexIssue]  # that is the point


def test_window_needs_its_end_after_its_start() -> None:
    assert Window(start=START, end=at(90)).duration_min == 90.0
    assert Window(start=START, end=at(2880)).days == 2.0
    with pytest.raises(DataError):
        Window(start=at(1), end=START)


def test_window_reaches_from_the_first_record_to_just_after_the_last() -> None:
    line = timeline(*readings(0, 60), Meal(time=at(-30), carbs_g=1.0))
    assert line.window() == Window(start=at(-30), end=at(61))
    assert line.window(GlucoseReading) == Window(start=at(0), end=at(61))


def test_window_of_nothing_is_an_error() -> None:
    with pytest.raises(DataError) as caught:
        timeline(*readings(0)).window(Meal)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_cut_keeps_what_starts_within() -> None:
    cut = timeline(*readings(0, 5, 10, 15)).cut(Window(start=at(5), end=at(15)))
    assert cut.frame(GlucoseReading)["time"].to_list() == [at(5), at(10)]


def test_cut_clips_basal_segments_to_the_window() -> None:
    segment = BasalSegment(time=at(0), duration_min=60.0, rate_u_per_h=1.0)
    (clipped,) = timeline(segment).cut(Window(start=at(20), end=at(50))).records(BasalSegment)
    assert (clipped.time, clipped.duration_min, clipped.rate_u_per_h) == (at(20), 30.0, 1.0)
    assert timeline(segment).cut(Window(start=at(60), end=at(90))).frame(BasalSegment).is_empty()


def test_gaps_are_stretches_without_readings() -> None:
    line = timeline(*readings(0, 5, 20, 25, 60))
    assert line.gaps() == (Window(start=at(25), end=at(60)),)
    assert line.gaps(longer_than_min=10.0) == (Window(start=at(5), end=at(20)), Window(start=at(25), end=at(60)))


def test_gaps_within_a_window_count_its_edges() -> None:
    line = timeline(*readings(30, 35))
    window = Window(start=at(0), end=at(60))
    assert line.gaps(window=window) == (Window(start=at(0), end=at(30)), Window(start=at(35), end=at(60)))
    assert timeline().gaps(window=window) == (window,)
    assert timeline().gaps() == ()


def test_merged_timelines_hold_both() -> None:
    both = timeline(*readings(10)).merged(timeline(*readings(0), Meal(time=at(5), carbs_g=1.0)))
    assert both.frame(GlucoseReading)["time"].to_list() == [at(0), at(10)]
    assert len(both.frame(Meal)) == 1


def test_settings_hold_from_their_start() -> None:
    first = TherapySettings(valid_from=at(0), basal_u_per_h=DailySchedule.constant(1.0))
    second = TherapySettings(valid_from=at(600), basal_u_per_h=DailySchedule.constant(2.0))
    line = timeline(settings=(second, first))
    assert line.settings == (first, second)
    assert line.settings_at(at(-1)) is None
    assert line.settings_at(at(599)) is first
    assert line.settings_at(at(600)) is second


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", datetime(2024, 3, 31, 12, tzinfo=UTC), 23.0),
        ("Europe/Berlin", datetime(2024, 10, 27, 12, tzinfo=UTC), 25.0),
        ("Europe/Berlin", datetime(2024, 6, 1, 12, tzinfo=UTC), 24.0),
        ("Australia/Lord_Howe", datetime(2024, 4, 7, 1, tzinfo=UTC), 24.5),
        ("Australia/Lord_Howe", datetime(2024, 10, 6, 1, tzinfo=UTC), 23.5),
        ("Asia/Kathmandu", datetime(2024, 10, 6, 12, tzinfo=UTC), 24.0),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 12, tzinfo=UTC), 23.0),
    ],
)
def test_local_days_are_as_long_as_their_clock_says(zone: str, day: datetime, hours: float) -> None:
    days = timeline(zone=zone).local_days(Window(start=day, end=day + timedelta(minutes=1)))
    assert [one.duration_min / 60.0 for one in days] == [hours]


def test_local_days_follow_each_other_without_a_gap() -> None:
    days = timeline(zone="Europe/Berlin").local_days(Window(start=at(0), end=at(60 * 1440)))
    assert all(earlier.end == later.start for earlier, later in itertools.pairwise(days))
    assert days[0].start <= at(0)
    assert days[-1].end >= at(60 * 1440)
