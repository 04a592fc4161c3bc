"""Everything that a rule may look at."""

from dataclasses import dataclass

from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import DecisionInput, InsulinForecast
from glucotwin.control.oref0.number import glucose_in_unit, shown
from glucotwin.control.oref0.outlook import Outlook
from glucotwin.control.oref0.rounding import round_rate
from glucotwin.control.oref0.target import Aim
from glucotwin.control.oref0.temp_basal import set_temp
from glucotwin.control.oref0.trend import Trend

USUAL_TEMP_MIN = 30
_LONG_ENOUGH_MIN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that a rule may look at.

    Attributes:
        inputs: what the decision is made from.
        insulin: insulin on board.
        aim: targets and settings of today.
        trend: where glucose is heading.
        outlook: glucose ahead.
        carbs_required_g: carbs that would keep glucose above the threshold; negative when none are needed.
        smb_enabled: whether a super micro bolus may be given.
    """

    inputs: DecisionInput
    insulin: InsulinForecast
    aim: Aim
    trend: Trend
    outlook: Outlook
    carbs_required_g: float
    smb_enabled: bool

    @property
    def dosing_sensitivity_mgdl_per_u(self) -> float:
        """Sensitivity to work insulin out with: where it depends on glucose, that of where glucose is going."""
        aim = self.aim
        if aim.variable is None:
            return aim.sensitivity_mgdl_per_u
        return aim.variable.ahead(
            glucose_mgdl=self.inputs.glucose.glucose_mgdl,
            delta=self.trend.delta,
            eventual_mgdl=self.outlook.eventual_mgdl,
            min_mgdl=self.outlook.min_mgdl,
            target_mgdl=aim.target_mgdl,
        )

    @property
    def model(self) -> str | None:
        """The pump's model."""
        return self.inputs.profile.pump_model

    @property
    def leaves_to_micro_bolus(self) -> bool:
        """Whether a super micro bolus may come, with which its low rate must not be canceled."""
        return self.inputs.micro_bolus_allowed and self.smb_enabled

    def glucose(self, value_mgdl: float) -> str:
        """Glucose within a sentence."""
        return str(glucose_in_unit(value_mgdl, self.inputs.profile))

    def temp(self, draft: Decision, rate_u_per_h: float, duration_min: float) -> Decision:
        """Ask for a temporary rate."""
        return set_temp(draft, rate_u_per_h, duration_min, self.inputs.profile, self.inputs.current_temp)

    def neutral(self, draft: Decision) -> Decision:
        """Ask for the scheduled rate, unless it runs already."""
        basal, current = self.aim.basal_u_per_h, self.inputs.current_temp
        rate = current.rate_u_per_h
        runs = rate is not None and round_rate(rate, self.model) == round_rate(basal, self.model)
        if runs and current.left_min > _LONG_ENOUGH_MIN:
            return draft.saying(f", temp {shown(rate)} ~ req {shown(basal)}U/hr. ")
        return self.temp(draft.saying(f"; setting current basal of {shown(basal)} as temp. "), basal, USUAL_TEMP_MIN)
