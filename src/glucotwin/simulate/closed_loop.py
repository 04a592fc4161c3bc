"""The closed loop: sensor, dosing algorithm, limits and pump as one reaction inside the simulation's scan."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.control.controller import DECISION_MIN, AnyController, Decision, Seen
from glucotwin.control.insulin_on_board import DoseHistory, empty_history
from glucotwin.control.safety_array import SafeDoseNow, SafetyLimits, SurroundingsNow, limit_dose_now
from glucotwin.control.setting import TherapySetting, setting_at
from glucotwin.core.array import AnyArray, Array, Bool, Float, Int, UInt
from glucotwin.core.random import minute_key, name_hash
from glucotwin.devices.device import AnyPump, AnySensor, Delivered, PumpCommand
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.physiology.module.counter_regulation import GLUCAGON
from glucotwin.scenario.announcement import ANNOUNCED_CARBS, ANNOUNCED_EXERCISE
from glucotwin.simulate.reaction import (
    ASLEEP,
    CHECK,
    SYMPTOMS_MGDL,
    AbstractReaction,
    AbstractReactionState,
    SelfCare,
    SelfCareState,
    with_added,
)
from glucotwin.simulate.wear import wear_condition

MIN_PER_H = 60.0
INJECTION = "injection"
"""Name of the random stream of injections."""


class SinceDecision(eqx.Module):
    """What has been counted since the last decision; scalars."""

    announced_carbs_g: Float[Array, ""]
    basal_u: Float[Array, ""]
    bolus_u: Float[Array, ""]
    minutes: Float[Array, ""]


class ClosedLoopState(AbstractReactionState):
    """What devices, algorithm and person remember; fields that end in ``_total`` count up.

    ``sensor_mgdl`` is what the last decision saw, ``rate_u_per_h`` and ``bolus_u`` what it led to,
    ``safe_rate_u_per_h`` and ``safe_bolus_u`` what the limits left (the same unless the person decides),
    ``wanted_rate_u_per_h`` and ``wanted_bolus_u`` what the algorithm had decided, ``clamps`` the limits that changed it
    as bits, ``reason`` the algorithm's own, ``on_board_u`` insulin beyond the schedule then.
    """

    sensor: Any
    pump: Any
    controller: Any
    care: SelfCareState
    history: DoseHistory
    since: SinceDecision
    minute: Float[Array, ""]
    sensor_mgdl: Float[Array, ""]
    rate_u_per_h: Float[Array, ""]
    bolus_u: Float[Array, ""]
    safe_rate_u_per_h: Float[Array, ""]
    safe_bolus_u: Float[Array, ""]
    wanted_rate_u_per_h: Float[Array, ""]
    wanted_bolus_u: Float[Array, ""]
    proposed_carbs_g: Float[Array, ""]
    glucagon_mg: Float[Array, ""]
    long_acting_u: Float[Array, ""]
    on_board_u: Float[Array, ""]
    clamps: Int[Array, ""]
    reason: Int[Array, ""]
    rescue_carbs_g_total: Float[Array, ""]
    basal_u_total: Float[Array, ""]
    bolus_u_total: Float[Array, ""]
    long_acting_u_total: Float[Array, ""]
    glucagon_mg_total: Float[Array, ""]


_OTHER_FIELDS = frozenset({"sensor", "pump", "controller", "care", "history", "since", "clamps", "reason"})
"""Fields of the state that are no number that starts at 0."""


class ClosedLoop(AbstractReaction[ClosedLoopState]):
    """A person with a sensor, a dosing algorithm, limits outside it and a pump.

    Every minute the sensor measures and the pump delivers; every 5 min, at minutes of UTC that 5 divides, the algorithm
    decides. Insulin that the inputs hold is given on top, so leave it out of them.

    Attributes:
        controller: the algorithm.
        setting: what the person's pump is set to.
        limits: outside the algorithm.
        sensor, pump: the devices.
        care: how the person treats lows; corrections of highs are the algorithm's.
        automatic: whether the algorithm's doses are given by themselves. When not, the schedule runs, and the person
            takes a bolus only when they have told of a meal or look; the rest stays a proposal.
        eats_proposed: 1 when the person awake eats what the algorithm proposes, else 0.
        sensor_key, pump_key: key data of the devices' random streams.
        long_acting: product of injections; empty when the person has none.
        rapid: product in the pump, or of injections for meals.
        injection_sd: standard deviation of the logarithm by which what a long-acting injection does differs from one to
            the next; its mean stays. What is counted is what was dialled.
    """

    controller: AnyController
    setting: TherapySetting
    limits: SafetyLimits
    sensor: AnySensor
    pump: AnyPump
    care: SelfCare
    automatic: Bool[AnyArray, "*people"]
    eats_proposed: Float[AnyArray, "*people"]
    sensor_key: UInt[AnyArray, "*people words"]
    pump_key: UInt[AnyArray, "*people words"]
    long_acting: str = eqx.field(static=True, default="")
    rapid: str = eqx.field(static=True, default=REFERENCE)
    injection_sd: float = eqx.field(static=True, default=0.0)

    def initial_state(self) -> ClosedLoopState:
        """New devices, nothing given, the scheduled rate running from the first decision on."""
        zero = jnp.zeros(())
        whole = jnp.zeros((), dtype=jnp.int32)
        counted = [name for name in ClosedLoopState.__dataclass_fields__ if name not in _OTHER_FIELDS]
        return ClosedLoopState(
            sensor=self.sensor.initial_state(jax.random.wrap_key_data(jnp.asarray(self.sensor_key))),
            pump=self.pump.initial_state(jax.random.wrap_key_data(jnp.asarray(self.pump_key))),
            controller=self.controller.initial_state(self.setting),
            care=self.care.initial_state(),
            history=empty_history(self.setting),
            since=SinceDecision(zero, zero, zero, zero),
            clamps=whole,
            reason=whole,
            **{**dict.fromkeys(counted, zero), "sensor_mgdl": jnp.full((), jnp.nan, dtype=jnp.float64)},
        )

    def react(
        self, state: ClosedLoopState, glucose_mgdl: Float[Array, ""], inputs: Inputs
    ) -> tuple[ClosedLoopState, Inputs]:
        """One minute: measure, decide if it is time, deliver, and treat a low."""
        minute = jnp.asarray(inputs.minute_utc)
        sensor, reading = self.sensor.measure(state.sensor, glucose_mgdl, minute, wear_condition(inputs))
        told_g = jnp.asarray(inputs.level(ANNOUNCED_CARBS))
        state = eqx.tree_at(
            lambda one: (one.sensor, one.since.announced_carbs_g),
            state,
            (sensor, state.since.announced_carbs_g + told_g),
        )
        due = minute % DECISION_MIN == 0
        state = jax.lax.cond(due, lambda one: self.decided(one, reading.value_mgdl, inputs), lambda one: one, state)
        return self._delivered(state, due, reading.value_mgdl, glucose_mgdl, inputs)

    def see(self, state: ClosedLoopState, glucose_mgdl: Float[Array, ""], inputs: Inputs) -> Seen:
        """What a decision at the beginning of this minute would see; for algorithms outside the compiled program."""
        minute = jnp.asarray(inputs.minute_utc)
        _, reading = self.sensor.measure(state.sensor, glucose_mgdl, minute, wear_condition(inputs))
        carbs = state.since.announced_carbs_g + jnp.asarray(inputs.level(ANNOUNCED_CARBS))
        return _seen(eqx.tree_at(lambda one: one.since.announced_carbs_g, state, carbs), reading.value_mgdl, inputs)

    def decided(self, state: ClosedLoopState, shown_mgdl: Float[Array, ""], inputs: Inputs) -> ClosedLoopState:
        """The state with a new decision within the limits; nothing is given yet.

        Args:
            state: with the carbohydrate that was announced until now.
            shown_mgdl: what the sensor shows; not a number when it shows nothing.
            inputs: of this minute.
        """
        seen = _seen(state, shown_mgdl, inputs)
        controller, wanted = self.controller.step(state.controller, seen)
        scheduled = setting_at(self.setting, seen.minute_of_day).basal_u_per_h
        since = state.since
        history = state.history.add(since.basal_u + since.bolus_u - scheduled / MIN_PER_H * since.minutes)
        safe = self._limited(wanted, state, history, scheduled, shown_mgdl)
        confirmed = self.automatic | (seen.announced_carbs_g > 0.0) | (seen.looks > 0.5)
        zero = jnp.zeros(())
        changed = {
            "controller": controller,
            "history": history,
            "since": SinceDecision(zero, zero, zero, zero),
            "sensor_mgdl": shown_mgdl,
            "rate_u_per_h": jnp.where(self.automatic, safe.rate_u_per_h, scheduled),
            "bolus_u": jnp.where(confirmed, safe.bolus_u, 0.0),
            "safe_rate_u_per_h": safe.rate_u_per_h,
            "safe_bolus_u": safe.bolus_u,
            "wanted_rate_u_per_h": wanted.rate_u_per_h,
            "wanted_bolus_u": wanted.bolus_u,
            "proposed_carbs_g": wanted.proposed_carbs_g,
            "glucagon_mg": jnp.where(self.automatic, jnp.maximum(wanted.glucagon_mg, 0.0), 0.0),
            "long_acting_u": jnp.maximum(wanted.long_acting_u, 0.0),
            "on_board_u": history.on_board_u,
            "clamps": safe.clamps,
            "reason": wanted.reason,
        }
        return eqx.tree_at(
            lambda one: [getattr(one, name) for name in changed],
            state,
            list(changed.values()),
        )

    def _limited(
        self,
        wanted: Decision,
        state: ClosedLoopState,
        history: DoseHistory,
        scheduled: Float[Array, ""],
        shown_mgdl: Float[Array, ""],
    ) -> SafeDoseNow:
        around = SurroundingsNow(
            glucose_mgdl=shown_mgdl,
            trend_mgdl_per_min=(shown_mgdl - state.sensor_mgdl) / DECISION_MIN,
            insulin_on_board_u=history.on_board_u,
            scheduled_u_per_h=scheduled,
            last_rate_u_per_h=jnp.where(state.minute > 0.0, state.rate_u_per_h, scheduled),
            step_min=float(DECISION_MIN),
        )
        return limit_dose_now(wanted.rate_u_per_h, wanted.bolus_u, self.limits, around)

    def _delivered(
        self,
        state: ClosedLoopState,
        due: Bool[Array, ""],
        shown_mgdl: Float[Array, ""],
        glucose_mgdl: Float[Array, ""],
        inputs: Inputs,
    ) -> tuple[ClosedLoopState, Inputs]:
        """The pump's minute, the pen's and the person's."""
        once = jnp.where(due, 1.0, 0.0)
        command = PumpCommand(state.rate_u_per_h, once * state.bolus_u, once * state.glucagon_mg)
        pump, given = self.pump.deliver(state.pump, command, jnp.asarray(inputs.minute_utc))
        injected_u = once * state.long_acting_u
        felt = jnp.where(glucose_mgdl < SYMPTOMS_MGDL, glucose_mgdl, jnp.nan)
        known = jnp.where(jnp.isfinite(shown_mgdl), shown_mgdl, felt)
        care, acted = self.care.react(state.care, known, inputs)
        awake = 1.0 - jnp.asarray(inputs.level(ASLEEP))
        proposed_g = once * state.proposed_carbs_g * self.eats_proposed * awake
        after = _counted(state, care, given, injected_u, proposed_g)
        acted = with_added(acted, proposed_g, given.basal_u + given.bolus_u, product=self.rapid)
        acting_u = injected_u * self._injection_factor(inputs)
        acted = _with_pen_and_glucagon(acted, self.long_acting, acting_u, given.glucagon_mg)
        return eqx.tree_at(lambda one: (one.care, one.pump), after, (care, pump)), acted

    def _injection_factor(self, inputs: Inputs) -> Float[Array, ""]:
        """By how much an injection of this minute does more than another one."""
        if self.injection_sd == 0.0:
            return jnp.ones(())
        key = jax.random.fold_in(jax.random.wrap_key_data(jnp.asarray(self.pump_key)), name_hash(INJECTION))
        drawn = jax.random.normal(minute_key(key, jnp.asarray(inputs.minute_utc)), (), dtype="float64")
        return jnp.exp(self.injection_sd * drawn - 0.5 * self.injection_sd**2)


def _seen(state: ClosedLoopState, shown_mgdl: Float[Array, ""], inputs: Inputs) -> Seen:
    return Seen(
        minute=state.minute,
        minute_of_day=jnp.asarray(inputs.minute_of_day),
        glucose_mgdl=shown_mgdl,
        announced_carbs_g=state.since.announced_carbs_g,
        delivered_basal_u=state.since.basal_u,
        delivered_bolus_u=state.since.bolus_u,
        looks=jnp.asarray(inputs.level(CHECK)),
        exercise_announced=jnp.asarray(inputs.level(ANNOUNCED_EXERCISE)),
        asleep=jnp.asarray(inputs.level(ASLEEP)),
    )


def _counted(
    state: ClosedLoopState,
    care: SelfCareState,
    given: Delivered,
    injected_u: Float[Array, ""],
    proposed_g: Float[Array, ""],
) -> ClosedLoopState:
    """The state a minute later, with what was given added up."""
    since = SinceDecision(
        state.since.announced_carbs_g,
        state.since.basal_u + given.reported_basal_u,
        state.since.bolus_u + given.reported_bolus_u,
        state.since.minutes + 1.0,
    )
    rescue = care.rescue_carbs_g_total - state.care.rescue_carbs_g_total
    added = {
        "minute": jnp.ones(()),
        "rescue_carbs_g_total": rescue + proposed_g,
        "basal_u_total": given.basal_u,
        "bolus_u_total": given.bolus_u,
        "long_acting_u_total": injected_u,
        "glucagon_mg_total": given.glucagon_mg,
    }
    values = [getattr(state, name) + more for name, more in added.items()]
    return eqx.tree_at(lambda one: [one.since, *(getattr(one, name) for name in added)], state, [since, *values])


def _with_pen_and_glucagon(
    inputs: Inputs, product: str, units: Float[Array, ""], glucagon_mg: Float[Array, ""]
) -> Inputs:
    insulin = dict(inputs.insulin_u_per_min)
    if product:
        insulin[product] = jnp.asarray(inputs.dose_u_per_min(product)) + units
    medicine = {**inputs.medication_mg_per_min, GLUCAGON: jnp.asarray(inputs.medication(GLUCAGON)) + glucagon_mg}
    return eqx.tree_at(
        lambda one: (one.insulin_u_per_min, one.medication_mg_per_min),
        inputs,
        (insulin, medicine),
        is_leaf=lambda node: isinstance(node, dict),
    )
