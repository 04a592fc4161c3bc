"""Body weight by energy balance (Hall et al., Lancet 2011;378:826), without salt, water and glycogen."""

import math
from dataclasses import dataclass

from glucotwin.months.person import MonthsPerson

FAT_KCAL_PER_KG, LEAN_KCAL_PER_KG = 9440.7 + 179.25, 1816.4 + 229.45
FAT_COST, LEAN_COST = 3.107, 21.989
"""Energy that a kg of fat and of lean tissue use a day, in kcal."""

THERMIC, ADAPTIVE, ADAPTATION_D = 0.1, 0.14, 14.0
ACTIVITY_LEVEL = 1.5
APPETITE_KCAL_PER_KG = 95.0
"""Energy intake that appetite wins back for each kg lost (Polidori 2016)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightState:
    """Fat in kg, change of lean tissue in kg since the start, and adaptation of expenditure in kcal/day."""

    fat_kg: float
    lean_change_kg: float = 0.0
    adaptation_kcal: float = 0.0


def initial_fat_kg(person: MonthsPerson) -> float:
    """Fat by age, BMI and sex (Jackson 2002), in kg."""
    slope, intercept = (39.96, 102.01) if person.female else (37.31, 103.94)
    share = (0.14 * person.age_y + slope * math.log(person.bmi) - intercept) / 100.0
    return person.weight_kg * min(0.7, max(0.08, share))


def step_weight(person: MonthsPerson, state: WeightState, *, intake_kcal: float, resisted_kcal: float) -> WeightState:
    """One day.

    Args:
        person: at the start.
        state: this morning.
        intake_kcal: change of intake a day that is kept to.
        resisted_kcal: change that appetite resists as weight goes, in proportion to its part of the whole.
    """
    fat_change = state.fat_kg - initial_fat_kg(person)
    change_kg = fat_change + state.lean_change_kg
    asked = abs(intake_kcal) + abs(resisted_kcal)
    resisting = abs(resisted_kcal) / asked if asked else 0.0
    eaten = intake_kcal + resisted_kcal - APPETITE_KCAL_PER_KG * change_kg * resisting
    resting = 9.99 * person.weight_kg + 625.0 * person.height_m - 4.92 * person.age_y
    resting += -161.0 if person.female else 5.0
    activity = ((1.0 - THERMIC) * ACTIVITY_LEVEL - 1.0) * resting / person.weight_kg
    spent = FAT_COST * fat_change + LEAN_COST * state.lean_change_kg + activity * change_kg
    balance = eaten * (1.0 - THERMIC) - spent - state.adaptation_kcal
    # Forbes: lean tissue goes with fat as 10.4/F, in energy.
    lean_per_fat = 10.4 / state.fat_kg
    gained = balance / (FAT_KCAL_PER_KG + LEAN_KCAL_PER_KG * lean_per_fat)
    return WeightState(
        fat_kg=max(2.0, state.fat_kg + gained),
        lean_change_kg=state.lean_change_kg + lean_per_fat * gained,
        adaptation_kcal=state.adaptation_kcal + (ADAPTIVE * eaten - state.adaptation_kcal) / ADAPTATION_D,
    )
