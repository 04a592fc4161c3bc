"""Loop as an oracle: the original's input in, the original's answer out, by its own names."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from glucotwin.control.loop.carb_status import CarbStatus
from glucotwin.control.loop.correction import Correction, CorrectionKind
from glucotwin.control.loop.dose import NetDose
from glucotwin.control.loop.loop_input import LoopInput, RecommendationKind
from glucotwin.control.loop.pipeline import LoopDecision, Refusal, run_loop
from glucotwin.control.loop.recommendation import (
    TEMP_DURATION_S,
    TempRate,
    automatic_bolus_u,
    manual_bolus_u,
    manual_notice,
    temp_rate,
    temp_rate_beside_bolus,
)
from glucotwin.control.loop.request import input_from_json
from glucotwin.control.loop.series import MINUTE_S, STEP_S, Series, no_series

_CLAMPED = (
    "There is more insulin on board than the limit allows: the original's rate would be {rate:.3f} U/h, here it is 0."
)
_DIRECTIONS = {
    CorrectionKind.SUSPEND: "decrease",
    CorrectionKind.BELOW: "decrease",
    CorrectionKind.IN_RANGE: "neutral",
    CorrectionKind.ABOVE: "increase",
}


def decide(document: Mapping[str, object]) -> dict[str, object]:
    """Decide once.

    Args:
        document: LoopAlgorithm's AlgorithmInputFixture.

    Returns:
        ``recommendation`` or ``error``, the forecast, every effect, insulin and carbs on board by the names of the
        original; ``warnings`` where the original's answer would not be safe. Times are s since 1970.

    Raises:
        DataError: the input is incomplete or contradicts itself.
    """
    given = input_from_json(document)
    decision = run_loop(given)
    return _refused(decision) if isinstance(decision, Refusal) else _decided(given, decision)


def _refused(refusal: Refusal) -> dict[str, object]:
    nothing = _series(no_series())
    return {
        "error": refusal.value,
        "activeCarbs": None,
        "activeInsulin": None,
        "predictedGlucose": nothing,
        "insulinEffect": nothing,
        "carbEffect": nothing,
        "momentumEffect": nothing,
        "retrospectiveCorrection": nothing,
        "totalRetrospectiveCorrectionEffect": None,
        "insulinCounteraction": [],
        "retrospectiveDiscrepanciesSummed": [],
        "dosesRelativeToBasal": [],
        "carbStatus": [],
    }


def _decided(given: LoopInput, decision: LoopDecision) -> dict[str, object]:
    forecast = decision.forecast
    recommendation, warnings = _recommendation(given, decision)
    answer: dict[str, object] = {
        "recommendation": recommendation,
        "activeCarbs": decision.carbs_on_board_g,
        "activeInsulin": decision.insulin_on_board_u,
        "predictedGlucose": _series(forecast.glucose),
        "insulinEffect": _series(forecast.insulin),
        "carbEffect": _series(forecast.carbs),
        "momentumEffect": _series(forecast.momentum),
        "retrospectiveCorrection": _series(forecast.retrospective.effect),
        "totalRetrospectiveCorrectionEffect": forecast.retrospective.total_mgdl,
        "insulinCounteraction": _rows(
            forecast.seen.start_s, forecast.seen.end_s, forecast.seen.rate_mgdl_per_s * MINUTE_S
        ),
        "retrospectiveDiscrepanciesSummed": _rows(
            forecast.summed.start_s, forecast.summed.end_s, forecast.summed.value_mgdl
        ),
        "dosesRelativeToBasal": [_dose(dose) for dose in forecast.doses],
        "carbStatus": [_carb_status(status) for status in forecast.carb_statuses],
    }
    return {**answer, "warnings": warnings} if warnings else answer


def _recommendation(given: LoopInput, decision: LoopDecision) -> tuple[dict[str, object], list[str]]:
    correction, limit = decision.correction, decision.limit
    if given.kind is RecommendationKind.MANUAL_BOLUS:
        return {"manual": _manual(given, decision)}, []
    if given.kind is RecommendationKind.TEMP_BASAL:
        rate = temp_rate(correction, limit)
        direction = ("decrease", "neutral", "increase")[int(np.sign(rate.rate_u_per_h - limit.neutral_u_per_h)) + 1]
        return {"automatic": {"basalAdjustment": _basal(rate), "direction": direction}}, _clamp_warning(rate)
    rate = temp_rate_beside_bolus(correction, limit)
    bolus_u = automatic_bolus_u(correction, limit, share=given.bolus_share)
    return {
        "automatic": {
            "basalAdjustment": _basal(rate),
            "bolusUnits": bolus_u,
            "direction": _DIRECTIONS[correction.kind],
        }
    }, []


def _basal(rate: TempRate) -> dict[str, object]:
    return {"duration": TEMP_DURATION_S, "unitsPerHour": rate.rate_u_per_h}


def _clamp_warning(rate: TempRate) -> list[str]:
    return [_CLAMPED.format(rate=rate.unclamped_u_per_h)] if rate.unclamped_u_per_h < 0 else []


def _manual(given: LoopInput, decision: LoopDecision) -> dict[str, object]:
    glucose = decision.forecast.glucose
    now_s, now_mgdl = float(glucose.time_s[0]), float(glucose.value[0])
    notice = manual_notice(decision.correction, glucose_mgdl=now_mgdl, least_mgdl=given.target.lower.at_moment(now_s))
    amount: dict[str, object] = {"amount": manual_bolus_u(decision.correction, decision.limit)}
    if notice is None:
        return amount
    return {**amount, "notice": notice_as_json(notice, decision.correction, now_s=now_s, now_mgdl=now_mgdl)}


def notice_as_json(notice: str, correction: Correction, *, now_s: float, now_mgdl: float) -> object:
    """A notice with the reading that it is about, by the names of the original."""
    if notice == "predictedGlucoseInRange":
        return notice
    if notice == "currentGlucoseBelowTarget":
        return {notice: {"glucose": _reading(now_s, now_mgdl)}}
    return {notice: {"minGlucose": _reading(correction.lowest_s, correction.lowest_mgdl)}}


def _reading(time_s: float, value_mgdl: float) -> dict[str, object]:
    written = datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"quantity": value_mgdl, "quantityUnit": "mg/dL", "startDate": written}


def _series(series: Series) -> dict[str, object]:
    values = series.value.tolist()
    if not len(series):
        return {"t0": None, "dt": None, "v": []}
    if len(series) > 1 and np.all(np.diff(series.time_s) == STEP_S):
        return {"t0": float(series.time_s[0]), "dt": STEP_S, "v": values}
    return {"t": series.time_s.tolist(), "v": values}


def _rows(*columns: np.ndarray) -> list[list[float]]:
    table: list[list[float]] = np.stack(columns, axis=1).tolist()
    return table


def _dose(dose: NetDose) -> dict[str, object]:
    return {
        "start": dose.start_s,
        "end": dose.end_s,
        "volume": dose.insulin_u,
        "netBasalUnits": dose.net_u,
        "scheduledRate": dose.scheduled_u_per_h,
    }


def _carb_status(status: CarbStatus) -> dict[str, object]:
    return {
        "date": status.entry.start_s,
        "grams": status.entry.carbs_g,
        "observed": status.observed_g,
        "clamped": status.clamped_g,
        "remaining": status.remaining_g,
        "observedStart": status.entry.start_s,
        "observedDuration": status.observed_duration_s,
        "observedTimelineCount": -1 if status.observed is None else int(status.observed.end_s.size),
        "timeToAbsorbObservedCarbs": status.time_to_absorb_s,
        "estimatedTimeRemaining": status.time_remaining_s,
    }
