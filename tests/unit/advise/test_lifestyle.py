from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.change import ScaleBolus, ScaleMeal
from glucotwin.advise.lifestyle import Habit, HabitKind, TriedHabit, tried_habits
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 3
WINDOW = Window(start=START, end=START + timedelta(days=DAYS))
PARTS = {"breakfast", "lunch", "dinner"}


def timeline(*, pens: bool = False, zone: str = "UTC") -> Timeline:
    """Three meals and a snack a day, the meals with their dose five minutes before."""
    records: list[Record] = [GlucoseReading(time=START, glucose_mgdl=120.0)]
    for day in range(DAYS):
        for hour, grams in ((7, 40.0), (12, 60.0), (15, 20.0), (19, 70.0)):
            at = START + timedelta(days=day, hours=hour)
            records.append(Meal(time=at, carbs_g=grams))
            if grams >= 40.0:
                dosed = at - timedelta(minutes=5)
                units = grams / 10.0
                records.append(
                    PenDose(time=dosed, insulin_u=units, product="aspart")
                    if pens
                    else Bolus(time=dosed, insulin_u=units)
                )
    return Timeline.from_records(Person(person_id="me", zone=zone), records)


def by_habit(found: tuple[TriedHabit, ...]) -> dict[Habit, TriedHabit]:
    return {one.habit: one for one in found}


def test_every_meal_of_the_day_is_an_occasion_once() -> None:
    found = by_habit(tried_habits(timeline(), WINDOW))
    kinds = (HabitKind.WALK, HabitKind.FIBRE, HabitKind.SMALLER)
    assert found.keys() == {
        *(Habit(kind=kind, part=part) for kind in kinds for part in PARTS),
        Habit(kind=HabitKind.EARLIER_BOLUS),
    }
    assert {len(one.meals) for habit, one in found.items() if habit.part} == {DAYS}
    assert len(found[Habit(kind=HabitKind.EARLIER_BOLUS)].meals) == 3 * DAYS


def test_the_largest_meal_is_lunch_and_a_snack_beside_it_is_not() -> None:
    walks = by_habit(tried_habits(timeline(), WINDOW))[Habit(kind=HabitKind.WALK, part="lunch")].changes
    (first, *_) = walks
    assert isinstance(first, AddExercise)
    assert first.at == START + timedelta(hours=12, minutes=30)


def test_a_smaller_meal_has_a_smaller_dose() -> None:
    meal, dose = by_habit(tried_habits(timeline(), WINDOW))[Habit(kind=HabitKind.SMALLER, part="dinner")].changes[:2]
    assert isinstance(meal, ScaleMeal)
    assert isinstance(dose, ScaleBolus)
    assert meal.factor == dose.factor
    assert meal.at - dose.at == timedelta(minutes=5)


def test_no_dose_of_a_pen_is_said_to_be_smaller_or_earlier() -> None:
    found = by_habit(tried_habits(timeline(pens=True), WINDOW))
    assert {habit.kind for habit in found} == {HabitKind.WALK, HabitKind.FIBRE}


@pytest.mark.parametrize(("zone", "parts"), [("UTC", PARTS), ("Pacific/Auckland", {"breakfast", "dinner"})])
def test_parts_of_the_day_go_by_the_clock_of_the_person(zone: str, parts: set[str]) -> None:
    assert {one.habit.part for one in tried_habits(timeline(zone=zone), WINDOW) if one.habit.part} == parts


def test_a_record_without_meals_has_no_habit() -> None:
    empty = Timeline.from_records(Person(person_id="me", zone="UTC"), [GlucoseReading(time=START, glucose_mgdl=120.0)])
    assert tried_habits(empty, WINDOW) == ()
