"""Body weight by energy balance (Hall et al., Lancet 2011;378:826), without salt, water and glycogen."""

from dataclasses import dataclass

import numpy as np

from glucotwin.months.lag import share_of
from glucotwin.months.people import Amount, MonthsPeople

FAT_KCAL_PER_KG, LEAN_KCAL_PER_KG = 9440.7 + 179.25, 1816.4 + 229.45
FAT_COST, LEAN_COST = 3.107, 21.989
"""Energy that a kg of fat and of lean tissue use a day, in kcal."""

THERMIC, ADAPTIVE, ADAPTATION_D = 0.1, 0.14, 14.0
ACTIVITY_LEVEL = 1.5
APPETITE_KCAL_PER_KG = 95.0
"""Energy intake that appetite wins back for each kg lost (Polidori 2016)."""

LEAST_KCAL = 1e-12
LEAST_FAT_KG, LARGEST_LEAN_LOSS = 2.0, 0.15
"""Fat that is left, and lean tissue that may go as a share of body weight; who loses more would starve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightState:
    """Fat in kg, change of lean tissue in kg since the start, and adaptation of expenditure in kcal/day."""

    fat_kg: np.ndarray
    lean_change_kg: np.ndarray
    adaptation_kcal: np.ndarray


class WeightBalance:
    """Energy balance of people whose weight was steady at the start."""

    def __init__(self, first: MonthsPeople) -> None:
        """By weight, height, age and sex of the start.

        Args:
            first: people at the start.
        """
        self.first_fat_kg = initial_fat_kg(first)
        self._leanest_kg = -LARGEST_LEAN_LOSS * first.weight_kg
        resting = 9.99 * first.weight_kg + 625.0 * first.height_m - 4.92 * first.age_y
        resting = resting + np.where(first.female, -161.0, 5.0)
        self._activity = ((1.0 - THERMIC) * ACTIVITY_LEVEL - 1.0) * resting / first.weight_kg

    def begin(self) -> WeightState:
        """Weight of the start."""
        none = np.zeros_like(self.first_fat_kg)
        return WeightState(fat_kg=self.first_fat_kg, lean_change_kg=none, adaptation_kcal=none)

    def change_kg(self, state: WeightState) -> np.ndarray:
        """Fat and lean mass gained since the start, in kg."""
        return state.fat_kg - self.first_fat_kg + state.lean_change_kg

    def step(self, state: WeightState, *, intake_kcal: Amount, resisted_kcal: Amount, step_d: float) -> WeightState:
        """One step.

        Args:
            state: at its beginning.
            intake_kcal: change of intake a day that is kept to.
            resisted_kcal: change that appetite resists as weight goes, in proportion to its part of the whole.
            step_d: how long it is.
        """
        fat_change, change_kg = state.fat_kg - self.first_fat_kg, self.change_kg(state)
        resisted = np.abs(resisted_kcal)
        resisting = resisted / np.maximum(np.abs(intake_kcal) + resisted, LEAST_KCAL)
        eaten = intake_kcal + resisted_kcal - APPETITE_KCAL_PER_KG * change_kg * resisting
        spent = FAT_COST * fat_change + LEAN_COST * state.lean_change_kg + self._activity * change_kg
        balance = eaten * (1.0 - THERMIC) - spent - state.adaptation_kcal
        # Forbes: lean tissue goes with fat as 10.4/F, in energy.
        lean_per_fat = 10.4 / state.fat_kg
        gained = step_d * balance / (FAT_KCAL_PER_KG + LEAN_KCAL_PER_KG * lean_per_fat)
        adapted = (ADAPTIVE * eaten - state.adaptation_kcal) * share_of(ADAPTATION_D, step_d)
        return WeightState(
            fat_kg=np.maximum(LEAST_FAT_KG, state.fat_kg + gained),
            lean_change_kg=np.maximum(self._leanest_kg, state.lean_change_kg + lean_per_fat * gained),
            adaptation_kcal=state.adaptation_kcal + adapted,
        )


def initial_fat_kg(first: MonthsPeople) -> np.ndarray:
    """Fat by age, BMI and sex (Jackson 2002), in kg."""
    slope, intercept = np.where(first.female, 39.96, 37.31), np.where(first.female, 102.01, 103.94)
    share = (0.14 * first.age_y + slope * np.log(first.bmi) - intercept) / 100.0
    return first.weight_kg * np.clip(share, 0.08, 0.7)
