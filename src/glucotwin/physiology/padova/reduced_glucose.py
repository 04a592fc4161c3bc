"""Glucose of the reduced UVA/Padova body, in mg/dL."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.padova.glucose import EMPTYING_MGDL
from glucotwin.physiology.signal import Signals

FADING_MGDL = 60.0
"""Below this glucose an unexplained loss fades, as in the minimal body."""


class ReducedGlucoseState(AbstractState):
    """Glucose of plasma, slow tissues and interstitium.

    Attributes:
        glucose_mgdl: in plasma and fast tissues.
        tissue_mgdl: the plasma level with which slow tissues would be in exchange balance.
        interstitial_mgdl: at the sensor.
    """

    glucose_mgdl: Float[Array, ""]
    tissue_mgdl: Float[Array, ""]
    interstitial_mgdl: Float[Array, ""]


class ReducedGlucose(AbstractOrgan[ReducedGlucoseState]):
    """Two pools and the interstitium; production, use and excretion as in Dalla Man 2007, in mg/dL.

    | letter | parameter |
    |---|---|
    | k1, k2, ksc | to_tissue_per_min, to_plasma_per_min, interstitial_exchange_per_min |
    | VG, BW | volume_dl_per_kg, weight_kg |
    | Gb, EGPb | basal_mgdl, basal_production_mg_per_kg_per_min |
    | kp2 | production_glucose_effect_per_min |
    | sqrt(kp3 Vmx) | sensitivity_* in mg/kg/min per pmol/L: 00-06, 06-11, 11-17, 17-24 local time |
    | Vmx / kp3 | uptake_per_production |
    | Fcns, Km0 | independent_use_mg_per_kg_per_min, uptake_half_mg_per_kg |
    | ke1, ke2 | excretion_per_min, excretion_threshold_mg_per_kg |
    | Ib | basal_insulin_pmoll |

    Production at rest is EGPb at any sensitivity, and Vm0 is what balances it.
    """

    name = "glucose"
    uncertain = ("glucose_mgdl", "tissue_mgdl", "interstitial_mgdl")

    to_tissue_per_min: Float[Array, ""]
    to_plasma_per_min: Float[Array, ""]
    interstitial_exchange_per_min: Float[Array, ""]
    volume_dl_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    basal_production_mg_per_kg_per_min: Float[Array, ""]
    production_glucose_effect_per_min: Float[Array, ""]
    sensitivity_night: Float[Array, ""]
    sensitivity_morning: Float[Array, ""]
    sensitivity_afternoon: Float[Array, ""]
    sensitivity_evening: Float[Array, ""]
    uptake_per_production: Float[Array, ""]
    independent_use_mg_per_kg_per_min: Float[Array, ""]
    uptake_half_mg_per_kg: Float[Array, ""]
    excretion_per_min: Float[Array, ""]
    excretion_threshold_mg_per_kg: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    def initial_state(self) -> ReducedGlucoseState:
        """In balance at basal glucose and insulin."""
        return ReducedGlucoseState(
            glucose_mgdl=self.basal_mgdl,
            tissue_mgdl=self.basal_mgdl
            - self._into_tissue_at_rest() / (self.to_tissue_per_min * self.volume_dl_per_kg),
            interstitial_mgdl=self.basal_mgdl,
        )

    def emit(self, state: ReducedGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma and interstitial glucose and what the kidney loses."""
        return signals.adding(excretion_mg_per_kg_per_min=self._excretion(state.glucose_mgdl)).sending(
            glucose_mgdl=state.glucose_mgdl, interstitial_mgdl=state.interstitial_mgdl
        )

    def derivative(self, state: ReducedGlucoseState, signals: Signals, inputs: Inputs) -> ReducedGlucoseState:
        """Production, appearance, use, excretion and exchange, and what a fit could not explain."""
        glucose = state.glucose_mgdl
        per_kg = (
            self._total_production(state, signals, inputs)
            + signals.glucose_appearance_mg_per_min / self.weight_kg
            - self._independent_use(glucose)
            - signals.excretion_mg_per_kg_per_min
        )
        apart = glucose - state.tissue_mgdl
        # What tissue takes up, as the plasma level that its glucose would balance.
        taken = self._uptake(state, signals, inputs) * self.to_plasma_per_min / self.to_tissue_per_min
        return ReducedGlucoseState(
            glucose_mgdl=per_kg / self.volume_dl_per_kg
            + self._unexplained(inputs, glucose)
            - signals.relative_uptake_per_min * glucose
            - self.to_tissue_per_min * apart,
            tissue_mgdl=self.to_plasma_per_min * apart - taken / self.volume_dl_per_kg,
            interstitial_mgdl=self.interstitial_exchange_per_min * (glucose - state.interstitial_mgdl),
        )

    def report(self, state: ReducedGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Production and insulin-dependent uptake."""
        return signals.sending(
            production_mg_per_kg_per_min=self._total_production(state, signals, inputs),
            uptake_mg_per_kg_per_min=self._uptake(state, signals, inputs),
        )

    def sensitivity_at(self, minute_of_day: Float[Array, ""]) -> Float[Array, ""]:
        """Insulin sensitivity of the local time of day."""
        hour = minute_of_day / 60.0
        before_evening = jnp.where(hour < 17.0, self.sensitivity_afternoon, self.sensitivity_evening)
        before_afternoon = jnp.where(hour < 11.0, self.sensitivity_morning, before_evening)
        return jnp.where(hour < 6.0, self.sensitivity_night, before_afternoon)

    def _total_production(self, state: ReducedGlucoseState, signals: Signals, inputs: Inputs) -> Float[Array, ""]:
        """Endogenous production EGP in mg/kg/min, never negative, and what muscle at work makes the liver add."""
        factor = signals.sensitivity_factor * signals.hepatic_sensitivity_factor
        effect = self._sensitivity(inputs) * factor / jnp.sqrt(self.uptake_per_production)
        above = (state.glucose_mgdl - self.basal_mgdl) * self.volume_dl_per_kg
        production = (
            self.basal_production_mg_per_kg_per_min
            + signals.added_production_mg_per_kg_per_min
            - self.production_glucose_effect_per_min * above
            - effect * (signals.hepatic_insulin_action - self.basal_insulin_pmoll)
        )
        at_work = signals.relative_production_per_min * state.glucose_mgdl * self.volume_dl_per_kg
        return jnp.maximum(0.0, jnp.maximum(0.0, production) * signals.hepatic_output_factor + at_work)

    def _uptake(self, state: ReducedGlucoseState, signals: Signals, inputs: Inputs) -> Float[Array, ""]:
        """Insulin-dependent uptake Uid in mg/kg/min."""
        factor = signals.sensitivity_factor * signals.uptake_sensitivity_factor
        effect = self._sensitivity(inputs) * factor * jnp.sqrt(self.uptake_per_production)
        resting, tissue = (self._tissue_mg_per_kg(one) for one in (self.initial_state(), state))
        at_rest = self._into_tissue_at_rest() * (self.uptake_half_mg_per_kg + resting) / resting
        capacity = jnp.maximum(0.0, at_rest + effect * signals.insulin_action)
        return capacity * tissue / (self.uptake_half_mg_per_kg + tissue)

    def _sensitivity(self, inputs: Inputs) -> Float[Array, ""]:
        return self.sensitivity_at(jnp.asarray(inputs.minute_of_day))

    def _tissue_mg_per_kg(self, state: ReducedGlucoseState) -> Float[Array, ""]:
        # Runaway draws must not meet the pole of the uptake at minus Km0.
        level = jnp.maximum(state.tissue_mgdl, 0.0)
        return level * self.volume_dl_per_kg * self.to_tissue_per_min / self.to_plasma_per_min

    def _into_tissue_at_rest(self) -> Float[Array, ""]:
        lost = self.independent_use_mg_per_kg_per_min + self._excretion(self.basal_mgdl)
        return self.basal_production_mg_per_kg_per_min - lost

    def _independent_use(self, glucose_mgdl: Float[Array, ""]) -> Float[Array, ""]:
        """Use Uii by the brain and red cells in mg/kg/min: constant as long as there is glucose."""
        return self.independent_use_mg_per_kg_per_min * jnp.clip(glucose_mgdl / EMPTYING_MGDL, 0.0, 1.0)

    def _excretion(self, glucose_mgdl: Float[Array, ""]) -> Float[Array, ""]:
        """Renal excretion E in mg/kg/min above the threshold."""
        plasma = glucose_mgdl * self.volume_dl_per_kg
        return self.excretion_per_min * jnp.maximum(0.0, plasma - self.excretion_threshold_mg_per_kg)

    def _unexplained(self, inputs: Inputs, glucose_mgdl: Float[Array, ""]) -> Float[Array, ""]:
        """The unexplained flux; where it takes glucose away, it fades with the glucose that is left to take."""
        flux = jnp.asarray(inputs.unexplained_flux_mgdl_per_min)
        return jnp.where(flux < 0.0, flux * jnp.clip(glucose_mgdl / FADING_MGDL, 0.0, 1.0), flux)
