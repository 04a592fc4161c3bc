"""Insulin lack: fat, ketones, and the glucose that the liver makes from it."""

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
    """Insulin lack: fat floods the liver, which makes ketones and more glucose.

    The form (supply of fatty acids falling exponentially with insulin) is ours; its size is set to Klonoff et al., J
    Diabetes Sci Technol 2024;18:1472-9 (after a pump stops: glucose 37 mg/dL and ketones 0.2 mmol/L per hour, 1.6
    mmol/L at 8 h, 3.0 at 14 h) and to the fall after insulin comes back (Siebel et al., Diabetes Technol Ther 2019).
    The published equations alone raise glucose by half of that, because their liver does not answer to the lack of
    insulin with glucagon and fat.

    Equations:
        fatty_acids' = kf [exp(-I / (I0 Ib)) - fatty_acids]
        ketone'      = q kp fatty_acids - [c + (1 - c)(1 - fatty_acids)] Vm ketone / (Km + ketone)
        added_production = g (fatty_acids - fatty_acids at rest)

    | letter | parameter or signal |
    |---|---|
    | I, Ib | signal insulin_pmoll, basal_insulin_pmoll |
    | I0 | half_lipolysis_fraction |
    | kf | lipolysis_per_min |
    | q, kp | signal ketogenesis_factor, production_mmoll_per_min |
    | Vm, Km, c | clearance_mmoll_per_min, clearance_half_mmoll, clearance_floor_fraction |
    | g | production_gain_mg_per_kg_per_min |

    Limits: one pool of beta-hydroxybutyrate; no acid-base balance and no dehydration.
    """

    name = "ketone"

    half_lipolysis_fraction: Float[Array, ""]
    lipolysis_per_min: Float[Array, ""]
    production_mmoll_per_min: Float[Array, ""]
    clearance_mmoll_per_min: Float[Array, ""]
    clearance_half_mmoll: Float[Array, ""]
    clearance_floor_fraction: Float[Array, ""]
    production_gain_mg_per_kg_per_min: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    def initial_state(self) -> KetoneState:
        """In balance at basal insulin."""
        supply = self._supply_at_rest()
        made = self.production_mmoll_per_min * supply
        fastest = self._fastest_clearance(supply)
        return KetoneState(fatty_acids=supply, ketone_mmoll=self.clearance_half_mmoll * made / (fastest - made))

    def emit(self, state: KetoneState, signals: Signals, inputs: Inputs) -> Signals:
        """Blood ketones, and glucose made from what fat drives."""
        excess = state.fatty_acids - self._supply_at_rest()
        return signals.sending(ketone_mmoll=state.ketone_mmoll).adding(
            added_production_mg_per_kg_per_min=self.production_gain_mg_per_kg_per_min * excess
        )

    def advance(self, state: KetoneState, signals: Signals, inputs: Inputs, *, minutes: float) -> KetoneState:
        """Production and clearance over the step, as insulin is at its start."""
        supply = jnp.exp(-signals.insulin_pmoll / (self.half_lipolysis_fraction * self.basal_insulin_pmoll))
        fatty_acids = approached(state.fatty_acids, supply, self.lipolysis_per_min, minutes)
        made = signals.ketogenesis_factor * self.production_mmoll_per_min * fatty_acids
        speed = self._fastest_clearance(fatty_acids) / (self.clearance_half_mmoll + state.ketone_mmoll)
        return KetoneState(
            fatty_acids=fatty_acids, ketone_mmoll=approached(state.ketone_mmoll, made / speed, speed, minutes)
        )

    def _supply_at_rest(self) -> Float[Array, ""]:
        return jnp.exp(-1.0 / self.half_lipolysis_fraction)

    def _fastest_clearance(self, fatty_acids: Float[Array, ""]) -> Float[Array, ""]:
        """Clearance that insulin allows, in mmol/L/min at saturation."""
        floor = self.clearance_floor_fraction
        return (floor + (1.0 - floor) * (1.0 - fatty_acids)) * self.clearance_mmoll_per_min
