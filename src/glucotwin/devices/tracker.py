"""Activity trackers: what a watch makes of movement."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray, UInt
from glucotwin.devices.chance import chance_of, normal_of

MIN_PER_DAY = 1440.0


class TrackerState(eqx.Module):
    """The key of the watch's stream as data, its gain, minutes that a phantom bout lasts, and how a real one is seen.

    Attributes:
        in_bout: 1 while the wearer moves.
        missed: 1 while a bout goes on that the watch does not see.
    """

    key: UInt[Array, "words"]
    gain: Float[Array, ""]
    phantom_min: Float[Array, ""]
    in_bout: Float[Array, ""]
    missed: Float[Array, ""]


class ActivityTracker(eqx.Module):
    """A watch that misses bouts of movement, sees some that never were, and misjudges how hard they are.

    Attributes:
        threshold_fraction: share of maximal oxygen uptake that counts as a bout.
        missed_fraction: of bouts.
        phantom_per_day: bouts that never were.
        phantom_min, phantom_activity_fraction: their length and their share of maximal oxygen uptake.
        log_sd: of the gain of a watch on a wearer, log-normal.
    """

    threshold_fraction: float = eqx.field(static=True)
    missed_fraction: float = eqx.field(static=True)
    phantom_per_day: float = eqx.field(static=True)
    phantom_min: float = eqx.field(static=True)
    phantom_activity_fraction: float = eqx.field(static=True)
    log_sd: float = eqx.field(static=True)

    def initial_state(self, key: PRNGKeyArray) -> TrackerState:
        """On the wrist."""
        data, zero = jax.random.key_data(key), jnp.zeros(())
        gain = jnp.exp(self.log_sd * normal_of(chance_of(data, jnp.asarray(0), 1))[0])
        return TrackerState(data, gain, zero, zero, zero)

    def measure(
        self, state: TrackerState, activity_fraction: Float[Array, ""], minute: Int[Array, ""]
    ) -> tuple[TrackerState, Float[Array, ""]]:
        """The state after a minute, and the activity that the watch reports in it.

        Args:
            state: of the minute before.
            activity_fraction: true share of maximal oxygen uptake.
            minute: minutes since 1970 UTC.
        """
        uniform = chance_of(state.key, minute, 2)
        moves = (activity_fraction >= self.threshold_fraction).astype(jnp.float64)
        begins = (moves > 0.5) & (state.in_bout < 0.5)
        missed = jnp.where(begins, (uniform[0] < self.missed_fraction).astype(jnp.float64), state.missed)
        missed = jnp.where(moves > 0.5, missed, 0.0)
        starts = (state.phantom_min <= 0.0) & (uniform[1] < self.phantom_per_day / MIN_PER_DAY)
        phantom = jnp.where(starts, self.phantom_min, jnp.maximum(state.phantom_min - 1.0, 0.0))
        seen = jnp.clip(activity_fraction * state.gain, 0.0, 1.0) * (1.0 - missed)
        shown = jnp.where(phantom > 0.0, jnp.maximum(seen, self.phantom_activity_fraction), seen)
        return TrackerState(state.key, state.gain, phantom, moves, missed), shown
