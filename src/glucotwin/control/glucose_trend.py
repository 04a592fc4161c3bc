"""The latest readings of a compiled controller, and where they lead."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.controller import DECISION_MIN
from glucotwin.core.array import Array, Float

READINGS = 4
"""Readings that a trend is drawn through: 15 min."""


class Readings(eqx.Module):
    """The last readings, the latest first; not a number where the sensor showed nothing."""

    glucose_mgdl: Float[Array, " reading"]

    def add(self, glucose_mgdl: Float[Array, ""]) -> "Readings":
        """The readings a step later."""
        return Readings(jnp.concatenate([jnp.reshape(glucose_mgdl, (1,)), self.glucose_mgdl[:-1]]))

    @property
    def slope_mgdl_per_min(self) -> Float[Array, ""]:
        """Least-squares slope; 0 with fewer than three readings, or without the latest."""
        known = jnp.isfinite(self.glucose_mgdl)
        weight = jnp.where(known, 1.0, 0.0)
        count = jnp.maximum(jnp.sum(weight), 1.0)
        minutes = -DECISION_MIN * jnp.arange(READINGS, dtype=jnp.float64)
        value = jnp.where(known, self.glucose_mgdl, 0.0)
        middle = jnp.sum(weight * minutes) / count
        level = jnp.sum(weight * value) / count
        spread = jnp.sum(weight * (minutes - middle) ** 2)
        slope = jnp.sum(weight * (minutes - middle) * (value - level)) / jnp.maximum(spread, 1.0)
        return jnp.where((jnp.sum(weight) >= 3.0) & known[0], slope, 0.0)

    def ahead_mgdl(self, minutes: Float[Array, ""] | float) -> Float[Array, ""]:
        """Where the line through the readings leads; not a number without the latest one."""
        return self.glucose_mgdl[0] + self.slope_mgdl_per_min * minutes


def no_readings() -> Readings:
    """Before the first reading."""
    return Readings(jnp.full(READINGS, jnp.nan, dtype=jnp.float64))
