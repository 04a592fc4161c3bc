"""A dosing algorithm in a replay: it sees what the sensor would have shown, and its doses are given instead."""

from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.controller import AnyController
from glucotwin.control.controller import Seen as Sight
from glucotwin.control.insulin_on_board import DoseHistory, empty_history
from glucotwin.control.safety_array import SafetyLimits, SurroundingsNow, limit_dose_now
from glucotwin.control.setting import TherapySetting, setting_at
from glucotwin.core.array import Array, Float
from glucotwin.twin.dosing import Seen
from glucotwin.twin.state_space import STEP_MIN

_STEPS_PER_H = 60.0 / STEP_MIN


class Followed(NamedTuple):
    """What an algorithm, its pump and the limits remember.

    Attributes:
        own: the algorithm's state.
        minute: minutes since the replay's first step.
        glucose_mgdl: what the last step saw.
        basal_u, bolus_u: what the pump gave in the last step.
        beyond_schedule: insulin beyond the schedule, step by step.
    """

    own: Any
    minute: Float[Array, ""]
    glucose_mgdl: Float[Array, ""]
    basal_u: Float[Array, ""]
    bolus_u: Float[Array, ""]
    beyond_schedule: DoseHistory


class AlgorithmPolicy(eqx.Module):
    """A controller of the closed loop, with all insulin in its hands in the steps in which it acts.

    Before that it looks on: it sees readings, announced carbs and the insulin on record, so that it starts with its
    memory filled. Its doses pass the limits outside every algorithm; the sensor shows glucose without error, the pump
    gives what it is told.

    Attributes:
        controller: the algorithm.
        setting: what it is set to.
        limits: the limits outside.
    """

    controller: AnyController
    setting: TherapySetting
    limits: SafetyLimits

    def initial_state(self) -> Followed:
        """Nothing was seen yet."""
        nothing = jnp.zeros(())
        return Followed(
            own=self.controller.initial_state(self.setting),
            minute=nothing,
            glucose_mgdl=jnp.full_like(nothing, jnp.nan),
            basal_u=nothing,
            bolus_u=nothing,
            beyond_schedule=empty_history(self.setting),
        )

    def dose(self, state: Followed, seen: Seen) -> tuple[Followed, Float[Array, ""]]:
        """What the algorithm gives; while it looks on, what is on record."""
        own, decision = self.controller.step(state.own, _sight(state, seen))
        scheduled = setting_at(self.setting, seen.minute_of_day).basal_u_per_h
        around = SurroundingsNow(
            glucose_mgdl=seen.glucose_mgdl,
            trend_mgdl_per_min=(seen.glucose_mgdl - state.glucose_mgdl) / STEP_MIN,
            insulin_on_board_u=state.beyond_schedule.on_board_u,
            scheduled_u_per_h=scheduled,
            last_rate_u_per_h=state.basal_u * _STEPS_PER_H,
            step_min=STEP_MIN,
        )
        safe = limit_dose_now(decision.rate_u_per_h, decision.bolus_u, self.limits, around)
        recorded_u, scheduled_u = seen.recorded_u_per_min * STEP_MIN, scheduled / _STEPS_PER_H
        recorded_basal_u = jnp.minimum(recorded_u, scheduled_u)
        basal_u = jnp.where(seen.acts, safe.rate_u_per_h / _STEPS_PER_H, recorded_basal_u)
        bolus_u = jnp.where(seen.acts, safe.bolus_u, recorded_u - recorded_basal_u)
        after = Followed(
            own=own,
            minute=state.minute + STEP_MIN,
            glucose_mgdl=seen.glucose_mgdl,
            basal_u=basal_u,
            bolus_u=bolus_u,
            beyond_schedule=state.beyond_schedule.add(basal_u + bolus_u - scheduled_u),
        )
        return after, (basal_u + bolus_u) / STEP_MIN


def _sight(state: Followed, seen: Seen) -> Sight:
    quiet = jnp.zeros(())
    return Sight(
        minute=state.minute,
        minute_of_day=seen.minute_of_day,
        glucose_mgdl=seen.glucose_mgdl,
        announced_carbs_g=seen.announced_g,
        delivered_basal_u=state.basal_u,
        delivered_bolus_u=state.bolus_u,
        looks=quiet,
        exercise_announced=quiet,
        asleep=quiet,
    )
