"""Pioglitazone: over weeks insulin acts more strongly."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.oral_dose import OralDoseState, after_step, saturation
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals


class PioglitazoneState(AbstractState):
    """The medicine in mg, and what its genes have made of it so far, 0 to 1."""

    gut_mg: Float[Array, ""]
    body_mg: Float[Array, ""]
    response: Float[Array, ""]


class Pioglitazone(AbstractModulator[PioglitazoneState]):
    """Pioglitazone with its active metabolites as one substance, and a slow response.

    Stringer et al. 2015 (rate 0.0089 per day and largest effect 0.173 on fasting glucose); label (half-life of
    active metabolites 16 to 24 h).

    Equations:
        gut'  = dose - ka gut
        body' = ka gut - ke body
        response' = r (body / (body + B50) - response)
        uptake_sensitivity_factor  = 1 + u response
        hepatic_sensitivity_factor = 1 + h response

    | letter | parameter |
    |---|---|
    | ka, ke | absorption_per_min, elimination_per_min |
    | B50 | half_effect_mg |
    | r | response_per_day |
    | u, h | uptake_gain_fraction, hepatic_gain_fraction |

    Limits: liver fat, fluid and weight are not here; who has taken it for long is simulated over months, or with a
    faster ``response_per_day``.
    """

    name = "pioglitazone"

    absorption_per_min: Float[Array, ""]
    elimination_per_min: Float[Array, ""]
    half_effect_mg: Float[Array, ""]
    response_per_day: Float[Array, ""]
    uptake_gain_fraction: Float[Array, ""]
    hepatic_gain_fraction: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Itself."""
        return ("pioglitazone",)

    def initial_state(self) -> PioglitazoneState:
        """None taken."""
        zero = jnp.zeros_like(self.half_effect_mg)
        return PioglitazoneState(gut_mg=zero, body_mg=zero, response=zero)

    def emit(self, state: PioglitazoneState, signals: Signals, inputs: Inputs) -> Signals:
        """Stronger insulin."""
        return signals.scaling(
            uptake_sensitivity_factor=1.0 + self.uptake_gain_fraction * state.response,
            hepatic_sensitivity_factor=1.0 + self.hepatic_gain_fraction * state.response,
        )

    def advance(
        self, state: PioglitazoneState, signals: Signals, inputs: Inputs, *, minutes: float
    ) -> PioglitazoneState:
        """Absorption, elimination and the slow response over the step."""
        after = after_step(
            OralDoseState(gut_amount=state.gut_mg, body_amount=state.body_mg),
            minutes * inputs.medication("pioglitazone"),
            absorption_per_min=self.absorption_per_min,
            elimination_per_min=self.elimination_per_min,
            minutes=minutes,
        )
        share = saturation(state.body_mg, self.half_effect_mg)
        return PioglitazoneState(
            gut_mg=after.gut_amount,
            body_mg=after.body_amount,
            response=approached(state.response, share, self.response_per_day / MINUTES_PER_DAY, minutes),
        )
