"""Insulin and glucagon: a PID controller with small doses of glucagon against lows."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.controller import DECISION_MIN, AbstractController, Decision, DecisionReason, Seen, decide
from glucotwin.control.pid import Pid, PidState
from glucotwin.control.pid import controller as pid
from glucotwin.control.setting import TherapySetting
from glucotwin.core.array import Array, Float
from glucotwin.core.unit import MINUTES_PER_DAY


class DualHormoneState(eqx.Module):
    """The insulin side, and the glucagon of about a day that counts against its limit."""

    insulin: PidState
    glucagon_mg: Float[Array, ""]
    since_dose_min: Float[Array, ""]


class DualHormone(AbstractController[DualHormoneState]):
    """A PID controller for insulin; glucagon when glucose leads low.

    When the line through the last readings leads below ``threshold_mgdl`` within ``ahead_min``, insulin stops and
    glucagon is given: ``dose_mg`` and half as much again for every 10 mg/dL below, at most every ``wait_min`` and up
    to ``daily_mg``. Doses are of the size of El-Khatib et al. (Lancet 2017;389:369-80) and Castle et al. (Diabetes Care
    2010;33:1282-7); when they are given is this project's rule, and not a maker's.

    Attributes:
        insulin: the insulin side.
        threshold_mgdl, ahead_min: when glucagon is given.
        dose_mg, wait_min, daily_mg: how much.
    """

    automated: ClassVar[bool] = True

    insulin: Pid
    threshold_mgdl: Float[Array, ""]
    ahead_min: Float[Array, ""]
    dose_mg: Float[Array, ""]
    wait_min: Float[Array, ""]
    daily_mg: Float[Array, ""]

    def initial_state(self, setting: TherapySetting) -> DualHormoneState:
        """No glucagon so far."""
        return DualHormoneState(self.insulin.initial_state(setting), jnp.zeros(()), self.wait_min)

    def step(self, state: DualHormoneState, seen: Seen) -> tuple[DualHormoneState, Decision]:
        """Insulin, or glucagon in its place."""
        insulin, usual = self.insulin.step(state.insulin, seen)
        ahead = insulin.readings.ahead_mgdl(self.ahead_min)
        low = (ahead < self.threshold_mgdl) & seen.knows_glucose
        wanted = self.dose_mg * (1.0 + 0.05 * jnp.maximum(self.threshold_mgdl - ahead, 0.0))
        room = jnp.maximum(self.daily_mg - state.glucagon_mg, 0.0)
        gives = low & (state.since_dose_min >= self.wait_min) & (room > 0.0)
        dose = jnp.where(gives, jnp.minimum(wanted, room), 0.0)
        forgotten = state.glucagon_mg * (1.0 - DECISION_MIN / MINUTES_PER_DAY)
        after = DualHormoneState(insulin, forgotten + dose, jnp.where(gives, 0.0, state.since_dose_min + DECISION_MIN))
        reason = jnp.where(gives, int(DecisionReason.GLUCAGON), usual.reason).astype(jnp.int32)
        decision = decide(
            jnp.where(low, 0.0, usual.rate_u_per_h),
            bolus_u=usual.bolus_u,
            glucagon_mg=dose,
            reason=reason,
        )
        return after, decision


def controller() -> DualHormone:
    """From 80 mg/dL within 20 min: 0.03 mg at most every 10 min, up to 1 mg a day."""
    return DualHormone(
        insulin=pid(),
        threshold_mgdl=jnp.asarray(80.0),
        ahead_min=jnp.asarray(20.0),
        dose_mg=jnp.asarray(0.03),
        wait_min=jnp.asarray(10.0),
        daily_mg=jnp.asarray(1.0),
    )
