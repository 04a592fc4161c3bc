"""All stages of one decision, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from glucotwin.control.oref0.autosens import (
    LONG_LOOK_BACK,
    SHORT_LOOK_BACK,
    Autosens,
    AutosensInput,
    find_autosens,
)
from glucotwin.control.oref0.carb_entry import BolusEntry, CarbEntry, find_meal_entries
from glucotwin.control.oref0.carbs_on_board import MealStatus, find_meal_status
from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import DecisionInput, InsulinForecast, LastTemp
from glucotwin.control.oref0.determine_basal import determine_basal
from glucotwin.control.oref0.deviation import InsulinEffects
from glucotwin.control.oref0.dynamic_sensitivity import (
    DynamicRatio,
    VariableSensitivity,
    find_dynamic_ratio,
    find_variable_sensitivity,
)
from glucotwin.control.oref0.glucose_status import GlucoseStatus, Reading, find_glucose_status, readings_from_entries
from glucotwin.control.oref0.insulin_curve import find_curve
from glucotwin.control.oref0.insulin_on_board import InsulinHistory, project_insulin, read_insulin_history
from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.request import OrefRequest
from glucotwin.control.oref0.rounding import round_half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What every stage found.

    Attributes:
        glucose: glucose now and its changes.
        autosens_short: sensitivity by the last 8 hours; None when the caller gave one.
        autosens_long: sensitivity by the last day; None when the caller gave one.
        autosens: the one that is used.
        insulin_history: the pump's history as doses.
        insulin: insulin on board, now and ahead.
        meal: carbs on board.
        decision: what to do.
        dynamic: sensitivity by glucose and insulin; None when it was not asked for.
        warnings: what had to be left out, in words.
    """

    glucose: GlucoseStatus
    autosens_short: Autosens | None
    autosens_long: Autosens | None
    autosens: Autosens
    insulin_history: InsulinHistory
    insulin: InsulinForecast
    meal: MealStatus
    decision: Decision
    dynamic: DynamicRatio | VariableSensitivity | None
    warnings: tuple[str, ...]


def run_stages(request: OrefRequest) -> Stages:
    """Decide once, from records to a decision.

    Raises:
        DataError: the records or the settings contradict each other, or lack what is needed.
    """
    clock = request.local_clock()
    now_ms = clock.moment_ms(request.clock)
    readings = readings_from_entries(request.glucose_entries(), clock)
    glucose = find_glucose_status(readings)
    effects_until = _effects(request, clock)
    entries = find_meal_entries(request.carbs, request.pumphistory, clock)
    meals = [entry for entry in entries if isinstance(entry, CarbEntry)]
    short, long, autosens = _autosens(request, readings, entries, effects_until(now_ms), now_ms)
    history = read_insulin_history(
        request.pumphistory, request.profile, now_ms, clock, sensitivity_ratio=autosens.ratio
    )
    insulin = _forecast(history, request, now_ms)
    meal = find_meal_status(meals, readings, effects_until, now_ms, max_cob_g=request.profile.max_cob_g)
    dynamic = _dynamic(request, glucose)
    decision = determine_basal(
        DecisionInput(
            glucose=glucose,
            current_temp=request.currenttemp,
            insulin=insulin,
            profile=request.profile,
            autosens_ratio=autosens.ratio,
            meal=meal,
            micro_bolus_allowed=request.microBolusAllowed,
            now_ms=now_ms,
            minute_of_hour=clock.local(now_ms).minute,
            reservoir=request.reservoir,
            dynamic=dynamic,
        )
    )
    return Stages(
        glucose=glucose,
        autosens_short=short,
        autosens_long=long,
        autosens=autosens,
        insulin_history=history,
        insulin=insulin,
        meal=meal,
        decision=decision,
        dynamic=dynamic,
        warnings=history.left_out,
    )


def _dynamic(request: OrefRequest, glucose: GlucoseStatus) -> DynamicRatio | VariableSensitivity | None:
    settings = request.dynamic
    if settings is None:
        return None
    if settings.variant == "androidaps":
        return find_variable_sensitivity(settings, request.profile)
    return find_dynamic_ratio(settings, request.profile, glucose.glucose_mgdl)


def _effects(request: OrefRequest, clock: LocalClock) -> Callable[[float], InsulinEffects]:
    profile = request.profile
    curve = find_curve(profile)

    def until(moment_ms: float) -> InsulinEffects:
        history = read_insulin_history(request.pumphistory, profile, moment_ms, clock, look_ahead=False)
        return InsulinEffects(doses=history.doses, curve=curve, profile=profile, clock=clock)

    return until


def _autosens(
    request: OrefRequest,
    readings: list[Reading],
    meals: list[CarbEntry | BolusEntry],
    effects: InsulinEffects,
    now_ms: float,
) -> tuple[Autosens | None, Autosens | None, Autosens]:
    if request.autosens is not None:
        return None, None, Autosens(ratio=request.autosens.ratio)
    inputs = AutosensInput(
        readings=readings,
        meals=meals,
        temp_targets=request.temptargets,
        history=request.pumphistory,
        effects=effects,
        now_ms=now_ms,
    )
    short, long = find_autosens(inputs, SHORT_LOOK_BACK), find_autosens(inputs, LONG_LOOK_BACK)
    return short, long, Autosens(ratio=min(short.ratio, long.ratio))


def _forecast(history: InsulinHistory, request: OrefRequest, now_ms: float) -> InsulinForecast:
    as_is, if_stopped = project_insulin(history, request.profile, now_ms)
    temp = history.last_temp
    last = LastTemp()
    if temp is not None:
        last = LastTemp(
            rate_u_per_h=temp.rate_u_per_h,
            start_ms=temp.start_ms,
            duration_min=round_half_up(temp.duration_min, 2),
        )
    return InsulinForecast(as_is=as_is, if_stopped=if_stopped, last_bolus_ms=history.last_bolus_ms, last_temp=last)
