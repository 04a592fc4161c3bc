"""What a model-predictive algorithm is given of a person: how glucose answers to a unit and to a gram."""

from typing import Protocol

import equinox as eqx

from glucotwin.core.array import AnyArray, Array, Float

RESPONSE_STEP_MIN = 5
"""Minutes between two lags of a response."""

RESPONSE_LAGS = 73
"""Lags of a response: 0 to 6 h; what comes after is taken to have acted."""


class Responses(eqx.Module):
    """Change of glucose after one unit and after one gram, every 5 min from when it is given, and how sure that is.

    Row 0 is the mean. Each further row is one way in which the person may be different, one standard deviation of it;
    the ways are independent of each other. Both tables have the same rows.

    Attributes:
        insulin_mgdl_per_u: ``(1 + ways, 73)``; row 0 falls.
        carbs_mgdl_per_g: ``(1 + ways, 73)``; row 0 rises.
        unexplained_sd_mgdl: standard deviation of what neither explains, by lag, ``(73,)``.
    """

    insulin_mgdl_per_u: Float[AnyArray, "*part way lag"]
    carbs_mgdl_per_g: Float[AnyArray, "*part way lag"]
    unexplained_sd_mgdl: Float[AnyArray, "*part lag"]


class PredictiveModel(Protocol):
    """A person's model as an algorithm may use it: a pytree without sight of the body.

    A fitted twin makes one, and so do therapy settings alone.
    """

    def responses(self, minute_of_day: Float[Array, ""]) -> Responses:
        """How glucose answers to what is given at a local minute of the day."""
        ...
