"""Clock faults: a log whose times do not fit the glucose that follows.

After food, glucose rises. If it rises clearly more at the same distance from all logged meals of some days, the log (or
the pump) had another clock: shifted by whole hours, by half a day (am and pm mixed up), or by a day. Windows of a week
are judged. People eat at the same hours every day, so a shift by a whole day shows only in how meals differ between
days; and a person who boluses well ahead hardly rises at all. Both are missed more often than not.
"""

from datetime import timedelta
from typing import Final

import numpy as np

from glucotwin.core.message import message
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, STEPS_PER_DAY, SensorGrid, change, sensor_grid
from glucotwin.metrics.array import FloatArray, IntArray

WINDOW_DAYS: Final = 7
SHIFTS_H: Final = (*range(-12, 0), *range(1, 13), -24, 24)
SMALLEST_MEAL_G: Final = 15.0
FEWEST_MEALS: Final = 12
RISE_FROM_STEPS, RISE_TO_STEPS = 0, 60 // STEP_MIN
CLEAR_T: Final = 3.5
"""Mean over its standard error at which a shift is believed: 26 shifts and many weeks are tried."""
CLEAR_T_AT_NIGHT: Final = 2.0
"""The same for half a day, when most carbohydrate seems to have been eaten at night."""
HALF_DAY_H: Final = (8, 16)
NIGHT_SHARE: Final = 0.4
NIGHT_START_MIN, NIGHT_END_MIN = 22 * 60 + 30, 5 * 60 + 30
CERTAIN_T: Final = 9.0
RISE_MGDL: Final = 20.0
"""At the believed time, glucose rises by this on average."""
FITTING_MGDL: Final = 10.0
"""Where it rises by this at the logged time, the clock is believed."""


def find_clock_faults(timeline: Timeline) -> tuple[Detection, ...]:
    """Weeks in which glucose rises at another distance from the logged meals than right after them."""
    grid = sensor_grid(timeline)
    meals = timeline.frame(Meal).filter(timeline.frame(Meal)["carbs_g"] >= SMALLEST_MEAL_G)
    if grid is None or len(meals) < FEWEST_MEALS:
        return ()
    rise = change(grid.glucose_mgdl, RISE_FROM_STEPS, RISE_TO_STEPS)
    rise = np.where(grid.known_between(0, RISE_TO_STEPS), rise, np.nan)
    steps = grid.step(meals["time"])
    steps = steps[(steps >= 0) & (steps < grid.steps)]
    steps = steps[~np.isnan(rise[steps])]
    found: list[Detection] = []
    for first in range(0, grid.steps, WINDOW_DAYS * STEPS_PER_DAY):
        last = first + WINDOW_DAYS * STEPS_PER_DAY
        detection = _judge(grid, rise, steps[(steps >= first) & (steps < last)])
        if detection is not None:
            found.append(detection)
    return tuple(found)


def _judge(grid: SensorGrid, rise_mgdl: FloatArray, meals: IntArray) -> Detection | None:
    """The fault of one window; None when the logged times are as good as any."""
    if meals.size < FEWEST_MEALS:
        return None
    logged = rise_mgdl[meals]
    if logged.mean() >= FITTING_MGDL:
        return None
    best = max(SHIFTS_H, key=lambda hours: _t(_shifted(rise_mgdl, meals, hours) - logged))
    shifted = _shifted(rise_mgdl, meals, best)
    t, mean = _t(shifted - logged), float(np.nanmean(shifted))
    half_a_day = HALF_DAY_H[0] <= abs(best) <= HALF_DAY_H[1] and _share_at_night(grid, meals) >= NIGHT_SHARE
    if t < (CLEAR_T_AT_NIGHT if half_a_day else CLEAR_T) or mean < RISE_MGDL:
        return None
    return Detection(
        kind=DetectionKind.CLOCK_FAULT,
        start=grid.time(int(meals[0])),
        end=grid.time(int(meals[-1])) + timedelta(minutes=STEP_MIN),
        score=min(1.0, t / CERTAIN_T),
        text=message(
            "detect-clock-fault-late" if best > 0 else "detect-clock-fault-early",
            hours=abs(best),
            rise=f"{mean:.0f}",
            logged=f"{logged.mean():+.0f}",
        ),
    )


def _share_at_night(grid: SensorGrid, meals: IntArray) -> float:
    """Share of the meals that were logged when people sleep."""
    minute = grid.minute_of_day[meals]
    return float(((minute >= NIGHT_START_MIN) | (minute < NIGHT_END_MIN)).mean())


def _shifted(rise_mgdl: FloatArray, meals: IntArray, hours: int) -> FloatArray:
    """The rise at so many hours after the logged meals; not-a-number where there are no readings."""
    at = meals + hours * 60 // STEP_MIN
    inside = (at >= 0) & (at < rise_mgdl.size)
    return np.where(inside, rise_mgdl[np.clip(at, 0, rise_mgdl.size - 1)], np.nan)


def _t(difference: FloatArray) -> float:
    """Mean over its standard error, of the differences that are known."""
    known = difference[~np.isnan(difference)]
    if known.size < FEWEST_MEALS:
        return 0.0
    return float(known.mean() / max(1e-9, known.std(ddof=1) / np.sqrt(known.size)))
