"""What is fixed while Loop is compiled, and the sizes that follow from it."""

from dataclasses import dataclass, field
from math import ceil

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.carb_status import CarbRule
from glucotwin.control.loop.insulin_model import PRESETS, InsulinModel
from glucotwin.control.loop.loop_input import RecommendationKind
from glucotwin.control.loop.retrospective import GROUP_S, HISTORY_S
from glucotwin.control.loop.series import MINUTE_S, STEP_MIN, STEP_S

GROUP_STEPS = round(GROUP_S / STEP_S)
"""Half an hour, over which discrepancies are summed."""
HISTORY_STEPS = round(HISTORY_S / STEP_S)
"""Three hours, over which meals are compared with what was seen."""
LATE_STEPS = 2
"""A reading may be this much older than the decision: less than 15 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRule:
    """How Loop is set up, as far as the shape of the computation depends on it.

    Attributes:
        model: how long insulin acts.
        carb_rule: how meals are absorbed.
        absorption_min: how long each meal takes, as entered.
        meals: how many meals are remembered; the oldest is forgotten first.
        remembered_min: how long glucose is remembered at least; it is for as long as a meal may count.
        kind: temporary rates, or boluses beside them.
        integral_correction: whether retrospective correction is integral.
        with_rises: whether rises by momentum and retrospective correction count.
    """

    model: InsulinModel = PRESETS["rapidActingAdult"]
    carb_rule: CarbRule = field(default_factory=CarbRule)
    absorption_min: float = 180.0
    meals: int = 6
    remembered_min: float = 0.0
    kind: RecommendationKind = RecommendationKind.AUTOMATIC_BOLUS
    integral_correction: bool = False
    with_rises: bool = True

    @property
    def action_steps(self) -> int:
        """Steps until a dose has acted."""
        return ceil(self.model.effect_duration_s / STEP_S)

    @property
    def past_steps(self) -> int:
        """Steps back at which the meals' effect is needed."""
        return 1 + (HISTORY_STEPS if self.integral_correction else LATE_STEPS + GROUP_STEPS)

    @property
    def history_steps(self) -> int:
        """Steps back that are remembered: a meal's longest absorption before the first step that counts."""
        longest = self.carb_rule.overrun * self.absorption_min + self.carb_rule.delay_s / MINUTE_S
        needed = self.past_steps + max(GROUP_STEPS + LATE_STEPS, ceil(longest / STEP_MIN)) + 1
        return max(needed, HISTORY_STEPS + 2, ceil(self.remembered_min / STEP_MIN))

    def fraction_left(self) -> Float[np.ndarray, " step"]:
        """Share of a dose that has not acted, at 0, 1, … steps until it has acted."""
        return self.model.fraction_left(np.arange(self.action_steps + 1) * STEP_S)

    def acting_share(self) -> Float[np.ndarray, " step"]:
        """Share of a dose that acts in its first step, its second and so on."""
        return -np.diff(self.fraction_left())
