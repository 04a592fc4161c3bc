"""Therapy settings as arrays over the day, as compiled controllers read them."""

from collections.abc import Mapping

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.therapy import DailySchedule, TherapySettings

SLOT_MIN = 5
SLOTS = MINUTES_PER_DAY // SLOT_MIN

DEFAULT_TARGET_MGDL = 110.0
DEFAULT_DURATION_MIN = 360.0
DEFAULT_PEAK_MIN = 75.0
"""Duration and peak of rapid-acting insulin in adults: the preset of Loop (LoopAlgorithm, ExponentialInsulinModel)."""


class TherapySetting(eqx.Module):
    """What a person's pump is set to; schedules hold from each of the day's 288 slots of 5 min, from local midnight.

    Attributes:
        basal_u_per_h: scheduled basal rate.
        carb_ratio_g_per_u: grams covered by one unit.
        correction_factor_mgdl_per_u: fall per unit.
        target_mgdl: where corrections aim.
        insulin_duration_min: how long rapid insulin acts.
        insulin_peak_min: when it acts most.
        daily_insulin_u: insulin of a usual day, basal and boluses.
        weight_kg: body weight.
    """

    basal_u_per_h: Float[AnyArray, " slot"]
    carb_ratio_g_per_u: Float[AnyArray, " slot"]
    correction_factor_mgdl_per_u: Float[AnyArray, " slot"]
    target_mgdl: Float[AnyArray, " slot"]
    insulin_duration_min: Float[AnyArray, ""]
    insulin_peak_min: Float[AnyArray, ""]
    daily_insulin_u: Float[AnyArray, ""]
    weight_kg: Float[AnyArray, ""]


class SettingNow(eqx.Module):
    """The settings of one moment; scalars, fields as in ``TherapySetting``."""

    basal_u_per_h: Float[Array, ""]
    carb_ratio_g_per_u: Float[Array, ""]
    correction_factor_mgdl_per_u: Float[Array, ""]
    target_mgdl: Float[Array, ""]


def setting_at(setting: TherapySetting, minute_of_day: Float[Array, ""]) -> SettingNow:
    """What the schedules say at a local minute of the day."""
    slot = (minute_of_day // SLOT_MIN).astype(jnp.int32) % SLOTS
    return SettingNow(*(jnp.asarray(getattr(setting, name))[slot] for name in SettingNow.__dataclass_fields__))


def setting_from_therapy(
    therapy: TherapySettings,
    *,
    daily_insulin_u: float,
    weight_kg: float,
    insulin_peak_min: float = DEFAULT_PEAK_MIN,
) -> TherapySetting:
    """The arrays of a person's settings.

    Args:
        therapy: basal, carb ratio and correction factor are needed; target and duration have defaults.
        daily_insulin_u: insulin of a usual day.
        weight_kg: body weight.
        insulin_peak_min: when rapid insulin acts most.

    Raises:
        DataError: a schedule is missing, or a divisor is 0 at some time of the day.
    """
    low, high = therapy.target_low_mgdl, therapy.target_high_mgdl
    ends = [over_day(one) for one in (low or high, high or low) if one is not None]
    target = np.mean(ends, axis=0) if ends else np.full(SLOTS, DEFAULT_TARGET_MGDL)
    needed: Mapping[str, DailySchedule | None] = {
        "basal_u_per_h": therapy.basal_u_per_h,
        "carb_ratio_g_per_u": therapy.carb_ratio_g_per_u,
        "correction_factor_mgdl_per_u": therapy.correction_factor_mgdl_per_u,
    }
    return TherapySetting(
        **{name: _needed(name, schedule) for name, schedule in needed.items()},
        target_mgdl=target,
        insulin_duration_min=np.asarray(therapy.insulin_duration_min or DEFAULT_DURATION_MIN),
        insulin_peak_min=np.asarray(insulin_peak_min),
        daily_insulin_u=np.asarray(daily_insulin_u),
        weight_kg=np.asarray(weight_kg),
    )


def over_day(schedule: DailySchedule) -> np.ndarray:
    """A schedule in the day's slots."""
    return np.array([schedule.at(float(minute)) for minute in range(0, MINUTES_PER_DAY, SLOT_MIN)])


def _needed(name: str, schedule: DailySchedule | None) -> np.ndarray:
    if schedule is None:
        raise DataError(ErrorCode.INVALID_VALUE, f"A dosing algorithm needs the setting {name}.", hint="Give it.")
    values = over_day(schedule)
    if name != "basal_u_per_h" and np.any(values <= 0.0):
        raise DataError(ErrorCode.INVALID_VALUE, f"The setting {name} is 0 at some time.", hint="Give more than 0.")
    return values
