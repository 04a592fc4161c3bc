"""Activity that was not counted, basal that is not on record, wrong units, wrong clocks."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from glucotwin.domain.activity import Activity, ActivityType, HeartRate, Sleep
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.clock_fault import find_clock_faults
from glucotwin.ingest.detect.misread_activity import find_heart_rate_without_steps
from glucotwin.ingest.detect.partial_basal import find_unknown_basal
from glucotwin.ingest.detect.unit_mix_up import find_unit_mix_ups
from made_up_sensor import at, level, meal_rise, readings, timeline, unrest

RIDE = range(600, 645)


def heart(*, beats: float = 130.0) -> list[Record]:
    return [HeartRate(time=at(t), heart_rate_bpm=beats if t in RIDE else 62.0) for t in range(0, 1440, 1)]


def steps(*times: int, per_min: float = 100.0) -> list[Record]:
    return [Activity(time=at(t), duration_min=1.0, steps=per_min) for t in times]


def test_high_heart_rate_without_steps_is_asked_about() -> None:
    (found,) = find_heart_rate_without_steps(timeline(*heart(), *steps(*range(400, 420))))
    assert (found.start, found.end) == (at(600), at(645))
    assert found.score == pytest.approx(68.0 / 70.0)
    assert "130 times a minute (62 at rest)" in found.text


@pytest.mark.parametrize(
    "explanation",
    [
        steps(*RIDE),
        [Activity(time=at(595), duration_min=55.0, activity_type=ActivityType.AEROBIC)],
        [Sleep(time=at(590), duration_min=60.0)],
    ],
    ids=["steps", "session", "sleep"],
)
def test_what_explains_the_heart_rate_ends_the_question(explanation: list[Record]) -> None:
    assert find_heart_rate_without_steps(timeline(*heart(), *steps(400), *explanation)) == ()


def test_few_steps_as_on_a_bicycle_do_not_explain_it() -> None:
    assert len(find_heart_rate_without_steps(timeline(*heart(), *steps(*RIDE, per_min=6.0)))) == 1


def test_days_without_counted_steps_are_not_judged() -> None:
    assert find_heart_rate_without_steps(timeline(*heart())) == ()
    assert find_heart_rate_without_steps(timeline(*heart(beats=90.0), *steps(400))) == ()
    assert find_heart_rate_without_steps(timeline(*heart(), *steps(3000))) == ()


def basal(first: float, last: float) -> Record:
    return BasalSegment(time=at(first), duration_min=last - first, rate_u_per_h=1.0)


def test_basal_is_unknown_before_between_and_after_its_segments() -> None:
    found = find_unknown_basal(timeline(*readings(level(4)), basal(2880, 3600), basal(3660, 4000), basal(4200, 5400)))
    assert [(one.start, one.end) for one in found] == [(at(0), at(2880)), (at(4000), at(4200)), (at(5400), at(5755))]
    assert [one.text for one in found] == [
        "The basal rate is not recorded for 2.0 days.",
        "The basal rate is not recorded for 3.3 h.",
        "The basal rate is not recorded for 5.9 h.",
    ]


def test_people_without_a_pump_have_no_unknown_basal() -> None:
    assert find_unknown_basal(timeline(*readings(level(2)))) == ()
    assert find_unknown_basal(timeline(basal(0, 600))) == ()


def test_mmoll_read_as_mgdl_is_found_on_the_days_it_happened() -> None:
    values = np.concatenate([level(1), level(2) / 18.0, level(1)])
    record = [GlucoseReading(time=at(5 * k), glucose_mgdl=float(value)) for k, value in enumerate(values)]
    (found,) = find_unit_mix_ups(timeline(*record))
    assert (found.start, found.end) == (at(1440), at(3 * 1440 - 5))
    assert found.score == 1.0
    assert "probably mmol/L" in found.text


def test_one_source_among_several_can_be_wrong() -> None:
    meter = [
        GlucoseReading(time=at(300 * k), glucose_mgdl=7.1, kind=GlucoseKind.FINGERSTICK, source="meter")
        for k in range(4)
    ]
    (found,) = find_unit_mix_ups(timeline(*readings(level(1)), *meter))
    assert found.start == at(0)
    assert found.score == pytest.approx(4 / 12)


def test_values_multiplied_twice_are_found_and_lows_and_highs_are_not() -> None:
    (found,) = find_unit_mix_ups(timeline(*readings(level(1) * 7.0)))
    assert "multiplied by 18 twice" in found.text
    assert find_unit_mix_ups(timeline(*readings([45.0] * 50))) == ()
    assert find_unit_mix_ups(timeline(*readings([580.0] * 50))) == ()


def eaten(
    shift_min: float, *, days: int = 14, wrong: tuple[int, int, float] = (0, 0, 0.0), drift_min: float = 0.0
) -> Timeline:
    """Irregular meals that lift glucose by 60 mg/dL, logged at another time: always, between two days, or ever more."""
    odd = 90.0 * unrest(4 * days)
    minutes = [
        1440.0 * day + 60.0 * hour + odd[4 * day + k] for day in range(days) for k, hour in enumerate((8, 12, 16, 20))
    ]
    values = level(days)
    for minute in minutes:
        values += meal_rise(values.size, minute=minute, height_mgdl=60.0, back_min=120.0)
    first, last, off = wrong
    logged = [
        minute
        + shift_min
        + drift_min * minute / (1440.0 * days)
        + (off if 1440.0 * first <= minute < 1440.0 * last else 0.0)
        for minute in minutes
    ]
    return timeline(*readings(values), *(Meal(time=at(minute), carbs_g=45.0) for minute in logged))


@pytest.mark.parametrize(("shift_h", "words"), [(-2, "2 h after"), (2, "2 h before"), (5, "5 h before")])
def test_log_of_another_clock_is_found(shift_h: int, words: str) -> None:
    line = eaten(0.0, days=21, wrong=(14, 21, 60.0 * shift_h))
    (found,) = find_clock_faults(line)
    assert words in found.text
    assert abs(found.start - at(14 * 1440)) <= timedelta(days=2)
    assert found.end >= at(20 * 1440)


def test_half_a_day_is_found_either_way() -> None:
    (found,) = find_clock_faults(eaten(0.0, days=21, wrong=(7, 21, 720.0)))
    assert "12 h" in found.text


def test_right_clock_and_few_meals_are_not_faulted() -> None:
    assert find_clock_faults(eaten(0.0)) == ()
    assert find_clock_faults(eaten(120.0, days=2)) == ()
    assert find_clock_faults(timeline(*readings(level(3)))) == ()
    assert find_clock_faults(timeline()) == ()


def test_clock_that_was_not_set_at_summer_time_is_told() -> None:
    line = eaten(0.0, days=28, wrong=(9, 28, -60.0))  # 10 March 2024
    (found,) = find_clock_faults(replace(line, person=replace(line.person, zone="America/New_York")))
    assert "summer time" in found.text
    assert abs(found.start - at(9 * 1440)) <= timedelta(days=2)


def test_drifting_clock_is_told_with_its_rate() -> None:
    line = eaten(0.0, days=42, drift_min=60.0)
    (found,) = find_clock_faults(line)
    assert "drifts by about" in found.text
    assert (found.start, found.end) == (at(0), at(42 * 1440))


def test_log_that_is_48_days_off_is_told_and_a_longer_log_is_not() -> None:
    line = eaten(48 * 1440.0)
    (found,) = find_clock_faults(line)
    assert "48 days later than glucose" in found.text
    earlier = eaten(-3.5 * 1440.0)
    assert any("days earlier than glucose" in one.text for one in find_clock_faults(earlier))
    diary = [Meal(time=at(1440.0 * day + 700.0), carbs_g=40.0) for day in range(-60, 14)]
    assert find_clock_faults(timeline(*readings(level(14)), *diary)) == ()


@pytest.mark.parametrize(("years", "words"), [(1, "changed by 1:"), (24, "changed by 24:")])
def test_records_of_a_wrong_year_are_told(years: int, words: str) -> None:
    early = -years * 365.2425 * 1440.0
    lost = [GlucoseReading(time=at(early + 1440.0 * 3 + 5.0 * k), glucose_mgdl=120.0) for k in range(300)]
    line = eaten(0.0).merged(timeline(*lost))
    (found,) = find_clock_faults(line)
    assert words in found.text
    assert found.score > 0.8


def test_days_that_stand_alone_are_asked_about() -> None:
    lost = [GlucoseReading(time=at(-200 * 1440.0 + 5.0 * k), glucose_mgdl=120.0) for k in range(300)]
    (found,) = find_clock_faults(eaten(0.0).merged(timeline(*lost)))
    assert "far from all others" in found.text
