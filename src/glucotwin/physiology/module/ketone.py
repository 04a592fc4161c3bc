"""Ketones: made from fat when insulin is lacking, cleared at a limited rate."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals


class KetoneState(AbstractState):
    """Fatty acids against their largest supply, and blood beta-hydroxybutyrate."""

    fatty_acids: Float[Array, ""]
    ketone_mmoll: Float[Array, ""]


class Ketone(AbstractModulator[KetoneState]):
    """Beta-hydroxybutyrate in blood from insulin lack, illness and SGLT2 inhibitors.

    The form (production falling exponentially with insulin) is ours; its size is set to Klonoff et al., J Diabetes Sci
    Technol 2024;18:1472-9 (after a pump stops: 0.2 mmol/L per hour, 1.6 mmol/L at 8 h, 3.0 at 14 h).

    Equations:
        fatty_acids' = kf [exp(-I / I0) - fatty_acids]
        ketone'      = q kp fatty_acids - Vm ketone / (Km + ketone)

    | letter | parameter or signal |
    |---|---|
    | I | signal insulin_pmoll |
    | I0 | half_lipolysis_fraction of basal_insulin_pmoll |
    | kf | lipolysis_per_min |
    | q, kp | signal ketogenesis_factor, production_mmoll_per_min |
    | Vm, Km | clearance_mmoll_per_min, clearance_half_mmoll |

    Limits: one pool of beta-hydroxybutyrate; no acid-base balance, no dehydration, and glucose does not feel ketones.
    """

    name = "ketone"

    half_lipolysis_fraction: Float[Array, ""]
    lipolysis_per_min: Float[Array, ""]
    production_mmoll_per_min: Float[Array, ""]
    clearance_mmoll_per_min: Float[Array, ""]
    clearance_half_mmoll: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    def initial_state(self) -> KetoneState:
        """In balance at basal insulin."""
        supply = jnp.exp(-1.0 / self.half_lipolysis_fraction)
        made = self.production_mmoll_per_min * supply
        return KetoneState(
            fatty_acids=supply,
            ketone_mmoll=self.clearance_half_mmoll * made / (self.clearance_mmoll_per_min - made),
        )

    def emit(self, state: KetoneState, signals: Signals, inputs: Inputs) -> Signals:
        """Blood ketones."""
        return signals.sending(ketone_mmoll=state.ketone_mmoll)

    def advance(self, state: KetoneState, signals: Signals, inputs: Inputs, *, minutes: float) -> KetoneState:
        """Production and clearance over the step, as insulin is at its start."""
        supply = jnp.exp(-signals.insulin_pmoll / (self.half_lipolysis_fraction * self.basal_insulin_pmoll))
        fatty_acids = approached(state.fatty_acids, supply, self.lipolysis_per_min, minutes)
        made = signals.ketogenesis_factor * self.production_mmoll_per_min * fatty_acids
        speed = self.clearance_mmoll_per_min / (self.clearance_half_mmoll + state.ketone_mmoll)
        return KetoneState(
            fatty_acids=fatty_acids, ketone_mmoll=approached(state.ketone_mmoll, made / speed, speed, minutes)
        )
