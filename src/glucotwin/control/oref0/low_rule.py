"""Rules for glucose that is, or is heading, below the target, and for glucose that stays within it."""

from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.number import shown
from glucotwin.control.oref0.rounding import round_half_up, round_rate
from glucotwin.control.oref0.situation import USUAL_TEMP_MIN, Situation

_VERY_NEGATIVE_IOB_MIN = 20
_STEP_MIN = 30
_LONGEST_MIN = 120
_LOWEST_NAIVE_MGDL = 40
_FIVE_MIN = 5
_MUCH_LESS_SHARE = 0.3
_CLOSE_ENOUGH = 0.8


def stop_insulin(situation: Situation, draft: Decision) -> tuple[Decision, bool]:
    """Below the threshold, or on the way there: no basal for half an hour to two hours."""
    aim, trend, outlook = situation.aim, situation.trend, situation.outlook
    iob_u, basal = situation.insulin.now.iob_u, aim.scheduled_basal_u_per_h
    is_below = situation.inputs.glucose.glucose_mgdl < aim.threshold_mgdl
    is_rising = trend.min_delta > 0 and trend.min_delta > trend.expected_delta
    if is_below and iob_u < -basal * _VERY_NEGATIVE_IOB_MIN / 60 and is_rising:
        limit_u = round_half_up(-basal * _VERY_NEGATIVE_IOB_MIN / 60, 2)
        told = f"IOB {shown(iob_u)} < {shown(limit_u)} and minDelta {situation.glucose(trend.min_delta)}"
        return draft.saying(f"{told} > expectedDelta {situation.glucose(trend.expected_delta)}; "), False
    if not (is_below or outlook.guard_mgdl < aim.threshold_mgdl):
        return draft, False
    guard, threshold = situation.glucose(outlook.guard_mgdl), situation.glucose(aim.threshold_mgdl)
    draft = draft.saying(f"minGuardBG {guard}<{threshold}")
    duration_min = max(_STEP_MIN, _zero_temp_min(situation, outlook.guard_mgdl))
    return situation.temp(draft, 0.0, duration_min), True


def give_less(situation: Situation, draft: Decision) -> tuple[Decision, bool]:
    """Below the target in the end: less than the scheduled basal, unless glucose rises by itself."""
    aim, trend, eventual_mgdl = situation.aim, situation.trend, situation.outlook.eventual_mgdl
    if eventual_mgdl >= aim.min_mgdl:
        return draft, False
    draft = draft.saying(f"Eventual BG {situation.glucose(eventual_mgdl)} < {situation.glucose(aim.min_mgdl)}")
    is_rising = trend.min_delta > 0 and trend.min_delta > trend.expected_delta
    if is_rising and not situation.carbs_required_g:
        return _leave_to_rise(situation, draft), True
    return _lower(situation, draft), True


def keep_up_with_fall(situation: Situation, draft: Decision) -> tuple[Decision, bool]:
    """Above the target in the end, but falling faster than needed: the scheduled basal."""
    trend = situation.trend
    if trend.min_delta >= trend.expected_delta or situation.leaves_to_micro_bolus:
        return draft, False
    eventual, low = situation.glucose(situation.outlook.eventual_mgdl), situation.glucose(situation.aim.min_mgdl)
    expected = situation.glucose(trend.expected_delta)
    if trend.delta < trend.min_delta:
        told = f"Eventual BG {eventual} > {low} but Delta {shown(round_half_up(trend.delta))} < Exp. Delta {expected}"
    else:
        told = f"Eventual BG {eventual} > {low} but Min. Delta {trend.min_delta:.2f} < Exp. Delta {expected}"
    return situation.neutral(draft.saying(told)), True


def stay_in_range(situation: Situation, draft: Decision) -> tuple[Decision, bool]:
    """Within the target in the end: the scheduled basal."""
    outlook, high_mgdl = situation.outlook, situation.aim.max_mgdl
    if min(outlook.eventual_mgdl, outlook.min_mgdl) >= high_mgdl or situation.leaves_to_micro_bolus:
        return draft, False
    told = f"{situation.glucose(outlook.eventual_mgdl)}-{situation.glucose(outlook.min_mgdl)} in range"
    return situation.neutral(draft.saying(f"{told}: no temp required")), True


def _zero_temp_min(situation: Situation, lowest_mgdl: float) -> float:
    aim = situation.aim
    missing_u = (aim.target_mgdl - lowest_mgdl) / aim.sensitivity_mgdl_per_u
    basal = aim.scheduled_basal_u_per_h
    if not basal:
        return _LONGEST_MIN if missing_u > 0 else 0.0
    minutes = round_half_up(60 * missing_u / basal)
    return min(_LONGEST_MIN, max(0.0, round_half_up(minutes / _STEP_MIN) * _STEP_MIN))


def _leave_to_rise(situation: Situation, draft: Decision) -> Decision:
    trend = situation.trend
    if trend.naive_eventual_mgdl < _LOWEST_NAIVE_MGDL:
        return situation.temp(draft.saying(", naive_eventualBG < 40. "), 0.0, USUAL_TEMP_MIN)
    expected = situation.glucose(trend.expected_delta)
    if trend.delta > trend.min_delta:
        told = f", but Delta {shown(round_half_up(trend.delta))} > expectedDelta {expected}"
    else:
        told = f", but Min. Delta {trend.min_delta:.2f} > Exp. Delta {expected}"
    return situation.neutral(draft.saying(told))


def _lower(situation: Situation, draft: Decision) -> Decision:
    aim, trend, current = situation.aim, situation.trend, situation.inputs.current_temp
    sensitivity, basal = aim.sensitivity_mgdl_per_u, aim.basal_u_per_h
    missing_mgdl = min(0.0, situation.outlook.eventual_mgdl - aim.target_mgdl)
    insulin_u = round_half_up(2 * missing_mgdl / situation.dosing_sensitivity_mgdl_per_u, 2)
    naive_u = round_half_up(min(0.0, (trend.naive_eventual_mgdl - aim.target_mgdl) / sensitivity), 2)
    if trend.expected_delta < trend.min_delta < 0:
        insulin_u = round_half_up(insulin_u * (trend.min_delta / trend.expected_delta), 2)
    rate = round_rate(basal + 2 * insulin_u, situation.model)
    running = current.rate_u_per_h
    scheduled_u = current.left_min * ((running or 0.0) - basal) / 60
    if scheduled_u < min(insulin_u, naive_u) - basal * _MUCH_LESS_SHARE:
        told = f", {shown(current.left_min)}m@{running or 0.0:.2f} is a lot less than needed. "
        return situation.temp(draft.saying(told), rate, USUAL_TEMP_MIN)
    if running is not None and current.left_min > _FIVE_MIN and rate >= running * _CLOSE_ENOUGH:
        return draft.saying(f", temp {shown(running)} ~< req {shown(rate)}U/hr. ")
    if rate > 0:
        return situation.temp(draft.saying(f", setting {shown(rate)}U/hr. "), rate, USUAL_TEMP_MIN)
    duration_min = _zero_temp_min(situation, trend.naive_eventual_mgdl)
    if duration_min > 0:
        told = f", setting {shown(duration_min)}m zero temp. "
        return situation.temp(draft.saying(told), rate, duration_min)
    return situation.temp(draft, rate, USUAL_TEMP_MIN)
