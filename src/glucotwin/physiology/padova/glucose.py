"""Glucose of the UVA/Padova simulator: plasma and tissue pools, what enters and leaves them, and the interstitium."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

EMPTYING_MGDL = 0.8
"""Below this plasma glucose, insulin-independent use falls in proportion to what is left.

The published equations go on taking a constant flow out of an empty pool, and the published code then freezes the pool
for ever. Far below what anyone survives, this number only makes sure that simulated glucose stays positive and
recovers; it lies below every value that the published subjects reach in the reference scenarios.
"""


class PadovaGlucoseState(AbstractState):
    """Glucose in plasma with fast tissues, and in slow tissues."""

    plasma_mg_per_kg: Float[Array, ""]
    tissue_mg_per_kg: Float[Array, ""]


class PadovaGlucose(AbstractOrgan[PadovaGlucoseState]):
    """Two pools; production, use and renal excretion (Dalla Man 2007).

    | letter | parameter |
    |---|---|
    | k1, k2 | to_tissue_per_min, to_plasma_per_min |
    | VG, BW | volume_dl_per_kg, weight_kg |
    | kp1 | production_mg_per_kg_per_min: extrapolated to no glucose and no insulin |
    | kp2 | production_glucose_effect_per_min |
    | kp3 | production_insulin_effect in mg/kg/min per pmol/L |
    | Fcns | independent_use_mg_per_kg_per_min |
    | Vm0 | uptake_max_mg_per_kg_per_min: at basal insulin |
    | Vmx | uptake_insulin_effect in mg/kg/min per pmol/L |
    | Km0 | uptake_half_mg_per_kg |
    | ke1, ke2 | excretion_per_min, excretion_threshold_mg_per_kg |
    | Gb, Ib | basal_mgdl, basal_insulin_pmoll |

    ``sensitivity_factor`` scales both insulin effects, kp3 and Vmx, as the intraday pattern of Visentin 2018 does.
    """

    name = "glucose"
    uncertain = ("plasma_mg_per_kg", "tissue_mg_per_kg")

    to_tissue_per_min: Float[Array, ""]
    to_plasma_per_min: Float[Array, ""]
    volume_dl_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    production_mg_per_kg_per_min: Float[Array, ""]
    production_glucose_effect_per_min: Float[Array, ""]
    production_insulin_effect: Float[Array, ""]
    independent_use_mg_per_kg_per_min: Float[Array, ""]
    uptake_max_mg_per_kg_per_min: Float[Array, ""]
    uptake_insulin_effect: Float[Array, ""]
    uptake_half_mg_per_kg: Float[Array, ""]
    excretion_per_min: Float[Array, ""]
    excretion_threshold_mg_per_kg: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    def initial_state(self) -> PadovaGlucoseState:
        """Both pools in balance at basal glucose and insulin."""
        plasma = self.basal_mgdl * self.volume_dl_per_kg
        leaving = self.independent_use_mg_per_kg_per_min + self._excretion(plasma) + self.to_tissue_per_min * plasma
        return PadovaGlucoseState(
            plasma_mg_per_kg=plasma,
            tissue_mg_per_kg=(leaving - self._production(plasma, self.basal_insulin_pmoll)) / self.to_plasma_per_min,
        )

    def emit(self, state: PadovaGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma glucose."""
        return signals.sending(glucose_mgdl=state.plasma_mg_per_kg / self.volume_dl_per_kg)

    def derivative(self, state: PadovaGlucoseState, signals: Signals, inputs: Inputs) -> PadovaGlucoseState:
        """Production, appearance, use, excretion and exchange, and what a fit could not explain."""
        plasma, tissue = state.plasma_mg_per_kg, state.tissue_mg_per_kg
        sensitivity = signals.sensitivity_factor
        production = self._production(plasma, signals.hepatic_insulin_action * sensitivity)
        appearance = signals.glucose_appearance_mg_per_min / self.weight_kg
        unexplained = inputs.unexplained_flux_mgdl_per_min * self.volume_dl_per_kg
        capacity = self.uptake_max_mg_per_kg_per_min + self.uptake_insulin_effect * signals.insulin_action * sensitivity
        to_tissue = self.to_tissue_per_min * plasma - self.to_plasma_per_min * tissue
        return PadovaGlucoseState(
            plasma_mg_per_kg=production * signals.hepatic_output_factor
            + appearance
            + unexplained
            - self._independent_use(plasma)
            - self._excretion(plasma)
            - to_tissue,
            tissue_mg_per_kg=to_tissue - capacity * tissue / (self.uptake_half_mg_per_kg + tissue),
        )

    def _production(self, plasma: Float[Array, ""], insulin_action: Float[Array, ""]) -> Float[Array, ""]:
        """Endogenous production EGP in mg/kg/min, never negative."""
        return jnp.maximum(
            0.0,
            self.production_mg_per_kg_per_min
            - self.production_glucose_effect_per_min * plasma
            - self.production_insulin_effect * insulin_action,
        )

    def _independent_use(self, plasma: Float[Array, ""]) -> Float[Array, ""]:
        """Use Uii by the brain and red cells in mg/kg/min: constant as long as there is glucose."""
        left = jnp.clip(plasma / (EMPTYING_MGDL * self.volume_dl_per_kg), 0.0, 1.0)
        return self.independent_use_mg_per_kg_per_min * left

    def _excretion(self, plasma: Float[Array, ""]) -> Float[Array, ""]:
        """Renal excretion E in mg/kg/min above the threshold."""
        return self.excretion_per_min * jnp.maximum(0.0, plasma - self.excretion_threshold_mg_per_kg)


class PadovaInterstitiumState(AbstractState):
    """Interstitial glucose."""

    interstitial_mgdl: Float[Array, ""]


class PadovaInterstitium(AbstractOrgan[PadovaInterstitiumState]):
    """The fluid a sensor sits in follows plasma with a delay (ksc is exchange_per_min)."""

    name = "interstitium"
    uncertain = ("interstitial_mgdl",)

    exchange_per_min: Float[Array, ""]
    basal_mgdl: Float[Array, ""]

    def initial_state(self) -> PadovaInterstitiumState:
        """As in plasma."""
        return PadovaInterstitiumState(interstitial_mgdl=self.basal_mgdl)

    def emit(self, state: PadovaInterstitiumState, signals: Signals, inputs: Inputs) -> Signals:
        """Interstitial glucose."""
        return signals.sending(interstitial_mgdl=state.interstitial_mgdl)

    def derivative(self, state: PadovaInterstitiumState, signals: Signals, inputs: Inputs) -> PadovaInterstitiumState:
        """First-order delay."""
        lag = signals.glucose_mgdl - state.interstitial_mgdl
        return PadovaInterstitiumState(interstitial_mgdl=self.exchange_per_min * lag)
