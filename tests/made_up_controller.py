"""A dosing algorithm in plain Python, as somebody else's package would bring it."""

from typing import NamedTuple

from glucotwin.control.python_controller import AbstractPythonController, Dose, Sight
from glucotwin.control.setting import TherapySetting


class Counted(NamedTuple):
    setting: TherapySetting
    decisions: int


class StepUp(AbstractPythonController[Counted]):
    """The schedule, twice as much above 140 and none below 90 mg/dL; a bolus for announced carbohydrate."""

    def init(self, setting: TherapySetting) -> Counted:
        return Counted(setting, 0)

    def step(self, state: Counted, seen: Sight) -> tuple[Counted, Dose]:
        slot = int(seen.minute_of_day // 5) % 288
        scheduled = float(state.setting.basal_u_per_h[slot])
        factor = 0.0 if seen.glucose_mgdl < 90.0 else 2.0 if seen.glucose_mgdl > 140.0 else 1.0
        bolus = seen.announced_carbs_g / float(state.setting.carb_ratio_g_per_u[slot])
        return state._replace(decisions=state.decisions + 1), Dose(rate_u_per_h=factor * scheduled, bolus_u=bolus)


def make() -> StepUp:
    """What the entry point names."""
    return StepUp()


def no_controller() -> str:
    """Something else."""
    return "no controller"
