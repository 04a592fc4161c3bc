"""Sulfonylureas: the beta cell secretes more, part of it whatever glucose is."""

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

STANDARD_DOSE_MG = {"glimepiride": 4.0, "gliclazide": 60.0, "glipizide": 10.0, "glibenclamide": 10.0}
"""Doses that count as one: usual maintenance doses of their labels (gliclazide with modified release)."""


class Sulfonylurea(AbstractModulator[OralDoseState]):
    """One lumped sulfonylurea.

    Label of glimepiride (peak after two to three hours, half-life five to eight); Goldberg et al., Diabetes Care
    1996;19:849-56 (1, 4 and 8 mg lower HbA1c by 1.2, 1.8 and 1.9 %); strength proposed so that monotherapy lowers HbA1c
    as in Hirst et al., Diabetologia 2013;56:973-84, with half of it independent of glucose, which is why lows occur.

    Equations:
        gut'  = doses - ka gut
        body' = ka gut - c ke body
        secretion_factor         = 1 + e body / (body + B50)
        secretion_floor_fraction = + f body / (body + B50)

    | letter | parameter |
    |---|---|
    | ka, ke | absorption_per_min, elimination_per_min |
    | c | clearance_factor: by genotype (CYP2C9, CYP2C19), 1 as usual |
    | B50 | half_effect_doses |
    | e, f | secretion_gain_fraction, floor_fraction |

    Limits: all of the class get one time course; active metabolites and the kidney play no part; beta cells do not tire
    here (months are another body's).
    """

    name = "sulfonylurea"

    absorption_per_min: Float[Array, ""]
    elimination_per_min: Float[Array, ""]
    clearance_factor: Float[Array, ""]
    half_effect_doses: Float[Array, ""]
    secretion_gain_fraction: Float[Array, ""]
    floor_fraction: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Those above."""
        return tuple(STANDARD_DOSE_MG)

    def initial_state(self) -> OralDoseState:
        """None taken."""
        return nothing_taken(self.floor_fraction)

    def emit(self, state: OralDoseState, signals: Signals, inputs: Inputs) -> Signals:
        """More secretion, and a floor under it."""
        share = saturation(state.body_amount, self.half_effect_doses)
        return signals.scaling(secretion_factor=1.0 + self.secretion_gain_fraction * share).adding(
            secretion_floor_fraction=self.floor_fraction * share
        )

    def advance(self, state: OralDoseState, signals: Signals, inputs: Inputs, *, minutes: float) -> OralDoseState:
        """Absorption and elimination over the step."""
        return after_step(
            state,
            minutes * standard_doses_per_min(inputs, STANDARD_DOSE_MG),
            absorption_per_min=self.absorption_per_min,
            elimination_per_min=self.clearance_factor * self.elimination_per_min,
            minutes=minutes,
        )
