"""What is known of a person right now: the newest reading and its age, where glucose is heading, and what to doubt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.advise.own_days import rapid_doses
from glucotwin.control.action_curve import fraction_left
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.detect.compression_low import find_compression_lows
from glucotwin.ingest.detect.sensor_start import find_sensor_jumps
from glucotwin.ingest.detect.stuck_sensor import find_stuck_sensor

TREND_MIN = 15.0
"""Over which a trend is drawn."""

LEAST_READINGS = 3
DOUBTED_MIN = 30.0
"""What a detector found this recently makes the newest reading doubtful."""

SUDDEN_MGDL_PER_MIN = 4.0
"""Faster from one reading to the next than bodies are taken to change: Loop caps momentum there."""

SUDDEN = "sudden-change"
LOOKED_AT = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known at a time.

    Attributes:
        at: aware time.
        glucose_mgdl: newest reading; not a number without one.
        age_min: of that reading; infinite without one.
        trend_mgdl_per_min: slope of the last quarter of an hour; not a number where it is unknown.
        sensor_age_min: since the sensor was started; infinite where that is not on record.
        artefacts: what the newest readings are suspected of, by name.
        on_board_u: rapid insulin that still acts, by the action curve.
    """

    at: datetime
    glucose_mgdl: float
    age_min: float
    trend_mgdl_per_min: float
    sensor_age_min: float
    artefacts: tuple[str, ...]
    on_board_u: float


def situation_of(timeline: Timeline, *, at: datetime, duration_min: float, peak_min: float) -> Situation:
    """What is known of a person at a time; nothing after it is looked at.

    Args:
        timeline: their data.
        at: aware time.
        duration_min: how long rapid insulin acts.
        peak_min: when it acts most.
    """
    at = as_utc(at)
    past = timeline.cut(Window(start=at - LOOKED_AT, end=at + timedelta(microseconds=1)))
    readings = past.frame(GlucoseReading).select("time", "glucose_mgdl")
    age = _minutes(at, readings["time"])
    recent = age <= TREND_MIN
    glucose = readings["glucose_mgdl"].to_numpy()
    return Situation(
        at=at,
        glucose_mgdl=float(glucose[-1]) if glucose.size else float("nan"),
        age_min=float(age[-1]) if age.size else float("inf"),
        trend_mgdl_per_min=_slope(-age[recent], glucose[recent]),
        sensor_age_min=_sensor_age(timeline, at),
        artefacts=_artefacts(past, at),
        on_board_u=_on_board(past, at, duration_min, peak_min),
    )


def _minutes(at: datetime, times: pl.Series) -> np.ndarray:
    """How long ago some times were."""
    newest = pl.Series([at]).cast(pl.Datetime("us", "UTC")).dt.epoch("us")[0]
    return (newest - times.dt.epoch("us").to_numpy()) / 60e6


def _slope(minutes: np.ndarray, glucose_mgdl: np.ndarray) -> float:
    if minutes.size < LEAST_READINGS or np.ptp(minutes) <= 0.0:
        return float("nan")
    return float(np.polyfit(minutes, glucose_mgdl, 1)[0])


def _sensor_age(timeline: Timeline, at: datetime) -> float:
    events = timeline.frame(DeviceEvent).filter(
        (pl.col("kind") == str(DeviceEventKind.SENSOR_START)) & (pl.col("time") <= at)
    )
    return float(_minutes(at, events["time"])[-1]) if len(events) else float("inf")


def _artefacts(past: Timeline, at: datetime) -> tuple[str, ...]:
    """What was found in the last half hour."""
    since = at - timedelta(minutes=DOUBTED_MIN)
    found = [*find_compression_lows(past), *find_sensor_jumps(past), *find_stuck_sensor(past)]
    kinds = {str(one.kind) for one in found if one.end >= since}
    last = past.frame(GlucoseReading).select("time", "glucose_mgdl").tail(2)
    if len(last) == 2:
        minutes = -float(np.diff(_minutes(at, last["time"]))[0])
        change = abs(float(np.diff(last["glucose_mgdl"].to_numpy())[0]))
        if 0.0 < minutes <= TREND_MIN and change > SUDDEN_MGDL_PER_MIN * minutes:
            kinds.add(SUDDEN)
    return tuple(sorted(kinds))


def _on_board(past: Timeline, at: datetime, duration_min: float, peak_min: float) -> float:
    doses = rapid_doses(past).filter(pl.col("time") <= at)
    left = fraction_left(_minutes(at, doses["time"]), duration_min=duration_min, peak_min=peak_min)
    return float(np.sum(doses["units"].to_numpy() * left))
