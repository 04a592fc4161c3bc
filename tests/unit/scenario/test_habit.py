"""Personal habits: what people of an age and size usually do."""

import itertools

import numpy as np
import pytest

from glucotwin.scenario.habit import Habits, by_age, draw_habits, resting_energy_kcal, usual_carbs_g_per_day
from glucotwin.scenario.people import People
from glucotwin.scenario.person_stream import PersonStreams
from made_up_people import made_up_people


def habits_of(people: People, seed: int = 1) -> Habits:
    return draw_habits(people, PersonStreams(seed=seed, names=people.names))


def test_resting_energy_is_that_of_the_equations() -> None:
    # Schofield 1985: a man of 35 years and 80 kg, a girl of 12 years and 40 kg.
    adults, children = (
        made_up_people(2, age_years=35.0, weight_kg=80.0),
        made_up_people(2, age_years=12.0, weight_kg=40.0),
    )
    assert resting_energy_kcal(adults)[0] == pytest.approx(11.472 * 80 + 873.1)
    assert resting_energy_kcal(children)[1] == pytest.approx(13.384 * 40 + 692.6)


def test_bigger_people_eat_more_and_men_more_than_women() -> None:
    light, heavy = (usual_carbs_g_per_day(made_up_people(2, age_years=40.0, weight_kg=kg)) for kg in (60.0, 90.0))
    assert np.all(heavy > light)
    assert heavy[0] > heavy[1]


def test_meals_snacks_and_bedtime_follow_each_other() -> None:
    for age in (6.0, 15.0, 40.0, 75.0):
        habits = habits_of(made_up_people(200, age_years=age, weight_kg=20.0 + age))
        breakfast, lunch, dinner, morning, afternoon, evening = habits.time_min.T
        order = [breakfast, morning, lunch, afternoon, dinner, evening, habits.bed_min]
        assert all(np.all(b > a + 20.0) for a, b in itertools.pairwise(order))


def test_habits_differ_between_people_but_not_by_what_they_weigh_alone() -> None:
    carbs = np.sum(habits_of(made_up_people(200, age_years=40.0, weight_kg=75.0)).carbs_g[:, :3], axis=1)
    assert 0.25 < np.std(carbs) / np.mean(carbs) < 0.5


def test_habits_are_the_same_in_every_draw_of_a_seed() -> None:
    first, second, other = (habits_of(made_up_people(5), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.time_min, second.time_min)
    assert not np.array_equal(first.time_min, other.time_min)


def test_children_sleep_longer_and_are_ill_more_often() -> None:
    assert by_age("sleep_h", np.array([5.0]))[0] > by_age("sleep_h", np.array([40.0]))[0] + 2.0
    assert by_age("illness_factor", np.array([5.0, 40.0])).tolist() == [2.2, 1.0]


def test_about_half_of_fertile_women_feel_their_cycle() -> None:
    severity = habits_of(made_up_people(400, age_years=30.0)).luteal_severity
    assert not np.any(severity[0::2])
    assert 0.4 < np.mean(severity[1::2] > 0.0) < 0.6
    assert severity.max() <= 1.0
