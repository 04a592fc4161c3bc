"""Insulin and food of the reduced UVA/Padova body: what inputs alone move, resolved within steps of five minutes."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import EVERY_PRODUCT, AbstractOrgan, AbstractState
from glucotwin.physiology.padova.gut import AbstractPadovaGut
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


class ReducedGut(AbstractPadovaGut):
    """With kmin as a share of kmax, for steps of five minutes: a share keeps the order of the two while fitting."""

    name = "gut"
    # Emptying changes with how full the stomach is, and absorption may be faster than a step of five minutes.
    substeps = 5

    emptying_share: Float[Array, ""]

    def slowest_per_min(self) -> Float[Array, ""]:
        """The share of the fastest."""
        return self.emptying_share * self.emptying_max_per_min
