"""High: glucose is above the person's limit."""

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.rule.reading import current_mgdl
from glucotwin.forecast.alarm.settings import AlarmSettings


def assess_high(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """Certain above the limit; an alarm that is on stays on until glucose is a margin below it."""
    glucose = current_mgdl(moment)
    if glucose is None:
        return None
    return Assessment(
        probability=float(glucose > settings.high_mgdl),
        hold_probability=float(glucose > settings.high_mgdl - settings.margin_mgdl),
        values={"glucose_mgdl": glucose, "limit_mgdl": settings.high_mgdl},
    )


HIGH = AlarmRule(
    kind=AlarmKind.HIGH,
    behaviour=Behaviour(raise_after_min=10.0, clear_after_min=15.0, repeat_min=120.0, longest_snooze_min=240.0),
    assess=assess_high,
    outranked_by=(AlarmKind.PUMP_SITE,),
)
