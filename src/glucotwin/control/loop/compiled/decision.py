"""One decision of Loop on the grid."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.loop.compiled.forecast import Outlook, look_ahead
from glucotwin.control.loop.compiled.history import History
from glucotwin.control.loop.compiled.recommendation import Aim, Asked, Limit, Recommended, ask, recommend
from glucotwin.control.loop.compiled.rule import LATE_STEPS, LoopRule
from glucotwin.core.array import Array, Bool, Float


class Circumstances(eqx.Module):
    """What holds at a decision.

    Attributes:
        now_min: time of the decision.
        aim: what the forecast is judged by.
        limit: Loop's own limits.
        largest_jump_mgdl: change between readings above which trends do not count.
    """

    now_min: Float[Array, ""]
    aim: Aim
    limit: Limit
    largest_jump_mgdl: Float[Array, ""]


class Decided(NamedTuple):
    """A decision.

    Attributes:
        recommended: the dose; it means nothing without a recent reading.
        asked: what the forecast asks for before the limits.
        outlook: the forecast behind it.
        suspend_mgdl: glucose below which no insulin is given.
        is_recent: whether the last reading is less than 15 minutes old.
    """

    recommended: Recommended
    asked: Asked
    outlook: Outlook
    suspend_mgdl: Float[Array, ""]
    is_recent: Bool[Array, ""]


def decide(history: History, around: Circumstances, rule: LoopRule) -> Decided:
    """Decide once from what is remembered."""
    is_recent = history.since_last <= LATE_STEPS
    outlook = look_ahead(history, around.now_min, rule, around.largest_jump_mgdl)
    glucose = jnp.where(is_recent, outlook.glucose_mgdl, around.aim.upper_mgdl)
    outlook = outlook._replace(glucose_mgdl=glucose)
    asked = ask(glucose, around.aim, rule)
    return Decided(
        recommended=recommend(asked, outlook, around.limit, rule),
        asked=asked,
        outlook=outlook,
        suspend_mgdl=around.aim.suspend_mgdl,
        is_recent=is_recent,
    )
