"""What goes along with glucose and weight: liver fat, kidney, blood pressure, cholesterol."""

from dataclasses import dataclass

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.lag import share_of
from glucotwin.months.people import MonthsPeople

LIVER_D, DRUG_LIVER_D = 30.0, 90.0
FAT_BY_WEIGHT, FATTEST_PCT = 11.0, 40.0
"""Liver fat falls as exp(-11 x share of weight lost): from 16 to 3 % with 15 % (DiRECT, Taylor 2018)."""

SBP_PER_KG, SBP_LARGEST_KG, SBP_LOWEST_MMHG = 1.05, 20.0, 95.0
"""Fall of systolic blood pressure in mmHg for each kg lost (Neter 2003)."""

YEARLY_EGFR_LOSS = ((300.0, 4.0), (30.0, 2.0), (0.0, 1.0))
"""Loss of eGFR in mL/min/1.73 m² a year from an albumin-to-creatinine ratio in mg/g on."""

LOWEST_EGFR = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganState:
    """Liver fat by weight alone and by all, in %; share of albuminuria; eGFR and its yearly loss, without the dip."""

    weight_fat_pct: np.ndarray
    fat_pct: np.ndarray
    acr_share: np.ndarray
    egfr: np.ndarray
    egfr_loss_per_y: np.ndarray


def first_organs(first: MonthsPeople) -> OrganState:
    """Organs of today."""
    return OrganState(
        weight_fat_pct=first.liver_fat_pct,
        fat_pct=first.liver_fat_pct,
        acr_share=np.ones(len(first)),
        egfr=first.egfr,
        egfr_loss_per_y=yearly_egfr_loss(first.acr_mg_g),
    )


def step_organs(
    first: MonthsPeople, state: OrganState, effect: Effect, *, weight_change_kg: np.ndarray, step_d: float
) -> OrganState:
    """One step.

    Args:
        first: people at the start.
        state: at its beginning.
        effect: of everything that is taken.
        weight_change_kg: of tissue since the start.
        step_d: how long it is.
    """
    goal = first.liver_fat_pct * np.exp(FAT_BY_WEIGHT * weight_change_kg / first.weight_kg)
    liver = share_of(LIVER_D, step_d)
    by_weight = state.weight_fat_pct + (np.minimum(FATTEST_PCT, goal) - state.weight_fat_pct) * liver
    ratio = state.fat_pct / state.weight_fat_pct
    ratio = ratio + (effect.liver_fat - ratio) * share_of(DRUG_LIVER_D, step_d)
    lost = state.egfr_loss_per_y * effect.egfr_loss * step_d / 365.0
    return OrganState(
        weight_fat_pct=by_weight,
        fat_pct=by_weight * ratio,
        acr_share=state.acr_share + (effect.albuminuria - state.acr_share) * liver,
        egfr=np.maximum(LOWEST_EGFR, state.egfr - lost),
        egfr_loss_per_y=state.egfr_loss_per_y,
    )


def yearly_egfr_loss(acr_mg_g: np.ndarray) -> np.ndarray:
    """Loss of eGFR in mL/min/1.73 m² a year by albuminuria."""
    return np.select([acr_mg_g >= above for above, _ in YEARLY_EGFR_LOSS], [loss for _, loss in YEARLY_EGFR_LOSS])


def sbp_mmhg(first: MonthsPeople, effect: Effect, *, weight_change_kg: np.ndarray) -> np.ndarray:
    """Systolic blood pressure by medicines and weight, not below 95 mmHg unless it was."""
    by_weight = SBP_PER_KG * np.clip(weight_change_kg, -SBP_LARGEST_KG, SBP_LARGEST_KG)
    return np.maximum(np.minimum(SBP_LOWEST_MMHG, first.sbp_mmhg), first.sbp_mmhg + effect.sbp_mmhg + by_weight)
