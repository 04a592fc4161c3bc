"""Alarms for meals that nobody logged."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.detect.meal_alarm import find_meal_alarms
from made_up_sensor import START, at, level, meal_rise, readings, timeline

DAYS = 4
SNACK_MIN = 2 * 1440 + 16 * 60.0


def record(*, snack_mgdl: float, logged_g: float = 0.0) -> Timeline:
    """Three logged meals a day, and a rise in the afternoon of the third."""
    values = level(DAYS, glucose_mgdl=120.0)
    records: list[Record] = [BasalSegment(time=at(0), duration_min=1440.0 * DAYS, rate_u_per_h=0.8)]
    for minute in (1440.0 * day + 60.0 * hour for day in range(DAYS) for hour in (8, 13, 19)):
        values += meal_rise(values.size, minute=minute, height_mgdl=30.0, back_min=100.0)
        records += [Meal(time=at(minute), carbs_g=45.0), Bolus(time=at(minute), insulin_u=4.5)]
    if logged_g:
        records += [Meal(time=at(SNACK_MIN), carbs_g=logged_g)]
    return timeline(*records, *readings(values + meal_rise(values.size, minute=SNACK_MIN, height_mgdl=snack_mgdl)))


LINE = record(snack_mgdl=130.0)


def minutes_after_snack(times: list[datetime]) -> list[float]:
    return [(time - at(SNACK_MIN)) / timedelta(minutes=1) for time in times]


def test_unlogged_meal_is_told_within_the_hour_and_once() -> None:
    late = minutes_after_snack([one.time for one in find_meal_alarms(LINE)])
    assert len([one for one in late if 0.0 < one <= 60.0]) == 1
    assert all(abs(a - b) >= 120.0 for a in late for b in late if a != b)


def test_level_glucose_and_logged_meals_raise_none() -> None:
    assert not find_meal_alarms(record(snack_mgdl=0.0))
    assert not [
        one
        for one in minutes_after_snack([a.time for a in find_meal_alarms(record(snack_mgdl=60.0, logged_g=60.0))])
        if 0.0 < one <= 90.0
    ]


@settings(max_examples=12, deadline=None)
@given(st.integers(12, DAYS * 288 - 1))
def test_alarms_know_nothing_of_what_comes_later(steps: int) -> None:
    until = at(5.0 * steps)
    known = find_meal_alarms(LINE.cut(Window(start=START, end=until + timedelta(minutes=1))), at_least=0.02)
    whole = [one for one in find_meal_alarms(LINE, at_least=0.02) if one.time <= until]
    assert [one.time for one in known] == [one.time for one in whole]
    assert [one.probability for one in known] == pytest.approx([one.probability for one in whole])


def test_rare_readings_are_not_judged() -> None:
    assert find_meal_alarms(timeline()) == ()
    assert find_meal_alarms(timeline(*readings(np.full(200, 120.0), step_min=30.0))) == ()
