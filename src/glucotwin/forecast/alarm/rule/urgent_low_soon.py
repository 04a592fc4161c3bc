"""Urgent low soon: glucose is below the urgent limit, or will probably be within minutes."""

from math import erf, sqrt

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.rule.reading import current_mgdl
from glucotwin.forecast.alarm.settings import AlarmSettings

BRIEFLY_MIN = 5.0
TREND_SD_MGDL = 12.0
"""How far glucose is from its linear trend after 20 min, near and below 100 mg/dL; used when nothing is forecast."""


def assess_urgent_low_soon(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """Certain below the limit; otherwise by the forecast's paths or, without a forecast, by the trend."""
    glucose = current_mgdl(moment)
    if glucose is None:
        return None
    limit, horizon = settings.urgent_low_mgdl, settings.urgent_horizon_min
    values = {"glucose_mgdl": glucose, "limit_mgdl": limit, "horizon_min": horizon}
    if glucose < limit:
        return Assessment(probability=1.0, values=values, reason="now")
    probability, lead_min = _coming(moment, glucose, limit, horizon)
    held = 1.0 if glucose < limit + settings.margin_mgdl else probability
    return Assessment(probability=probability, lead_min=lead_min, hold_probability=held, values=values)


def _coming(moment: Moment, glucose_mgdl: float, limit_mgdl: float, horizon_min: float) -> tuple[float, float]:
    """Probability and time of the crossing."""
    if moment.outlook is not None:
        crossing = moment.outlook.below(limit_mgdl, within_min=horizon_min, lasting_min=BRIEFLY_MIN)
        return crossing.probability, crossing.lead_min
    slope = moment.slope_mgdl_per_min() or 0.0
    score = (limit_mgdl - glucose_mgdl - slope * horizon_min) / TREND_SD_MGDL
    until = (glucose_mgdl - limit_mgdl) / -slope if slope < 0.0 else horizon_min
    return 0.5 * (1.0 + erf(score / sqrt(2.0))), min(until, horizon_min)


URGENT_LOW_SOON = AlarmRule(
    kind=AlarmKind.URGENT_LOW_SOON,
    behaviour=Behaviour(
        raise_at=0.4, clear_at=0.2, clear_after_min=10.0, repeat_min=15.0, longest_snooze_min=15.0, quiet=False
    ),
    assess=assess_urgent_low_soon,
    is_urgent=True,
)
