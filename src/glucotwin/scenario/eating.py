"""Meals, snacks and their boluses: habit, day-to-day variation, counting, forgetting and coming late."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.scenario.behaviour_event import EventBatch, EventKind
from glucotwin.scenario.habit import MEALS, SNACKS
from glucotwin.scenario.life_plan import LifePlan
from glucotwin.scenario.person_stream import log_normal, log_normal_about, normal

SLOTS: Final = (*MEALS, *SNACKS)
KINDS: Final = np.array([str(EventKind.MEAL)] * len(MEALS) + [str(EventKind.SNACK)] * len(SNACKS))
IS_SNACK: Final = np.array([False] * len(MEALS) + [True] * len(SNACKS))

HAPPENS, TIME, SIZE, PROTEIN, FAT, FIBRE, DRINK, MISSED, COUNT, LATE, DELAY, LEAD = range(12)
"""What each number of a meal's stream decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Food:
    """What is eaten and how it is dosed; arrays ``(people, days, 6)``, three meals and three snacks.

    Attributes:
        happens: whether it is eaten.
        minute_of_day: local minute at which it begins.
        start_utc_min: the same in UTC minutes.
        carbs_g, liquid_carbs_g, protein_g, fat_g, fibre_g: what it holds; liquid carbohydrate is part of all.
        counted_carbs_g: what the person counts, not-a-number when nothing is logged and no bolus given.
        delay_min: bolus time less the beginning; negative when it is given ahead.
    """

    happens: np.ndarray
    minute_of_day: np.ndarray
    start_utc_min: np.ndarray
    carbs_g: np.ndarray
    liquid_carbs_g: np.ndarray
    protein_g: np.ndarray
    fat_g: np.ndarray
    fibre_g: np.ndarray
    counted_carbs_g: np.ndarray
    delay_min: np.ndarray


def draw_food(plan: LifePlan) -> Food:
    """Everything that is eaten on the plan's days."""
    u = np.stack([plan.drawn(f"behaviour-{slot}") for slot in SLOTS], axis=2)
    happens, minute_of_day = _happens(plan, u[..., HAPPENS]), _minute_of_day(plan, u[..., TIME])
    carbs = plan.habits.carbs_g[:, None, :] * log_normal(u[..., SIZE], plan.profile.eating.size_log_sd)
    solid = ~(IS_SNACK & (u[..., DRINK] < plan.profile.eating.drink_share))
    announced = happens & (u[..., MISSED] >= _missed_probability(plan))
    return Food(
        happens=happens,
        minute_of_day=minute_of_day,
        start_utc_min=plan.utc(minute_of_day),
        carbs_g=carbs,
        liquid_carbs_g=np.where(solid, 0.0, carbs),
        protein_g=solid * carbs * _share(plan, plan.habits.protein_g_per_g, u[..., PROTEIN]),
        fat_g=solid * carbs * _share(plan, plan.habits.fat_g_per_g, u[..., FAT]),
        fibre_g=solid * carbs * _share(plan, plan.habits.fibre_g_per_g, u[..., FIBRE]),
        counted_carbs_g=np.where(announced, carbs * _count_factor(plan, u[..., COUNT]), np.nan),
        delay_min=_delay(plan, u),
    )


def breakfast_minutes(plan: LifePlan) -> np.ndarray:
    """The local minute of each day's breakfast, eaten or not, ``(people, days)``."""
    varied = normal(plan.drawn("behaviour-breakfast")[..., TIME])
    return plan.habits.time_min[:, :1] + plan.profile.eating.time_sd_min * varied


def food_events(plan: LifePlan, food: Food) -> EventBatch:
    """Meals and snacks as events; they are eaten at the person's rate, for at least a minute."""
    rate = plan.habits.eating_rate_g_per_min[:, None, None]
    nutrients = ("carbs_g", "liquid_carbs_g", "protein_g", "fat_g", "fibre_g", "counted_carbs_g")
    return EventBatch.where(
        food.happens,
        kind=KINDS,
        start_utc_min=food.start_utc_min,
        duration_min=np.maximum(1.0, food.carbs_g / rate),
        numbers={name: getattr(food, name) for name in nutrients},
        words={"detail": np.array(SLOTS)},
    )


def bolus_events(plan: LifePlan, food: Food) -> EventBatch:
    """The boluses of what was counted: grams over the carb ratio of the hour at which eating begins."""
    hour = (np.floor(food.minute_of_day / 60.0) % 24).astype(np.int64)
    return EventBatch.where(
        ~np.isnan(food.counted_carbs_g),
        kind=EventKind.BOLUS,
        start_utc_min=np.round((food.start_utc_min + food.delay_min) * 60.0) / 60.0,
        numbers={
            "insulin_u": food.counted_carbs_g / plan.people.carb_ratio_at(hour),
            "counted_carbs_g": food.counted_carbs_g,
            "delay_min": food.delay_min,
        },
        words={"detail": np.array(SLOTS), "product": plan.people.product},
    )


def _happens(plan: LifePlan, uniform: np.ndarray) -> np.ndarray:
    """Meals unless skipped; the person's usual snack first, the others when there are more than one a day."""
    eating = plan.profile.eating
    usual = plan.habits.usual_snack[:, None] == np.arange(len(SNACKS))
    first = min(1.0, eating.snacks_per_day)
    rest = (eating.snacks_per_day - first) / (len(SNACKS) - 1)
    snacks = np.where(usual, first, rest)
    meals = np.full((len(plan.people), len(MEALS)), 1.0 - eating.skipped_meal_probability)
    return uniform < np.concatenate([meals, snacks], axis=1)[:, None, :]


def _minute_of_day(plan: LifePlan, uniform: np.ndarray) -> np.ndarray:
    minute = plan.habits.time_min[:, None, :] + plan.profile.eating.time_sd_min * normal(uniform)
    return np.clip(minute, 0.0, MINUTES_PER_DAY + 240.0)


def _share(plan: LifePlan, habit: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Grams per gram of carbohydrate of one meal."""
    return habit[:, None, None] * log_normal(uniform, plan.profile.eating.composition_log_sd)


def _missed_probability(plan: LifePlan) -> np.ndarray:
    bolus = plan.profile.bolus
    meals = [getattr(bolus, f"missed_{meal}_probability") for meal in MEALS]
    return np.array([*meals, *[bolus.missed_snack_probability] * len(SNACKS)])


def _count_factor(plan: LifePlan, uniform: np.ndarray) -> np.ndarray:
    """Counted over true carbohydrate: log-normal about the bias of everybody and of the person."""
    counting = plan.profile.counting
    person = counting.person_log_sd * plan.habits.counting_z[:, None, None]
    return np.exp(counting.bias_log + person + counting.meal_log_sd * normal(uniform))


def _delay(plan: LifePlan, u: np.ndarray) -> np.ndarray:
    bolus = plan.profile.bolus
    late = log_normal_about(
        u[..., DELAY], median=bolus.late_median_min, log_sd=bolus.late_log_sd, highest=bolus.late_max_min
    )
    lead = np.maximum(0.0, bolus.lead_min + bolus.lead_sd_min * normal(u[..., LEAD]))
    return np.where(u[..., LATE] < bolus.late_probability, late, -lead)
