"""Shapes of absorption: how much of a meal is absorbed after a share of its absorption time.

The same formulas serve NumPy and JAX: each asks its argument's own array library.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    import jax

_RISE_END = 0.15
_FALL_START = 0.5
_HEIGHT = 2 / (1 + _FALL_START - _RISE_END)

Values = TypeVar("Values", np.ndarray, "jax.Array")
"""Numbers of any shape."""


class AbsorptionModel(Protocol):
    """A shape of absorption, with time and amount as shares of the whole."""

    def absorbed(self, time: Values) -> Values:
        """Share absorbed at a share of the time."""
        ...

    def rate(self, time: Values) -> Values:
        """Rate at a share of the time; 1 on the average."""
        ...

    def time_of(self, absorbed: Values) -> Values:
        """Share of the time at which a share is absorbed."""
        ...


@dataclass(frozen=True, slots=True)
class Linear:
    """The same rate all the time."""

    def absorbed(self, time: Values) -> Values:
        """Share absorbed at a share of the time."""
        array = time.__array_namespace__()
        return array.clip(time, 0.0, 1.0)

    def rate(self, time: Values) -> Values:
        """Rate at a share of the time: 1 within it."""
        array = time.__array_namespace__()
        return array.where((time > 0) & (time <= 1), 1.0, 0.0)

    def time_of(self, absorbed: Values) -> Values:
        """Share of the time at which a share is absorbed."""
        array = absorbed.__array_namespace__()
        return array.clip(absorbed, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PiecewiseLinear:
    """A rate that rises, stays and falls; it rises until 15 % of the time and falls from half of it on."""

    def absorbed(self, time: Values) -> Values:
        """Share absorbed at a share of the time."""
        array = time.__array_namespace__()
        time = array.clip(time, 0.0, 1.0)
        rising = 0.5 * _HEIGHT * time**2 / _RISE_END
        level = _HEIGHT * (time - 0.5 * _RISE_END)
        into_fall = time - _FALL_START
        falling = _HEIGHT * (_FALL_START - 0.5 * _RISE_END + into_fall * (1 - 0.5 * into_fall / (1 - _FALL_START)))
        return array.select([time < _RISE_END, time < _FALL_START, time < 1], [rising, level, falling], 1.0)

    def rate(self, time: Values) -> Values:
        """Rate at a share of the time; 0 outside it."""
        array = time.__array_namespace__()
        return array.select(
            [time < 0, time < _RISE_END, time < _FALL_START, time < 1],
            [0.0, _HEIGHT * time / _RISE_END, _HEIGHT, _HEIGHT * (1 - time) / (1 - _FALL_START)],
            0.0,
        )

    def time_of(self, absorbed: Values) -> Values:
        """Share of the time at which a share is absorbed."""
        array = absorbed.__array_namespace__()
        absorbed = array.clip(absorbed, 0.0, 1.0)
        rest = (1 - _FALL_START) * (1 + _FALL_START - _RISE_END) * (1 - absorbed)
        return array.select(
            [absorbed < 0.5 * _HEIGHT * _RISE_END, absorbed < _HEIGHT * (_FALL_START - 0.5 * _RISE_END), absorbed < 1],
            [
                array.sqrt(2 * _RISE_END * absorbed / _HEIGHT),
                0.5 * _RISE_END + absorbed / _HEIGHT,
                1 - array.sqrt(rest),
            ],
            1.0,
        )
