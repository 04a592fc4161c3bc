"""The decision itself: rules in order, of which the first that applies decides."""

import math
from dataclasses import replace

from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import DecisionInput, InsulinForecast
from glucotwin.control.oref0.high_rule import give_more
from glucotwin.control.oref0.local_clock import MS_PER_MIN
from glucotwin.control.oref0.low_rule import give_less, keep_up_with_fall, stay_in_range, stop_insulin
from glucotwin.control.oref0.micro_bolus import is_micro_bolus_enabled
from glucotwin.control.oref0.number import glucose_in_unit, plain, shown
from glucotwin.control.oref0.outlook import Outlook, find_outlook
from glucotwin.control.oref0.prediction import CarbImpact, predict
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.control.oref0.sensor_check import refuse_reading
from glucotwin.control.oref0.situation import Situation
from glucotwin.control.oref0.target import Aim, find_aim
from glucotwin.control.oref0.temp_basal import set_temp
from glucotwin.control.oref0.trend import Trend, find_trend

_LAST_TEMP_TRUSTED_MIN = 10
_LAST_TEMP_OVER_MIN = 5
_USUAL_MAX_DELTA_FRACTION = 0.2
_HIGHEST_MAX_DELTA_FRACTION = 0.3
_LATE_IN_HOUR_MIN = 55
_CARBS_WITHIN_MIN = 45
_LEAST_SHOWN_MGDL = 40
_RISING_TICK = -0.5


def determine_basal(inputs: DecisionInput) -> Decision:
    """Decide on a temporary rate and a super micro bolus.

    Errors that the original reports in its answer are reported there too, in ``error``.

    Args:
        inputs: what the decision is made from.
    """
    if inputs.profile.basal_u_per_h is None:
        return Decision(error="Error: could not get current basal rate")
    refused = refuse_reading(inputs)
    if refused is not None:
        return refused
    aim = find_aim(inputs)
    if aim is None:
        return Decision(error="Error: could not determine target_bg. ")
    if inputs.insulin is None:
        return Decision(error="Error: iob_data undefined. ")
    canceled = _cancel_unknown_temp(inputs, inputs.insulin)
    if canceled is not None:
        return canceled
    trend = find_trend(inputs, aim)
    if not math.isfinite(trend.eventual_mgdl):
        return Decision(error="Error: could not calculate eventualBG. ")
    return _decide(inputs, inputs.insulin, aim, trend)


def _decide(inputs: DecisionInput, insulin: InsulinForecast, aim: Aim, trend: Trend) -> Decision:
    prediction = predict(inputs, aim, trend)
    outlook = find_outlook(inputs, aim, trend, prediction)
    draft = _describe(inputs, insulin, aim, trend, outlook)
    required_g = _carbs_required_g(inputs, aim, trend, outlook, prediction.impact)
    smb_enabled, draft = _allow_micro_bolus(inputs, aim, trend, outlook, draft)
    draft = _ask_for_carbs(inputs, outlook, required_g, draft)
    situation = Situation(
        inputs=inputs,
        insulin=insulin,
        aim=aim,
        trend=trend,
        outlook=outlook,
        carbs_required_g=required_g,
        smb_enabled=smb_enabled,
    )
    for rule in (stop_insulin, _skip_late_in_hour, give_less, keep_up_with_fall, stay_in_range):
        draft, is_final = rule(situation, draft)
        if is_final:
            return draft
    return give_more(situation, draft)


def _cancel_unknown_temp(inputs: DecisionInput, insulin: InsulinForecast) -> Decision | None:
    last, current = insulin.last_temp, inputs.current_temp
    if last is None or not current.left_min:
        return None
    age_min = round_half_up((inputs.now_ms - last.start_ms) / MS_PER_MIN)
    if age_min <= _LAST_TEMP_TRUSTED_MIN:
        return None
    draft = Decision(is_absolute=True, deliver_at_ms=inputs.now_ms)
    if inputs.micro_bolus_allowed and current.rate_u_per_h != last.rate_u_per_h:
        told = (
            f"Warning: currenttemp rate {shown(current.rate_u_per_h)} != lastTemp rate "
            f"{shown(last.rate_u_per_h)} from pumphistory; canceling temp"
        )
        return set_temp(draft.saying(told), 0.0, 0.0, inputs.profile, current)
    if last.duration_min is None:
        return None
    ended_min = age_min - last.duration_min
    if ended_min > _LAST_TEMP_OVER_MIN:
        told = (
            f"Warning: currenttemp running but lastTemp from pumphistory ended {shown(ended_min)}m ago; canceling temp"
        )
        return set_temp(draft.saying(told), 0.0, 0.0, inputs.profile, current)
    return None


def _describe(inputs: DecisionInput, insulin: InsulinForecast, aim: Aim, trend: Trend, outlook: Outlook) -> Decision:
    profile, meal = inputs.profile, inputs.meal
    ratio = profile.carb_ratio_g_per_u
    carb_ratio = math.nan if ratio is None else round_half_up(ratio, 2)
    impact = glucose_in_unit(trend.impact, profile)
    deviation = glucose_in_unit(trend.deviation_mgdl, profile)
    sensitivity = glucose_in_unit(aim.sensitivity_mgdl_per_u, profile)
    tick = round_half_up(trend.delta)
    details: dict[str, object] = {
        "bg": plain(inputs.glucose.glucose_mgdl),
        "tick": f"+{shown(tick)}" if trend.delta > _RISING_TICK else plain(tick),
        "eventualBG": plain(outlook.eventual_mgdl),
        "sensitivityRatio": plain(aim.ratio),
        "predBGs": {name: [plain(value) for value in line] for name, line in outlook.lines.items()},
        "COB": plain(meal.cob_g),
        "IOB": plain(insulin.now.iob_u),
        "BGI": impact,
        "deviation": deviation,
        "ISF": sensitivity,
        "CR": plain(carb_ratio),
        "target_bg": glucose_in_unit(aim.target_mgdl, profile),
    }
    if inputs.reservoir is not None:
        details["reservoir"] = inputs.reservoir
    reason = f"COB: {shown(meal.cob_g)}, Dev: {deviation}, BGI: {impact}, ISF: {sensitivity}, CR: {shown(carb_ratio)}"
    reason += f", minPredBG {glucose_in_unit(outlook.min_mgdl, profile)}"
    reason += f", minGuardBG {glucose_in_unit(outlook.guard_mgdl, profile)}"
    for name in ("IOB", "COB", "UAM"):
        if name in outlook.lines:
            reason += f", {name}predBG {glucose_in_unit(outlook.lines[name][-1], profile)}"
    return Decision(
        reason=f"{reason}; ",
        is_absolute=True,
        deliver_at_ms=inputs.now_ms,
        insulin_required_u=0.0,
        details=details,
    )


def _carbs_required_g(inputs: DecisionInput, aim: Aim, trend: Trend, outlook: Outlook, impact: CarbImpact) -> float:
    glucose_mgdl = trend.naive_eventual_mgdl
    if glucose_mgdl < _LEAST_SHOWN_MGDL:
        glucose_mgdl = min(outlook.guard_mgdl, glucose_mgdl)
    stopped_mgdl = aim.scheduled_basal_u_per_h * aim.sensitivity_mgdl_per_u * outlook.above_threshold_min / 60
    coming_g = max(0.0, inputs.meal.cob_g - 0.25 * inputs.meal.carbs_g)
    return round_half_up((aim.threshold_mgdl - glucose_mgdl - stopped_mgdl) / impact.per_g_mgdl - coming_g)


def _ask_for_carbs(inputs: DecisionInput, outlook: Outlook, required_g: float, draft: Decision) -> Decision:
    least_g = inputs.profile.carbs_required_threshold_g
    if least_g is None or not required_g >= least_g or outlook.above_threshold_min > _CARBS_WITHIN_MIN:
        return draft
    draft = replace(draft, carbs_required_g=required_g)
    return draft.saying(f"{shown(required_g)} add'l carbs req w/in {shown(outlook.above_threshold_min)}m; ")


def _allow_micro_bolus(
    inputs: DecisionInput, aim: Aim, trend: Trend, outlook: Outlook, draft: Decision
) -> tuple[bool, Decision]:
    enabled = is_micro_bolus_enabled(inputs, aim) and outlook.guard_mgdl >= aim.threshold_mgdl
    fraction = inputs.profile.max_delta_fraction
    if fraction is None:
        fraction = _USUAL_MAX_DELTA_FRACTION
    fraction = min(fraction, _HIGHEST_MAX_DELTA_FRACTION)
    glucose_mgdl = inputs.glucose.glucose_mgdl
    if trend.max_delta <= fraction * glucose_mgdl:
        return enabled, draft
    profile = inputs.profile
    told = f"maxDelta {glucose_in_unit(trend.max_delta, profile)} > {shown(100 * fraction)}% of BG "
    return False, draft.saying(f"{told}{glucose_in_unit(glucose_mgdl, profile)}: SMB disabled; ")


def _skip_late_in_hour(situation: Situation, draft: Decision) -> tuple[Decision, bool]:
    inputs = situation.inputs
    if not (inputs.profile.skip_neutral_temps and inputs.minute_of_hour >= _LATE_IN_HOUR_MIN):
        return draft, False
    draft = draft.saying(f"; Canceling temp at {inputs.minute_of_hour}m past the hour. ")
    return set_temp(draft, 0.0, 0.0, inputs.profile, inputs.current_temp), True
