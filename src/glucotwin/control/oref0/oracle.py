"""oref0 as an oracle: its input in, the answer of each of its stages out, by its own names."""

from collections.abc import Mapping

from glucotwin.control.oref0.autosens import Autosens
from glucotwin.control.oref0.carbs_on_board import MealStatus
from glucotwin.control.oref0.decision_input import InsulinForecast
from glucotwin.control.oref0.dynamic_sensitivity import DynamicRatio, VariableSensitivity
from glucotwin.control.oref0.glucose_status import GlucoseStatus
from glucotwin.control.oref0.insulin_on_board import Insulin, InsulinHistory
from glucotwin.control.oref0.local_clock import iso_from_ms
from glucotwin.control.oref0.number import plain
from glucotwin.control.oref0.pipeline import run_stages
from glucotwin.control.oref0.request import request_from_json
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.control.oref0.temp_basal_history import TempBasal


def decide(document: Mapping[str, object]) -> dict[str, object]:
    """Decide once.

    Args:
        document: clock, profile, pumphistory, glucose, carbs, temptargets, currenttemp, microBolusAllowed, reservoir,
            and optionally autosens, timezone and dynamic.

    Returns:
        The stages ``glucose_status``, ``autosens_8h``, ``autosens_24h``, ``autosens``, ``iob``, ``meal`` and
        ``result``, and ``warnings`` about records that had to be left out.

    Raises:
        DataError: the input is incomplete or contradicts itself.
    """
    stages = run_stages(request_from_json(document))
    answer: dict[str, object] = {"glucose_status": glucose_as_json(stages.glucose)}
    if stages.autosens_short is not None and stages.autosens_long is not None:
        answer["autosens_8h"] = _autosens(stages.autosens_short)
        answer["autosens_24h"] = _autosens(stages.autosens_long)
    answer["autosens"] = _autosens(stages.autosens)
    answer["iob"] = insulin_ahead_as_json(stages.insulin, stages.insulin_history)
    answer["meal"] = _meal(stages.meal)
    if stages.dynamic is not None:
        answer["dynamic"] = _dynamic(stages.dynamic)
    answer["result"] = stages.decision.as_json()
    answer["warnings"] = list(stages.warnings)
    return answer


def _dynamic(dynamic: DynamicRatio | VariableSensitivity) -> dict[str, object]:
    if isinstance(dynamic, VariableSensitivity):
        return {"total_daily_u": plain(dynamic.total_daily_u), "divisor_mgdl": plain(dynamic.divisor_mgdl)}
    return {
        "sensitivity_ratio": plain(dynamic.sensitivity_ratio),
        "basal_ratio": None if dynamic.basal_ratio is None else plain(dynamic.basal_ratio),
    }


def glucose_as_json(status: GlucoseStatus) -> dict[str, object]:
    """A glucose status by the names of the original."""
    answer: dict[str, object] = {
        "delta": plain(status.delta),
        "glucose": plain(status.glucose_mgdl),
        "noise": plain(status.noise),
        "short_avgdelta": plain(status.short_mean_delta),
        "long_avgdelta": plain(status.long_mean_delta),
        "date": plain(status.moment_ms),
        "last_cal": status.readings_since_calibration,
    }
    return answer if status.device is None else {**answer, "device": status.device}


def _autosens(autosens: Autosens) -> dict[str, object]:
    answer: dict[str, object] = {"ratio": plain(autosens.ratio)}
    if autosens.new_sensitivity_mgdl_per_u is not None:
        answer["newisf"] = plain(autosens.new_sensitivity_mgdl_per_u)
    return answer


def insulin_ahead_as_json(insulin: InsulinForecast, history: InsulinHistory) -> list[dict[str, object]]:
    """Insulin on board now and ahead by the names of the original; the first row also has what happened last."""
    rows = [
        {**_insulin(as_is), "iobWithZeroTemp": _insulin(if_stopped)}
        for as_is, if_stopped in zip(insulin.as_is, insulin.if_stopped, strict=True)
    ]
    rows[0]["lastBolusTime"] = plain(insulin.last_bolus_ms)
    rows[0]["lastTemp"] = _last_temp(history.last_temp)
    return rows


def _insulin(insulin: Insulin) -> dict[str, object]:
    return {
        "iob": plain(insulin.iob_u),
        "activity": plain(insulin.activity_u_per_min),
        "basaliob": plain(insulin.basal_iob_u),
        "bolusiob": plain(insulin.bolus_iob_u),
        "netbasalinsulin": plain(insulin.net_basal_u),
        "bolusinsulin": plain(insulin.bolus_u),
        "time": iso_from_ms(insulin.moment_ms),
    }


def _last_temp(temp: TempBasal | None) -> dict[str, object]:
    if temp is None:
        return {"date": 0}
    written = iso_from_ms(temp.started_at_ms)
    return {
        "rate": plain(temp.rate_u_per_h),
        "timestamp": temp.time_text or written.replace(".000Z", "+00:00"),
        "started_at": written,
        "date": plain(temp.start_ms),
        "duration": plain(round_half_up(temp.duration_min, 2)),
    }


def _meal(meal: MealStatus) -> dict[str, object]:
    absorption = meal.absorption
    answer: dict[str, object] = {
        "carbs": plain(meal.carbs_g),
        "nsCarbs": plain(meal.app_carbs_g),
        "bwCarbs": plain(meal.wizard_carbs_g),
        "journalCarbs": plain(meal.journal_carbs_g),
        "mealCOB": plain(meal.cob_g),
        "currentDeviation": plain(absorption.current),
        "maxDeviation": plain(absorption.highest),
        "minDeviation": plain(absorption.lowest),
        "slopeFromMaxDeviation": plain(absorption.slope_from_highest),
        "slopeFromMinDeviation": plain(absorption.slope_from_lowest),
        "allDeviations": [plain(value) for value in absorption.all_rounded],
        "lastCarbTime": plain(meal.last_carbs_ms),
        "bwFound": meal.wizard_used,
    }
    return answer if meal.reason is None else {**answer, "reason": meal.reason}
