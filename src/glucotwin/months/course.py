"""The slow body: weeks to years of fasting glucose, HbA1c, weight and what goes along under medicines.

Fasting glucose is in balance with insulin (``balance``). Mean glucose is fasting glucose and a rise after meals, which
grows by 0.257 for each mmol/L that fasting glucose falls (so that HbA1c follows fasting glucose as in Baron 2016) and
shrinks as the balance itself improves. HbA1c goes to its value by ADAG through three transits of together 38.9 days.
Beta cells come back in part as liver fat goes with weight, less the longer diabetes has lasted (Taylor 2013).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from glucotwin.months.balance import fasting_balance
from glucotwin.months.effect import Effect, together
from glucotwin.months.organ import OrganState, first_organs, sbp_mmhg, step_organs
from glucotwin.months.person import MonthsPerson, hba1c_from_mean_glucose
from glucotwin.months.treatment import TakenState, Treatment, begin, step_taken
from glucotwin.months.weight import WeightState, initial_fat_kg, step_weight

TRANSIT_PER_D = 3.0 / 38.9
BETA_LOGIT, BETA_SLOPE_PER_Y = -0.446, 0.209
"""Function of beta cells falls as 1/(1 + exp(b0 + r t)) (WHIG)."""

RISE_PER_FALL = 1.0 - 0.466 * 28.7 / 18.0156
"""Growth of the rise after meals per fall of fasting glucose: HbA1c by fasting glucose in Baron 2016 beside ADAG."""

RISE_BY_BALANCE = 0.5
"""Exponent with which the rise after meals falls as the balance improves (chosen)."""

RECOVERY, RECOVERY_DURATION_Y = 3.2, 4.0
"""Beta cell function that comes back when all liver fat goes, and how fast that fades with years since diagnosis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDay:
    """One day of the slow body: HbA1c in %, glucose in mmol/L, weight in kg, and what goes along."""

    hba1c_pct: float
    fasting_mmoll: float
    mean_mmoll: float
    weight_kg: float
    insulin_u_per_d: float
    beta_share: float
    liver_fat_pct: float
    egfr: float
    acr_mg_g: float
    sbp_mmhg: float
    ldl_mmoll: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Days, the first one being today."""

    days: tuple[SlowDay, ...]

    @property
    def hba1c_pct(self) -> tuple[float, ...]:
        """HbA1c in %, by day."""
        return tuple(one.hba1c_pct for one in self.days)

    @property
    def weight_kg(self) -> tuple[float, ...]:
        """Weight in kg, by day."""
        return tuple(one.weight_kg for one in self.days)


def months_course(
    person: MonthsPerson,
    treatments: Sequence[Treatment],
    *,
    days: int,
    response: float = 1.0,
    decline: float = 1.0,
) -> Course:
    """Days of a person who takes medicines.

    Args:
        person: the person.
        treatments: added to what the person takes today, or taken away from it.
        days: how many.
        response: how strongly this person answers to medicines, 1 for the average.
        decline: how fast this person's beta cells tire, 1 for the average.
    """
    taken = [begin(one, person) for one in treatments]
    unexcreted = fasting = person.usual_fasting_mmoll
    mean = person.usual_mean_mmoll
    organs, weight = first_organs(person), WeightState(fat_kg=initial_fat_kg(person))
    stages, logit = [(person.hba1c_pct - person.glycation_gap_pct) / 3.0] * 3, BETA_LOGIT
    course = [_first_day(person)]
    for day in range(1, days + 1):
        tissue = _tissue_kg(person, weight)
        now = replace(
            person,
            fasting_mmoll=fasting,
            unexcreted_mmoll=unexcreted,
            weight_kg=max(35.0, person.weight_kg + tissue),
            egfr=organs.egfr,
        )
        effect = together(
            [step_taken(one, now, day=day, fasting_mmoll=fasting, mean_mmoll=mean, response=response) for one in taken]
        )
        logit += BETA_SLOPE_PER_Y * decline * effect.decline / 365.0
        beta = (1.0 + math.exp(BETA_LOGIT)) / (1.0 + math.exp(logit)) * _recovered(person, organs)
        balance = fasting_balance(person, effect, beta=beta, weight_change_kg=tissue)
        unexcreted, fasting = balance.unexcreted_mmoll, balance.fasting_mmoll
        mean = fasting + _rise(person, fasting, effect, gain=balance.gain)
        stages = _transits(stages, hba1c_from_mean_glucose(mean))
        weight = step_weight(person, weight, intake_kcal=effect.diet_kcal, resisted_kcal=effect.intake_kcal)
        organs = step_organs(person, organs, effect, weight_change_kg=tissue)
        tissue = _tissue_kg(person, weight)
        course.append(
            SlowDay(
                hba1c_pct=sum(stages) + person.glycation_gap_pct,
                fasting_mmoll=fasting,
                mean_mmoll=mean,
                weight_kg=person.weight_kg + tissue + effect.fluid_kg,
                insulin_u_per_d=max(0.0, person.insulin_u_per_d + sum(_insulin_u_per_d(one, day) for one in taken)),
                beta_share=beta,
                liver_fat_pct=organs.fat_pct,
                egfr=max(3.0, organs.egfr + effect.egfr_dip),
                acr_mg_g=person.acr_mg_g * organs.acr_share,
                sbp_mmhg=sbp_mmhg(person, effect, weight_change_kg=tissue),
                ldl_mmoll=person.ldl_mmoll * effect.ldl,
            )
        )
    return Course(days=tuple(course))


def _first_day(person: MonthsPerson) -> SlowDay:
    return SlowDay(
        hba1c_pct=person.hba1c_pct,
        fasting_mmoll=person.usual_fasting_mmoll,
        mean_mmoll=person.usual_mean_mmoll,
        weight_kg=person.weight_kg,
        insulin_u_per_d=person.insulin_u_per_d,
        beta_share=1.0,
        liver_fat_pct=person.usual_liver_fat_pct,
        egfr=person.egfr,
        acr_mg_g=person.acr_mg_g,
        sbp_mmhg=person.sbp_mmhg,
        ldl_mmoll=person.ldl_mmoll,
    )


def _insulin_u_per_d(state: TakenState, day: int) -> float:
    return state.treatment.insulin_u_per_d(state.dose) if state.treatment.has_begun(day) else 0.0


def _recovered(person: MonthsPerson, organs: OrganState) -> float:
    """Factor on beta cell function by the liver fat that went with weight."""
    gone = 1.0 - organs.weight_fat_pct / person.usual_liver_fat_pct
    if gone <= 0.0:
        return 1.0
    return 1.0 + RECOVERY * gone**2 * math.exp(-person.duration_y / RECOVERY_DURATION_Y)


def _tissue_kg(person: MonthsPerson, weight: WeightState) -> float:
    return weight.fat_kg - initial_fat_kg(person) + weight.lean_change_kg


def _rise(person: MonthsPerson, fasting: float, effect: Effect, *, gain: float) -> float:
    today = person.usual_fasting_mmoll
    rise = person.usual_mean_mmoll - today + RISE_PER_FALL * (today - fasting)
    # The rise after meals shrinks with a medicine; where there is none it stays as it is.
    return rise * effect.prandial * min(1.5, gain**-RISE_BY_BALANCE) if rise > 0.0 else rise


def _transits(stages: list[float], target: float) -> list[float]:
    first, second, third = stages
    return [
        first + TRANSIT_PER_D * (target / 3.0 - first),
        second + TRANSIT_PER_D * (first - second),
        third + TRANSIT_PER_D * (second - third),
    ]
