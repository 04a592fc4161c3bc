"""Basal-bolus therapy by pump, as people without automation have it: a schedule, and a bolus calculator."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.bolus_calculator import calculated_bolus
from glucotwin.control.controller import AbstractController, Decision, DecisionReason, Seen, decide
from glucotwin.control.insulin_on_board import DoseHistory, empty_history
from glucotwin.control.setting import TherapySetting, setting_at
from glucotwin.core.array import Array, Float


class BasalBolusState(eqx.Module):
    """The setting, and the boluses that still act."""

    setting: TherapySetting
    boluses: DoseHistory


class BasalBolus(AbstractController[BasalBolusState]):
    """The scheduled rate, and the calculator's bolus for every announced meal and whenever the person looks.

    Attributes:
        correct_above_mgdl: glucose from which a look without a meal is followed by a correction.
        exercise_factor: share of the scheduled rate while exercise is announced.
    """

    automated: ClassVar[bool] = False

    correct_above_mgdl: Float[Array, ""]
    exercise_factor: Float[Array, ""]

    def initial_state(self, setting: TherapySetting) -> BasalBolusState:
        """No bolus yet."""
        return BasalBolusState(setting, empty_history(setting))

    def step(self, state: BasalBolusState, seen: Seen) -> tuple[BasalBolusState, Decision]:
        """The scheduled rate and what the calculator says."""
        boluses = state.boluses.add(seen.delivered_bolus_u)
        now = setting_at(state.setting, seen.minute_of_day)
        eats = seen.announced_carbs_g > 0.0
        corrects = (seen.looks > 0.5) & (seen.glucose_mgdl > self.correct_above_mgdl)
        bolus = calculated_bolus(seen.announced_carbs_g, seen.glucose_mgdl, boluses.on_board_u, now)
        rate = now.basal_u_per_h * jnp.where(seen.exercise_announced > 0.5, self.exercise_factor, 1.0)
        reason = jnp.where(
            eats, DecisionReason.MEAL, jnp.where(corrects, DecisionReason.CORRECTION, DecisionReason.SCHEDULE)
        )
        decision = decide(rate, bolus_u=jnp.where(eats | corrects, bolus, 0.0), reason=reason)
        return BasalBolusState(state.setting, boluses), decision


def controller() -> BasalBolus:
    """Corrections above 150 mg/dL as in most calculators' set-up; half the basal rate for exercise (Riddell 2017)."""
    return BasalBolus(correct_above_mgdl=jnp.asarray(150.0), exercise_factor=jnp.asarray(0.5))
