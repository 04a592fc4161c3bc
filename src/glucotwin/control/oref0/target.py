"""Where glucose should be, and with which basal rate and sensitivity, today."""

import math
from dataclasses import dataclass

from glucotwin.control.oref0.decision_input import DecisionInput
from glucotwin.control.oref0.dynamic_sensitivity import DynamicRatio, VariableSensitivity
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.rounding import round_half_up, round_rate

_NORMAL_MGDL = 100.0
_USUAL_HALF_BASAL_MGDL = 160.0
_PIVOT_MGDL = 60.0
_LOWEST_TARGET_MGDL = 80.0
_NOISY = 2
_LEAST_NOISY_MULTIPLIER = 1.1
_HIGHEST_NOISY_TARGET_MGDL = 200.0
_THRESHOLD_PIVOT_MGDL = 40.0
_LEAST_SENSITIVITY_MGDL_PER_U = 0.1
_OWN_THRESHOLD_MGDL = (60.0, 120.0)
"""Range in which a threshold of the profile's own is heeded, as Trio has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Targets, in mg/dL, and the settings that lead there.

    Attributes:
        basal_u_per_h: scheduled basal rate, adjusted.
        scheduled_basal_u_per_h: the same before any adjustment.
        sensitivity_mgdl_per_u: sensitivity, adjusted.
        ratio: what both were adjusted with; None for nothing.
        min_mgdl: lower end of the target.
        target_mgdl: its middle.
        max_mgdl: its upper end.
        variable: sensitivity that depends on glucose; None for one that does not.
        own_threshold_mgdl: threshold that the profile asks for, if it does.
    """

    basal_u_per_h: float
    scheduled_basal_u_per_h: float
    sensitivity_mgdl_per_u: float
    ratio: float | None
    min_mgdl: float
    target_mgdl: float
    max_mgdl: float
    variable: VariableSensitivity | None = None
    own_threshold_mgdl: float | None = None

    def sensitivity_at(self, glucose_mgdl: float) -> float:
        """Sensitivity, in mg/dL per U, on a line that has come to a glucose."""
        return self.sensitivity_mgdl_per_u if self.variable is None else self.variable.at(glucose_mgdl)

    @property
    def threshold_mgdl(self) -> float:
        """Below this, insulin is stopped."""
        by_target_mgdl = self.min_mgdl - 0.5 * (self.min_mgdl - _THRESHOLD_PIVOT_MGDL)
        own_mgdl = self.own_threshold_mgdl
        if own_mgdl is None or not _OWN_THRESHOLD_MGDL[0] <= own_mgdl <= _OWN_THRESHOLD_MGDL[1]:
            return by_target_mgdl
        return max(by_target_mgdl, own_mgdl)


def find_aim(inputs: DecisionInput) -> Aim | None:
    """Today's targets, basal rate and sensitivity; None when the profile has no target."""
    profile = inputs.profile
    if profile.min_target_mgdl is None or profile.max_target_mgdl is None:
        return None
    low, high = profile.min_target_mgdl, profile.max_target_mgdl
    middle = (low + high) / 2
    ratio, dynamic = _ratio(profile, middle, inputs.autosens_ratio), inputs.dynamic
    if profile.temp_target_set and ratio != inputs.autosens_ratio:
        dynamic = None  # A temporary target that says how sensitive the person is comes first.
    low, middle, high = _follow_sensitivity(profile, inputs.autosens_ratio, (low, middle, high))
    low, middle, high = _raise_for_noise(profile, inputs.glucose.noise, (low, middle, high))
    scheduled = profile.basal_u_per_h or 0.0
    basal_ratio = ratio
    if isinstance(dynamic, DynamicRatio):
        basal_ratio = dynamic.basal_ratio or ratio
        ratio = dynamic.sensitivity_ratio
    variable = dynamic if isinstance(dynamic, VariableSensitivity) else None
    return Aim(
        basal_u_per_h=round_rate(scheduled * basal_ratio if basal_ratio else scheduled, profile.pump_model),
        scheduled_basal_u_per_h=scheduled,
        sensitivity_mgdl_per_u=_sensitivity(inputs, ratio, variable),
        ratio=ratio,
        min_mgdl=low,
        target_mgdl=middle,
        max_mgdl=high,
        variable=variable,
        own_threshold_mgdl=profile.threshold_mgdl,
    )


def _sensitivity(inputs: DecisionInput, ratio: float | None, variable: VariableSensitivity | None) -> float:
    if variable is not None:
        return max(_LEAST_SENSITIVITY_MGDL_PER_U, round_half_up(variable.at(inputs.glucose.glucose_mgdl), 1))
    sensitivity = inputs.profile.sensitivity_mgdl_per_u
    if sensitivity is None:
        return math.nan
    return round_half_up(sensitivity / ratio, 1) if ratio else sensitivity


def _ratio(profile: Profile, target_mgdl: float, autosens_ratio: float | None) -> float | None:
    raises = profile.exercise_mode or profile.high_target_raises_sensitivity
    by_high = raises and target_mgdl > _NORMAL_MGDL
    by_low = profile.low_target_lowers_sensitivity and target_mgdl < _NORMAL_MGDL
    if not (profile.temp_target_set and (by_high or by_low)):
        return autosens_ratio
    span = (profile.half_basal_target_mgdl or _USUAL_HALF_BASAL_MGDL) - _NORMAL_MGDL
    shifted = span + target_mgdl - _NORMAL_MGDL
    # A span that turns negative means a very low target: as much insulin as is allowed.
    ratio = profile.autosens_max if span * shifted <= 0 else span / shifted
    return round_half_up(min(ratio, profile.autosens_max), 2)


def _follow_sensitivity(
    profile: Profile, ratio: float | None, range_mgdl: tuple[float, float, float]
) -> tuple[float, float, float]:
    if profile.temp_target_set or not ratio:
        return range_mgdl
    raised = profile.sensitivity_raises_target and ratio < 1
    lowered = profile.resistance_lowers_target and ratio > 1
    if not (raised or lowered):
        return range_mgdl
    low, middle, high = (round_half_up((value - _PIVOT_MGDL) / ratio) + _PIVOT_MGDL for value in range_mgdl)
    return low, max(_LOWEST_TARGET_MGDL, middle), high


def _raise_for_noise(
    profile: Profile, noise: float | None, range_mgdl: tuple[float, float, float]
) -> tuple[float, float, float]:
    if noise is None or noise < _NOISY:
        return range_mgdl
    multiplier = max(_LEAST_NOISY_MULTIPLIER, profile.noisy_target_multiplier or _LEAST_NOISY_MULTIPLIER)
    low, middle, high = (round_half_up(min(_HIGHEST_NOISY_TARGET_MGDL, value * multiplier)) for value in range_mgdl)
    return low, middle, high
