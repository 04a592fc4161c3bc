"""Which latent inputs a person's days have, and which of them bear on each block of hours that is solved together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import equinox as eqx
import jax
import numpy as np
import polars as pl

from glucotwin.core.array import AnyArray, Bool, Float, Int
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.filter import NO_READING, Readings
from glucotwin.twin.grid import STEPS_PER_DAY, GriddedData
from glucotwin.twin.latent.estimate import LatentKind, latent_priors
from glucotwin.twin.latent.regressor import SLEEP_DAYS, Regressor, regressors
from glucotwin.twin.objective import WARM_UP_STEPS
from glucotwin.twin.state_space import STEP_MIN

BLOCK_STEPS = WARM_UP_STEPS + STEPS_PER_DAY

SMALLEST_MEAL_G = 5.0
"""Less is not told apart from nothing."""

TOGETHER_MIN = 20.0
"""Food logged within so long of a meal's beginning belongs to it."""

ABSORBED_STEPS = 96
"""How long the absorption of a meal matters, unless another one follows."""

PAIR_MIN = 7.5
FINGERSTICK_FRACTION, PAIR_SD_MGDL = 0.10, 8.0
"""How far a finger-stick and an unbiased sensor differ: of the value (meter and sensor), and at least."""

FEWEST_PAIRS = 4
"""With so many finger-sticks a sensor's bias is asked for although no sensor start is on record."""

SLOT_UNIT = 24
"""Slots of a block are filled up to a multiple, so that compiled programs serve many people."""

BLOCK_UNIT = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One latent input that is to be estimated; ``recorded_g`` is what was logged of a meal."""

    kind: LatentKind
    first: int
    last: int
    prior_mean: float
    recorded_g: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A finger-stick beside the sensor, and the sensor session's offset and gain among the places."""

    sensor_mgdl: float
    fingerstick_mgdl: float
    offset: int
    gain: int


class Marks(eqx.Module):
    """Per step, which latent input applies: an index, one past the last where none does."""

    day: Int[AnyArray, "*time"]
    carbs: Int[AnyArray, "*time"]
    absorption: Int[AnyArray, "*time"]
    unlogged: Int[AnyArray, "*time"]
    offset: Int[AnyArray, "*time"]
    gain: Int[AnyArray, "*time"]


class Blocks(eqx.Module):
    """Days with their warm-up; axes block, step. Marks count a block's own slots.

    Attributes:
        inputs, readings, first_guess_mgdl: as for a fit.
        marks: which slot applies at each step.
        log_action: what an effect of size one adds to the logarithm of insulin's action.
        flux_mgdl_per_min: what an effect of size one adds to the flux.
        effects: slot of each effect.
        scored: steps whose readings count.
        places: index of every slot among all latent inputs; -1 for none.
    """

    inputs: Inputs
    readings: Readings
    first_guess_mgdl: Float[AnyArray, " block"]
    marks: Marks
    log_action: Float[AnyArray, "block effect time"]
    flux_mgdl_per_min: Float[AnyArray, "block effect time"]
    effects: Int[AnyArray, "block effect"]
    scored: Bool[AnyArray, "block time"]
    places: Int[AnyArray, "block slot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything that is to be estimated and where it applies."""

    start: datetime
    places: tuple[Place, ...]
    pairs: tuple[Pair, ...]
    blocks: Blocks

    def time(self, step: int) -> datetime:
        """The beginning of a step."""
        return self.start + timedelta(minutes=step * STEP_MIN)


class _Places(list[Place]):
    """Places as they are found."""

    def add(self, kind: LatentKind, first: int, last: int, recorded_g: float | None = None) -> int:
        """Its index."""
        mean = latent_priors()[kind].mean
        self.append(Place(kind=kind, first=first, last=last, prior_mean=mean, recorded_g=recorded_g))
        return len(self) - 1


def lay_out(
    timeline: Timeline,
    data: GriddedData,
    window: Window,
    *,
    unlogged_steps: Sequence[int] = (),
    exercise: bool = False,
) -> Layout:
    """What can be estimated from a window.

    Args:
        timeline: the person's data.
        data: the window on the grid, with the warm-up before it.
        window: the fitted days; nothing after its end is looked at.
        unlogged_steps: at which steps a meal may have begun that nobody logged.
        exercise: whether the person's answer to exercise is asked for.
    """
    known = timeline.cut(Window(start=data.start - timedelta(days=SLEEP_DAYS), end=window.end))
    places, none = _Places(), -1
    day = _days(places, data)
    carbs, absorption = _meals(places, known, data)
    unlogged = np.full(data.steps, none)
    for step in unlogged_steps:
        unlogged[step] = places.add(LatentKind.UNLOGGED_MEAL, step, step + 1)
        # What a logged meal before it was absorbed like says nothing of this one.
        absorption[step:][np.cumsum(carbs[step:] != none) == 0] = none
    offset, gain, pairs = _sensors(places, known, data)
    series = regressors(data, known, exercise=exercise)
    effects = np.array([places.add(one.kind, 0, data.steps) for one in series], dtype=int)
    for index, one in zip(effects, series, strict=True):
        places[index] = replace(places[index], prior_mean=one.prior_mean)
    marks = Marks(day=day, carbs=carbs, absorption=absorption, unlogged=unlogged, offset=offset, gain=gain)
    return Layout(
        start=data.start,
        places=tuple(places),
        pairs=tuple(pairs),
        blocks=_blocks(data, marks, series, effects),
    )


def _days(places: _Places, data: GriddedData) -> np.ndarray:
    """A latent input per local day."""
    clock, utc = np.asarray(data.inputs.minute_of_day), np.asarray(data.inputs.minute_utc)
    local = utc + np.mod(clock - utc + 720.0, 1440.0) - 720.0
    number = np.floor(local / 1440.0).astype(int)
    marks = np.zeros(data.steps, dtype=int)
    for one in np.unique(number):
        steps = np.flatnonzero(number == one)
        marks[steps] = places.add(LatentKind.DAY_SENSITIVITY, int(steps[0]), int(steps[-1]) + 1)
    return marks


def _meals(places: _Places, timeline: Timeline, data: GriddedData) -> tuple[np.ndarray, np.ndarray]:
    """For each meal of some size what was eaten of it, and how fast it was absorbed."""
    frame = timeline.frame(Meal).filter(pl.col("carbs_g") > 0.0).sort("time")
    steps = _steps(frame["time"], data.start)
    groups: list[tuple[int, int, float]] = []
    for step, grams in zip(steps, frame["carbs_g"].to_list(), strict=True):
        if not 0 <= step < data.steps:
            continue
        if groups and (step - groups[-1][0]) * STEP_MIN <= TOGETHER_MIN:
            groups[-1] = (groups[-1][0], step + 1, groups[-1][2] + grams)
        else:
            groups.append((step, step + 1, grams))
    carbs, absorption = np.full(data.steps, -1), np.full(data.steps, -1)
    for first, last, grams in groups:
        if grams >= SMALLEST_MEAL_G:
            carbs[first:last] = places.add(LatentKind.MEAL_CARBS, first, last, grams)
            absorption[first : first + ABSORBED_STEPS] = places.add(LatentKind.MEAL_ABSORPTION, first, last, grams)
    return carbs, absorption


def _steps(times: pl.Series, start: datetime) -> list[int]:
    return [int((time - start) // timedelta(minutes=STEP_MIN)) for time in times.to_list()]


def _sensors(places: _Places, timeline: Timeline, data: GriddedData) -> tuple[np.ndarray, np.ndarray, list[Pair]]:
    """A bias per sensor whose start is on record, or of the only one where finger-sticks can tell."""
    offset, gain = np.full(data.steps, -1), np.full(data.steps, -1)
    events = timeline.frame(DeviceEvent).filter(pl.col("kind") == str(DeviceEventKind.SENSOR_START))
    starts = sorted({step for step in _steps(events["time"], data.start) if 0 < step < data.steps})
    found = _pairs(timeline)
    if not starts and len(found) < FEWEST_PAIRS:
        return offset, gain, []
    edges = [0, *starts, data.steps]
    known = np.asarray(data.readings.kind) != NO_READING
    for first, last in pairwise(edges):
        if not known[first:last].any():
            continue
        offset[first:last] = places.add(LatentKind.SENSOR_OFFSET, first, last)
        gain[first:last] = places.add(LatentKind.SENSOR_GAIN, first, last)
    pairs: list[Pair] = []
    for time, sensor, finger in found:
        step = int((time - data.start) // timedelta(minutes=STEP_MIN))
        if 0 <= step < data.steps and offset[step] >= 0:
            pairs.append(
                Pair(sensor_mgdl=sensor, fingerstick_mgdl=finger, offset=int(offset[step]), gain=int(gain[step]))
            )
    return offset, gain, pairs


def _pairs(timeline: Timeline) -> list[tuple[datetime, float, float]]:
    """Time, sensor and finger-stick glucose where both are values."""
    frame = timeline.frame(GlucoseReading).filter(pl.col("censoring") == str(Censoring.NONE)).sort("time")
    sensor = frame.filter(pl.col("kind").is_in([str(GlucoseKind.CGM), str(GlucoseKind.SCAN)]))
    finger = frame.filter(pl.col("kind") == str(GlucoseKind.FINGERSTICK))
    if not len(sensor) or not len(finger):
        return []
    joined = finger.select("time", pl.col("glucose_mgdl").alias("finger")).join_asof(
        sensor.select("time", pl.col("glucose_mgdl").alias("sensor")),
        on="time",
        strategy="nearest",
        tolerance=timedelta(minutes=PAIR_MIN),
    )
    return [tuple(row) for row in joined.drop_nulls().select("time", "sensor", "finger").iter_rows()]


def _blocks(data: GriddedData, marks: Marks, series: Sequence[Regressor], effects: np.ndarray) -> Blocks:
    count = max(1, -(-(data.steps - WARM_UP_STEPS) // STEPS_PER_DAY))
    count = -(-count // BLOCK_UNIT) * BLOCK_UNIT
    index = np.arange(count)[:, None] * STEPS_PER_DAY + np.arange(BLOCK_STEPS)[None]
    inside, index = index < data.steps, np.minimum(index, data.steps - 1)
    readings = jax.tree.map(lambda values: np.asarray(values)[index], data.readings)
    readings = Readings(
        glucose_mgdl=np.asarray(readings.glucose_mgdl), kind=np.where(inside, readings.kind, NO_READING)
    )
    present = readings.kind != NO_READING
    first = np.where(present.any(axis=1), present.argmax(axis=1), 0)
    guess = np.where(present.any(axis=1), readings.glucose_mgdl[np.arange(count), first], 140.0)
    cut = jax.tree.map(lambda values: np.where(inside, values[index], -1), marks)
    own, places = _slots(cut, effects)
    shape = (count, len(series), BLOCK_STEPS)
    log_action = np.array([one.log_action[index] for one in series]).reshape(len(series), count, BLOCK_STEPS)
    flux = np.array([one.flux_mgdl_per_min[index] for one in series]).reshape(len(series), count, BLOCK_STEPS)
    return Blocks(
        inputs=data.inputs.map(lambda values: np.asarray(values)[index]),
        readings=readings,
        first_guess_mgdl=guess,
        marks=own,
        log_action=np.swapaxes(log_action, 0, 1).reshape(shape),
        flux_mgdl_per_min=np.swapaxes(flux, 0, 1).reshape(shape),
        effects=np.broadcast_to(np.arange(len(effects)), (count, len(effects))),
        scored=present & (np.arange(BLOCK_STEPS) >= WARM_UP_STEPS),
        places=places,
    )


def _slots(marks: Marks, effects: np.ndarray) -> tuple[Marks, np.ndarray]:
    """Marks as slots of each block (effects first), and which latent input every slot is."""
    leaves = np.stack(jax.tree.leaves(marks))
    members = [np.unique(block[block >= 0]) for block in np.swapaxes(leaves, 0, 1)]
    most = len(effects) + max(len(one) for one in members)
    slots = -(-most // SLOT_UNIT) * SLOT_UNIT
    places = np.full((len(members), slots), -1)
    own = np.full_like(leaves, slots)
    for block, member in enumerate(members):
        places[block, : len(effects)] = effects
        places[block, len(effects) : len(effects) + len(member)] = member
        here = leaves[:, block]
        found = np.searchsorted(member, here)
        own[:, block] = np.where(here >= 0, len(effects) + found, slots)
    return jax.tree.unflatten(jax.tree.structure(marks), list(own)), places
