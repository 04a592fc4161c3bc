"""Pooled statistics of the readings: level, spread and the indices that are plain functions of them."""

from dataclasses import dataclass

import numpy as np

from glucotwin.core.unit import mmoll_from_mgdl
from glucotwin.metrics.array import FloatArray
from glucotwin.metrics.grid import GlucoseGrid

M_VALUE_REFERENCE_MGDL = 90.0
MAD_SCALE = 1.4826
"""Makes the median absolute deviation estimate a normal distribution's SD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Level and spread of glucose; nan where the readings do not determine a value.

    Attributes:
        mean_mgdl: mean of all readings.
        median_mgdl: median.
        min_mgdl: lowest reading.
        max_mgdl: highest reading.
        range_mgdl: highest minus lowest.
        quartile1_mgdl: 25th percentile.
        quartile3_mgdl: 75th percentile.
        iqr_mgdl: interquartile range.
        sd_mgdl: standard deviation of all readings together (n - 1).
        cv_pct: coefficient of variation, 100 SD / mean.
        mad_mgdl: median absolute deviation, scaled by 1.4826.
        ea1c_pct: HbA1c estimated from the mean (ADAG).
        j_index: 0.001 (mean + SD)^2.
        m_value: Schlichtkrull's M for a reference of 90 mg/dL, without range correction.
        auc_mgdl: area under the curve per hour covered, in mg/dL (mg/dL h per h).
    """

    mean_mgdl: float
    median_mgdl: float
    min_mgdl: float
    max_mgdl: float
    range_mgdl: float
    quartile1_mgdl: float
    quartile3_mgdl: float
    iqr_mgdl: float
    sd_mgdl: float
    cv_pct: float
    mad_mgdl: float
    ea1c_pct: float
    j_index: float
    m_value: float
    auc_mgdl: float


def summarise(glucose_mgdl: FloatArray, grid: GlucoseGrid, *, weight: FloatArray | None = None) -> Summary:
    """All pooled statistics at once.

    Args:
        glucose_mgdl: readings in mg/dL, shape (n,).
        grid: the same readings on their grid, for the area under the curve.
        weight: minutes that each reading stands for; None counts every reading once.
    """
    mean_mgdl = weighted_mean(glucose_mgdl, weight)
    sd_mgdl = weighted_sd(glucose_mgdl, weight)
    quartile1, median, quartile3 = weighted_quantile(glucose_mgdl, np.array([0.25, 0.5, 0.75]), weight)
    low, high = float(glucose_mgdl.min()), float(glucose_mgdl.max())
    return Summary(
        mean_mgdl=mean_mgdl,
        median_mgdl=float(median),
        min_mgdl=low,
        max_mgdl=high,
        range_mgdl=high - low,
        quartile1_mgdl=float(quartile1),
        quartile3_mgdl=float(quartile3),
        iqr_mgdl=float(quartile3 - quartile1),
        sd_mgdl=sd_mgdl,
        cv_pct=100.0 * sd_mgdl / mean_mgdl,
        mad_mgdl=median_absolute_deviation(glucose_mgdl, weight),
        ea1c_pct=ea1c_pct_from_mean(mean_mgdl),
        j_index=0.001 * (mean_mgdl + sd_mgdl) ** 2,
        m_value=compute_m_value(glucose_mgdl, weight=weight),
        auc_mgdl=hourly_area_mgdl(grid),
    )


def weighted_mean(values: FloatArray, weight: FloatArray | None = None) -> float:
    """Mean of ``values``, each weighted by the time it stands for."""
    return float(values.mean()) if weight is None else float(np.average(values, weights=weight))


def weighted_sd(values: FloatArray, weight: FloatArray | None = None) -> float:
    """Standard deviation with n - 1; equal weights change nothing; nan for fewer than two values."""
    if values.size < 2:
        return float("nan")
    variance = weighted_mean((values - weighted_mean(values, weight)) ** 2, weight)
    return float(np.sqrt(variance * values.size / (values.size - 1)))


def weighted_quantile(values: FloatArray, probability: FloatArray, weight: FloatArray | None = None) -> FloatArray:
    """Quantiles: interpolated (R's type 7) for counted readings, the inverse distribution for weighted ones."""
    if weight is None:
        return np.quantile(values, probability)
    return np.quantile(values, probability, weights=weight, method="inverted_cdf")


def median_absolute_deviation(values: FloatArray, weight: FloatArray | None = None) -> float:
    """1.4826 times the median distance from the median."""
    half = np.array([0.5])
    median = weighted_quantile(values, half, weight)[0]
    return float(MAD_SCALE * weighted_quantile(np.abs(values - median), half, weight)[0])


def gmi_pct_from_mean(mean_mgdl: float) -> float:
    """Glucose management indicator in NGSP percent: 3.31 + 0.02392 mean (Bergenstal 2018)."""
    return 3.31 + 0.02392 * mean_mgdl


def gmi_mmol_per_mol_from_mean(mean_mgdl: float) -> float:
    """Glucose management indicator in IFCC mmol/mol: 12.71 + 4.70587 mean in mmol/L (Bergenstal 2018)."""
    return 12.71 + 4.70587 * mmoll_from_mgdl(mean_mgdl)


def ea1c_pct_from_mean(mean_mgdl: float) -> float:
    """HbA1c in percent estimated from the mean: (mean + 46.7) / 28.7 (ADAG, Nathan 2008)."""
    return (mean_mgdl + 46.7) / 28.7


def compute_m_value(
    glucose_mgdl: FloatArray, *, reference_mgdl: float = M_VALUE_REFERENCE_MGDL, weight: FloatArray | None = None
) -> float:
    """M-value: 1000 times the mean of |log10(glucose / reference)|^3 (Schlichtkrull 1965)."""
    return 1000.0 * weighted_mean(np.abs(np.log10(glucose_mgdl / reference_mgdl)) ** 3, weight)


def hourly_area_mgdl(grid: GlucoseGrid) -> float:
    """Trapezoidal area under the curve per hour between neighbouring known points; nan when there are none."""
    middle = (grid.glucose_mgdl[1:] + grid.glucose_mgdl[:-1]) / 2.0
    known = middle[~np.isnan(middle)]
    return float(known.mean()) if known.size else float("nan")
