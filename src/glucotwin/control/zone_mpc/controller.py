"""Zone model-predictive control: basal rates that keep the predicted glucose in a zone, with boluses for meals."""

from typing import Any

import equinox as eqx
import jax
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
from glucotwin.control.insulin_on_board import DoseHistory, empty_history
from glucotwin.control.setting import SettingNow, TherapySetting, setting_at
from glucotwin.control.zone_mpc.drift import drift_ahead, moved_drift
from glucotwin.control.zone_mpc.outlook import AHEAD, BLOCKS, HISTORY, STEP_H, Outlook, look_ahead, pushed
from glucotwin.control.zone_mpc.plan import Weights, Zone, best_plan
from glucotwin.control.zone_mpc.setting_model import SettingModel
from glucotwin.core.array import Array, Bool, Float
from glucotwin.core.predictive_model import PredictiveModel

NIGHT_BEGINS_MIN, NIGHT_ENDS_MIN = 23.0 * 60.0, 6.0 * 60.0
TOUCH_U_PER_H = 1e-3


class ZoneMpcState(eqx.Module):
    """What zone-MPC remembers, the latest first where there are several.

    Attributes:
        setting: the therapy settings.
        model: of the person.
        insulin_u: given beyond the schedule, step by step.
        carbs_g: announced, step by step.
        boluses: that still act.
        glucose_mgdl: the last reading; not a number before the first.
        expected_mgdl: what the model expected of the next reading after the last.
        drift_mgdl_per_min: how fast glucose moves beyond what the model explains.
        plan_u_per_h: the last plan beyond the schedule.
    """

    setting: TherapySetting
    model: Any
    insulin_u: Float[Array, " step"]
    carbs_g: Float[Array, " step"]
    boluses: DoseHistory
    glucose_mgdl: Float[Array, ""]
    expected_mgdl: Float[Array, ""]
    drift_mgdl_per_min: Float[Array, ""]
    plan_u_per_h: Float[Array, " block"]


class ZoneMpc(AbstractController[ZoneMpcState]):
    """Every 5 min the plan of rates of the next 4 h is worked out anew, and its first rate is set.

    Zone control follows Grosman et al., J Diabetes Sci Technol 2010;4:961-75 and Gondhalekar et al., Automatica
    2016;71:237-46 (a zone of its own at night); the chance constraint on lows makes a plan's lower bound of glucose
    stay above a floor. Insulin on board is part of the prediction. The person takes a calculator's bolus at meals.

    Attributes:
        model: of the person; None for the one that the settings amount to.
        day, night, exercise: the zones; that of exercise holds while it is announced.
        weights: of the plan's cost.
        most_factor: largest rate over the scheduled one.
        drift_gain: share of a new observation in the drift.
        drift_min: how long the drift goes on.
        meal_bolus_share: part of the calculator's bolus that is taken.
    """

    model: PredictiveModel | None
    day: Zone
    night: Zone
    exercise: Zone
    weights: Weights
    most_factor: Float[Array, ""]
    drift_gain: Float[Array, ""]
    drift_min: Float[Array, ""]
    meal_bolus_share: Float[Array, ""]

    def with_model(self, model: PredictiveModel) -> "ZoneMpc":
        """The same tuning on a person's own model."""
        return eqx.tree_at(lambda one: one.model, self, model, is_leaf=lambda node: node is None)

    def initial_state(self, setting: TherapySetting) -> ZoneMpcState:
        """Nothing is remembered; without a model of the person's own the settings make one."""
        zero, unknown = jnp.zeros(()), jnp.full((), jnp.nan, dtype=jnp.float64)
        return ZoneMpcState(
            setting=setting,
            model=SettingModel(setting) if self.model is None else self.model,
            insulin_u=jnp.zeros(HISTORY),
            carbs_g=jnp.zeros(HISTORY),
            boluses=empty_history(setting),
            glucose_mgdl=unknown,
            expected_mgdl=unknown,
            drift_mgdl_per_min=zero,
            plan_u_per_h=jnp.zeros(BLOCKS),
        )

    def step(self, state: ZoneMpcState, seen: Seen) -> tuple[ZoneMpcState, Decision]:
        """The plan's first rate and the meal's bolus; without a reading the schedule."""
        now = setting_at(state.setting, seen.minute_of_day)
        given_u = seen.delivered_basal_u + seen.delivered_bolus_u
        beyond_u = jnp.where(seen.minute > 0.0, given_u - now.basal_u_per_h * STEP_H, 0.0)
        insulin_u, carbs_g = pushed(state.insulin_u, beyond_u), pushed(state.carbs_g, seen.announced_carbs_g)
        boluses = state.boluses.add(seen.delivered_bolus_u)
        bolus_u = self._meal_bolus_u(seen, boluses, now)
        drift = moved_drift(
            state.drift_mgdl_per_min,
            seen.glucose_mgdl - state.expected_mgdl,
            gain=self.drift_gain,
            lasts_min=self.drift_min,
        )
        glucose = jnp.where(seen.knows_glucose, seen.glucose_mgdl, 120.0)
        # The bolus decided now acts from now on, as if it were the latest of what was given.
        outlook = look_ahead(
            state.model.responses(seen.minute_of_day),
            glucose,
            insulin_u.at[0].add(bolus_u),
            carbs_g,
            drift_ahead(drift, AHEAD, lasts_min=self.drift_min),
        )
        plan = best_plan(
            outlook,
            self._zone(seen),
            self.weights,
            least_u_per_h=-now.basal_u_per_h,
            most_u_per_h=(self.most_factor - 1.0) * now.basal_u_per_h,
            start_u_per_h=state.plan_u_per_h,
        )
        plan = jnp.where(seen.knows_glucose, plan, 0.0)
        after = ZoneMpcState(
            setting=state.setting,
            model=state.model,
            insulin_u=insulin_u,
            carbs_g=carbs_g,
            boluses=boluses,
            glucose_mgdl=jnp.where(seen.knows_glucose, seen.glucose_mgdl, state.glucose_mgdl),
            expected_mgdl=_expected(outlook, plan, seen.knows_glucose, drift),
            drift_mgdl_per_min=drift,
            plan_u_per_h=plan,
        )
        rate = now.basal_u_per_h + plan[0]
        return after, decide(rate, bolus_u=bolus_u, reason=_reason(plan[0], rate, bolus_u, seen))

    def _meal_bolus_u(self, seen: Seen, boluses: DoseHistory, now: SettingNow) -> Float[Array, ""]:
        bolus = calculated_bolus(seen.announced_carbs_g, seen.glucose_mgdl, boluses.on_board_u, now)
        return jnp.where(seen.announced_carbs_g > 0.0, self.meal_bolus_share * bolus, 0.0)

    def _zone(self, seen: Seen) -> Zone:
        night = (seen.asleep > 0.5) | (seen.minute_of_day >= NIGHT_BEGINS_MIN) | (seen.minute_of_day < NIGHT_ENDS_MIN)
        moves = seen.exercise_announced > 0.5
        chosen = jax.tree.map(lambda of_night, of_day: jnp.where(night, of_night, of_day), self.night, self.day)
        return jax.tree.map(lambda moving, resting: jnp.where(moves, moving, resting), self.exercise, chosen)


def _expected(
    outlook: Outlook, plan: Float[Array, " block"], known: Bool[Array, ""], drift_mgdl_per_min: Float[Array, ""]
) -> Float[Array, ""]:
    """The next reading by the model alone, without the drift that was added."""
    model_only = outlook.mean_mgdl(plan)[0] - drift_mgdl_per_min * DECISION_MIN
    return jnp.where(known, model_only, jnp.nan)


def _reason(
    beyond_u_per_h: Float[Array, ""], rate_u_per_h: Float[Array, ""], bolus_u: Float[Array, ""], seen: Seen
) -> Array:
    return chosen_reason(
        (bolus_u > 0.0, DecisionReason.MEAL),
        (~seen.knows_glucose, DecisionReason.NO_GLUCOSE),
        (rate_u_per_h <= TOUCH_U_PER_H, DecisionReason.SUSPEND_PREDICTED_LOW),
        (beyond_u_per_h < -TOUCH_U_PER_H, DecisionReason.DECREASE),
        (beyond_u_per_h > TOUCH_U_PER_H, DecisionReason.INCREASE),
    )


def controller() -> ZoneMpc:
    """A zone of 90-140 mg/dL by day and 100-140 by night, and glucose above 70 with a chance of 95 %."""
    number = jnp.asarray
    return ZoneMpc(
        model=None,
        day=Zone(number(90.0), number(140.0)),
        night=Zone(number(100.0), number(140.0)),
        exercise=Zone(number(140.0), number(180.0)),
        weights=Weights(
            below=number(4.0), risk=number(10.0), floor_mgdl=number(70.0), deviates=number(1.645), effort=number(2.0)
        ),
        most_factor=number(4.0),
        drift_gain=number(0.5),
        drift_min=number(40.0),
        meal_bolus_share=number(1.0),
    )
