"""What medicines do to glucose at once, before weight, beta cells and HbA1c follow: for days instead of months."""

import numpy as np

from glucotwin.months.balance import THRESHOLD_MMOLL, solved
from glucotwin.months.effect import Effect
from glucotwin.months.people import MonthsPeople


def fasting_factor(people: MonthsPeople, effect: Effect) -> np.ndarray:
    """Fasting glucose under an effect over fasting glucose without, by the balance of WHIG at today's weight.

    Args:
        people: whose fasting glucose is without the effect.
        effect: of all medicines together.
    """
    today = people.fasting_mmoll
    product = today * (today - THRESHOLD_MMOLL) * effect.production / effect.sensitivity
    balanced = solved(effect.secretion, np.maximum(0.0, effect.insulin_mmoll), product)
    return balanced / np.maximum(0.5, 1.0 + effect.excretion) / today
