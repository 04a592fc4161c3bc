"""Glucose and insulin of the integrated glucose-insulin model, each hearing the other with a delay."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import MGDL_PER_MMOLL, PMOLL_PER_MUL
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.oral_dose import OralDoseState, after_step, nothing_taken, saturation
from glucotwin.physiology.organ import AbstractModulator, AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

MG_PER_MMOL = 10.0 * MGDL_PER_MMOLL
NG_PER_MG = 1e6


class IgiGlucoseState(AbstractState):
    """Glucose in the centre and the periphery, and the delayed level that production hears."""

    central_mmol: Float[Array, ""]
    peripheral_mmol: Float[Array, ""]
    heard_mmoll: Float[Array, ""]


class IgiGlucose(AbstractOrgan[IgiGlucoseState]):
    """Two pools with clearance that insulin raises, and the kidney (Silber 2007; Jauslin 2007; mGIPsim).

    | letter | parameter |
    |---|---|
    | VG, VP, Q | volume_l, peripheral_volume_l, exchange_l_per_min |
    | CLG, CLGI | clearance_l_per_min, insulin_clearance_l_per_min per mU/L |
    | GPRG, kGE1 | production_power, production_rate_per_min: of glucose in production (0 in type 2 diabetes) |
    | GSS, ISS | basal_mmoll, basal_mul |
    | GFR, RTG0 | filtration_l_per_min, threshold_mmoll |

    ``hepatic_output_factor`` scales production, ``sensitivity_factor`` and ``uptake_sensitivity_factor`` insulin's part
    of clearance, ``renal_threshold_factor`` the threshold. Production at rest balances what is cleared and excreted.
    """

    name = "glucose"
    uncertain = ("central_mmol", "peripheral_mmol")

    volume_l: Float[Array, ""]
    peripheral_volume_l: Float[Array, ""]
    exchange_l_per_min: Float[Array, ""]
    clearance_l_per_min: Float[Array, ""]
    insulin_clearance_l_per_min: Float[Array, ""]
    production_power: Float[Array, ""]
    production_rate_per_min: Float[Array, ""]
    filtration_l_per_min: Float[Array, ""]
    threshold_mmoll: Float[Array, ""]
    basal_mmoll: Float[Array, ""]
    basal_mul: Float[Array, ""]
    weight_kg: Float[Array, ""]

    def initial_state(self) -> IgiGlucoseState:
        """At rest."""
        return IgiGlucoseState(
            central_mmol=self.basal_mmoll * self.volume_l,
            peripheral_mmol=self.basal_mmoll * self.peripheral_volume_l,
            heard_mmoll=self.basal_mmoll,
        )

    def emit(self, state: IgiGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma glucose, and what the kidney loses."""
        level = state.central_mmol / self.volume_l
        lost = self._excreted_mmol_per_min(level, signals.renal_threshold_factor)
        return signals.sending(glucose_mgdl=MGDL_PER_MMOLL * level).adding(
            excretion_mg_per_kg_per_min=MG_PER_MMOL * lost / self.weight_kg
        )

    def derivative(self, state: IgiGlucoseState, signals: Signals, inputs: Inputs) -> IgiGlucoseState:
        """Appearance, production, exchange, clearance and excretion."""
        level = state.central_mmol / self.volume_l
        action = signals.insulin_action * signals.sensitivity_factor * signals.uptake_sensitivity_factor
        cleared = (self.clearance_l_per_min + self.insulin_clearance_l_per_min * action) * level
        lost = self._excreted_mmol_per_min(level, signals.renal_threshold_factor)
        exchanged = self.exchange_l_per_min * (level - state.peripheral_mmol / self.peripheral_volume_l)
        produced = self.basal_production_mmol_per_min() * signals.hepatic_output_factor
        brake = (state.heard_mmoll / self.basal_mmoll) ** self.production_power
        appeared = signals.glucose_appearance_mg_per_min / MG_PER_MMOL
        unexplained = inputs.unexplained_flux_mgdl_per_min / MGDL_PER_MMOLL * self.volume_l
        return IgiGlucoseState(
            central_mmol=appeared + unexplained + produced * brake - cleared - lost - exchanged,
            peripheral_mmol=exchanged,
            heard_mmoll=self.production_rate_per_min * (level - state.heard_mmoll),
        )

    def basal_production_mmol_per_min(self) -> Float[Array, ""]:
        """Production at rest (Gprod0)."""
        clearance = self.clearance_l_per_min + self.insulin_clearance_l_per_min * self.basal_mul
        lost = self._excreted_mmol_per_min(self.basal_mmoll, jnp.ones_like(self.basal_mmoll))
        return clearance * self.basal_mmoll + lost

    def _excreted_mmol_per_min(self, level: Float[Array, ""], threshold: Float[Array, ""]) -> Float[Array, ""]:
        return self.filtration_l_per_min * jnp.maximum(level - self.threshold_mmoll * threshold, 0.0)


class IgiInsulinState(AbstractState):
    """Insulin in plasma in mU, its delayed effect, and the delayed glucose that secretion hears."""

    plasma_mu: Float[Array, ""]
    effect_mul: Float[Array, ""]
    heard_mmoll: Float[Array, ""]


class IgiInsulin(AbstractOrgan[IgiInsulinState]):
    """Secretion by a power of delayed glucose and by incretins; clearance; delayed effect (Silber 2007, Jauslin 2007).

    | letter | parameter |
    |---|---|
    | VI, ClI | volume_l, clearance_l_per_min |
    | IPRG, kGE (kGE2) | secretion_power, secretion_rate_per_min |
    | kIE | effect_rate_per_min |
    | GSS, ISS | basal_mmoll, basal_mul |

    ``secretion_factor``, ``high_glucose_secretion_factor`` and ``glucose_response_factor`` scale secretion,
    ``clearance_factor`` clearance.
    """

    name = "plasma_insulin"

    volume_l: Float[Array, ""]
    clearance_l_per_min: Float[Array, ""]
    secretion_power: Float[Array, ""]
    secretion_rate_per_min: Float[Array, ""]
    effect_rate_per_min: Float[Array, ""]
    basal_mmoll: Float[Array, ""]
    basal_mul: Float[Array, ""]

    def initial_state(self) -> IgiInsulinState:
        """At rest."""
        return IgiInsulinState(
            plasma_mu=self.basal_mul * self.volume_l, effect_mul=self.basal_mul, heard_mmoll=self.basal_mmoll
        )

    def emit(self, state: IgiInsulinState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma insulin and its effect."""
        return signals.sending(
            insulin_pmoll=PMOLL_PER_MUL * state.plasma_mu / self.volume_l, insulin_action=state.effect_mul
        )

    def derivative(self, state: IgiInsulinState, signals: Signals, inputs: Inputs) -> IgiInsulinState:
        """Secretion, what is injected, clearance and delays."""
        level = state.plasma_mu / self.volume_l
        strength = (
            signals.secretion_factor * signals.high_glucose_secretion_factor * signals.glucose_response_factor
            + signals.secretion_floor_fraction
        )
        # A power of nothing has no slope; glucose never gets there.
        heard = jnp.maximum(state.heard_mmoll / self.basal_mmoll, 1e-3)
        secreted = self.basal_mul * self.clearance_l_per_min * heard**self.secretion_power * strength
        injected = signals.insulin_appearance_pmol_per_min / PMOLL_PER_MUL
        return IgiInsulinState(
            plasma_mu=secreted + injected - self.clearance_l_per_min * signals.clearance_factor * level,
            effect_mul=self.effect_rate_per_min * (level - state.effect_mul),
            heard_mmoll=self.secretion_rate_per_min * (signals.glucose_mgdl / MGDL_PER_MMOLL - state.heard_mmoll),
        )


class Canagliflozin(AbstractModulator[OralDoseState]):
    """Canagliflozin as mGIPsim has it: exposure, and the renal threshold by concentration.

    | letter | parameter |
    |---|---|
    | ksa, ke, Vd | absorption_per_min, elimination_per_min, volume_ml |
    | EC50, RTG_Max | half_effect_ng_per_ml, threshold_loss_fraction |
    """

    name = "canagliflozin"

    absorption_per_min: Float[Array, ""]
    elimination_per_min: Float[Array, ""]
    volume_ml: Float[Array, ""]
    half_effect_ng_per_ml: Float[Array, ""]
    threshold_loss_fraction: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Itself."""
        return (self.name,)

    def initial_state(self) -> OralDoseState:
        """None taken."""
        return nothing_taken(self.volume_ml)

    def emit(self, state: OralDoseState, signals: Signals, inputs: Inputs) -> Signals:
        """A lower renal threshold."""
        share = saturation(NG_PER_MG * state.body_amount / self.volume_ml, self.half_effect_ng_per_ml)
        return signals.scaling(renal_threshold_factor=1.0 - self.threshold_loss_fraction * share)

    def advance(self, state: OralDoseState, signals: Signals, inputs: Inputs, *, minutes: float) -> OralDoseState:
        """Absorption and elimination over the step."""
        return after_step(
            state,
            minutes * inputs.medication(self.name),
            absorption_per_min=self.absorption_per_min,
            elimination_per_min=self.elimination_per_min,
            minutes=minutes,
        )
