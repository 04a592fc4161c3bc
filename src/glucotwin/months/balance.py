"""The balance of fasting glucose: production against insulin, with the kidney and counter-regulation beside it.

FPG (FPG - 3.5) is production by sensitivity and secretion, as in WHIG (Choy 2016); injected insulin adds to the second
factor. Glucose in urine is a clearance *beside* that by insulin: its size is the one with which a person whose
secretion is not stimulated would come to FPG / (1 + excretion) (Baron 2016), so that it takes less from somebody whose
insulin is called forth by another medicine. Near 4 mmol/L glucagon and the end of secretion hold glucose up.
"""

from dataclasses import dataclass

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.people import Amount, MonthsPeople

THRESHOLD_MMOLL = 3.5
"""Fasting glucose without which no insulin is called forth (WHIG, Choy 2016)."""

SMALLEST_ABOVE_MMOLL = 0.5
WEIGHT_ON_SENSITIVITY, LARGEST_GAIN, SMALLEST_GAIN = 0.0514, 2.0, 0.3
"""Share of sensitivity won for each kg lost (WHIG), and how far that goes."""

OWN_ON_INSULIN, FULL_U_PER_KG = 0.41, 0.3
"""Own secretion at a glucose in people who inject insulin, as a share of that of others: C-peptide over glucose of 0.9
against 2.2 in 174 outpatients; and the dose from which on that holds (chosen: no dose was told)."""

LARGEST_LOSS = -0.5
COUNTER_MMOLL, COUNTER_WIDTH_MMOLL = 4.0, 0.5
"""Glucose around which counter-regulation holds it up: insulin stops at 4.4 to 4.7, glucagon rises at 3.6 to 3.9 mmol/L
(Cryer 1997); the width is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Fasting glucose in mmol/L, the same without glucose in urine, and how much the body's own side improved."""

    fasting_mmoll: np.ndarray
    unexcreted_mmoll: np.ndarray
    gain: np.ndarray


def own_secretion(first: MonthsPeople) -> np.ndarray:
    """Share of the usual own secretion by the insulin that is injected at the start."""
    return 1.0 - (1.0 - OWN_ON_INSULIN) * np.minimum(1.0, first.insulin_u_per_d / first.weight_kg / FULL_U_PER_KG)


def fasting_balance(
    first: MonthsPeople, effect: Effect, *, usual_mmoll: Amount, own: Amount, beta: Amount, weight_change_kg: Amount
) -> Balance:
    """Fasting glucose at which production and removal are in balance.

    Args:
        first: people at the start.
        effect: of everything that is taken.
        usual_mmoll: insulin that was injected at the start (``insulin_mmoll``).
        own: secretion at the start as a share of the usual one (``own_secretion``).
        beta: share of the beta cell function of the start.
        weight_change_kg: of tissue since the start.
    """
    today = first.fasting_mmoll
    lighter = np.clip(1.0 - WEIGHT_ON_SENSITIVITY * weight_change_kg, SMALLEST_GAIN, LARGEST_GAIN)
    relative, sensitivity = beta * effect.secretion, lighter * effect.sensitivity
    secretion = own * relative
    above = np.maximum(SMALLEST_ABOVE_MMOLL, own * (today - THRESHOLD_MMOLL) + usual_mmoll)
    product = today * above * effect.production / sensitivity
    added = np.maximum(0.0, usual_mmoll + effect.insulin_mmoll)
    unexcreted = solved(secretion, added, product)
    share = np.maximum(LARGEST_LOSS, effect.excretion)
    renal = share * (own * (unexcreted - THRESHOLD_MMOLL) + usual_mmoll) + own * unexcreted * share / (1.0 + share)
    return Balance(
        fasting_mmoll=_held_up(solved(secretion, added + renal / sensitivity, product)),
        unexcreted_mmoll=_held_up(unexcreted),
        gain=relative * sensitivity / effect.production,
    )


def solved(secretion: Amount, added: Amount, product: Amount) -> np.ndarray:
    """Glucose at which ``glucose (secretion (glucose - threshold) + added)`` is the product, in mmol/L."""
    linear = added - THRESHOLD_MMOLL * secretion
    return (-linear + np.sqrt(linear**2 + 4.0 * secretion * product)) / (2.0 * secretion)


def _held_up(glucose_mmoll: np.ndarray) -> np.ndarray:
    above = (glucose_mmoll - COUNTER_MMOLL) / COUNTER_WIDTH_MMOLL
    return COUNTER_MMOLL + COUNTER_WIDTH_MMOLL * np.logaddexp(0.0, above)
