"""Where glucose is heading: insulin, meals, trend and what these left unexplained, on the grid."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from glucotwin.control.loop.compiled.carb_effect import carb_effect, carbs_end_min, spread, time_grid
from glucotwin.control.loop.compiled.history import History, lag
from glucotwin.control.loop.compiled.meal import meal_clock, share_rises
from glucotwin.control.loop.compiled.retrospective import Fading, Unexplained, correct, fading_changes, find_unexplained
from glucotwin.control.loop.compiled.rule import HISTORY_STEPS, LATE_STEPS, LoopRule
from glucotwin.control.loop.compiled.trend import is_gradual, trend_mgdl_per_min
from glucotwin.control.loop.prediction import momentum_share
from glucotwin.control.loop.series import STEP_MIN
from glucotwin.core.array import Array, Float

_MOMENTUM_STEPS = 3
_BEHIND = LATE_STEPS - 1
"""Steps before now whose change counts when the reading is late."""


class Outlook(NamedTuple):
    """A forecast and what it is made of.

    Attributes:
        glucose_mgdl: now, in five minutes and so on until a dose of now has acted.
        insulin_on_board_u: insulin beyond the schedule that has not acted.
    """

    glucose_mgdl: Float[Array, " ahead"]
    insulin_on_board_u: Float[Array, ""]


def look_ahead(
    history: History,
    now_min: Float[Array, ""],
    rule: LoopRule,
    largest_jump_mgdl: Float[Array, ""],
    *,
    planned_mgdl: Float[Array, " dose"] | None = None,
) -> Outlook:
    """Forecast from what is remembered; meaningless unless there is a reading of less than 15 minutes ago.

    Args:
        history: what is remembered.
        now_min: time of the decision.
        rule: how Loop is set up.
        largest_jump_mgdl: change between readings above which trends do not count.
        planned_mgdl: what insulin that is going to be given now, in five minutes and so on lowers glucose by in all; it
            is not on board yet.
    """
    carbs, points = _carbs(history, now_min, rule)
    correction = correct(history, points, rule)
    gradual = is_gradual(history.glucose_mgdl, largest_jump_mgdl)
    step = jnp.arange(-_BEHIND, rule.action_steps + 1) + history.since_last
    fading = fading_changes(_allowed(correction, gradual, rule), step)
    others = _insulin_changes(history, rule) + carbs + fading
    if planned_mgdl is not None:
        others = others + _planned_changes(planned_mgdl, rule)
    changes = _blend(others, step, history, rule, largest_jump_mgdl)
    glucose = history.last_mgdl + jnp.cumsum(jnp.where(step > 0.0, changes, 0.0))
    on_board = jnp.sum(history.net_u[: rule.action_steps] * rule.fraction_left()[1:])
    return Outlook(glucose_mgdl=glucose[_BEHIND:], insulin_on_board_u=on_board)


def _carbs(history: History, now_min: Float[Array, ""], rule: LoopRule) -> tuple[Float[Array, " change"], Unexplained]:
    """Changes by meals from just before now on, and what neither insulin nor meals explain, step by step back."""
    step = jnp.arange(history.intervals.ends.size)
    newest = jnp.min(jnp.where(history.intervals.ends, step, step.size))
    last_seen = jnp.where(newest < step.size, now_min - STEP_MIN * newest, -jnp.inf)
    clock = meal_clock(history.meals, rule.carb_rule, last_seen)
    progress, course = share_rises(clock, history.intervals, now_min)
    course = spread(course, history.until_end, history.intervals.length)
    time = time_grid(now_min, past_steps=rule.past_steps, ahead_steps=rule.action_steps)
    changes = jnp.diff(carb_effect(clock, progress, course, time, past_steps=rule.past_steps))
    matter = carbs_end_min(clock, progress) >= now_min - HISTORY_STEPS * STEP_MIN
    points = find_unexplained(
        history.intervals, changes, lag(history, now_min), matter=matter, past_steps=rule.past_steps
    )
    return changes[rule.past_steps - _BEHIND - 1 :], points


def _insulin_changes(history: History, rule: LoopRule) -> Float[Array, " change"]:
    """Changes by insulin from just before now on."""
    share = np.concatenate([np.zeros(_BEHIND), rule.acting_share(), np.zeros(2 * rule.action_steps)])
    change, dose = np.meshgrid(np.arange(_BEHIND + rule.action_steps + 1), np.arange(history.net_u.size), indexing="ij")
    return -jnp.asarray(share[change + dose]) @ history.lowering_mgdl


def _planned_changes(planned_mgdl: Float[Array, " dose"], rule: LoopRule) -> Float[Array, " change"]:
    """Changes by insulin still to come: a dose begins to act in the step after it."""
    share = rule.acting_share()
    changes = np.zeros((_BEHIND + rule.action_steps + 1, planned_mgdl.size))
    for dose in range(planned_mgdl.size):
        first = _BEHIND + 1 + dose
        acts = share[: changes.shape[0] - first]
        changes[first : first + acts.size, dose] = acts
    return -jnp.asarray(changes) @ planned_mgdl


def _allowed(fading: Fading, gradual: Array, rule: LoopRule) -> Fading:
    counts = gradual & fading.counts
    if not rule.with_rises:
        counts = counts & (fading.rate_mgdl_per_min <= 0.0)
    return fading._replace(counts=counts)


def _blend(
    others: Float[Array, " change"],
    step: Float[Array, " change"],
    history: History,
    rule: LoopRule,
    largest_jump_mgdl: Float[Array, ""],
) -> Float[Array, " change"]:
    """The trend instead of all else at first, fading out."""
    slope, counts = trend_mgdl_per_min(history.glucose_mgdl, largest_jump_mgdl)
    if not rule.with_rises:
        counts = counts & (slope <= 0.0)
    share = jnp.zeros_like(others)
    for place, part in enumerate(momentum_share(_MOMENTUM_STEPS + 1, 0.0)):
        share = jnp.where((step == place) & counts, part, share)
    return (1.0 - share) * others + share * slope * STEP_MIN
