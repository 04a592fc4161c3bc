"""Faults drawn by published rates: how often something goes wrong, when, and for how long."""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache, partial
from statistics import NormalDist
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field, model_validator

from glucotwin.core.array import Array, Float, PRNGKeyArray
from glucotwin.core.random import stream_key
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.devices.catalogue import FAULT_PRESETS
from glucotwin.devices.chance import SMALLEST
from glucotwin.devices.device_file import About, Part, Positive, read_device_file
from glucotwin.devices.fault import MIN_PER_H, SENSOR_FAULTS, SIZES, Fault, FaultKind, fault_from_text

CENTRAL_90 = 2.0 * 1.645
HOURS_PER_DAY = 24.0
MOST_PER_DAY = 20
LARGEST_PER_DAY = 8.0
"""A rate at which a day with more than ``MOST_PER_DAY`` is one in ten thousand."""

NORMAL = NormalDist()


class FaultRate(Part):
    """How often something goes wrong.

    Attributes:
        kind: what.
        per_day: how often; with ``all_hours`` the chance of each day.
        hours: local hours in which it begins.
        all_hours: whether it lasts for just these hours.
        median_min, range_min: of its length, log-normal; the range holds the central 90 %.
        median_size, range_size: of its size, likewise; the kind's default where they are missing.
    """

    kind: FaultKind
    per_day: Annotated[float, Field(gt=0.0, le=LARGEST_PER_DAY)]
    hours: tuple[float, float] = (0.0, HOURS_PER_DAY)
    all_hours: bool = False
    median_min: Positive = 1.0
    range_min: tuple[Positive, Positive] = (1.0, 1.0)
    median_size: Positive | None = None
    range_size: tuple[Positive, Positive] = (1.0, 1.0)

    @model_validator(mode="after")
    def _check(self) -> "FaultRate":
        if not 0.0 <= self.hours[0] < self.hours[1] <= HOURS_PER_DAY:
            raise ValueError("hours have to lie within a day and end after they begin")
        if self.median_size is None and SIZES[self.kind].default is None:
            raise ValueError(f"{self.kind} needs a size")
        if self.all_hours and self.per_day > 1.0:
            raise ValueError("a chance is at most 1")
        return self


class FaultPreset(Part):
    """Rates that belong together, with their sources."""

    about: About
    faults: tuple[FaultRate, ...] = Field(min_length=1)


@cache
def fault_preset(name: str) -> FaultPreset:
    """A preset that ships with the package, one of ``FAULT_PRESETS``."""
    return read_device_file("fault", name, FaultPreset)


def check_fault_text(text: str) -> None:
    """Passes when a text is a fault as it is written on a command line, or the name of a preset.

    Raises:
        DataError: it is neither, or does not fit.
    """
    if text.strip() not in FAULT_PRESETS:
        fault_from_text(text)


def faults_named(
    texts: Iterable[str], *, start: datetime, days: float, key: PRNGKeyArray, sensor_has_own: bool = False
) -> tuple[Fault, ...]:
    """Faults as they are written on a command line: single ones, and presets that are drawn.

    Args:
        texts: each ``KIND:FROM-TO[:SIZE]`` or the name of a preset.
        start: aware local time of the run's first minute.
        days: length of the run.
        key: of the run; the same key draws the same faults.
        sensor_has_own: whether the sensor has its own pressure, gaps and ends; a preset then leaves them to it.

    Raises:
        DataError: one is neither, or does not fit.
    """
    made: list[Fault] = []
    for text in texts:
        if text.strip() not in FAULT_PRESETS:
            made.append(fault_from_text(text))
            continue
        rates = fault_preset(text.strip()).faults
        kept = [(row, one) for row, one in enumerate(rates) if not (sensor_has_own and one.kind in SENSOR_FAULTS)]
        for row, rate in kept:
            made += drawn_faults(
                rate, start=start, days=days, key=stream_key(key, subject=text.strip(), stream=f"fault-{row}")
            )
    return tuple(made)


def drawn_faults(rate: FaultRate, *, start: datetime, days: float, key: PRNGKeyArray) -> list[Fault]:
    """One row's faults over the days, in order of time.

    Args:
        rate: of the row.
        start: aware local time of the first minute.
        days: of the run; what begins later is left out. Days are taken as 24 h long.
        key: each day of the run has its own chance, so that a longer run begins as a shorter one.
    """
    begin_min = start.hour * MIN_PER_H + start.minute
    found: list[Fault] = []
    for day, chance in enumerate(np.asarray(_chance_by_day(key, math.ceil(days) + 1))):
        midnight_min = MINUTES_PER_DAY * day - begin_min
        found += [one for one in _faults_of_day(rate, midnight_min, chance) if one.first_min < MINUTES_PER_DAY * days]
    return found


@partial(jax.jit, static_argnames="days")
def _chance_by_day(key: PRNGKeyArray, days: int) -> Float[Array, "days chances"]:
    """Uniform numbers of each day, whatever the number of days; compiled, because one draw alone costs milliseconds."""
    keys = jax.vmap(jax.random.fold_in, in_axes=(None, 0))(key, jnp.arange(days))
    count = 1 + 3 * MOST_PER_DAY
    return jax.vmap(partial(jax.random.uniform, shape=(count,), minval=SMALLEST, maxval=1.0 - SMALLEST))(keys)


def _faults_of_day(rate: FaultRate, midnight_min: float, chance: np.ndarray) -> Iterator[Fault]:
    first_h, last_h = rate.hours
    if rate.all_hours:
        if chance[0] < rate.per_day:
            yield from _fault(rate, midnight_min + MIN_PER_H * first_h, MIN_PER_H * (last_h - first_h), 0.0)
        return
    own = chance[1:].reshape(MOST_PER_DAY, 3)[: _count(rate.per_day, float(chance[0]))]
    for when, length, size in own[np.argsort(own[:, 0])].tolist():
        lasts_min = rate.median_min * math.exp(_log_sd(rate.range_min) * NORMAL.inv_cdf(length))
        first_min = midnight_min + MIN_PER_H * (first_h + (last_h - first_h) * when)
        yield from _fault(rate, first_min, lasts_min, NORMAL.inv_cdf(size))


def _count(mean: float, uniform: float) -> int:
    """The quantile of the Poisson distribution, at most ``MOST_PER_DAY``."""
    term = below = math.exp(-mean)
    count = 0
    while uniform > below and count < MOST_PER_DAY:
        count += 1
        term *= mean / count
        below += term
    return count


def _fault(rate: FaultRate, first_min: float, lasts_min: float, size_z: float) -> Iterator[Fault]:
    """The fault, unless it is over when the run begins."""
    last_min = first_min + max(lasts_min, 1.0)
    if last_min <= SMALLEST:
        return
    known = SIZES[rate.kind]
    default = known.default
    size = default if rate.median_size is None else rate.median_size * math.exp(_log_sd(rate.range_size) * size_z)
    if size is not None:
        bounded = min(max(size, known.low), known.high)
        yield Fault(kind=rate.kind, first_min=max(first_min, 0.0), last_min=last_min, size=bounded)


def _log_sd(bounds: tuple[float, float]) -> float:
    return math.log(bounds[1] / bounds[0]) / CENTRAL_90
