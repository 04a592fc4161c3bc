"""Shapes of absorption: how much of a meal is absorbed after a share of its absorption time."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float

_RISE_END = 0.15
_FALL_START = 0.5
_HEIGHT = 2 / (1 + _FALL_START - _RISE_END)


class AbsorptionModel(Protocol):
    """A shape of absorption, with time and amount as shares of the whole."""

    def absorbed(self, time: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Share absorbed at a share of the time."""
        ...

    def rate(self, time: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Rate at a share of the time; 1 on the average."""
        ...

    def time_of(self, absorbed: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Share of the time at which a share is absorbed."""
        ...


@dataclass(frozen=True, slots=True)
class Linear:
    """The same rate all the time."""

    def absorbed(self, time: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Share absorbed at a share of the time."""
        return np.clip(time, 0.0, 1.0)

    def rate(self, time: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Rate at a share of the time: 1 within it."""
        return np.where((time > 0) & (time <= 1), 1.0, 0.0)

    def time_of(self, absorbed: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Share of the time at which a share is absorbed."""
        return np.clip(absorbed, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PiecewiseLinear:
    """A rate that rises, stays and falls; it rises until 15 % of the time and falls from half of it on."""

    def absorbed(self, time: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Share absorbed at a share of the time."""
        time = np.clip(time, 0.0, 1.0)
        rising = 0.5 * _HEIGHT * time**2 / _RISE_END
        level = _HEIGHT * (time - 0.5 * _RISE_END)
        into_fall = time - _FALL_START
        falling = _HEIGHT * (_FALL_START - 0.5 * _RISE_END + into_fall * (1 - 0.5 * into_fall / (1 - _FALL_START)))
        return np.select([time < _RISE_END, time < _FALL_START, time < 1], [rising, level, falling], 1.0)

    def rate(self, time: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Rate at a share of the time; 0 outside it."""
        return np.select(
            [time < 0, time < _RISE_END, time < _FALL_START, time < 1],
            [0.0, _HEIGHT * time / _RISE_END, _HEIGHT, _HEIGHT * (1 - time) / (1 - _FALL_START)],
            0.0,
        )

    def time_of(self, absorbed: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Share of the time at which a share is absorbed."""
        absorbed = np.clip(absorbed, 0.0, 1.0)
        rest = (1 - _FALL_START) * (1 + _FALL_START - _RISE_END) * (1 - absorbed)
        return np.select(
            [absorbed < 0.5 * _HEIGHT * _RISE_END, absorbed < _HEIGHT * (_FALL_START - 0.5 * _RISE_END), absorbed < 1],
            [np.sqrt(2 * _RISE_END * absorbed / _HEIGHT), 0.5 * _RISE_END + absorbed / _HEIGHT, 1 - np.sqrt(rest)],
            1.0,
        )
