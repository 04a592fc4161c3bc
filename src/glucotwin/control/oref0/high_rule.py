"""The rule for glucose that ends up above the target: a higher rate, and a super micro bolus where that is allowed."""

from dataclasses import replace

from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.micro_bolus import MicroBolus, size_micro_bolus
from glucotwin.control.oref0.number import shown
from glucotwin.control.oref0.rounding import round_half_up, round_rate
from glucotwin.control.oref0.situation import USUAL_TEMP_MIN, Situation
from glucotwin.control.oref0.temp_basal import find_highest_rate

_FIVE_MIN = 5


def give_more(situation: Situation, draft: Decision) -> Decision:
    """Bring glucose down to the target within the limit of insulin on board."""
    aim, outlook, profile = situation.aim, situation.outlook, situation.inputs.profile
    iob_u = situation.insulin.now.iob_u
    if outlook.eventual_mgdl >= aim.max_mgdl:
        eventual, high = situation.glucose(outlook.eventual_mgdl), situation.glucose(aim.max_mgdl)
        draft = draft.saying(f"Eventual BG {eventual} >= {high}, ")
    limit_u = profile.max_iob_u
    if limit_u is not None and iob_u > limit_u:
        return situation.neutral(draft.saying(f"IOB {shown(round_half_up(iob_u, 2))} > max_iob {shown(limit_u)}"))
    lowest_mgdl = min(outlook.min_mgdl, outlook.eventual_mgdl)
    insulin_u = round_half_up((lowest_mgdl - aim.target_mgdl) / situation.dosing_sensitivity_mgdl_per_u, 2)
    if limit_u is not None and insulin_u > limit_u - iob_u:
        draft = draft.saying(f"max_iob {shown(limit_u)}, ")
        insulin_u = limit_u - iob_u
    rate = round_rate(aim.basal_u_per_h + 2 * insulin_u, situation.model)
    insulin_u = round_half_up(insulin_u, 3)
    draft = replace(draft, insulin_required_u=insulin_u)
    if situation.leaves_to_micro_bolus and situation.inputs.glucose.glucose_mgdl > aim.threshold_mgdl:
        bolus = size_micro_bolus(situation.inputs, aim, situation.trend, outlook, insulin_u)
        draft = _give_bolus(draft, bolus, insulin_u)
        if bolus.low_temp_min > 0:
            return replace(draft, rate_u_per_h=bolus.low_temp_u_per_h, duration_min=bolus.low_temp_min)
    return _raise_rate(situation, draft, rate, insulin_u)


def _give_bolus(draft: Decision, bolus: MicroBolus, insulin_u: float) -> Decision:
    told = f" insulinReq {shown(insulin_u)}"
    if bolus.bolus_u >= bolus.limit_u:
        told += f"; maxBolus {shown(bolus.limit_u)}"
    if bolus.low_temp_min > 0:
        told += f"; setting {shown(bolus.low_temp_min)}m low temp of {shown(bolus.low_temp_u_per_h)}U/h"
    draft = draft.saying(f"{told}. ")
    if bolus.wait_min >= 0:
        minutes, seconds = round_half_up(bolus.wait_min), round_half_up(bolus.wait_min * 60) % 60
        return draft.saying(f"Waiting {shown(minutes)}m {shown(seconds)}s to microbolus again. ")
    if bolus.bolus_u > 0:
        draft = replace(draft, micro_bolus_u=bolus.bolus_u)
        return draft.saying(f"Microbolusing {shown(bolus.bolus_u)}U. ")
    return draft


def _raise_rate(situation: Situation, draft: Decision, rate: float, insulin_u: float) -> Decision:
    current, model = situation.inputs.current_temp, situation.model
    highest = find_highest_rate(situation.inputs.profile)
    if rate > highest:
        draft = draft.saying(f"adj. req. rate: {shown(rate)} to maxSafeBasal: {shown(highest)}, ")
        rate = round_rate(highest, model)
    running = current.rate_u_per_h or 0.0
    scheduled_u = current.left_min * (running - situation.aim.basal_u_per_h) / 60
    if scheduled_u >= insulin_u * 2:
        told = f"{shown(current.left_min)}m@{running:.2f} > 2 * insulinReq. Setting temp basal of {shown(rate)}U/hr. "
    elif not current.left_min:
        told = f"no temp, setting {shown(rate)}U/hr. "
    elif current.left_min > _FIVE_MIN and rate <= round_rate(running, model):
        return draft.saying(f"temp {shown(running)} >~ req {shown(rate)}U/hr. ")
    else:
        told = f"temp {shown(running)}<{shown(rate)}U/hr. "
    return situation.temp(draft.saying(told), rate, USUAL_TEMP_MIN)
