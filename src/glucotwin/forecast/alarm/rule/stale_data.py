"""Stale data: no reading came for some time, so that no other alarm can be relied upon."""

import math

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.settings import AlarmSettings


def assess_stale_data(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """Certain once the newest reading is too old."""
    age = moment.reading_age_min
    if math.isinf(age):
        return Assessment(probability=1.0, reason="never")
    return Assessment(probability=float(age >= settings.stale_min), values={"age_min": age})


STALE_DATA = AlarmRule(
    kind=AlarmKind.STALE_DATA,
    behaviour=Behaviour(clear_after_min=0.0, repeat_min=60.0, longest_snooze_min=240.0, quiet=False),
    assess=assess_stale_data,
)
