"""Insulin and food of the reduced UVA/Padova body: what inputs alone move, resolved within steps of five minutes."""

from dataclasses import replace

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import EVERY_PRODUCT, AbstractOrgan, AbstractState
from glucotwin.physiology.padova.gut import MG_PER_G
from glucotwin.physiology.signal import Signals


class ReducedInsulinState(AbstractState):
    """Insulin from the site to its remote actions."""

    injected_u: Float[Array, ""]
    dissociated_u: Float[Array, ""]
    plasma_pmol_per_kg: Float[Array, ""]
    liver_pmol_per_kg: Float[Array, ""]
    uptake_action_pmoll: Float[Array, ""]
    delayed_pmoll: Float[Array, ""]
    production_action_pmoll: Float[Array, ""]


class ReducedInsulin(AbstractOrgan[ReducedInsulinState]):
    """Two depots, plasma and liver, and insulin's delayed actions, as one linear chain (Dalla Man 2007).

    | letter | parameter or state |
    |---|---|
    | kd, ka1, ka2 | dissociation_per_min, injected_absorption_per_min, dissociated_absorption_per_min |
    | m1, m2, m30, m4 | liver_to_plasma_per_min, plasma_to_liver_per_min, extraction_per_min, clearance_per_min |
    | VI, BW | volume_l_per_kg, weight_kg |
    | p2U, ki | uptake_rate_per_min, production_rate_per_min |
    | Ib, u_b | basal_insulin_pmoll, basal_u_per_min |
    | X, I', XL | uptake_action_pmoll, delayed_pmoll, production_action_pmoll |
    """

    name = "insulin"
    # Exchange with the liver is faster than a step of five minutes can follow.
    substeps = 4

    dissociation_per_min: Float[Array, ""]
    injected_absorption_per_min: Float[Array, ""]
    dissociated_absorption_per_min: Float[Array, ""]
    liver_to_plasma_per_min: Float[Array, ""]
    plasma_to_liver_per_min: Float[Array, ""]
    extraction_per_min: Float[Array, ""]
    clearance_per_min: Float[Array, ""]
    volume_l_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    uptake_rate_per_min: Float[Array, ""]
    production_rate_per_min: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]
    basal_u_per_min: Float[Array, ""]

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """All of them, as if they were one."""
        return (EVERY_PRODUCT,)

    def initial_state(self) -> ReducedInsulinState:
        """In balance with the usual basal rate, which has acted for long."""
        injected = self.basal_u_per_min / (self.dissociation_per_min + self.injected_absorption_per_min)
        plasma = self.basal_insulin_pmoll * self.volume_l_per_kg
        leaving = self.liver_to_plasma_per_min + self.extraction_per_min
        return ReducedInsulinState(
            injected_u=injected,
            dissociated_u=self.dissociation_per_min / self.dissociated_absorption_per_min * injected,
            plasma_pmol_per_kg=plasma,
            liver_pmol_per_kg=plasma * self.plasma_to_liver_per_min / leaving,
            uptake_action_pmoll=jnp.zeros_like(self.basal_insulin_pmoll),
            delayed_pmoll=self.basal_insulin_pmoll,
            production_action_pmoll=self.basal_insulin_pmoll,
        )

    def emit(self, state: ReducedInsulinState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma insulin and both actions, in pmol/L of plasma insulin."""
        return signals.sending(
            insulin_appearance_pmol_per_min=signals.insulin_appearance_pmol_per_min + self._appearance(state),
            insulin_pmoll=state.plasma_pmol_per_kg / self.volume_l_per_kg,
            insulin_action=state.uptake_action_pmoll,
            hepatic_insulin_action=state.production_action_pmoll,
        )

    def derivative(self, state: ReducedInsulinState, signals: Signals, inputs: Inputs) -> ReducedInsulinState:
        """The linear chain."""
        dissociated = self.dissociation_per_min * state.injected_u
        to_liver = self.plasma_to_liver_per_min * state.plasma_pmol_per_kg
        to_plasma = self.liver_to_plasma_per_min * state.liver_pmol_per_kg
        cleared = self.clearance_per_min * signals.clearance_factor * state.plasma_pmol_per_kg
        extracted = self.extraction_per_min * signals.clearance_factor * state.liver_pmol_per_kg
        insulin = state.plasma_pmol_per_kg / self.volume_l_per_kg
        return ReducedInsulinState(
            injected_u=jnp.asarray(inputs.total_insulin_u_per_min())
            - dissociated
            - self.injected_absorption_per_min * state.injected_u,
            dissociated_u=dissociated - self.dissociated_absorption_per_min * state.dissociated_u,
            plasma_pmol_per_kg=to_plasma - to_liver - cleared + self._appearance(state) / self.weight_kg,
            liver_pmol_per_kg=to_liver - to_plasma - extracted,
            uptake_action_pmoll=self.uptake_rate_per_min
            * (insulin - self.basal_insulin_pmoll - state.uptake_action_pmoll),
            delayed_pmoll=self.production_rate_per_min * (insulin - state.delayed_pmoll),
            production_action_pmoll=self.production_rate_per_min
            * (state.delayed_pmoll - state.production_action_pmoll),
        )

    def _appearance(self, state: ReducedInsulinState) -> Float[Array, ""]:
        """Insulin entering plasma in pmol/min."""
        flow = (
            self.injected_absorption_per_min * state.injected_u
            + self.dissociated_absorption_per_min * state.dissociated_u
        )
        return PMOL_PER_U * flow


class ReducedGutState(AbstractState):
    """Carbohydrate on its way from mouth to plasma, and the memory of the meal being emptied.

    Attributes:
        solid_mg, liquid_mg, intestine_mg: in the stomach before and after grinding, and in the gut.
        meal_g: stomach content when the latest eating episode began and what was eaten in it since.
        eating: 1 while an eating episode lasts, else 0.
    """

    solid_mg: Float[Array, ""]
    liquid_mg: Float[Array, ""]
    intestine_mg: Float[Array, ""]
    meal_g: Float[Array, ""]
    eating: Float[Array, ""]


class ReducedGut(AbstractOrgan[ReducedGutState]):
    """Three compartments; the stomach empties fast when full or nearly empty and slowly in between (Dalla Man 2006).

    | letter | parameter |
    |---|---|
    | kmax, kmin/kmax | emptying_max_per_min (also grinding), emptying_share |
    | kabs | absorption_per_min |
    | b, c | falling_fraction, rising_fraction of the meal at which emptying has fallen and risen halfway |
    | f | bioavailability |
    """

    name = "gut"
    # Emptying changes with how full the stomach is, and absorption may be faster than a step of five minutes.
    substeps = 5

    emptying_max_per_min: Float[Array, ""]
    emptying_share: Float[Array, ""]
    absorption_per_min: Float[Array, ""]
    falling_fraction: Float[Array, ""]
    rising_fraction: Float[Array, ""]
    bioavailability: Float[Array, ""]

    def initial_state(self) -> ReducedGutState:
        """Empty, before any meal."""
        zero = jnp.zeros_like(self.absorption_per_min)
        return ReducedGutState(solid_mg=zero, liquid_mg=zero, intestine_mg=zero, meal_g=zero, eating=zero)

    def emit(self, state: ReducedGutState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose entering plasma."""
        appearance = self.bioavailability * self.absorption_per_min * state.intestine_mg
        return signals.sending(glucose_appearance_mg_per_min=signals.glucose_appearance_mg_per_min + appearance)

    def derivative(self, state: ReducedGutState, signals: Signals, inputs: Inputs) -> ReducedGutState:
        """Grinding, emptying and absorption."""
        ground = self.emptying_max_per_min * state.solid_mg
        emptied = self._emptying_per_min(state) * signals.emptying_factor * state.liquid_mg
        drunk = MG_PER_G * jnp.asarray(inputs.liquid_carbs_g_per_min)
        return ReducedGutState(
            solid_mg=MG_PER_G * jnp.asarray(inputs.carbs_g_per_min) - drunk - ground,
            liquid_mg=drunk + ground - emptied,
            intestine_mg=emptied - self.absorption_per_min * state.intestine_mg,
            meal_g=jnp.zeros_like(state.meal_g),
            eating=jnp.zeros_like(state.eating),
        )

    def advance(self, state: ReducedGutState, signals: Signals, inputs: Inputs, *, minutes: float) -> ReducedGutState:
        """Remembers the meal: it grows with every bite of an episode and is kept until the next one begins."""
        bite_g = minutes * jnp.asarray(inputs.carbs_g_per_min)
        before = jnp.where(state.eating > 0.0, state.meal_g, (state.solid_mg + state.liquid_mg) / MG_PER_G)
        return replace(
            state,
            meal_g=jnp.where(bite_g > 0.0, before + bite_g, state.meal_g),
            eating=jnp.where(bite_g > 0.0, jnp.ones_like(state.eating), jnp.zeros_like(state.eating)),
        )

    def _emptying_per_min(self, state: ReducedGutState) -> Float[Array, ""]:
        """The rate kgut of gastric emptying; kmax before the first meal."""
        begun = state.meal_g > 0.0
        full = (state.solid_mg + state.liquid_mg) / jnp.where(begun, MG_PER_G * state.meal_g, 1.0)
        # tanh(x) + 1 = 2 / (1 + exp(-2 x)); the published 5/2 and the 1/2 before the brackets are in the exponents.
        falling = 1.0 / (1.0 + jnp.exp(-5.0 * (full - self.falling_fraction) / (1.0 - self.falling_fraction)))
        rising = 1.0 / (1.0 + jnp.exp(5.0 * (full - self.rising_fraction) / self.rising_fraction))
        share = self.emptying_share + (1.0 - self.emptying_share) * (falling + rising)
        return self.emptying_max_per_min * jnp.where(begun, share, 1.0)
