"""SGLT2 inhibitors: the kidney lets glucose go earlier, and the liver makes more ketones."""

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

STANDARD_DOSE_MG = {"dapagliflozin": 10.0, "empagliflozin": 25.0, "canagliflozin": 300.0, "sotagliflozin": 400.0}
"""Doses that count as one: the highest of their labels."""


class Sglt2Inhibitor(AbstractModulator[OralDoseState]):
    """One lumped SGLT2 inhibitor; amounts are counted in standard doses.

    Kinetics of dapagliflozin (half-life 13 h); effect on the renal threshold and on ketones: see the records and the
    validation.

    Equations:
        gut'  = doses - ka gut
        body' = ka gut - ke body
        renal_threshold_factor = 1 - t body / (body + B50)
        ketogenesis_factor     = 1 + k body / (body + B50)

    | letter | parameter |
    |---|---|
    | ka, ke | absorption_per_min, elimination_per_min |
    | B50 | half_effect_doses |
    | t, k | threshold_loss_fraction, ketogenesis_gain_fraction |

    Limits: all of the class get one time course; sotagliflozin's effect in the gut is not there; exposure does not
    depend on kidney function here.
    """

    name = "sglt2_inhibitor"

    absorption_per_min: Float[Array, ""]
    elimination_per_min: Float[Array, ""]
    half_effect_doses: Float[Array, ""]
    threshold_loss_fraction: Float[Array, ""]
    ketogenesis_gain_fraction: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Those above."""
        return tuple(STANDARD_DOSE_MG)

    def initial_state(self) -> OralDoseState:
        """None taken."""
        return nothing_taken(self.half_effect_doses)

    def emit(self, state: OralDoseState, signals: Signals, inputs: Inputs) -> Signals:
        """A lower renal threshold and more ketones."""
        effect = saturation(state.body_amount, self.half_effect_doses)
        return signals.scaling(
            renal_threshold_factor=1.0 - self.threshold_loss_fraction * effect,
            ketogenesis_factor=1.0 + self.ketogenesis_gain_fraction * effect,
        )

    def advance(self, state: OralDoseState, signals: Signals, inputs: Inputs, *, minutes: float) -> OralDoseState:
        """Absorption and elimination over the step."""
        return after_step(
            state,
            minutes * standard_doses_per_min(inputs, STANDARD_DOSE_MG),
            absorption_per_min=self.absorption_per_min,
            elimination_per_min=self.elimination_per_min,
            minutes=minutes,
        )
