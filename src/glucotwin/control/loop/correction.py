"""How much insulin a forecast asks for."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.insulin_model import InsulinModel
from glucotwin.control.loop.series import STEP_S, Series
from glucotwin.control.loop.timeline import TargetRange, Timeline

LOW_TARGET_UNTIL = 0.5
"""Share of the action time during which glucose may fall to the suspend threshold."""


class CorrectionKind(StrEnum):
    """Where a forecast lies, by Loop's names."""

    SUSPEND = "suspend"
    BELOW = "entirelyBelowRange"
    IN_RANGE = "inRange"
    ABOVE = "aboveRange"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a forecast asks for.

    Attributes:
        kind: where the forecast lies.
        insulin_u: insulin that brings it to the target, U; negative below the range.
        lowest_s: time of its lowest point, s since 1970.
        lowest_mgdl: its lowest point; where it falls below the suspend threshold, the first such point.
        least_mgdl: lower end of the range that the lowest point is judged by.
        correcting_s: time of the point that the insulin is worked out for.
    """

    kind: CorrectionKind
    insulin_u: float = 0.0
    lowest_s: float = 0.0
    lowest_mgdl: float = 0.0
    least_mgdl: float = 0.0
    correcting_s: float | None = None

    @property
    def dips(self) -> bool:
        """Whether the forecast is above the range in the end and below it before."""
        return self.kind is CorrectionKind.ABOVE and self.lowest_mgdl < self.least_mgdl


def correct(
    forecast: Series,
    *,
    moment_s: float,
    target: TargetRange,
    suspend_mgdl: float,
    sensitivity_mgdl_per_u: Timeline,
    model: InsulinModel,
) -> Correction:
    """Find the smallest dose that brings no point of a forecast below its target.

    Args:
        forecast: glucose to come, mg/dL.
        moment_s: time of the dose, s since 1970.
        target: range to aim for.
        suspend_mgdl: glucose below which no insulin is given.
        sensitivity_mgdl_per_u: what a unit lowers glucose by.
        model: how long the dose acts.
    """
    end_s = moment_s + model.effect_duration_s + STEP_S
    ahead = (forecast.time_s >= moment_s) & (forecast.time_s < end_s)
    time_s, value = forecast.time_s[ahead], forecast.value[ahead]
    if not value.size:
        return Correction(kind=CorrectionKind.IN_RANGE)
    low = value < suspend_mgdl
    if np.any(low):
        first = int(np.argmax(low))
        return Correction(kind=CorrectionKind.SUSPEND, lowest_s=float(time_s[first]), lowest_mgdl=float(value[first]))
    effect = _effect_by(time_s, moment_s, sensitivity_mgdl_per_u, model)
    goal = _goal(time_s, moment_s, target, suspend_mgdl, model)
    return _judge(time_s, value, effect, goal, target)


def _judge(
    time_s: Float[np.ndarray, " time"],
    value: Float[np.ndarray, " time"],
    effect: Float[np.ndarray, " time"],
    goal: Float[np.ndarray, " time"],
    target: TargetRange,
) -> Correction:
    lowest = int(np.argmin(value))
    lower, upper = target.lower.at(time_s), target.upper.at(time_s)
    found = {"lowest_s": float(time_s[lowest]), "lowest_mgdl": float(value[lowest])}
    if value[lowest] < lower[lowest] and value[-1] < lower[-1]:
        middle = float(target.middle_at(time_s)[lowest])
        insulin_u = (value[lowest] - middle) / effect[lowest] if effect[lowest] > 0 else 0.0
        return Correction(
            kind=CorrectionKind.BELOW, insulin_u=float(insulin_u), least_mgdl=float(lower[lowest]), **found
        )
    acts = effect > 0
    needed = np.where(acts, (value - goal) / np.where(acts, effect, 1.0), 0.0)
    needed = np.where(needed > 0, needed, np.inf)
    correcting = int(np.argmin(needed))
    if value[-1] <= upper[-1] or not np.isfinite(needed[correcting]):
        return Correction(kind=CorrectionKind.IN_RANGE, **found)
    return Correction(
        kind=CorrectionKind.ABOVE,
        insulin_u=float(needed[correcting]),
        least_mgdl=float(lower[-1]),
        correcting_s=float(time_s[correcting]),
        **found,
    )


def _effect_by(
    time_s: Float[np.ndarray, " time"], moment_s: float, sensitivity: Timeline, model: InsulinModel
) -> Float[np.ndarray, " time"]:
    """What a unit given now has lowered glucose by at times, mg/dL."""
    from_s = np.maximum(sensitivity.start_s, moment_s)[None, :] - moment_s
    until_s = np.minimum(time_s[:, None], sensitivity.end_s[None, :]) - moment_s
    acted = model.fraction_left(np.minimum(from_s, until_s)) - model.fraction_left(until_s)
    return acted @ sensitivity.value


def _goal(
    time_s: Float[np.ndarray, " time"],
    moment_s: float,
    target: TargetRange,
    suspend_mgdl: float,
    model: InsulinModel,
) -> Float[np.ndarray, " time"]:
    """The suspend threshold in the first half of the action time, rising to the middle of the range of now."""
    share = (time_s - moment_s) / model.effect_duration_s
    rise = np.clip((share - LOW_TARGET_UNTIL) / (1 - LOW_TARGET_UNTIL), 0.0, 1.0)
    return suspend_mgdl + (target.middle_at(np.array([moment_s])) - suspend_mgdl) * rise
