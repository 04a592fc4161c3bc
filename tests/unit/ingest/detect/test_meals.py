"""Meals without a log, boluses without a meal, meals without a bolus."""

import numpy as np
import pytest

from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.ingest.detect.bolus_without_carbs import find_boluses_without_carbs
from glucotwin.ingest.detect.detection import Detection
from glucotwin.ingest.detect.meal_feature import meal_features
from glucotwin.ingest.detect.meal_search import LOGGED_TREES, UNLOGGED_TREES
from glucotwin.ingest.detect.missed_bolus import find_missed_boluses
from glucotwin.ingest.detect.response import response_of
from glucotwin.ingest.detect.sensor_grid import sensor_grid
from glucotwin.ingest.detect.tree import read_forest
from glucotwin.ingest.detect.unannounced_meal import find_unannounced_meals
from made_up_sensor import at, level, meal_rise, readings, timeline

DAYS = 6
SNACK_MIN = 4 * 1440 + 16 * 60.0
"""A rise in the afternoon of the fifth day."""


def log(*, snack_g: float = 0.0) -> list[Record]:
    """Three meals a day with their boluses, a basal rate, and perhaps the snack."""
    meals = [
        (1440.0 * day + 60.0 * hour, grams) for day in range(DAYS) for hour, grams in ((8, 40), (13, 50), (19, 60))
    ]
    records: list[Record] = [BasalSegment(time=at(0), duration_min=1440.0 * DAYS, rate_u_per_h=0.8)]
    for minute, grams in meals:
        records += [Meal(time=at(minute), carbs_g=grams), Bolus(time=at(minute), insulin_u=grams / 10.0)]
    return [*records, Meal(time=at(SNACK_MIN), carbs_g=snack_g)] if snack_g else records


def glucose(*, snack_mgdl: float = 0.0) -> list[Record]:
    values = level(DAYS, glucose_mgdl=120.0)
    for day in range(DAYS):
        for hour, grams in ((8, 40.0), (13, 50.0), (19, 60.0)):
            values += meal_rise(values.size, minute=1440.0 * day + 60.0 * hour, height_mgdl=0.6 * grams, back_min=100.0)
    return readings(values + meal_rise(values.size, minute=SNACK_MIN, height_mgdl=snack_mgdl))


def near_snack(found: tuple[Detection, ...]) -> list[Detection]:
    return [one for one in found if abs((one.start - at(SNACK_MIN)).total_seconds()) <= 45 * 60]


def test_rise_that_nothing_explains_is_an_unannounced_meal() -> None:
    found = find_unannounced_meals(timeline(*log(), *glucose(snack_mgdl=180.0)))
    assert len(found) == 1
    (meal,) = near_snack(found)
    assert meal.score > 0.5
    assert "that the logged carbohydrate does not explain" in meal.text


def test_same_rise_with_its_meal_on_record_is_none() -> None:
    assert find_unannounced_meals(timeline(*log(snack_g=45.0), *glucose(snack_mgdl=180.0))) == ()


def test_days_without_such_a_rise_have_none() -> None:
    assert find_unannounced_meals(timeline(*log(), *glucose())) == ()


def test_rise_in_a_record_without_any_log_is_a_meal_too() -> None:
    values = level(3, glucose_mgdl=120.0)
    values += meal_rise(values.size, minute=1440.0 + 13 * 60, height_mgdl=180.0)
    (meal,) = find_unannounced_meals(timeline(*readings(values)))
    assert abs((meal.start - at(1440.0 + 13 * 60)).total_seconds()) <= 45 * 60
    assert "as after a meal" in meal.text


def test_lower_bar_gives_the_same_and_more() -> None:
    line = timeline(*log(), *glucose(snack_mgdl=180.0))
    assert set(find_unannounced_meals(line)) <= set(find_unannounced_meals(line, at_least=0.01))


def test_too_little_or_too_rare_readings_are_not_judged() -> None:
    assert find_unannounced_meals(timeline(*readings(level(0.5)))) == ()
    assert find_unannounced_meals(timeline(*readings(level(2), step_min=30.0))) == ()
    assert find_unannounced_meals(timeline()) == ()


@pytest.mark.parametrize("name", [LOGGED_TREES, UNLOGGED_TREES])
def test_trees_ask_for_the_features_there_are(name: str) -> None:
    line = timeline(*log(), *glucose())
    grid = sensor_grid(line)
    assert grid is not None
    features = meal_features(line, grid, grid.glucose_mgdl, response_of(line, grid, grid.glucose_mgdl), ahead=True)
    assert set(read_forest(name).names) <= set(features)
    assert all(np.isfinite(values).all() and values.shape == (grid.steps,) for values in features.values())


@pytest.mark.slow
def test_record_with_years_between_is_searched_by_parts() -> None:
    line = timeline(*log(), *glucose(snack_mgdl=180.0), GlucoseReading(time=at(-20 * 525600.0), glucose_mgdl=120.0))
    assert len(near_snack(find_unannounced_meals(line))) == 1


def test_response_is_the_persons_own() -> None:
    weights = (WeightEntry(day=at(0).date(), weight_kg=30.0),)
    line = timeline(*readings(level(2)), person=Person(person_id="child", weights=weights))
    grid = sensor_grid(line)
    assert grid is not None
    child = response_of(line, grid, grid.glucose_mgdl)
    assert child.habit.rise_mgdl_per_g == pytest.approx(7.5)
    assert not child.habit.logs_meals
    assert response_of(timeline(*log(), *glucose()), grid, grid.glucose_mgdl).habit.logs_meals


def test_bolus_as_of_a_meal_without_carbohydrate_is_found() -> None:
    (found,) = find_boluses_without_carbs(timeline(*log(), Bolus(time=at(SNACK_MIN), insulin_u=5.0), *glucose()))
    assert found.start == at(SNACK_MIN)
    assert found.score == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    "bolus",
    [
        Bolus(time=at(SNACK_MIN), insulin_u=1.5),
        Bolus(time=at(SNACK_MIN), insulin_u=5.0, purpose=DosePurpose.CORRECTION),
        Bolus(time=at(SNACK_MIN), insulin_u=5.0, purpose=DosePurpose.AUTOMATED),
        Bolus(time=at(4 * 1440 + 13 * 60 + 30), insulin_u=5.0),
    ],
    ids=["small", "correction", "automated", "near a meal"],
)
def test_other_boluses_are_not(bolus: Record) -> None:
    assert find_boluses_without_carbs(timeline(*log(), bolus, *glucose())) == ()


def test_correction_of_a_high_needs_no_meal() -> None:
    values = level(DAYS)
    values[int(SNACK_MIN / 5) - 12 : int(SNACK_MIN / 5) + 12] = 350.0
    assert (
        find_boluses_without_carbs(timeline(*log(), Bolus(time=at(SNACK_MIN), insulin_u=5.0), *readings(values))) == ()
    )


def test_boluses_are_not_judged_where_hardly_any_meal_is_logged() -> None:
    boluses = [Bolus(time=at(600.0 * k), insulin_u=5.0) for k in range(10)]
    assert find_boluses_without_carbs(timeline(*boluses, Meal(time=at(0), carbs_g=50.0))) == ()


def test_meal_without_a_bolus_is_found_and_surer_when_glucose_rose() -> None:
    snack = Meal(time=at(SNACK_MIN), carbs_g=45.0)
    (level_one,) = find_missed_boluses(timeline(*log(), snack, *glucose()))
    (risen,) = find_missed_boluses(timeline(*log(), snack, *glucose(snack_mgdl=180.0)))
    assert (level_one.start, risen.start) == (at(SNACK_MIN), at(SNACK_MIN))
    assert level_one.score < 0.9 < risen.score
    assert risen.text.startswith("A meal of 45 g has no bolus; glucose rose by")


def test_two_entries_of_one_meal_share_its_bolus() -> None:
    more = Meal(time=at(4 * 1440 + 8 * 60 + 20), carbs_g=25.0)
    assert find_missed_boluses(timeline(*log(), more, *glucose())) == ()


def test_late_bolus_is_not_missed_and_a_pumps_own_does_not_count() -> None:
    snack = Meal(time=at(SNACK_MIN), carbs_g=45.0)
    late = Bolus(time=at(SNACK_MIN + 90), insulin_u=4.0)
    automated = Bolus(time=at(SNACK_MIN + 10), insulin_u=1.0, purpose=DosePurpose.AUTOMATED)
    assert find_missed_boluses(timeline(*log(), snack, late, *glucose())) == ()
    assert len(find_missed_boluses(timeline(*log(), snack, automated, *glucose()))) == 1


def test_carbohydrate_against_a_low_needs_no_bolus() -> None:
    values = level(DAYS)
    values[int(SNACK_MIN / 5) - 2 : int(SNACK_MIN / 5) + 2] = 62.0
    assert find_missed_boluses(timeline(*log(), Meal(time=at(SNACK_MIN), carbs_g=25.0), *readings(values))) == ()


def test_people_who_do_not_dose_meals_miss_none() -> None:
    meals = [Meal(time=at(300.0 * k), carbs_g=40.0) for k in range(20)]
    basal = [PenDose(time=at(1440.0 * day), insulin_u=20.0, product="glargine-u100") for day in range(4)]
    assert find_missed_boluses(timeline(*meals, *basal)) == ()
    assert find_missed_boluses(timeline(*meals, Bolus(time=at(0), insulin_u=3.0))) == ()


def test_pens_count_as_boluses() -> None:
    meals = [Meal(time=at(480.0 * k), carbs_g=40.0) for k in range(12)]
    pens = [PenDose(time=at(480.0 * k - 10), insulin_u=4.0, product="rapid") for k in range(12) if k != 6]
    (missed,) = find_missed_boluses(timeline(*meals, *pens))
    assert missed.start == at(480.0 * 6)
