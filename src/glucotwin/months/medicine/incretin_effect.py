"""What medicines at the incretin receptors share: secretion while glucose is high, slower meals, less appetite."""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.people import Amount, MonthsPeople

QUIET_MMOLL, HALF_ABOVE_MMOLL = 4.5, 1.5
"""Glucose below which the receptors call forth no insulin, and how far above they do half of it."""


def receptor_effect(
    people: MonthsPeople, share: Amount, *, secretion: float, prandial: float, intake_kcal: float
) -> Effect:
    """The effect of a share of receptor action.

    Args:
        people: whose genotype may change the response.
        share: exposure over exposure and half-exposure, 0 to 1.
        secretion: largest addition to the factor on secretion, at high glucose.
        prandial: largest part of the rise after meals that goes.
        intake_kcal: largest fall of energy intake a day.
    """
    share = share * people.factor("glp1-agonist-response")
    return Effect(
        secretion=1.0 + secretion * share * _stimulated(people) * people.factor("incretin-effect"),
        prandial=np.maximum(0.1, 1.0 - prandial * share),
        intake_kcal=-intake_kcal * share,
        sbp_mmhg=-1.5 * share,
        albuminuria=0.8**share,
        egfr_loss=0.85**share,
    )


def protease_effect(people: MonthsPeople, share: Amount) -> Effect:
    """The effect of inhibiting DPP-4: incretins of the person's own last longer.

    Args:
        people: whose genotype may change the response.
        share: of the usual inhibition, 1 at the usual dose.
    """
    secretion = 1.0 + 0.37 * _stimulated(people) * people.factor("incretin-effect")
    return Effect(secretion=secretion**share, prandial=0.7**share)


def _stimulated(people: MonthsPeople) -> np.ndarray:
    """Share of the largest call for insulin, by how far glucose is above where there is none."""
    above = np.maximum(0.0, people.fasting_mmoll - QUIET_MMOLL)
    return above / (above + HALF_ABOVE_MMOLL)
