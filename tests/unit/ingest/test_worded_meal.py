"""Meals in words as carbohydrate."""

from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import Note
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.diary.worded_meal import carbs_g_per_100g, carbs_in_words, with_worded_meals

MORNING = datetime(2026, 1, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("Rice", 22, 32), ("Boiled egg", 0, 3), ("Milk", 4, 6), ("Steamed vegetable bun", 25, 40), ("Braised pork", 0, 8)],
)
def test_a_food_holds_about_what_tables_say(name: str, least: float, most: float) -> None:
    assert least <= carbs_g_per_100g(name) <= most


def test_weights_stand_behind_names_and_dishes_before_what_they_are_made_of() -> None:
    assert carbs_in_words("Rice 100 g; Egg 50 g") == pytest.approx(27.0 + 0.75)
    assert carbs_g_per_100g("rice in soup") < carbs_g_per_100g("rice") < carbs_g_per_100g("rice cake")
    assert carbs_in_words("Milk 0.2 L") == pytest.approx(carbs_in_words("Milk 200 ml"))
    assert carbs_in_words("") == 0.0


def test_notes_become_meals_that_say_they_are_estimates_and_logged_ones_stay() -> None:
    notes = [
        Note(time=MORNING, text="Meal: Rice 200 g"),
        Note(time=MORNING + timedelta(days=1), text="Meal, not described"),
        Note(time=MORNING + timedelta(days=2), text="Meal: Rice 100 g"),
        Note(time=MORNING + timedelta(days=3), text="Walked home"),
    ]
    logged = Meal(time=MORNING + timedelta(days=2, minutes=20), carbs_g=33.0)
    line = with_worded_meals(Timeline.from_records(Person(person_id="one"), [*notes, logged]))
    meals = [(one.carbs_g, one.note) for one in line.records(Meal)]
    estimate = "carbohydrate estimated from words"
    assert meals == [(54.0, estimate), (40.5, estimate), (33.0, "")]


def test_without_a_described_meal_nothing_is_made_up() -> None:
    line = Timeline.from_records(Person(person_id="one"), [Note(time=MORNING, text="Meal, not described")])
    assert with_worded_meals(line) is line
