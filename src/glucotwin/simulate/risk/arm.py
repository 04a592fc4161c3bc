"""One arm of a risk scenario on its way: who doses what, and what of it reaches the body."""

from datetime import datetime

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.scenario.risk_set import ACCEPT, BolusEntry, RiskSimulation
from glucotwin.simulate.risk.course import RiskCourse, course_of
from glucotwin.simulate.risk.loop_view import LoopView
from glucotwin.simulate.risk.schedule import STEP_MIN, STEP_S, SettingsNow, minute_of, seconds_of, settings_at
from glucotwin.simulate.risk.script import steps_of


class ArmRun:
    """An arm, step by step.

    Args:
        simulation: the arm.

    Raises:
        DataError: it asks for what this simulator has not.
    """

    def __init__(self, simulation: RiskSimulation) -> None:
        self.simulation = simulation
        self.steps = steps_of(simulation)
        controller = simulation.controller
        self._loop = None if controller is None else LoopView(simulation, controller.settings)
        self._start_s = seconds_of(simulation.time_to_calculate_at)
        self._seen: list[tuple[float, ...]] = []

    def told_at(self, step: int) -> SettingsNow:
        """What the pump is set to."""
        return settings_at(self.simulation.patient.pump.metabolism_settings, self._minute_of_day(step))

    def truth_at(self, step: int) -> SettingsNow:
        """What the body is like."""
        return settings_at(self.simulation.patient.patient_model.metabolism_settings, self._minute_of_day(step))

    def act(self, step: int, glucose_mgdl: float, on_board_u: float, ketone_mmoll: float) -> tuple[float, float]:
        """Insulin and carbohydrate that reach the body over the next five minutes, U/min and g/min."""
        if step > self.steps:
            return self.truth_at(step).basal_u_per_h / 60.0, 0.0
        time_s, scheduled = self._time_s(step), self.told_at(step).basal_u_per_h
        # The scenario's own history says what the sensor shows at the start.
        if self._loop is not None and step:
            self._loop.see(time_s, glucose_mgdl)
        rate, automatic_u = scheduled, 0.0
        if self._loop is not None and self._is_automatic(time_s):
            rate, automatic_u = self._loop.dose_automatically(time_s, scheduled)
        bolus_u = automatic_u + self._bolus(step, rate)
        if self._loop is not None:
            self._loop.record_basal(time_s, rate)
            self._loop.record_bolus(time_s, automatic_u)
        self._seen.append((glucose_mgdl, on_board_u, ketone_mmoll, rate, bolus_u))
        meals = self.simulation.patient.patient_model.carb_entries
        carbs_g = sum(one.value for one in meals if self._falls_on(one.start_time, step))
        return rate / 60.0 + bolus_u / STEP_MIN, carbs_g / STEP_MIN

    def course(self) -> RiskCourse:
        """What became of it."""
        return course_of(self.simulation, *np.asarray(self._seen).T)

    def _bolus(self, step: int, rate_u_per_h: float) -> float:
        """Boluses of now that reach the body; Loop is told of those that the pump knows of."""
        truth = self._boluses(self.simulation.patient.patient_model.bolus_entries, step)
        told = self._boluses(self.simulation.patient.pump.bolus_entries, step)
        accepted_u = 0.0
        if self._loop is not None:
            for one in told:
                self._loop.record_bolus(self._time_s(step), 0.0 if isinstance(one.value, str) else one.value)
            if any(one.value == ACCEPT for one in (*truth, *told)):
                accepted_u = self._loop.recommend_bolus(self._time_s(step), rate_u_per_h)
                self._loop.record_bolus(self._time_s(step), accepted_u)
        reached = sum(one.value for one in truth if not isinstance(one.value, str))
        return reached + (accepted_u if any(one.value == ACCEPT for one in truth) else 0.0)

    def _boluses(self, entries: tuple[BolusEntry, ...], step: int) -> list[BolusEntry]:
        return [one for one in entries if self._falls_on(one.time, step)]

    def _is_automatic(self, time_s: float) -> bool:
        controller = self.simulation.controller
        events = () if controller is None else controller.automation_control_timeline
        past = [one for one in events if seconds_of(one.time) <= time_s]
        return max(past, key=lambda one: one.time).dosing_enabled if past else True

    def _falls_on(self, time: datetime, step: int) -> bool:
        return 0.0 <= seconds_of(time) - self._time_s(step) < STEP_S

    def _time_s(self, step: int) -> float:
        return self._start_s + STEP_S * step

    def _minute_of_day(self, step: int) -> float:
        return (minute_of(self.simulation.time_to_calculate_at) + STEP_MIN * step) % MINUTES_PER_DAY
