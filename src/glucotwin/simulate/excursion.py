"""How far three standard meals raise glucose and insulin in virtual people, beside the published population."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_of
from glucotwin.physiology.subject import Subject
from glucotwin.physiology.table import read_rows
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs

MEAL_G, MEAL_MIN, EATING_MIN, WINDOW_MIN = 60.0, (420, 780, 1140), 15, 300
SIGNALS = ("glucose_mgdl", "insulin_pmoll")
MEALS = ("breakfast", "lunch", "dinner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excursion:
    """A group's peaks above basal after one meal, and the published ones.

    Attributes:
        group, signal, meal: whose, of what (``glucose_mgdl`` or ``insulin_pmoll``), after which meal.
        mean, sd: of the people simulated.
        published_mean, published_sd: of the 2017 population.
    """

    group: str
    signal: str
    meal: str
    mean: float
    sd: float
    published_mean: float
    published_sd: float


def meal_excursions(body: str, group: str, subjects: Sequence[Subject]) -> list[Excursion]:
    """Peaks above basal after 60 g at 07, 13 and 19 h, each with the bolus of the hour's carb ratio.

    Args:
        body: name of the body.
        group: of the published population to compare with; nothing is found for another.
        subjects: people of this group.
    """
    published = [row for row in read_rows("published_excursions.csv") if row["group"] == group]
    peaks = _peaks(body, subjects) if published else {}
    return [
        Excursion(
            group=group,
            signal=row["signal"],
            meal=meal,
            mean=float(peaks[row["signal"]][:, column].mean()),
            sd=spread_of(peaks[row["signal"]][:, column]),
            published_mean=float(row[meal]),
            published_sd=float(row[f"{meal}_sd"]),
        )
        for row in published
        for column, meal in enumerate(MEALS)
    ]


def spread_of(values: np.ndarray) -> float:
    """The standard deviation of a sample; zero for one value."""
    return float(values.std(ddof=1)) if values.size > 1 else 0.0


def _peaks(body: str, subjects: Sequence[Subject]) -> dict[str, np.ndarray]:
    """Peaks of each signal above its value at the meal, ``(people, meals)``; the second of two days is looked at."""
    bodies = stack_bodies([body_of(body, one) for one in subjects])
    day = simulate_cohort(bodies, stack_inputs([_day(one) for one in subjects]), outputs=SIGNALS, stride=5)
    courses = {name: values[:, MINUTES_PER_DAY // 5 :] for name, values in day.outputs.items()}
    starts = [minute // 5 for minute in MEAL_MIN]
    return {
        name: np.stack([course[:, at : at + WINDOW_MIN // 5].max(axis=1) - course[:, at] for at in starts], axis=1)
        for name, course in courses.items()
    }


def _day(subject: Subject) -> Inputs:
    """Two equal days of meals and boluses over the subject's basal profile."""
    hours = np.arange(2 * MINUTES_PER_DAY) // 60 % 24
    profile = subject.basal_profile_u_per_h or (subject.basal_u_per_min * 60.0,) * 24
    insulin = np.asarray(profile)[hours] / 60.0
    carbs = np.zeros(2 * MINUTES_PER_DAY)
    for day in range(2):
        for minute in MEAL_MIN:
            at = day * MINUTES_PER_DAY + minute
            carbs[at : at + EATING_MIN] += MEAL_G / EATING_MIN
            insulin[at] += MEAL_G / _ratio(subject, minute // 60)
    return constant_inputs(2 * MINUTES_PER_DAY, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


def _ratio(subject: Subject, hour: int) -> float:
    if subject.carb_ratio_profile_g_per_u is not None:
        return subject.carb_ratio_profile_g_per_u[hour]
    return subject.carb_ratio_g_per_u or 10.0
