"""Glucocorticoids by mouth or injection: hours of insulin resistance that begin hours after the dose."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals

PREDNISOLONE_MG_PER_MG = {
    "prednisolone": 1.0,
    "prednisone": 1.0,
    "methylprednisolone": 1.25,
    "hydrocortisone": 0.25,
    "dexamethasone": 6.67,
}
"""Equivalent glucocorticoid doses, as in every textbook (5 mg prednisolone = 4 methylprednisolone = 20 hydrocortisone =
0.75 dexamethasone)."""


class SteroidState(AbstractState):
    """Prednisolone equivalents in gut and plasma, and their effect in the cells."""

    gut_mg: Float[Array, ""]
    body_mg: Float[Array, ""]
    effect: Float[Array, ""]


class Steroid(AbstractModulator[SteroidState]):
    """Glucocorticoids lower insulin sensitivity and raise production, most in the afternoon after a morning dose.

    Yuen et al., Clin Endocrinol 2012;77:224-32 (glucose is raised from midday to midnight) and Bevier et al., J
    Diabetes Sci Technol 2008;2:578-83 (daily insulin on 60 mg of prednisone); kinetics as in the records.

    Equations:
        gut'  = doses as prednisolone - ka gut
        body' = ka gut - ke body
        effect' = kf [body / (body + B50) - effect]
        sensitivity_factor    = 1 - s effect
        hepatic_output_factor = 1 + h effect

    | letter | parameter |
    |---|---|
    | ka, ke | absorption_per_min, elimination_per_min |
    | B50 | half_effect_mg_per_kg times weight_kg |
    | kf | effect_per_min |
    | s, h | sensitivity_loss_fraction, production_gain_fraction |

    Limits: all glucocorticoids get prednisolone's kinetics (dexamethasone lasts longer), and inhaled or topical ones
    are not covered.
    """

    name = "steroid"

    absorption_per_min: Float[Array, ""]
    elimination_per_min: Float[Array, ""]
    half_effect_mg_per_kg: Float[Array, ""]
    effect_per_min: Float[Array, ""]
    sensitivity_loss_fraction: Float[Array, ""]
    production_gain_fraction: Float[Array, ""]
    weight_kg: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Those above."""
        return tuple(PREDNISOLONE_MG_PER_MG)

    def initial_state(self) -> SteroidState:
        """None taken."""
        zero = jnp.zeros_like(self.weight_kg)
        return SteroidState(gut_mg=zero, body_mg=zero, effect=zero)

    def emit(self, state: SteroidState, signals: Signals, inputs: Inputs) -> Signals:
        """Resistance and production."""
        return signals.scaling(
            sensitivity_factor=1.0 - self.sensitivity_loss_fraction * state.effect,
            hepatic_output_factor=1.0 + self.production_gain_fraction * state.effect,
        )

    def advance(self, state: SteroidState, signals: Signals, inputs: Inputs, *, minutes: float) -> SteroidState:
        """Absorption, elimination and effect over the step."""
        doses = [potency * inputs.medication(name) for name, potency in PREDNISOLONE_MG_PER_MG.items()]
        taken = state.gut_mg + minutes * sum(doses, start=jnp.zeros_like(state.gut_mg))
        gut = taken * jnp.exp(-self.absorption_per_min * minutes)
        body = state.body_mg * jnp.exp(-self.elimination_per_min * minutes) + taken - gut
        target = body / (body + self.half_effect_mg_per_kg * self.weight_kg)
        return SteroidState(
            gut_mg=gut, body_mg=body, effect=approached(state.effect, target, self.effect_per_min, minutes)
        )
