from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.advise.lifestyle import Habit, HabitKind, Lifestyle, RankedHabit
from glucotwin.advise.what_if import Estimate, Outcome
from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.timeline import Window
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.lifestyle import caution_lines, habit_sentence

START = datetime(2026, 3, 1, tzinfo=UTC)
UNITS = {"time_in_range_pct": "%", "time_below_70_pct": "%", "mean_glucose_mgdl": "mg/dL"}


def ranked(kind: HabitKind, *cautions: str, meals: int = 1) -> RankedHabit:
    gain = Estimate(median=2.0, low=-9.0, high=18.0, expected=1.5)
    outcomes = tuple(
        Outcome(name=name, unit=unit, baseline=gain, changed=gain, difference=gain) for name, unit in UNITS.items()
    )
    habit = Habit(kind=kind, part="lunch")
    return RankedHabit(habit=habit, meals=(START,) * meals, outcomes=outcomes, certainty=0.7, cautions=cautions)


def test_a_caution_says_for_which_habits_it_holds_unless_it_holds_for_all() -> None:
    walk = ranked(HabitKind.WALK, "what-if-bands-learned", "what-if-exercise-from-prior")
    fibre = ranked(HabitKind.FIBRE, "what-if-bands-learned", "lifestyle-composition-assumed")
    found = Lifestyle(window=Window(start=START, end=START + timedelta(days=1)), habits=(walk, fibre))
    every, one, other = caution_lines(found)
    assert every == message("what-if-bands-learned")
    assert one == f"A 20 min walk half an hour after lunch: {message('what-if-exercise-from-prior')}"
    assert other.startswith("Lunch with at least 10 g of fibre and 25 g of protein: What these meals hold")


@pytest.mark.parametrize(
    ("days", "meals", "told"), [(1.0, 1, "at one meal in one day:"), (1.5, 2, "at 2 meals in 1.5 days:")]
)
def test_one_meal_and_one_day_are_told_as_such(days: float, meals: int, told: str) -> None:
    assert told in habit_sentence(ranked(HabitKind.WALK, meals=meals), days, Numbers(GlucoseUnit.MGDL))


def test_a_sentence_speaks_the_unit_of_the_reader() -> None:
    sentence = habit_sentence(ranked(HabitKind.SMALLER), 7.0, Numbers(GlucoseUnit.MMOLL))
    assert "below 3.9 mmol/L +1.5 points" in sentence
    assert "mean +0.1 mmol/L (−0.5 to +1.0)" in sentence
    assert "7 of 10 draws" in sentence
