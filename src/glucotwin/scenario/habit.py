"""Personal habits: drawn once per person from the name, the same on every profile and in every run of a seed."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.scenario.people import People
from glucotwin.scenario.person_stream import PersonStreams, log_normal, normal

MEALS: Final = ("breakfast", "lunch", "dinner")
SNACKS: Final = ("morning-snack", "afternoon-snack", "evening-snack")
ADULT_YEARS: Final = 18.0
FERTILE_YEARS: Final = (15.0, 50.0)

HABIT_CUT_SD: Final = 2.0
"""Habits differ by no more than this from the centre."""

AWAKE_AFTER_DINNER_MIN: Final = 120.0
"""Nobody goes to bed sooner; reasoned."""

EVENING_SNACK_LEAD_MIN: Final = 75.0
"""The last snack comes so long before bedtime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is usual for each person.

    Attributes:
        time_min: local minute of the day of three meals and three snacks, shape ``(people, 6)``.
        carbs_g: usual carbohydrate of each, same shape.
        usual_snack: which of the snacks the person has most, shape ``(people,)``.
        protein_g_per_g, fat_g_per_g, fibre_g_per_g: per gram of carbohydrate, shape ``(people,)``.
        eating_rate_g_per_min: carbohydrate per minute.
        wake_before_breakfast_min, bed_min: waking, and bedtime in minutes of the day (1440 and more: after midnight).
        exercise_min: usual local minute of exercise.
        drinks: whether the person drinks alcohol at all; ``drink_min`` when.
        set_change_min: local minute at which the infusion set is changed.
        cycle_days, luteal_severity: menstrual cycle; severity 0 where there is none or it has no effect.
        counting_z: standard normal: whether the person counts too much or too little.
        exercise_z, wear_z: likewise, how active, and how long a set stays.
        illness_factor: episodes against those of an adult.
    """

    time_min: np.ndarray
    carbs_g: np.ndarray
    usual_snack: np.ndarray
    protein_g_per_g: np.ndarray
    fat_g_per_g: np.ndarray
    fibre_g_per_g: np.ndarray
    eating_rate_g_per_min: np.ndarray
    wake_before_breakfast_min: np.ndarray
    bed_min: np.ndarray
    exercise_min: np.ndarray
    drinks: np.ndarray
    drink_min: np.ndarray
    drink_grams_per_min: np.ndarray
    set_change_min: np.ndarray
    cycle_days: np.ndarray
    luteal_severity: np.ndarray
    counting_z: np.ndarray
    exercise_z: np.ndarray
    wear_z: np.ndarray
    illness_factor: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitNumber:
    """How a habit is spread over people: see the head of ``data/habits.csv``."""

    centre: float
    spread: float
    scale: str


def draw_habits(people: People, streams: PersonStreams) -> Habits:
    """Everybody's habits.

    Args:
        people: who.
        streams: their random streams.
    """
    own = {name: _drawn(name, streams) for name, one in habit_numbers().items() if one.scale != "constant"}
    meals = np.stack([own[f"{meal}_min"] for meal in MEALS], axis=1)
    bed = _bedtime(people, own)
    z = streams.once("habit-tendency")
    return Habits(
        time_min=np.concatenate([meals, _snack_times(meals, bed)], axis=1),
        carbs_g=_usual_carbs(people, own),
        usual_snack=np.minimum((z[:, 0] * len(SNACKS)).astype(np.int64), len(SNACKS) - 1),
        bed_min=bed,
        exercise_min=_exercise_time(meals, own),
        drinks=(np.asarray(people.age_years) >= ADULT_YEARS) & (own["drinker_share"] > 0.0),
        drink_min=own["dinner_min"] + own["drink_after_dinner_min"],
        luteal_severity=_luteal_severity(people, own["luteal_effect_share"], z[:, 1]),
        counting_z=normal(z[:, 2]),
        exercise_z=normal(z[:, 3]),
        wear_z=normal(z[:, 4]),
        illness_factor=by_age("illness_factor", people.age_years),
        **{
            name: own[name]
            for name in (
                "protein_g_per_g",
                "fat_g_per_g",
                "fibre_g_per_g",
                "eating_rate_g_per_min",
                "wake_before_breakfast_min",
                "drink_grams_per_min",
                "set_change_min",
                "cycle_days",
            )
        },
    )


def resting_energy_kcal(people: People) -> np.ndarray:
    """Resting energy use in kcal/d by weight, age and sex (Schofield 1985)."""
    ages, slope, intercept = _resting_table()
    band = np.searchsorted(ages, people.age_years, side="right") - 1
    sex = np.asarray(people.female, dtype=np.int64)
    return slope[sex, band] * people.weight_kg + intercept[sex, band]


def usual_carbs_g_per_day(people: People) -> np.ndarray:
    """Carbohydrate in g/d that people of this weight, age and sex eat on average."""
    return by_age("carbs_g_per_resting_kcal", people.age_years) * resting_energy_kcal(people)


@cache
def habit_numbers() -> Mapping[str, HabitNumber]:
    """Centre, spread and scale of every habit by name."""
    return MappingProxyType(
        {
            row["habit"]: HabitNumber(centre=float(row["centre"]), spread=float(row["spread"]), scale=row["scale"])
            for row in _rows("habits.csv")
        }
    )


def habit_constant(name: str) -> float:
    """A number of ``data/habits.csv`` that is the same for all."""
    return habit_numbers()[name].centre


def by_age(quantity: str, age_years: np.ndarray) -> np.ndarray:
    """A quantity of ``data/habit_by_age.csv`` at these ages."""
    rows = [row for row in _rows("habit_by_age.csv") if row["quantity"] == quantity]
    return np.interp(age_years, [float(row["age_years"]) for row in rows], [float(row["value"]) for row in rows])


def _drawn(name: str, streams: PersonStreams) -> np.ndarray:
    """One habit of everybody; of a share, a number above 0 means yes."""
    number = habit_numbers()[name]
    uniform = streams.once(f"habit-{name}")[:, 0]
    if number.scale == "share":
        return number.centre - uniform
    if number.scale == "log":
        return number.centre * log_normal(uniform, number.spread, cut_sd=HABIT_CUT_SD)
    return number.centre + number.spread * normal(uniform, cut_sd=HABIT_CUT_SD)


def _usual_carbs(people: People, own: Mapping[str, np.ndarray]) -> np.ndarray:
    """Usual grams of three meals and three snacks: personal shares of the personal amount of a day."""
    day_g = own["carbs_factor"] * usual_carbs_g_per_day(people)
    meals = np.stack([own[f"{meal}_share"] for meal in MEALS], axis=1)
    # What a person eats more at one meal is eaten less at the others.
    total = sum(habit_constant(f"{meal}_share") for meal in MEALS)
    meals *= total / np.sum(meals, axis=1, keepdims=True)
    snacks = np.repeat(own["snack_share"][:, None], len(SNACKS), axis=1)
    return day_g[:, None] * np.concatenate([meals, snacks], axis=1)


def _bedtime(people: People, own: Mapping[str, np.ndarray]) -> np.ndarray:
    asleep_min = 60.0 * by_age("sleep_h", people.age_years) * own["sleep_factor"]
    bed = MINUTES_PER_DAY + own["breakfast_min"] - own["wake_before_breakfast_min"] - asleep_min
    return np.maximum(bed, own["dinner_min"] + AWAKE_AFTER_DINNER_MIN)


def _snack_times(meals: np.ndarray, bed_min: np.ndarray) -> np.ndarray:
    """Between the meals, and before bedtime."""
    evening = np.maximum(bed_min - EVENING_SNACK_LEAD_MIN, 0.5 * (meals[:, 2] + bed_min))
    return np.stack([0.5 * (meals[:, 0] + meals[:, 1]), 0.5 * (meals[:, 1] + meals[:, 2]), evening], axis=1)


def _exercise_time(meals: np.ndarray, own: Mapping[str, np.ndarray]) -> np.ndarray:
    before = meals[:, 2] - own["exercise_before_dinner_min"]
    after = meals[:, 2] + own["exercise_after_dinner_min"]
    morning = meals[:, 0] + own["exercise_after_breakfast_min"]
    late = own["exercises_before_dinner_share"] + habit_constant("exercises_after_dinner_share") > 0.0
    return np.where(own["exercises_before_dinner_share"] > 0.0, before, np.where(late, after, morning))


def _luteal_severity(people: People, effect: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    age = np.asarray(people.age_years)
    cycles = np.asarray(people.female, dtype=bool) & (age >= FERTILE_YEARS[0]) & (age <= FERTILE_YEARS[1])
    return np.where(cycles & (effect > 0.0), uniform, 0.0)


@cache
def _resting_table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ages from which a band holds; slopes and intercepts by sex (male, female) and band."""
    rows = _rows("resting_energy.csv")
    ages = np.array([float(row["from_age_years"]) for row in rows if row["sex"] == "male"])

    def table(column: str) -> np.ndarray:
        return np.array([[float(row[column]) for row in rows if row["sex"] == sex] for sex in ("male", "female")])

    return ages, table("slope_kcal_per_kg"), table("intercept_kcal")


@cache
def _rows(file_name: str) -> tuple[Mapping[str, str], ...]:
    text = (resources.files("glucotwin.scenario") / "data" / file_name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
