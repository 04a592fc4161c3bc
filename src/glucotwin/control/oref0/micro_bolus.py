"""Super micro boluses: when they are allowed, and how large."""

import math
from dataclasses import dataclass

from glucotwin.control.oref0.decision_input import DecisionInput
from glucotwin.control.oref0.local_clock import MS_PER_MIN
from glucotwin.control.oref0.outlook import Outlook
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.control.oref0.target import Aim
from glucotwin.control.oref0.trend import Trend

_NORMAL_TARGET_MGDL = 100
_USUAL_MAX_MIN = 30.0
_USUAL_STEP_U = 0.1
_USUAL_INTERVAL_MIN = 3.0
_INTERVAL_RANGE_MIN = (1.0, 10.0)
_USUAL_SHARE_GIVEN = 0.5
_LONGEST_ZERO_TEMP_MIN = 60.0
_ZERO_TEMP_STEP_MIN = 30.0


def is_micro_bolus_enabled(inputs: DecisionInput, aim: Aim) -> bool:
    """Whether the settings allow a super micro bolus in this situation."""
    profile, meal = inputs.profile, inputs.meal
    has_temp_target = profile.temp_target_set
    by_high_target = has_temp_target and aim.target_mgdl > _NORMAL_TARGET_MGDL
    if not inputs.micro_bolus_allowed or (by_high_target and not profile.smb_with_high_target):
        return False
    if meal.wizard_used and not profile.smb_after_pump_wizard:
        return False
    high_mgdl = profile.smb_high_mgdl
    return (
        profile.smb_always
        or (profile.smb_with_cob and meal.cob_g > 0)
        or (profile.smb_after_carbs and meal.carbs_g > 0)
        or (profile.smb_with_low_target and has_temp_target and aim.target_mgdl < _NORMAL_TARGET_MGDL)
        or (profile.smb_when_high and high_mgdl is not None and inputs.glucose.glucose_mgdl >= high_mgdl)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MicroBolus:
    """A super micro bolus and the low rate that goes with it.

    Attributes:
        bolus_u: insulin to give; may be 0.
        limit_u: most insulin that may be given at once.
        wait_min: minutes until the next one may be given; negative when that time has passed.
        low_temp_u_per_h: rate to set meanwhile.
        low_temp_min: minutes to set it for; 0 for none.
    """

    bolus_u: float
    limit_u: float
    wait_min: float
    low_temp_u_per_h: float
    low_temp_min: float


def size_micro_bolus(
    inputs: DecisionInput, aim: Aim, trend: Trend, outlook: Outlook, insulin_required_u: float
) -> MicroBolus:
    """A share, mostly half, of the insulin that is required, within limits; and a low rate in case that was wrong."""
    step_u = inputs.profile.bolus_step_u or _USUAL_STEP_U
    steps_per_u = 1 / step_u
    limit_u = _limit_u(inputs)
    share = inputs.profile.smb_share or _USUAL_SHARE_GIVEN
    bolus_u = math.floor(min(insulin_required_u * share, limit_u) * steps_per_u) / steps_per_u
    worst_mgdl = (trend.naive_eventual_mgdl + outlook.min_insulin_mgdl) / 2
    excess_u = (aim.target_mgdl - worst_mgdl) / aim.sensitivity_mgdl_per_u
    zero_temp_min = round_half_up(60 * excess_u / aim.scheduled_basal_u_per_h) if aim.scheduled_basal_u_per_h else 0.0
    if insulin_required_u > 0 and bolus_u < step_u:
        zero_temp_min = 0.0
    rate, duration_min = _low_temp(aim, zero_temp_min)
    return MicroBolus(
        bolus_u=bolus_u,
        limit_u=limit_u,
        wait_min=_interval_min(inputs.profile) - _last_bolus_age_min(inputs),
        low_temp_u_per_h=rate,
        low_temp_min=duration_min,
    )


def _limit_u(inputs: DecisionInput) -> float:
    profile = inputs.profile
    iob_u = inputs.insulin.now.iob_u if inputs.insulin else 0.0
    for_carbs_u = (
        round_half_up(inputs.meal.cob_g / profile.carb_ratio_g_per_u, 3) if profile.carb_ratio_g_per_u else 0.0
    )
    if profile.smb_max_min is None:
        minutes = _USUAL_MAX_MIN
    elif iob_u > for_carbs_u and iob_u > 0:
        minutes = profile.smb_max_uam_min or _USUAL_MAX_MIN
    else:
        minutes = profile.smb_max_min
    return round_half_up((profile.basal_u_per_h or 0.0) * minutes / 60, 1)


def _low_temp(aim: Aim, zero_temp_min: float) -> tuple[float, float]:
    if zero_temp_min <= 0:
        return 0.0, 0.0
    if zero_temp_min >= _ZERO_TEMP_STEP_MIN:
        steps_min = round_half_up(zero_temp_min / _ZERO_TEMP_STEP_MIN) * _ZERO_TEMP_STEP_MIN
        return 0.0, min(_LONGEST_ZERO_TEMP_MIN, steps_min)
    return round_half_up(aim.basal_u_per_h * zero_temp_min / 30, 2), _ZERO_TEMP_STEP_MIN


def _interval_min(profile: Profile) -> float:
    shortest, longest = _INTERVAL_RANGE_MIN
    return min(longest, max(shortest, profile.smb_interval_min or _USUAL_INTERVAL_MIN))


def _last_bolus_age_min(inputs: DecisionInput) -> float:
    last_ms = inputs.insulin.last_bolus_ms if inputs.insulin else 0.0
    return round_half_up((inputs.now_ms - last_ms) / MS_PER_MIN, 1)
