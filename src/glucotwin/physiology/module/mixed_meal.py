"""What a meal holds besides carbohydrate: fat and protein slow it and raise glucose later; fibre slows it."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals

FAT_KCAL_PER_G, PROTEIN_KCAL_PER_G = 9.0, 4.0
MG_PER_G = 1000.0


class MixedMealState(AbstractState):
    """Fat, protein and fibre on their way, and what they leave behind."""

    stomach_fat_g: Float[Array, ""]
    stomach_protein_g: Float[Array, ""]
    stomach_fibre_g: Float[Array, ""]
    duodenum_kcal: Float[Array, ""]
    absorbing_fat_g: Float[Array, ""]
    absorbing_protein_g: Float[Array, ""]
    fatty_acids_g: Float[Array, ""]


class MixedMeal(AbstractModulator[MixedMealState]):
    """Fat and protein brake the stomach by their calories in the upper intestine and raise glucose for hours.

    Guiastrennec et al., CPT Pharmacometrics Syst Pharmacol 2016;5:692-700 (feedback of calories on emptying: potency
    0.0173 per kcal, passage 0.0833 per min); sizes of the late effects are set to Smart et al., Diabetes Care
    2013;36:3897-902 and Wolpert et al., Diabetes Care 2013;36:810-6 (fat raises insulin need), see the validation.

    Equations:
        emptying_factor = max(0.1, 1 - 0.0173 kcal) / (1 + v fibre)
        fat'      = meal - ke e fat,  protein' likewise,  fibre' likewise,  e = emptying_factor
        kcal'     = ke e (9 fat + 4 protein) - 0.0833 kcal
        absorbing_x' = ke e x - ka_x absorbing_x
        added_production   = 1000 y ka_p absorbing_protein / BW
        fatty_acids'       = ka_f absorbing_fat - kf fatty_acids
        sensitivity_factor = 1 - m fatty_acids / (fatty_acids + f50)

    | letter | parameter |
    |---|---|
    | ke | emptying_per_min |
    | 0.0173, 0.0833 | calorie_brake_per_kcal, calorie_passage_per_min |
    | v | fibre_brake_per_g |
    | ka_p, ka_f | protein_absorption_per_min, fat_absorption_per_min |
    | y | protein_glucose_fraction: glucose released per protein absorbed, by gluconeogenesis and glucagon |
    | kf, m, f50 | fatty_acid_clearance_per_min, fat_resistance_max_fraction, fat_resistance_half_g_per_kg times BW |
    | BW | weight_kg |

    Limits: carbohydrate's own calories are in the gut's emptying already; kinds of fat, protein and fibre are not told
    apart; protein does not stimulate insulin, since there is none in type 1 diabetes.
    """

    name = "mixed_meal"

    emptying_per_min: Float[Array, ""]
    calorie_brake_per_kcal: Float[Array, ""]
    calorie_passage_per_min: Float[Array, ""]
    fibre_brake_per_g: Float[Array, ""]
    protein_absorption_per_min: Float[Array, ""]
    fat_absorption_per_min: Float[Array, ""]
    protein_glucose_fraction: Float[Array, ""]
    fatty_acid_clearance_per_min: Float[Array, ""]
    fat_resistance_max_fraction: Float[Array, ""]
    fat_resistance_half_g_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]

    def initial_state(self) -> MixedMealState:
        """Fasting."""
        zero = jnp.zeros_like(self.weight_kg)
        return MixedMealState(**dict.fromkeys(MixedMealState.__dataclass_fields__, zero))

    def emit(self, state: MixedMealState, signals: Signals, inputs: Inputs) -> Signals:
        """The brake on the stomach, late glucose from protein, resistance from fat."""
        half = self.fat_resistance_half_g_per_kg * self.weight_kg
        resistance = self.fat_resistance_max_fraction * state.fatty_acids_g / (state.fatty_acids_g + half)
        released = self.protein_glucose_fraction * self.protein_absorption_per_min * state.absorbing_protein_g
        return signals.scaling(
            emptying_factor=self._emptying_factor(state), sensitivity_factor=1.0 - resistance
        ).adding(added_production_mg_per_kg_per_min=MG_PER_G * released / self.weight_kg)

    def advance(self, state: MixedMealState, signals: Signals, inputs: Inputs, *, minutes: float) -> MixedMealState:
        """Eating, emptying, passage and absorption over the step."""
        left = jnp.exp(-self.emptying_per_min * signals.emptying_factor * minutes)
        fat = state.stomach_fat_g + minutes * inputs.fat_g_per_min
        protein = state.stomach_protein_g + minutes * inputs.protein_g_per_min
        fibre = state.stomach_fibre_g + minutes * inputs.fibre_g_per_min
        emptied_fat, emptied_protein = (1.0 - left) * fat, (1.0 - left) * protein
        kcal = FAT_KCAL_PER_G * emptied_fat + PROTEIN_KCAL_PER_G * emptied_protein
        absorbed_fat = (state.absorbing_fat_g + emptied_fat) * (1.0 - jnp.exp(-self.fat_absorption_per_min * minutes))
        zero = jnp.zeros_like(kcal)
        return MixedMealState(
            stomach_fat_g=left * fat,
            stomach_protein_g=left * protein,
            stomach_fibre_g=left * fibre,
            duodenum_kcal=approached(state.duodenum_kcal, zero, self.calorie_passage_per_min, minutes) + kcal,
            absorbing_fat_g=state.absorbing_fat_g + emptied_fat - absorbed_fat,
            absorbing_protein_g=approached(
                state.absorbing_protein_g + emptied_protein, zero, self.protein_absorption_per_min, minutes
            ),
            fatty_acids_g=approached(state.fatty_acids_g, zero, self.fatty_acid_clearance_per_min, minutes)
            + absorbed_fat,
        )

    def _emptying_factor(self, state: MixedMealState) -> Float[Array, ""]:
        brake = jnp.maximum(0.1, 1.0 - self.calorie_brake_per_kcal * state.duodenum_kcal)
        return brake / (1.0 + self.fibre_brake_per_g * state.stomach_fibre_g)
