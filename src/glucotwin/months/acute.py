"""What medicines do to glucose at once, before weight, beta cells and HbA1c follow: for days instead of months."""

import math

from glucotwin.months.effect import Effect
from glucotwin.months.person import MonthsPerson

THRESHOLD_MMOLL = 3.5
"""Fasting glucose without which no insulin is called forth (WHIG, Choy 2016)."""


def fasting_factor(person: MonthsPerson, effect: Effect) -> float:
    """Fasting glucose under an effect over fasting glucose without, by the balance of WHIG at today's weight.

    Args:
        person: whose fasting glucose is without the effect.
        effect: of all medicines together.
    """
    today = person.usual_fasting_mmoll
    product = today * (today - THRESHOLD_MMOLL) * effect.production / effect.sensitivity
    linear = max(0.0, effect.insulin_mmoll) - THRESHOLD_MMOLL * effect.secretion
    balanced = (-linear + math.sqrt(linear**2 + 4.0 * effect.secretion * product)) / (2.0 * effect.secretion)
    return balanced / max(0.5, 1.0 + effect.excretion) / today
