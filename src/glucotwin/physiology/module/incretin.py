"""The incretin effect: glucose that comes through the gut calls forth more insulin than glucose by vein."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals


class IncretinState(AbstractState):
    """How far incretin hormones are from fasting (0) to a large meal (1)."""

    level: Float[Array, ""]


class Incretin(AbstractModulator[IncretinState]):
    """GLP-1 and GIP as one hormone, driven by the appearance of glucose from the gut.

    Nauck et al., Diabetologia 1986;29:46-52, from memory (oral against isoglycaemic intravenous glucose: 60 to 70 % of
    the oral insulin response without diabetes, 20 to 40 % in type 2); Meier and Nauck, Diabetes 2010;59:1117-25 (50 to
    70 %, and perhaps below 20 %); Hong et al. 2013 (saturation at 14.8 mg/min).
    The published beta cell was identified from meals, so that its gains hold the whole effect: they are kept at full
    appearance and fall without.

    Equations:
        level' = (Ra / (Ra + Ra50) - level) / lag
        glucose_response_factor = (1 + e q level) / (1 + e)
        incretin effect = e / (1 + e)

    | letter | parameter or signal |
    |---|---|
    | e | gain_fraction |
    | Ra50 | half_appearance_mg_per_min |
    | lag | lag_min |
    | q | signal incretin_factor (DPP-4 inhibitors) |
    | Ra | signal glucose_appearance_mg_per_min |

    Limits: fat and protein release no incretins here; the two hormones are not told apart; basal secretion does not
    depend on them; the hormones' own effects on glucagon and the stomach are in the published meal already.
    """

    name = "incretin"

    gain_fraction: Float[Array, ""]
    half_appearance_mg_per_min: Float[Array, ""]
    lag_min: Float[Array, ""]

    def initial_state(self) -> IncretinState:
        """Fasting."""
        return IncretinState(level=jnp.zeros_like(self.gain_fraction))

    def emit(self, state: IncretinState, signals: Signals, inputs: Inputs) -> Signals:
        """The factor on secretion that answers glucose."""
        stimulated = 1.0 + self.gain_fraction * signals.incretin_factor * state.level
        return signals.scaling(glucose_response_factor=stimulated / (1.0 + self.gain_fraction))

    def advance(self, state: IncretinState, signals: Signals, inputs: Inputs, *, minutes: float) -> IncretinState:
        """The hormones follow appearance."""
        appearance = signals.glucose_appearance_mg_per_min
        target = appearance / (appearance + self.half_appearance_mg_per_min)
        return IncretinState(level=approached(state.level, target, 1.0 / self.lag_min, minutes))
