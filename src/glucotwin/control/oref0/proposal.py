"""oref0's decision as a dose for the next step, with what the limits outside are judged by."""

from collections.abc import Mapping
from typing import Any, cast

from glucotwin.control.safety import Dose, Proposal, Surroundings

_STEP_MIN = 5.0


def propose(document: Mapping[str, object], answer: Mapping[str, object]) -> Proposal | None:
    """The dose of an answer; None if there is none.

    Args:
        document: the input of the decision.
        answer: what was decided on it.
    """
    stages, given = cast("dict[str, Any]", answer), cast("dict[str, Any]", document)
    result = stages["result"]
    if "error" in result:
        return None
    scheduled = float(given["profile"]["current_basal"])
    running = given.get("currenttemp") or {}
    last_rate = float(running.get("rate") or 0.0) if running.get("duration") else scheduled
    rate = float(result["rate"]) if "rate" in result else last_rate
    ended = "rate" in result and not result.get("duration")
    delta = stages["glucose_status"].get("delta")
    around = Surroundings(
        glucose_mgdl=float(stages["glucose_status"]["glucose"]),
        trend_mgdl_per_min=None if delta is None else float(delta) / _STEP_MIN,
        insulin_on_board_u=float(stages["iob"][0]["iob"]),
        scheduled_u_per_h=scheduled,
        last_rate_u_per_h=last_rate,
    )
    dose = Dose(rate_u_per_h=scheduled if ended else rate, bolus_u=float(result.get("units") or 0.0))
    return Proposal(dose=dose, around=around)
