"""The settings of a person's therapy and of the algorithm, as oref0's own profile file holds them."""

import itertools
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.core.error import DataError, ErrorCode


class _Boundary(BaseModel):
    """Files carry fields of every app that wrote them: what the algorithm does not read is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)


class BasalEntry(_Boundary):
    """From a minute of the day on, this rate."""

    order: int = Field(default=0, alias="i")
    start_min: float = Field(alias="minutes")
    rate_u_per_h: float = Field(alias="rate", ge=0, le=500)


class SensitivityEntry(_Boundary):
    """From a minute of the day on, this much glucose per unit."""

    start_min: float = Field(alias="offset")
    sensitivity_mgdl_per_u: float = Field(alias="sensitivity", ge=1, le=10_000)


class SensitivityProfile(_Boundary):
    """Sensitivities by time of day."""

    sensitivities: tuple[SensitivityEntry, ...] = ()


class Profile(_Boundary):
    """Settings in force now, and the schedules that they come from. Aliases are the names in oref0's files."""

    max_iob_u: float | None = Field(default=None, alias="max_iob")
    insulin_action_h: float = Field(default=3.0, alias="dia", gt=0, le=48)
    curve: str | None = None
    uses_own_peak: bool = Field(default=False, alias="useCustomPeakTime")
    insulin_peak_min: float | None = Field(default=None, alias="insulinPeakTime")
    pump_model: str | None = Field(default=None, alias="model")

    basal_u_per_h: float | None = Field(default=None, alias="current_basal", ge=0, le=500)
    max_daily_basal_u_per_h: float | None = Field(default=None, alias="max_daily_basal")
    max_basal_u_per_h: float | None = Field(default=None, alias="max_basal")
    daily_safety_multiplier: float | None = Field(default=None, alias="max_daily_safety_multiplier")
    current_safety_multiplier: float | None = Field(default=None, alias="current_basal_safety_multiplier")
    basal_schedule: tuple[BasalEntry, ...] = Field(default=(), alias="basalprofile")

    min_target_mgdl: float | None = Field(default=None, alias="min_bg", gt=0, le=2000)
    max_target_mgdl: float | None = Field(default=None, alias="max_bg", gt=0, le=2000)
    sensitivity_mgdl_per_u: float | None = Field(default=None, alias="sens", ge=1, le=10_000)
    sensitivity_schedule: SensitivityProfile | None = Field(default=None, alias="isfProfile")
    carb_ratio_g_per_u: float | None = Field(default=None, alias="carb_ratio", gt=0, le=10_000)

    temp_target_set: bool = Field(default=False, alias="temptargetSet")
    exercise_mode: bool = False
    high_target_raises_sensitivity: bool = Field(default=False, alias="high_temptarget_raises_sensitivity")
    low_target_lowers_sensitivity: bool = Field(default=False, alias="low_temptarget_lowers_sensitivity")
    half_basal_target_mgdl: float | None = Field(default=None, alias="half_basal_exercise_target")
    sensitivity_raises_target: bool = False
    resistance_lowers_target: bool = False
    threshold_mgdl: float | None = Field(default=None, alias="threshold_setting")
    noisy_target_multiplier: float | None = Field(default=None, alias="noisyCGMTargetMultiplier")
    autosens_max: float = Field(default=1.2, gt=0, le=10)
    autosens_min: float = Field(default=0.7, gt=0, le=10)
    rewind_resets_autosens: bool = False

    max_cob_g: float | None = Field(default=None, alias="maxCOB")
    min_carb_impact_mgdl_per_5_min: float = Field(default=8.0, alias="min_5m_carbimpact")
    remaining_carbs_fraction: float | None = Field(default=None, alias="remainingCarbsFraction")
    remaining_carbs_cap_g: float | None = Field(default=None, alias="remainingCarbsCap")
    carbs_required_threshold_g: float | None = Field(default=None, alias="carbsReqThreshold")

    uam_enabled: bool = Field(default=False, alias="enableUAM")
    smb_always: bool = Field(default=False, alias="enableSMB_always")
    smb_with_cob: bool = Field(default=False, alias="enableSMB_with_COB")
    smb_after_carbs: bool = Field(default=False, alias="enableSMB_after_carbs")
    smb_with_low_target: bool = Field(default=False, alias="enableSMB_with_temptarget")
    smb_when_high: bool = Field(default=False, alias="enableSMB_high_bg")
    smb_high_mgdl: float | None = Field(default=None, alias="enableSMB_high_bg_target")
    smb_with_high_target: bool = Field(default=False, alias="allowSMB_with_high_temptarget")
    smb_after_pump_wizard: bool = Field(default=False, alias="A52_risk_enable")
    smb_max_min: float | None = Field(default=None, alias="maxSMBBasalMinutes")
    smb_max_uam_min: float | None = Field(default=None, alias="maxUAMSMBBasalMinutes")
    smb_interval_min: float | None = Field(default=None, alias="SMBInterval")
    bolus_step_u: float | None = Field(default=None, alias="bolus_increment", gt=0)
    smb_share: float | None = Field(default=None, alias="smb_delivery_ratio", gt=0, le=1)
    max_delta_fraction: float | None = Field(default=None, alias="maxDelta_bg_threshold")

    skip_neutral_temps: bool = False
    suspend_zeros_iob: bool = False
    shown_unit: Literal["mg/dL", "mmol/L"] = Field(default="mg/dL", alias="out_units")


def basal_at(schedule: Sequence[BasalEntry], moment_ms: float, clock: LocalClock) -> float:
    """The scheduled basal rate, in U/h, at a moment; before the first entry of the day the last one runs on."""
    minute = clock.minute_of_day(moment_ms)
    entries = sorted(schedule, key=lambda entry: entry.order)
    rate = entries[-1].rate_u_per_h
    for entry, following in itertools.pairwise(entries):
        if entry.start_min <= minute < following.start_min:
            rate = entry.rate_u_per_h
            break
    return round_half_up(rate, 3)


def sensitivity_at(profile: Profile, moment_ms: float, clock: LocalClock) -> float:
    """The scheduled sensitivity, in mg/dL per U, at a moment.

    Raises:
        DataError: the profile has no schedule, or none for the start of the day. (The original goes on with a
            sensitivity of −1 there and doses the wrong way round.)
    """
    schedule = profile.sensitivity_schedule
    entries = sorted(schedule.sensitivities if schedule else (), key=lambda entry: entry.start_min)
    if not entries or entries[0].start_min != 0:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            "The profile has no sensitivity for the start of the day.",
            hint="Give isfProfile.sensitivities an entry with offset 0.",
        )
    minute = clock.minute_of_day(moment_ms)
    value = entries[-1].sensitivity_mgdl_per_u
    for entry, following in itertools.pairwise(entries):
        if entry.start_min <= minute < following.start_min:
            value = entry.sensitivity_mgdl_per_u
            break
    return value
