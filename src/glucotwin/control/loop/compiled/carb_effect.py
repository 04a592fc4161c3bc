"""What meals do to glucose, as seen while it was and expected after."""

import jax.numpy as jnp

from glucotwin.control.loop.compiled.meal import MealClock, Progress
from glucotwin.control.loop.series import MINUTE_S, STEP_MIN
from glucotwin.core.array import Array, Float


def carb_effect(
    clock: MealClock,
    progress: Progress,
    course_g: Float[Array, "step meal"],
    time_min: Float[Array, " time"],
    *,
    past_steps: int,
) -> Float[Array, " time"]:
    """Cumulative effect of meals on glucose, mg/dL.

    Args:
        clock: the meals.
        progress: how far they are.
        course_g: what was seen of each, step by step, the newest first.
        time_min: times in steps of five minutes.
        past_steps: how many of them are before now.
    """
    absorbed = _absorbed(clock, progress, course_g, time_min, past_steps)
    eaten = clock.meals.carbs_g > 0.0
    return jnp.sum(jnp.where(eaten, clock.meals.rise_mgdl_per_g * absorbed, 0.0), axis=-1)


def carbs_end_min(clock: MealClock, progress: Progress) -> Float[Array, ""]:
    """When the last meal is over; minus infinite without one."""
    duration = clock.observed_duration_min(progress) + clock.pace(progress).remaining_min
    end = clock.meals.start_min + duration + clock.rule.delay_s / MINUTE_S
    return jnp.max(jnp.where(clock.meals.carbs_g > 0.0, end, -jnp.inf))


def spread(
    course_g: Float[Array, "step meal"], until_end: Float[Array, " step"], length: Float[Array, " step"]
) -> Array:
    """What was seen in each step, from what was seen in each interval, evenly over its steps.

    Args:
        course_g: by the step that ends an interval, the newest first.
        until_end: steps from each step to the end of its interval; infinite where it belongs to none.
        length: steps of the interval that ends with a step.
    """
    known = jnp.isfinite(until_end)
    end = jnp.arange(until_end.size) - jnp.where(known, until_end, 0.0).astype(int)
    return jnp.where(known[:, None], (course_g / length[:, None])[end], 0.0)


def _absorbed(
    clock: MealClock,
    progress: Progress,
    course_g: Float[Array, "step meal"],
    time_min: Float[Array, " time"],
    past_steps: int,
) -> Float[Array, "time meal"]:
    meals, pace, time = clock.meals, clock.pace(progress), time_min[:, None]
    observed_g = progress.observed_mgdl / meals.rise_mgdl_per_g
    is_seen = (observed_g >= clock.least_g()) & jnp.isfinite(progress.course_end_min)
    duration = clock.observed_duration_min(progress) + pace.remaining_min
    begin = jnp.where(
        is_seen, progress.course_end_min - pace.to_absorb_min, meals.start_min + clock.rule.delay_s / MINUTE_S
    )
    lasts = jnp.where(is_seen, pace.to_absorb_min + pace.remaining_min, duration)
    into = time - jnp.where(meals.carbs_g > 0.0, begin, 0.0)
    ahead = clock.rule.model.absorbed(into / jnp.where(lasts > 0.0, lasts, 1.0))
    ahead_g = meals.carbs_g * jnp.where(lasts > 0.0, ahead, jnp.where(into > 0.0, 1.0, 0.0))
    within = jnp.where(time < meals.start_min, 0.0, _seen_g(course_g, time_min.size, past_steps))
    return jnp.where(is_seen & (time <= progress.course_end_min), within, ahead_g)


def _seen_g(course_g: Float[Array, "step meal"], times: int, past_steps: int) -> Float[Array, "time meal"]:
    """What was seen until each time: of now all, five minutes ago all but the newest, and so on."""
    until = jnp.cumsum(course_g[::-1], axis=0)
    past = until[until.shape[0] - past_steps - 1 :]
    return jnp.concatenate([past, jnp.broadcast_to(until[-1], (times - past_steps - 1, course_g.shape[1]))])


def time_grid(now_min: Float[Array, ""], *, past_steps: int, ahead_steps: int) -> Float[Array, " time"]:
    """Times from some steps before now to some after."""
    return now_min + STEP_MIN * jnp.arange(-past_steps, ahead_steps + 1)
