"""From the granules of a beta cell to meals, days and years.

Ha, Sherman, Am J Physiol Endocrinol Metab 2020;318:E410-29 ("pathways"), whose pools of granules are those of Chen,
Wang, Sherman, Biophys J 2008;95:2226-41.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.months.progression.table import Phase

NAMES = (
    "glucose_mgdl",
    "insulin_uu_per_ml",
    "beta_mass",
    "shift",
    "capacity",
    "sensitivity",
    "hepatic_sensitivity",
    "docked_granules",
    "reserve_granules",
)
START = (78.59, 5.63, 1533.91, -0.07663, 1.0, 0.8, 1.0, 60.24, 443.39)
"""Without diabetes, before breakfast."""

DAYS = 1.0 / MINUTES_PER_DAY
"""The model's unit of time in days."""

MEAL_MIN, MEALS = 360.0, 3
TEST_MIN, TEST_MG_PER_MIN = (0.0, 15.0, 120.0, 240.0), (0.0, 588.5, 353.1, 0.0)
"""Appearance of 75 g of glucose that is drunk."""
TEST_DL_PER_KG = 1.569

CALCIUM_ON, CALCIUM_OFF, PRIMING, UNPRIMING = 20.0, 100.0, 0.6, 1.0
TO_RESERVE, RESERVE_LOST, FUSION, RELEASE = 0.001, 0.0001, 2000.0, 0.02
SECONDS = 60.0

Food = Callable[[float], float]


class _Granules(NamedTuple):
    """Rates of granules at a glucose: return from the primed pools, release, recruitment, and new ones."""

    returned: float
    released: float
    recruited: float
    made: float


def three_meals(time_min: float) -> float:
    """Appearance in mg/dL/min of three meals a day, six hours apart from minute 0 of the day, then a rest."""
    since = time_min % MEAL_MIN
    if math.floor(time_min / MEAL_MIN) % (MEALS + 1) == MEALS:
        return 0.0
    return 11.055 * (since**4 / (40.0**4 + since**4)) ** 0.3 * math.exp(-0.015 * since)


def glucose_test(weight_kg: float) -> Food:
    """Appearance in mg/dL/min of 75 g of glucose at minute 0."""
    volume = weight_kg * TEST_DL_PER_KG
    return lambda time_min: float(np.interp(time_min, TEST_MIN, TEST_MG_PER_MIN)) / volume


def meals_rate(
    phase: Phase, values: Mapping[str, float], food: Food = three_meals
) -> Callable[[float, np.ndarray], list[float]]:
    """Rates of change per minute of the states in ``NAMES``.

    Args:
        phase: where sensitivity of muscle and liver goes.
        values: parameters by name.
        food: appearance of glucose at a minute.
    """
    minutes = phase.time_constant_d * MINUTES_PER_DAY

    def rate(time: float, states: np.ndarray) -> list[float]:
        glucose, insulin, mass, shift, capacity, sensitivity, hepatic, docked, reserve = states.tolist()
        fuel = _fuel(glucose)
        granules = _granules(glucose, fuel, shift, capacity)
        secreted = 540.0 * RELEASE * granules.released * docked
        gained = 4.55 * secreted**4 / (41.77**4 + secreted**4)
        lost = values["apoptosis_max"] * fuel**6 / (0.44**6 + fuel**6) + 0.8
        shifted = 0.4 * _turned((glucose - values["dose_response_mgdl"]) / 5.0) - 0.2
        target = sensitivity if phase.hepatic_sensitivity is None else phase.hepatic_sensitivity
        recruited = granules.recruited * reserve
        return [
            _production(sensitivity, hepatic, insulin)
            + food(time)
            - (0.0118 + 0.0006944 * sensitivity * insulin) * glucose,
            mass * secreted / 7200.0 - values["clearance_per_min"] * insulin,
            (gained - lost) * mass / 10_080_000.0,
            (shifted - shift) / 3081.6,
            (_capacity(_fuel(max(0.0, glucose - 35.0)), secreted, values) - capacity) / 359_856.0,
            (phase.sensitivity - sensitivity) / minutes,
            (target - hepatic) / minutes,
            SECONDS * (UNPRIMING * granules.returned * docked - (PRIMING + TO_RESERVE) * docked + recruited),
            SECONDS * (granules.made + TO_RESERVE * docked - RESERVE_LOST * reserve - recruited),
        ]

    return rate


def _fuel(glucose: float) -> float:
    return glucose**2 / (150.0**2 + glucose**2)


def _granules(glucose: float, fuel: float, shift: float, capacity: float) -> _Granules:
    """The pools in steady state behind the docked one: three calcium sites, then fusion."""
    driven = max(0.0, fuel + shift) ** 4
    calcium = 2.0 * driven / (0.62**4 + driven) + 0.07
    near = CALCIUM_ON * (150.0 * calcium**4 / (1.0 + calcium**4) + 0.0635)
    fourth = near / (3.0 * CALCIUM_OFF + FUSION)
    third = 2.0 * near / (2.0 * CALCIUM_OFF + near)
    third /= 1.0 - 3.0 * CALCIUM_OFF / (2.0 * CALCIUM_OFF + near) * fourth
    second = 3.0 * near / (2.0 * near + CALCIUM_OFF)
    second /= 1.0 - 2.0 * CALCIUM_OFF / (2.0 * near + CALCIUM_OFF) * third
    first = PRIMING / (3.0 * near + UNPRIMING)
    first /= 1.0 - CALCIUM_OFF / (3.0 * near + UNPRIMING) * second
    share = calcium / (calcium + 2.3)
    amplified = 4.4567 * (glucose + 89.0) ** 16 / (260.0**16 + (glucose + 89.0) ** 16) + 1.7826
    return _Granules(
        returned=first,
        released=FUSION / RELEASE * fourth * third * second * first,
        recruited=0.006 * share,
        made=capacity * amplified * 1.205 * share,
    )


def _production(sensitivity: float, hepatic: float, insulin: float) -> float:
    most = 15.443 / (0.27 + sensitivity) - 3.54277
    half = 6.0 / (0.4 + sensitivity) - 0.5
    return most / (half + insulin * hepatic) + 0.104166


def _capacity(demand: float, secreted: float, values: Mapping[str, float]) -> float:
    tired = 1.0 - 1.0 / (1.0 + 0.2 * math.exp(-(demand - 0.2) / 0.02))
    return tired * values["capacity_max"] * _turned((secreted - 0.1) / 0.1) + 0.01752


def _turned(value: float) -> float:
    """The logistic curve; a solver's trial far off stays finite."""
    return 1.0 / (1.0 + math.exp(-max(-500.0, min(500.0, value))))
