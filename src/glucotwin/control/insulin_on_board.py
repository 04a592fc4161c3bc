"""Insulin on board in compiled controllers: doses of the last hours on the grid of decisions, and what is left."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.action_curve import fraction_left
from glucotwin.control.controller import DECISION_MIN
from glucotwin.control.setting import TherapySetting
from glucotwin.core.array import Array, Float

HISTORY_STEPS = 96
"""Steps of 5 min that are remembered: 8 h, longer than any rapid insulin counts as acting."""


class DoseHistory(eqx.Module):
    """Insulin of the last steps, the latest first.

    Attributes:
        given_u: insulin of each step, shape ``(96,)``.
        left_fraction: what is left of each step's insulin now, shape ``(96,)``.
    """

    given_u: Float[Array, " step"]
    left_fraction: Float[Array, " step"]

    def add(self, given_u: Float[Array, ""]) -> "DoseHistory":
        """The history a step later.

        Args:
            given_u: insulin since the last step; less the schedule for insulin beyond it.
        """
        given = jnp.concatenate([jnp.reshape(given_u, (1,)), self.given_u[:-1]])
        return DoseHistory(given, self.left_fraction)

    @property
    def on_board_u(self) -> Float[Array, ""]:
        """What has been given and has not acted yet."""
        return jnp.sum(self.given_u * self.left_fraction)


def empty_history(setting: TherapySetting) -> DoseHistory:
    """No insulin so far; doses act as the setting's duration and peak say, from the middle of their step."""
    elapsed = (jnp.arange(HISTORY_STEPS, dtype=jnp.float64) + 0.5) * DECISION_MIN
    left = fraction_left(elapsed, duration_min=setting.insulin_duration_min, peak_min=setting.insulin_peak_min, xp=jnp)
    return DoseHistory(jnp.zeros(HISTORY_STEPS), left)
