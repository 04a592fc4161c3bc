"""How fast a quantity that is measured now and then changes, and how sure that is."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from glucotwin.metrics.array import FloatArray

DAYS_PER_YEAR = 365.25
LEAST_POINTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A straight line through measurements.

    Attributes:
        rate_per_year: slope, in the unit of the values per year.
        low_per_year, high_per_year: its 90 % interval.
        first, last: values of the line at the first and at the last measurement.
        point_count: measurements used.
        span_days: from the first to the last of them.
    """

    rate_per_year: float
    low_per_year: float
    high_per_year: float
    first: float
    last: float
    point_count: int
    span_days: float


def trend_of(day: FloatArray, value: FloatArray, *, confidence: float = 0.9) -> Trend | None:
    """The least-squares line with Student's interval of its slope; None with fewer than three different times.

    Args:
        day: times in days, in order, ``(measurement,)``.
        value: ``(measurement,)``.
        confidence: of the interval.
    """
    if np.unique(day).size < LEAST_POINTS:
        return None
    slope, intercept, _, _, error = np.asarray(stats.linregress(day, value), dtype=float).tolist()
    half = float(stats.t.ppf(0.5 + confidence / 2.0, day.size - 2)) * error
    return Trend(
        rate_per_year=slope * DAYS_PER_YEAR,
        low_per_year=(slope - half) * DAYS_PER_YEAR,
        high_per_year=(slope + half) * DAYS_PER_YEAR,
        first=intercept + slope * float(day[0]),
        last=intercept + slope * float(day[-1]),
        point_count=int(day.size),
        span_days=float(day[-1] - day[0]),
    )
