"""What goes along with glucose and weight: liver fat, kidney, blood pressure, cholesterol."""

import math
from dataclasses import dataclass

from glucotwin.months.effect import Effect
from glucotwin.months.person import MonthsPerson

LIVER_D, DRUG_LIVER_D = 30.0, 90.0
FAT_BY_WEIGHT = 11.0
"""Liver fat falls as exp(-11 x share of weight lost): from 16 to 3 % with 15 % (DiRECT, Taylor 2018)."""

SBP_PER_KG = 1.05
"""Fall of systolic blood pressure in mmHg for each kg lost (Neter 2003)."""

YEARLY_EGFR_LOSS = ((300.0, 4.0), (30.0, 2.0), (0.0, 1.0))
"""Loss of eGFR in mL/min/1.73 m² a year from an albumin-to-creatinine ratio in mg/g on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganState:
    """Liver fat by weight alone and by all, in %; share of albuminuria; eGFR before its reversible part."""

    weight_fat_pct: float
    fat_pct: float
    acr_share: float = 1.0
    egfr: float


def first_organs(person: MonthsPerson) -> OrganState:
    """Organs of today."""
    fat = person.usual_liver_fat_pct
    return OrganState(weight_fat_pct=fat, fat_pct=fat, egfr=person.egfr)


def step_organs(person: MonthsPerson, state: OrganState, effect: Effect, *, weight_change_kg: float) -> OrganState:
    """One day.

    Args:
        person: at the start.
        state: this morning.
        effect: of everything that is taken.
        weight_change_kg: of tissue since the start.
    """
    goal = person.usual_liver_fat_pct * math.exp(FAT_BY_WEIGHT * weight_change_kg / person.weight_kg)
    by_weight = state.weight_fat_pct + (min(40.0, goal) - state.weight_fat_pct) / LIVER_D
    ratio = state.fat_pct / state.weight_fat_pct
    ratio += (effect.liver_fat - ratio) / DRUG_LIVER_D
    acr_share = state.acr_share + (effect.albuminuria - state.acr_share) / LIVER_D
    lost = next(loss for above, loss in YEARLY_EGFR_LOSS if person.acr_mg_g >= above) * effect.egfr_loss
    return OrganState(
        weight_fat_pct=by_weight,
        fat_pct=by_weight * ratio,
        acr_share=acr_share,
        egfr=max(3.0, state.egfr - lost / 365.0),
    )


def sbp_mmhg(person: MonthsPerson, effect: Effect, *, weight_change_kg: float) -> float:
    """Systolic blood pressure by medicines and weight, not below 95 mmHg unless it was."""
    now = person.sbp_mmhg + effect.sbp_mmhg + SBP_PER_KG * max(-20.0, min(20.0, weight_change_kg))
    return max(min(95.0, person.sbp_mmhg), now)
