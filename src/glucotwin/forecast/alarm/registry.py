"""Every kind of alarm, the most pressing first: a new one is one file, one name and one line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule
from glucotwin.forecast.alarm.rule.high import HIGH
from glucotwin.forecast.alarm.rule.low import LOW
from glucotwin.forecast.alarm.rule.missed_bolus import MISSED_BOLUS
from glucotwin.forecast.alarm.rule.predicted_high import PREDICTED_HIGH
from glucotwin.forecast.alarm.rule.predicted_low import PREDICTED_LOW
from glucotwin.forecast.alarm.rule.pump_site import PUMP_SITE
from glucotwin.forecast.alarm.rule.stale_data import STALE_DATA
from glucotwin.forecast.alarm.rule.unexplained_rise import UNEXPLAINED_RISE
from glucotwin.forecast.alarm.rule.urgent_low_soon import URGENT_LOW_SOON
from glucotwin.forecast.alarm.settings import AlarmSettings

RULES: Final[Mapping[AlarmKind, AlarmRule]] = MappingProxyType(
    {
        rule.kind: rule
        for rule in (
            URGENT_LOW_SOON,
            LOW,
            PREDICTED_LOW,
            STALE_DATA,
            PUMP_SITE,
            HIGH,
            MISSED_BOLUS,
            UNEXPLAINED_RISE,
            PREDICTED_HIGH,
        )
    }
)


def behaviour_of(settings: AlarmSettings, kind: AlarmKind) -> Behaviour:
    """How a person's alarm of a kind behaves.

    Raises:
        DataError: the settings contradict the rest of the kind's behaviour.
    """
    usual, change = RULES[kind].behaviour, settings.behaviour.get(kind)
    if change is None:
        return usual
    try:
        return change.applied_to(usual)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["behaviour", str(kind), *(str(one) for one in first["loc"])])
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{where}: {first['msg'].removeprefix('Value error, ')}.",
            hint="`glucotwin alarms list` shows what a kind does without a change.",
        ) from error


def check_settings(settings: AlarmSettings) -> AlarmSettings:
    """The settings, when every kind's behaviour with them makes sense.

    Raises:
        DataError: one does not.
    """
    for kind in RULES:
        behaviour_of(settings, kind)
    return settings
