"""Numbers as a report shows them: one place, so that a sentence, a table and a figure always agree."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from glucotwin.advise.what_if import Estimate
from glucotwin.core.message import message
from glucotwin.core.number import MISSING, day, day_and_month, day_of_month, number
from glucotwin.core.unit import MINUTES_PER_DAY, GlucoseUnit, glucose_in, threshold_in
from glucotwin.domain.timeline import Window

GLUCOSE_UNIT = "mg/dL"
"""Unit of an outcome that is shown in the reader's unit."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Formats values in the reader's unit of glucose."""

    unit: GlucoseUnit

    @property
    def glucose_digits(self) -> int:
        """Decimals of glucose: none in mg/dL, one in mmol/L."""
        return self.unit.decimals

    def glucose(self, glucose_mgdl: float) -> str:
        """A level or a distance of glucose, without its unit."""
        return number(float(glucose_in(glucose_mgdl, self.unit)), self.glucose_digits)

    def glucose_fine(self, glucose_mgdl: float) -> str:
        """An error of glucose, with one decimal more."""
        return number(float(glucose_in(glucose_mgdl, self.unit)), self.glucose_digits + 1)

    def glucose_with_unit(self, glucose_mgdl: float) -> str:
        """A level of glucose with its unit."""
        return f"{self.glucose(glucose_mgdl)} {self.unit}"

    def trend(self, trend_mgdl_per_min: float) -> str:
        """A signed change of glucose a minute, without its unit, with one decimal more than glucose."""
        return number(float(glucose_in(trend_mgdl_per_min, self.unit)), self.glucose_digits + 1, signed=True)

    def threshold(self, threshold_mgdl: float) -> str:
        """A clinical threshold, defined and not converted in mmol/L."""
        return number(float(threshold_in(threshold_mgdl, self.unit)), self.glucose_digits)

    def of(self, value: float, unit: str, *, signed: bool = False) -> str:
        """A value of an outcome without its unit: glucose in the reader's unit, anything else with one decimal."""
        if unit == GLUCOSE_UNIT:
            return number(float(glucose_in(value, self.unit)), self.glucose_digits, signed=signed)
        return number(value, 1, signed=signed)

    def unit_of(self, unit: str) -> str:
        """The unit under which ``of`` shows a value."""
        return str(self.unit) if unit == GLUCOSE_UNIT else unit

    def estimate(self, estimate: Estimate, unit: str, *, signed: bool = False) -> str:
        """A median and, on a line of its own, its interval: ``72.0``, ``(60.1 to 84.2)``."""
        median, low, high = (
            self.of(value, unit, signed=signed) for value in (estimate.median, estimate.low, estimate.high)
        )
        return with_interval(median, low, high)


def capitalised(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def with_interval(median: str, low: str, high: str) -> str:
    """A median and, on a line of its own, its interval."""
    return f"{median}\n{message('report-interval', low=low, high=high)}"


def percent(value: float | None, digits: int = 1) -> str:
    """A percentage."""
    return MISSING if value is None else f"{number(value, digits)} %"


def fraction_as_percent(value: float) -> str:
    """A fraction of 0 to 1 as a whole percentage."""
    return percent(100.0 * value, 0)


def three_digits(value: float) -> str:
    """A value with three significant digits and no exponent."""
    if value == 0.0 or not math.isfinite(value):
        return "0" if value == 0.0 else MISSING
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return number(value, digits)


def time_per_day(share_pct: float) -> str:
    """A share of time as hours and minutes of a day."""
    minutes = round(share_pct / 100.0 * MINUTES_PER_DAY)
    return message("report-hours-minutes", hours=minutes // 60, minutes=f"{minutes % 60:02d}")


def days(start: datetime, end: datetime) -> str:
    """A span of days, as short as it can be: 8 to 21 March 2024."""
    if start.date() == end.date():
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        return message("report-days", start=day_of_month(start), end=day(end))
    if start.year == end.year:
        return message("report-days", start=day_and_month(start), end=day(end))
    return message("report-days", start=day(start), end=day(end))


def window_days(window: Window, zone: ZoneInfo) -> str:
    """The local days that a window touches; its end does not belong to it."""
    return days(window.start.astimezone(zone), (window.end - timedelta(microseconds=1)).astimezone(zone))
