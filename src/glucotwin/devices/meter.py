"""Finger-stick meters: a reading when the wearer looks."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray, UInt
from glucotwin.devices.chance import chance_of, normal_of
from glucotwin.devices.device import AbstractSensor, SensorReading, SensorStatus, WearCondition

CHANCES = 2


class SkewNormal(eqx.Module):
    """``location + scale z`` with z skew-normal of a shape (Azzalini 1985)."""

    location: float = eqx.field(static=True)
    scale: float = eqx.field(static=True)
    shape: float = eqx.field(static=True)

    def quantile(self, uniform: Float[Array, "2"]) -> Float[Array, ""]:
        """A draw from two uniform numbers."""
        first, second = normal_of(uniform)
        slant = self.shape / (1.0 + self.shape**2) ** 0.5
        skewed = slant * jnp.abs(first) + (1.0 - slant**2) ** 0.5 * second
        return self.location + self.scale * skewed


class MeterState(eqx.Module):
    """The key of the meter's stream, as data."""

    key: UInt[Array, "words"]


class Meter(AbstractSensor[MeterState]):
    """A meter with a constant error at low and a relative error at high glucose (Vettoretti 2017).

    Attributes:
        limit_mgdl: where the one becomes the other.
        absolute_mgdl: error at and below the limit.
        relative: error above it, as a fraction.
        low_mgdl, high_mgdl: its range.
    """

    limit_mgdl: float = eqx.field(static=True)
    absolute_mgdl: SkewNormal
    relative: SkewNormal
    low_mgdl: float = eqx.field(static=True)
    high_mgdl: float = eqx.field(static=True)

    def initial_state(self, key: PRNGKeyArray) -> MeterState:
        """Nothing but chance."""
        return MeterState(jax.random.key_data(key))

    def measured(self, state: MeterState, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""]) -> Float[Array, ""]:
        """What a drop of blood reads in a minute, before the range."""
        uniform = chance_of(state.key, minute, CHANCES)
        low = glucose_mgdl + self.absolute_mgdl.quantile(uniform)
        high = glucose_mgdl * (1.0 + self.relative.quantile(uniform))
        return jnp.round(jnp.where(glucose_mgdl <= self.limit_mgdl, low, high))

    def measure(
        self, state: MeterState, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""], condition: WearCondition
    ) -> tuple[MeterState, SensorReading]:
        """A reading in minutes in which the wearer looks."""
        value, looks = self.measured(state, glucose_mgdl, minute), condition.looks > 0.5
        status = jnp.where(value < self.low_mgdl, int(SensorStatus.LOW), int(SensorStatus.READING))
        status = jnp.where(value > self.high_mgdl, int(SensorStatus.HIGH), status)
        clipped = jnp.clip(value, self.low_mgdl, self.high_mgdl)
        return state, SensorReading(
            jnp.where(looks, clipped, jnp.nan), jnp.where(looks, status, int(SensorStatus.NONE))
        )
