"""Sensitivity by glucose and by the insulin of the last days: the dynamic ISF of Trio and of AndroidAPS."""

import math
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.core.error import DataError, ErrorCode

Variant = Literal["trio-logarithmic", "trio-sigmoid", "androidaps"]

_RULE_OF_1800 = 1800.0
_MMOLL_PER_MGDL = 0.0555
_LOWEST_LINE_MGDL = 39.0
_STEADY_DELTA = 3.0
_TRIO_PEAKS_MIN = {"rapid-acting": 65.0, "ultra-rapid": 50.0}
_TRIO_PEAK_SUM_MIN = 120.0
_ANDROIDAPS_DIVISORS = ((65.0, 55.0), (50.0, 65.0))
_ANDROIDAPS_FASTEST_DIVISOR = 75.0
_USUAL_PEAKS_MIN = {"rapid-acting": 75.0, "ultra-rapid": 55.0}


class DynamicSettings(BaseModel):
    """What the dynamic sensitivity is worked out from.

    Attributes:
        variant: whose formula.
        adjustment: factor on its effect; the apps offer 0.5 to 1.2 or so.
        last_24_h_u: insulin of the last 24 hours, U.
        mean_7_day_u: mean insulin of a day over 7 days, U; for AndroidAPS.
        last_4_h_u: insulin of the last 4 hours, U; for AndroidAPS.
        from_8_to_4_h_u: insulin of the 4 hours before those, U; for AndroidAPS.
        mean_14_day_u: mean insulin of a day over 14 days, U; for Trio's sigmoid and for its basal rate.
        adjusts_basal: whether Trio's basal rate follows the insulin of the last day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    variant: Variant
    adjustment: float = Field(default=1.0, gt=0, le=3)
    last_24_h_u: float = Field(gt=0, le=1000)
    mean_7_day_u: float | None = Field(default=None, gt=0, le=1000)
    last_4_h_u: float | None = Field(default=None, ge=0, le=1000)
    from_8_to_4_h_u: float | None = Field(default=None, ge=0, le=1000)
    mean_14_day_u: float | None = Field(default=None, gt=0, le=1000)
    adjusts_basal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicRatio:
    """Trio's answer: factors like autosens, below 1 for more sensitive.

    Attributes:
        sensitivity_ratio: divisor of the profile's sensitivity.
        basal_ratio: factor on the scheduled basal; None to leave it to autosens.
    """

    sensitivity_ratio: float
    basal_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSensitivity:
    """AndroidAPS's answer: a sensitivity that depends on glucose.

    Attributes:
        total_daily_u: weighted insulin of a day, U.
        divisor_mgdl: glucose that the curve is scaled with; by the insulin's peak.
    """

    total_daily_u: float
    divisor_mgdl: float

    def at(self, glucose_mgdl: float) -> float:
        """Sensitivity, in mg/dL per U, at a glucose; below 39 mg/dL that of 39."""
        glucose_mgdl = max(glucose_mgdl, _LOWEST_LINE_MGDL)
        return _RULE_OF_1800 / (self.total_daily_u * math.log(glucose_mgdl / self.divisor_mgdl + 1))

    def ahead(
        self, *, glucose_mgdl: float, delta: float, eventual_mgdl: float, min_mgdl: float, target_mgdl: float
    ) -> float:
        """Sensitivity to dose with: that of where glucose is going."""
        is_settling = abs(delta) < _STEADY_DELTA and target_mgdl < eventual_mgdl < glucose_mgdl
        if is_settling:
            return self.at((glucose_mgdl + eventual_mgdl) / 2)
        if (delta > 0 and eventual_mgdl > target_mgdl) or eventual_mgdl > glucose_mgdl:
            return self.at(glucose_mgdl)
        return self.at(min_mgdl)


def find_dynamic_ratio(settings: DynamicSettings, profile: Profile, glucose_mgdl: float) -> DynamicRatio:
    """Trio's factors, within the limits of autosens.

    Args:
        settings: insulin of the last days.
        profile: sensitivity, target, limits and insulin.
        glucose_mgdl: glucose now, mg/dL.

    Raises:
        DataError: a number that the formula needs is missing.
    """
    if settings.variant == "trio-sigmoid":
        ratio = _sigmoid(settings, profile, glucose_mgdl)
    else:
        sensitivity = _needed(profile.sensitivity_mgdl_per_u, "profile.sens")
        divisor_mgdl = _TRIO_PEAK_SUM_MIN - _trio_peak_min(profile)
        effect = settings.adjustment * settings.last_24_h_u * math.log(glucose_mgdl / divisor_mgdl + 1)
        ratio = sensitivity * effect / _RULE_OF_1800
    ratio = round_half_up(min(max(ratio, profile.autosens_min), profile.autosens_max), 2)
    basal_ratio = None
    if settings.adjusts_basal:
        basal_ratio = settings.last_24_h_u / _needed(settings.mean_14_day_u, "dynamic.mean_14_day_u")
        basal_ratio = round_half_up(min(max(basal_ratio, profile.autosens_min), profile.autosens_max), 2)
    return DynamicRatio(sensitivity_ratio=ratio, basal_ratio=basal_ratio)


def find_variable_sensitivity(settings: DynamicSettings, profile: Profile) -> VariableSensitivity:
    """AndroidAPS's curve.

    Raises:
        DataError: a number that the formula needs is missing.
    """
    recent_u = 1.4 * _needed(settings.last_4_h_u, "dynamic.last_4_h_u")
    recent_u += 0.6 * _needed(settings.from_8_to_4_h_u, "dynamic.from_8_to_4_h_u")
    week_u = _needed(settings.mean_7_day_u, "dynamic.mean_7_day_u")
    total_u = recent_u * 3 * 0.33 + week_u * 0.34 + settings.last_24_h_u * 0.33
    peak_min = _peak_min(profile, _USUAL_PEAKS_MIN)
    divisors = (divisor for above_min, divisor in _ANDROIDAPS_DIVISORS if peak_min > above_min)
    return VariableSensitivity(
        total_daily_u=total_u * settings.adjustment, divisor_mgdl=next(divisors, _ANDROIDAPS_FASTEST_DIVISOR)
    )


def _sigmoid(settings: DynamicSettings, profile: Profile, glucose_mgdl: float) -> float:
    target_mgdl = _needed(profile.min_target_mgdl, "profile.min_bg")
    low, high = profile.autosens_min, profile.autosens_max
    if not low < 1 < high:
        return 1.0
    # Shifted so that the ratio is 1 at the target.
    shift = math.log((1 - low) / (high - 1))
    by_insulin = settings.last_24_h_u / _needed(settings.mean_14_day_u, "dynamic.mean_14_day_u")
    slope = (glucose_mgdl - target_mgdl) * _MMOLL_PER_MGDL * settings.adjustment * by_insulin
    return low + (high - low) / (1 + math.exp(-(slope + shift)))


def _trio_peak_min(profile: Profile) -> float:
    return min(_peak_min(profile, _TRIO_PEAKS_MIN), 119.0)


def _peak_min(profile: Profile, usual: dict[str, float]) -> float:
    if profile.uses_own_peak and profile.insulin_peak_min is not None:
        return profile.insulin_peak_min
    return usual.get(profile.curve or "", usual["rapid-acting"])


def _needed(value: float | None, name: str) -> float:
    if value is None:
        raise DataError(
            ErrorCode.INVALID_VALUE, f"The dynamic sensitivity needs {name}.", hint=f"Give {name} in the input."
        )
    return value
