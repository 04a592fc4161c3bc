"""What the last hours' forecasts missed, carried forward: standard and integral retrospective correction."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.counteraction import Counteraction
from glucotwin.control.loop.series import MINUTE_S, STEP_MIN, STEP_S, Series, floor_to_step, no_series

if TYPE_CHECKING:
    import jax

Number = TypeVar("Number", float, "jax.Array")

GROUP_S = 30 * MINUTE_S
_GROUP_REACH = 1.01
RECENT_S = 15 * MINUTE_S
EFFECT_MIN = 60.0
LONGEST_EFFECT_MIN = 180.0
HISTORY_S = 180 * MINUTE_S
LEAST_MGDL = 0.1
FORGET = float(np.exp(-STEP_MIN / 60.0))
INTEGRAL_GAIN = (1 - FORGET) / FORGET * (2.0 - 1.0)
PROPORTIONAL_GAIN = 1.0 - INTEGRAL_GAIN
DERIVATIVE_GAIN = 2.0
STEEPEST_MGDL_PER_MIN = 4.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discrepancies:
    """Changes of glucose that neither insulin nor meals explain, each summed over the half hour before it.

    Attributes:
        start_s: time of the first change in each sum, s since 1970.
        end_s: time of the last.
        value_mgdl: the sums.
    """

    start_s: Float[np.ndarray, " time"]
    end_s: Float[np.ndarray, " time"]
    value_mgdl: Float[np.ndarray, " time"]

    def __len__(self) -> int:
        return int(self.end_s.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correction:
    """A correction of the forecast.

    Attributes:
        total_mgdl: what is corrected for; None if there is nothing recent.
        effect: glucose if it alone acted, mg/dL.
    """

    total_mgdl: float | None
    effect: Series


def discrepancies(seen: Counteraction, carbs: Series) -> Discrepancies:
    """Take the meals' expected effect off the counteraction and sum over half hours."""
    points = _unexplained(seen, carbs)
    reach = points.time_s[:, None] <= points.time_s[None, :] + GROUP_S * _GROUP_REACH
    earlier = np.tri(len(points), dtype=bool)
    counts = reach & earlier
    first = np.argmax(counts, axis=1) if len(points) else np.zeros(0, dtype=np.int64)
    return Discrepancies(
        start_s=points.time_s[first],
        end_s=points.time_s,
        value_mgdl=np.sum(np.where(counts, points.value[None, :], 0.0), axis=1),
    )


def _unexplained(seen: Counteraction, carbs: Series) -> Series:
    """Changes per five minutes; intervals are matched one by one with the changes of the meals' effect."""
    keep = seen.end_s >= carbs.time_s[0] if len(carbs) else np.ones(len(seen), dtype=bool)
    end_s, change = seen.end_s[keep], seen.rate_mgdl_per_s[keep] * STEP_S
    expected = np.zeros(end_s.size)
    index = 0
    first = int(np.searchsorted(carbs.time_s, seen.end_s[0])) if len(seen) else 0
    for point in range(first + 1, len(carbs)):
        if index == end_s.size:
            break
        if end_s[index] <= carbs.time_s[point]:
            expected[index] = carbs.value[point] - carbs.value[point - 1]
            index += 1
    return Series(time_s=end_s, value=change - expected)


def retrospective_correction(
    summed: Discrepancies, *, glucose_s: float, glucose_mgdl: float, integral: bool
) -> Correction:
    """Carry the last sum forward, fading.

    Args:
        summed: the sums so far.
        glucose_s: time of the last reading.
        glucose_mgdl: the last reading.
        integral: whether a lasting discrepancy counts for more and longer.
    """
    if not len(summed) or glucose_s - summed.end_s[-1] > RECENT_S:
        return Correction(total_mgdl=None, effect=no_series())
    total, duration_min = _integral(summed, glucose_s) if integral else (float(summed.value_mgdl[-1]), EFFECT_MIN)
    span_min = max(float(summed.end_s[-1] - summed.start_s[-1]), GROUP_S) / MINUTE_S
    rate = total * EFFECT_MIN / duration_min / span_min
    if integral:
        rate = float(np.clip(rate, -STEEPEST_MGDL_PER_MIN, STEEPEST_MGDL_PER_MIN))
    return Correction(total_mgdl=total, effect=_fading(glucose_s, glucose_mgdl, rate, duration_min))


def _integral(summed: Discrepancies, glucose_s: float) -> tuple[float, float]:
    """Total by proportion, integral and fall, mg/dL, and how long it acts, min."""
    recent = _same_sign_run(summed, glucose_s)
    accumulated = 0.0
    for value in recent:
        accumulated = FORGET * accumulated + INTEGRAL_GAIN * float(value)
    duration = min(EFFECT_MIN - 2 * STEP_MIN + 2 * STEP_MIN * recent.size, LONGEST_EFFECT_MIN)
    current = float(summed.value_mgdl[-1])
    change = current - float(recent[-2]) if recent.size > 1 else 0.0
    return PROPORTIONAL_GAIN * current + accumulated + DERIVATIVE_GAIN * min(0.0, change), duration


def _same_sign_run(summed: Discrepancies, glucose_s: float) -> Float[np.ndarray, " run"]:
    """The latest sums, oldest first, as long as they have the last one's sign and follow each other."""
    keep = (summed.end_s >= glucose_s - HISTORY_S) & (summed.end_s <= glucose_s)
    value, end_s = summed.value_mgdl[keep][::-1], summed.end_s[keep][::-1]
    if not value.size:
        return value
    sign = np.signbit(summed.value_mgdl[-1])
    gap = np.diff(end_s, prepend=summed.end_s[-1])
    follows = (np.signbit(value) == sign) & (-gap <= RECENT_S) & (np.abs(value) >= LEAST_MGDL)
    length = value.size if np.all(follows) else int(np.argmin(follows))
    return value[:length][::-1]


def _fading(start_s: float, start_mgdl: float, rate_mgdl_per_min: float, duration_min: float) -> Series:
    """Glucose under a rate that falls to 0 in a straight line, from the step before the start."""
    first_s = floor_to_step(start_s)
    count = int(np.ceil((start_s + duration_min * MINUTE_S - first_s) / STEP_S))
    time_s = first_s + STEP_S * np.arange(count)
    bend, slope = fading_parabola(rate_mgdl_per_min, duration_min)
    elapsed = np.maximum(time_s - start_s, 0.0) / MINUTE_S
    return Series(time_s=time_s, value=bend * elapsed**2 + slope * elapsed + start_mgdl)


def fading_parabola(rate_mgdl_per_min: Number, duration_min: Number) -> tuple[Number, Number]:
    """Bend (mg/dL/min^2) and slope (mg/dL/min) of glucose under a rate that falls to 0 in a straight line."""
    first_change = rate_mgdl_per_min * STEP_MIN
    second_change = first_change * (1 - STEP_MIN / (duration_min - STEP_MIN))
    bend = (second_change - first_change) / (2 * STEP_MIN**2)
    return bend, (first_change + second_change - 4 * bend * STEP_MIN**2) / (2 * STEP_MIN)
