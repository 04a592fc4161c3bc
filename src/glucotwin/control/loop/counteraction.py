"""What glucose did beyond what insulin explains: the counteraction of meals, activity and everything else."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from glucotwin.control.loop.series import MINUTE_S, Series

_LEAST_APART_S = 4 * MINUTE_S


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Glucose:
    """Readings, oldest first.

    Attributes:
        time_s: times, s since 1970.
        value_mgdl: readings.
        is_calibration: readings that are only shown, entered to calibrate a sensor.
        source: where each comes from; readings of different sources are not compared.
    """

    time_s: Float[np.ndarray, " reading"]
    value_mgdl: Float[np.ndarray, " reading"]
    is_calibration: Bool[np.ndarray, " reading"]
    source: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.time_s.size)

    def within(self, start_s: float, end_s: float) -> "Glucose":
        """The readings from a start to an end, both included."""
        keep = (self.time_s >= start_s) & (self.time_s <= end_s)
        return Glucose(
            time_s=self.time_s[keep],
            value_mgdl=self.value_mgdl[keep],
            is_calibration=self.is_calibration[keep],
            source=tuple(one for one, kept in zip(self.source, keep, strict=True) if kept),
        )

    def is_gradual(self, largest_jump_mgdl: float) -> bool:
        """Whether there are two readings or more and none is further from the one before than a limit."""
        return len(self) > 1 and bool(np.all(np.abs(np.diff(self.value_mgdl)) <= largest_jump_mgdl))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counteraction:
    """Rates of change that insulin does not explain, over intervals.

    Attributes:
        start_s: starts of the intervals, s since 1970.
        end_s: their ends.
        rate_mgdl_per_s: the rate within each.
    """

    start_s: Float[np.ndarray, " interval"]
    end_s: Float[np.ndarray, " interval"]
    rate_mgdl_per_s: Float[np.ndarray, " interval"]

    def __len__(self) -> int:
        return int(self.start_s.size)


def counteraction(glucose: Glucose, effect: Series) -> Counteraction:
    """Take the effect of insulin off the changes between readings.

    A reading within four minutes of the one before is passed over; a change counts only between readings of one source
    of which none is a calibration. An effect's point is used once.
    """
    empty = np.zeros(0)
    if not len(effect):
        return Counteraction(start_s=empty, end_s=empty, rate_mgdl_per_s=empty)
    glucose = glucose.within(float(effect.time_s[0]), np.inf)
    point = np.searchsorted(effect.time_s, glucose.time_s, side="left")
    pairs: list[tuple[int, int, int, int]] = []
    start, used = 0, 0
    for end in range(1, len(glucose)):
        if glucose.time_s[end] - glucose.time_s[start] <= _LEAST_APART_S:
            continue
        if _comparable(glucose, start, end):
            first = max(int(point[start]), used)
            last = max(int(point[end]), first + 1)
            if last >= len(effect):
                break
            pairs.append((start, end, first, last))
            used = last
        start = end
    return _rates(glucose, effect, np.array(pairs, dtype=np.int64).reshape(-1, 4))


def _comparable(glucose: Glucose, start: int, end: int) -> bool:
    calibration = bool(glucose.is_calibration[start] or glucose.is_calibration[end])
    return glucose.source[start] == glucose.source[end] and not calibration


def _rates(glucose: Glucose, effect: Series, pairs: np.ndarray) -> Counteraction:
    start, end, first, last = pairs.T
    change = glucose.value_mgdl[end] - glucose.value_mgdl[start] - (effect.value[last] - effect.value[first])
    return Counteraction(
        start_s=glucose.time_s[start],
        end_s=glucose.time_s[end],
        rate_mgdl_per_s=change / (glucose.time_s[end] - glucose.time_s[start]),
    )
