"""A timeline as a stream of steps: the same rows for the same records, whatever order they arrived in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from pydantic import TypeAdapter

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.provenance import sha256_of_json
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.imputation import has_basal, takes_insulin
from glucotwin.domain.inputs import QUIET_FIELDS, Inputs
from glucotwin.domain.therapy import TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.filter import Readings
from glucotwin.twin.grid import DAY_MIN, STEPS_PER_DAY, grid_data
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

MODEL_STREAMS = ("basal", "bolus", "correction", "glucose", "meal", "pen")
"""Streams that a twin's body takes in, and what was assumed of them."""

WARM_UP = timedelta(days=1)
"""How long before the end of the fit a stream begins: by then the first guess is forgotten."""

INPUT_FIELDS = ("minute_utc", "minute_of_day", "carbs_g_per_min", "insulin_u_per_min", "imputed_flux_power")
"""What is kept of the inputs; a twin's body takes no others."""

RATE_DIGITS = 12
"""Decimals of a rate: what is beyond them depends on how its records were cut and says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Steps of 5 min, axis time: the reading at each step's start and the rates held over it."""

    minute_utc: np.ndarray
    minute_of_day: np.ndarray
    carbs_g_per_min: np.ndarray
    insulin_u_per_min: np.ndarray
    imputed_flux_power: np.ndarray
    glucose_mgdl: np.ndarray
    kind: np.ndarray

    @property
    def steps(self) -> int:
        """How many."""
        return len(self.kind)

    def cut(self, first: int, last: int) -> "Rows":
        """Steps ``[first, last)``."""
        return Rows(**{name: getattr(self, name)[first:last] for name in self.__dataclass_fields__})

    def followed_by(self, other: "Rows") -> "Rows":
        """These and then the others."""
        return Rows(
            **{name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__dataclass_fields__}
        )

    def inputs(self) -> Inputs:
        """As a body takes them."""
        zeros = np.zeros(self.steps)
        return Inputs(
            minute_utc=self.minute_utc,
            minute_of_day=self.minute_of_day,
            carbs_g_per_min=self.carbs_g_per_min,
            insulin_u_per_min={"rapid": self.insulin_u_per_min},
            medication_mg_per_min={},
            condition_level={},
            parameter_factor={},
            imputed_flux_power=self.imputed_flux_power,
            **dict.fromkeys(QUIET_FIELDS, zeros),
        )

    def readings(self) -> Readings:
        """The sensor's."""
        return Readings(glucose_mgdl=self.glucose_mgdl, kind=self.kind)

    def first_difference(self, other: "Rows") -> tuple[int, int]:
        """The first step whose reading differs, and the first whose inputs do; the shorter one's length if none."""
        shorter = min(self.steps, other.steps)
        differs = {name: getattr(self, name)[:shorter] != getattr(other, name)[:shorter] for name in ROW_FIELDS}
        reading = differs["glucose_mgdl"] | differs["kind"]
        inputs = np.logical_or.reduce([differs[name] for name in INPUT_FIELDS])
        return _first(reading), _first(inputs)


ROW_FIELDS = tuple(Rows.__dataclass_fields__)


def _first(where: np.ndarray) -> int:
    return int(np.argmax(where)) if where.any() else len(where)


def canonical(timeline: Timeline) -> Timeline:
    """What a twin takes in of a timeline: repeated records once, in an order that does not depend on their arrival."""
    streams = {
        name: frame.unique().sort(["time", *(column for column in frame.columns if column != "time")])
        for name, frame in timeline.streams.items()
        if name in MODEL_STREAMS
    }
    return replace(timeline, streams=streams)


def stream_start(twin: Twin, timeline: Timeline) -> datetime:
    """The minute of the stream's first reading: the first one after the day before the end of the fit.

    Raises:
        DataError: there is no reading from then on.
    """
    begin = twin.window.end - WARM_UP
    times = _read_by_twin(timeline).filter(pl.col("time") >= begin)["time"]
    if not len(times):
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"There are no glucose readings after {begin:%Y-%m-%d %H:%M} UTC, when the twin's stream begins.",
            hint="Import or sync newer data.",
        )
    return times[0].replace(second=0, microsecond=0)


def _read_by_twin(timeline: Timeline) -> pl.DataFrame:
    """Sensor readings, or finger-sticks where there is no sensor."""
    frame = timeline.frame(GlucoseReading)
    sensor = frame.filter(pl.col("kind").is_in([str(GlucoseKind.CGM), str(GlucoseKind.SCAN)]))
    return sensor if len(sensor) else frame


def fingerprints(timeline: Timeline, start: datetime) -> dict[str, str]:
    """Hashes by day since the stream's start (``"0"`` also stands for all before it), and one of what acts on all."""
    parts: dict[int, dict[str, int]] = {}
    for name, frame in timeline.streams.items():
        day = ((pl.col("time") - start).dt.total_microseconds() // (DAY_MIN * 60_000_000)).clip(0).alias("day")
        # The sum of the rows' hashes (it wraps around) does not depend on their order.
        hashed = frame.select(day, frame.hash_rows().alias("hash")).group_by("day").agg(pl.col("hash").sum())
        for number, total in hashed.iter_rows():
            parts.setdefault(int(number), {})[name] = total
    shared = {
        "settings": TypeAdapter(tuple[TherapySettings, ...]).dump_python(timeline.settings, mode="json"),
        "zone": timeline.person.zone,
        "insulin": takes_insulin(timeline),
        "basal": has_basal(timeline),
        "sensor": len(_read_by_twin(timeline)) < len(timeline.frame(GlucoseReading)),
    }
    return {str(day): sha256_of_json(own)[:16] for day, own in sorted(parts.items())} | {
        "all": sha256_of_json(shared)[:16]
    }


def first_changed_day(before: Mapping[str, str], after: Mapping[str, str]) -> int | None:
    """The first day whose records differ; None when nothing does."""
    if before.get("all") != after.get("all"):
        return 0
    days = {int(day) for day in {*before, *after} - {"all"} if before.get(day) != after.get(day)}
    return min(days, default=None)


def rows_of(twin: Twin, timeline: Timeline, start: datetime, *, first_day: int, until: datetime) -> Rows:
    """Rows from the beginning of a day of the stream up to the step of ``until``, itself included.

    Each day is put on the grid by itself, so that its rows do not depend on when the others came.
    """
    last = max(int((until - start) / timedelta(minutes=1) // STEP_MIN), 0)
    rows: Rows | None = None
    for day in range(first_day, last // STEPS_PER_DAY + 1):
        begin = start + timedelta(days=day)
        own = _day_rows(twin, timeline, Window(start=begin, end=begin + timedelta(days=1)))
        rows = own if rows is None else rows.followed_by(own)
    if rows is None:
        raise DataError(ErrorCode.INVALID_VALUE, "A stream cannot end before its first changed day.")
    return rows.cut(0, last + 1 - first_day * STEPS_PER_DAY)


def _day_rows(twin: Twin, timeline: Timeline, window: Window) -> Rows:
    data = grid_data(timeline, window, usual_basal_u_per_min=twin.basal_u_per_min)
    return Rows(
        minute_utc=np.asarray(data.inputs.minute_utc, dtype=np.int64),
        minute_of_day=np.asarray(data.inputs.minute_of_day, dtype=np.float64),
        carbs_g_per_min=np.round(data.inputs.carbs_g_per_min, RATE_DIGITS),
        insulin_u_per_min=np.round(data.inputs.insulin_u_per_min["rapid"], RATE_DIGITS),
        imputed_flux_power=np.round(np.asarray(data.inputs.imputed_flux_power, dtype=np.float64), RATE_DIGITS),
        glucose_mgdl=np.asarray(data.readings.glucose_mgdl, dtype=np.float64),
        kind=np.asarray(data.readings.kind, dtype=np.int64),
    )


def newest_step(timeline: Timeline) -> datetime:
    """A moment in the step of the newest reading: one that comes within a step belongs to the next."""
    return _read_by_twin(timeline)["time"][-1] + timedelta(minutes=STEP_MIN)
