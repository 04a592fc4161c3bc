"""Habits and what they would do, in words."""

from math import ceil

from glucotwin.advise.lifestyle import Habit, Lifestyle, RankedHabit
from glucotwin.advise.what_if import Outcome
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.reports.number import Numbers, capitalised


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


def habit_sentence(ranked: RankedHabit, days: float, numbers: Numbers) -> str:
    """What a habit would have done to some days, with its intervals."""
    known = {one.name: one for one in ranked.outcomes}
    shown = {"range": "time_in_range_pct", "lows": "time_below_70_pct", "mean": "mean_glucose_mgdl"}
    values = {key: text for short, name in shown.items() for key, text in _values(short, known[name], numbers).items()}
    return message(
        "lifestyle-sentence",
        habit=capitalised(habit_name(ranked.habit)),
        occasions=len(ranked.meals),
        days=ceil(days),
        shown=plain_number(round(days, 1)),
        tenths=plain_number(round(10.0 * ranked.certainty)),
        unit=str(numbers.unit),
        floor=numbers.threshold(70.0),
        **values,
    )


def caution_lines(found: Lifestyle) -> list[str]:
    """What a reader must know, once each; what holds for some habits only says for which."""
    told: list[str] = []
    for key in dict.fromkeys(key for one in found.habits for key in one.cautions):
        names = [habit_name(one.habit) for one in found.habits if key in one.cautions]
        every = len(names) == len(found.habits)
        own = message(key)
        told.append(
            own if every else message("lifestyle-caution-of", habits=capitalised("; ".join(names)), caution=own)
        )
    return told


def _values(short: str, outcome: Outcome, numbers: Numbers) -> dict[str, str]:
    one = outcome.difference
    middle = one.median if one.expected is None else one.expected
    named = {short: middle, f"{short}-low": one.low, f"{short}-high": one.high}
    return {name: numbers.of(value, outcome.unit, signed=True) for name, value in named.items()}
