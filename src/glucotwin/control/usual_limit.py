"""The limits outside an algorithm that a person's pump is usually set to."""

import numpy as np

from glucotwin.control.safety import SafetyLimit
from glucotwin.control.setting import TherapySetting

BASAL_FACTOR, BOLUS_DAY_SHARE, ON_BOARD_DAY_SHARE = 4.0, 0.4, 0.4
"""Usual limits of a pump: four times the highest scheduled rate; two fifths of a day's insulin at once or on board."""


def usual_limit(
    setting: TherapySetting, *, rate_step_u_per_h: float = 0.05, bolus_step_u: float = 0.05, automated: bool = True
) -> SafetyLimit:
    """The limits that follow from a person's settings.

    A pump without automation asks no sensor: it only has its largest rate and bolus and its steps.

    Args:
        setting: of one person.
        rate_step_u_per_h: the pump's step of rates.
        bolus_step_u: the pump's step of boluses.
        automated: whether an algorithm changes doses by itself.
    """
    daily_u = float(setting.daily_insulin_u)
    return SafetyLimit(
        max_basal_u_per_h=BASAL_FACTOR * float(np.max(setting.basal_u_per_h)),
        max_bolus_u=BOLUS_DAY_SHARE * daily_u,
        max_insulin_on_board_u=ON_BOARD_DAY_SHARE * daily_u if automated else np.inf,
        suspend_mgdl=70.0 if automated else 0.0,
        fastest_fall_mgdl_per_min=3.0 if automated else np.inf,
        rate_step_u_per_h=rate_step_u_per_h,
        bolus_step_u=bolus_step_u,
        needs_glucose=automated,
    )
