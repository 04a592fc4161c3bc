"""How bad a course is, as risk files of dosing devices count it: scores of low glucose and of ketoacidosis.

Rules of the Tidepool Project (data-science-metrics and the risk project of data-science-simulator, BSD-2-Clause):
LBGI above 0, 2.5, 5 and 10 scores 1 to 4; hours with insulin on board below half of what the scheduled basal rate
would keep there, from 2, 8, 14 and 21, score 1 to 4.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from glucotwin.metrics.array import FloatArray
from glucotwin.metrics.risk import blood_glucose_indices

STEADY_ON_BOARD_H = 2.111517
"""Insulin on board that a basal rate keeps, in hours of that rate; the constant of the original submission."""

_LBGI_ABOVE = (0.0, 2.5, 5.0, 10.0)
_KETOACIDOSIS_FROM_H = (2.0, 8.0, 14.0, 21.0)
_VERY_LOW_MGDL, _VERY_LOW_MIN = 40.0, 240.0
_WORST = 5
_TAR_PCT = 12.0


class Harm(StrEnum):
    """What a course harms by, if by anything."""

    HYPOGLYCAEMIA = "hypoglycaemia"
    HYPERGLYCAEMIA = "hyperglycaemia"
    KETOACIDOSIS = "ketoacidosis"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRisk:
    """Scores of one course.

    Attributes:
        lbgi: low blood glucose index.
        lbgi_score: 0 to 4.
        dkai_h: hours with too little insulin on board.
        dkai_score: 0 to 4.
        tar_pct: time above 180 mg/dL, percent.
        tar_score: 0 for none, 1 below 12 percent, 2 from there on.
        lowest_mgdl, highest_mgdl: extremes.
        harm: the kind of harm that counts.
        severity: its score; 5 when glucose reaches 0 or stays below 40 mg/dL for four hours.
    """

    lbgi: float
    lbgi_score: int
    dkai_h: float
    dkai_score: int
    tar_pct: float
    tar_score: int
    lowest_mgdl: float
    highest_mgdl: float
    harm: Harm
    severity: int


def device_risk(
    glucose_mgdl: FloatArray,
    insulin_on_board_u: FloatArray,
    scheduled_u_per_h: FloatArray,
    *,
    step_min: float = 5.0,
) -> DeviceRisk:
    """Score a course.

    Args:
        glucose_mgdl: true glucose at every step, ``(steps,)``; may fall below 0.
        insulin_on_board_u: all insulin on board, basal too, ``(steps,)``.
        scheduled_u_per_h: scheduled basal rate, ``(steps,)``.
        step_min: minutes between steps.
    """
    # The index has no value at or below 1 mg/dL; what happens there is told by the severity.
    lbgi, _ = blood_glucose_indices(np.maximum(glucose_mgdl, 1.0))
    lbgi_score = int(np.searchsorted(_LBGI_ABOVE, lbgi, side="left"))
    too_little = insulin_on_board_u < 0.5 * STEADY_ON_BOARD_H * scheduled_u_per_h
    dkai_h = float(np.sum(too_little)) * step_min / 60.0
    dkai_score = int(np.searchsorted(_KETOACIDOSIS_FROM_H, dkai_h, side="right"))
    tar_pct = 100.0 * float(np.mean(glucose_mgdl > 180.0))
    harm = _harm(lbgi_score, dkai_score)
    tar_score = 0 if tar_pct == 0.0 else 1 if tar_pct < _TAR_PCT else 2
    scores = {Harm.HYPOGLYCAEMIA: lbgi_score, Harm.KETOACIDOSIS: dkai_score, Harm.HYPERGLYCAEMIA: tar_score}
    severity = scores[harm]
    if severity == len(_LBGI_ABOVE) and _is_catastrophic(glucose_mgdl, step_min):
        severity = _WORST
    return DeviceRisk(
        lbgi=lbgi,
        lbgi_score=lbgi_score,
        dkai_h=dkai_h,
        dkai_score=dkai_score,
        tar_pct=tar_pct,
        tar_score=tar_score,
        lowest_mgdl=float(np.min(glucose_mgdl)),
        highest_mgdl=float(np.max(glucose_mgdl)),
        harm=harm,
        severity=severity,
    )


def _harm(lbgi_score: int, dkai_score: int) -> Harm:
    if lbgi_score <= 1 and dkai_score == 0:
        return Harm.HYPERGLYCAEMIA
    return Harm.HYPOGLYCAEMIA if lbgi_score >= dkai_score else Harm.KETOACIDOSIS


def _is_catastrophic(glucose_mgdl: FloatArray, step_min: float) -> bool:
    if bool(np.any(glucose_mgdl <= 0.0)):
        return True
    steps = round(_VERY_LOW_MIN / step_min)
    below = np.concatenate([[0], np.cumsum(glucose_mgdl < _VERY_LOW_MGDL)])
    return bool(np.any(below[steps:] - below[:-steps] == steps)) if len(glucose_mgdl) >= steps else False
