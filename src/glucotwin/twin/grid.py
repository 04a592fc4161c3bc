"""A person's data on the grid of inference steps: what went in and what the sensor said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import equinox as eqx
import jax
import numpy as np
import polars as pl

from glucotwin.core.error import ErrorCode, FitError
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.imputation import Imputation, ImputedInput, imputations_of
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import LONG_ACTING, BasalSegment, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.rasterise import RasterisedInputs, inputs_from_timeline, lookback
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.filter import AT_LEAST, AT_MOST, NO_READING, VALUE, Readings
from glucotwin.twin.imputed_flux import imputed_flux_power
from glucotwin.twin.medicine_level import medicine_levels
from glucotwin.twin.state_space import STEP_MIN

DAY_MIN = 1440
LATE_MIN = 1.0
"""A reading this long after a step still belongs to it; later ones wait for the next, so nothing looks ahead."""

STEPS_PER_DAY = int(DAY_MIN / STEP_MIN)
MOST_STEPS_DUE = int(15 / STEP_MIN)
"""Steps between two readings of the slowest sensors (FreeStyle Libre, every fifteen minutes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GriddedData:
    """Inputs and readings per step of 5 min.

    Attributes:
        start: aware time of the first step.
        inputs: mean rates over each step, all insulin as the product ``rapid``.
        readings: at each step's start.
        basal_known: whether the basal insulin of most of the step is recorded.
        imputed: what stands in for inputs that are not recorded, with its uncertainty; the inputs carry what follows
            from it for glucose.
    """

    start: datetime
    inputs: Inputs
    readings: Readings
    basal_known: np.ndarray
    imputed: tuple[Imputation, ...] = ()

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.basal_known)

    @property
    def end(self) -> datetime:
        """When the last step ends."""
        return self.start + timedelta(minutes=self.steps * STEP_MIN)

    @property
    def covered(self) -> np.ndarray:
        """Steps for which there is a reading, or none was due yet by the sensor's own usual spacing."""
        step, present = np.arange(self.steps), np.asarray(self.readings.kind) != NO_READING
        spacing = np.median(np.diff(np.flatnonzero(present))) if present.sum() > 1 else 1.0
        due = min(int(spacing), MOST_STEPS_DUE)
        return step - np.maximum.accumulate(np.where(present, step, -due)) < due

    def cut(self, first: int, last: int) -> "GriddedData":
        """Steps ``[first, last)``."""
        return GriddedData(
            start=self.start + timedelta(minutes=first * STEP_MIN),
            inputs=self.inputs.cut(first, last),
            readings=jax.tree.map(lambda values: values[first:last], self.readings),
            basal_known=self.basal_known[first:last],
            imputed=self.imputed,
        )

    def without_readings(self, stretches: Iterable[Window]) -> "GriddedData":
        """The same with no readings in some stretches."""
        left_out = np.zeros(self.steps, dtype=bool)
        for one in stretches:
            first, last = ((time - self.start) / timedelta(minutes=STEP_MIN) for time in (one.start, one.end))
            left_out |= (np.arange(self.steps) >= first) & (np.arange(self.steps) < last)
        kind = np.where(left_out, NO_READING, np.asarray(self.readings.kind))
        return replace(self, readings=eqx.tree_at(lambda one: one.kind, self.readings, kind))


def grid_data(timeline: Timeline, window: Window, *, usual_basal_u_per_min: float) -> GriddedData:
    """A window of a timeline on the grid that begins at the window's start.

    Args:
        timeline: the person's data; only events that began before the window's end enter.
        window: its length is cut to whole steps.
        usual_basal_u_per_min: stands in where basal insulin is neither recorded nor programmed; zero for records that
            only add to others, in which nothing is imputed.
    """
    steps = int(window.duration_min // STEP_MIN)
    window = Window(start=window.start, end=window.start + timedelta(minutes=steps * STEP_MIN))
    span = lookback(window, DAY_MIN)
    raster = inputs_from_timeline(_eaten_at_once(timeline), span)
    imputed = imputations_of(timeline, span) if usual_basal_u_per_min > 0.0 else ()
    unrecorded = _minutes_of(imputed, raster)
    insulin = _as_one_product(raster.inputs)
    insulin = insulin + usual_basal_u_per_min * np.where(raster.basal_from_profile, 0.0, unrecorded)
    inputs = eqx.tree_at(lambda one: one.insulin_u_per_min, raster.inputs, {"rapid": insulin}).cut(
        DAY_MIN, DAY_MIN + steps * int(STEP_MIN)
    )
    inputs = coarse_inputs(inputs)
    levels = medicine_levels(timeline, window.start, STEP_MIN * np.arange(steps)) if steps else {}
    if levels:
        inputs = eqx.tree_at(lambda one: one.condition_level, inputs, {**inputs.condition_level, **levels})
    known = unrecorded[DAY_MIN : DAY_MIN + steps * int(STEP_MIN)].reshape(steps, -1).mean(axis=1) < 0.5
    power = imputed_flux_power(imputed, window.start, steps)
    return GriddedData(
        start=window.start,
        inputs=with_flux_power(inputs, power),
        readings=_readings(timeline, window, steps),
        basal_known=known,
        imputed=tuple(one for one in imputed if one.end >= window.start),
    )


def with_flux_power(inputs: Inputs, power: np.ndarray) -> Inputs:
    """The inputs with how uncertain imputation makes the flux, per step."""
    return eqx.tree_at(lambda one: one.imputed_flux_power, inputs, power, is_leaf=lambda one: one is None)


def _minutes_of(imputed: tuple[Imputation, ...], raster: RasterisedInputs) -> np.ndarray:
    """Share of each minute in which basal insulin is imputed."""
    edges = np.zeros(raster.basal_known.size + 1)
    minutes = np.arange(edges.size)
    for one in imputed:
        if one.quantity is ImputedInput.BASAL:
            start, end = ((time - raster.start) / timedelta(minutes=1) for time in (one.start, one.end))
            edges += np.clip(minutes, start, end)
    return np.diff(edges)


def coarse_inputs(inputs: Inputs) -> Inputs:
    """Per-minute inputs as mean rates over steps; the clock is that of each step's start."""
    per_step = int(STEP_MIN)
    shape = (inputs.minutes // per_step, per_step)
    whole = inputs.cut(0, shape[0] * per_step)
    mean = whole.map(lambda values: np.asarray(values, dtype=np.float64).reshape(shape).mean(axis=1))
    clock = (np.asarray(whole.minute_utc)[::per_step], np.asarray(whole.minute_of_day)[::per_step])
    return eqx.tree_at(lambda one: (one.minute_utc, one.minute_of_day), mean, clock)


def daily_insulin_u(timeline: Timeline, window: Window) -> tuple[float, float]:
    """Mean total and mean basal insulin per day in a window, in U; unrecorded basal is filled with the recorded mean.

    Raises:
        FitError: there is no insulin in the window.
    """
    raster = inputs_from_timeline(timeline.cut(window), window)
    total = float(np.mean(np.asarray(raster.inputs.total_insulin_u_per_min()))) * DAY_MIN
    segments = timeline.cut(window).frame(BasalSegment)
    known_min = float(raster.basal_known.sum())
    unknown_min = float((~(raster.basal_known | raster.basal_from_profile)).sum())
    if len(segments) and known_min > 0:
        rate = float((segments["rate_u_per_h"] * segments["duration_min"]).sum()) / 60.0 / known_min
        return total + rate * unknown_min / window.days, rate * DAY_MIN
    long_acting = timeline.cut(window).frame(PenDose).filter(pl.col("product").is_in(list(LONG_ACTING)))
    basal = float(long_acting["insulin_u"].sum()) / window.days
    if total <= 0.0:
        raise FitError(
            ErrorCode.TOO_LITTLE_DATA,
            f"There is no insulin between {window.start:%Y-%m-%d} and {window.end:%Y-%m-%d}.",
            hint="Import the pump's or pen's log too, or choose other days.",
        )
    return total, basal if basal > 0.0 else total / 2.0


def own_and_injected_u(timeline: Timeline, window: Window) -> tuple[float, float]:
    """Mean injected insulin per day and the part of it that is basal, in U, for people with insulin of their own.

    What is not on record was not taken.
    """
    raster = inputs_from_timeline(timeline.cut(window), window)
    total = float(np.mean(np.asarray(raster.inputs.total_insulin_u_per_min()))) * DAY_MIN
    basal = sum(
        (
            float(np.mean(np.asarray(rate)))
            for name, rate in raster.inputs.insulin_u_per_min.items()
            if name in LONG_ACTING
        ),
        start=0.0,
    )
    segments = timeline.cut(window).frame(BasalSegment)
    pumped = float((segments["rate_u_per_h"] * segments["duration_min"]).sum()) / 60.0 / window.days
    return total, basal * DAY_MIN + pumped


def _eaten_at_once(timeline: Timeline) -> Timeline:
    """Meals enter in the minute in which they begin: a forecast then knows of a begun meal exactly what was logged."""
    meals = timeline.frame(Meal).with_columns(pl.col("time").dt.truncate("1m"), pl.lit(1.0).alias("duration_min"))
    return replace(timeline, streams={**timeline.streams, "meal": meals})


def _as_one_product(inputs: Inputs) -> np.ndarray:
    rapid = np.zeros(inputs.minutes)
    for product, rate in inputs.insulin_u_per_min.items():
        given = np.asarray(rate)
        rapid = rapid + (_over_a_day(given) if product in LONG_ACTING else given)
    return rapid


def _over_a_day(rate: np.ndarray) -> np.ndarray:
    total = np.concatenate([[0.0], np.cumsum(rate)])
    behind = np.maximum(np.arange(rate.size) + 1 - DAY_MIN, 0)
    return (total[1:] - total[behind]) / DAY_MIN


def _readings(timeline: Timeline, window: Window, steps: int) -> Readings:
    frame = timeline.frame(GlucoseReading)
    sensor = frame.filter(pl.col("kind").is_in([GlucoseKind.CGM, GlucoseKind.SCAN]))
    frame = sensor if len(sensor) else frame
    minutes = (frame["time"] - window.start).dt.total_microseconds().to_numpy() / 60e6
    index = np.ceil((minutes - LATE_MIN) / STEP_MIN).astype(int)
    inside = (index >= 0) & (index < steps) & (minutes < window.duration_min)
    glucose, kind = np.full(steps, 100.0), np.full(steps, NO_READING)
    kinds = {Censoring.NONE: VALUE, Censoring.LOW: AT_MOST, Censoring.HIGH: AT_LEAST}
    codes = np.array([kinds[Censoring(one)] for one in frame["censoring"].to_list()], dtype=int)
    glucose[index[inside]] = frame["glucose_mgdl"].to_numpy()[inside]
    kind[index[inside]] = codes[inside]
    return Readings(glucose_mgdl=glucose, kind=kind)
