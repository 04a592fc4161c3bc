"""From a timeline to per-minute inputs, by hand-worked examples."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from glucotwin.domain.activity import Activity, HeartRate
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.rasterise import RasterisedInputs, inputs_from_timeline, lookback
from glucotwin.domain.record import Record
from glucotwin.domain.segment import without_overlaps
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window

START = datetime(2024, 3, 1, tzinfo=UTC)
HOUR = Window(start=START, end=START + timedelta(hours=1))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def rasterised(*records: Record, settings: tuple[TherapySettings, ...] = (), window: Window = HOUR) -> RasterisedInputs:
    return inputs_from_timeline(Timeline.from_records(Person(person_id="p1"), records, settings), window)


def test_nothing_recorded_is_nothing_given() -> None:
    result = rasterised()
    assert result.inputs.minutes == 60
    assert np.all(np.asarray(result.inputs.insulin_u_per_min["rapid"]) == 0.0)
    assert not result.basal_known.any()


def test_bolus_falls_into_its_minute() -> None:
    insulin = np.asarray(rasterised(Bolus(time=at(10.9), insulin_u=3.0)).inputs.insulin_u_per_min["rapid"])
    assert (insulin[10], insulin.sum()) == (3.0, 3.0)


def test_extended_part_is_spread_with_exact_shares_at_its_ends() -> None:
    bolus = Bolus(time=at(9.5), insulin_u=0.0, extended_u=4.0, extended_min=4.0)
    insulin = np.asarray(rasterised(bolus).inputs.insulin_u_per_min["rapid"])
    assert insulin[8:15].tolist() == pytest.approx([0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0])


def test_meal_that_began_before_the_window_gives_its_rest() -> None:
    carbs = np.asarray(rasterised(Meal(time=at(-5), carbs_g=60.0, duration_min=10.0)).inputs.carbs_g_per_min)
    assert carbs[:6].tolist() == pytest.approx([6.0] * 5 + [0.0])


def test_later_basal_segment_ends_the_one_before() -> None:
    long = BasalSegment(time=at(0), duration_min=60.0, rate_u_per_h=60.0 / 10)
    short = BasalSegment(time=at(30), duration_min=15.0, rate_u_per_h=0.0)
    result = rasterised(long, short)
    insulin = np.asarray(result.inputs.insulin_u_per_min["rapid"])
    assert insulin[[0, 29, 30, 44, 45]].tolist() == pytest.approx([0.1, 0.1, 0.0, 0.0, 0.0])
    assert result.basal_known.tolist() == [True] * 45 + [False] * 15


def test_overlaps_are_cut_and_empty_segments_dropped() -> None:
    line = Timeline.from_records(
        Person(person_id="p1"),
        [
            BasalSegment(time=at(minute), duration_min=length, rate_u_per_h=1.0)
            for minute, length in ((0, 9), (5, 0), (6, 4))
        ],
    )
    assert without_overlaps(line.frame(BasalSegment))["duration_min"].to_list() == [6.0, 4.0]


def test_profile_stands_in_where_no_segment_is_known() -> None:
    profile = DailySchedule(starts=(time(0), time(0, 30)), values=(0.6, 1.2))
    settings = TherapySettings(valid_from=at(-1000), basal_u_per_h=profile)
    result = rasterised(BasalSegment(time=at(0), duration_min=10.0, rate_u_per_h=0.0), settings=(settings,))
    insulin = np.asarray(result.inputs.insulin_u_per_min["rapid"])
    assert insulin[[0, 9, 10, 29, 30]].tolist() == pytest.approx([0.0, 0.0, 0.01, 0.01, 0.02])
    assert result.basal_known.sum() == 10


def test_profile_counts_from_its_start_only() -> None:
    settings = TherapySettings(valid_from=at(20), basal_u_per_h=DailySchedule.constant(0.6))
    insulin = np.asarray(rasterised(settings=(settings,)).inputs.insulin_u_per_min["rapid"])
    assert insulin[[19, 20]].tolist() == pytest.approx([0.0, 0.01])


def test_measured_heart_rate_goes_before_the_logged_one() -> None:
    bout = Activity(time=at(0), duration_min=3.0, intensity_fraction=0.5, heart_rate_bpm=120.0, steps=300.0)
    samples = [HeartRate(time=at(1.2), heart_rate_bpm=140.0), HeartRate(time=at(1.8), heart_rate_bpm=150.0)]
    dense = rasterised(bout, *samples).inputs
    assert np.asarray(dense.heart_rate_bpm)[:4].tolist() == pytest.approx([120.0, 145.0, 120.0, 0.0])
    assert np.asarray(dense.activity_fraction)[:4].tolist() == pytest.approx([0.5, 0.5, 0.5, 0.0])
    assert np.asarray(dense.steps_per_min)[:4].tolist() == pytest.approx([100.0, 100.0, 100.0, 0.0])


def test_years_of_earlier_events_leave_no_trace_of_rounding() -> None:
    meals = [Meal(time=at(-500.0 * index - 300.1), carbs_g=73.3, duration_min=31.7) for index in range(3000)]
    assert np.all(np.asarray(rasterised(*meals).inputs.carbs_g_per_min) == 0.0)


def test_lookback_begins_earlier_and_ends_the_same() -> None:
    assert lookback(HOUR, 90.0) == Window(start=at(-90), end=HOUR.end)
