"""Mean and fasting glucose of a record's sensor beside an HbA1c: only what was measured in its red cells' life."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.core.unit import MINUTES_PER_DAY, mmoll_from_mgdl
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.inputs import clock_arrays
from glucotwin.domain.timeline import Timeline
from glucotwin.metrics.summary import ea1c_pct_from_mean

BEFORE, AFTER = timedelta(days=90), timedelta(days=14)
"""Sensor days that an HbA1c can be held against: those of the three months before it, and two weeks after."""
FEWEST_DAYS = 10.0
"""Days' worth of readings without which a mean says too little: 14 days at 70 % (Battelino 2019)."""
FASTING_MIN = (240, 420)
"""Minutes after midnight between which the median reading counts as fasting glucose, as for ``--readings``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedGlucose:
    """What the sensor says of months.

    Attributes:
        mean_mgdl: beside the HbA1c; None where too few readings belong to it.
        fasting_mmoll: median of the early morning of the last three months.
        equivalent_hba1c_pct: by ADAG, of the last three months.
    """

    mean_mgdl: float | None = None
    fasting_mmoll: float | None = None
    equivalent_hba1c_pct: float | None = None

    def facts(self) -> Iterator[tuple[str, float]]:
        """Keys of a described person with their values, as far as they are known."""
        if self.mean_mgdl is not None:
            yield "mean_glucose_mgdl", round(self.mean_mgdl, 1)
        if self.fasting_mmoll is not None:
            yield "fasting_glucose_mmoll", round(self.fasting_mmoll, 2)


def recorded_glucose(timeline: Timeline, hba1c_on: date | None) -> RecordedGlucose:
    """Reads the sensor's part.

    Args:
        timeline: the person's data.
        hba1c_on: day of the HbA1c; None where there is none with a day.
    """
    frame = _sensor(timeline)
    if frame.is_empty():
        return RecordedGlucose()
    late = _within(frame, frame["time"][-1] - BEFORE, frame["time"][-1] + timedelta(minutes=1))
    if _days(late) < FEWEST_DAYS:
        return RecordedGlucose()
    mean = float(np.mean(late["glucose_mgdl"].to_numpy()))
    beside = None if hba1c_on is None else glucose_beside(timeline, hba1c_on)
    return RecordedGlucose(
        mean_mgdl=None if beside is None else beside[0],
        fasting_mmoll=_fasting_mmoll(late, timeline.person.zone),
        equivalent_hba1c_pct=ea1c_pct_from_mean(mean),
    )


def glucose_beside(timeline: Timeline, on: date) -> tuple[float, float] | None:
    """Mean glucose in mg/dL beside an HbA1c, and of how many days; None where there are too few.

    Args:
        timeline: the person's data.
        on: day of the HbA1c.
    """
    frame = _within(_sensor(timeline), *_span(on, timeline))
    days = _days(frame)
    return (float(np.mean(frame["glucose_mgdl"].to_numpy())), days) if days >= FEWEST_DAYS else None


def _sensor(timeline: Timeline) -> pl.DataFrame:
    frame = timeline.frame(GlucoseReading).filter(pl.col("kind") == str(GlucoseKind.CGM))
    return frame.filter(pl.col("time").is_last_distinct())


def _span(on: date, timeline: Timeline) -> tuple[datetime, datetime]:
    midday = datetime(on.year, on.month, on.day, 12, tzinfo=timeline.person.zone_info).astimezone(UTC)
    return midday - BEFORE, midday + AFTER


def _within(frame: pl.DataFrame, start: datetime, end: datetime) -> pl.DataFrame:
    return frame.filter(pl.col("time").is_between(start, end, closed="left"))


def _days(frame: pl.DataFrame) -> float:
    """Days' worth of readings at their usual interval."""
    if len(frame) < 2:
        return 0.0
    minutes = frame["time"].diff().drop_nulls().dt.total_seconds().to_numpy() / 60.0
    return len(frame) * float(np.median(minutes)) / MINUTES_PER_DAY


def _fasting_mmoll(frame: pl.DataFrame, zone: str) -> float | None:
    start = frame["time"][0]
    minutes = ((frame["time"] - start).dt.total_seconds().to_numpy() // 60).astype(int)
    clock = clock_arrays(start, int(minutes[-1]) + 1, zone)["minute_of_day"][minutes]
    early = frame["glucose_mgdl"].to_numpy()[(clock >= FASTING_MIN[0]) & (clock < FASTING_MIN[1])]
    return float(mmoll_from_mgdl(float(np.median(early)))) if early.size else None
