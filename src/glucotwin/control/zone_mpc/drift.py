"""How fast glucose moves beyond what a model explains, and for how long it goes on."""

import jax.numpy as jnp

from glucotwin.control.controller import DECISION_MIN
from glucotwin.core.array import AnyArray, Array, Float

STEEPEST_MGDL_PER_MIN = 3.0


def moved_drift(
    drift_mgdl_per_min: Float[Array, ""],
    off_mgdl: Float[Array, ""],
    *,
    gain: Float[AnyArray, ""] | float,
    lasts_min: Float[AnyArray, ""] | float,
) -> Float[Array, ""]:
    """The drift after one more step.

    Args:
        drift_mgdl_per_min: before.
        off_mgdl: the reading less what the model alone expected of it; not a number without either, then drift fades.
        gain: share of a new observation.
        lasts_min: how long a drift goes on.
    """
    observed = jnp.clip(off_mgdl / DECISION_MIN, -STEEPEST_MGDL_PER_MIN, STEEPEST_MGDL_PER_MIN)
    known = jnp.isfinite(observed)
    moved = drift_mgdl_per_min + gain * (jnp.where(known, observed, 0.0) - drift_mgdl_per_min)
    return jnp.where(known, moved, drift_mgdl_per_min * jnp.exp(-DECISION_MIN / lasts_min))


def drift_ahead(
    drift_mgdl_per_min: Float[Array, ""], steps: AnyArray, *, lasts_min: Float[AnyArray, ""] | float
) -> Float[Array, " step"]:
    """What the drift adds to glucose by some steps ahead, in mg/dL."""
    minutes = DECISION_MIN * jnp.asarray(steps, dtype=jnp.float64)
    return drift_mgdl_per_min * lasts_min * (1.0 - jnp.exp(-minutes / lasts_min))
