"""What the last hours' forecasts missed, carried forward, on the grid."""

from typing import NamedTuple

import jax.numpy as jnp

from glucotwin.control.loop.compiled.history import History
from glucotwin.control.loop.compiled.meal import Intervals
from glucotwin.control.loop.compiled.rule import GROUP_STEPS, HISTORY_STEPS, LATE_STEPS, LoopRule
from glucotwin.control.loop.retrospective import (
    DERIVATIVE_GAIN,
    EFFECT_MIN,
    FORGET,
    GROUP_S,
    INTEGRAL_GAIN,
    LEAST_MGDL,
    LONGEST_EFFECT_MIN,
    PROPORTIONAL_GAIN,
    RECENT_S,
    STEEPEST_MGDL_PER_MIN,
    fading_parabola,
)
from glucotwin.control.loop.series import MINUTE_S, STEP_MIN, STEP_S
from glucotwin.core.array import Array, Bool, Float

_GROUP_MIN = GROUP_S / MINUTE_S
_RECENT_STEPS = round(RECENT_S / STEP_S)


class Fading(NamedTuple):
    """A rate that falls to 0 in a straight line.

    Attributes:
        rate_mgdl_per_min: the rate at first.
        duration_min: when it is 0.
        counts: whether it counts at all.
    """

    rate_mgdl_per_min: Float[Array, ""]
    duration_min: Float[Array, ""]
    counts: Bool[Array, ""]


class Unexplained(NamedTuple):
    """What neither insulin nor meals explain, by the step that ends an interval, the newest first.

    Attributes:
        mgdl: the change within five minutes; 0 where no interval that counts ends.
        kept: where one does.
    """

    mgdl: Float[Array, " step"]
    kept: Bool[Array, " step"]


def find_unexplained(
    intervals: Intervals,
    carb_changes: Float[Array, " change"],
    lag: Bool[Array, " step"],
    *,
    matter: Bool[Array, ""],
    past_steps: int,
) -> Unexplained:
    """Take what meals are expected to do off what glucose did beyond insulin.

    Args:
        intervals: what glucose did beyond insulin.
        carb_changes: by the meals in steps of five minutes.
        lag: where the change after an interval is compared with it, not the one within.
        matter: whether any meal matters.
        past_steps: how many of the changes are before now.
    """
    beyond = GROUP_STEPS + LATE_STEPS
    steps = past_steps + beyond
    within = carb_changes[past_steps - 1 :: -1]
    expected = jnp.where(lag[:past_steps], carb_changes[past_steps:0:-1], within)
    expected = jnp.concatenate([expected, jnp.zeros(beyond)])
    kept = intervals.ends[:steps] & ~(matter & (jnp.arange(steps) > HISTORY_STEPS))
    found = intervals.rate_mgdl_per_min[:steps] * STEP_MIN - jnp.where(matter, expected, 0.0)
    return Unexplained(jnp.where(kept, found, 0.0), kept)


def correct(history: History, points: Unexplained, rule: LoopRule) -> Fading:
    """Carry the last sum of what is unexplained forward."""
    now = jnp.arange(points.kept.size) == history.since_last
    sums = _sums(points.mgdl)
    current = jnp.sum(jnp.where(now, sums, 0.0))
    counts = jnp.any(now & points.kept)
    if not rule.integral_correction:
        return Fading(current / _GROUP_MIN, jnp.full_like(current, EFFECT_MIN), counts)
    total, duration = _integral(_same_sign_run(history, points, sums, current), sums, current)
    rate = total * EFFECT_MIN / duration / _GROUP_MIN
    return Fading(jnp.clip(rate, -STEEPEST_MGDL_PER_MIN, STEEPEST_MGDL_PER_MIN), duration, counts)


def fading_changes(fading: Fading, step: Float[Array, " change"]) -> Float[Array, " change"]:
    """Changes of glucose in steps after the last reading."""
    bend, slope = fading_parabola(fading.rate_mgdl_per_min, fading.duration_min)
    elapsed = step * STEP_MIN
    change = bend * (elapsed**2 - (elapsed - STEP_MIN) ** 2) + slope * STEP_MIN
    return jnp.where(fading.counts & (elapsed < fading.duration_min), change, 0.0)


def _sums(points: Float[Array, " step"]) -> Float[Array, " step"]:
    """Each step's half hour before it, added up."""
    padded = jnp.concatenate([points, jnp.zeros(GROUP_STEPS)])
    total = points
    for later in range(1, GROUP_STEPS + 1):
        total = total + padded[later : later + points.size]
    return total


def _integral(
    run: Bool[Array, " step"], sums: Float[Array, " step"], current: Float[Array, ""]
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Total by proportion, integral and fall, mg/dL, and how long it acts, min."""
    place = jnp.cumsum(run) - 1
    accumulated = jnp.sum(jnp.where(run, INTEGRAL_GAIN * FORGET**place * sums, 0.0))
    count = jnp.sum(run)
    duration = jnp.minimum(EFFECT_MIN - 2 * STEP_MIN + 2 * STEP_MIN * count, LONGEST_EFFECT_MIN)
    before = jnp.sum(jnp.where(run & (place == 1), sums, 0.0))
    change = jnp.where(count > 1, current - before, 0.0)
    return PROPORTIONAL_GAIN * current + accumulated + DERIVATIVE_GAIN * jnp.minimum(0.0, change), duration


def _same_sign_run(
    history: History, points: Unexplained, sums: Float[Array, " step"], current: Float[Array, ""]
) -> Bool[Array, " step"]:
    """The latest sums, as long as they have the last one's sign and follow each other."""
    step = jnp.arange(sums.size)
    recent = points.kept & (step <= HISTORY_STEPS + history.since_last)
    fits = (jnp.signbit(sums) == jnp.signbit(current)) & (jnp.abs(sums) >= LEAST_MGDL)
    breaks = jnp.cumsum(recent & ~fits) > 0
    apart = recent & (history.intervals.length[: sums.size] > _RECENT_STEPS)
    return recent & ~breaks & (jnp.cumsum(apart) - apart == 0)
