"""Suspicion of the pump's site: glucose stays high although insulin was given, and nothing on record explains it."""

import numpy as np
from scipy.special import ndtr

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment, Push
from glucotwin.forecast.alarm.rule.reading import current_mgdl
from glucotwin.forecast.alarm.rule.unexplained_rise import pushed_mgdl
from glucotwin.forecast.alarm.settings import AlarmSettings

KNOWN_FRACTION = 0.7
CORRECTED_WITHIN_MIN = 240.0
ACTING_AFTER_STEPS = 9
"""Insulin given within the last three quarters of an hour cannot have been seen to act."""

SMALLEST_CORRECTION_U = 0.5
EATEN_WITHIN_MIN = 120.0
MOST_CARBS_G = 10.0
PUSHED_MGDL = 25.0
"""Unexplained push over the time of the high from which on insulin is taken to be missing."""

RAISED_KETONES_MMOLL, HIGH_KETONES_MMOLL = 0.6, 1.5
KETONE_ODDS = 4.0
"""By how much measured ketones raise (from 0.6 mmol/L) or normal ones lower the odds: reasoned, not measured."""

CERTAIN = 0.95


def assess_pump_site(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """How likely the insulin is not arriving; None without a pump, a twin's view or enough readings."""
    glucose = current_mgdl(moment)
    if glucose is None or moment.push is None or not moment.uses_pump:
        return None
    recent = moment.last(moment.glucose_mgdl, settings.site_min)
    known = recent[np.isfinite(recent)]
    if known.size < KNOWN_FRACTION * recent.size:
        return None
    values = {"glucose_mgdl": glucose, "minutes": settings.site_min, "insulin_u": _given_u(moment)}
    if moment.ketone_mmoll is not None:
        values["ketone_mmoll"] = moment.ketone_mmoll
    if known.min() < settings.site_above_mgdl or not _corrected_in_vain(moment):
        return Assessment(probability=0.0, values=values)
    probability = _with_ketones(_not_acting(moment, moment.push, settings.site_min), moment.ketone_mmoll)
    reason = "ketones" if (moment.ketone_mmoll or 0.0) >= RAISED_KETONES_MMOLL else "why"
    return Assessment(probability=probability, values=values, reason=reason)


def _given_u(moment: Moment) -> float:
    """Insulin of the last hours, by the person or the pump, that had time to act."""
    given = moment.last(moment.bolus_u + moment.automated_u, CORRECTED_WITHIN_MIN)
    return float(given[:-ACTING_AFTER_STEPS].sum())


def _corrected_in_vain(moment: Moment) -> bool:
    """Whether insulin was given, and no food that could hold glucose up."""
    eaten = float(moment.last(moment.carbs_g, EATEN_WITHIN_MIN).sum())
    return _given_u(moment) >= SMALLEST_CORRECTION_U and eaten <= MOST_CARBS_G


def _not_acting(moment: Moment, push: Push, minutes: float) -> float:
    mean, sd = pushed_mgdl(moment, push, minutes)
    return float(ndtr((mean - PUSHED_MGDL) / sd))


def _with_ketones(probability: float, ketone_mmoll: float | None) -> float:
    """The probability with what a measurement of ketones adds."""
    if ketone_mmoll is None:
        return probability
    if ketone_mmoll >= HIGH_KETONES_MMOLL:
        return max(probability, CERTAIN)
    odds = KETONE_ODDS if ketone_mmoll >= RAISED_KETONES_MMOLL else 1.0 / KETONE_ODDS
    return odds * probability / (1.0 - probability + odds * probability)


PUMP_SITE = AlarmRule(
    kind=AlarmKind.PUMP_SITE,
    behaviour=Behaviour(
        raise_at=0.6, clear_at=0.3, raise_after_min=10.0, clear_after_min=30.0, repeat_min=60.0, quiet=False
    ),
    assess=assess_pump_site,
)
