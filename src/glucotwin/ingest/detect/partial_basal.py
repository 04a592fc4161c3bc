"""Basal insulin that is known only for part of the record."""

from datetime import datetime, timedelta
from typing import Final

import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.segment import without_overlaps
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.sensor_grid import sensor_readings

SHORTEST: Final = timedelta(hours=2)
DAY: Final = timedelta(days=1)


def find_unknown_basal(timeline: Timeline) -> tuple[Detection, ...]:
    """Stretches of two hours and more, within the time of readings and boluses, without a pump's basal rate.

    Records without any basal segment are those of people on pens, or of exports without basal: nothing is reported.
    """
    basal = without_overlaps(timeline.frame(BasalSegment))
    spans = [
        (one["time"][0], one["time"][-1]) for one in (sensor_readings(timeline), timeline.frame(Bolus)) if len(one)
    ]
    if basal.is_empty() or not spans:
        return ()
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    return tuple(
        Detection(
            kind=DetectionKind.BASAL_UNKNOWN,
            start=start,
            end=end,
            score=1.0,
            text=_text(end - start),
        )
        for start, end in unknown_stretches(basal, first, last)
        if end - start >= SHORTEST
    )


def unknown_stretches(basal: pl.DataFrame, first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
    """Stretches between two times that no segment covers; segments do not overlap and are in time order."""
    length = pl.duration(microseconds=(pl.col("duration_min") * 60e6).round().cast(pl.Int64))
    covered = basal.select("time", end=pl.col("time") + length).filter(
        (pl.col("end") > first) & (pl.col("time") < last)
    )
    starts = [first, *covered["end"].to_list()]
    ends = [*covered["time"].to_list(), last]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def _text(length: timedelta) -> str:
    if length >= 2 * DAY:
        return message("detect-basal-unknown-days", days=f"{length / DAY:.1f}")
    return message("detect-basal-unknown-hours", hours=f"{length / timedelta(hours=1):.1f}")
