"""Streams of other dates: a device whose calendar was wrong by whole days or by years.

Two faults show in the dates alone. A device that was off by some days has recorded as long as the sensor, from another
day to another day. One that lost its date (2000-01-01 is usual after a change of battery) has records far from all
others; when they fall into the record after years are added or taken away, the year was wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind

FEWEST_RECORDS: Final = 12
SHORTEST_SHIFT_DAYS: Final = 3.0
SAME_LENGTH_DAYS: Final = 2.0
"""By how much the two ends of a shifted stream may differ."""
FAR_DAYS: Final = 150.0
"""Records farther from all others than this stand alone."""
SMALL_SHARE: Final = 0.2
"""Of the days with records, what stands alone has no more."""
YEAR_DAYS: Final = 365.2425
MOST_YEARS: Final = 30
FITTING: Final = timedelta(days=14)
"""How far outside of the other records those of a wrong year may fall when it is mended."""
SURE, UNSURE = 0.9, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cluster:
    start: datetime
    end: datetime
    days: int


def find_wrong_dates(timeline: Timeline) -> tuple[Detection, ...]:
    """Records of a wrong year, and a log that is shifted by whole days against the sensor."""
    wrong = tuple(_wrong_years(timeline))
    return wrong or tuple(_shifted_log(timeline))


def _wrong_years(timeline: Timeline) -> Iterator[Detection]:
    """Small groups of days that stand alone; surer when another year puts them beside the others."""
    clusters = _clusters(timeline)
    if len(clusters) < 2:
        return
    main = max(clusters, key=lambda one: one.days)
    total = sum(one.days for one in clusters)
    for one in clusters:
        if one is main or one.days > SMALL_SHARE * total:
            continue
        years = _years_to(one, main)
        yield _detection(
            one.start,
            one.end,
            UNSURE if years is None else SURE,
            message("detect-clock-fault-alone" if years is None else "detect-clock-fault-year", years=years or 0),
        )


def _years_to(one: _Cluster, main: _Cluster) -> int | None:
    """The fewest years that move a group to the others."""
    for years in sorted(range(-MOST_YEARS, MOST_YEARS + 1), key=abs):
        moved = timedelta(days=round(years * YEAR_DAYS))
        if years and one.start + moved >= main.start - FITTING and one.end + moved <= main.end + FITTING:
            return abs(years)
    return None


def _clusters(timeline: Timeline) -> list[_Cluster]:
    """Groups of days with glucose, food or insulin that are far from each other."""
    frames = [timeline.frame(kind).select("time") for kind in (GlucoseReading, Meal, Bolus)]
    days = pl.concat(frames)["time"].dt.truncate("1d").unique().sort().to_list()
    if not days:
        return []
    edges = [0, *(k for k, (a, b) in enumerate(pairwise(days), start=1) if b - a > timedelta(days=FAR_DAYS)), len(days)]
    return [
        _Cluster(start=days[first], end=days[last - 1] + timedelta(days=1), days=last - first)
        for first, last in pairwise(edges)
    ]


def _shifted_log(timeline: Timeline) -> Iterator[Detection]:
    """A log of food and insulin that begins and ends as many days before or after the sensor's."""
    glucose = timeline.frame(GlucoseReading)["time"]
    log = pl.concat([timeline.frame(Meal).select("time"), timeline.frame(Bolus).select("time")])["time"].sort()
    if len(glucose) < FEWEST_RECORDS or len(log) < FEWEST_RECORDS:
        return
    starts, ends = _days(log[0] - glucose[0]), _days(log[-1] - glucose[-1])
    if starts * ends <= 0.0 or min(abs(starts), abs(ends)) < SHORTEST_SHIFT_DAYS:
        return
    if abs(starts - ends) > SAME_LENGTH_DAYS:
        return
    days = round(float(np.mean([starts, ends])))
    apart = log[0] > glucose[-1] or log[-1] < glucose[0]
    yield _detection(
        log[0],
        log[-1],
        SURE if apart else UNSURE,
        message("detect-clock-fault-later" if days > 0 else "detect-clock-fault-earlier", days=abs(days)),
    )


def _days(length: timedelta) -> float:
    return length / timedelta(days=1)


def _detection(start: datetime, end: datetime, score: float, text: str) -> Detection:
    return Detection(kind=DetectionKind.CLOCK_FAULT, start=start, end=end, score=score, text=text)
