"""What insulins share: insulin whatever the glucose, cleared by kidney function, with weight.

15.5 mmol/L of what would call forth as much per U/kg a day: 0.45 U/kg then bring fasting glucose from 10 to 6.5, as in
the Treat-to-Target trial (Riddle 2003). Clearance with kidney function as in ``docs/science``: 21 % less at 30.
"""

from collections.abc import Callable

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.people import Amount, MonthsPeople

MMOLL_PER_U_PER_KG = 15.5

RESTED, RESTED_U_PER_KG = 0.9, 0.1
"""Beta cells tire a tenth more slowly from the usual first dose on (chosen)."""


def insulin_mmoll(people: MonthsPeople, u_per_d: Amount) -> np.ndarray:
    """Insulin as the rise of fasting glucose that would call forth as much, in mmol/L.

    Args:
        people: whose weight and kidney count.
        u_per_d: dose.
    """
    clearance = 0.70 + 0.30 * np.minimum(1.2, people.egfr / 100.0)
    return MMOLL_PER_U_PER_KG * u_per_d / people.weight_kg / clearance


def insulin_effect(
    *, days: float = 1.0, basal: float = 1.0, meals: float = 0.0, eaten_kcal: float = 250.0
) -> Callable[[MonthsPeople, Amount], Effect]:
    """The effect by person and dose.

    Args:
        days: that a dose is told for.
        basal: part that acts overnight.
        meals: part of the rise after meals that goes at 0.5 U/kg a day.
        eaten_kcal: added energy intake a day at high doses: snacks against lows, and glucose no longer lost in urine.
    """

    def effect(people: MonthsPeople, dose: Amount) -> Effect:
        u_per_kg = dose / days / people.weight_kg
        felt = u_per_kg / (0.3 + u_per_kg)
        return Effect(
            insulin_mmoll=basal * insulin_mmoll(people, dose / days),
            prandial=np.maximum(0.2, 1.0 - meals * np.minimum(1.5, u_per_kg / 0.5)),
            intake_kcal=eaten_kcal * felt,
            fluid_kg=0.5 * felt,
            decline=RESTED ** np.minimum(1.0, u_per_kg / RESTED_U_PER_KG),
        )

    return effect
