"""A dosing algorithm in plain Python: more insulin above a threshold, none below another."""

from typing import NamedTuple

from glucotwin.control.controller import DecisionReason
from glucotwin.control.python_controller import AbstractPythonController, Dose, Sight
from glucotwin.control.setting import SLOT_MIN, SLOTS, TherapySetting


class StepUpState(NamedTuple):
    """The settings, and the last reading in mg/dL."""

    setting: TherapySetting
    last_mgdl: float


class StepUp(AbstractPythonController[StepUpState]):
    """The schedule, twice as much above 140 mg/dL and rising, none below 90; a bolus for announced carbohydrate."""

    def init(self, setting: TherapySetting) -> StepUpState:
        """No reading yet."""
        return StepUpState(setting, float("nan"))

    def step(self, state: StepUpState, seen: Sight) -> tuple[StepUpState, Dose]:
        """A multiple of the scheduled rate, and the meal's bolus."""
        slot = int(seen.minute_of_day // SLOT_MIN) % SLOTS
        scheduled = float(state.setting.basal_u_per_h[slot])
        bolus = seen.announced_carbs_g / float(state.setting.carb_ratio_g_per_u[slot])
        if seen.glucose_mgdl < 90.0:
            dose = Dose(rate_u_per_h=0.0, bolus_u=bolus, reason=DecisionReason.SUSPEND_LOW)
        elif seen.glucose_mgdl > 140.0 and seen.glucose_mgdl >= state.last_mgdl:
            dose = Dose(rate_u_per_h=2.0 * scheduled, bolus_u=bolus, reason=DecisionReason.INCREASE)
        else:
            dose = Dose(rate_u_per_h=scheduled, bolus_u=bolus)
        return StepUpState(state.setting, seen.glucose_mgdl), dose


def make() -> StepUp:
    """What the entry point names."""
    return StepUp()
