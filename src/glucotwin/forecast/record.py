"""A person's record on the grid of 5 min as forecasts see it: what was measured, what was given, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import LONG_ACTING, Bolus, PenDose
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.filter import NO_READING, VALUE
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.state_space import STEP_MIN

HELD_STEPS = 3
"""A reading stands in for missing ones for at most 15 min."""

MODES = ("sleep", "exercise")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """One person's record per step of 5 min; every array has the shape ``(step,)``.

    What was given in a step is known from the *next* step's start on: features at an origin use earlier steps only.

    Attributes:
        person: whose record.
        data: inputs and readings as a twin takes them.
        usual_basal_u_per_min: what stands in where a pump's rate is not recorded, and after an origin.
        measured_mgdl: sensor readings; nan where there is none or only a bound.
        held_mgdl: the newest reading, at most 15 min old (a bound counts as its value); nan where there is none.
        age_min: age of the held reading.
        bolus_u, basal_u, carbs_g: given in the step; ``basal_u`` is all other insulin.
        mode_fraction: by pump mode (``MODES``), 1 while it was last known to be on.
    """

    person: Person
    data: GriddedData
    usual_basal_u_per_min: float
    measured_mgdl: np.ndarray
    held_mgdl: np.ndarray
    age_min: np.ndarray
    bolus_u: np.ndarray
    basal_u: np.ndarray
    carbs_g: np.ndarray
    mode_fraction: dict[str, np.ndarray]

    @property
    def start(self) -> datetime:
        """Aware time of the first step."""
        return self.data.start

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.data.steps

    @property
    def minute_of_day(self) -> np.ndarray:
        """Local clock at each step's start."""
        return np.asarray(self.data.inputs.minute_of_day)

    def time_of(self, step: int) -> datetime:
        """Aware time of a step's start."""
        return self.start + timedelta(minutes=step * STEP_MIN)


def person_record(timeline: Timeline, window: Window, *, usual_basal_u_per_min: float) -> PersonRecord:
    """A window of a timeline as a record.

    Args:
        timeline: the person's data; only what began before the window's end enters.
        window: its start is the first step.
        usual_basal_u_per_min: stands in where a pump's basal rate is not recorded.
    """
    data = grid_data(timeline, window, usual_basal_u_per_min=usual_basal_u_per_min)
    glucose, kind = np.asarray(data.readings.glucose_mgdl, dtype=np.float64), np.asarray(data.readings.kind)
    held, age = _held(np.where(kind == NO_READING, np.nan, glucose))
    bolus_u = _doses_u(timeline, data)
    total_u = STEP_MIN * np.asarray(data.inputs.insulin_u_per_min["rapid"])
    return PersonRecord(
        person=timeline.person,
        data=data,
        usual_basal_u_per_min=usual_basal_u_per_min,
        measured_mgdl=np.where(kind == VALUE, glucose, np.nan),
        held_mgdl=held,
        age_min=age,
        bolus_u=bolus_u,
        basal_u=np.maximum(total_u - bolus_u, 0.0),
        carbs_g=STEP_MIN * np.asarray(data.inputs.carbs_g_per_min),
        mode_fraction=_modes(timeline, data),
    )


def whole_window(timeline: Timeline) -> Window:
    """From the first sensor reading's minute to the last reading.

    Raises:
        DataError: there are no readings.
    """
    times = timeline.frame(GlucoseReading)["time"]
    if not len(times):
        raise DataError(ErrorCode.TOO_LITTLE_DATA, f"{timeline.person.person_id} has no glucose readings.")
    start = times[0].replace(second=0, microsecond=0)
    return Window(start=start, end=times[-1] + timedelta(minutes=STEP_MIN))


def _held(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The newest value at each step and its age in minutes, nan where it is older than it may be."""
    steps = np.arange(values.size)
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, steps))
    fresh = (last >= 0) & (steps - last <= HELD_STEPS)
    held = np.where(fresh, values[np.maximum(last, 0)], np.nan)
    return held, np.where(fresh, (steps - last) * STEP_MIN, np.nan)


def _doses_u(timeline: Timeline, data: GriddedData) -> np.ndarray:
    """Boluses and rapid pen doses by the step in which they were given."""
    pens = timeline.frame(PenDose).filter(~pl.col("product").is_in(list(LONG_ACTING)))
    total = np.zeros(data.steps)
    for frame in (timeline.frame(Bolus), pens):
        step = _steps_of(frame["time"], data)
        inside = (step >= 0) & (step < data.steps)
        total += np.bincount(step[inside], weights=frame["insulin_u"].to_numpy()[inside], minlength=data.steps)
    return total


def _steps_of(times: pl.Series, data: GriddedData) -> np.ndarray:
    minutes = (times - data.start).dt.total_microseconds().to_numpy() / 60e6
    return np.floor(np.floor(minutes) / STEP_MIN).astype(int)


def _modes(timeline: Timeline, data: GriddedData) -> dict[str, np.ndarray]:
    """The pump's mode as known at each step's start: that of the last change before it."""
    changes = timeline.frame(DeviceEvent).filter(pl.col("kind") == str(DeviceEventKind.MODE_CHANGE))
    step = _steps_of(changes["time"], data)
    names = np.array([*changes["detail"].to_list(), ""])
    latest = np.searchsorted(step, np.arange(data.steps), side="left") - 1
    return {mode: np.where(latest >= 0, names[latest] == mode, False).astype(float) for mode in MODES}
