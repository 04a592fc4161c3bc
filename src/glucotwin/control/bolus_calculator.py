"""What a bolus calculator says."""

import jax.numpy as jnp

from glucotwin.control.setting import SettingNow
from glucotwin.core.array import Array, Float


def calculated_bolus(
    carbs_g: Float[Array, ""], glucose_mgdl: Float[Array, ""], on_board_u: Float[Array, ""], setting: SettingNow
) -> Float[Array, ""]:
    """Carbohydrate / ratio + (glucose - target) / correction factor - insulin on board, and never less than 0.

    A correction may take insulin away, insulin on board only reduces a correction; without a reading nothing is
    corrected (Schmidt and Norgaard, J Diabetes Sci Technol 2014;8:1035-41).

    Args:
        carbs_g: what is about to be eaten.
        glucose_mgdl: what the sensor shows; not a number when nothing.
        on_board_u: earlier boluses that still act.
        setting: that holds now.
    """
    food = carbs_g / setting.carb_ratio_g_per_u
    wanted = (glucose_mgdl - setting.target_mgdl) / setting.correction_factor_mgdl_per_u
    correction = jnp.where(wanted > 0.0, jnp.maximum(wanted - on_board_u, 0.0), wanted)
    return jnp.maximum(food + jnp.where(jnp.isfinite(glucose_mgdl), correction, 0.0), 0.0)
