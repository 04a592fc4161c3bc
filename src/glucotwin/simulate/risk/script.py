"""All that is fixed about risk scenarios before they run, as arrays on the grid of five minutes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import equinox as eqx
import jax
import numpy as np

from glucotwin.control.loop.absorption_model import Linear, PiecewiseLinear
from glucotwin.control.loop.carb_status import CarbRule
from glucotwin.control.loop.compiled.rule import LoopRule
from glucotwin.control.loop.loop_input import RecommendationKind
from glucotwin.core.array import AnyArray, Bool, Float, Int
from glucotwin.scenario.risk_set import (
    ACCEPT,
    USUAL_ABSORPTION_MIN,
    AlgorithmSettings,
    BolusEntry,
    Metabolism,
    RiskSimulation,
    Schedule,
)
from glucotwin.simulate.risk.loop_view import USUAL_SHARE, insulin_model_of
from glucotwin.simulate.risk.schedule import STEP_MIN, STEP_S, minute_of, over_day, seconds_of

BLOCK_STEPS = 12
"""Scenarios run hour by hour."""

BEFORE_STEPS = 136
"""Readings that every scenario of the set has before its start."""

MEALS = 2
"""Meals that one arm tells of at most."""


class Script(eqx.Module):
    """One arm, or several with a leading axis.

    Attributes:
        told, true: settings by slot of the day, by name, as the pump has them and as they are.
        slot: slot of the day of the start.
        before_mgdl, before_bolus_u, before_carbs_g: what the sensor showed and the pump was told of until the start,
            the oldest first; the last reading is that of the start.
        told_bolus_u, told_carbs_g, bolus_u, carbs_g: what the pump is told and what happens, step by step.
        asks, accepts: whether a bolus is asked of Loop, and whether the person takes it.
        automatic: whether Loop doses by itself.
        limit: Loop's own limits, by name.
        start_mgdl: glucose at the start.
    """

    told: Mapping[str, Float[AnyArray, "*arm slot"]]
    true: Mapping[str, Float[AnyArray, "*arm slot"]]
    slot: Int[AnyArray, "*arm"]
    before_mgdl: Float[AnyArray, "*arm reading"]
    before_bolus_u: Float[AnyArray, "*arm before"]
    before_carbs_g: Float[AnyArray, "*arm before"]
    told_bolus_u: Float[AnyArray, "*arm step"]
    told_carbs_g: Float[AnyArray, "*arm step"]
    bolus_u: Float[AnyArray, "*arm step"]
    carbs_g: Float[AnyArray, "*arm step"]
    asks: Bool[AnyArray, "*arm step"]
    accepts: Bool[AnyArray, "*arm step"]
    automatic: Bool[AnyArray, "*arm step"]
    limit: Mapping[str, Float[AnyArray, "*arm"]]
    start_mgdl: Float[AnyArray, "*arm"]


def steps_of(simulation: RiskSimulation) -> int:
    """Steps of five minutes from the start to the last point."""
    return round(simulation.duration_hours * 60 / STEP_MIN)


def rule_of(simulation: RiskSimulation) -> LoopRule | None:
    """How Loop is set up in an arm as far as its compiled form depends on it; None without Loop."""
    if simulation.controller is None:
        return None
    settings = simulation.controller.settings
    temp_basal = not settings.partial_application_factor
    meals = simulation.patient.pump.carb_entries
    return LoopRule(
        model=insulin_model_of(simulation, settings),
        carb_rule=CarbRule(model=Linear() if settings.carb_absorption_model == "linear" else PiecewiseLinear()),
        absorption_min=meals[0].duration if meals else USUAL_ABSORPTION_MIN,
        meals=MEALS,
        kind=RecommendationKind.TEMP_BASAL if temp_basal else RecommendationKind.AUTOMATIC_BOLUS,
        with_rises=temp_basal,
    )


def is_on_grid(simulation: RiskSimulation) -> bool:
    """Whether compiled Loop decides in an arm as the plain one does: all on the grid, meals of one speed, and so on."""
    if simulation.controller is None:
        return True
    told, start = simulation.patient.pump, simulation.time_to_calculate_at
    times = [one.start_time for one in told.carb_entries]
    since = [_step(one, start) for one in (*times, *(bolus.time for bolus in told.bolus_entries))]
    history = simulation.patient.sensor.glucose_history
    return (
        not simulation.controller.settings.use_mid_absorption_isf
        and len(set(times)) == len(times) <= MEALS
        and len({one.duration for one in told.carb_entries}) <= 1
        and all(one.value > 0 for one in told.carb_entries)
        and all(step == round(step) for step in since)
        and minute_of(start) % STEP_MIN == 0
        and -_step(history.first_time, start) == len(history.values_mgdl) - 1
        and all(minute % STEP_MIN == 0 for one in _schedules(told.metabolism_settings) for minute in one.start_times)
        and all(minute % STEP_MIN == 0 for minute in told.target_range.start_times)
    )


def script_of(simulation: RiskSimulation, steps: int) -> Script:
    """The arrays of an arm.

    Args:
        simulation: the arm.
        steps: how many to write; what is beyond its own is empty.
    """
    told, truth, start = simulation.patient.pump, simulation.patient.patient_model, simulation.time_to_calculate_at
    limits = None if simulation.controller is None else simulation.controller.settings
    targets = told.target_range
    ranges = {"lower_mgdl": targets.lower_values, "upper_mgdl": targets.upper_values}
    readings = np.full(BEFORE_STEPS + 1, np.nan)
    shown = np.asarray(simulation.patient.sensor.glucose_history.values_mgdl[-readings.size :])
    readings[readings.size - shown.size :] = shown
    told_meals = [(one.start_time, one.value) for one in told.carb_entries]
    told_boluses = [(one.time, _known_u(one)) for one in told.bolus_entries]
    asked = {one.time for one in (*told.bolus_entries, *truth.bolus_entries) if one.value == ACCEPT}
    taken = {one.time for one in truth.bolus_entries if one.value == ACCEPT}
    own = steps_of(simulation)
    return Script(
        told=_by_slot(told.metabolism_settings)
        | {name: over_day(Schedule(start_times=targets.start_times, values=one)) for name, one in ranges.items()},
        true=_by_slot(truth.metabolism_settings),
        slot=np.asarray(int(minute_of(start) // STEP_MIN)),
        before_mgdl=readings,
        before_bolus_u=_placed(told_boluses, start, -BEFORE_STEPS, BEFORE_STEPS),
        before_carbs_g=_placed(told_meals, start, -BEFORE_STEPS, BEFORE_STEPS),
        told_bolus_u=_placed(told_boluses, start, 0, steps),
        told_carbs_g=_placed(told_meals, start, 0, steps),
        bolus_u=_placed([(one.time, _known_u(one)) for one in truth.bolus_entries], start, 0, steps, until=own),
        carbs_g=_placed([(one.start_time, one.value) for one in truth.carb_entries], start, 0, steps, until=own),
        asks=_placed([(one, 1.0) for one in asked], start, 0, steps) > 0.0,
        accepts=_placed([(one, 1.0) for one in taken], start, 0, steps) > 0.0,
        automatic=_automatic(simulation, steps),
        limit=_limits(limits),
        start_mgdl=np.asarray(truth.glucose_history.values_mgdl[-1], dtype=np.float64),
    )


def stack_scripts(scripts: Sequence[Script]) -> Script:
    """Scripts as one with a leading axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *scripts)


def _schedules(settings: Metabolism) -> tuple[Schedule, ...]:
    return settings.basal_rate, settings.insulin_sensitivity_factor, settings.carb_insulin_ratio


def _by_slot(settings: Metabolism) -> dict[str, np.ndarray]:
    names = ("basal_u_per_h", "correction_factor_mgdl_per_u", "carb_ratio_g_per_u")
    return {name: over_day(one) for name, one in zip(names, _schedules(settings), strict=True)}


def _known_u(bolus: BolusEntry) -> float:
    return 0.0 if isinstance(bolus.value, str) else bolus.value


def _step(time: datetime, start: datetime) -> float:
    return (seconds_of(time) - seconds_of(start)) / STEP_S


def _placed(
    events: Sequence[tuple[datetime, float]], start: datetime, first: int, count: int, *, until: int | None = None
) -> np.ndarray:
    """Events added up in the steps that they fall on, from a first step on; those after ``until`` are left out."""
    placed = np.zeros(count)
    for time, value in events:
        step = int(np.floor(_step(time, start)))
        if first <= step < first + count and (until is None or step <= until):
            placed[step - first] += value
    return placed


def _automatic(simulation: RiskSimulation, steps: int) -> np.ndarray:
    """Whether Loop doses by itself: as the last event said, and before the first one yes."""
    events = () if simulation.controller is None else simulation.controller.automation_control_timeline
    automatic = np.ones(steps, dtype=bool)
    for one in sorted(events, key=lambda event: event.time):
        since = np.arange(steps) >= _step(one.time, simulation.time_to_calculate_at)
        automatic[since] = one.dosing_enabled
    return automatic


def _limits(settings: AlgorithmSettings | None) -> dict[str, np.ndarray]:
    values = {
        "suspend_mgdl": 0.0 if settings is None else settings.suspend_mgdl,
        "max_basal_u_per_h": 0.0 if settings is None else settings.max_basal_rate,
        "max_bolus_u": 0.0 if settings is None else settings.max_bolus,
        "max_insulin_on_board_u": 0.0
        if settings is None
        else settings.max_bolus * settings.max_active_insulin_modifier,
        "bolus_share": USUAL_SHARE if settings is None else settings.partial_application_factor or USUAL_SHARE,
    }
    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
