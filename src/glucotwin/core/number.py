"""Numbers and days as people read them, in the language that is spoken: one place for text, tables and figures."""

import math
import re
from datetime import datetime
from functools import lru_cache

from glucotwin.core.message import message, spoken_locale

MISSING = "–"
MINUS = "−"
_DECIMALS = re.compile(r"-?\d+\.\d+")


def number(value: float, digits: int, *, signed: bool = False) -> str:
    """A number with fixed decimals, a true minus sign and no negative zero; a dash when it is not finite."""
    if not math.isfinite(value):
        return MISSING
    rounded = round(value, digits) + 0.0
    sign = "+" if signed and rounded > 0 else ""
    return f"{sign}{_localised(f'{rounded:,.{digits}f}')}"


def plain_number(value: float) -> str:
    """A number that somebody set or typed, with as few decimals as it has: 2.5 and 40."""
    return _localised(f"{value:g}")


def as_read(value: str) -> str:
    """A kept value with decimals as it is read in the spoken language: 3.5; any other text as it is."""
    return _localised(value) if _DECIMALS.fullmatch(value) else value


def day(time: datetime) -> str:
    """A date: 8 March 2024."""
    return message("date-day", day=str(time.day), month=_month(time), year=str(time.year))


def day_of_month(time: datetime) -> str:
    """A day whose month and year are said elsewhere: 8."""
    return message("date-day-of-month", day=str(time.day))


def day_and_month(time: datetime) -> str:
    """A day whose year is said elsewhere: 8 March."""
    return message("date-day-and-month", day=str(time.day), month=_month(time))


def moment(time: datetime) -> str:
    """A date with the time of day: 8 March 2024, 18:05."""
    return message("date-moment", day=day(time), clock=f"{time:%H:%M}")


def _month(time: datetime) -> str:
    return message(f"date-month-{time.month}")


def _localised(text: str) -> str:
    """A number as Python writes it, with the marks of the spoken language and a true minus sign."""
    return text.translate(_marks(spoken_locale()))


@lru_cache
def _marks(locale: str) -> dict[int, str]:
    marks = {
        ".": message("number-decimal-mark", locale=locale),
        ",": message("number-thousands-mark", locale=locale),
        "-": MINUS,
    }
    return str.maketrans(marks)
