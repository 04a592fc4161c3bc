"""Activity that trackers miss: a high heart rate without steps and without a logged session.

Wrist trackers count steps; cycling, rowing or strength training raise the heart rate without any. Stress and fever do
so too, which is why this is only a question to the person.
"""

from datetime import timedelta
from typing import Final

import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.activity import Activity, HeartRate, Sleep
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind

BIN: Final = "5m"
BIN_LENGTH: Final = timedelta(minutes=5)
SHORTEST: Final = timedelta(minutes=20)
RESTING_QUANTILE: Final = 0.1
ELEVATED_BPM: Final = 35.0
"""Above rest: about 30 % of the heart-rate reserve of an adult, the lower end of light exercise (Garber 2011)."""
CERTAIN_BPM: Final = 70.0
FEWEST_STEPS_PER_MIN: Final = 20.0
"""Slow walking is above 60 steps per min; some are counted when cycling."""
FEWEST_SAMPLES: Final = 100


def find_heart_rate_without_steps(timeline: Timeline) -> tuple[Detection, ...]:
    """Stretches of 20 min and more with the heart rate 35 per min above rest, on days whose steps are counted."""
    heart = timeline.frame(HeartRate)
    steps = timeline.frame(Activity).filter(pl.col("steps").is_not_null())
    if len(heart) < FEWEST_SAMPLES or steps.is_empty():
        return ()
    resting = float(heart["heart_rate_bpm"].quantile(RESTING_QUANTILE) or 0.0)
    zone = timeline.person.zone
    counted = steps.select(day=_day(zone)).unique()["day"]
    bins = (
        heart.group_by(pl.col("time").dt.truncate(BIN))
        .agg(pl.median("heart_rate_bpm"))
        .sort("time")
        .filter(_day(zone).is_in(counted.implode()) & (pl.col("heart_rate_bpm") > resting + ELEVATED_BPM))
        .join(_active_bins(timeline), on="time", how="anti")
    )
    new = (pl.col("time").diff() > BIN_LENGTH).fill_null(value=True)
    stretches = (
        bins.sort("time")
        .group_by(new.cum_sum().alias("stretch"), maintain_order=True)
        .agg(start=pl.first("time"), end=pl.last("time") + BIN_LENGTH, rate=pl.mean("heart_rate_bpm"))
        .filter(pl.col("end") - pl.col("start") >= SHORTEST)
    )
    return tuple(
        Detection(
            kind=DetectionKind.HEART_RATE_WITHOUT_STEPS,
            start=row["start"],
            end=row["end"],
            score=min(1.0, (row["rate"] - resting) / CERTAIN_BPM),
            text=message("detect-heart-rate-without-steps", rate=f"{row['rate']:.0f}", resting=f"{resting:.0f}"),
        )
        for row in stretches.iter_rows(named=True)
    )


def _day(zone: str) -> pl.Expr:
    return pl.col("time").dt.convert_time_zone(zone).dt.date()


def _active_bins(timeline: Timeline) -> pl.DataFrame:
    """Five-minute bins with steps, with a logged session, or in which the person slept."""
    activity, sleep = timeline.frame(Activity), timeline.frame(Sleep)
    walking = pl.col("steps") >= FEWEST_STEPS_PER_MIN * pl.col("duration_min").clip(1.0)
    active = activity.filter(pl.col("steps").is_null() | walking)
    return pl.concat([_bins(active), _bins(sleep)]).unique()


def _bins(frame: pl.DataFrame) -> pl.DataFrame:
    """The bins that records with a duration touch."""
    end = pl.col("time") + pl.duration(microseconds=(pl.col("duration_min") * 60e6).cast(pl.Int64))
    bins = frame.select(time=pl.datetime_ranges(pl.col("time").dt.truncate(BIN), end, BIN, closed="both"))
    return bins.explode("time").drop_nulls()
