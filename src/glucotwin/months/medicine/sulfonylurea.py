"""What sulfonylureas share: more secretion, part of it whatever the glucose, and beta cells that tire sooner.

Doses are told against half of the effect; clearance by genotype (CYP2C9, CYP2C19) turns a dose into exposure.
"""

from collections.abc import Callable

from glucotwin.months.effect import Effect
from glucotwin.months.people import Amount, MonthsPeople

LARGEST, FLOOR_MMOLL, TIRING = 1.10, 0.35, 2.0
"""Strength at high doses chosen near LEAD-3; secretion goes up about as C-peptide did in people on insulin (Pugh 1992:
0.49 to 0.58 nmol/L at a lower glucose). Tiring twice as fast as without (the upper end of what is
told of secondary failure; ADOPT)."""


def sulfonylurea_effect(half_mg: float, clearance: str) -> Callable[[MonthsPeople, Amount], Effect]:
    """The effect by person and dose.

    Args:
        half_mg: dose a day with half of the effect.
        clearance: quantity of a genotype that acts on its clearance.
    """

    def effect(people: MonthsPeople, dose: Amount) -> Effect:
        exposure = dose / people.factor(clearance)
        share = exposure / (half_mg + exposure)
        return Effect(
            secretion=1.0 + LARGEST * share,
            insulin_mmoll=FLOOR_MMOLL * share,
            fluid_kg=1.5 * share,
            decline=TIRING**share,
        )

    return effect
