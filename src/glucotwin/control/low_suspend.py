"""Pumps that stop for low glucose: when it is low, or when it is about to be."""

from collections.abc import Callable
from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.basal_bolus import BasalBolus, BasalBolusState
from glucotwin.control.basal_bolus import controller as basal_bolus
from glucotwin.control.controller import DECISION_MIN, AbstractController, Decision, DecisionReason, Seen, decide
from glucotwin.control.glucose_trend import Readings, no_readings
from glucotwin.control.setting import TherapySetting
from glucotwin.core.array import Array, Float

RESCUE_G = 15.0
"""What is proposed for a low: the rule of 15 (American Diabetes Association, Standards of Care 2024, 6.11)."""


REPEAT_MIN = 15.0
"""Minutes until the next proposal."""


class SuspendState(eqx.Module):
    """The therapy underneath, the last readings, how long the pump has stood, and how long it may not stand again."""

    therapy: BasalBolusState
    readings: Readings
    stood_min: Float[Array, ""]
    locked_min: Float[Array, ""]
    since_proposal_min: Float[Array, ""]


class LowSuspend(AbstractController[SuspendState]):
    """Basal-bolus therapy whose pump stops at low, or predicted low, glucose and goes on when it rises.

    It stops while glucose is below ``low_mgdl``, or leads below ``predicted_mgdl`` within ``ahead_min``; with a horizon
    of 0 it is a low-glucose suspend (Ly et al., JAMA 2013;310:1240-7), with 30 min a predictive one (Forlenza et al.,
    Diabetes Care 2018;41:2155-61: a line through the readings of 15 min, 80 mg/dL within 30 min, on again as soon as
    glucose rises). After ``longest_min`` it delivers for ``lock_min`` whatever happens.

    Attributes:
        therapy: what doses otherwise.
        low_mgdl, predicted_mgdl, ahead_min: when it stops.
        longest_min, lock_min: longest stop, and delivery after it.
    """

    automated: ClassVar[bool] = True

    therapy: BasalBolus
    low_mgdl: Float[Array, ""]
    predicted_mgdl: Float[Array, ""]
    ahead_min: Float[Array, ""]
    longest_min: Float[Array, ""]
    lock_min: Float[Array, ""]

    def initial_state(self, setting: TherapySetting) -> SuspendState:
        """Delivering."""
        zero = jnp.zeros(())
        return SuspendState(self.therapy.initial_state(setting), no_readings(), zero, zero, zero + 60.0)

    def step(self, state: SuspendState, seen: Seen) -> tuple[SuspendState, Decision]:
        """The therapy's decision, with nothing delivered while the pump stands."""
        therapy, usual = self.therapy.step(state.therapy, seen)
        readings = state.readings.add(seen.glucose_mgdl)
        low = seen.glucose_mgdl < self.low_mgdl
        leads_low = (readings.ahead_mgdl(self.ahead_min) < self.predicted_mgdl) & (self.ahead_min > 0.0)
        rises = (readings.slope_mgdl_per_min > 0.0) & ~low
        stands = (low | leads_low) & ~rises & (state.locked_min <= 0.0)
        stood = jnp.where(stands, state.stood_min + DECISION_MIN, 0.0)
        locks = stood >= self.longest_min
        proposes = low & (state.since_proposal_min >= REPEAT_MIN)
        after = SuspendState(
            therapy,
            readings,
            jnp.where(locks, 0.0, stood),
            jnp.where(locks, self.lock_min, jnp.maximum(state.locked_min - DECISION_MIN, 0.0)),
            jnp.where(proposes, 0.0, state.since_proposal_min + DECISION_MIN),
        )
        why = jnp.where(low, int(DecisionReason.SUSPEND_LOW), int(DecisionReason.SUSPEND_PREDICTED_LOW))
        decision = decide(
            jnp.where(stands, 0.0, usual.rate_u_per_h),
            bolus_u=usual.bolus_u,
            proposed_carbs_g=jnp.where(proposes, RESCUE_G, 0.0),
            reason=jnp.where(stands, why.astype(jnp.int32), usual.reason),
        )
        return after, decision


def controller() -> LowSuspend:
    """Stops below 70 mg/dL for up to 2 h, then delivers for at least 4 h (Ly 2013)."""
    return _made(predicted_mgdl=0.0, ahead_min=0.0, longest_min=120.0, lock_min=240.0)


def predictive_controller() -> LowSuspend:
    """Stops when 80 mg/dL is 30 min away, for up to 2 h in 2.5 h (Forlenza 2018)."""
    return _made(predicted_mgdl=80.0, ahead_min=30.0, longest_min=120.0, lock_min=30.0)


def _made(**values: float) -> LowSuspend:
    number: Callable[[float], Float[Array, ""]] = jnp.asarray
    arrays = {name: number(value) for name, value in values.items()}
    return LowSuspend(therapy=basal_bolus(), low_mgdl=number(70.0), **arrays)
