"""How much of a unit of insulin is left, and how much acts, each minute after its injection."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from glucotwin.control.oref0.profile import Profile

_SHORTEST_ACTION_H = 3.0
_SHORTEST_EXPONENTIAL_ACTION_H = 5.0
_PEAKS_MIN = {"rapid-acting": (75.0, 50.0, 120.0), "ultra-rapid": (55.0, 35.0, 100.0)}
"""Usual, earliest and latest peak of the exponential curves."""

_BILINEAR_PEAK_MIN = 75.0
_BILINEAR_END_MIN = 180.0
_BILINEAR_ACTION_H = 3.0
_RISING_LEFT = (-0.001852, 0.001852, 1.0)
_FALLING_LEFT = (0.001323, -0.054233, 0.55556)
"""Parabolas, per 5-minute step, of what is left before and after the peak of a 3-hour curve."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InsulinCurve:
    """One unit of insulin, by whole minutes since its injection.

    Attributes:
        action_h: time after which nothing is left.
        left_u: units left at minute 0, 1, 2 ...
        activity_u_per_min: units that act per minute at minute 0, 1, 2 ...
    """

    action_h: float
    left_u: Float[np.ndarray, " minute"]
    activity_u_per_min: Float[np.ndarray, " minute"]


def find_curve(profile: Profile) -> InsulinCurve:
    """The curve that a profile asks for; unknown names mean rapid-acting.

    Exponential curves last at least 5 hours, the bilinear one at least 3, whatever the profile says.
    """
    name = (profile.curve or "bilinear").lower()
    action_h = max(profile.insulin_action_h, _SHORTEST_ACTION_H)
    if name == "bilinear":
        return _bilinear_curve(action_h)
    name = name if name in _PEAKS_MIN else "rapid-acting"
    usual_min, earliest_min, latest_min = _PEAKS_MIN[name]
    peak_min = usual_min
    if profile.uses_own_peak and profile.insulin_peak_min is not None:
        peak_min = min(max(profile.insulin_peak_min, earliest_min), latest_min)
    return _exponential_curve(max(action_h, _SHORTEST_EXPONENTIAL_ACTION_H), peak_min)


def _parabola(coefficients: tuple[float, float, float], steps: float) -> float:
    square, linear, constant = coefficients
    return square * steps * steps + linear * steps + constant


@lru_cache(maxsize=64)
def _bilinear_curve(action_h: float) -> InsulinCurve:
    peak_u_per_min = 2 / (action_h * 60)
    left_u: list[float] = []
    activity: list[float] = []
    for minute in range(_minutes(action_h)):
        scaled_min = minute * (_BILINEAR_ACTION_H / action_h)
        past_peak_min = scaled_min - _BILINEAR_PEAK_MIN
        if past_peak_min < 0:
            activity.append(peak_u_per_min / _BILINEAR_PEAK_MIN * scaled_min)
            left_u.append(_parabola(_RISING_LEFT, scaled_min / 5 + 1))
        elif scaled_min < _BILINEAR_END_MIN:
            slope = -peak_u_per_min / (_BILINEAR_END_MIN - _BILINEAR_PEAK_MIN)
            activity.append(peak_u_per_min + slope * past_peak_min)
            left_u.append(_parabola(_FALLING_LEFT, past_peak_min / 5))
        else:
            activity.append(0.0)
            left_u.append(0.0)
    return InsulinCurve(action_h=action_h, left_u=np.array(left_u), activity_u_per_min=np.array(activity))


@lru_cache(maxsize=64)
def _exponential_curve(action_h: float, peak_min: float) -> InsulinCurve:
    end_min = action_h * 60
    tau = peak_min * (1 - peak_min / end_min) / (1 - 2 * peak_min / end_min)
    rise = 2 * tau / end_min
    scale = 1 / (1 - rise + (1 + rise) * math.exp(-end_min / tau))
    left_u: list[float] = []
    activity: list[float] = []
    for minute in range(_minutes(action_h)):
        inside = minute < end_min
        decay = math.exp(-minute / tau)
        bent = (minute**2 / (tau * end_min * (1 - rise)) - minute / tau - 1) * decay + 1
        activity.append((scale / tau**2) * minute * (1 - minute / end_min) * decay if inside else 0.0)
        left_u.append(1 - scale * (1 - rise) * bent if inside else 0.0)
    return InsulinCurve(action_h=action_h, left_u=np.array(left_u), activity_u_per_min=np.array(activity))


def _minutes(action_h: float) -> int:
    return math.ceil(action_h * 60) + 2
