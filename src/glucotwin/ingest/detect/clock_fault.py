"""Clock faults: a log whose times do not fit the glucose that follows.

Food and insulin on record are moved along the sensor's glucose (``clock_lag``). Where another time fits clearly better
for some days, the log or the pump had another clock: by whole hours, by half a day (am and pm mixed up), by a day. One
that is an hour off from a change to or from summer time on was never set. One that goes ever more wrong drifts. Streams
of other dates (``clock_date``) are found by their dates alone. A clock that all streams share can't be found so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from glucotwin.core.message import message
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.clock_date import find_wrong_dates
from glucotwin.ingest.detect.clock_lag import WINDOW_STEPS, LagEvidence, lag_evidence
from glucotwin.ingest.detect.detection import Detection, DetectionKind, in_time_order
from glucotwin.ingest.detect.response import inputs_of
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, STEPS_PER_DAY, SensorGrid, sensor_grid
from glucotwin.metrics.array import BoolArray, FloatArray

FEWEST_MEALS: Final = 6
FEWEST_WINDOWS: Final = 2
MOST_FAULTS: Final = 4
WHOLE_HOUR_MIN: Final = 15.0
"""A fault is a whole number of hours but for this."""
CLEAR_GAIN: Final = 10.0
"""Log-likelihood beyond the usual time at which another is believed."""
CLEAR_GAIN_AT_CHANGE: Final = 5.0
"""The same for an hour from a change to or from summer time on."""
TIMES_USUAL_FIT: Final = 1.5
"""And so many times what the best lag of a window usually gains: in some people's records much fits by chance."""
CERTAIN_GAIN: Final = 30.0
NEAR_CHANGE: Final = timedelta(days=4)
DRIFT_MIN: Final = (15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 75.0, 90.0, 120.0)
"""How far a drifting clock may have gone over a record."""
DRIFT_WINDOWS: Final = 14
"""A clock that drifts is looked for in records of four weeks and more."""
CLEAR_DRIFT_GAIN: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Windows that fit another lag: from the first to before the last, the lag's index, and what it gains."""

    first: int
    last: int
    lag: int
    gain: float


def find_clock_faults(timeline: Timeline) -> tuple[Detection, ...]:
    """Stretches whose log fits another time, clocks that drift, and streams of another date."""
    return in_time_order((*find_wrong_dates(timeline), *_find_wrong_times(timeline)))


def _find_wrong_times(timeline: Timeline) -> tuple[Detection, ...]:
    grid = sensor_grid(timeline)
    if grid is None or grid.steps < STEPS_PER_DAY:
        return ()
    evidence = lag_evidence(grid, inputs_of(timeline, grid), weight_kg=timeline.person.weight_kg(grid.start.date()))
    changes = list(_changes_of_offset(timeline.person.zone, grid))
    stretches = list(_stretches(evidence, grid, changes))
    drift = _drift(evidence, grid)
    if drift is not None and drift.score * CERTAIN_GAIN > sum(one.gain for one in stretches):
        return (drift,)
    return tuple(_fault(evidence, grid, one, changes) for one in stretches)


def _stretches(evidence: LagEvidence, grid: SensorGrid, changes: list[datetime]) -> Iterator[Stretch]:
    """The clearest stretch, then the clearest of what is left."""
    gain = evidence.gain.copy()
    least = max(CLEAR_GAIN, TIMES_USUAL_FIT * float(np.median(evidence.fit.max(axis=1))))
    wrong = _whole_hours(evidence)
    hour = np.abs(np.abs(evidence.lag_min - evidence.lag_min[evidence.usual]) - 60.0) <= WHOLE_HOUR_MIN
    for _ in range(MOST_FAULTS):
        best = [
            one
            for one in (_best_stretch(gain, wrong, least), _best_after_change(gain, hour, _windows(grid, changes)))
            if one is not None and evidence.meals[one.first : one.last].sum() >= FEWEST_MEALS
        ]
        if not best:
            return
        stretch = max(best, key=lambda one: one.gain)
        yield stretch
        gain[stretch.first : stretch.last] = 0.0


def _whole_hours(evidence: LagEvidence) -> BoolArray:
    off = evidence.lag_min - evidence.lag_min[evidence.usual]
    return (np.abs(off) > 30.0) & (np.abs(off - 60.0 * np.round(off / 60.0)) <= WHOLE_HOUR_MIN)


def _best_stretch(gain: FloatArray, allowed: BoolArray, least: float) -> Stretch | None:
    """The stretch of windows and the lag with the largest gain (Kadane's algorithm for every lag at once)."""
    columns = np.flatnonzero(allowed)
    total, begin = np.zeros(columns.size), np.zeros(columns.size, dtype=np.int64)
    best: Stretch | None = None
    for window, gains in enumerate(gain[:, columns]):
        fresh = total <= 0.0
        total, begin = np.where(fresh, 0.0, total) + gains, np.where(fresh, window, begin)
        long = np.where(window + 1 - begin >= FEWEST_WINDOWS, total, -np.inf)
        top = int(np.argmax(long))
        if long[top] >= least and (best is None or long[top] > best.gain):
            best = Stretch(first=int(begin[top]), last=window + 1, lag=int(columns[top]), gain=float(long[top]))
    return best


def _best_after_change(gain: FloatArray, hour: BoolArray, changes: list[int]) -> Stretch | None:
    """The hour off from a change of the clocks to the next one, or to the end, that gains most."""
    best: Stretch | None = None
    columns = np.flatnonzero(hour)
    for first, last in pairwise([*changes, len(gain)]):
        total = gain[first:last, columns].sum(axis=0)
        top = int(np.argmax(total))
        clear = last - first >= FEWEST_WINDOWS and total[top] >= CLEAR_GAIN_AT_CHANGE
        if clear and (best is None or total[top] > best.gain):
            best = Stretch(first=first, last=last, lag=int(columns[top]), gain=float(total[top]))
    return best


def _changes_of_offset(zone: str, grid: SensorGrid) -> Iterator[datetime]:
    """When the person's zone changes its offset within the grid, to the day."""
    local = ZoneInfo(zone)
    days = [grid.time(step) for step in range(0, grid.steps, STEPS_PER_DAY)]
    offsets = [day.astimezone(local).utcoffset() for day in days]
    yield from (day for day, before, after in zip(days[1:], offsets, offsets[1:], strict=False) if before != after)


def _windows(grid: SensorGrid, times: list[datetime]) -> list[int]:
    """The windows that begin at or after the times."""
    return [-int(-((time - grid.start) / timedelta(minutes=STEP_MIN)) // WINDOW_STEPS) for time in times]


def _fault(evidence: LagEvidence, grid: SensorGrid, stretch: Stretch, changes: list[datetime]) -> Detection:
    start, end = grid.time(stretch.first * WINDOW_STEPS), grid.time(min(stretch.last * WINDOW_STEPS, grid.steps))
    off = round((evidence.lag_min[stretch.lag] - evidence.lag_min[evidence.usual]) / 60.0)
    unset = abs(off) == 1 and any(abs(start - change) <= NEAR_CHANGE for change in changes)
    name = "detect-clock-fault-not-set" if unset else f"detect-clock-fault-{'late' if off > 0 else 'early'}"
    days = f"{(end - start) / timedelta(days=1):.0f}"
    return Detection(
        kind=DetectionKind.CLOCK_FAULT,
        start=start,
        end=end,
        score=min(1.0, stretch.gain / CERTAIN_GAIN),
        text=message(name, hours=abs(off), days=days),
    )


def _drift(evidence: LagEvidence, grid: SensorGrid) -> Detection | None:
    """A lag that grows or shrinks over the whole record, when that fits clearly better than any that stays."""
    windows = len(evidence.gain)
    if windows < DRIFT_WINDOWS:
        return None
    share = (np.arange(windows) + 0.5) / windows
    usual = float(evidence.lag_min[evidence.usual])
    rows = np.arange(windows)
    fits: list[tuple[float, float]] = []
    for far in (*DRIFT_MIN, *(-one for one in DRIFT_MIN)):
        for began in (-20.0, -10.0, 0.0, 10.0, 20.0):
            lags = [evidence.index(lag) for lag in usual + began + far * share]
            fits.append((float(evidence.gain[rows, lags].sum()), far))
    gain, far = max(fits)
    if gain < CLEAR_DRIFT_GAIN:
        return None
    weeks = grid.steps / (7.0 * STEPS_PER_DAY)
    return Detection(
        kind=DetectionKind.CLOCK_FAULT,
        start=grid.start,
        end=grid.time(grid.steps),
        score=min(1.0, gain / CERTAIN_GAIN),
        text=message("detect-clock-fault-drift", minutes=f"{abs(far) / weeks:.1f}", total=f"{abs(far):.0f}"),
    )
