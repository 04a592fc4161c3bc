"""The predictive model that therapy settings alone amount to."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.action_curve import fraction_left
from glucotwin.control.setting import TherapySetting, setting_at
from glucotwin.core.array import Array, Float
from glucotwin.core.predictive_model import RESPONSE_LAGS, RESPONSE_STEP_MIN, Responses

SENSITIVITY_CV, CARBS_CV = 0.25, 0.3
"""How far a unit's and a gram's effect may be from what the settings say: within-person variation of insulin action
from day to day is 15-35 % (Heinemann, Diabetes Technol Ther 2002;4:673-82), errors of carbohydrate counting 20-30 %."""

UNEXPLAINED_SD_MGDL, UNEXPLAINED_MIN = 20.0, 90.0
"""What neither insulin nor announced carbohydrate explains: its size in the long run, and how soon it gets there."""

ABSORPTION_MIN = 180.0
"""Time in which a meal is absorbed: the default of Loop."""


class SettingModel(eqx.Module):
    """A unit lowers by the correction factor, along the insulin's action curve; a gram raises by factor over ratio.

    Carbohydrate is absorbed along a parabola-like curve, ``3 x^2 - 2 x^3`` of the absorption time.

    Attributes:
        setting: what the person's pump is set to.
    """

    setting: TherapySetting

    def responses(self, minute_of_day: Float[Array, ""]) -> Responses:
        """By the settings in force at a local minute of the day."""
        now = setting_at(self.setting, minute_of_day)
        lag_min = jnp.arange(RESPONSE_LAGS, dtype=jnp.float64) * RESPONSE_STEP_MIN
        left = fraction_left(
            lag_min, duration_min=self.setting.insulin_duration_min, peak_min=self.setting.insulin_peak_min, xp=jnp
        )
        absorbed = jnp.clip(lag_min / ABSORPTION_MIN, 0.0, 1.0)
        insulin = -now.correction_factor_mgdl_per_u * (1.0 - left)
        carbs = now.correction_factor_mgdl_per_u / now.carb_ratio_g_per_u * absorbed**2 * (3.0 - 2.0 * absorbed)
        nothing = jnp.zeros_like(lag_min)
        return Responses(
            insulin_mgdl_per_u=jnp.stack([insulin, SENSITIVITY_CV * insulin, nothing]),
            carbs_mgdl_per_g=jnp.stack([carbs, nothing, CARBS_CV * carbs]),
            unexplained_sd_mgdl=unexplained_sd(UNEXPLAINED_SD_MGDL, UNEXPLAINED_MIN),
        )


def unexplained_sd(size_mgdl: Float[Array, ""] | float, within_min: float) -> Float[Array, " lag"]:
    """Standard deviation by lag of a disturbance that grows to its size and stays there.

    Args:
        size_mgdl: in the long run.
        within_min: how soon it gets there.
    """
    lag_min = jnp.arange(RESPONSE_LAGS, dtype=jnp.float64) * RESPONSE_STEP_MIN
    return size_mgdl * jnp.sqrt(1.0 - jnp.exp(-2.0 * lag_min / within_min))
