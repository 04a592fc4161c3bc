"""The trend of the last readings, of which some may be missing."""

import jax.numpy as jnp

from glucotwin.control.loop.momentum import FEWEST_READINGS, STEEPEST_MGDL_PER_S
from glucotwin.control.loop.series import MINUTE_S, STEP_MIN
from glucotwin.core.array import Array, Bool, Float

_READINGS = 4
"""Fifteen minutes, both ends included."""


def is_gradual(glucose_mgdl: Float[Array, " reading"], largest_jump_mgdl: Float[Array, ""]) -> Bool[Array, ""]:
    """Whether there are two readings or more and none is further from the one before than a limit.

    Args:
        glucose_mgdl: the newest first; not a number where there is none.
        largest_jump_mgdl: the limit.
    """
    last, gradual = glucose_mgdl[0], jnp.ones((), bool)
    for value in glucose_mgdl[1:]:
        gradual = gradual & ~(jnp.abs(value - last) > largest_jump_mgdl)
        last = jnp.where(jnp.isfinite(value), value, last)
    return gradual & (jnp.sum(jnp.isfinite(glucose_mgdl)) > 1)


def trend_mgdl_per_min(
    glucose_mgdl: Float[Array, " reading"], largest_jump_mgdl: Float[Array, ""]
) -> tuple[Float[Array, ""], Bool[Array, ""]]:
    """Slope of the last 15 minutes' readings by least squares, and whether it counts as a trend."""
    recent = glucose_mgdl[:_READINGS]
    known, count = jnp.isfinite(recent), jnp.sum(jnp.isfinite(recent))
    step = jnp.arange(_READINGS)
    span = jnp.max(jnp.where(known, step, 0)) - jnp.min(jnp.where(known, step, _READINGS))
    counts = (count >= FEWEST_READINGS) & (span < count) & is_gradual(recent, largest_jump_mgdl)
    apart = jnp.where(known, -STEP_MIN * step, 0.0)
    apart = jnp.where(known, apart - jnp.sum(apart) / count, 0.0)
    value = jnp.where(known, recent, 0.0)
    value = jnp.where(known, value - jnp.sum(value) / count, 0.0)
    slope = jnp.sum(apart * value) / jnp.where(counts, jnp.sum(apart**2), 1.0)
    return jnp.where(counts, jnp.minimum(slope, STEEPEST_MGDL_PER_S * MINUTE_S), 0.0), counts
