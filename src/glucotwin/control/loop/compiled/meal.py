"""How far meals are, from what glucose did: dynamic absorption over a fixed number of meals."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.control.loop.carb_status import TOUCH, CarbRule
from glucotwin.control.loop.series import MINUTE_S, STEP_MIN
from glucotwin.core.array import Array, Bool, Float


class Meals(eqx.Module):
    """Meals as they were entered, the newest first; one of 0 g is an empty place.

    Attributes:
        start_min: when each is eaten.
        carbs_g: its carbs.
        absorption_min: how long they take, as entered.
        rise_mgdl_per_g: what a gram raises glucose by.
    """

    start_min: Float[Array, " meal"]
    carbs_g: Float[Array, " meal"]
    absorption_min: Float[Array, " meal"]
    rise_mgdl_per_g: Float[Array, " meal"]


class Intervals(eqx.Module):
    """What glucose did beyond insulin between readings, step by step, the newest first.

    Attributes:
        rate_mgdl_per_min: the rate within the interval that ends with a step.
        length: how many steps it has.
        ends: whether a reading ends an interval here.
    """

    rate_mgdl_per_min: Float[Array, " step"]
    length: Float[Array, " step"]
    ends: Bool[Array, " step"]


class Progress(eqx.Module):
    """How far meals are.

    Attributes:
        observed_mgdl: what glucose shows of each.
        completed_min: when it was seen to be over; infinite before.
        course_end_min: end of the last interval that was seen of it; minus infinite if none was.
    """

    observed_mgdl: Float[Array, " meal"]
    completed_min: Float[Array, " meal"]
    course_end_min: Float[Array, " meal"]


class Pace(NamedTuple):
    """Absorption time that the absorbed part stands for, and absorption time still ahead, min."""

    to_absorb_min: Float[Array, " meal"]
    remaining_min: Float[Array, " meal"]


class MealClock(eqx.Module):
    """The limits of meals in time, given when glucose was seen last."""

    meals: Meals
    seen_until_min: Float[Array, " meal"]
    rule: CarbRule = eqx.field(static=True)

    @property
    def whole_mgdl(self) -> Float[Array, " meal"]:
        """What each raises glucose by in all."""
        return self.meals.carbs_g * self.meals.rise_mgdl_per_g

    @property
    def longest_min(self) -> Float[Array, " meal"]:
        """Longest absorption time."""
        return self.rule.overrun * self.meals.absorption_min

    @property
    def elapsed_min(self) -> Float[Array, " meal"]:
        """From the first rise that is possible to what was seen last."""
        return self.seen_until_min - self.meals.start_min - self.rule.delay_s / MINUTE_S

    def least_g(self) -> Float[Array, " meal"]:
        """What the slowest pace has absorbed."""
        return self.meals.carbs_g * self.rule.model.absorbed(self.elapsed_min / self.longest_min)

    def pace(self, progress: Progress) -> Pace:
        """How fast each is."""
        carbs, elapsed = self.meals.carbs_g, self.elapsed_min
        initial = self.rule.initial_overrun * self.meals.absorption_min
        observed_g = progress.observed_mgdl / self.meals.rise_mgdl_per_g
        clamped_g = jnp.minimum(carbs, jnp.maximum(self.least_g(), observed_g))
        share = self.rule.model.time_of(jnp.where(carbs > 0.0, clamped_g / jnp.where(carbs > 0.0, carbs, 1.0), 1.0))
        to_absorb, total = jnp.minimum(share * initial, self.longest_min), initial
        if self.rule.adaptive_rate:
            adapts = (elapsed > self.rule.adaptive_from * initial) & (share > 0.0)
            to_absorb = jnp.where(adapts, elapsed, to_absorb)
            total = jnp.where(adapts, elapsed / jnp.where(adapts, share, 1.0), total)
        remaining = jnp.maximum(jnp.minimum(total - to_absorb, self.longest_min - elapsed), 0.0)
        begun = elapsed > 0.0
        return Pace(jnp.where(begun, to_absorb, 0.0), jnp.where(begun, remaining, initial))

    def observed_duration_min(self, progress: Progress) -> Float[Array, " meal"]:
        """From the meal to what was seen of it last."""
        return jnp.minimum(self.seen_until_min, progress.completed_min) - self.meals.start_min


def meal_clock(meals: Meals, rule: CarbRule, last_seen_min: Float[Array, ""]) -> MealClock:
    """The limits of meals in time.

    Args:
        meals: as they were entered.
        rule: how they are absorbed.
        last_seen_min: end of the last interval between readings.
    """
    latest = meals.start_min + rule.overrun * meals.absorption_min + rule.delay_s / MINUTE_S
    return MealClock(
        meals=meals, seen_until_min=jnp.minimum(latest, jnp.maximum(last_seen_min, meals.start_min)), rule=rule
    )


def share_rises(
    clock: MealClock, intervals: Intervals, now_min: Float[Array, ""]
) -> tuple[Progress, Float[Array, "step meal"]]:
    """Share each interval's rise among the meals by their expected rates, the rest to the last of them.

    Returns:
        How far the meals are, and what was seen of each within the intervals, g by the step that ends each, the newest
        first.
    """
    nothing = jnp.zeros_like(clock.meals.carbs_g)
    start = Progress(
        observed_mgdl=nothing, completed_min=jnp.full_like(nothing, jnp.inf), course_end_min=nothing - jnp.inf
    )
    end_min = now_min - STEP_MIN * jnp.arange(intervals.ends.size)

    def share(progress: Progress, interval: tuple[Intervals, Array]) -> tuple[Progress, Array]:
        return _share(clock, progress, *interval)

    return jax.lax.scan(share, start, (intervals, end_min), reverse=True)


def _share(
    clock: MealClock, progress: Progress, interval: Intervals, end_min: Float[Array, ""]
) -> tuple[Progress, Float[Array, " meal"]]:
    meals, start_min = clock.meals, end_min - STEP_MIN * interval.length
    latest = meals.start_min + clock.longest_min + clock.rule.delay_s / MINUTE_S
    active = interval.ends & (meals.carbs_g > 0.0) & (meals.start_min <= start_min) & (start_min < latest)
    rise = jnp.maximum(interval.rate_mgdl_per_min * STEP_MIN * interval.length, 0.0)
    rate = jnp.where(active, _expected_rate(clock, progress, start_min), 0.0)
    parts, rest = _parts(rate, jnp.maximum(clock.whole_mgdl - progress.observed_mgdl, 0.0), rise)
    newest = active & (jnp.cumsum(active) == 1)
    rest = jnp.where(newest & (rest > TOUCH), rest, 0.0)

    unfinished = active & jnp.isinf(progress.completed_min)
    observed = progress.observed_mgdl + parts
    completes = unfinished & (observed + TOUCH >= clock.whole_mgdl)
    still = unfinished & ~completes
    completes = completes | (still & (observed + rest + TOUCH >= clock.whole_mgdl))
    course = jnp.where(unfinished, parts, 0.0) + jnp.where(still, rest, 0.0)
    after = Progress(
        observed_mgdl=observed + rest,
        completed_min=jnp.where(completes, end_min, progress.completed_min),
        course_end_min=jnp.where(unfinished, end_min, progress.course_end_min),
    )
    return after, course / meals.rise_mgdl_per_g


def _expected_rate(clock: MealClock, progress: Progress, start_min: Float[Array, ""]) -> Float[Array, " meal"]:
    ahead = clock.observed_duration_min(progress) + clock.pace(progress).remaining_min
    duration = jnp.minimum(ahead, clock.longest_min)
    lasts = jnp.where(duration > 0.0, duration, 1.0)
    rate = clock.meals.carbs_g / lasts * clock.rule.model.rate((start_min - clock.meals.start_min) / lasts)
    return jnp.where(duration > 0.0, rate, 0.0)


def _parts(
    rate: Float[Array, " meal"], room_mgdl: Float[Array, " meal"], rise_mgdl: Float[Array, ""]
) -> tuple[Float[Array, " meal"], Float[Array, ""]]:
    """Each meal's part of a rise, from the oldest on, and what is left."""
    rate_left, rise_left, parts = jnp.sum(rate), rise_mgdl, list[Array]()
    for place in reversed(range(rate.size)):
        share = jnp.where(rate_left > 0.0, rate[place] / jnp.where(rate_left > 0.0, rate_left, 1.0), 0.0)
        part = jnp.minimum(room_mgdl[place], share * rise_left)
        rate_left, rise_left = rate_left - rate[place], rise_left - part
        parts.append(part)
    return jnp.stack(parts[::-1]), rise_left
