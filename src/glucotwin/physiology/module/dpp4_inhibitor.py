"""DPP-4 inhibitors: the person's own incretins last longer."""

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.oral_dose import (
    OralDoseState,
    after_step,
    nothing_taken,
    saturation,
    standard_doses_per_min,
)
from glucotwin.physiology.organ import AbstractModulator
from glucotwin.physiology.signal import Signals

STANDARD_DOSE_MG = {"sitagliptin": 100.0, "linagliptin": 5.0, "vildagliptin": 100.0}
"""Doses that count as one: those of a day in their labels."""

REFERENCE_EGFR = 100.0


class Dpp4Inhibitor(AbstractModulator[OralDoseState]):
    """One lumped inhibitor with the kinetics of sitagliptin.

    Label of sitagliptin (half-life 12.4 h, 79 % unchanged in urine; 80 % inhibition for 24 h); active GLP-1 rises
    2.5-fold after meals.

    Equations:
        gut'  = doses - ka gut
        body' = ka gut - ke (1 - r + r GFR / 100) body
        incretin_factor               = 1 + i body / (body + B50)
        high_glucose_secretion_factor = 1 + s body / (body + B50)
        hepatic_output_factor         = 1 - g body / (body + B50)

    | letter | parameter |
    |---|---|
    | ka, ke | absorption_per_min, elimination_per_min |
    | r | renal_share: of clearance, at 100 mL/min |
    | B50 | half_effect_doses |
    | i, s | incretin_gain_fraction (while glucose is absorbed), secretion_gain_fraction (always) |
    | g | production_loss_fraction: through less glucagon |
    | GFR | egfr_ml_per_min |

    Limits: linagliptin, which the kidney spares, gets the renal share of sitagliptin; glucagon is not a state here.
    """

    name = "dpp4_inhibitor"

    absorption_per_min: Float[Array, ""]
    elimination_per_min: Float[Array, ""]
    renal_share: Float[Array, ""]
    half_effect_doses: Float[Array, ""]
    incretin_gain_fraction: Float[Array, ""]
    secretion_gain_fraction: Float[Array, ""]
    production_loss_fraction: Float[Array, ""]
    egfr_ml_per_min: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Those above."""
        return tuple(STANDARD_DOSE_MG)

    def initial_state(self) -> OralDoseState:
        """None taken."""
        return nothing_taken(self.renal_share)

    def emit(self, state: OralDoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Stronger incretins, and a little less glucagon."""
        share = saturation(state.body_amount, self.half_effect_doses)
        return signals.scaling(
            incretin_factor=1.0 + self.incretin_gain_fraction * share,
            high_glucose_secretion_factor=1.0 + self.secretion_gain_fraction * share,
            hepatic_output_factor=1.0 - self.production_loss_fraction * share,
        )

    def advance(self, state: OralDoseState, signals: Signals, inputs: Inputs, *, minutes: float) -> OralDoseState:
        """Absorption and elimination over the step."""
        kidney = 1.0 - self.renal_share + self.renal_share * self.egfr_ml_per_min / REFERENCE_EGFR
        return after_step(
            state,
            minutes * standard_doses_per_min(inputs, STANDARD_DOSE_MG),
            absorption_per_min=self.absorption_per_min,
            elimination_per_min=self.elimination_per_min * kidney,
            minutes=minutes,
        )
