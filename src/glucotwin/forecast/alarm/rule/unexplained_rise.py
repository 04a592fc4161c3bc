"""Unexplained rise: glucose is pushed up by something that is not on record, such as food that nobody logged."""

import numpy as np
from scipy.special import ndtr

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment, Push
from glucotwin.forecast.alarm.rule.reading import current_mgdl
from glucotwin.forecast.alarm.settings import AlarmSettings

LOOKED_BACK_MIN = 30.0
RECOVERY_MIN = 60.0
RECOVERED_FROM_MGDL = 80.0
"""A rise within an hour after less than this is what was eaten against a low, which hardly anybody logs."""

SLOWEST_MGDL_PER_MIN = 0.5


def assess_unexplained_rise(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """How likely the unexplained push of the last half hour is more than the person's limit, while glucose rises."""
    glucose, slope = current_mgdl(moment), moment.slope_mgdl_per_min()
    if glucose is None or slope is None or moment.push is None:
        return None
    mean, sd = pushed_mgdl(moment, moment.push, LOOKED_BACK_MIN)
    values = {"rise_mgdl": max(mean, 0.0), "minutes": LOOKED_BACK_MIN, "glucose_mgdl": glucose}
    recent = moment.last(moment.glucose_mgdl, RECOVERY_MIN)
    recovers = bool(np.nanmin(recent) < RECOVERED_FROM_MGDL) if np.isfinite(recent).any() else False
    if slope < SLOWEST_MGDL_PER_MIN or recovers or glucose < settings.rise_above_mgdl:
        return Assessment(probability=0.0, values=values)
    return Assessment(probability=float(ndtr((mean - settings.rise_mgdl) / sd)), values=values)


def pushed_mgdl(moment: Moment, push: Push, minutes: float) -> tuple[float, float]:
    """Unexplained change of glucose over the last minutes and its SD, taken to be one error throughout."""
    mean = moment.last(push.mean_mgdl_per_min, minutes)[1:]
    sd = moment.last(push.sd_mgdl_per_min, minutes)[1:]
    return float(mean.mean()) * minutes, max(float(sd.mean()) * minutes, 1.0)


UNEXPLAINED_RISE = AlarmRule(
    kind=AlarmKind.UNEXPLAINED_RISE,
    behaviour=Behaviour(raise_at=0.8, clear_at=0.3, clear_after_min=30.0, repeat_min=None),
    assess=assess_unexplained_rise,
    outranked_by=(AlarmKind.PUMP_SITE, AlarmKind.MISSED_BOLUS),
)
