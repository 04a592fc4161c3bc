"""Loop's recommendation as a dose for the next step, with what the limits outside are judged by."""

from collections.abc import Mapping
from typing import Any, cast

from glucotwin.control.loop.counteraction import Glucose
from glucotwin.control.loop.loop_input import LoopInput
from glucotwin.control.loop.request import input_from_json
from glucotwin.control.loop.series import HOUR_S, MINUTE_S, STEP_S
from glucotwin.control.safety import Dose, Proposal, Surroundings

_LONGEST_APART_S = 10 * MINUTE_S


def propose(document: Mapping[str, object], answer: Mapping[str, object]) -> Proposal | None:
    """The dose of an answer; None if there is none.

    Args:
        document: the input of the decision.
        answer: what was decided on it.
    """
    recommendation = cast("dict[str, Any] | None", answer.get("recommendation"))
    if recommendation is None:
        return None
    given = input_from_json(document)
    scheduled = given.basal_u_per_h.at_moment(given.moment_s)
    around = Surroundings(
        glucose_mgdl=float(given.glucose.value_mgdl[-1]),
        trend_mgdl_per_min=_trend_mgdl_per_min(given.glucose),
        insulin_on_board_u=float(cast("float", answer["activeInsulin"])),
        scheduled_u_per_h=scheduled,
        last_rate_u_per_h=_last_rate_u_per_h(given, scheduled),
    )
    return Proposal(dose=_dose(recommendation, scheduled), around=around)


def _dose(recommendation: dict[str, Any], scheduled_u_per_h: float) -> Dose:
    manual = recommendation.get("manual")
    if manual is not None:
        return Dose(rate_u_per_h=scheduled_u_per_h, bolus_u=float(manual["amount"]))
    automatic = recommendation["automatic"]
    return Dose(
        rate_u_per_h=float(automatic["basalAdjustment"]["unitsPerHour"]),
        bolus_u=float(automatic.get("bolusUnits", 0.0)),
    )


def _trend_mgdl_per_min(glucose: Glucose) -> float | None:
    """Change between the last two readings; None where they cannot be compared."""
    if len(glucose) < 2 or glucose.source[-1] != glucose.source[-2] or glucose.is_calibration[-2:].any():
        return None
    apart_s = float(glucose.time_s[-1] - glucose.time_s[-2])
    change = float(glucose.value_mgdl[-1] - glucose.value_mgdl[-2])
    return change / apart_s * MINUTE_S if 0 < apart_s <= _LONGEST_APART_S else None


def _last_rate_u_per_h(given: LoopInput, scheduled_u_per_h: float) -> float:
    """Rate of the basal dose that ran until now; the schedule's if none did."""
    for dose in reversed(given.doses):
        length_s = dose.end_s - dose.start_s
        if dose.is_basal and length_s > 0:
            return dose.insulin_u / length_s * HOUR_S if dose.end_s >= given.moment_s - STEP_S else scheduled_u_per_h
    return scheduled_u_per_h
