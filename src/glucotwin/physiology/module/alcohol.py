"""Alcohol: less glucose from the liver while it is there, and more insulin sensitivity the morning after."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals


class AlcoholState(AbstractState):
    """Ethanol in gut and body, and the late effect on its way and there."""

    gut_g: Float[Array, ""]
    body_g: Float[Array, ""]
    coming: Float[Array, ""]
    late: Float[Array, ""]


class Alcohol(AbstractModulator[AlcoholState]):
    """Ethanol blocks gluconeogenesis while it is in the blood and lowers growth hormone at night.

    Widmark 1932 (volume); Siler et al., Am J Physiol 1998;275:E897-907 (production falls by an eighth after 48 g);
    Turner et al., Diabetes Care 2001;24:1888-93 (lower glucose and lows the morning after an evening's wine, with less
    growth hormone at night).

    Equations:
        gut'  = drunk - ka gut
        body' = ka gut - Vm BW C / (Km + C),   C = body / (r BW)
        hepatic_output_factor = 1 - p C / (C50 + C)
        glycogen_factor       = 1 - q C / (C50 + C)
        coming' = k1 [C / (C50 + C) - coming],  late' = k2 (coming - late)
        sensitivity_factor    = 1 + z late

    | letter | parameter |
    |---|---|
    | ka | absorption_per_min |
    | Vm, Km | elimination_g_per_kg_per_min, elimination_half_g_per_l |
    | r, BW | volume_l_per_kg, weight_kg |
    | p, q, C50 | production_loss_fraction, release_loss_fraction, half_effect_g_per_l |
    | k1, k2, z | late_onset_per_min, late_fade_per_min, late_sensitivity_gain |

    Limits: the carbohydrate of beer and cocktails has to be logged as food; no tolerance, no effect on behaviour.
    """

    name = "alcohol"

    absorption_per_min: Float[Array, ""]
    elimination_g_per_kg_per_min: Float[Array, ""]
    elimination_half_g_per_l: Float[Array, ""]
    volume_l_per_kg: Float[Array, ""]
    production_loss_fraction: Float[Array, ""]
    release_loss_fraction: Float[Array, ""]
    half_effect_g_per_l: Float[Array, ""]
    late_onset_per_min: Float[Array, ""]
    late_fade_per_min: Float[Array, ""]
    late_sensitivity_gain: Float[Array, ""]
    weight_kg: Float[Array, ""]

    def initial_state(self) -> AlcoholState:
        """Sober."""
        zero = jnp.zeros_like(self.weight_kg)
        return AlcoholState(gut_g=zero, body_g=zero, coming=zero, late=zero)

    def emit(self, state: AlcoholState, signals: Signals, inputs: Inputs) -> Signals:
        """Blood alcohol, its brake on the liver, and the late effect."""
        effect = self._effect(state.body_g)
        return signals.sending(ethanol_g_per_l=self._concentration(state.body_g)).scaling(
            hepatic_output_factor=1.0 - self.production_loss_fraction * effect,
            glycogen_factor=1.0 - self.release_loss_fraction * effect,
            sensitivity_factor=1.0 + self.late_sensitivity_gain * state.late,
        )

    def advance(self, state: AlcoholState, signals: Signals, inputs: Inputs, *, minutes: float) -> AlcoholState:
        """Drinking, absorption, elimination and the late effect over the step."""
        drunk = state.gut_g + minutes * inputs.alcohol_g_per_min
        gut = drunk * jnp.exp(-self.absorption_per_min * minutes)
        concentration = self._concentration(state.body_g)
        speed = self.elimination_g_per_kg_per_min * self.weight_kg / (self.elimination_half_g_per_l + concentration)
        body = state.body_g * jnp.exp(-speed / (self.volume_l_per_kg * self.weight_kg) * minutes) + drunk - gut
        coming = approached(state.coming, self._effect(body), self.late_onset_per_min, minutes)
        late = approached(state.late, state.coming, self.late_fade_per_min, minutes)
        return AlcoholState(gut_g=gut, body_g=body, coming=coming, late=late)

    def _concentration(self, body_g: Float[Array, ""]) -> Float[Array, ""]:
        return body_g / (self.volume_l_per_kg * self.weight_kg)

    def _effect(self, body_g: Float[Array, ""]) -> Float[Array, ""]:
        """Share of the largest effect on the liver."""
        concentration = self._concentration(body_g)
        return concentration / (self.half_effect_g_per_l + concentration)
