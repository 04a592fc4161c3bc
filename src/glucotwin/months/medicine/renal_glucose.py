"""What SGLT2 inhibitors share: glucose in urine by filtered load, energy, fluid, pressure in the kidney.

Fall of fasting glucose by exposure as in Baron 2016, but by the filtered load (in proportion to eGFR) instead of its
exponent of 0.512, so that the effect ends where nothing is filtered.
"""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.people import Amount, MonthsPeople

LARGEST = 0.20
URINE_G_PER_D, KCAL_PER_G = 100.0, 4.0
"""Glucose in urine when nothing is taken back that the medicine can reach, at an eGFR of 100 (Riggs 2014)."""


def renal_glucose_effect(
    people: MonthsPeople, share: Amount, *, strength: float = 1.0, prandial: Amount = 1.0
) -> Effect:
    """The effect of a share of inhibition.

    Args:
        people: today.
        share: of the largest inhibition, 0 to 1.
        strength: of this medicine beside empagliflozin.
        prandial: factor on the rise after meals, where the gut is inhibited too.
    """
    filtered = np.minimum(1.3, people.egfr / 100.0)
    largest = LARGEST * (people.unexcreted_mmoll / 8.0) ** 1.76 * (people.age_y / 50.0) ** -0.401
    largest = largest * (people.bmi / 25.0) ** -0.288 * filtered * np.where(people.female, 0.89, 1.0)
    return Effect(
        excretion=largest * share * strength,
        prandial=prandial,
        intake_kcal=-KCAL_PER_G * URINE_G_PER_D * filtered * share,
        fluid_kg=-0.5 * share,
        sbp_mmhg=-2.5 * share,
        egfr_dip=-4.0 * share,
        egfr_loss=0.5**share,
        albuminuria=0.7**share,
        liver_fat=0.9**share,
    )
