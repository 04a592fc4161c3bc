"""Generated populations and their ordinary lives, against the published simulator and against people's records."""

from functools import cache, partial
from typing import Any

import numpy as np
import polars as pl

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.excursion import Excursion, meal_excursions
from glucotwin.workflows.day_plan import LivedDays
from measure.protocol import BODY, drawn
from measure.registry import MEASUREMENTS

PEOPLE = {"adult": 100, "adolescent": 100, "child": 100}
LIVED_PEOPLE, LIVED_DAYS, BLOCK_DAYS, STRIDE_MIN = 60, 14, 2, 5


def subjects(group: str) -> tuple[Subject, ...]:
    """Generated people of a group."""
    return drawn(group, PEOPLE[group]).subjects


@cache
def excursions(group: str) -> tuple[Excursion, ...]:
    """Their peaks after three standard meals."""
    return tuple(meal_excursions(BODY, group, subjects(group)))


def excursion(group: str, meal: str, signal: str) -> float:
    """The mean of one of them."""
    return next(one.mean for one in excursions(group) if (one.meal, one.signal) == (meal, signal))


for group in PEOPLE:
    for meal in ("breakfast", "lunch", "dinner"):
        for short, signal in (("glucose", "glucose_mgdl"), ("insulin", "insulin_pmoll")):
            MEASUREMENTS[f"s2017-{group}-{meal}-{short}"] = partial(excursion, group, meal, signal)


def mean_of(quantity: str, group: str = "adult") -> float:
    """The mean of a quantity over the people of a group."""
    compute: dict[str, Any] = {
        "basal share": lambda one: 100.0 * one.basal_u_per_min * MINUTES_PER_DAY / one.total_daily_insulin_u,
        "basal rate": lambda one: 60.0 * one.basal_u_per_min,
        "daily insulin": lambda one: one.total_daily_insulin_u,
        "per kg": lambda one: one.total_daily_insulin_u / one.weight_kg,
        "carb ratio rule": lambda one: one.carb_ratio_g_per_u * one.total_daily_insulin_u,
    }
    return float(np.mean([compute[quantity](one) for one in subjects(group)]))


MEASUREMENTS["basal-share"] = lambda: mean_of("basal share")
MEASUREMENTS["tdi-adult"] = lambda: mean_of("daily insulin")
MEASUREMENTS["pump-basal-rate-adult"] = lambda: mean_of("basal rate")
MEASUREMENTS["icr-rule-adult"] = lambda: mean_of("carb ratio rule")
MEASUREMENTS["tdd-prepubertal"] = lambda: mean_of("per kg", "child")
MEASUREMENTS["tdd-midpuberty-girls"] = lambda: mean_of("per kg", "adolescent")


@cache
def lived(profile: str, group: str) -> tuple[np.ndarray, pl.DataFrame]:
    """Two weeks of sensor glucose, ``(people, points)``, and the events."""
    people = subjects(group)[:LIVED_PEOPLE]
    days = LivedDays(profile=profile, days=LIVED_DAYS, seed=11)
    options = days.options(frozenset())
    bodies = stack_bodies(drawn(group, PEOPLE[group]).bodies[:LIVED_PEOPLE])
    care = days.care(people)
    state, remembered = None, None
    parts, events = [], []
    for inputs, started in days.blocks(people, options, block_days=BLOCK_DAYS):
        result = simulate_cohort(
            bodies, inputs, state=state, reaction=care, reaction_state=remembered, stride=STRIDE_MIN
        )
        state, remembered = result.final_state, result.final_reaction
        parts.append(result.outputs["interstitial_mgdl"][:, :-1])
        events += [] if started is None else [started]
    return np.concatenate(parts, axis=1), pl.concat(events)


def in_range_pct(profile: str, *groups: str) -> float:
    """Time from 70 to 180 mg/dL."""
    glucose = np.concatenate([lived(profile, group)[0] for group in groups])
    return float(100.0 * np.mean((glucose >= 70.0) & (glucose <= 180.0)))


MEASUREMENTS["youth-tir-pump-rtcgm"] = lambda: in_range_pct("typical", "adolescent", "child")
MEASUREMENTS["t1dexi-tir-noex"] = lambda: in_range_pct("typical", "adult")
MEASUREMENTS["mdi-tir-baseline"] = lambda: in_range_pct("careless", "adult")


def per_day(kind_column: str) -> float:
    """Sum of a column of a typical adult's events, per day."""
    events = lived("typical", "adult")[1]
    return float(events[kind_column].sum() / LIVED_PEOPLE / LIVED_DAYS)


MEASUREMENTS["carb-intake-pump-adult"] = lambda: per_day("carbs_g")


def carbs_missed_pct() -> float:
    """Days of a typical adult on which a meal or snack got no bolus."""
    food = lived("typical", "adult")[1].filter(pl.col("carbs_g").is_not_null())
    days = food.group_by("name", pl.col("time").dt.date()).agg(
        pl.col("counted_carbs_g").is_null().any().alias("missed")
    )
    return float(100.0 * days["missed"].mean())  # pyright: ignore[reportArgumentType, reportOperatorIssue]


MEASUREMENTS["missed-day-probability"] = carbs_missed_pct
