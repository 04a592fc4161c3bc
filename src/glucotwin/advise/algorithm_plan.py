"""The plan of a replay in which a dosing algorithm has all insulin in its hands."""

from dataclasses import dataclass, replace
from datetime import datetime

import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.advise.algorithm_policy import AlgorithmPolicy
from glucotwin.advise.dosing_plan import DosingPlan, held_steps, step_of
from glucotwin.control.registry import find_controller
from glucotwin.control.safety_array import limits_from
from glucotwin.control.setting import TherapySetting, setting_from_therapy
from glucotwin.control.usual_limit import usual_limit
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.domain.meal import Meal
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.intervention import Response
from glucotwin.twin.twin import Twin

ASSUMED_WEIGHT_KG = 70.0
"""Weight of whom no weight is known; few algorithms ask for it."""

_MIN_PER_H = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowAlgorithm(DosingPlan):
    """All insulin of the window as a dosing algorithm would have given it, with the carbs on record announced.

    Settings that are None are the pump's; a basal rate that the record does not hold is the twin's usual one.

    Attributes:
        algorithm: a name of ``control.registry``.
    """

    algorithm: str
    carb_ratio_g_per_u: float | None = None
    correction_factor_mgdl_per_u: float | None = None
    target_mgdl: float | None = None

    def without_answered(self, timeline: Timeline, window: Window) -> Timeline:
        """Everything stays: the algorithm's doses replace what is on record step by step."""
        return timeline

    def response(self, twin: Twin, timeline: Timeline, window: Window, span: Window) -> Response:
        """The algorithm looks on until the window begins, and then doses."""
        setting = self.setting(twin, timeline, window.start)
        policy = AlgorithmPolicy(
            controller=find_controller(self.algorithm),
            setting=setting,
            limits=jax.tree.map(jnp.asarray, limits_from(usual_limit(setting))),
        )
        held = held_steps(span, window)
        return Response(
            policy=policy,
            acts=~held,
            asked=np.zeros(held.size, dtype=bool),
            announced_g=_announced(timeline, span, held.size),
            on_board_u=np.zeros(held.size),
        )

    def setting(self, twin: Twin, timeline: Timeline, time: datetime) -> TherapySetting:
        """What the algorithm is set to at a time.

        Raises:
            DataError: neither the record nor the question says the carb ratio or the correction factor.
        """
        known = timeline.settings_at(time) or TherapySettings(valid_from=time)
        usual = DailySchedule.constant(_MIN_PER_H * twin.basal_u_per_min)
        target = _constant(self.target_mgdl)
        therapy = replace(
            known,
            basal_u_per_h=known.basal_u_per_h or usual,
            carb_ratio_g_per_u=_constant(self.carb_ratio_g_per_u) or known.carb_ratio_g_per_u,
            correction_factor_mgdl_per_u=_constant(self.correction_factor_mgdl_per_u)
            or known.correction_factor_mgdl_per_u,
            target_low_mgdl=target or known.target_low_mgdl,
            target_high_mgdl=target or known.target_high_mgdl,
        )
        if therapy.carb_ratio_g_per_u is None or therapy.correction_factor_mgdl_per_u is None:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                "The record has no carbohydrate ratio or correction factor to set an algorithm with.",
                hint="Give --carb-ratio and --correction-factor, or import the pump's settings.",
            )
        weight = twin.weight_kg or ASSUMED_WEIGHT_KG
        setting = setting_from_therapy(therapy, daily_insulin_u=twin.daily_insulin_u, weight_kg=weight)
        return jax.tree.map(jnp.asarray, setting)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message("change-algorithm", algorithm=self.algorithm)


def _constant(value: float | None) -> DailySchedule | None:
    return None if value is None else DailySchedule.constant(value)


def _announced(timeline: Timeline, span: Window, steps: int) -> np.ndarray:
    """Grams at the step in which each meal of the span is eaten."""
    announced = np.zeros(steps)
    for time, grams in timeline.frame(Meal).select("time", "carbs_g").iter_rows():
        if span.start <= time < span.end and grams is not None:
            announced[min(step_of(time, span), steps - 1)] += grams
    return announced
