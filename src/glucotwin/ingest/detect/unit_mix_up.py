"""Unit mix-ups: mmol/L that was read as mg/dL, or converted twice.

A day whose median is below 30 "mg/dL" is no day of a living person, but in mmol/L an ordinary one (a mean of 1.7 to 30
mmol/L is 30 to 540 mg/dL); a day whose median is above 650 mg/dL was most likely multiplied by 18 once too often.
"""

from datetime import timedelta
from typing import Final

import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind

LOW_MEDIAN_MGDL: Final = 30.0
HIGH_MEDIAN_MGDL: Final = 650.0
FEWEST_READINGS: Final = 3
CERTAIN_READINGS: Final = 12


def find_unit_mix_ups(timeline: Timeline) -> tuple[Detection, ...]:
    """Local days on which one source's readings have the level of the other unit; days in a row are one stretch."""
    day = pl.col("time").dt.convert_time_zone(timeline.person.zone).dt.date()
    days = (
        timeline.frame(GlucoseReading)
        .group_by("source", "kind", day.alias("day"), maintain_order=True)
        .agg(
            pl.col("glucose_mgdl").median().alias("median"),
            pl.len().alias("count"),
            start=pl.min("time"),
            end=pl.max("time"),
        )
        .filter(pl.col("count") >= FEWEST_READINGS)
        .with_columns(low=pl.col("median") < LOW_MEDIAN_MGDL)
        .filter(pl.col("low") | (pl.col("median") > HIGH_MEDIAN_MGDL))
        .sort("source", "kind", "low", "day")
    )
    new = (pl.col("day").diff().over("source", "kind", "low") > timedelta(days=1)).fill_null(value=True)
    stretches = (
        days.with_columns(stretch=new.cum_sum())
        .group_by("stretch", "low", maintain_order=True)
        .agg(pl.min("start"), pl.max("end"), pl.median("median"), pl.sum("count"))
    )
    return tuple(
        Detection(
            kind=DetectionKind.UNIT_MIX_UP,
            start=row["start"],
            end=row["end"],
            score=min(1.0, row["count"] / CERTAIN_READINGS),
            text=_text(row["median"], row["count"]),
        )
        for row in stretches.iter_rows(named=True)
    )


def _text(median: float, count: int) -> str:
    if median < LOW_MEDIAN_MGDL:
        return message("detect-unit-mix-up-mmoll", count=str(count), median=f"{median:.1f}")
    return message("detect-unit-mix-up-twice", count=str(count), median=f"{median:.0f}")
