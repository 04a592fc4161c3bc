"""oref0 as a controller for closed-loop simulation: plain Python, called step by step out of the compiled program."""

from collections.abc import Mapping

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.control.bolus_calculator import calculated_bolus
from glucotwin.control.controller import AbstractController, Decision, DecisionReason, Seen, decide
from glucotwin.control.oref0.dynamic_sensitivity import Variant
from glucotwin.control.oref0.insulin_on_board import STEP_MIN
from glucotwin.control.oref0.stepwise.host import STEPPED, HostCall, Options
from glucotwin.control.oref0.stepwise.record import RECORD_STEPS, STEPS_PER_H
from glucotwin.control.setting import SettingNow, TherapySetting, setting_at
from glucotwin.core.array import Array, Float
from glucotwin.core.unit import MINUTES_PER_DAY

_RINGS = (
    "glucose_mgdl",
    "basal_u",
    "bolus_u",
    "carbs_g",
    "scheduled_u",
    "iob_u",
    "activity_u_per_min",
)


class Oref0State(eqx.Module):
    """What oref0 and its pump keep between decisions.

    Attributes:
        setting: the therapy settings.
        record: the last day in steps of five minutes, the newest first, by the names of ``stepwise.record.Record``.
        steps: how many decisions there were.
        autosens_ratio: the sensitivity of today.
        temp_u_per_h, temp_left_min: the temporary rate that runs, and for how long.
    """

    setting: TherapySetting
    record: dict[str, Float[Array, " step"]]
    steps: Float[Array, ""]
    autosens_ratio: Float[Array, ""]
    temp_u_per_h: Float[Array, ""]
    temp_left_min: Float[Array, ""]


class Oref0(AbstractController[Oref0State]):
    """oref0 0.7.1 with a person who takes a bolus calculator's bolus at meals.

    The decision is that of ``control.oref0`` on a record in steps of five minutes. Autosens is worked out every half
    hour, as a rig does. Where nothing is to be changed a temporary rate goes on until its end.

    Source: openaps/oref0 0.7.1 and its documentation; for the dynamic sensitivity see ``dynamic_sensitivity``.

    Attributes:
        meal_bolus_share: part of the calculator's bolus that the person takes.
        options: what the decision depends on beyond the settings.
    """

    meal_bolus_share: Float[Array, ""]
    options: Options = eqx.field(static=True)

    def initial_state(self, setting: TherapySetting) -> Oref0State:
        """Nothing is remembered."""
        nothing = jnp.zeros(())
        record = {name: jnp.zeros(RECORD_STEPS) for name in _RINGS}
        return Oref0State(
            setting=jax.tree.map(jnp.asarray, setting),
            record={**record, "glucose_mgdl": jnp.full(RECORD_STEPS, jnp.nan)},
            steps=nothing,
            autosens_ratio=nothing + 1.0,
            temp_u_per_h=nothing,
            temp_left_min=nothing,
        )

    def step(self, state: Oref0State, seen: Seen) -> tuple[Oref0State, Decision]:
        """oref0's rate and micro bolus, and the person's bolus at a meal."""
        now = setting_at(state.setting, seen.minute_of_day)
        record = _remembered(state, seen)
        call = HostCall(
            setting=state.setting,
            record=record,
            steps=state.steps,
            minute_of_day=seen.minute_of_day,
            autosens_ratio=state.autosens_ratio,
            temp_u_per_h=state.temp_u_per_h,
            temp_left_min=state.temp_left_min,
            exercise=seen.exercise_announced,
        )
        answer = jax.pure_callback(self.options.decide, _shapes(), call, vmap_method="broadcast_all")
        stepped: dict[str, Array] = dict(zip(STEPPED, answer, strict=True))
        left = stepped["temp_left_min"]
        rate = jnp.where(left > 0.0, stepped["temp_u_per_h"], now.basal_u_per_h)
        bolus = self._bolus_u(stepped, seen, now)
        after = Oref0State(
            setting=state.setting,
            record={
                **record,
                "iob_u": record["iob_u"].at[0].set(stepped["iob_u"]),
                "activity_u_per_min": record["activity_u_per_min"].at[0].set(stepped["activity_u_per_min"]),
            },
            steps=state.steps + 1.0,
            autosens_ratio=stepped["autosens_ratio"],
            temp_u_per_h=stepped["temp_u_per_h"],
            temp_left_min=jnp.maximum(left - STEP_MIN, 0.0),
        )
        return after, decide(rate, bolus_u=bolus, reason=_reason(rate, bolus, stepped, now, seen))

    def _bolus_u(self, stepped: Mapping[str, Array], seen: Seen, now: SettingNow) -> Float[Array, ""]:
        on_board = jnp.maximum(stepped["iob_u"], 0.0)
        meal = self.meal_bolus_share * calculated_bolus(seen.announced_carbs_g, seen.glucose_mgdl, on_board, now)
        return jnp.where(seen.announced_carbs_g > 0.0, meal, stepped["micro_bolus_u"])


def _shapes() -> tuple[jax.ShapeDtypeStruct, ...]:
    return (jax.ShapeDtypeStruct((), jnp.float64),) * len(STEPPED)


def _remembered(state: Oref0State, seen: Seen) -> dict[str, Array]:
    before = setting_at(state.setting, seen.minute_of_day - STEP_MIN + MINUTES_PER_DAY).basal_u_per_h
    begun = state.steps > 0.0
    scheduled_u = jnp.where(begun, before / STEPS_PER_H, 0.0)
    newest = {
        "glucose_mgdl": seen.glucose_mgdl,
        "basal_u": jnp.where(begun, seen.delivered_basal_u, 0.0),
        "bolus_u": jnp.where(begun, seen.delivered_bolus_u, 0.0),
        "carbs_g": seen.announced_carbs_g,
        "scheduled_u": scheduled_u,
        "iob_u": jnp.zeros(()),
        "activity_u_per_min": jnp.zeros(()),
    }
    return {name: jnp.concatenate([newest[name][None], ring[:-1]]) for name, ring in state.record.items()}


def _reason(
    rate_u_per_h: Float[Array, ""], bolus_u: Float[Array, ""], stepped: Mapping[str, Array], now: SettingNow, seen: Seen
) -> Array:
    moved = jnp.where(rate_u_per_h < now.basal_u_per_h, DecisionReason.DECREASE, DecisionReason.SCHEDULE)
    moved = jnp.where(rate_u_per_h > now.basal_u_per_h, DecisionReason.INCREASE, moved)
    moved = jnp.where(rate_u_per_h <= 0.0, DecisionReason.SUSPEND_PREDICTED_LOW, moved)
    given = jnp.where(seen.announced_carbs_g > 0.0, DecisionReason.MEAL, DecisionReason.CORRECTION)
    reason = jnp.where(bolus_u > 0.0, given, moved)
    return jnp.where(stepped["has_decision"] > 0.0, reason, DecisionReason.NO_GLUCOSE)


def make(*, micro_bolus: bool, variant: Variant | None = None) -> Oref0:
    """oref0 with or without super micro boluses and unannounced meals, and with dynamic sensitivity if wanted."""
    return Oref0(meal_bolus_share=jnp.asarray(1.0), options=Options(micro_bolus=micro_bolus, variant=variant))


def controller() -> Oref0:
    """oref0: temporary rates alone."""
    return make(micro_bolus=False)
