"""SGLT2 inhibitors: the kidney lets glucose go earlier, and the liver makes more ketones."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState
from glucotwin.physiology.signal import Signals

STANDARD_DOSE_MG = {"dapagliflozin": 10.0, "empagliflozin": 25.0, "canagliflozin": 300.0, "sotagliflozin": 400.0}
"""Doses that count as one: the highest of their labels."""


class Sglt2InhibitorState(AbstractState):
    """Standard doses in gut and body."""

    gut_doses: Float[Array, ""]
    body_doses: Float[Array, ""]


class Sglt2Inhibitor(AbstractModulator[Sglt2InhibitorState]):
    """One lumped SGLT2 inhibitor.

    Kinetics of dapagliflozin (half-life 13 h); effect on the renal
    threshold and on ketones: see the records and the validation.

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

    def initial_state(self) -> Sglt2InhibitorState:
        """None taken."""
        zero = jnp.zeros_like(self.half_effect_doses)
        return Sglt2InhibitorState(gut_doses=zero, body_doses=zero)

    def emit(self, state: Sglt2InhibitorState, signals: Signals, inputs: Inputs) -> Signals:
        """A lower renal threshold and more ketones."""
        effect = state.body_doses / (state.body_doses + self.half_effect_doses)
        return signals.scaling(
            renal_threshold_factor=1.0 - self.threshold_loss_fraction * effect,
            ketogenesis_factor=1.0 + self.ketogenesis_gain_fraction * effect,
        )

    def advance(
        self, state: Sglt2InhibitorState, signals: Signals, inputs: Inputs, *, minutes: float
    ) -> Sglt2InhibitorState:
        """Absorption and elimination over the step."""
        doses = [inputs.medication(name) / standard for name, standard in STANDARD_DOSE_MG.items()]
        taken = state.gut_doses + minutes * sum(doses, start=jnp.zeros_like(state.gut_doses))
        gut = taken * jnp.exp(-self.absorption_per_min * minutes)
        return Sglt2InhibitorState(
            gut_doses=gut, body_doses=state.body_doses * jnp.exp(-self.elimination_per_min * minutes) + taken - gut
        )
