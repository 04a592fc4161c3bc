"""Settings of a risk scenario at a moment and over the day."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from glucotwin.control.setting import SLOT_MIN, SLOTS
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.scenario.risk_set import Metabolism, RiskSimulation, Schedule

STEP_MIN = 5
STEP_S = 300.0


@dataclass(frozen=True, slots=True)
class SettingsNow:
    """Settings in force.

    Attributes:
        basal_u_per_h: basal rate.
        correction_factor_mgdl_per_u: correction factor.
        carb_ratio_g_per_u: carb ratio.
    """

    basal_u_per_h: float
    correction_factor_mgdl_per_u: float
    carb_ratio_g_per_u: float


def settings_at(settings: Metabolism, minute_of_day: float) -> SettingsNow:
    """The settings at a minute of the day."""
    return SettingsNow(
        basal_u_per_h=_value_at(settings.basal_rate, minute_of_day),
        correction_factor_mgdl_per_u=_value_at(settings.insulin_sensitivity_factor, minute_of_day),
        carb_ratio_g_per_u=_value_at(settings.carb_insulin_ratio, minute_of_day),
    )


def over_day(schedule: Schedule) -> np.ndarray:
    """A setting in each of the day's 288 slots of five minutes, as it is at the slot's start."""
    index = np.searchsorted(schedule.start_times, SLOT_MIN * np.arange(SLOTS), side="right") - 1
    return np.asarray(schedule.values, dtype=np.float64)[np.maximum(index, 0)]


def _value_at(schedule: Schedule, minute_of_day: float) -> float:
    index = int(np.searchsorted(schedule.start_times, minute_of_day, side="right")) - 1
    return schedule.values[max(index, 0)]


def minute_of(time: datetime) -> float:
    """The minute of the day of a local time."""
    return 60.0 * time.hour + time.minute + time.second / 60.0


def seconds_of(time: datetime) -> float:
    """A local time as s since 1970, as if it were UTC: scenarios know no zone."""
    return time.replace(tzinfo=UTC).timestamp()


def cannot(simulation: RiskSimulation, why: str) -> DataError:
    """The error for an arm that this simulator cannot run."""
    return DataError(ErrorCode.INVALID_VALUE, f"{simulation.name} cannot be run: {why}.")
