"""Dosing that answers in a replay: a bolus calculator, and a correction in proportion to what the change did."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.twin.dosing import DosingPolicy, Seen
from glucotwin.twin.state_space import STEP_MIN

__all__ = ["BolusCalculator", "DosingPolicy", "ProportionalCorrection", "Seen"]

FADE_SHARE = 3.0
"""A bolus fades exponentially; after the duration of insulin action 5 % (exp -3) of it are left."""


class Calculated(NamedTuple):
    """Insulin of the calculator's own boluses that still acts."""

    on_board_u: Float[Array, ""]


class BolusCalculator(eqx.Module):
    """The bolus that a calculator suggests whenever one is asked for.

    carbohydrate / ratio + (glucose - target) / correction factor - insulin on board; the correction may take insulin
    away, insulin on board only reduces a correction, and no bolus is negative (as in Schmidt and Norgaard, J Diabetes
    Sci Technol 2014;8:1035-41). Basal insulin stays as recorded.

    Attributes:
        carb_ratio_g_per_u: by hour of the local day.
        correction_factor_mgdl_per_u: by hour of the local day.
        target_mgdl: by hour of the local day.
        insulin_duration_min: how long a bolus counts as acting.
    """

    carb_ratio_g_per_u: Float[Array, " hour"]
    correction_factor_mgdl_per_u: Float[Array, " hour"]
    target_mgdl: Float[Array, " hour"]
    insulin_duration_min: Float[Array, ""]

    def initial_state(self) -> Calculated:
        """None was given yet."""
        return Calculated(jnp.zeros(()))

    def dose(self, state: Calculated, seen: Seen) -> tuple[Calculated, Float[Array, ""]]:
        """What is recorded besides boluses, and the bolus if one is asked for."""
        hour = (seen.minute_of_day // 60.0).astype(int) % 24
        food = seen.announced_g / self.carb_ratio_g_per_u[hour]
        correction = (seen.glucose_mgdl - self.target_mgdl[hour]) / self.correction_factor_mgdl_per_u[hour]
        on_board = state.on_board_u + seen.on_board_u
        needed = food + jnp.where(correction > 0.0, jnp.maximum(correction - on_board, 0.0), correction)
        bolus = jnp.where(seen.asked, jnp.maximum(needed, 0.0), 0.0)
        fades = jnp.exp(-FADE_SHARE * STEP_MIN / self.insulin_duration_min)
        return Calculated(fades * (state.on_board_u + bolus)), seen.recorded_u_per_min + bolus / STEP_MIN


class ProportionalCorrection(eqx.Module):
    """Insulin that answers what the change did to glucose, in proportion, as an automated pump roughly would.

    recorded + (glucose - factual glucose) / (correction factor x time): a lasting difference would be answered in full
    within ``time_min``. Without a change it gives what is on record, and it never gives less than nothing. It is no
    maker's algorithm; it shows how far an answer depends on dosing being held.

    Attributes:
        correction_factor_mgdl_per_u: fall per unit.
        time_min: in how long a difference is answered.
    """

    correction_factor_mgdl_per_u: Float[Array, ""]
    time_min: Float[Array, ""]

    def initial_state(self) -> tuple[()]:
        """It remembers nothing."""
        return ()

    def dose(self, state: tuple[()], seen: Seen) -> tuple[tuple[()], Float[Array, ""]]:
        """The recorded rate and the answer."""
        answer = (seen.glucose_mgdl - seen.factual_mgdl) / (self.correction_factor_mgdl_per_u * self.time_min)
        return state, jnp.maximum(seen.recorded_u_per_min + answer, 0.0)
