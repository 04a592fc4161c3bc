"""Faults as data: what is wrong with a device, from when to when and how much, scripted or drawn."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Array, Bool, Float, Int
from glucotwin.core.error import DataError, ErrorCode

MIN_PER_H: Final = 60.0


class FaultKind(StrEnum):
    """What can be wrong; the unit of its size is in ``SIZES``."""

    BIAS = "bias"
    GAIN = "gain"
    DRIFT = "drift"
    DROPOUT = "dropout"
    STUCK = "stuck"
    PRESSURE = "compression-low"
    SENSOR_END = "sensor-end"
    OCCLUSION = "occlusion"
    SITE_FAILURE = "site-failure"
    OVER_DELIVERY = "over-delivery"
    UNDER_DELIVERY = "under-delivery"
    DELAY = "delayed-delivery"
    SUSPENDED = "suspended"
    EMPTY = "empty-reservoir"
    MISSED_BOLUS = "missed-bolus"
    DOUBLE_BOLUS = "double-bolus"
    UNLOGGED_BOLUS = "unlogged-bolus"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSize:
    """The size of a kind of fault.

    Attributes:
        unit: of the size; empty where there is nothing to size.
        default: when none is given; None where one has to be.
        low, high: bounds.
    """

    unit: str
    default: float | None
    low: float
    high: float


_SHARE = FaultSize(unit="fraction", default=1.0, low=0.0, high=1.0)
_SIZELESS = FaultSize(unit="", default=1.0, low=1.0, high=1.0)

SIZES: Final = {
    FaultKind.BIAS: FaultSize(unit="mg/dL", default=None, low=-400.0, high=400.0),
    FaultKind.GAIN: FaultSize(unit="factor", default=None, low=0.1, high=5.0),
    FaultKind.DRIFT: FaultSize(unit="mg/dL per day", default=None, low=-400.0, high=400.0),
    FaultKind.DROPOUT: _SIZELESS,
    FaultKind.STUCK: _SIZELESS,
    FaultKind.PRESSURE: FaultSize(unit="mg/dL", default=24.0, low=0.0, high=400.0),
    FaultKind.SENSOR_END: _SIZELESS,
    FaultKind.OCCLUSION: _SHARE,
    FaultKind.SITE_FAILURE: _SHARE,
    FaultKind.OVER_DELIVERY: FaultSize(unit="fraction", default=None, low=0.0, high=5.0),
    FaultKind.UNDER_DELIVERY: FaultSize(unit="fraction", default=None, low=0.0, high=1.0),
    FaultKind.DELAY: FaultSize(unit="min", default=None, low=1.0, high=600.0),
    FaultKind.SUSPENDED: _SIZELESS,
    FaultKind.EMPTY: _SIZELESS,
    FaultKind.MISSED_BOLUS: _SIZELESS,
    FaultKind.DOUBLE_BOLUS: _SIZELESS,
    FaultKind.UNLOGGED_BOLUS: _SIZELESS,
}
"""Units, defaults and bounds by kind."""

SENSOR_FAULTS: Final = (
    FaultKind.BIAS,
    FaultKind.GAIN,
    FaultKind.DRIFT,
    FaultKind.DROPOUT,
    FaultKind.STUCK,
    FaultKind.PRESSURE,
    FaultKind.SENSOR_END,
)
PUMP_FAULTS: Final = tuple(kind for kind in FaultKind if kind not in SENSOR_FAULTS)
_NUMBER: Final = {kind: number for number, kind in enumerate(FaultKind)}
_TEXT: Final = re.compile(r"(?P<kind>[a-z-]+):(?P<first>[0-9.]+)-(?P<last>[0-9.]+)(:(?P<size>-?[0-9.]+))?")
HINT: Final = "Write KIND:FROM-TO or KIND:FROM-TO:SIZE with hours from the start, e.g. occlusion:30-36:1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something is wrong for a while.

    Attributes:
        kind: what.
        first_min, last_min: minutes from the start, ``[first, last)``.
        size: how much, in the unit of ``SIZES[kind]``.

    Raises:
        DataError: it ends before it begins, or its size is missing or out of bounds.
    """

    kind: FaultKind
    first_min: float
    last_min: float
    size: float

    def __post_init__(self) -> None:
        known = SIZES[self.kind]
        if not 0.0 <= self.first_min < self.last_min:
            raise DataError(ErrorCode.INVALID_VALUE, f"The fault {self.kind} does not end after it begins.", hint=HINT)
        if not known.low <= self.size <= known.high:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"The size {self.size:g} of the fault {self.kind} is not within {known.low:g} and {known.high:g}.",
                hint=f"Its unit: {known.unit or 'none; leave it out'}.",
            )


def make_fault(kind: str, *, first_min: float, last_min: float, size: float | None = None) -> Fault:
    """A fault by the name of its kind.

    Raises:
        DataError: there is no such kind, it needs a size, or does not fit.
    """
    if kind not in _NUMBER:
        raise DataError(
            ErrorCode.INVALID_VALUE, f"There is no fault {kind!r}.", hint=f"Faults: {', '.join(FaultKind)}."
        )
    known = FaultKind(kind)
    chosen = SIZES[known].default if size is None else size
    if chosen is None:
        raise DataError(ErrorCode.INVALID_VALUE, f"The fault {kind} needs a size in {SIZES[known].unit}.", hint=HINT)
    return Fault(kind=known, first_min=first_min, last_min=last_min, size=chosen)


def fault_from_text(text: str) -> Fault:
    """A fault as it is written on a command line: ``KIND:FROM-TO[:SIZE]``, hours from the start.

    Raises:
        DataError: it is written otherwise, or does not fit.
    """
    found = _TEXT.fullmatch(text.strip())
    numbers = _numbers(found) if found else None
    if found is None or numbers is None:
        raise DataError(ErrorCode.INVALID_VALUE, f"{text!r} is no fault.", hint=HINT)
    first, last, size = numbers
    first, last = MIN_PER_H * first, MIN_PER_H * last
    return make_fault(found["kind"], first_min=first, last_min=last, size=size)


def _numbers(found: re.Match[str]) -> tuple[float, float, float | None] | None:
    """From, to and size; None where one of them is no number."""
    try:
        return float(found["first"]), float(found["last"]), float(found["size"]) if found["size"] else None
    except ValueError:
        return None


class FaultSchedule(eqx.Module):
    """Faults as arrays that a device looks up minute by minute.

    Attributes:
        kind: number of the kind.
        first_minute, last_minute: minutes since 1970 UTC, ``[first, last)``.
        size: how much.
    """

    kind: Int[AnyArray, " faults"]
    first_minute: Int[AnyArray, " faults"]
    last_minute: Int[AnyArray, " faults"]
    size: Float[AnyArray, " faults"]

    def _now(self, kind: FaultKind, minute: Int[Array, ""]) -> Bool[Array, " faults"]:
        matches = jnp.asarray(self.kind) == _NUMBER[kind]
        return matches & (jnp.asarray(self.first_minute) <= minute) & (minute < jnp.asarray(self.last_minute))

    def is_on(self, kind: FaultKind, minute: Int[Array, ""]) -> Bool[Array, ""]:
        """Whether any fault of a kind holds in a minute."""
        return jnp.any(self._now(kind, minute))

    def total(self, kind: FaultKind, minute: Int[Array, ""]) -> Float[Array, ""]:
        """The sizes of a kind that hold in a minute, added; 0 for none."""
        return jnp.sum(jnp.where(self._now(kind, minute), self.size, 0.0))

    def largest(self, kind: FaultKind, minute: Int[Array, ""]) -> Float[Array, ""]:
        """The largest size of a kind that holds in a minute; 0 for none."""
        return jnp.max(jnp.where(self._now(kind, minute), self.size, 0.0), initial=0.0)

    def factor(self, kind: FaultKind, minute: Int[Array, ""]) -> Float[Array, ""]:
        """The sizes of a kind that hold in a minute, multiplied; 1 for none."""
        return jnp.prod(jnp.where(self._now(kind, minute), self.size, 1.0))

    def size_days(self, kind: FaultKind, minute: Int[Array, ""]) -> Float[Array, ""]:
        """Size times the days since each fault of a kind began, added; 0 for none."""
        days = (minute - jnp.asarray(self.first_minute)).astype(jnp.float64) / 1440.0
        return jnp.sum(jnp.where(self._now(kind, minute), self.size * days, 0.0))


def fault_schedule(faults: Iterable[Fault], *, start_minute: int, least_rows: int = 0) -> FaultSchedule:
    """Faults as a schedule in absolute time.

    Args:
        faults: relative to the start.
        start_minute: of the simulation, since 1970 UTC.
        least_rows: how many rows it has at least, those without a fault never holding: schedules of one length share a
            compiled program.
    """
    made = _schedule(tuple(faults), start_minute)
    missing = max(0, least_rows - made.kind.size)
    return jax.tree.map(lambda column: np.pad(column, (0, missing)), made)


def _schedule(rows: tuple[Fault, ...], start_minute: int) -> FaultSchedule:
    return FaultSchedule(
        kind=np.array([_NUMBER[one.kind] for one in rows], dtype=np.int64),
        first_minute=np.array([start_minute + round(one.first_min) for one in rows], dtype=np.int64),
        last_minute=np.array([start_minute + round(one.last_min) for one in rows], dtype=np.int64),
        size=np.array([one.size for one in rows], dtype=np.float64),
    )
