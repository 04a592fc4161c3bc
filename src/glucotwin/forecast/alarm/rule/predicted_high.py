"""Predicted high: glucose will probably be above the person's limit."""

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.rule.reading import current_mgdl
from glucotwin.forecast.alarm.settings import AlarmSettings


def assess_predicted_high(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """The share of the forecast's paths that rise above the limit within the horizon and stay there for a while."""
    glucose = current_mgdl(moment)
    if glucose is None or moment.outlook is None:
        return None
    crossing = moment.outlook.above(
        settings.high_mgdl, within_min=settings.high_horizon_min, lasting_min=settings.lasting_min
    )
    return Assessment(
        probability=crossing.probability,
        lead_min=crossing.lead_min,
        values={
            "glucose_mgdl": glucose,
            "limit_mgdl": settings.high_mgdl,
            "horizon_min": settings.high_horizon_min,
        },
    )


PREDICTED_HIGH = AlarmRule(
    kind=AlarmKind.PREDICTED_HIGH,
    behaviour=Behaviour(
        raise_at=0.4,
        clear_at=0.25,
        raise_after_min=5.0,
        clear_after_min=15.0,
        repeat_min=None,
        longest_snooze_min=240.0,
    ),
    assess=assess_predicted_high,
    outranked_by=(AlarmKind.PUMP_SITE, AlarmKind.HIGH, AlarmKind.MISSED_BOLUS, AlarmKind.UNEXPLAINED_RISE),
)
