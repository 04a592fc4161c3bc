"""Metformin: the liver makes less glucose."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.oral_dose import OralDoseState, after_step, nothing_taken
from glucotwin.physiology.organ import AbstractModulator
from glucotwin.physiology.signal import Signals

MINUTES_PER_HOUR = 60.0


class Metformin(AbstractModulator[OralDoseState]):
    """Exposure by kidney function and weight, glucose production by exposure.

    Li et al. 2020 (kinetics in 125 people with type 2 diabetes); Chae et al. 2012 (form of the effect, from healthy
    people, in whom the largest effect was half as strong).

    Equations:
        gut'  = dose - ka gut
        body' = ka gut - CL / V body,   C = body / V
        CL    = CL75 (BW / 75)^a (GFR / 102.5)^b
        hepatic_output_factor = 1 - m C^s / (C50^s + C^s)

    | letter | parameter |
    |---|---|
    | ka | absorption_per_min |
    | CL75, V | clearance_l_per_h (apparent, of 75 kg at 102.5 mL/min), volume_l (apparent) |
    | a, b | weight_exponent, egfr_exponent |
    | m, C50, s | production_loss_fraction, half_effect_mg_per_l, shape |
    | BW, GFR | weight_kg, egfr_ml_per_min |

    Limits: the lag before absorption is left out; nothing acts in the gut; effects come at once with exposure, where
    days pass in people.
    """

    name = "metformin"

    absorption_per_min: Float[Array, ""]
    clearance_l_per_h: Float[Array, ""]
    volume_l: Float[Array, ""]
    weight_exponent: Float[Array, ""]
    egfr_exponent: Float[Array, ""]
    production_loss_fraction: Float[Array, ""]
    half_effect_mg_per_l: Float[Array, ""]
    shape: Float[Array, ""]
    weight_kg: Float[Array, ""]
    egfr_ml_per_min: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Itself."""
        return ("metformin",)

    def initial_state(self) -> OralDoseState:
        """None taken."""
        return nothing_taken(self.shape)

    def emit(self, state: OralDoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Less endogenous production."""
        level = state.body_amount / self.volume_l
        taken = level > 0.0
        # The power has no slope at zero, which no gradient may meet.
        driven = jnp.where(taken, jnp.where(taken, level / self.half_effect_mg_per_l, 1.0) ** self.shape, 0.0)
        return signals.scaling(hepatic_output_factor=1.0 - self.production_loss_fraction * driven / (1.0 + driven))

    def advance(self, state: OralDoseState, signals: Signals, inputs: Inputs, *, minutes: float) -> OralDoseState:
        """Absorption and elimination over the step."""
        return after_step(
            state,
            minutes * inputs.medication("metformin"),
            absorption_per_min=self.absorption_per_min,
            elimination_per_min=self.clearance_of_person_l_per_h() / MINUTES_PER_HOUR / self.volume_l,
            minutes=minutes,
        )

    def clearance_of_person_l_per_h(self) -> Float[Array, ""]:
        """Apparent clearance at this weight and kidney function."""
        by_weight = (self.weight_kg / 75.0) ** self.weight_exponent
        return self.clearance_l_per_h * by_weight * (self.egfr_ml_per_min / 102.5) ** self.egfr_exponent
