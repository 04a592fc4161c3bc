"""What Loop knows in a risk scenario, and what it decides from that."""

from collections.abc import Sequence

import numpy as np

from glucotwin.control.loop.absorption_model import Linear, PiecewiseLinear
from glucotwin.control.loop.carb_status import CarbEntry, CarbRule
from glucotwin.control.loop.counteraction import Glucose
from glucotwin.control.loop.dose import Dose
from glucotwin.control.loop.insulin_model import PRESETS, InsulinModel
from glucotwin.control.loop.loop_input import LoopInput, RecommendationKind
from glucotwin.control.loop.pipeline import LoopDecision, run_loop
from glucotwin.control.loop.recommendation import (
    TEMP_DURATION_S,
    automatic_bolus_u,
    manual_bolus_u,
    temp_rate,
    temp_rate_beside_bolus,
)
from glucotwin.control.loop.timeline import TargetRange, Timeline
from glucotwin.scenario.risk_set import AlgorithmSettings, RiskSimulation, Schedule
from glucotwin.simulate.risk.schedule import STEP_S, cannot, minute_of, seconds_of, settings_at

_HISTORY_S = 12 * 3600.0
_DAY_S = 86400.0
USUAL_SHARE = 0.4
LARGEST_JUMP_MGDL = 40.0
"""Change between readings above which trends do not count; Loop's own."""

_MODELS = {
    "rapid_acting_adult": PRESETS["rapidActingAdult"],
    "rapid_acting_child": PRESETS["rapidActingChild"],
    "novolog": PRESETS["novolog"],
    "fiasp": PRESETS["fiasp"],
    "walsh": InsulinModel(duration_min=120, peak_min=15),
}
"""Curves by the set's names; for Walsh's of two hours the original takes this exponential one."""


class LoopView:
    """Readings, doses and meals as far as Loop is told of them, and its decisions.

    Args:
        simulation: the arm.
        settings: Loop's settings in it.

    Raises:
        DataError: the settings ask for what this Loop has not.
    """

    def __init__(self, simulation: RiskSimulation, settings: AlgorithmSettings) -> None:
        self._told = simulation.patient.pump
        self._settings = settings
        self._model = insulin_model_of(simulation, settings)
        self._midnight_s = seconds_of(simulation.time_to_calculate_at) - 60.0 * minute_of(
            simulation.time_to_calculate_at
        )
        history = simulation.patient.sensor.glucose_history
        first_s = seconds_of(history.first_time)
        self._readings = [(first_s + STEP_S * index, value) for index, value in enumerate(history.values_mgdl)]
        self._doses: list[Dose] = []
        for one in sorted(self._told.bolus_entries, key=lambda bolus: bolus.time):
            if one.time < simulation.time_to_calculate_at and not isinstance(one.value, str):
                self.record_bolus(seconds_of(one.time), one.value)
        told, targets = self._told.metabolism_settings, self._told.target_range
        self._basal = self._timeline(told.basal_rate)
        self._sensitivity = self._timeline(told.insulin_sensitivity_factor)
        self._target = TargetRange(
            lower=self._timeline(Schedule(start_times=targets.start_times, values=targets.lower_values)),
            upper=self._timeline(Schedule(start_times=targets.start_times, values=targets.upper_values)),
        )

    def see(self, time_s: float, glucose_mgdl: float) -> None:
        """Add a reading."""
        self._readings.append((time_s, glucose_mgdl))

    def record_bolus(self, time_s: float, insulin_u: float) -> None:
        """Add a bolus; none of nothing."""
        if insulin_u:
            self._doses.append(self._dose(time_s, time_s + 1.0, insulin_u, is_basal=False))

    def record_basal(self, time_s: float, rate_u_per_h: float) -> None:
        """Add five minutes at a rate; every decision sets its rate anew."""
        self._doses.append(self._dose(time_s, time_s + STEP_S, rate_u_per_h * STEP_S / 3600.0, is_basal=True))

    def dose_automatically(self, time_s: float, scheduled_u_per_h: float) -> tuple[float, float]:
        """Basal rate and automatic bolus, U/h and U; the schedule where Loop refuses to decide."""
        share = self._settings.partial_application_factor
        kind = RecommendationKind.AUTOMATIC_BOLUS if share else RecommendationKind.TEMP_BASAL
        decision = self._decide(time_s, kind)
        if decision is None:
            return scheduled_u_per_h, 0.0
        if not share:
            return temp_rate(decision.correction, decision.limit).rate_u_per_h, 0.0
        rate = temp_rate_beside_bolus(decision.correction, decision.limit).rate_u_per_h
        return rate, automatic_bolus_u(decision.correction, decision.limit, share=share)

    def recommend_bolus(self, time_s: float, rate_u_per_h: float) -> float:
        """The bolus that Loop proposes, U, once the rate that it has just set counts for its half hour."""
        insulin_u = rate_u_per_h * TEMP_DURATION_S / 3600.0
        ahead = self._dose(time_s, time_s + TEMP_DURATION_S, insulin_u, is_basal=True)
        decision = self._decide(time_s, RecommendationKind.MANUAL_BOLUS, (ahead,))
        return 0.0 if decision is None else manual_bolus_u(decision.correction, decision.limit)

    def _decide(self, time_s: float, kind: RecommendationKind, ahead: tuple[Dose, ...] = ()) -> LoopDecision | None:
        settings, since_s = self._settings, time_s - _HISTORY_S
        given = LoopInput(
            moment_s=time_s,
            glucose=_glucose([one for one in self._readings if one[0] >= since_s]),
            doses=tuple(one for one in self._doses if one.end_s >= since_s) + ahead,
            carbs=self._meals(time_s),
            basal_u_per_h=self._basal,
            sensitivity_mgdl_per_u=self._sensitivity,
            target=self._target,
            suspend_mgdl=settings.suspend_mgdl,
            max_basal_u_per_h=settings.max_basal_rate,
            max_bolus_u=settings.max_bolus,
            max_insulin_on_board_multiple=settings.max_active_insulin_modifier,
            model=self._model,
            kind=kind,
            bolus_share=settings.partial_application_factor or USUAL_SHARE,
            carb_rule=CarbRule(model=Linear() if settings.carb_absorption_model == "linear" else PiecewiseLinear()),
            with_rises=kind is RecommendationKind.TEMP_BASAL,
            sensitivity_by_time_of_action=settings.use_mid_absorption_isf,
            largest_jump_mgdl=LARGEST_JUMP_MGDL,
        )
        decision = run_loop(given)
        return decision if isinstance(decision, LoopDecision) else None

    def _meals(self, time_s: float) -> tuple[CarbEntry, ...]:
        entries: list[CarbEntry] = []
        for meal in sorted(self._told.carb_entries, key=lambda one: one.start_time):
            if seconds_of(meal.start_time) > time_s:
                break
            then = settings_at(self._told.metabolism_settings, minute_of(meal.start_time))
            entries.append(
                CarbEntry(
                    start_s=seconds_of(meal.start_time),
                    carbs_g=meal.value,
                    absorption_s=60.0 * meal.duration,
                    rise_mgdl_per_g=then.correction_factor_mgdl_per_u / then.carb_ratio_g_per_u,
                )
            )
        return tuple(entries)

    def _dose(self, start_s: float, end_s: float, insulin_u: float, *, is_basal: bool) -> Dose:
        return Dose(start_s=start_s, end_s=end_s, insulin_u=insulin_u, model=self._model, is_basal=is_basal)

    def _timeline(self, schedule: Schedule) -> Timeline:
        days = range(-1, 5)
        starts = [self._midnight_s + _DAY_S * day + 60.0 * one for day in days for one in schedule.start_times]
        return Timeline(
            start_s=np.asarray(starts),
            end_s=np.asarray([*starts[1:], self._midnight_s + _DAY_S * days.stop]),
            value=np.tile(np.asarray(schedule.values, dtype=np.float64), len(days)),
        )


def insulin_model_of(simulation: RiskSimulation, settings: AlgorithmSettings) -> InsulinModel:
    """The insulin curve that Loop goes by.

    Raises:
        DataError: the settings ask for what this Loop has not.
    """
    if not settings.retrospective_correction_enabled:
        raise cannot(simulation, "Loop without retrospective correction is not there")
    if settings.model not in _MODELS:
        raise cannot(simulation, f"the insulin curve {settings.model!r} is not known")
    return _MODELS[settings.model]


def _glucose(readings: Sequence[tuple[float, float]]) -> Glucose:
    times, values = zip(*readings, strict=True)
    return Glucose(
        time_s=np.asarray(times, dtype=np.float64),
        value_mgdl=np.asarray(values, dtype=np.float64),
        is_calibration=np.zeros(len(times), dtype=bool),
        source=("",) * len(times),
    )
