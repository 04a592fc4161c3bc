"""Risk scenarios with everything compiled: bodies, pump and Loop, an hour of many arms at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.control.loop.compiled.decision import Circumstances, decide
from glucotwin.control.loop.compiled.forecast import look_ahead
from glucotwin.control.loop.compiled.history import Arrival, History, no_history, remember
from glucotwin.control.loop.compiled.recommendation import Aim, Limit, ask
from glucotwin.control.loop.compiled.rule import LoopRule
from glucotwin.control.loop.recommendation import TEMP_DURATION_S
from glucotwin.control.setting import SLOTS
from glucotwin.core.array import AnyArray, Array, Bool, Float, Int
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.simulate.risk.life import Life, begin, live_on, observe
from glucotwin.simulate.risk.loop_view import LARGEST_JUMP_MGDL
from glucotwin.simulate.risk.person import RiskBody, Truth
from glucotwin.simulate.risk.schedule import STEP_MIN, STEP_S
from glucotwin.simulate.risk.script import BEFORE_STEPS, BLOCK_STEPS, Script

_STEPS_PER_HOUR = 60 // STEP_MIN
_TEMP_STEPS = round(TEMP_DURATION_S / STEP_S)


class Points(NamedTuple):
    """Courses, each ``(arms, steps)``."""

    glucose_mgdl: np.ndarray
    on_board_u: np.ndarray
    ketone_mmoll: np.ndarray
    rate_u_per_h: np.ndarray
    bolus_u: np.ndarray


class _Carry(eqx.Module):
    """Between two steps; ``net_u`` is what Loop knows to have been given beyond the schedule since the last."""

    life: Life
    history: History | None
    net_u: Float[Array, " arm"]


class _Event(NamedTuple):
    """One step of a script."""

    step: Int[Array, ""]
    told_bolus_u: Float[Array, " arm"]
    told_carbs_g: Float[Array, " arm"]
    bolus_u: Float[Array, " arm"]
    carbs_g: Float[Array, " arm"]
    asks: Bool[Array, " arm"]
    accepts: Bool[Array, " arm"]
    automatic: Bool[Array, " arm"]


def run_compiled(
    body: RiskBody,
    values: Truth,
    script: Script,
    rule: LoopRule | None,
    *,
    steps: int,
    progress: ProgressCallback = silent,
) -> Points:
    """Run arms of one set-up side by side.

    Args:
        body: what they run on.
        values: of their people, each ``(arms,)``.
        script: of the arms, with a leading axis and a whole number of hours.
        rule: Loop's set-up; None for arms without Loop.
        steps: how many steps to run; whole hours are, from which on nothing more is kept.
        progress: told how far the hours have come.
    """
    carry = _begin(body, values, script, rule)
    hours = -(-steps // BLOCK_STEPS)
    blocks: list[Points] = []
    for hour in range(hours):
        carry, points = _hour(body, values, script, rule, carry, jnp.asarray(hour * BLOCK_STEPS))
        blocks.append(Points(*(np.asarray(one) for one in points)))
        progress("Running the scenarios", (hour + 1) / hours)
    return Points(*(np.concatenate(parts)[:steps].T for parts in zip(*blocks, strict=True)))


@eqx.filter_jit
def _begin(body: RiskBody, values: Truth, script: Script, rule: LoopRule | None) -> _Carry:
    """The start, with what Loop knows of the hours before it."""
    bodies = jax.vmap(body.compose)(values)
    life = begin(body, bodies, jnp.asarray(script.start_mgdl), _now(script.told, script, 0)["basal_u_per_h"])
    arms = jnp.asarray(script.start_mgdl).shape
    if rule is None:
        return _Carry(life, None, jnp.zeros(arms))

    def step(carry: tuple[History, Array], event: tuple[Array, ...]) -> tuple[tuple[History, Array], None]:
        history, net_u = carry
        place, glucose, bolus_u, carbs_g = event
        return (_remembered(history, script, rule, place, glucose, net_u, carbs_g), bolus_u), None

    nothing = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (*arms, *leaf.shape)), no_history(rule))
    events = (
        jnp.arange(-BEFORE_STEPS, 0),
        jnp.asarray(script.before_mgdl).T[:-1],
        jnp.asarray(script.before_bolus_u).T,
        jnp.asarray(script.before_carbs_g).T,
    )
    (history, net_u), _ = jax.lax.scan(step, (nothing, jnp.zeros(arms)), events)
    return _Carry(life, history, net_u)


@eqx.filter_jit
def _hour(
    body: RiskBody, values: Truth, script: Script, rule: LoopRule | None, carry: _Carry, first: Int[Array, ""]
) -> tuple[_Carry, Points]:
    bodies = jax.vmap(body.compose)(values)
    columns = (getattr(script, name) for name in _Event._fields[1:])
    cut = [jax.lax.dynamic_slice_in_dim(jnp.asarray(one), first, BLOCK_STEPS, axis=1).T for one in columns]

    def step(carry: _Carry, event: _Event) -> tuple[_Carry, Points]:
        seen = observe(bodies, carry.life)
        scheduled = _now(script.told, script, event.step)["basal_u_per_h"]
        start = jnp.asarray(script.before_mgdl)[:, -1]
        # The scenario's own history says what the sensor shows at the start.
        reading = jnp.where(event.step == 0, start, seen.glucose_mgdl)
        history, rate, automatic_u, asked_u = _decided(carry, script, rule, event, reading, scheduled)
        bolus_u = automatic_u + event.bolus_u + jnp.where(event.accepts, asked_u, 0.0)
        net_u = (rate - scheduled) / _STEPS_PER_HOUR + automatic_u + event.told_bolus_u + asked_u
        truth = _now(script.true, script, event.step)
        life = live_on(body, bodies, carry.life, truth, rate / 60.0 + bolus_u / STEP_MIN, event.carbs_g / STEP_MIN)
        return _Carry(life, history, net_u), Points(*seen, rate, bolus_u)  # pyright: ignore[reportArgumentType]

    return jax.lax.scan(step, carry, _Event(first + jnp.arange(BLOCK_STEPS), *cut))


def _decided(
    carry: _Carry, script: Script, rule: LoopRule | None, event: _Event, reading: Array, scheduled: Array
) -> tuple[History | None, Array, Array, Array]:
    """What Loop remembers now, the rate, the bolus that it gives by itself, and the one that it is asked for."""
    nothing = jnp.zeros_like(scheduled)
    if rule is None or carry.history is None:
        return None, scheduled, nothing, nothing
    history = _remembered(carry.history, script, rule, event.step, reading, carry.net_u, event.told_carbs_g)
    around = _circumstances(script, rule, event.step)
    decided = jax.vmap(lambda one, now: decide(one, now, rule).recommended)(history, around)
    rate = jnp.where(event.automatic, decided.rate_u_per_h, scheduled)
    automatic_u = jnp.where(event.automatic, decided.bolus_u, 0.0)

    def answer() -> Array:
        planned = _planned_mgdl(script, event, rate)
        return jax.vmap(lambda *own: _asked_u(*own, rule=rule))(history, around, planned)

    # Few moments have a question, and a forecast is the dearest part.
    asked_u = jax.lax.cond(jnp.any(event.asks), answer, lambda: nothing)
    return history, rate, automatic_u, jnp.where(event.asks, asked_u, 0.0)


def _asked_u(
    history: History, around: Circumstances, planned_mgdl: Float[Array, " step"], *, rule: LoopRule
) -> Float[Array, ""]:
    """The bolus that Loop proposes when it is asked."""
    outlook = look_ahead(
        history, around.now_min, replace(rule, with_rises=False), around.largest_jump_mgdl, planned_mgdl=planned_mgdl
    )
    return jnp.clip(ask(outlook.glucose_mgdl, around.aim, rule).insulin_u, 0.0, around.limit.max_bolus_u)


def _planned_mgdl(script: Script, event: _Event, rate: Array) -> Float[Array, "arm step"]:
    """What the pump is told of now, and the rate that has just been set, over its half hour, will lower glucose by."""
    steps = [_now(script.told, script, event.step + ahead) for ahead in range(_TEMP_STEPS)]
    net_u = jnp.stack([(rate - one["basal_u_per_h"]) / _STEPS_PER_HOUR for one in steps], axis=1)
    net_u = net_u.at[:, 0].add(event.told_bolus_u)
    return net_u * steps[0]["correction_factor_mgdl_per_u"][:, None]


def _remembered(
    history: History, script: Script, rule: LoopRule, step: Array, reading: Array, net_u: Array, carbs_g: Array
) -> History:
    now, before = _now(script.told, script, step), _now(script.told, script, step - 1)
    minute = _minute(step, reading)
    arrival = Arrival(
        now_min=minute,
        glucose_mgdl=reading,
        net_u=net_u,
        sensitivity_mgdl_per_u=before["correction_factor_mgdl_per_u"],
        carbs_g=carbs_g,
        meal_min=minute,
        rise_mgdl_per_g=now["correction_factor_mgdl_per_u"] / now["carb_ratio_g_per_u"],
    )
    return jax.vmap(lambda one, came: remember(one, came, rule))(history, arrival)


def _circumstances(script: Script, rule: LoopRule, step: Array) -> Circumstances:
    now = _now(script.told, script, step)
    slots = (jnp.asarray(script.slot)[:, None] + step + jnp.arange(rule.action_steps + 1)[None, :]) % SLOTS
    ends = [jnp.take_along_axis(jnp.asarray(script.told[name]), slots, axis=1) for name in ("lower_mgdl", "upper_mgdl")]
    limit = {name: jnp.asarray(one) for name, one in script.limit.items()}
    suspend = limit.pop("suspend_mgdl")
    return Circumstances(
        now_min=_minute(step, suspend),
        aim=Aim(
            lower_mgdl=ends[0],
            upper_mgdl=ends[1],
            suspend_mgdl=suspend,
            sensitivity_mgdl_per_u=now["correction_factor_mgdl_per_u"],
        ),
        limit=Limit(neutral_u_per_h=now["basal_u_per_h"], **limit),
        largest_jump_mgdl=jnp.full_like(suspend, LARGEST_JUMP_MGDL),
    )


def _minute(step: Array, arms: Array) -> Array:
    """Minutes since the start, for all arms."""
    return jnp.broadcast_to(STEP_MIN * step.astype(jnp.float64), arms.shape)


def _now(settings: Mapping[str, AnyArray], script: Script, step: Array | int) -> dict[str, Array]:
    """Settings of a step."""
    slot = (jnp.asarray(script.slot) + step) % SLOTS
    return {name: jnp.take_along_axis(jnp.asarray(one), slot[:, None], axis=1)[:, 0] for name, one in settings.items()}


def padded(rows: Sequence[int], size: int) -> list[int]:
    """Rows filled up by the last one, so that one program serves every group."""
    return [*rows, *[rows[-1]] * (size - len(rows))]
