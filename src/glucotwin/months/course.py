"""The slow body: weeks and months of fasting glucose, HbA1c and weight under medicines.

The balance of fasting glucose and insulin is that of WHIG (Choy 2016): FPG (FPG - 3.5) is production by sensitivity and
secretion. Mean glucose is fasting glucose and a rise after meals; HbA1c goes to its value by ADAG (Nathan 2008) through
three transits of together 38.9 days (WHIG).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from glucotwin.months.effect import Effect, together
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson
from glucotwin.months.weight import WeightState, initial_fat_kg, step_weight

Dose = tuple[Medicine, float]

THRESHOLD_MMOLL = 3.5
TRANSIT_PER_D = 3.0 / 38.9
WEIGHT_ON_SENSITIVITY = 0.0514
"""Share of sensitivity won for each kg lost (WHIG)."""

LARGEST_GAIN = 2.0
BETA_LOGIT, BETA_SLOPE_PER_Y = -0.446, 0.209
"""Function of beta cells falls as 1/(1 + exp(b0 + r t)) (WHIG)."""

MGDL_PER_MMOLL = 18.0156


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Daily values, the first one being today: HbA1c in %, fasting glucose in mmol/L, weight in kg."""

    hba1c_pct: tuple[float, ...]
    fasting_mmoll: tuple[float, ...]
    weight_kg: tuple[float, ...]


def hba1c_from_mean_glucose(mean_mmoll: float) -> float:
    """HbA1c in % at a steady mean glucose (ADAG)."""
    return (mean_mmoll * MGDL_PER_MMOLL + 46.7) / 28.7


def months_course(person: MonthsPerson, doses: Sequence[Dose], *, days: int, response: float = 1.0) -> Course:
    """Days of a person who takes medicines from today on.

    Args:
        person: the person.
        doses: medicines and doses, added to what the person takes today.
        days: how many.
        response: how strongly this person answers to medicines, 1 for the average.
    """
    full = [(medicine, medicine.effect(person, dose)) for medicine, dose in doses]
    fasting = person.usual_fasting_mmoll
    mean = (28.7 * person.hba1c_pct - 46.7) / MGDL_PER_MMOLL
    rise = mean - fasting
    stages = [person.hba1c_pct / 3.0] * 3
    weight = WeightState(fat_kg=initial_fat_kg(person))
    a1c, fast, kg = [person.hba1c_pct], [fasting], [person.weight_kg]
    for day in range(1, days + 1):
        effect = together([one.grown(response * _share(medicine, day)) for medicine, one in full])
        now = _fasting_mmoll(person, effect, weight_change_kg=_tissue_kg(person, weight), day=day)
        # The rise after meals shrinks with a medicine; without one it stays as it is.
        target = hba1c_from_mean_glucose(now + (rise * effect.prandial if rise > 0.0 else rise))
        stages = _transits(stages, target)
        weight = step_weight(person, weight, intake_kcal=effect.diet_kcal, resisted_kcal=effect.intake_kcal)
        a1c.append(sum(stages))
        fast.append(now)
        kg.append(person.weight_kg + _tissue_kg(person, weight) + effect.fluid_kg)
    return Course(hba1c_pct=tuple(a1c), fasting_mmoll=tuple(fast), weight_kg=tuple(kg))


def _share(medicine: Medicine, day: int) -> float:
    return 1.0 - math.exp(-day / medicine.onset_d)


def _tissue_kg(person: MonthsPerson, weight: WeightState) -> float:
    return weight.fat_kg - initial_fat_kg(person) + weight.lean_change_kg


def _fasting_mmoll(person: MonthsPerson, effect: Effect, *, weight_change_kg: float, day: int) -> float:
    """Fasting glucose at which production and insulin are in balance."""
    today = person.usual_fasting_mmoll
    beta = (1.0 + math.exp(BETA_LOGIT)) / (1.0 + math.exp(BETA_LOGIT + BETA_SLOPE_PER_Y * day / 365.0))
    lighter = min(LARGEST_GAIN, max(0.3, 1.0 - WEIGHT_ON_SENSITIVITY * weight_change_kg))
    strength = beta * lighter * effect.secretion * effect.sensitivity / effect.production
    product = today * (today - THRESHOLD_MMOLL) / strength
    balanced = (THRESHOLD_MMOLL + math.sqrt(THRESHOLD_MMOLL**2 + 4.0 * product)) / 2.0
    return balanced / (1.0 + effect.excretion)


def _transits(stages: list[float], target: float) -> list[float]:
    first, second, third = stages
    return [
        first + TRANSIT_PER_D * (target / 3.0 - first),
        second + TRANSIT_PER_D * (first - second),
        third + TRANSIT_PER_D * (second - third),
    ]
