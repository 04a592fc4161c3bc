"""Low: glucose is below the person's limit."""

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.rule.reading import current_mgdl
from glucotwin.forecast.alarm.settings import AlarmSettings


def assess_low(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """Certain below the limit; an alarm that is on stays on until glucose is a margin above it."""
    glucose = current_mgdl(moment)
    if glucose is None:
        return None
    return Assessment(
        probability=float(glucose < settings.low_mgdl),
        hold_probability=float(glucose < settings.low_mgdl + settings.margin_mgdl),
        values={"glucose_mgdl": glucose, "limit_mgdl": settings.low_mgdl},
    )


LOW = AlarmRule(
    kind=AlarmKind.LOW,
    behaviour=Behaviour(clear_after_min=10.0, repeat_min=20.0, longest_snooze_min=60.0, quiet=False),
    assess=assess_low,
    outranked_by=(AlarmKind.URGENT_LOW_SOON,),
)
