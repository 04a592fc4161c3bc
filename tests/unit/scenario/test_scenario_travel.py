"""Journeys: the clock of the place, hours lost and gained, and what they do to everything planned by the clock."""

import numpy as np
import pytest

from glucotwin.domain.inputs import Inputs
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.event import inputs_from_scenario, scenario_window
from glucotwin.scenario.reader import parse_scenario

DOSING = Dosing(
    subject="adult#001", basal_u_per_min=0.02, basal_profile_u_per_h=tuple(1.0 + hour / 10.0 for hour in range(24))
)
WEST = "days: 3\nzone: Europe/Berlin\nstart: 2024-05-01\ntravel: [{day: 2, time: '14:00', zone: America/New_York}]\n"
EAST = "days: 3\nzone: America/New_York\nstart: 2024-05-01\ntravel: [{day: 2, time: '14:00', zone: Asia/Tokyo}]\n"


def inputs_of(text: str) -> Inputs:
    return inputs_from_scenario(parse_scenario(text), DOSING)


def starts_of(rate: object) -> list[int]:
    on = np.asarray(rate) > 0.0
    return [int(minute) for minute in np.flatnonzero(on & ~np.concatenate([[False], on[:-1]]))]


def test_hours_gained_and_lost_count() -> None:
    assert scenario_window(parse_scenario(WEST)).duration_min == 3 * 1440 + 6 * 60
    assert scenario_window(parse_scenario(EAST)).duration_min == 3 * 1440 - 13 * 60


def test_clock_is_that_of_the_place() -> None:
    clock = np.asarray(inputs_of(WEST).minute_of_day)
    leaves = 1440 + 14 * 60
    assert clock[leaves - 1] == 14 * 60 - 1
    assert clock[leaves] == 8 * 60
    assert clock[-1] == 1439
    assert np.all(np.diff(np.delete(clock, np.s_[leaves:])) % 1440 == 1)


def test_meals_and_boluses_follow_the_clock_of_the_place() -> None:
    inputs = inputs_of(
        WEST + "meals: [{time: '12:00', carbs_g: 50}]\nboluses: [{time: '12:00', u: 5, product: lispro}]"
    )
    # Lunch in Berlin, lunch again in New York on the same date, then a day later.
    expected = [720, 1440 + 720, 1440 + 1080, 2 * 1440 + 1080]
    assert starts_of(inputs.carbs_g_per_min) == expected
    assert starts_of(inputs.insulin_u_per_min["lispro"]) == expected
    np.testing.assert_array_equal(np.asarray(inputs.minute_of_day)[expected], 720.0)


def test_flying_over_a_meal_skips_it() -> None:
    inputs = inputs_of(EAST + "meals: [{time: '19:00', carbs_g: 50}]")
    # 14:00 in New York on day 2 is 03:00 in Tokyo on day 3: the evening of day 2 never comes.
    assert starts_of(inputs.carbs_g_per_min) == [19 * 60, 1440 + 14 * 60 + 16 * 60]


def test_basal_profile_follows_the_clock_of_the_place() -> None:
    for text in (WEST, EAST):
        inputs = inputs_of(text)
        hour = np.asarray(inputs.minute_of_day) // 60
        np.testing.assert_allclose(60.0 * np.asarray(inputs.insulin_u_per_min["rapid"]), 1.0 + hour / 10.0)


def test_faults_temporary_rates_and_parameters_follow_the_clock_of_the_place() -> None:
    text = """basal: 0.6
interruptions: [{time: '09:00', duration_min: 30, day: 3}]
temp_basal: [{time: '10:00', duration_min: 30, fraction: 2, day: 3}]
parameters: [{name: a.b, factor: 3, from_day: 3, time: '11:00', duration_h: 1}]
"""
    inputs = inputs_of(WEST + text)
    insulin, clock = np.asarray(inputs.insulin_u_per_min["rapid"]), np.asarray(inputs.minute_of_day)
    day3 = np.arange(inputs.minutes) >= 2 * 1440 + 6 * 60
    assert np.array_equal(insulin == 0.0, day3 & (clock >= 540) & (clock < 570))
    assert np.array_equal(insulin > 0.015, day3 & (clock >= 600) & (clock < 630))
    assert np.array_equal(inputs.parameter_factor["a.b"] == 3.0, day3 & (clock >= 660) & (clock < 720))


def test_factor_that_a_flight_skips_begins_on_arrival() -> None:
    factor = inputs_of(EAST + "parameters: [{name: a.b, factor: 3, from_day: 2, time: '20:00'}]").parameter_factor
    assert int(np.argmax(factor["a.b"] == 3.0)) == 1440 + 14 * 60


def test_clock_changes_at_home_and_abroad_are_right_too() -> None:
    # Clocks go forward in New York on 10 March and in Berlin on 31 March 2024; there and back, so both within 23 days.
    text = """
days: 23
start: 2024-03-09
zone: America/New_York
travel:
  - {day: 12, time: '17:00', zone: Europe/Berlin}
meals: [{time: '08:00', carbs_g: 10}]
"""
    inputs = inputs_of(text)
    assert inputs.minutes == 23 * 1440 - 60 - 5 * 60 - 60
    starts = starts_of(inputs.carbs_g_per_min)
    assert len(starts) == 23
    np.testing.assert_array_equal(np.asarray(inputs.minute_of_day)[starts], 480.0)


def test_there_and_back_takes_whole_days() -> None:
    text = WEST.replace("days: 3", "days: 5").replace("}]", "}, {day: 4, time: '17:00', zone: Europe/Berlin}]")
    inputs = inputs_of(text)
    assert inputs.minutes == 5 * 1440
    np.testing.assert_array_equal(np.asarray(inputs.minute_of_day)[-1440:], np.arange(1440.0))


def test_crossing_the_date_line_repeats_the_date() -> None:
    text = """
days: 2
zone: Asia/Tokyo
start: 2024-05-01
travel: [{day: 1, time: '10:00', zone: America/Los_Angeles}]
meals: [{time: '09:00', carbs_g: 10}, {time: '20:00', carbs_g: 10, day: 1}]
"""
    inputs = inputs_of(text)
    # 10:00 in Tokyo on 1 May is 18:00 on 30 April in Los Angeles.
    assert inputs.minutes == 2 * 1440 + 16 * 60
    assert starts_of(inputs.carbs_g_per_min) == [540, 600 + 15 * 60, 600 + 26 * 60, 600 + 39 * 60]


def test_last_day_ends_with_a_journey_past_midnight() -> None:
    text = EAST.replace("days: 3", "days: 2")
    inputs = inputs_of(text)
    assert inputs.minutes == 1440 + 14 * 60
    assert inputs.minute_of_day.shape == (inputs.minutes,)


@pytest.mark.parametrize("text", [WEST, EAST])
def test_what_does_not_follow_the_clock_keeps_its_total(text: str) -> None:
    inputs = inputs_of(text + "basal: 0.6\nboluses: [{time: '23:30', u: 0, extended_u: 4, extended_min: 120, day: 1}]")
    assert np.sum(inputs.insulin_u_per_min["rapid"]) == pytest.approx(0.01 * inputs.minutes + 4.0)
