"""Predicted low: glucose will probably be below the person's limit."""

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.rule.reading import current_mgdl
from glucotwin.forecast.alarm.settings import AlarmSettings


def assess_predicted_low(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """The share of the forecast's paths that fall below the limit within the horizon and stay there for a while."""
    glucose = current_mgdl(moment)
    if glucose is None or moment.outlook is None:
        return None
    crossing = moment.outlook.below(
        settings.low_mgdl, within_min=settings.low_horizon_min, lasting_min=settings.lasting_min
    )
    return Assessment(
        probability=crossing.probability,
        lead_min=crossing.lead_min,
        values={
            "glucose_mgdl": glucose,
            "limit_mgdl": settings.low_mgdl,
            "horizon_min": settings.low_horizon_min,
        },
    )


# On the first 15 of AZT1D's development people about one false alarm per day.
PREDICTED_LOW = AlarmRule(
    kind=AlarmKind.PREDICTED_LOW,
    behaviour=Behaviour(raise_at=0.35, clear_at=0.2, clear_after_min=15.0, repeat_min=30.0, quiet=False),
    assess=assess_predicted_low,
    outranked_by=(AlarmKind.URGENT_LOW_SOON, AlarmKind.LOW),
)
