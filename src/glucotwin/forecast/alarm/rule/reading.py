"""The newest reading, as rules about glucose itself take it."""

from glucotwin.forecast.alarm.moment import Moment

OLDEST_READING_MIN = 30.0
"""An older reading says nothing about now."""


def current_mgdl(moment: Moment) -> float | None:
    """The newest reading; None when it is too old to stand for now."""
    return moment.newest_mgdl if moment.reading_age_min <= OLDEST_READING_MIN else None
