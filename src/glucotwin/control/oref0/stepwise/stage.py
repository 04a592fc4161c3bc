"""All stages of one decision from a record in steps of five minutes."""

from dataclasses import dataclass, replace

import numpy as np

from glucotwin.control.oref0.autosens import LONG_LOOK_BACK, SHORT_LOOK_BACK, AutosensInput, find_autosens_of
from glucotwin.control.oref0.carbs_on_board import find_meal_status
from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import CurrentTemp, DecisionInput, InsulinForecast
from glucotwin.control.oref0.determine_basal import determine_basal
from glucotwin.control.oref0.dynamic_sensitivity import (
    DynamicRatio,
    DynamicSettings,
    VariableSensitivity,
    Variant,
    find_dynamic_ratio,
    find_variable_sensitivity,
)
from glucotwin.control.oref0.glucose_status import Reading, find_glucose_status
from glucotwin.control.oref0.insulin_on_board import Insulin
from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.stepwise.record import (
    HORIZON_STEPS,
    STEPS_PER_H,
    Record,
    RememberedEffects,
    insulin_ahead,
)

_CLOCK = LocalClock()
_LEAST_DAILY_U = 1.0
_STEPS_OF_CHANGE = STEPS_PER_H
"""Readings of an hour hold all changes that count, the oldest of which are 42.5 min long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """What one step leads to.

    Attributes:
        decision: what to do; None without any reading.
        autosens_ratio: the sensitivity that was used.
        insulin: insulin on board now, by the schedule itself.
    """

    decision: Decision | None
    autosens_ratio: float
    insulin: Insulin


def decide_from_record(
    record: Record,
    profile: Profile,
    *,
    temp: CurrentTemp,
    autosens_ratio: float | None,
    micro_bolus: bool,
    variant: Variant | None,
    usual_daily_u: float,
) -> Stepped:
    """Decide once.

    Args:
        record: what happened; ``iob_u`` and ``activity_u_per_min`` of now are worked out here.
        profile: settings in force now.
        temp: what the pump runs.
        autosens_ratio: of a decision before, to be used again; None to work it out.
        micro_bolus: whether super micro boluses may be given.
        variant: dynamic sensitivity of Trio or AndroidAPS; None for autosens.
        usual_daily_u: insulin of a usual day, for the dynamic sensitivity.
    """
    insulin = insulin_ahead(record.insulin_u(), 0.0, profile, record.now_ms, steps=1)[0]
    record = _with_insulin_of_now(record, insulin)
    readings = record.readings()
    effects = RememberedEffects(record=record, profile=profile, clock=_CLOCK)
    ratio = _autosens_ratio(record, readings, effects) if autosens_ratio is None else autosens_ratio
    if not readings:
        return Stepped(decision=None, autosens_ratio=ratio, insulin=insulin)
    meal = find_meal_status(record.meals(), readings, lambda _: effects, record.now_ms, max_cob_g=profile.max_cob_g)
    glucose = find_glucose_status(readings[:_STEPS_OF_CHANGE])
    decision = determine_basal(
        DecisionInput(
            glucose=glucose,
            current_temp=temp,
            insulin=_forecast(record, profile, ratio),
            profile=profile,
            autosens_ratio=ratio,
            meal=meal,
            micro_bolus_allowed=micro_bolus,
            now_ms=record.now_ms,
            minute_of_hour=_CLOCK.local(record.now_ms).minute,
            dynamic=_dynamic(record, profile, variant, usual_daily_u, glucose.glucose_mgdl),
        )
    )
    return Stepped(decision=decision, autosens_ratio=ratio, insulin=insulin)


def _with_insulin_of_now(record: Record, insulin: Insulin) -> Record:
    return replace(
        record,
        iob_u=np.concatenate([[insulin.iob_u], record.iob_u[1:]]),
        activity_u_per_min=np.concatenate([[insulin.activity_u_per_min], record.activity_u_per_min[1:]]),
    )


def _autosens_ratio(record: Record, readings: list[Reading], effects: RememberedEffects) -> float:
    if not readings:
        return 1.0
    inputs = AutosensInput(
        readings=readings,
        meals=[*record.meals(), *record.boluses()],
        temp_targets=(),
        history=(),
        effects=effects,
        now_ms=record.now_ms,
    )
    return min(one.ratio for one in find_autosens_of(inputs, (SHORT_LOOK_BACK, LONG_LOOK_BACK)))


def _forecast(record: Record, profile: Profile, ratio: float) -> InsulinForecast:
    insulin_u = record.insulin_u(ratio=ratio)
    stopped_u = -ratio * (profile.basal_u_per_h or 0.0) / STEPS_PER_H
    ahead = [
        insulin_ahead(insulin_u, coming_u, profile, record.now_ms, steps=HORIZON_STEPS) for coming_u in (0.0, stopped_u)
    ]
    return InsulinForecast(as_is=ahead[0], if_stopped=ahead[1], last_bolus_ms=record.last_bolus_ms)


def _dynamic(
    record: Record, profile: Profile, variant: Variant | None, usual_daily_u: float, glucose_mgdl: float
) -> DynamicRatio | VariableSensitivity | None:
    if variant is None:
        return None
    settings = DynamicSettings(
        variant=variant,
        last_24_h_u=max(record.given_u((0, 24), usual_daily_u=usual_daily_u), _LEAST_DAILY_U),
        mean_7_day_u=usual_daily_u,
        mean_14_day_u=usual_daily_u,
        last_4_h_u=record.given_u((0, 4), usual_daily_u=usual_daily_u),
        from_8_to_4_h_u=record.given_u((4, 8), usual_daily_u=usual_daily_u),
    )
    if variant == "androidaps":
        return find_variable_sensitivity(settings, profile)
    return find_dynamic_ratio(settings, profile, glucose_mgdl)
