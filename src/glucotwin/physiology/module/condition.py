"""Conditions that come and go over hours or days: illness, stress, lost sleep, the luteal phase."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals


class ConditionResponseState(AbstractState):
    """How far the body has gone into the condition."""

    level: Float[Array, ""]


class ConditionResponse(AbstractModulator[ConditionResponseState]):
    """One condition: its severity reaches the body with a lag and changes sensitivity, production and ketones.

    A condition is one record of numbers; their sources stand there.

    Equations:
        level' = (severity - level) / onset   while it rises,  / recovery  while it falls
        sensitivity_factor        = 1 - s level
        uptake_sensitivity_factor = 1 - u level
        hepatic_output_factor     = 1 + h level
        ketogenesis_factor        = 1 + k level

    | letter | parameter or input |
    |---|---|
    | severity | level of the condition in the inputs, 0 to 1 |
    | onset, recovery | onset_min, recovery_min |
    | s, u | sensitivity_loss_fraction (uptake and liver), uptake_loss_fraction (uptake alone) |
    | h, k | production_gain_fraction, ketogenesis_gain_fraction |

    Limits: conditions act independently of each other and of food; appetite and absorption do not change.
    """

    name: str = eqx.field(static=True)
    condition: str = eqx.field(static=True)
    onset_min: Float[Array, ""]
    recovery_min: Float[Array, ""]
    sensitivity_loss_fraction: Float[Array, ""]
    uptake_loss_fraction: Float[Array, ""]
    production_gain_fraction: Float[Array, ""]
    ketogenesis_gain_fraction: Float[Array, ""]

    def initial_state(self) -> ConditionResponseState:
        """Well."""
        return ConditionResponseState(level=jnp.zeros_like(self.onset_min))

    def emit(self, state: ConditionResponseState, signals: Signals, inputs: Inputs) -> Signals:
        """What the condition does."""
        return signals.scaling(
            sensitivity_factor=1.0 - self.sensitivity_loss_fraction * state.level,
            uptake_sensitivity_factor=1.0 - self.uptake_loss_fraction * state.level,
            hepatic_output_factor=1.0 + self.production_gain_fraction * state.level,
            ketogenesis_factor=1.0 + self.ketogenesis_gain_fraction * state.level,
        )

    def advance(
        self, state: ConditionResponseState, signals: Signals, inputs: Inputs, *, minutes: float
    ) -> ConditionResponseState:
        """Into the condition, or out of it."""
        severity = jnp.asarray(inputs.level(self.condition))
        lag = jnp.where(severity > state.level, self.onset_min, self.recovery_min)
        return ConditionResponseState(level=approached(state.level, severity, 1.0 / lag, minutes))
