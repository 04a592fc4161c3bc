"""What became of an arm of a risk scenario."""

from dataclasses import dataclass

import numpy as np

from glucotwin.control.setting import SLOTS
from glucotwin.metrics.device_risk import DeviceRisk, device_risk
from glucotwin.scenario.risk_set import RiskSimulation
from glucotwin.simulate.risk.schedule import STEP_MIN, minute_of, over_day


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskCourse:
    """What became of one arm.

    Attributes:
        simulation: the arm.
        glucose_mgdl: true glucose every 5 min, ``(steps,)``.
        insulin_on_board_u: insulin on board, basal too, ``(steps,)``.
        ketone_mmoll: blood ketones, ``(steps,)``; 0 in a body that has none.
        rate_u_per_h: basal rate, ``(steps,)``.
        bolus_u: boluses that reached the body, ``(steps,)``.
        risk: its scores.
    """

    simulation: RiskSimulation
    glucose_mgdl: np.ndarray
    insulin_on_board_u: np.ndarray
    ketone_mmoll: np.ndarray
    rate_u_per_h: np.ndarray
    bolus_u: np.ndarray
    risk: DeviceRisk


def course_of(
    simulation: RiskSimulation,
    glucose_mgdl: np.ndarray,
    insulin_on_board_u: np.ndarray,
    ketone_mmoll: np.ndarray,
    rate_u_per_h: np.ndarray,
    bolus_u: np.ndarray,
) -> RiskCourse:
    """Score a course; arguments as in ``RiskCourse``."""
    first = int(minute_of(simulation.time_to_calculate_at) // STEP_MIN)
    told = over_day(simulation.patient.pump.metabolism_settings.basal_rate)
    scheduled = told[(first + np.arange(glucose_mgdl.size)) % SLOTS]
    return RiskCourse(
        simulation=simulation,
        glucose_mgdl=glucose_mgdl,
        insulin_on_board_u=insulin_on_board_u,
        ketone_mmoll=ketone_mmoll,
        rate_u_per_h=rate_u_per_h,
        bolus_u=bolus_u,
        risk=device_risk(glucose_mgdl, insulin_on_board_u, scheduled, step_min=STEP_MIN),
    )
