"""oref0's profile from therapy settings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from glucotwin.control.oref0.profile import Profile

_SLOT_MIN = 5
_MIN_PER_H = 60.0
_MEALS_A_DAY = 3.0
_BOLUS_SHARE_OF_DAY = 0.5
_EXERCISE_TARGET_MGDL = 150.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedules:
    """Settings of a person by the day's slots of five minutes; see ``control.setting.TherapySetting``."""

    basal_u_per_h: Float[np.ndarray, " slot"]
    carb_ratio_g_per_u: Float[np.ndarray, " slot"]
    correction_factor_mgdl_per_u: Float[np.ndarray, " slot"]
    target_mgdl: Float[np.ndarray, " slot"]
    insulin_duration_min: float
    daily_insulin_u: float

    def profile(self, options: Mapping[str, object]) -> Profile:
        """The profile, with what holds at midnight as what holds now.

        The largest insulin on board follows oref0's documentation: an average meal's bolus and three times the highest
        scheduled rate; the highest rate is left to its safety multipliers.

        Args:
            options: further fields of the profile, by their names here.
        """
        highest = float(np.max(self.basal_u_per_h))
        limits = {
            "max_iob_u": _BOLUS_SHARE_OF_DAY * self.daily_insulin_u / _MEALS_A_DAY + 3.0 * highest,
            "max_daily_basal_u_per_h": highest,
            "max_basal_u_per_h": 4.0 * highest,
            "insulin_action_h": self.insulin_duration_min / _MIN_PER_H,
        }
        basal = [
            {"order": order, "start_min": start, "rate_u_per_h": value}
            for order, (start, value) in enumerate(_pieces(self.basal_u_per_h))
        ]
        sensitivity = [
            {"start_min": start, "sensitivity_mgdl_per_u": value}
            for start, value in _pieces(self.correction_factor_mgdl_per_u)
        ]
        schedules = {"basal_schedule": basal, "sensitivity_schedule": {"sensitivities": sensitivity}}
        return at_slot(Profile.model_validate({**limits, **schedules, **options}), self, 0, exercise=False)


def at_slot(profile: Profile, schedules: Schedules, slot: int, *, exercise: bool) -> Profile:
    """The profile with what holds in a slot of the day, and a temporary target while exercise is announced."""
    target = float(schedules.target_mgdl[slot])
    target = max(target, _EXERCISE_TARGET_MGDL) if exercise else target
    return profile.model_copy(
        update={
            "basal_u_per_h": float(schedules.basal_u_per_h[slot]),
            "sensitivity_mgdl_per_u": float(schedules.correction_factor_mgdl_per_u[slot]),
            "carb_ratio_g_per_u": float(schedules.carb_ratio_g_per_u[slot]),
            "min_target_mgdl": target,
            "max_target_mgdl": target,
            "temp_target_set": exercise,
        }
    )


def _pieces(values: Float[np.ndarray, " slot"]) -> list[tuple[float, float]]:
    """Minute of the day and value where a schedule changes."""
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    return [(float(slot * _SLOT_MIN), float(values[slot])) for slot in starts]
