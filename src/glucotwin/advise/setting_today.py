"""What a person doses by today, the days in which they did, and how much the twin knows of what is asked of it."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import numpy as np
import polars as pl

from glucotwin.advise.setting_limit import SettingLimits
from glucotwin.advise.setting_space import PEN_COORDINATES, PUMP_COORDINATES, Coordinate
from glucotwin.control.setting import SLOT_MIN, SLOTS, TherapySetting, setting_from_therapy
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.imputation import ASSUMED_WEIGHT_KG
from glucotwin.domain.inputs import clock_arrays
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.body.registry import fit_body
from glucotwin.twin.personal_model import free_parameters
from glucotwin.twin.twin import Twin

USUAL_DURATION_MIN = 240.0
"""How long a bolus counts as acting when the settings do not say."""

WHOLE_UNITS_U_PER_H = 1.0 / 24.0
"""Long-acting insulin is set in whole units a day."""


def days_under_settings(timeline: Timeline, *, end: datetime, most_days: float) -> Window:
    """The last days with a sensor in which today's settings held.

    Args:
        timeline: the person's data.
        end: aware time at which the days end.
        most_days: at most so many.
    """
    begun = [one.valid_from for one in timeline.settings if one.valid_from < end][-1:]
    worn = timeline.window(GlucoseReading).start
    return Window(start=min(max([end - timedelta(days=most_days), worn, *begun]), end), end=end)


def with_present(
    timeline: Timeline,
    *,
    carb_ratio_g_per_u: float | None = None,
    correction_factor_mgdl_per_u: float | None = None,
    target_mgdl: float | None = None,
) -> Timeline:
    """The record with settings that somebody tells, the same all day, in place of those on record; None leaves one."""
    told = {
        "carb_ratio_g_per_u": carb_ratio_g_per_u,
        "correction_factor_mgdl_per_u": correction_factor_mgdl_per_u,
        "target_low_mgdl": target_mgdl,
        "target_high_mgdl": target_mgdl,
    }
    given = {name: DailySchedule.constant(value) for name, value in told.items() if value is not None}
    if not given:
        return timeline
    begins = timeline.window(GlucoseReading).start
    last = timeline.settings[-1] if timeline.settings else TherapySettings(valid_from=begins)
    return replace(timeline, settings=(*timeline.settings[:-1], replace(last, **given)))


def doses_by(timeline: Timeline, at: datetime) -> TherapySettings | None:
    """The settings on record at an aware time; None without a carbohydrate ratio or correction factor."""
    known = timeline.settings_at(at)
    if known is None or known.carb_ratio_g_per_u is None or known.correction_factor_mgdl_per_u is None:
        return None
    return known


def none_on_record() -> DataError:
    """What is told where a dose is asked about and settings are not on record."""
    return DataError(
        ErrorCode.TOO_LITTLE_DATA, message("setting-none-on-record"), hint=message("setting-none-on-record-hint")
    )


def setting_today(twin: Twin, timeline: Timeline, window: Window) -> TherapySetting:
    """The settings that hold at the end of some days.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the days; where no basal profile is on record, the usual rate of these days by the hour stands in.

    Raises:
        DataError: carbohydrate ratio or correction factor are not on record.
    """
    known = doses_by(timeline, window.end)
    if known is None:
        raise none_on_record()
    therapy = replace(
        known,
        basal_u_per_h=known.basal_u_per_h or DailySchedule.constant(60.0 * twin.basal_u_per_min),
        insulin_duration_min=known.insulin_duration_min or USUAL_DURATION_MIN,
    )
    found = setting_from_therapy(
        therapy, daily_insulin_u=twin.daily_insulin_u, weight_kg=twin.weight_kg or ASSUMED_WEIGHT_KG
    )
    lived = None if known.basal_u_per_h else lived_basal(timeline, window)
    return found if lived is None else _with_basal(found, lived)


def coordinates_for(timeline: Timeline, window: Window) -> tuple[Coordinate, ...]:
    """What may be changed: a pump's profile by parts of the day, or a pen's daily dose."""
    return PUMP_COORDINATES if len(timeline.cut(window).frame(BasalSegment)) else PEN_COORDINATES


def limits_for(coordinates: tuple[Coordinate, ...], limits: SettingLimits) -> SettingLimits:
    """The rules, with long-acting insulin in whole units where it comes from a pen."""
    return replace(limits, basal_step_u_per_h=WHOLE_UNITS_U_PER_H) if coordinates == PEN_COORDINATES else limits


def posterior_width(twin: Twin) -> float:
    """How wide the posterior of the person's sensitivity to insulin is, in widths of the prior."""
    names, wanted = list(free_parameters(twin.body)), set(fit_body(twin.body).sensitivity.values())
    width = np.sqrt(np.diag(twin.posterior.covariance))
    own = [width[index] for index, name in enumerate(names) if name in wanted]
    return float(np.mean(own)) if own else float(np.mean(width))


def therapy_of(setting: TherapySetting, today: TherapySettings) -> TherapySettings:
    """A setting as schedules, valid from when today's were; values alike are told once."""
    target = _schedule(np.asarray(setting.target_mgdl))
    return replace(
        today,
        basal_u_per_h=_schedule(np.asarray(setting.basal_u_per_h)),
        carb_ratio_g_per_u=_schedule(np.asarray(setting.carb_ratio_g_per_u)),
        correction_factor_mgdl_per_u=_schedule(np.asarray(setting.correction_factor_mgdl_per_u)),
        target_low_mgdl=target,
        target_high_mgdl=target,
        insulin_duration_min=float(setting.insulin_duration_min),
    )


def _schedule(values: np.ndarray) -> DailySchedule:
    starts = [0, *(np.flatnonzero(np.abs(np.diff(values)) > 1e-9) + 1).tolist()]
    clocks = tuple(time(one * SLOT_MIN // 60, one * SLOT_MIN % 60) for one in starts)
    return DailySchedule(starts=clocks, values=tuple(round(float(values[one]), 4) for one in starts))


def lived_basal(timeline: Timeline, window: Window) -> np.ndarray | None:
    """The median recorded basal rate by the hour of the local day in U/h, ``(slot,)``; None without a pump's record.

    Args:
        timeline: the person's data.
        window: the days that are looked at.
    """
    segments = timeline.cut(window).frame(BasalSegment).select("time", "duration_min", "rate_u_per_h")
    if not len(segments):
        return None
    minutes = int(window.duration_min)
    rate = np.full(minutes, np.nan)
    first = pl.Series([window.start]).dt.epoch("us")[0]
    start = ((segments["time"].dt.epoch("us") - first) / 60e6).to_numpy()
    for begins, lasts, value in zip(start, segments["duration_min"], segments["rate_u_per_h"], strict=True):
        rate[max(round(begins), 0) : max(round(begins + lasts), 0)] = value
    hour = (clock_arrays(window.start, minutes, timeline.person.zone)["minute_of_day"] // 60).astype(int)
    known = [rate[(hour == one) & ~np.isnan(rate)] for one in range(24)]
    usual = np.array([np.median(one) if one.size else np.nan for one in known])
    usual = np.where(np.isnan(usual), np.nanmedian(usual), usual)
    return np.repeat(usual, MINUTES_PER_DAY // 24 // SLOT_MIN)[:SLOTS]


def _with_basal(setting: TherapySetting, basal_u_per_h: np.ndarray) -> TherapySetting:
    return TherapySetting(
        **{name: getattr(setting, name) for name in TherapySetting.__dataclass_fields__ if name != "basal_u_per_h"},
        basal_u_per_h=basal_u_per_h,
    )
