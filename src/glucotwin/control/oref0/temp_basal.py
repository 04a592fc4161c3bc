"""Setting a temporary rate within the limits of a profile."""

from dataclasses import replace

from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import CurrentTemp
from glucotwin.control.oref0.number import shown
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.rounding import round_rate

_USUAL_DAILY_MULTIPLIER = 3.0
_USUAL_CURRENT_MULTIPLIER = 4.0
_CLOSE_ENOUGH = (0.8, 1.2)
_LONGEST_KEPT_MIN = 120
_EARLIER_MIN = 10


def find_highest_rate(profile: Profile) -> float:
    """The highest rate, in U/h, that is ever set: within the profile's limit and multiples of its basal rates."""
    daily = profile.daily_safety_multiplier or _USUAL_DAILY_MULTIPLIER
    current = profile.current_safety_multiplier or _USUAL_CURRENT_MULTIPLIER
    limits = [
        profile.max_basal_u_per_h,
        None if profile.max_daily_basal_u_per_h is None else daily * profile.max_daily_basal_u_per_h,
        None if profile.basal_u_per_h is None else current * profile.basal_u_per_h,
    ]
    return min((limit for limit in limits if limit is not None), default=0.0)


def set_temp(
    decision: Decision, rate_u_per_h: float, duration_min: float, profile: Profile, current: CurrentTemp | None
) -> Decision:
    """Ask for a temporary rate, unless one much like it runs already.

    Args:
        decision: what has been decided so far.
        rate_u_per_h: rate wanted; clamped to 0 and to the highest rate.
        duration_min: minutes wanted; 0 cancels what runs.
        profile: limits and pump model.
        current: what the pump runs; None when that is not known.
    """
    rate = round_rate(min(max(rate_u_per_h, 0.0), find_highest_rate(profile)), profile.pump_model)
    if current is not None and _runs_already(current, rate, duration_min):
        told = f" {shown(current.left_min)}m left and {shown(current.rate_u_per_h)} ~ req {shown(rate)}U/hr"
        return decision.saying(f"{told}: no temp required")
    if rate != profile.basal_u_per_h:
        return replace(decision, rate_u_per_h=rate, duration_min=duration_min)
    if not profile.skip_neutral_temps:
        decision = _add_sentence(decision, f"Setting neutral temp basal of {shown(rate)}U/hr")
        return replace(decision, rate_u_per_h=rate, duration_min=duration_min)
    if current is not None and current.left_min > 0:
        decision = _add_sentence(decision, "Suggested rate is the profile's; canceling the current temp")
        return replace(decision, rate_u_per_h=0.0, duration_min=0.0)
    return _add_sentence(decision, "Suggested rate is the profile's and no temp is active; doing nothing")


def _runs_already(current: CurrentTemp, rate: float, duration_min: float) -> bool:
    if current.rate_u_per_h is None or duration_min <= 0:
        return False
    lasts = duration_min - _EARLIER_MIN < current.left_min <= _LONGEST_KEPT_MIN
    low, high = _CLOSE_ENOUGH
    return lasts and current.rate_u_per_h * low <= rate <= current.rate_u_per_h * high


def _add_sentence(decision: Decision, text: str) -> Decision:
    return decision.saying(f". {text}" if decision.reason else text)
