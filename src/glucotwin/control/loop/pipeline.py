"""One decision of Loop from its input: every effect, the forecast, and the recommendation."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from glucotwin.control.loop.carb_effect import carb_effect, carbs_on_board
from glucotwin.control.loop.carb_status import CarbStatus, carb_statuses
from glucotwin.control.loop.correction import Correction, correct
from glucotwin.control.loop.counteraction import Counteraction, Glucose, counteraction
from glucotwin.control.loop.dose import NetDose, net_doses
from glucotwin.control.loop.insulin_effect import insulin_effect, insulin_on_board
from glucotwin.control.loop.loop_input import LoopInput
from glucotwin.control.loop.momentum import momentum_effect
from glucotwin.control.loop.prediction import extend, predict
from glucotwin.control.loop.recommendation import DoseLimit
from glucotwin.control.loop.retrospective import (
    Correction as RetrospectiveCorrection,
)
from glucotwin.control.loop.retrospective import (
    Discrepancies,
    discrepancies,
    retrospective_correction,
)
from glucotwin.control.loop.series import MINUTE_S, Series, ceil_to_step, no_series
from glucotwin.control.loop.timeline import Timeline

_OLDEST_GLUCOSE_S = 15 * MINUTE_S
_MOMENTUM_S = 15 * MINUTE_S
_JUMP_WINDOW_S = 30 * MINUTE_S
_CARB_HISTORY_S = 180 * MINUTE_S
_FORECAST_S = 370 * MINUTE_S


class Refusal(StrEnum):
    """Why there is no recommendation, by Loop's names."""

    NO_GLUCOSE = "missingGlucose"
    OLD_GLUCOSE = "glucoseTooOld"
    FUTURE_BASAL = "futureBasalNotAllowed"
    SENSITIVITY_STARTS_LATE = "sensitivityTimelineStartsTooLate"
    SENSITIVITY_ENDS_EARLY = "sensitivityTimelineEndsTooEarly"
    BASAL_INCOMPLETE = "basalTimelineIncomplete"
    NO_SUSPEND_THRESHOLD = "missingSuspendThreshold"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """A forecast and everything it is made of.

    Attributes:
        doses: insulin beyond the schedule.
        insulin: effect of insulin, mg/dL.
        seen: what glucose did beyond insulin.
        carb_statuses: how far the meals are.
        carbs: effect of meals, mg/dL.
        momentum: effect of the trend, mg/dL.
        summed: what neither insulin nor meals explain.
        retrospective: its correction.
        glucose: the forecast, mg/dL.
    """

    doses: tuple[NetDose, ...]
    insulin: Series
    seen: Counteraction
    carb_statuses: tuple[CarbStatus, ...]
    carbs: Series
    momentum: Series
    summed: Discrepancies
    retrospective: RetrospectiveCorrection
    glucose: Series


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoopDecision:
    """A decision.

    Attributes:
        forecast: the forecast and what it is made of.
        insulin_on_board_u: insulin on board.
        carbs_on_board_g: carbs on board.
        correction: what the forecast asks for.
        limit: the limits that a recommendation keeps.
    """

    forecast: Forecast
    insulin_on_board_u: float
    carbs_on_board_g: float
    correction: Correction
    limit: DoseLimit


def run_loop(given: LoopInput) -> LoopDecision | Refusal:
    """Decide once; a refusal says what is missing."""
    refusal = _find_refusal(given)
    if refusal is not None:
        return refusal
    forecast = forecast_glucose(given)
    on_board_u = insulin_on_board(forecast.doses, given.moment_s)
    carbs_g = sum(carbs_on_board(status, given.carb_rule, given.moment_s) for status in forecast.carb_statuses)
    correction = correct(
        forecast.glucose,
        moment_s=given.moment_s,
        target=given.target,
        suspend_mgdl=_suspend_mgdl(given),
        sensitivity_mgdl_per_u=_sensitivity_of_dose(given),
        model=given.model,
    )
    limit = DoseLimit(
        neutral_u_per_h=given.basal_u_per_h.at_moment(given.moment_s),
        max_basal_u_per_h=given.max_basal_u_per_h,
        max_bolus_u=given.max_bolus_u,
        max_insulin_on_board_u=given.max_bolus_u * given.max_insulin_on_board_multiple,
        insulin_on_board_u=on_board_u,
    )
    return LoopDecision(
        forecast=forecast,
        insulin_on_board_u=on_board_u,
        carbs_on_board_g=float(carbs_g),
        correction=correction,
        limit=limit,
    )


def forecast_glucose(given: LoopInput) -> Forecast:
    """Forecast from a checked input."""
    glucose, rule = given.glucose, given.carb_rule
    last_s, last_mgdl = float(glucose.time_s[-1]), float(glucose.value_mgdl[-1])
    doses = net_doses(given.doses, given.basal_u_per_h)
    insulin = insulin_effect(
        doses,
        given.sensitivity_mgdl_per_u,
        start_s=float(glucose.time_s[0]),
        end_s=last_s,
        by_time_of_action=given.sensitivity_by_time_of_action,
    )
    seen = counteraction(glucose, insulin)
    statuses = carb_statuses(given.carbs, seen, rule)
    carbs = carb_effect(statuses, rule, start_s=given.moment_s - _CARB_HISTORY_S)
    summed = discrepancies(seen, carbs)
    retrospective = retrospective_correction(
        summed, glucose_s=last_s, glucose_mgdl=last_mgdl, integral=given.integral_correction
    )
    recent = glucose.within(given.moment_s - _MOMENTUM_S, given.moment_s)
    momentum = momentum_effect(recent, largest_jump_mgdl=given.largest_jump_mgdl)
    used = [carbs, insulin, _used_correction(given, glucose, retrospective.effect)]
    predicted = predict(last_s, last_mgdl, used, _allowed(given, momentum))
    return Forecast(
        doses=doses,
        insulin=insulin,
        seen=seen,
        carb_statuses=statuses,
        carbs=carbs,
        momentum=momentum,
        summed=summed,
        retrospective=retrospective,
        glucose=extend(predicted, given.moment_s + _FORECAST_S),
    )


def _used_correction(given: LoopInput, glucose: Glucose, effect: Series) -> Series:
    recent = glucose.within(given.moment_s - _JUMP_WINDOW_S, given.moment_s)
    return _allowed(given, effect) if recent.is_gradual(given.largest_jump_mgdl) else no_series()


def _allowed(given: LoopInput, effect: Series) -> Series:
    rises = len(effect) > 0 and effect.value[-1] > effect.value[0]
    return no_series() if rises and not given.with_rises else effect


def _sensitivity_of_dose(given: LoopInput) -> Timeline:
    """The sensitivity that the new dose is judged by: the one of now, unless that of the time of action counts."""
    sensitivity = given.sensitivity_mgdl_per_u
    if given.sensitivity_by_time_of_action:
        return sensitivity
    return Timeline(
        start_s=np.array([given.moment_s]),
        end_s=np.array([np.inf]),
        value=np.array([sensitivity.at_moment(given.moment_s)]),
    )


def _suspend_mgdl(given: LoopInput) -> float:
    if given.suspend_mgdl is not None:
        return given.suspend_mgdl
    return given.target.lower.at_moment(given.moment_s)


def _find_refusal(given: LoopInput) -> Refusal | None:
    first_dose_s = min([dose.start_s for dose in given.doses], default=given.moment_s)
    sensitivity = given.sensitivity_mgdl_per_u
    needed_until_s = ceil_to_step(given.moment_s + given.model.effect_duration_s)
    last_end_s = float(sensitivity.end_s[-1]) if len(sensitivity) else -np.inf
    checks = (
        (len(given.glucose) == 0, Refusal.NO_GLUCOSE),
        (
            len(given.glucose) > 0 and given.moment_s - given.glucose.time_s[-1] >= _OLDEST_GLUCOSE_S,
            Refusal.OLD_GLUCOSE,
        ),
        (given.kind.is_automatic and _has_future_basal(given), Refusal.FUTURE_BASAL),
        (last_end_s < needed_until_s, Refusal.SENSITIVITY_ENDS_EARLY),
        (not sensitivity.starts_by(first_dose_s), Refusal.SENSITIVITY_STARTS_LATE),
        (not given.basal_u_per_h.starts_by(first_dose_s), Refusal.BASAL_INCOMPLETE),
        (given.suspend_mgdl is None and len(given.target) == 0, Refusal.NO_SUSPEND_THRESHOLD),
    )
    return next((refusal for applies, refusal in checks if applies), None)


def _has_future_basal(given: LoopInput) -> bool:
    return any(dose.is_basal and dose.end_s > given.moment_s for dose in given.doses)
