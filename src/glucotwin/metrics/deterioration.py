"""Slow deterioration: long-term glucose, kidney function and albuminuria that get worse faster than they should.

A new quantity is one entry of ``WATCHED``.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from glucotwin.metrics.array import FloatArray
from glucotwin.metrics.trend import LEAST_POINTS, Trend, trend_of


class TrendVerdict(StrEnum):
    """What a trend says."""

    STEADY = "steady"
    POSSIBLE = "possible"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A quantity that is watched.

    Attributes:
        name: identifier.
        unit: UCUM code of the values.
        is_worse_up: whether a rise is the bad direction.
        limit_per_year: change per year in the bad direction from which it counts, positive; in doublings per year for
            a quantity that is judged by ratios.
        is_ratio: whether it is judged by ratios, on a logarithmic scale of base 2.
        floor: values of the line's end below which a rise does not count.
        window_days: how far back measurements count.
        least_days: span that they must cover.
        source: of the limit.
    """

    name: str
    unit: str
    is_worse_up: bool
    limit_per_year: float
    is_ratio: bool = False
    floor: float = 0.0
    window_days: float
    least_days: float
    source: str


WATCHED = (
    Watched(
        name="hba1c",
        unit="%",
        is_worse_up=True,
        limit_per_year=0.5,
        window_days=730.0,
        least_days=150.0,
        source="NICE NG28 and NG17: a difference of 0.5 % (5.5 mmol/mol) is taken as clinically relevant",
    ),
    Watched(
        name="time-in-range",
        unit="%",
        is_worse_up=False,
        limit_per_year=5.0 * 365.25 / 84.0,
        window_days=84.0,
        least_days=42.0,
        source="Battelino et al., Lancet Diabetes Endocrinol 2023: 5 percentage points, here within 12 weeks",
    ),
    Watched(
        name="egfr",
        unit="mL/min/{1.73_m2}",
        is_worse_up=False,
        limit_per_year=5.0,
        window_days=1096.0,
        least_days=180.0,
        source="KDIGO 2024, rapid progression: a sustained loss of more than 5 mL/min/1.73 m2 a year",
    ),
    Watched(
        name="acr",
        unit="mg/g",
        is_worse_up=True,
        limit_per_year=1.0,
        is_ratio=True,
        floor=30.0,
        window_days=1096.0,
        least_days=90.0,
        source="KDIGO 2024: a doubling of the albumin/creatinine ratio exceeds what varies by itself; from category A2",
    ),
)
"""What is watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deterioration:
    """What the measurements of one quantity say.

    Attributes:
        watched: the quantity.
        trend: of its values, of their base-2 logarithm for one that is judged by ratios.
        verdict: ``clear`` when the line is steeper than the limit and the whole interval lies in the bad direction,
            ``possible`` when it is steeper but the interval reaches into the other direction.
        latest: newest value as it was measured.
    """

    watched: Watched
    trend: Trend
    verdict: TrendVerdict
    latest: float


def judge_deterioration(watched: Watched, day: FloatArray, value: FloatArray) -> Deterioration | None:
    """Judges measurements; None when there are too few, or over too short a time, to say anything.

    Args:
        watched: the quantity.
        day: times in days, in order, the newest last, ``(measurement,)``.
        value: in the quantity's unit, positive for one that is judged by ratios, ``(measurement,)``.
    """
    if day.size < LEAST_POINTS:
        return None
    recent = day > day[-1] - watched.window_days
    day, value = day[recent], value[recent]
    if day.size < LEAST_POINTS or day[-1] - day[0] < watched.least_days:
        return None
    trend = trend_of(day, np.log2(value) if watched.is_ratio else value)
    if trend is None:
        return None
    return Deterioration(watched=watched, trend=trend, verdict=_verdict(watched, trend), latest=float(value[-1]))


def _verdict(watched: Watched, trend: Trend) -> TrendVerdict:
    sign = 1.0 if watched.is_worse_up else -1.0
    end = 2.0**trend.last if watched.is_ratio else trend.last
    if sign * trend.rate_per_year < watched.limit_per_year or end < watched.floor:
        return TrendVerdict.STEADY
    sure = trend.low_per_year if watched.is_worse_up else -trend.high_per_year
    return TrendVerdict.CLEAR if sure > 0.0 else TrendVerdict.POSSIBLE
