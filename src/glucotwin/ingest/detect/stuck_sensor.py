"""Stuck sensors: the same value for longer than glucose ever stands still."""

from datetime import timedelta
from typing import Final

import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.sensor_grid import is_value, sensor_readings

STUCK_MIN: Final = 60.0
FEWEST_READINGS: Final = 8
"""A sensor that reports every quarter of an hour shows one value four times in an hour now and then."""
LOWEST_MGDL, HIGHEST_MGDL = 40.0, 400.0
"""At the ends of a sensor's range, its bounds are often recorded as values."""
LONGEST_STEP_MIN: Final = 20.0
CERTAIN_MIN: Final = 180.0


def find_stuck_sensor(timeline: Timeline) -> tuple[Detection, ...]:
    """Runs of one value over an hour and more; a sensor's bounds (Low, High, 40, 400) do not count."""
    readings = sensor_readings(timeline)
    apart = pl.col("time").diff() > pl.duration(minutes=LONGEST_STEP_MIN)
    other = (pl.col("glucose_mgdl") != pl.col("glucose_mgdl").shift()) | apart
    runs = (
        readings.with_columns(run=other.fill_null(value=True).cum_sum())
        .filter(is_value() & pl.col("glucose_mgdl").is_between(LOWEST_MGDL, HIGHEST_MGDL, closed="none"))
        .group_by("run", maintain_order=True)
        .agg(start=pl.first("time"), end=pl.last("time"), value=pl.first("glucose_mgdl"), count=pl.len())
        .filter(
            (pl.col("count") >= FEWEST_READINGS) & (pl.col("end") - pl.col("start") >= timedelta(minutes=STUCK_MIN))
        )
    )
    return tuple(
        Detection(
            kind=DetectionKind.STUCK_SENSOR,
            start=row["start"],
            end=row["end"],
            score=min(1.0, (row["end"] - row["start"]).total_seconds() / 60.0 / CERTAIN_MIN),
            text=message("detect-stuck-sensor", value=f"{row['value']:.0f}", count=str(row["count"])),
        )
        for row in runs.iter_rows(named=True)
    )
