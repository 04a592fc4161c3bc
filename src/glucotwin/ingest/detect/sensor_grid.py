"""A sensor's readings every five minutes, as the detectors look at them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.timeline import Timeline
from glucotwin.metrics.array import BoolArray, FloatArray, IntArray

STEP_MIN = 5
STEPS_PER_DAY = MINUTES_PER_DAY // STEP_MIN
BRIDGED_MIN = 20
"""Readings at most this far apart are connected by a line; longer stretches count as missing."""
FREQUENT_MIN = 6.0
"""A sensor whose readings are at most this far apart shows what happens within a quarter of an hour."""
NIGHT_START_MIN, NIGHT_END_MIN = 23 * 60, 7 * 60
"""Local minutes between which people mostly lie down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorGrid:
    """Sensor glucose at every fifth minute.

    Attributes:
        start: aware time of the first step, a whole multiple of five minutes.
        glucose_mgdl: readings, connected by lines over what is missing too.
        known: where a reading is near enough.
        read: where there is one.
        minute_of_day: local clock of each step.
        interval_min: usual time between readings.
    """

    start: datetime
    glucose_mgdl: FloatArray
    known: BoolArray
    read: BoolArray
    minute_of_day: IntArray
    interval_min: float

    @property
    def steps(self) -> int:
        """How many steps."""
        return self.glucose_mgdl.size

    @property
    def is_night(self) -> BoolArray:
        """Whether each step lies in the night by the local clock."""
        return (self.minute_of_day >= NIGHT_START_MIN) | (self.minute_of_day < NIGHT_END_MIN)

    def time(self, step: int) -> datetime:
        """The time of a step."""
        return self.start + timedelta(minutes=STEP_MIN * int(step))

    def step(self, times: pl.Series) -> IntArray:
        """The step in which each time lies; may be outside of the grid."""
        minutes = (times.dt.epoch("us").to_numpy() - int(self.start.timestamp() * 1e6)) / 60e6
        return np.floor(minutes / STEP_MIN).astype(np.int64)

    def summed(self, times: pl.Series, amounts: FloatArray) -> FloatArray:
        """Amounts added up in the steps in which they fall, ``(steps,)``."""
        steps = self.step(times)
        inside = (steps >= 0) & (steps < self.steps)
        return np.bincount(steps[inside], weights=amounts[inside], minlength=self.steps).astype(np.float64)

    def between(self, first: int, last: int) -> "SensorGrid":
        """The steps from the first to before the last, as a grid."""
        return SensorGrid(
            start=self.time(first),
            glucose_mgdl=self.glucose_mgdl[first:last],
            known=self.known[first:last],
            read=self.read[first:last],
            minute_of_day=self.minute_of_day[first:last],
            interval_min=self.interval_min,
        )

    def known_share(self, before: int, after: int) -> FloatArray:
        """Share of the steps from so many before to so many after each one that are known, 0 to 1."""
        total = np.concatenate([[0], np.cumsum(self.known)])
        at = np.arange(self.steps)
        last = np.clip(at + after + 1, 0, self.steps)
        return (total[last] - total[np.clip(at - before, 0, self.steps)]) / (before + after + 1)

    def known_between(self, before: int, after: int) -> BoolArray:
        """Whether all from so many steps before to so many after a step are known and on the grid."""
        missing = np.concatenate([[0], np.cumsum(~self.known)])
        first, last = np.arange(self.steps) - before, np.arange(self.steps) + after + 1
        inside = (first >= 0) & (last <= self.steps)
        return inside & (missing[np.clip(last, 0, self.steps)] == missing[np.clip(first, 0, self.steps)])


def sensor_grid(timeline: Timeline) -> SensorGrid | None:
    """The sensor's readings on the grid; of several readings in one step, their mean. None without two readings."""
    frame = sensor_readings(timeline)
    if len(frame) < 2:
        return None
    minutes = frame["time"].dt.epoch("us").to_numpy() / 60e6
    position = np.round(minutes / STEP_MIN).astype(np.int64)
    first = int(position[0])
    steps = int(position[-1]) - first + 1
    count = np.bincount(position - first, minlength=steps)
    total = np.bincount(position - first, weights=frame["glucose_mgdl"].to_numpy(), minlength=steps)
    present = np.flatnonzero(count)
    start = datetime.fromtimestamp(first * STEP_MIN * 60, tz=UTC)
    return SensorGrid(
        start=start,
        glucose_mgdl=np.interp(np.arange(steps), present, total[present] / count[present]),
        known=_bridged(present, steps),
        read=count > 0,
        minute_of_day=_minute_of_day(start, steps, timeline.person.zone),
        interval_min=float(np.median(np.diff(minutes)[np.diff(minutes) > 0.0])) if steps > 1 else float(STEP_MIN),
    )


def sensor_readings(timeline: Timeline) -> pl.DataFrame:
    """The sensor's readings with values and bounds, in time order."""
    return timeline.frame(GlucoseReading).filter(pl.col("kind") == str(GlucoseKind.CGM))


def is_value() -> pl.Expr:
    """Whether a reading is a value and no bound."""
    return pl.col("censoring") == str(Censoring.NONE)


def lagged(values: FloatArray, steps: int) -> FloatArray:
    """The values so many steps earlier (later, when negative); the ends are continued level."""
    return values[np.clip(np.arange(values.size) - steps, 0, values.size - 1)]


def change(values: FloatArray, first: int, last: int) -> FloatArray:
    """At each step, the value at ``step + last`` less that at ``step + first``."""
    return lagged(values, -last) - lagged(values, -first)


def best_apart(score: FloatArray, *, at_least: float, steps: int) -> list[int]:
    """Steps of the highest scores, best first, none nearer than so many steps to a better one."""
    order = np.argsort(-score, kind="stable")
    free = np.ones(score.size, dtype=bool)
    chosen: list[int] = []
    for step in order[: int((score >= at_least).sum())]:
        if free[step]:
            free[max(0, step - steps) : step + steps + 1] = False
            chosen.append(int(step))
    return chosen


def _bridged(present: IntArray, steps: int) -> BoolArray:
    """Steps with a reading, and those between readings that are near each other."""
    known = np.zeros(steps, dtype=bool)
    known[present] = True
    near = np.diff(present) <= BRIDGED_MIN // STEP_MIN
    edges = np.zeros(steps + 1, dtype=np.int64)
    np.add.at(edges, present[:-1][near], 1)
    np.add.at(edges, present[1:][near], -1)
    return known | (np.cumsum(edges)[:steps] > 0)


def _minute_of_day(start: datetime, steps: int, zone: str) -> IntArray:
    times = pl.datetime_range(
        start, start + timedelta(minutes=STEP_MIN * (steps - 1)), f"{STEP_MIN}m", time_unit="us", eager=True
    )
    local = times.dt.convert_time_zone(zone)
    return (local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)).to_numpy()
