"""Insulin that acts more strongly while glucose is low."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

FLOOR_MGDL = 60.0
"""Gth: below this glucose the risk stays constant (Dalla Man 2014, A12)."""


class NoState(AbstractState):
    """Nothing is remembered."""


class LowGlucose(AbstractOrgan[NoState]):
    """The hypoglycaemia risk term: below basal glucose, insulin's effect on uptake grows.

    Dalla Man et al., J Diabetes Sci Technol 2014;8:26-34, equations A10 to A13; r1 and r2 as in Cappon et al., IEEE
    Trans Biomed Eng 2023 (they are subject-specific in the simulator and not published).

    Equations:
        uptake_sensitivity_factor = 1 + r1 risk
        risk = 10 [(ln max(G, 60))^r2 - (ln Gb)^r2]^2   for G < Gb, else 0

    | letter | parameter |
    |---|---|
    | r1, r2 | gain, exponent |
    | Gb | basal_mgdl |

    Limits: where insulin action is negative (less insulin than basal) the term lowers uptake further; the published
    equations do so too.
    """

    name = "low_glucose"

    gain: Float[Array, ""]
    exponent: Float[Array, ""]
    basal_mgdl: Float[Array, ""]

    def initial_state(self) -> NoState:
        """Nothing."""
        return NoState()

    def emit(self, state: NoState, signals: Signals, inputs: Inputs) -> Signals:
        """The factor on insulin's effect on uptake."""
        seen = jnp.clip(signals.glucose_mgdl, FLOOR_MGDL, jnp.maximum(self.basal_mgdl, FLOOR_MGDL))
        distance = jnp.log(seen) ** self.exponent - jnp.log(self.basal_mgdl) ** self.exponent
        return signals.scaling(uptake_sensitivity_factor=1.0 + 10.0 * self.gain * distance**2)

    def derivative(self, state: NoState, signals: Signals, inputs: Inputs) -> NoState:
        """Nothing."""
        return state
