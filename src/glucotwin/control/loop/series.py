"""Effects over time: cumulative changes of glucose on Loop's grid of five minutes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

STEP_S = 300.0
MINUTE_S = 60.0
HOUR_S = 3600.0
STEP_MIN = STEP_S / MINUTE_S


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Values at increasing times.

    Attributes:
        time_s: times, s since 1970.
        value: what is there, mg/dL: an effect counts from its own start, a forecast is absolute.
    """

    time_s: Float[np.ndarray, " time"]
    value: Float[np.ndarray, " time"]

    def __len__(self) -> int:
        return int(self.time_s.size)

    @property
    def increment(self) -> Float[np.ndarray, " time"]:
        """Change from the value before; 0 at the first."""
        return np.diff(self.value, prepend=self.value[:1])


def no_series() -> Series:
    """A series of nothing."""
    return Series(time_s=np.zeros(0), value=np.zeros(0))


def floor_to_step(time_s: float) -> float:
    """The last point of the grid at or before a time."""
    return float(np.floor(time_s / STEP_S) * STEP_S)


def ceil_to_step(time_s: float) -> float:
    """The first point of the grid at or after a time."""
    return float(np.ceil(time_s / STEP_S) * STEP_S)


def grid_between(start_s: float, end_s: float) -> Float[np.ndarray, " time"]:
    """Points of the grid from the one at or before a start to the one at or after an end."""
    first = floor_to_step(start_s)
    return first + STEP_S * np.arange(round((ceil_to_step(end_s) - first) / STEP_S) + 1)
