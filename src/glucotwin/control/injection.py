"""Therapy by pens: long-acting insulin once a day, and rapid insulin by calculator, fixed doses or a sliding scale."""

from enum import Enum
from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.control.bolus_calculator import calculated_bolus
from glucotwin.control.controller import (
    DECISION_MIN,
    AbstractController,
    Decision,
    DecisionReason,
    Seen,
    chosen_reason,
    decide,
)
from glucotwin.control.insulin_on_board import DoseHistory, empty_history
from glucotwin.control.setting import SettingNow, TherapySetting, setting_at
from glucotwin.core.array import Array, Float
from glucotwin.core.unit import MINUTES_PER_DAY

GLARGINE = "glargine-u100"
MEALS_PER_DAY = 3.0
SMALL_MEAL_G = 20.0
"""Less than this is a snack, which fixed doses leave alone."""

SCALE_FROM_MGDL = np.array([141.0, 181.0, 221.0, 261.0, 301.0, 351.0, 401.0])
SCALE_STEP_U, SENSITIVE_U, USUAL_U, RESISTANT_U = 2.0, 2.0, 4.0, 6.0
SENSITIVE_BELOW_U, RESISTANT_FROM_U = 40.0, 80.0
"""A sliding scale (Umpierrez et al., RABBIT 2, Diabetes Care 2007;30:2181-6): the first dose, and 2 U more for each
step; which column a person has follows from the insulin of a day (this project's choice)."""

FIRST_DOSE_FRACTION = 0.5
"""Share of the time to the next long-acting dose that the first one covers: a body at rest has its depot half full."""


class Prandial(Enum):
    """How rapid insulin is dosed."""

    FLEXIBLE = "flexible"
    FIXED = "fixed"
    SLIDING_SCALE = "sliding-scale"


class InjectionState(eqx.Module):
    """The setting, boluses that still act, and whether the first long-acting dose was given."""

    setting: TherapySetting
    boluses: DoseHistory
    begun: Float[Array, ""]


class Injections(AbstractController[InjectionState]):
    """Multiple daily injections.

    Long-acting insulin, the day's scheduled basal insulin, is injected once a day; a first dose helps until then.
    Rapid insulin is injected when the person tells of a meal, in pen steps: by the calculator (``FLEXIBLE``), a third
    of the day's mealtime insulin for every meal whatever its size (``FIXED``), or by glucose alone (``SLIDING_SCALE``).

    Attributes:
        prandial: which of them.
        injects_at_min: local minute of the day of the long-acting dose.
        step_u: of the pen.
    """

    automated: ClassVar[bool] = False
    long_acting: ClassVar[str] = GLARGINE

    injects_at_min: Float[Array, ""]
    step_u: Float[Array, ""]
    prandial: Prandial = eqx.field(static=True)

    def initial_state(self, setting: TherapySetting) -> InjectionState:
        """Nothing injected yet."""
        return InjectionState(setting, empty_history(setting), jnp.zeros(()))

    def step(self, state: InjectionState, seen: Seen) -> tuple[InjectionState, Decision]:
        """An injection when it is time for one."""
        boluses = state.boluses.add(seen.delivered_bolus_u)
        now = setting_at(state.setting, seen.minute_of_day)
        daily_basal = jnp.mean(jnp.asarray(state.setting.basal_u_per_h)) * 24.0
        until = (self.injects_at_min - seen.minute_of_day) % float(MINUTES_PER_DAY)
        due = (until == 0.0) | ((until < DECISION_MIN) & (until > 0.0))
        first = jnp.where(state.begun < 0.5, FIRST_DOSE_FRACTION * daily_basal * until / MINUTES_PER_DAY, 0.0)
        long_acting = self._stepped(jnp.where(due, daily_basal, first))
        eats = seen.announced_carbs_g > 0.0
        bolus = jnp.where(eats, self._stepped(self._meal_u(state.setting, now, seen, boluses)), 0.0)
        reason = chosen_reason((eats, DecisionReason.MEAL), (long_acting > 0.0, DecisionReason.LONG_ACTING))
        after = InjectionState(state.setting, boluses, jnp.ones(()))
        return after, decide(jnp.zeros(()), bolus_u=bolus, long_acting_u=long_acting, reason=reason)

    def _meal_u(self, setting: TherapySetting, now: SettingNow, seen: Seen, boluses: DoseHistory) -> Float[Array, ""]:
        if self.prandial is Prandial.FLEXIBLE:
            return calculated_bolus(seen.announced_carbs_g, seen.glucose_mgdl, boluses.on_board_u, now)
        daily = jnp.asarray(setting.daily_insulin_u)
        if self.prandial is Prandial.FIXED:
            mealtime = daily - jnp.mean(jnp.asarray(setting.basal_u_per_h)) * 24.0
            return jnp.where(seen.announced_carbs_g >= SMALL_MEAL_G, jnp.maximum(mealtime, 0.0) / MEALS_PER_DAY, 0.0)
        first = jnp.where(
            daily < SENSITIVE_BELOW_U, SENSITIVE_U, jnp.where(daily < RESISTANT_FROM_U, USUAL_U, RESISTANT_U)
        )
        steps = jnp.sum(jnp.where(seen.glucose_mgdl >= jnp.asarray(SCALE_FROM_MGDL), 1.0, 0.0))
        return jnp.where(steps > 0.0, first + SCALE_STEP_U * (steps - 1.0), 0.0)

    def _stepped(self, units: Float[Array, ""]) -> Float[Array, ""]:
        return jnp.round(units / self.step_u) * self.step_u


def controller() -> Injections:
    """Flexible doses, glargine at 22:00, a pen of half units."""
    return injections(Prandial.FLEXIBLE)


def injections(prandial: Prandial) -> Injections:
    """A regimen with glargine at 22:00 and a pen of half units."""
    return Injections(injects_at_min=jnp.asarray(1320.0), step_u=jnp.asarray(0.5), prandial=prandial)
