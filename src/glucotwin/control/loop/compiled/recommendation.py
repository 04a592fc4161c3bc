"""From a forecast to a temporary rate and a bolus, within Loop's own limits."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.control.loop.compiled.forecast import Outlook
from glucotwin.control.loop.compiled.rule import LoopRule
from glucotwin.control.loop.correction import LOW_TARGET_UNTIL
from glucotwin.control.loop.loop_input import RecommendationKind
from glucotwin.control.loop.recommendation import RATE_PER_U
from glucotwin.core.array import Array, Bool, Float


class Aim(eqx.Module):
    """What a forecast is judged by.

    Attributes:
        lower_mgdl, upper_mgdl: the range at each point of the forecast.
        suspend_mgdl: glucose below which no insulin is given.
        sensitivity_mgdl_per_u: what a unit lowers glucose by now.
    """

    lower_mgdl: Float[Array, " ahead"]
    upper_mgdl: Float[Array, " ahead"]
    suspend_mgdl: Float[Array, ""]
    sensitivity_mgdl_per_u: Float[Array, ""]


class Limit(eqx.Module):
    """Loop's own limits.

    Attributes:
        neutral_u_per_h: scheduled basal rate.
        max_basal_u_per_h: highest rate.
        max_bolus_u: largest bolus.
        max_insulin_on_board_u: insulin on board that no automatic dose exceeds.
        bolus_share: part of a correction, and of the largest bolus, that is given at once.
    """

    neutral_u_per_h: Float[Array, ""]
    max_basal_u_per_h: Float[Array, ""]
    max_bolus_u: Float[Array, ""]
    max_insulin_on_board_u: Float[Array, ""]
    bolus_share: Float[Array, ""]


class Asked(NamedTuple):
    """What a forecast asks for.

    Attributes:
        insulin_u: insulin that brings it to the target; negative below the range.
        suspends: whether it falls below the suspend threshold.
        above: whether it ends above the range.
        dips: whether it ends above the range and is below it before.
    """

    insulin_u: Float[Array, ""]
    suspends: Bool[Array, ""]
    above: Bool[Array, ""]
    dips: Bool[Array, ""]


class Recommended(NamedTuple):
    """A temporary rate for half an hour and a bolus."""

    rate_u_per_h: Float[Array, ""]
    bolus_u: Float[Array, ""]


def recommend(asked: Asked, outlook: Outlook, limit: Limit, rule: LoopRule) -> Recommended:
    """The dose that a forecast asks for, within the limits."""
    headroom = limit.max_insulin_on_board_u - outlook.insulin_on_board_u
    wanted = jnp.where(asked.suspends, 0.0, asked.insulin_u * RATE_PER_U + limit.neutral_u_per_h)
    if rule.kind is RecommendationKind.TEMP_BASAL:
        highest = jnp.where(asked.dips, limit.neutral_u_per_h, limit.max_basal_u_per_h)
        highest = jnp.minimum(highest, headroom * RATE_PER_U + limit.neutral_u_per_h)
        return Recommended(_rate(wanted, highest), jnp.zeros_like(wanted))
    largest = jnp.minimum(limit.max_bolus_u * limit.bolus_share, jnp.maximum(0.0, headroom))
    bolus = jnp.minimum(jnp.maximum(0.0, asked.insulin_u * limit.bolus_share), largest)
    return Recommended(_rate(wanted, limit.neutral_u_per_h), jnp.where(asked.above & ~asked.dips, bolus, 0.0))


def _rate(wanted_u_per_h: Float[Array, ""], highest_u_per_h: Float[Array, ""]) -> Float[Array, ""]:
    return jnp.maximum(0.0, jnp.minimum(highest_u_per_h, jnp.maximum(0.0, wanted_u_per_h)))


def ask(glucose_mgdl: Float[Array, " ahead"], aim: Aim, rule: LoopRule) -> Asked:
    """Find the smallest dose that brings no point of a forecast below its target."""
    suspends = jnp.any(glucose_mgdl < aim.suspend_mgdl)
    acted = 1.0 - rule.fraction_left()
    effect = aim.sensitivity_mgdl_per_u * acted
    middle = (aim.lower_mgdl + aim.upper_mgdl) / 2.0
    share = np.arange(acted.size) / (acted.size - 1)
    rise = np.clip((share - LOW_TARGET_UNTIL) / (1.0 - LOW_TARGET_UNTIL), 0.0, 1.0)
    goal = aim.suspend_mgdl + (middle[0] - aim.suspend_mgdl) * rise

    lowest = jnp.argmin(glucose_mgdl)
    lowest_mgdl = glucose_mgdl[lowest]
    below = (lowest_mgdl < aim.lower_mgdl[lowest]) & (glucose_mgdl[-1] < aim.lower_mgdl[-1])
    acts = acted > 0.0
    divisor = jnp.where(acts, effect, 1.0)
    lacking = jnp.where(jnp.asarray(acts)[lowest], (lowest_mgdl - middle[lowest]) / divisor[lowest], 0.0)
    needed = jnp.where(acts, (glucose_mgdl - goal) / divisor, 0.0)
    least = jnp.min(jnp.where(needed > 0.0, needed, jnp.inf))
    above = ~suspends & ~below & (glucose_mgdl[-1] > aim.upper_mgdl[-1]) & jnp.isfinite(least)
    insulin = jnp.where(below, lacking, jnp.where(above, least, 0.0))
    return Asked(
        insulin_u=jnp.where(suspends, 0.0, insulin),
        suspends=suspends,
        above=above,
        dips=above & (lowest_mgdl < aim.lower_mgdl[-1]),
    )
