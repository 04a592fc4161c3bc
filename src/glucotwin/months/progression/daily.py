"""Glucose, insulin and beta cells by the day.

Ha, Satin, Sherman, Endocrinology 2016;157:624-35, the human version.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from glucotwin.months.progression.table import Phase

NAMES = ("glucose_mgdl", "insulin_uu_per_ml", "beta_mass", "shift", "capacity", "sensitivity")
START = (99.77, 9.025, 1000.4, -0.00666, 536.67, 0.8)
"""Without diabetes, at rest."""

DAYS = 1.0
"""The model's unit of time in days."""


def daily_rate(phase: Phase, values: Mapping[str, float]) -> Callable[[float, np.ndarray], list[float]]:
    """Rates of change per day of the states in ``NAMES``.

    Equations:
        G' = R0 - (Eg0 + Si I) G;  I' = b ISR / BV - k I;  b' = (P - A) b / tau_b
        gamma' = (gamma_inf - gamma) / tau_g;  sigma' = (sigma_inf - sigma) / tau_s;  Si' = (target - Si) / tau
        M = G^2 / (150^2 + G^2);  ISR = sigma (M + gamma)^2 / (1.2^2 + (M + gamma)^2)

    Args:
        phase: where sensitivity goes.
        values: parameters by name.
    """

    def rate(time: float, states: np.ndarray) -> list[float]:
        glucose, insulin, mass, shift, capacity, sensitivity = states.tolist()
        fuel = _fuel(glucose)
        secreted = _secreted(fuel, shift, capacity)
        demand = _fuel(max(0.0, glucose - 75.0))
        gained = 4.55 * secreted**4 / (41.77**4 + secreted**4)
        lost = values["apoptosis_max"] * fuel**6 / (0.44**6 + fuel**6) + 0.8
        shifted = 0.2 / (1.0 + math.exp(-(glucose - 99.9))) - 0.1
        return [
            values["production_mgdl_per_d"] - (values["effectiveness_per_d"] + sensitivity * insulin) * glucose,
            mass * secreted / values["volume_l"] - values["clearance_per_d"] * insulin,
            (gained - lost) * mass / values["mass_d"],
            (shifted - shift) / values["dose_response_d"],
            (_capacity(demand, _secreted(demand, shift, capacity), values) - capacity) / values["capacity_d"],
            (phase.sensitivity - sensitivity) / phase.time_constant_d,
        ]

    return rate


def _fuel(glucose: float) -> float:
    return glucose**2 / (150.0**2 + glucose**2)


def _secreted(fuel: float, shift: float, capacity: float) -> float:
    return capacity * (fuel + shift) ** 2 / (1.2**2 + (fuel + shift) ** 2)


def _capacity(demand: float, secreted: float, values: Mapping[str, float]) -> float:
    tired = 1.0 - 1.0 / (1.0 + 0.2 * math.exp(-(demand - 0.2) / 0.02))
    return tired * values["capacity_max"] / (1.0 + math.exp(-(secreted - 0.1) / 0.1)) + 3.0
