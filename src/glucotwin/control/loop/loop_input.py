"""What Loop's algorithm is given for one decision."""

from dataclasses import dataclass, field
from enum import StrEnum

from glucotwin.control.loop.carb_status import CarbEntry, CarbRule
from glucotwin.control.loop.counteraction import Glucose
from glucotwin.control.loop.dose import Dose
from glucotwin.control.loop.insulin_model import InsulinModel
from glucotwin.control.loop.timeline import TargetRange, Timeline


class RecommendationKind(StrEnum):
    """What is asked for, by Loop's names."""

    TEMP_BASAL = "tempBasal"
    AUTOMATIC_BOLUS = "automaticBolus"
    MANUAL_BOLUS = "manualBolus"

    @property
    def is_automatic(self) -> bool:
        """Whether it is carried out without asking."""
        return self is not RecommendationKind.MANUAL_BOLUS


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopInput:
    """Records and settings of one decision.

    Attributes:
        moment_s: time of the decision, s since 1970.
        glucose: readings, the last of at most 15 minutes ago.
        doses: insulin given, in order, at least over the action time before the first reading that counts.
        carbs: meals, in order.
        basal_u_per_h: scheduled basal, from the first dose to the decision.
        sensitivity_mgdl_per_u: sensitivity, from the first dose to the end of the new dose's action.
        target: range to aim for.
        suspend_mgdl: glucose below which no insulin is given; None for the target's lower end.
        max_basal_u_per_h: highest rate.
        max_bolus_u: largest bolus.
        max_insulin_on_board_multiple: most insulin on board after an automatic dose, in multiples of max_bolus_u.
        model: how long the new dose acts.
        kind: what is asked for.
        bolus_share: part of a correction that an automatic bolus gives.
        carb_rule: how meals are absorbed.
        integral_correction: whether retrospective correction is integral.
        with_rises: whether rises by momentum and retrospective correction count.
        sensitivity_by_time_of_action: whether the sensitivity of the time of action counts, not that of the dose.
        largest_jump_mgdl: change between readings above which trends do not count.
    """

    moment_s: float
    glucose: Glucose
    doses: tuple[Dose, ...]
    carbs: tuple[CarbEntry, ...]
    basal_u_per_h: Timeline
    sensitivity_mgdl_per_u: Timeline
    target: TargetRange
    suspend_mgdl: float | None
    max_basal_u_per_h: float
    max_bolus_u: float
    model: InsulinModel
    kind: RecommendationKind
    max_insulin_on_board_multiple: float = 2.0
    bolus_share: float = 0.4
    carb_rule: CarbRule = field(default_factory=CarbRule)
    integral_correction: bool = False
    with_rises: bool = True
    sensitivity_by_time_of_action: bool = False
    largest_jump_mgdl: float = 40.0
