"""Ketone meters and continuous ketone monitors: beta-hydroxybutyrate as it is shown."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray, UInt
from glucotwin.devices.chance import chance_of, normal_of


class KetoneMonitorState(eqx.Module):
    """The key of the monitor's stream as data, its filter, its gain, and minutes of wear."""

    key: UInt[Array, "words"]
    filtered_mmoll: Float[Array, ""]
    gain: Float[Array, ""]
    worn_min: Int[Array, ""]


class KetoneMonitor(eqx.Module):
    """Shows ketones every so many minutes, with an error of its own for each sensor and one for each reading.

    Attributes:
        interval_min: between readings.
        delay_min: time constant from blood to what is shown; 0 for blood.
        gain_sd: between sensors.
        reading_sd: of a reading, relative.
        floor_sd_mmoll: of a reading, absolute.
        step_mmoll: smallest step.
        high_mmoll: largest reading.
    """

    interval_min: int = eqx.field(static=True)
    delay_min: float = eqx.field(static=True)
    gain_sd: float = eqx.field(static=True)
    reading_sd: float = eqx.field(static=True)
    floor_sd_mmoll: float = eqx.field(static=True)
    step_mmoll: float = eqx.field(static=True)
    high_mmoll: float = eqx.field(static=True)

    def initial_state(self, key: PRNGKeyArray) -> KetoneMonitorState:
        """Just put on."""
        data = jax.random.key_data(key)
        gain = 1.0 + self.gain_sd * normal_of(chance_of(data, jnp.asarray(0), 1))[0]
        return KetoneMonitorState(data, jnp.asarray(jnp.nan), gain, jnp.asarray(0, dtype=jnp.int64))

    def measure(
        self, state: KetoneMonitorState, ketone_mmoll: Float[Array, ""], minute: Int[Array, ""]
    ) -> tuple[KetoneMonitorState, Float[Array, ""]]:
        """The state after a minute, and what is shown at its start; not a number between readings.

        Args:
            state: of the minute before.
            ketone_mmoll: true beta-hydroxybutyrate in blood.
            minute: minutes since 1970 UTC.
        """
        share = 1.0 if self.delay_min <= 0.0 else 1.0 - jnp.exp(-1.0 / self.delay_min)
        before = jnp.where(jnp.isnan(state.filtered_mmoll), ketone_mmoll, state.filtered_mmoll)
        filtered = before + share * (ketone_mmoll - before)
        noise = normal_of(chance_of(state.key, minute, 2))
        value = filtered * (state.gain + self.reading_sd * noise[0]) + self.floor_sd_mmoll * noise[1]
        stepped = self.step_mmoll * jnp.round(value / self.step_mmoll)
        shown = jnp.where(state.worn_min % self.interval_min == 0, jnp.clip(stepped, 0.0, self.high_mmoll), jnp.nan)
        return KetoneMonitorState(state.key, filtered, state.gain, state.worn_min + 1), shown
