"""Insulin of the UVA/Padova simulator: from the site through plasma and liver to its remote actions."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import EVERY_PRODUCT, AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals


class PadovaSubcutisState(AbstractState):
    """Insulin under the skin, as it was injected and after it came apart."""

    injected_pmol_per_kg: Float[Array, ""]
    dissociated_pmol_per_kg: Float[Array, ""]


class PadovaSubcutis(AbstractOrgan[PadovaSubcutisState]):
    """Two depots, both of which feed plasma (Dalla Man 2007).

    | letter | parameter |
    |---|---|
    | kd | dissociation_per_min |
    | ka1 | injected_absorption_per_min |
    | ka2 | dissociated_absorption_per_min |
    | BW | weight_kg |
    | u2ss | basal_pmol_per_kg_per_min: the rate at which the subject rests |
    """

    name = "subcutis"

    dissociation_per_min: Float[Array, ""]
    injected_absorption_per_min: Float[Array, ""]
    dissociated_absorption_per_min: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_pmol_per_kg_per_min: Float[Array, ""]

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """All of them, as if they were one."""
        return (EVERY_PRODUCT,)

    def initial_state(self) -> PadovaSubcutisState:
        """In balance with the basal rate."""
        injected = self.basal_pmol_per_kg_per_min / (self.dissociation_per_min + self.injected_absorption_per_min)
        return PadovaSubcutisState(
            injected_pmol_per_kg=injected,
            dissociated_pmol_per_kg=self.dissociation_per_min / self.dissociated_absorption_per_min * injected,
        )

    def emit(self, state: PadovaSubcutisState, signals: Signals, inputs: Inputs) -> Signals:
        """Insulin entering plasma from both depots."""
        flow = (
            self.injected_absorption_per_min * state.injected_pmol_per_kg
            + self.dissociated_absorption_per_min * state.dissociated_pmol_per_kg
        )
        appearance = signals.insulin_appearance_pmol_per_min + self.weight_kg * flow
        return signals.sending(insulin_appearance_pmol_per_min=appearance)

    def derivative(self, state: PadovaSubcutisState, signals: Signals, inputs: Inputs) -> PadovaSubcutisState:
        """Injection, dissociation and absorption."""
        dissociated = self.dissociation_per_min * state.injected_pmol_per_kg
        return PadovaSubcutisState(
            injected_pmol_per_kg=PMOL_PER_U / self.weight_kg * inputs.total_insulin_u_per_min()
            - dissociated
            - self.injected_absorption_per_min * state.injected_pmol_per_kg,
            dissociated_pmol_per_kg=dissociated - self.dissociated_absorption_per_min * state.dissociated_pmol_per_kg,
        )


class PadovaPlasmaInsulinState(AbstractState):
    """Insulin in plasma and liver."""

    plasma_pmol_per_kg: Float[Array, ""]
    liver_pmol_per_kg: Float[Array, ""]


class PadovaPlasmaInsulin(AbstractOrgan[PadovaPlasmaInsulinState]):
    """Plasma and liver, with extraction in the liver and clearance at the periphery (Dalla Man 2007).

    | letter | parameter |
    |---|---|
    | m1 | liver_to_plasma_per_min |
    | m2 | plasma_to_liver_per_min |
    | m3 (m30: constant) | extraction_per_min |
    | m4 | clearance_per_min |
    | VI | volume_l_per_kg |
    | BW | weight_kg |
    | Ib | basal_insulin_pmoll |
    """

    name = "plasma_insulin"

    liver_to_plasma_per_min: Float[Array, ""]
    plasma_to_liver_per_min: Float[Array, ""]
    extraction_per_min: Float[Array, ""]
    clearance_per_min: Float[Array, ""]
    volume_l_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    def initial_state(self) -> PadovaPlasmaInsulinState:
        """At the basal concentration."""
        plasma = self.basal_insulin_pmoll * self.volume_l_per_kg
        leaving = self.liver_to_plasma_per_min + self.extraction_per_min
        return PadovaPlasmaInsulinState(
            plasma_pmol_per_kg=plasma, liver_pmol_per_kg=plasma * self.plasma_to_liver_per_min / leaving
        )

    def emit(self, state: PadovaPlasmaInsulinState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma insulin concentration."""
        return signals.sending(insulin_pmoll=state.plasma_pmol_per_kg / self.volume_l_per_kg)

    def derivative(self, state: PadovaPlasmaInsulinState, signals: Signals, inputs: Inputs) -> PadovaPlasmaInsulinState:
        """Exchange, extraction and clearance."""
        to_liver = self.plasma_to_liver_per_min * state.plasma_pmol_per_kg
        to_plasma = self.liver_to_plasma_per_min * state.liver_pmol_per_kg
        cleared = self.clearance_per_min * signals.clearance_factor * state.plasma_pmol_per_kg
        extracted = self.extraction_per_min * signals.clearance_factor * state.liver_pmol_per_kg
        return PadovaPlasmaInsulinState(
            plasma_pmol_per_kg=to_plasma
            - to_liver
            - cleared
            + signals.insulin_appearance_pmol_per_min / self.weight_kg,
            liver_pmol_per_kg=to_liver - to_plasma - extracted,
        )


class PadovaInsulinActionState(AbstractState):
    """Remote insulin."""

    uptake_action_pmoll: Float[Array, ""]
    delayed_pmoll: Float[Array, ""]
    production_action_pmoll: Float[Array, ""]


class PadovaInsulinAction(AbstractOrgan[PadovaInsulinActionState]):
    """Insulin's delayed actions on uptake (as deviation from basal) and, through two steps, on production.

    | letter | parameter or state |
    |---|---|
    | p2U | uptake_rate_per_min |
    | ki | production_rate_per_min |
    | Ib | basal_insulin_pmoll |
    | X, I', XL | uptake_action_pmoll, delayed_pmoll, production_action_pmoll |
    """

    name = "insulin_action"

    uptake_rate_per_min: Float[Array, ""]
    production_rate_per_min: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    def initial_state(self) -> PadovaInsulinActionState:
        """Basal insulin has acted for long."""
        return PadovaInsulinActionState(
            uptake_action_pmoll=jnp.zeros_like(self.basal_insulin_pmoll),
            delayed_pmoll=self.basal_insulin_pmoll,
            production_action_pmoll=self.basal_insulin_pmoll,
        )

    def emit(self, state: PadovaInsulinActionState, signals: Signals, inputs: Inputs) -> Signals:
        """Both actions, in pmol/L of plasma insulin."""
        return signals.sending(
            insulin_action=state.uptake_action_pmoll, hepatic_insulin_action=state.production_action_pmoll
        )

    def derivative(self, state: PadovaInsulinActionState, signals: Signals, inputs: Inputs) -> PadovaInsulinActionState:
        """First-order delays."""
        excess = signals.insulin_pmoll - self.basal_insulin_pmoll
        return PadovaInsulinActionState(
            uptake_action_pmoll=self.uptake_rate_per_min * (excess - state.uptake_action_pmoll),
            delayed_pmoll=self.production_rate_per_min * (signals.insulin_pmoll - state.delayed_pmoll),
            production_action_pmoll=self.production_rate_per_min
            * (state.delayed_pmoll - state.production_action_pmoll),
        )
