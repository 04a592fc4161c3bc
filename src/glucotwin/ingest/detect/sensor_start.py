"""New sensors: their first hours, and jumps of the level where a sensor was changed or calibrated.

Factory-calibrated sensors err most on their first day (Vettoretti 2019, Sensors 19:5320); a sensor has settled after
about half of it. A jump is a step between neighbouring readings that no body makes (5 mg/dL per min and more) after
which glucose stays, as it did before: what comes and goes within an hour is pressure on the sensor or a spike.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.sensor_grid import FREQUENT_MIN, STEP_MIN, SensorGrid, lagged, sensor_grid

SETTLED: Final = timedelta(hours=12)
SAME_START: Final = timedelta(hours=4)
"""Apps report the start of one sensor many times (462 of 1,000 rows of one Nightscout export)."""
JUMP_MGDL: Final = 30.0
CERTAIN_JUMP_MGDL: Final = 60.0
LEVEL_MGDL_PER_MIN: Final = 3.0
"""Glucose on both sides of a jump moves less than this."""
STAYS_STEPS: Final = 60 // STEP_MIN
STAYING_SHARE: Final = 0.3
"""Of a jump, so much is left all the time: glucose goes on moving meanwhile."""
NEAR_CHANGE: Final = timedelta(hours=6)


def find_sensor_warm_up(timeline: Timeline) -> tuple[Detection, ...]:
    """The first hours of every sensor whose start is recorded."""
    return tuple(
        Detection(
            kind=DetectionKind.SENSOR_WARM_UP,
            start=start,
            end=start + SETTLED,
            score=1.0,
            text=message("detect-sensor-warm-up", hours=SETTLED // timedelta(hours=1)),
        )
        for start in _starts(timeline)
    )


def find_sensor_jumps(timeline: Timeline) -> tuple[Detection, ...]:
    """Steps of the level by 30 mg/dL and more within five minutes that stay; surer near a change or a calibration."""
    grid = sensor_grid(timeline)
    if grid is None or grid.interval_min > FREQUENT_MIN:
        return ()
    changes = _changes(timeline, (DeviceEventKind.SENSOR_START, DeviceEventKind.SENSOR_CALIBRATION))
    return tuple(_jump(grid, step, changes) for step in _jumps(grid))


def _jump(grid: SensorGrid, step: int, changes: list[datetime]) -> Detection:
    time = grid.time(step)
    size = float(grid.glucose_mgdl[step + 1] - grid.glucose_mgdl[step])
    explained = any(timedelta() <= time - change <= NEAR_CHANGE for change in changes)
    share = min(1.0, abs(size) / CERTAIN_JUMP_MGDL)
    name = "detect-sensor-jump-explained" if explained else "detect-sensor-jump"
    return Detection(
        kind=DetectionKind.SENSOR_JUMP,
        start=time,
        end=grid.time(step + 1),
        score=share if explained else 0.7 * share,
        text=message(name, size=f"{size:+.0f}", minutes=STEP_MIN),
    )


def _jumps(grid: SensorGrid) -> Iterator[int]:
    """Steps after which the level is another one."""
    glucose = grid.glucose_mgdl
    size = lagged(glucose, -1) - glucose
    quiet = LEVEL_MGDL_PER_MIN * 3 * STEP_MIN
    before, after = glucose - lagged(glucose, 3), lagged(glucose, -4) - lagged(glucose, -1)
    stays = np.minimum.reduce([(lagged(glucose, -1 - k) - glucose) * np.sign(size) for k in range(STAYS_STEPS)])
    stayed = np.minimum.reduce([(glucose + size - lagged(glucose, k)) * np.sign(size) for k in range(STAYS_STEPS)])
    found = (
        grid.known_between(STAYS_STEPS, STAYS_STEPS)
        & (np.abs(size) >= JUMP_MGDL)
        & (np.abs(before) < quiet)
        & (np.abs(after) < quiet)
        & (np.minimum(stays, stayed) > STAYING_SHARE * np.abs(size))
    )
    yield from (int(step) for step in np.flatnonzero(found))


def _starts(timeline: Timeline) -> Iterator[datetime]:
    last: datetime | None = None
    for time in _changes(timeline, (DeviceEventKind.SENSOR_START,)):
        if last is None or time - last > SAME_START:
            yield time
        last = time


def _changes(timeline: Timeline, kinds: tuple[DeviceEventKind, ...]) -> list[datetime]:
    events = timeline.frame(DeviceEvent).filter(pl.col("kind").is_in([str(kind) for kind in kinds]))
    return events["time"].to_list()
