"""Controllers written for simglucose in our closed loop; simglucose itself need not be installed."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from glucotwin.control.controller import DECISION_MIN, DecisionReason
from glucotwin.control.python_controller import AbstractPythonController, Dose, Sight
from glucotwin.control.setting import TherapySetting

MIN_PER_H = 60.0


class Observation(NamedTuple):
    """What simglucose shows a controller: the sensor's glucose in mg/dL."""

    CGM: float


class ActionOfPolicy(Protocol):
    """What a policy answers: ``basal`` and ``bolus``, both in U/min over the coming interval."""

    @property
    def basal(self) -> float:
        """Basal insulin in U/min."""
        ...

    @property
    def bolus(self) -> float:
        """Bolus insulin in U/min, given over the whole interval."""
        ...


class PolicyController(Protocol):
    """The class that simglucose's controllers are written as (simglucose/controller/base.py)."""

    def policy(self, observation: Observation, reward: float, done: bool, **info: object) -> ActionOfPolicy:
        """Decides for the coming interval."""
        ...

    def reset(self) -> None:
        """Forgets everything."""
        ...


class SimglucoseState(NamedTuple):
    """One person's controller, and the last reading."""

    controller: PolicyController
    last_mgdl: float
    scheduled_u_per_h: float


class SimglucoseStyle(AbstractPythonController[SimglucoseState]):
    """A controller with ``policy(observation, reward, done, **info) -> Action(basal, bolus)`` and ``reset()``.

    As in simglucose, ``info`` holds ``sample_time`` (5 min), ``meal`` (announced carbohydrate in g/min over the last
    interval), ``time`` (minutes since the start), and ``patient_name``; ``reward`` is 0 and ``done`` false. What only a
    simulator knows (``bg``, ``patient_state``) is not there: a controller that asks for it fails. Without a reading the
    last one is shown again; before the first, the schedule runs.

    Attributes:
        make: makes a new controller; each person gets their own.
        patient_name: what ``info`` says, for controllers that look up a patient by name.
    """

    def __init__(self, make: Callable[[], PolicyController], *, patient_name: str = "") -> None:
        self.make = make
        self.patient_name = patient_name

    def init(self, setting: TherapySetting) -> SimglucoseState:
        """A new controller after its ``reset``."""
        controller = self.make()
        controller.reset()
        return SimglucoseState(controller, float("nan"), float(setting.basal_u_per_h[0]))

    def step(self, state: SimglucoseState, seen: Sight) -> tuple[SimglucoseState, Dose]:
        """The policy's basal and bolus, in units."""
        shown = seen.glucose_mgdl if seen.knows_glucose else state.last_mgdl
        if shown != shown:  # not a number: nothing was ever shown
            return state, Dose(rate_u_per_h=state.scheduled_u_per_h, reason=DecisionReason.NO_GLUCOSE)
        action = state.controller.policy(
            Observation(CGM=shown),
            0.0,
            False,
            sample_time=float(DECISION_MIN),
            meal=seen.announced_carbs_g / DECISION_MIN,
            patient_name=self.patient_name,
            time=seen.minute,
        )
        bolus_u = float(action.bolus) * DECISION_MIN
        reason = DecisionReason.MEAL if bolus_u > 0.0 and seen.announced_carbs_g > 0.0 else DecisionReason.SCHEDULE
        dose = Dose(rate_u_per_h=float(action.basal) * MIN_PER_H, bolus_u=bolus_u, reason=reason)
        return state._replace(last_mgdl=shown), dose
