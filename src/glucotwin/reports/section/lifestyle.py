"""Habits and what they would do, in words."""

from glucotwin.advise.lifestyle import Habit
from glucotwin.advise.what_if import Outcome
from glucotwin.core.message import message
from glucotwin.reports.number import Numbers


def habit_name(habit: Habit) -> str:
    """What is done."""
    part = message(f"lifestyle-part-{habit.part}") if habit.part else ""
    return message(f"lifestyle-{habit.kind}", part=part)


def difference_cell(outcome: Outcome, numbers: Numbers) -> str:
    """An expected difference with its interval."""
    one = outcome.difference
    middle = one.median if one.expected is None else one.expected
    low, high = (numbers.of(value, outcome.unit, signed=True) for value in (one.low, one.high))
    return f"{numbers.of(middle, outcome.unit, signed=True)} {message('report-interval', low=low, high=high)}"
