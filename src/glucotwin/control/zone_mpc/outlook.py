"""Where glucose goes: from what was given, what is not explained, and a plan of basal rates."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.control.controller import DECISION_MIN
from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.core.predictive_model import RESPONSE_LAGS, Responses

STEPS, BLOCKS = 48, 8
"""The horizon of 4 h, and the blocks of half an hour in which a plan's rate stays."""

HISTORY = RESPONSE_LAGS - 1
"""Steps of which insulin and carbohydrate are remembered: 6 h."""

STEP_H = DECISION_MIN / 60.0
_BLOCK_STEPS = STEPS // BLOCKS
AHEAD = np.arange(1, STEPS + 1)
"""The steps of the horizon."""

_PLAN_LAG = AHEAD[:, None] - np.arange(STEPS)[None, :]


class Outlook(eqx.Module):
    """Glucose over the horizon as a linear function of a plan; rows of ways as in ``Responses``.

    Attributes:
        base_mgdl: with the schedule running on, ``(way, step)``; row 0 is the mean, the others deviations.
        plan_mgdl_per_u_per_h: what one U/h beyond the schedule in each block adds, ``(way, step, block)``.
        unexplained_sd_mgdl: of what no plan changes, ``(step,)``.
    """

    base_mgdl: Float[Array, "way step"]
    plan_mgdl_per_u_per_h: Float[Array, "way step block"]
    unexplained_sd_mgdl: Float[Array, " step"]

    def mean_mgdl(self, beyond_u_per_h: Float[AnyArray, " block"]) -> Float[Array, " step"]:
        """Expected glucose under a plan of rates beyond the schedule."""
        return self.base_mgdl[0] + self.plan_mgdl_per_u_per_h[0] @ beyond_u_per_h

    def sd_mgdl(self, beyond_u_per_h: Float[AnyArray, " block"]) -> Float[Array, " step"]:
        """Its standard deviation."""
        ways = self.base_mgdl[1:] + self.plan_mgdl_per_u_per_h[1:] @ beyond_u_per_h
        return jnp.sqrt(jnp.sum(ways**2, axis=0) + self.unexplained_sd_mgdl**2 + 1e-6)


def look_ahead(
    responses: Responses,
    glucose_mgdl: Float[Array, ""],
    insulin_u: Float[AnyArray, " step"],
    carbs_g: Float[AnyArray, " step"],
    drift_mgdl: Float[AnyArray, " step"],
) -> Outlook:
    """The outlook from now.

    Args:
        responses: of the person.
        glucose_mgdl: now.
        insulin_u: given beyond the schedule in each of the last steps, the latest first.
        carbs_g: announced likewise.
        drift_mgdl: what is not explained adds by each step of the horizon.
    """
    insulin = jnp.asarray(responses.insulin_mgdl_per_u)
    base = course_ahead(responses, glucose_mgdl, insulin_u, carbs_g, drift_mgdl, AHEAD)
    acting = jnp.where(jnp.asarray(_PLAN_LAG > 0), insulin[:, np.clip(_PLAN_LAG, 0, RESPONSE_LAGS - 1)], 0.0)
    by_block = acting.reshape(len(insulin), STEPS, BLOCKS, _BLOCK_STEPS).sum(axis=-1) * STEP_H
    return Outlook(base, by_block, jnp.asarray(responses.unexplained_sd_mgdl)[1 : STEPS + 1])


def course_ahead(
    responses: Responses,
    glucose_mgdl: Float[Array, ""],
    insulin_u: Float[AnyArray, " step"],
    carbs_g: Float[AnyArray, " step"],
    drift_mgdl: Float[AnyArray, " step"],
    ahead: np.ndarray,
) -> Float[Array, "way step"]:
    """Glucose at some steps with the schedule running on; row 0 is the mean, the others deviations.

    Args:
        responses: of the person.
        glucose_mgdl: now.
        insulin_u: given beyond the schedule in each of the last steps, the latest first.
        carbs_g: announced likewise.
        drift_mgdl: what is not explained adds by each step that is asked about.
        ahead: how many steps ahead each of them lies.
    """
    insulin, carbs = jnp.asarray(responses.insulin_mgdl_per_u), jnp.asarray(responses.carbs_mgdl_per_g)
    later = np.minimum(np.arange(HISTORY)[None, :] + ahead[:, None], RESPONSE_LAGS - 1)
    ways = (insulin[:, later] - insulin[:, None, :HISTORY]) @ insulin_u
    ways = ways + (carbs[:, later] - carbs[:, None, :HISTORY]) @ carbs_g
    return ways.at[0].add(glucose_mgdl + drift_mgdl)


def pushed(ring: Float[Array, " step"], newest: Float[Array, ""]) -> Float[Array, " step"]:
    """What is remembered step by step, the latest first, with one more."""
    return jnp.concatenate([newest[None], ring[:-1]])
