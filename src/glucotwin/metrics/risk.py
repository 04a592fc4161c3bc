"""Risk indices: how far and how often glucose leaves the safe range, in one number."""

from dataclasses import dataclass

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.array import BoolArray, FloatArray
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.summary import weighted_mean, weighted_sd
from glucotwin.metrics.time_in_range import TimeInRange

RISK_SCALE = 22.77
"""10 x 1.509^2 as rounded by Kovatchev 2006; the one constant of LBGI, HBGI, BGRI and ADRR."""

GRI_CAP = 100.0
GRADE_CAP = 50.0
GRADE_HYPO_BELOW_MGDL = 70.0
"""Hill 2007; iglu's default is 80."""
GRADE_HYPER_ABOVE_MGDL = 140.0

_GRADE_UNIT = 18.0
_IGC_LOW_MGDL, _IGC_HIGH_MGDL = 80.0, 140.0
_GRI_ZONE_ENDS = (20.0, 40.0, 60.0, 80.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskIndices:
    """Composite risk indices.

    Attributes:
        lbgi: low blood glucose index.
        hbgi: high blood glucose index.
        bgri: their sum.
        adrr: average daily risk range; made for finger-stick profiles.
        gri: glycaemia risk index, 0 to 100.
        gri_hypo: its hypoglycaemia component, in percent of time.
        gri_hyper: its hyperglycaemia component, in percent of time.
        gri_zone: A (best) to E, by fifths of the GRI.
        grade: mean GRADE score, 0 to 50.
        grade_hypo_pct: share of GRADE from below 70 mg/dL.
        grade_eugly_pct: share of GRADE from 70 to 140 mg/dL.
        grade_hyper_pct: share of GRADE from above 140 mg/dL.
        hypo_index: mean squared depth below 80 mg/dL, over 30.
        hyper_index: mean height above 140 mg/dL to the power 1.1, over 30.
        igc: index of glycaemic control, the sum of both.
        cogi: continuous glucose monitoring index, 0 to 100 (best).
    """

    lbgi: float
    hbgi: float
    bgri: float
    adrr: float
    gri: float
    gri_hypo: float
    gri_hyper: float
    gri_zone: str
    grade: float
    grade_hypo_pct: float
    grade_eugly_pct: float
    grade_hyper_pct: float
    hypo_index: float
    hyper_index: float
    igc: float
    cogi: float


def compute_risk(series: GlucoseSeries, standard: TimeInRange, *, weight: FloatArray | None = None) -> RiskIndices:
    """All risk indices at once.

    Args:
        series: the readings.
        standard: shares of time for the standard 54/70/180/250 mg/dL levels.
        weight: minutes that each reading stands for; None counts every reading once.
    """
    glucose_mgdl = series.glucose_mgdl
    lbgi, hbgi = blood_glucose_indices(glucose_mgdl, weight=weight)
    gri_hypo, gri_hyper, gri = glycaemia_risk_index(standard)
    grade = grade_scores(glucose_mgdl)
    hypo, hyper = hypo_index(glucose_mgdl, weight=weight), hyper_index(glucose_mgdl, weight=weight)
    is_low, is_high = glucose_mgdl < GRADE_HYPO_BELOW_MGDL, glucose_mgdl > GRADE_HYPER_ABOVE_MGDL
    return RiskIndices(
        lbgi=lbgi,
        hbgi=hbgi,
        bgri=lbgi + hbgi,
        adrr=average_daily_risk_range(series),
        gri=gri,
        gri_hypo=gri_hypo,
        gri_hyper=gri_hyper,
        gri_zone=gri_zone(gri),
        grade=weighted_mean(grade, weight),
        grade_hypo_pct=grade_share_pct(grade, is_low, weight=weight),
        grade_eugly_pct=grade_share_pct(grade, ~is_low & ~is_high, weight=weight),
        grade_hyper_pct=grade_share_pct(grade, is_high, weight=weight),
        hypo_index=hypo,
        hyper_index=hyper,
        igc=hypo + hyper,
        cogi=cogi(standard, weighted_sd(glucose_mgdl, weight)),
    )


def symmetrised_glucose(glucose_mgdl: FloatArray) -> FloatArray:
    """(ln glucose)^1.084 - 5.381: zero at 112.5 mg/dL, negative below (Kovatchev 1997); times 1.509 it is f."""
    return np.log(glucose_mgdl) ** 1.084 - 5.381


def magni_risk(glucose_mgdl: FloatArray) -> FloatArray:
    """10 (3.5506 ((ln glucose)^0.8353 - 3.7932))^2: 0 at 139, 25 at 70 and at 280 mg/dL (Magni 2007).

    Magni et al., J Diabetes Sci Technol 2007;1:804-12. Glucose below 1 mg/dL counts as 1.
    """
    return 10.0 * (3.5506 * (np.log(np.maximum(glucose_mgdl, 1.0)) ** 0.8353 - 3.7932)) ** 2


def blood_glucose_indices(glucose_mgdl: FloatArray, *, weight: FloatArray | None = None) -> tuple[float, float]:
    """LBGI and HBGI: mean risk 22.77 f^2 of the low and of the high branch over all readings (Kovatchev 2006)."""
    scale = symmetrised_glucose(glucose_mgdl)
    low = RISK_SCALE * np.minimum(scale, 0.0) ** 2
    high = RISK_SCALE * np.maximum(scale, 0.0) ** 2
    return weighted_mean(low, weight), weighted_mean(high, weight)


def average_daily_risk_range(series: GlucoseSeries) -> float:
    """Mean over local days of the day's highest low risk plus its highest high risk (Kovatchev 2006)."""
    day = np.floor_divide(series.clock_min, MINUTES_PER_DAY)
    first = np.flatnonzero(np.diff(day, prepend=-1.0))
    scale = symmetrised_glucose(series.glucose_mgdl)
    lowest = np.minimum(np.minimum.reduceat(scale, first), 0.0)
    highest = np.maximum(np.maximum.reduceat(scale, first), 0.0)
    return float(np.mean(RISK_SCALE * (lowest**2 + highest**2)))


def glycaemia_risk_index(standard: TimeInRange) -> tuple[float, float, float]:
    """Hypoglycaemia and hyperglycaemia components in percent of time, and the GRI (Klonoff 2022).

    Components: very low + 0.8 low, and very high + 0.5 high; GRI = 3 hypo + 1.6 hyper, at most 100.
    """
    very_high_pct = standard.tar_level2_pct or 0.0
    hypo = standard.tbr_level2_pct + 0.8 * standard.tbr_level1_pct
    hyper = very_high_pct + 0.5 * standard.tar_level1_pct
    return hypo, hyper, min(GRI_CAP, 3.0 * hypo + 1.6 * hyper)


def gri_zone(gri: float) -> str:
    """Zone A (0-20), B (-40), C (-60), D (-80) or E (-100)."""
    return "ABCDE"[int(np.searchsorted(_GRI_ZONE_ENDS, gri, side="left"))]


def grade_scores(glucose_mgdl: FloatArray) -> FloatArray:
    """GRADE score of each reading: 425 (log10 log10 (glucose / 18) + 0.16)^2, at most 50 (Hill 2007); shape (n,)."""
    inner = np.log10(np.maximum(glucose_mgdl / _GRADE_UNIT, 1.0 + 1e-6))
    return np.minimum(425.0 * (np.log10(inner) + 0.16) ** 2, GRADE_CAP)


def grade_share_pct(score: FloatArray, chosen: BoolArray, *, weight: FloatArray | None = None) -> float:
    """Percent of the total GRADE score that comes from the ``chosen`` readings; nan when the total is zero."""
    weighted = score if weight is None else score * weight
    total = float(weighted.sum())
    return 100.0 * float(weighted[chosen].sum()) / total if total > 0.0 else float("nan")


def hypo_index(glucose_mgdl: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Mean of (80 - glucose)^2 below 80 mg/dL, over 30 (Rodbard 2009)."""
    return weighted_mean(np.maximum(_IGC_LOW_MGDL - glucose_mgdl, 0.0) ** 2, weight) / 30.0


def hyper_index(glucose_mgdl: FloatArray, *, weight: FloatArray | None = None) -> float:
    """Mean of (glucose - 140)^1.1 above 140 mg/dL, over 30 (Rodbard 2009)."""
    return weighted_mean(np.maximum(glucose_mgdl - _IGC_HIGH_MGDL, 0.0) ** 1.1, weight) / 30.0


def cogi(standard: TimeInRange, sd_mgdl: float) -> float:
    """Continuous glucose monitoring index, 0 to 100 (Leelarathna 2020).

    Half for time in range (0-100 %), 35 % for little time below (15-0 %), 15 % for a small SD (108-18 mg/dL).
    """
    in_range = standard.tir_pct / 100.0
    below = 1.0 - min(standard.tbr_pct / 15.0, 1.0)
    spread = float(np.clip(1.0 - (sd_mgdl - 18.0) / 90.0, 0.0, 1.0))
    return 100.0 * (0.5 * in_range + 0.35 * below + 0.15 * spread)


def personal_glycaemic_state(
    *, gvp_pct: float, mean_mgdl: float, tir_pct: float, level1_events_per_week: float, level2_events_per_week: float
) -> float:
    """Personal glycaemic state, about 4 (best) to 40 (Hirsch 2017).

    Args:
        gvp_pct: glycaemic variability percentage.
        mean_mgdl: mean glucose in mg/dL.
        tir_pct: percent of time within 70-180 mg/dL.
        level1_events_per_week: episodes below 70 that do not fall below 54 mg/dL (start 20 min, end 30 min).
        level2_events_per_week: episodes below 54 mg/dL (start 20 min, end 30 min).
    """
    variability = 1.0 + 9.0 / (1.0 + np.exp(-0.049 * (gvp_pct - 65.47)))
    in_range = 1.0 + 9.0 / (1.0 + np.exp(0.0833 * (tir_pct - 55.04)))
    low_mean = 1.0 / (1.0 + np.exp(0.1139 * (mean_mgdl - 72.08)))
    high_mean = 1.0 / (1.0 + np.exp(-0.09195 * (mean_mgdl - 157.57)))
    level2 = 0.5 + 4.5 * (1.0 - np.exp(-0.91093 * level2_events_per_week))
    level1 = 0.5714 * level1_events_per_week + 0.625 if level1_events_per_week <= 7.65 else 5.0
    return float(variability + in_range + 1.0 + 9.0 * (low_mean + high_mean) + level2 + level1)
