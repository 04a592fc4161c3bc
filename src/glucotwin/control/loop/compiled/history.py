"""What Loop remembers, step by step, in arrays of fixed length, the newest first."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.loop.compiled.meal import Intervals, Meals
from glucotwin.control.loop.compiled.rule import HISTORY_STEPS, LATE_STEPS, LoopRule
from glucotwin.control.loop.series import STEP_MIN
from glucotwin.core.array import Array, Bool, Float

_JUMP_STEPS = 7
"""Readings of half an hour, both ends included."""


class History(eqx.Module):
    """Readings, doses and meals until now.

    Attributes:
        glucose_mgdl: readings of now, five minutes ago and so on; not a number where there was none.
        net_u: insulin beyond the schedule in the last five minutes, the five before and so on.
        lowering_mgdl: what it lowers glucose by in all.
        intervals: what glucose did beyond insulin.
        until_end: steps from each step to the end of the interval that it belongs to; infinite where there is none.
        last_mgdl, since_last: the last reading, and how many steps ago it was.
        insulin_mgdl: what insulin has done to glucose since.
        first_end_min: end of the first interval; infinite before.
        meals: what was eaten.
    """

    glucose_mgdl: Float[Array, " reading"]
    net_u: Float[Array, " dose"]
    lowering_mgdl: Float[Array, " dose"]
    intervals: Intervals
    until_end: Float[Array, " step"]
    last_mgdl: Float[Array, ""]
    since_last: Float[Array, ""]
    insulin_mgdl: Float[Array, ""]
    first_end_min: Float[Array, ""]
    meals: Meals


class Arrival(eqx.Module):
    """What came in since the last decision.

    Attributes:
        now_min: time of this decision.
        glucose_mgdl: the reading; not a number without one.
        net_u: insulin beyond the schedule.
        sensitivity_mgdl_per_u: the sensitivity when it was given.
        carbs_g: carbs of a meal that is entered now; 0 without one.
        meal_min: when it is eaten.
        rise_mgdl_per_g: what a gram raises glucose by.
    """

    now_min: Float[Array, ""]
    glucose_mgdl: Float[Array, ""]
    net_u: Float[Array, ""]
    sensitivity_mgdl_per_u: Float[Array, ""]
    carbs_g: Float[Array, ""]
    meal_min: Float[Array, ""]
    rise_mgdl_per_g: Float[Array, ""]


def no_history(rule: LoopRule) -> History:
    """Before anything happened."""
    step, nothing = jnp.zeros(rule.history_steps), jnp.zeros(())
    places = jnp.zeros(rule.meals)
    return History(
        glucose_mgdl=jnp.full(_JUMP_STEPS, jnp.nan),
        net_u=jnp.zeros(rule.action_steps + LATE_STEPS),
        lowering_mgdl=jnp.zeros(rule.action_steps + LATE_STEPS),
        intervals=Intervals(rate_mgdl_per_min=step, length=step + 1.0, ends=jnp.zeros(rule.history_steps, bool)),
        until_end=step + jnp.inf,
        last_mgdl=nothing + jnp.nan,
        since_last=nothing + jnp.inf,
        insulin_mgdl=nothing,
        first_end_min=nothing + jnp.inf,
        meals=Meals(
            start_min=places - jnp.inf,
            carbs_g=places,
            absorption_min=places + rule.absorption_min,
            rise_mgdl_per_g=places + 1.0,
        ),
    )


def remember(history: History, arrival: Arrival, rule: LoopRule) -> History:
    """The history one step later."""
    net_u = _pushed(history.net_u, arrival.net_u)
    lowering = _pushed(history.lowering_mgdl, arrival.net_u * arrival.sensitivity_mgdl_per_u)
    insulin = history.insulin_mgdl - jnp.sum(lowering[: rule.action_steps] * rule.acting_share())
    length, reads = history.since_last + 1.0, jnp.isfinite(arrival.glucose_mgdl)
    ends = reads & jnp.isfinite(length)
    steps = jnp.where(ends, length, 1.0)
    rate = jnp.where(ends, (arrival.glucose_mgdl - history.last_mgdl - insulin) / (steps * STEP_MIN), 0.0)
    return History(
        glucose_mgdl=_pushed(history.glucose_mgdl, arrival.glucose_mgdl),
        net_u=net_u,
        lowering_mgdl=lowering,
        intervals=_with_interval(history.intervals, rate, steps, ends),
        until_end=_until_end(history.until_end, steps, ends),
        last_mgdl=jnp.where(reads, arrival.glucose_mgdl, history.last_mgdl),
        since_last=jnp.where(reads, 0.0, length),
        insulin_mgdl=jnp.where(reads, 0.0, insulin),
        first_end_min=jnp.where(ends, jnp.minimum(history.first_end_min, arrival.now_min), history.first_end_min),
        meals=_with_meal(history.meals, arrival, rule),
    )


def lag(history: History, now_min: Float[Array, ""]) -> Bool[Array, " step"]:
    """Where an interval is compared with what meals do in the five minutes after it, not within it.

    Loop matches the two one by one from the first interval of the last three hours, and from the first change of the
    meals' effect, which is one step later; they stay so until the first gap between readings.
    """
    step = jnp.arange(history.intervals.ends.size)
    kept = history.intervals.ends & (step <= HISTORY_STEPS)
    oldest = jnp.max(jnp.where(kept, step, -1))
    begins = (oldest == HISTORY_STEPS) | (history.first_end_min >= now_min - HISTORY_STEPS * STEP_MIN)
    gap = kept & (history.intervals.length > 1.0) & (step < oldest)
    return begins & (jnp.cumsum(gap[::-1])[::-1] == 0)


def _pushed(values: Float[Array, " step"], value: Float[Array, ""]) -> Float[Array, " step"]:
    return jnp.concatenate([value[None], values[:-1]])


def _with_interval(
    before: Intervals, rate: Float[Array, ""], length: Float[Array, ""], ends: Bool[Array, ""]
) -> Intervals:
    return Intervals(
        rate_mgdl_per_min=_pushed(before.rate_mgdl_per_min, rate),
        length=_pushed(before.length, length),
        ends=jnp.concatenate([ends[None], before.ends[:-1]]),
    )


def _until_end(before: Float[Array, " step"], length: Float[Array, ""], ends: Bool[Array, ""]) -> Float[Array, " step"]:
    step = jnp.arange(before.size, dtype=before.dtype)
    return jnp.where(ends & (step < length), step, _pushed(before, jnp.full_like(length, jnp.inf)))


def _with_meal(before: Meals, arrival: Arrival, rule: LoopRule) -> Meals:
    eats = arrival.carbs_g > 0.0
    after = Meals(
        start_min=_pushed(before.start_min, arrival.meal_min),
        carbs_g=_pushed(before.carbs_g, arrival.carbs_g),
        absorption_min=_pushed(before.absorption_min, jnp.full_like(arrival.carbs_g, rule.absorption_min)),
        rise_mgdl_per_g=_pushed(before.rise_mgdl_per_g, arrival.rise_mgdl_per_g),
    )
    return Meals(
        start_min=jnp.where(eats, after.start_min, before.start_min),
        carbs_g=jnp.where(eats, after.carbs_g, before.carbs_g),
        absorption_min=jnp.where(eats, after.absorption_min, before.absorption_min),
        rise_mgdl_per_g=jnp.where(eats, after.rise_mgdl_per_g, before.rise_mgdl_per_g),
    )
