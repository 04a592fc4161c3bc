"""The balance of fasting glucose: production against insulin, with the kidney and counter-regulation beside it.

FPG (FPG - 3.5) is production by sensitivity and secretion, as in WHIG (Choy 2016); injected insulin adds to the second
factor. Glucose in urine is a clearance *beside* that by insulin: its size is the one with which a person whose
secretion is not stimulated would come to FPG / (1 + excretion) (Baron 2016), so that it takes less from somebody whose
insulin is called forth by another medicine. Near 4 mmol/L glucagon and the end of secretion hold glucose up.
"""

import math
from dataclasses import dataclass

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.long_insulin import insulin_mmoll
from glucotwin.months.person import MonthsPerson

THRESHOLD_MMOLL = 3.5
WEIGHT_ON_SENSITIVITY, LARGEST_GAIN, SMALLEST_GAIN = 0.0514, 2.0, 0.3
"""Share of sensitivity won for each kg lost (WHIG), and how far that goes."""

LARGEST_LOSS = -0.5
COUNTER_MMOLL, COUNTER_WIDTH_MMOLL = 4.0, 0.5
"""Glucose around which counter-regulation holds it up: insulin stops at 4.4 to 4.7, glucagon rises at 3.6 to 3.9 mmol/L
(Cryer 1997); the width is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Fasting glucose in mmol/L, the same without glucose in urine, and how much the body's own side improved."""

    fasting_mmoll: float
    unexcreted_mmoll: float
    gain: float


def fasting_balance(person: MonthsPerson, effect: Effect, *, beta: float, weight_change_kg: float) -> Balance:
    """Fasting glucose at which production and removal are in balance.

    Args:
        person: at the start.
        effect: of everything that is taken.
        beta: share of the beta cell function of the start.
        weight_change_kg: of tissue since the start.
    """
    today, usual = person.usual_fasting_mmoll, insulin_mmoll(person, person.insulin_u_per_d)
    lighter = min(LARGEST_GAIN, max(SMALLEST_GAIN, 1.0 - WEIGHT_ON_SENSITIVITY * weight_change_kg))
    secretion, sensitivity = beta * effect.secretion, lighter * effect.sensitivity
    product = today * (today - THRESHOLD_MMOLL + usual) * effect.production / sensitivity
    added = max(0.0, usual + effect.insulin_mmoll)
    unexcreted = _solved(secretion, added, product)
    share = max(LARGEST_LOSS, effect.excretion)
    renal = share * (unexcreted - THRESHOLD_MMOLL + usual) + unexcreted * share / (1.0 + share)
    return Balance(
        fasting_mmoll=_held_up(_solved(secretion, added + renal / sensitivity, product)),
        unexcreted_mmoll=_held_up(unexcreted),
        gain=secretion * sensitivity / effect.production,
    )


def _solved(secretion: float, added: float, product: float) -> float:
    """Glucose at which ``glucose (secretion (glucose - threshold) + added)`` is the product."""
    linear = added - THRESHOLD_MMOLL * secretion
    return (-linear + math.sqrt(linear**2 + 4.0 * secretion * product)) / (2.0 * secretion)


def _held_up(glucose_mmoll: float) -> float:
    above = (glucose_mmoll - COUNTER_MMOLL) / COUNTER_WIDTH_MMOLL
    return glucose_mmoll if above > 20.0 else COUNTER_MMOLL + COUNTER_WIDTH_MMOLL * math.log1p(math.exp(above))
