"""Settings that change over time: basal rates, sensitivities, carb ratios, targets."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """A setting piece by piece; what is in force at a time is the last piece that began by then.

    Attributes:
        start_s: starts of the pieces, increasing, s since 1970.
        end_s: their ends.
        value: what holds within each, in the setting's unit.
    """

    start_s: Float[np.ndarray, " piece"]
    end_s: Float[np.ndarray, " piece"]
    value: Float[np.ndarray, " piece"]

    def __len__(self) -> int:
        return int(self.start_s.size)

    def starts_by(self, time_s: float) -> bool:
        """Whether something is in force at a time."""
        return len(self) > 0 and bool(self.start_s[0] <= time_s)

    def at(self, time_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """What is in force at times; before the first piece, the first one's value."""
        return self.value[self.index_at(time_s)]

    def index_at(self, time_s: Float[np.ndarray, " time"]) -> Int[np.ndarray, " time"]:
        """Which piece is in force at times; before the first piece, the first."""
        return np.maximum(np.searchsorted(self.start_s, time_s, side="right") - 1, 0)

    def at_moment(self, time_s: float) -> float:
        """What is in force at one time; before the first piece, the first one's value."""
        return float(self.at(np.array([time_s]))[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetRange:
    """The range that glucose should be in, over time, mg/dL."""

    lower: Timeline
    upper: Timeline

    def __len__(self) -> int:
        return len(self.lower)

    def middle_at(self, time_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """Middle of the range in force at times, mg/dL."""
        return (self.lower.at(time_s) + self.upper.at(time_s)) / 2
