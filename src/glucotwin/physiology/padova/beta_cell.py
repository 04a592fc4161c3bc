"""Insulin secretion of the UVA/Padova equations: a beta cell that answers glucose and how fast it rises."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

QUIET_MGDL, HALF_ABOVE_MGDL = 81.0, 27.0
"""Glucose below which incretin receptors call forth no insulin (4.5 mmol/L), and how far above they do half of it."""


class PadovaBetaCellState(AbstractState):
    """Insulin on its way to the liver, and the delayed answer to the level of glucose."""

    portal_pmol_per_kg: Float[Array, ""]
    static_pmol_per_kg_per_min: Float[Array, ""]


class PadovaBetaCell(AbstractOrgan[PadovaBetaCellState]):
    """Secretion: basal, static by the level of glucose, delayed, and dynamic by its rise (Dalla Man 2007, eq. 23-26).

    | letter | parameter or state |
    |---|---|
    | Ipo | portal_pmol_per_kg |
    | Y | static_pmol_per_kg_per_min |
    | alpha | static_rate_per_min |
    | beta | static_gain in pmol/kg/min per mg/dL |
    | K | dynamic_gain in pmol/kg per mg/dL |
    | gamma | release_per_min |
    | kp4 | portal_effect in mg/kg/min per pmol/kg: of portal insulin on production in the liver |
    | h, Gb | basal_mgdl: glucose above which the static answer is positive |
    | Sb | basal_pmol_per_kg_per_min |

    Signals: ``secretion_factor`` scales everything that is secreted; ``high_glucose_secretion_factor`` likewise but
    less and less as glucose falls to 81 mg/dL (agonists of incretin receptors); ``glucose_response_factor`` the answers
    to glucose alone (the person's own incretins), ``static_response_factor`` that to its level (time of day);
    ``secretion_floor_fraction`` of basal secretion comes on top whatever glucose is (sulfonylureas). Portal insulin
    suppresses production in proportion to its deviation from rest, through ``added_production_mg_per_kg_per_min``.
    """

    name = "beta_cell"
    uncertain = ("static_pmol_per_kg_per_min",)

    static_rate_per_min: Float[Array, ""]
    static_gain: Float[Array, ""]
    dynamic_gain: Float[Array, ""]
    release_per_min: Float[Array, ""]
    portal_effect: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    basal_pmol_per_kg_per_min: Float[Array, ""]

    def initial_state(self) -> PadovaBetaCellState:
        """Secreting at the basal rate."""
        return PadovaBetaCellState(
            portal_pmol_per_kg=self.basal_pmol_per_kg_per_min / self.release_per_min,
            static_pmol_per_kg_per_min=jnp.zeros_like(self.basal_pmol_per_kg_per_min),
        )

    def emit(self, state: PadovaBetaCellState, signals: Signals, inputs: Inputs) -> Signals:
        """Secretion, and what portal insulin takes from production."""
        excess = state.portal_pmol_per_kg - self.basal_pmol_per_kg_per_min / self.release_per_min
        return signals.adding(
            secretion_pmol_per_kg_per_min=self.release_per_min * state.portal_pmol_per_kg,
            added_production_mg_per_kg_per_min=-self.portal_effect * excess,
        )

    def derivative(self, state: PadovaBetaCellState, signals: Signals, inputs: Inputs) -> PadovaBetaCellState:
        """Provision, release and the delayed static answer, which never takes more away than basal secretion."""
        basal, static = self.basal_pmol_per_kg_per_min, state.static_pmol_per_kg_per_min
        gain = self.static_gain * signals.static_response_factor
        target = jnp.maximum(gain * (signals.glucose_mgdl - self.basal_mgdl), -basal)
        dynamic = self.dynamic_gain * jnp.maximum(signals.glucose_rate_mgdl_per_min, 0.0)
        answered = signals.glucose_response_factor * (jnp.maximum(static, 0.0) + dynamic) + jnp.minimum(static, 0.0)
        provided = self._strength(signals) * (answered + basal) + signals.secretion_floor_fraction * basal
        return PadovaBetaCellState(
            portal_pmol_per_kg=provided - self.release_per_min * state.portal_pmol_per_kg,
            static_pmol_per_kg_per_min=-self.static_rate_per_min * (static - target),
        )

    def _strength(self, signals: Signals) -> Float[Array, ""]:
        """The factor on everything that glucose and rest call forth."""
        above = jnp.maximum(signals.glucose_mgdl - QUIET_MGDL, 0.0)
        open_share = above / (above + HALF_ABOVE_MGDL)
        return signals.secretion_factor * (1.0 + (signals.high_glucose_secretion_factor - 1.0) * open_share)
