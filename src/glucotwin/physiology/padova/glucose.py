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
    | – | uptake_ceiling_mg_per_kg_per_min: of Vm0 + Vmx X; without bound in the published equations |
    | ke1, ke2 | excretion_per_min, excretion_threshold_mg_per_kg |
    | Gb, Ib | basal_mgdl, basal_insulin_pmoll |
    | E at rest | basal_excretion_mg_per_kg_per_min: by whatever excretes in this body |

    ``sensitivity_factor`` scales both insulin effects, kp3 and Vmx, as the intraday pattern of Visentin 2018 does;
    ``hepatic_sensitivity_factor`` scales kp3 alone, ``uptake_sensitivity_factor`` Vmx alone. Without insulin for long
    the published Vm0 + Vmx X turns negative in 19 of the thirty subjects; uptake then stops at zero here.
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
    uptake_ceiling_mg_per_kg_per_min: Float[Array, ""]
    excretion_per_min: Float[Array, ""]
    excretion_threshold_mg_per_kg: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]
    basal_excretion_mg_per_kg_per_min: Float[Array, ""]

    def initial_state(self) -> PadovaGlucoseState:
        """Both pools in balance at basal glucose and insulin."""
        plasma = self.basal_mgdl * self.volume_dl_per_kg
        lost = self.independent_use_mg_per_kg_per_min + self.basal_excretion_mg_per_kg_per_min
        leaving = lost + self.to_tissue_per_min * plasma
        produced = self._production(plasma, self.basal_insulin_pmoll, jnp.zeros_like(plasma))
        return PadovaGlucoseState(
            plasma_mg_per_kg=plasma, tissue_mg_per_kg=(leaving - produced) / self.to_plasma_per_min
        )

    def emit(self, state: PadovaGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma glucose, how fast it rises, and what of it the kidney loses.

        The rate is for a pancreas; in bodies that have none nobody listens, and the compiler leaves it out.
        """
        plasma = state.plasma_mg_per_kg
        lost = signals.adding(excretion_mg_per_kg_per_min=self._excretion(plasma))
        rate = self.derivative(state, lost, inputs).plasma_mg_per_kg
        return lost.sending(
            glucose_mgdl=plasma / self.volume_dl_per_kg, glucose_rate_mgdl_per_min=rate / self.volume_dl_per_kg
        )

    def derivative(self, state: PadovaGlucoseState, signals: Signals, inputs: Inputs) -> PadovaGlucoseState:
        """Production, appearance, use, excretion and exchange, and what a fit could not explain."""
        plasma, tissue = state.plasma_mg_per_kg, state.tissue_mg_per_kg
        appearance = signals.glucose_appearance_mg_per_min / self.weight_kg
        unexplained = inputs.unexplained_flux_mgdl_per_min * self.volume_dl_per_kg
        to_tissue = self.to_tissue_per_min * plasma - self.to_plasma_per_min * tissue
        return PadovaGlucoseState(
            plasma_mg_per_kg=self._total_production(plasma, signals)
            + appearance
            + unexplained
            - self._independent_use(plasma)
            - signals.relative_uptake_per_min * plasma
            - signals.excretion_mg_per_kg_per_min
            - to_tissue,
            tissue_mg_per_kg=to_tissue - self._uptake(tissue, signals),
        )

    def report(self, state: PadovaGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Production and insulin-dependent uptake."""
        return signals.sending(
            production_mg_per_kg_per_min=self._total_production(state.plasma_mg_per_kg, signals),
            uptake_mg_per_kg_per_min=self._uptake(state.tissue_mg_per_kg, signals),
        )

    def _total_production(self, plasma: Float[Array, ""], signals: Signals) -> Float[Array, ""]:
        """Endogenous production with everybody's modifiers, and what muscle at work makes the liver add."""
        action = signals.hepatic_insulin_action * signals.sensitivity_factor * signals.hepatic_sensitivity_factor
        production = self._production(plasma, action, signals.added_production_mg_per_kg_per_min)
        total = production * signals.hepatic_output_factor + signals.relative_production_per_min * plasma
        return jnp.maximum(0.0, total)

    def _uptake(self, tissue: Float[Array, ""], signals: Signals) -> Float[Array, ""]:
        """Insulin-dependent uptake Uid in mg/kg/min."""
        action = signals.insulin_action * signals.sensitivity_factor * signals.uptake_sensitivity_factor
        stimulated = self.uptake_max_mg_per_kg_per_min + self.uptake_insulin_effect * action
        capacity = jnp.clip(stimulated, 0.0, self.uptake_ceiling_mg_per_kg_per_min)
        return capacity * tissue / (self.uptake_half_mg_per_kg + tissue)

    def _production(
        self, plasma: Float[Array, ""], insulin_action: Float[Array, ""], added: Float[Array, ""]
    ) -> Float[Array, ""]:
        """Endogenous production EGP in mg/kg/min, never negative."""
        return jnp.maximum(
            0.0,
            self.production_mg_per_kg_per_min
            + added
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
