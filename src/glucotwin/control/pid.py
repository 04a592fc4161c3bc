"""A PID controller with insulin feedback, with or without announced meals."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp

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
from glucotwin.control.glucose_trend import Readings, no_readings
from glucotwin.control.insulin_on_board import DoseHistory, empty_history
from glucotwin.control.setting import TherapySetting, setting_at
from glucotwin.core.array import Array, Bool, Float

MIN_PER_H = 60.0


class PidState(eqx.Module):
    """Setting, readings, boluses on board, the integral, and insulin beyond the schedule on its way to plasma."""

    setting: TherapySetting
    readings: Readings
    boluses: DoseHistory
    integral_u_per_h: Float[Array, ""]
    subcutaneous_u_per_h: Float[Array, ""]
    plasma_u_per_h: Float[Array, ""]


class Pid(AbstractController[PidState]):
    """Rate = schedule + (1 + f) (P + I + D) - f x insulin that is already in plasma beyond the schedule.

    P = K (glucose - target), I = its integral over ``integral_min``, D = K x ``derivative_min`` x slope, with K so that
    an error is corrected within ``correction_min``. Plasma insulin follows what the pump reports through two
    compartments of 55 and 70 min. The structure and its times are Steil's (J Clin Endocrinol Metab 2011;96:1402-8;
    Diabetes 2006;55:3344-50: 66 min of derivative, an integral of 450 min by day and 150 by night); gain and feedback
    are this project's, chosen on ten virtual adults, and not a maker's.

    Attributes:
        correction_min: in how long an error is corrected by the proportional part.
        derivative_min: weight of the slope.
        integral_day_min, integral_night_min: times of the integral; night is from 22:00 to 6:00.
        feedback_fraction: f.
        exercise_target_mgdl: target while exercise is announced.
        meal_bolus_fraction: share of the calculator's bolus that an announced meal gets; 0 for a fully closed loop.
    """

    automated: ClassVar[bool] = True

    correction_min: Float[Array, ""]
    derivative_min: Float[Array, ""]
    integral_day_min: Float[Array, ""]
    integral_night_min: Float[Array, ""]
    feedback_fraction: Float[Array, ""]
    exercise_target_mgdl: Float[Array, ""]
    meal_bolus_fraction: Float[Array, ""]

    def initial_state(self, setting: TherapySetting) -> PidState:
        """Nothing integrated, nothing given."""
        zero = jnp.zeros(())
        return PidState(setting, no_readings(), empty_history(setting), zero, zero, zero)

    def step(self, state: PidState, seen: Seen) -> tuple[PidState, Decision]:
        """The rate, and a meal's bolus; the schedule while the sensor shows nothing."""
        now = setting_at(state.setting, seen.minute_of_day)
        readings = state.readings.add(seen.glucose_mgdl)
        boluses = state.boluses.add(seen.delivered_bolus_u)
        given = (seen.delivered_basal_u + seen.delivered_bolus_u) * (MIN_PER_H / DECISION_MIN) - now.basal_u_per_h
        given = jnp.where(seen.minute > 0.0, given, 0.0)
        skin = state.subcutaneous_u_per_h + DECISION_MIN / 55.0 * (given - state.subcutaneous_u_per_h)
        plasma = state.plasma_u_per_h + DECISION_MIN / 70.0 * (skin - state.plasma_u_per_h)
        target = jnp.where(seen.exercise_announced > 0.5, self.exercise_target_mgdl, now.target_mgdl)
        error = seen.glucose_mgdl - target
        gain = MIN_PER_H / (now.correction_factor_mgdl_per_u * self.correction_min)
        integral = self._integral(state, seen, gain * error, now.basal_u_per_h)
        wanted = gain * (error + self.derivative_min * readings.slope_mgdl_per_min) + integral
        rate = now.basal_u_per_h + (1.0 + self.feedback_fraction) * wanted - self.feedback_fraction * plasma
        known = seen.knows_glucose
        rate = jnp.where(known, jnp.maximum(rate, 0.0), now.basal_u_per_h)
        bolus = calculated_bolus(seen.announced_carbs_g, seen.glucose_mgdl, boluses.on_board_u, now)
        eats = (seen.announced_carbs_g > 0.0) & (self.meal_bolus_fraction > 0.0)
        reason = chosen_reason(
            (~known, DecisionReason.NO_GLUCOSE),
            (eats, DecisionReason.MEAL),
            (rate > now.basal_u_per_h, DecisionReason.INCREASE),
            (rate < now.basal_u_per_h, DecisionReason.DECREASE),
        )
        after = PidState(state.setting, readings, boluses, integral, skin, plasma)
        return after, decide(rate, bolus_u=_only_if(eats, self.meal_bolus_fraction * bolus), reason=reason)

    def _integral(
        self, state: PidState, seen: Seen, proportional: Float[Array, ""], basal_u_per_h: Float[Array, ""]
    ) -> Float[Array, ""]:
        """The integral a step later, within half the schedule either way so that it does not wind up."""
        night = (seen.minute_of_day >= 1320.0) | (seen.minute_of_day < 360.0)
        time_min = jnp.where(night, self.integral_night_min, self.integral_day_min)
        grown = state.integral_u_per_h + proportional * DECISION_MIN / time_min
        held = jnp.clip(grown, -0.5 * basal_u_per_h, 0.5 * basal_u_per_h)
        return jnp.where(seen.knows_glucose, held, state.integral_u_per_h)


def controller() -> Pid:
    """With the calculator's bolus for announced meals (a hybrid closed loop)."""
    return _made(meal_bolus_fraction=1.0, correction_min=240.0, derivative_min=40.0, feedback_fraction=1.5)


def unannounced_controller() -> Pid:
    """Without any announcement (a fully closed loop)."""
    return _made(meal_bolus_fraction=0.0, correction_min=150.0, derivative_min=66.0, feedback_fraction=0.5)


def _made(*, meal_bolus_fraction: float, correction_min: float, derivative_min: float, feedback_fraction: float) -> Pid:
    return Pid(
        correction_min=jnp.asarray(correction_min),
        derivative_min=jnp.asarray(derivative_min),
        integral_day_min=jnp.asarray(450.0),
        integral_night_min=jnp.asarray(150.0),
        feedback_fraction=jnp.asarray(feedback_fraction),
        exercise_target_mgdl=jnp.asarray(150.0),
        meal_bolus_fraction=jnp.asarray(meal_bolus_fraction),
    )


def _only_if(holds: Bool[Array, ""], amount: Float[Array, ""]) -> Float[Array, ""]:
    return jnp.where(holds, amount, 0.0)
