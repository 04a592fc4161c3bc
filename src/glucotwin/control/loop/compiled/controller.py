"""Loop as a controller for closed-loop simulation."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.control.controller import AbstractController, Decision, DecisionReason, Seen, decide
from glucotwin.control.loop.compiled.decision import Circumstances, Decided
from glucotwin.control.loop.compiled.decision import decide as decide_on_grid
from glucotwin.control.loop.compiled.history import Arrival, History, no_history, remember
from glucotwin.control.loop.compiled.recommendation import Aim, Limit
from glucotwin.control.loop.compiled.rule import LoopRule
from glucotwin.control.loop.loop_input import RecommendationKind
from glucotwin.control.loop.recommendation import TEMP_DURATION_S
from glucotwin.control.loop.series import HOUR_S, MINUTE_S, STEP_MIN, STEP_S
from glucotwin.control.setting import SLOTS, SettingNow, TherapySetting, setting_at
from glucotwin.core.array import Array, Bool, Float
from glucotwin.core.unit import MINUTES_PER_DAY

_TEMP_MIN = TEMP_DURATION_S / MINUTE_S


class LoopState(eqx.Module):
    """What Loop keeps between decisions.

    Attributes:
        setting: the therapy settings.
        history: readings, doses and meals.
        begun: whether there was a decision before.
        temp_u_per_h, temp_left_min: the temporary rate that runs, and for how long.
    """

    setting: TherapySetting
    history: History
    begun: Bool[Array, ""]
    temp_u_per_h: Float[Array, ""]
    temp_left_min: Float[Array, ""]


class LoopController(AbstractController[LoopState]):
    """The algorithm of the Loop app with a person who confirms its meal boluses.

    A decision is LoopAlgorithm's on a grid of five minutes. Without a reading of less than 15 minutes ago there is
    none: a temporary rate runs out its half hour, then the scheduled one holds, as on the pump. When carbs are
    announced, the person takes the bolus that Loop recommends.

    Source: tidepool-org/LoopAlgorithm; loopkit.github.io for what the app does around it.

    Attributes:
        half_range_mgdl: half the width of the range around the setting's target.
        suspend_mgdl: glucose below which no insulin is given.
        exercise_target_mgdl: target while exercise is announced, as the app's workout preset.
        max_basal_multiple: highest rate, in multiples of the day's highest scheduled one.
        max_bolus_share: largest bolus, as a share of a day's insulin.
        max_insulin_on_board_multiple: most insulin on board after an automatic dose, in multiples of the largest bolus.
        bolus_share: part of a correction that is given at once.
        largest_jump_mgdl: change between readings above which trends do not count.
        rule: the rest of the set-up.
    """

    half_range_mgdl: Float[Array, ""]
    suspend_mgdl: Float[Array, ""]
    exercise_target_mgdl: Float[Array, ""]
    max_basal_multiple: Float[Array, ""]
    max_bolus_share: Float[Array, ""]
    max_insulin_on_board_multiple: Float[Array, ""]
    bolus_share: Float[Array, ""]
    largest_jump_mgdl: Float[Array, ""]
    rule: LoopRule = eqx.field(static=True)

    def initial_state(self, setting: TherapySetting) -> LoopState:
        """Nothing is remembered."""
        nothing = jnp.zeros(())
        setting = jax.tree.map(jnp.asarray, setting)
        return LoopState(setting, no_history(self.rule), jnp.zeros((), bool), nothing, nothing)

    def step(self, state: LoopState, seen: Seen) -> tuple[LoopState, Decision]:
        """Loop's dose; what was running, if there is no recent reading."""
        now = setting_at(state.setting, seen.minute_of_day)
        history = remember(state.history, self._arrival(state, seen, now), self.rule)
        decided = decide_on_grid(history, self._circumstances(state.setting, seen, now), self.rule)
        fallback = jnp.where(state.temp_left_min > 0.0, state.temp_u_per_h, now.basal_u_per_h)
        bolus = self._bolus_u(decided, state.setting, seen)
        confirmed = (bolus > 0.0) & (seen.announced_carbs_g > 0.0)
        recommended = decided.recommended.rate_u_per_h
        recommended = jnp.where(confirmed, jnp.minimum(recommended, now.basal_u_per_h), recommended)
        rate = jnp.where(decided.is_recent, recommended, fallback)
        left = jnp.where(decided.is_recent, _TEMP_MIN, state.temp_left_min) - STEP_MIN
        after = LoopState(state.setting, history, jnp.ones((), bool), rate, jnp.maximum(left, 0.0))
        return after, decide(rate, bolus_u=bolus, reason=_reason(decided, bolus, rate, now, seen))

    def _arrival(self, state: LoopState, seen: Seen, now: SettingNow) -> Arrival:
        before = setting_at(state.setting, seen.minute_of_day - STEP_MIN + MINUTES_PER_DAY)
        scheduled_u = before.basal_u_per_h * STEP_S / HOUR_S
        net_u = seen.delivered_basal_u + seen.delivered_bolus_u - scheduled_u
        return Arrival(
            now_min=seen.minute,
            glucose_mgdl=seen.glucose_mgdl,
            net_u=jnp.where(state.begun, net_u, 0.0),
            sensitivity_mgdl_per_u=before.correction_factor_mgdl_per_u,
            carbs_g=seen.announced_carbs_g,
            meal_min=seen.minute,
            rise_mgdl_per_g=now.correction_factor_mgdl_per_u / now.carb_ratio_g_per_u,
        )

    def _circumstances(self, setting: TherapySetting, seen: Seen, now: SettingNow) -> Circumstances:
        slot = (seen.minute_of_day // STEP_MIN).astype(jnp.int32) + jnp.arange(self.rule.action_steps + 1)
        target = jnp.asarray(setting.target_mgdl)[slot % SLOTS]
        target = jnp.where(seen.exercise_announced > 0.5, jnp.maximum(target, self.exercise_target_mgdl), target)
        max_bolus = self.max_bolus_share * setting.daily_insulin_u
        return Circumstances(
            now_min=seen.minute,
            aim=Aim(
                lower_mgdl=target - self.half_range_mgdl,
                upper_mgdl=target + self.half_range_mgdl,
                suspend_mgdl=self.suspend_mgdl,
                sensitivity_mgdl_per_u=now.correction_factor_mgdl_per_u,
            ),
            limit=Limit(
                neutral_u_per_h=now.basal_u_per_h,
                max_basal_u_per_h=self.max_basal_multiple * jnp.max(jnp.asarray(setting.basal_u_per_h)),
                max_bolus_u=max_bolus,
                max_insulin_on_board_u=self.max_insulin_on_board_multiple * max_bolus,
                bolus_share=self.bolus_share,
            ),
            largest_jump_mgdl=self.largest_jump_mgdl,
        )

    def _bolus_u(self, decided: Decided, setting: TherapySetting, seen: Seen) -> Float[Array, ""]:
        """The bolus that the person confirms at a meal, else the automatic one."""
        most = self.max_bolus_share * setting.daily_insulin_u
        manual = jnp.clip(decided.asked.insulin_u, 0.0, most)
        bolus = jnp.where(seen.announced_carbs_g > 0.0, manual, decided.recommended.bolus_u)
        return jnp.where(decided.is_recent, bolus, 0.0)


def _reason(
    decided: Decided, bolus_u: Float[Array, ""], rate_u_per_h: Float[Array, ""], now: SettingNow, seen: Seen
) -> Array:
    suspended = jnp.where(
        seen.glucose_mgdl < decided.suspend_mgdl, DecisionReason.SUSPEND_LOW, DecisionReason.SUSPEND_PREDICTED_LOW
    )
    moved = jnp.where(rate_u_per_h < now.basal_u_per_h, DecisionReason.DECREASE, DecisionReason.SCHEDULE)
    moved = jnp.where(rate_u_per_h > now.basal_u_per_h, DecisionReason.INCREASE, moved)
    given = jnp.where(seen.announced_carbs_g > 0.0, DecisionReason.MEAL, DecisionReason.CORRECTION)
    reason = jnp.where(decided.asked.suspends, suspended, jnp.where(bolus_u > 0.0, given, moved))
    return jnp.where(decided.is_recent, reason, DecisionReason.NO_GLUCOSE)


def controller(kind: RecommendationKind = RecommendationKind.AUTOMATIC_BOLUS) -> LoopController:
    """Loop with a range of 10 mg/dL, a suspend threshold of 80 mg/dL and the app's defaults.

    A person sets the limits in the app; here rates reach four times the highest scheduled one, and boluses a fifth of
    a day's insulin.
    """
    return LoopController(
        half_range_mgdl=jnp.asarray(5.0),
        suspend_mgdl=jnp.asarray(80.0),
        exercise_target_mgdl=jnp.asarray(150.0),
        max_basal_multiple=jnp.asarray(4.0),
        max_bolus_share=jnp.asarray(0.2),
        max_insulin_on_board_multiple=jnp.asarray(2.0),
        bolus_share=jnp.asarray(0.4),
        largest_jump_mgdl=jnp.asarray(40.0),
        rule=LoopRule(kind=kind),
    )
