"""How much glucose varies: within the hour, within days, between days."""

from dataclasses import dataclass

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.array import FloatArray, IntArray
from glucotwin.metrics.excursion import MAGE_ALGORITHM, mage_moving_average_mgdl, mage_naive_mgdl
from glucotwin.metrics.grid import GlucoseGrid, lagged_difference
from glucotwin.metrics.series import GlucoseSeries

RATE_LAG_MIN = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variability:
    """Measures of variability; nan where the readings do not determine a value.

    Attributes:
        mage_mgdl: mean amplitude of glycaemic excursions.
        mage_algorithm: the algorithm of ``mage_mgdl``.
        mage_naive_mgdl: mean distance from the mean of readings more than one SD away.
        modd_mgdl: mean of daily differences, 24 h of elapsed time apart.
        conga1_mgdl: CONGA over 1 h.
        conga2_mgdl: CONGA over 2 h.
        conga4_mgdl: CONGA over 4 h.
        conga24_mgdl: CONGA over 24 h.
        gvp_pct: glycaemic variability percentage.
        mag_mgdl_per_h: mean absolute glucose change per hour.
        sd_rate_mgdl_per_min: SD of the rate of change over 15 min.
        sd_within_day_mgdl: mean of the daily SDs (SDw).
        sd_of_clock_means_mgdl: SD of the mean profile over the clock (SDhhmm).
        sd_within_hour_mgdl: mean SD within sliding hours (SDwsh).
        sd_of_daily_means_mgdl: SD of the daily means (SDdm).
        sd_between_days_mgdl: mean SD between days at one clock time (SDb).
        sd_between_days_centred_mgdl: the same after subtracting daily means (SDb//dm).
        cv_of_days_mean_pct: mean of the daily CVs.
        cv_of_days_sd_pct: SD of the daily CVs.
    """

    mage_mgdl: float
    mage_algorithm: str
    mage_naive_mgdl: float
    modd_mgdl: float
    conga1_mgdl: float
    conga2_mgdl: float
    conga4_mgdl: float
    conga24_mgdl: float
    gvp_pct: float
    mag_mgdl_per_h: float
    sd_rate_mgdl_per_min: float
    sd_within_day_mgdl: float
    sd_of_clock_means_mgdl: float
    sd_within_hour_mgdl: float
    sd_of_daily_means_mgdl: float
    sd_between_days_mgdl: float
    sd_between_days_centred_mgdl: float
    cv_of_days_mean_pct: float
    cv_of_days_sd_pct: float


def compute_variability(series: GlucoseSeries, grid: GlucoseGrid) -> Variability:
    """All measures of variability at once.

    Args:
        series: the readings.
        grid: the same readings on their grid.
    """
    day, clock = _group_by_day(grid), _group_by_clock(grid)
    return Variability(
        mage_mgdl=mage_moving_average_mgdl(series, grid=grid),
        mage_algorithm=MAGE_ALGORITHM,
        mage_naive_mgdl=mage_naive_mgdl(series.glucose_mgdl),
        modd_mgdl=modd_mgdl(grid),
        conga1_mgdl=conga_mgdl(grid, hours=1),
        conga2_mgdl=conga_mgdl(grid, hours=2),
        conga4_mgdl=conga_mgdl(grid, hours=4),
        conga24_mgdl=conga_mgdl(grid, hours=24),
        gvp_pct=gvp_pct(grid),
        mag_mgdl_per_h=mag_mgdl_per_h(grid),
        sd_rate_mgdl_per_min=sd_rate_mgdl_per_min(grid),
        sd_within_day_mgdl=_mean(day.sd),
        sd_of_clock_means_mgdl=_sd(clock.mean),
        sd_within_hour_mgdl=sd_within_hour_mgdl(grid),
        sd_of_daily_means_mgdl=_sd(day.mean),
        sd_between_days_mgdl=_mean(clock.sd),
        sd_between_days_centred_mgdl=sd_between_days_centred_mgdl(grid, day),
        cv_of_days_mean_pct=_mean(100.0 * day.sd / day.mean),
        cv_of_days_sd_pct=_sd(100.0 * day.sd / day.mean),
    )


def modd_mgdl(grid: GlucoseGrid) -> float:
    """Mean of daily differences: mean |glucose(t) - glucose(t - 24 h)| (Molnar 1972); nan within one day."""
    return _mean(np.abs(lagged_difference(grid, MINUTES_PER_DAY)))


def conga_mgdl(grid: GlucoseGrid, *, hours: float) -> float:
    """Continuous overall net glycaemic action: SD of the changes over ``hours`` (McDonnell 2005)."""
    return _sd(lagged_difference(grid, 60.0 * hours))


def gvp_pct(grid: GlucoseGrid) -> float:
    """Glycaemic variability percentage: how much longer the trace is than its time axis (Peyser 2018).

    The length counts minutes and mg/dL alike, so it depends on the grid's interval.
    """
    step = lagged_difference(grid, grid.interval_min)
    return 100.0 * (_mean(np.hypot(grid.interval_min, step)) / grid.interval_min - 1.0)


def mag_mgdl_per_h(grid: GlucoseGrid) -> float:
    """Mean absolute glucose change in mg/dL per hour between neighbouring points of the grid (Hermanides 2010).

    Implementations disagree by a factor of up to 2.8 because they sample differently: compare only equal intervals.
    """
    return _mean(np.abs(lagged_difference(grid, grid.interval_min))) * 60.0 / grid.interval_min


def sd_rate_mgdl_per_min(grid: GlucoseGrid, *, lag_min: float = RATE_LAG_MIN) -> float:
    """SD of the rate of change over ``lag_min`` minutes, in mg/dL per minute (Clarke 2009)."""
    lag_min = max(1, round(lag_min / grid.interval_min)) * grid.interval_min
    return _sd(lagged_difference(grid, lag_min)) / lag_min


def sd_within_hour_mgdl(grid: GlucoseGrid) -> float:
    """Mean SD within sliding windows of one hour (SDwsh, Rodbard 2009), from windows with at least two known points."""
    window = max(2, round(60.0 / grid.interval_min))
    values = grid.glucose_mgdl
    if values.size < window or np.isnan(values).all():
        return float("nan")
    # Centred first: sums of squares of values far from zero would lose digits.
    centred = np.nan_to_num(values - np.nanmean(values))
    count = _window_sum((~np.isnan(values)).astype(np.float64), window)
    total, square = _window_sum(centred, window), _window_sum(centred**2, window)
    enough = count >= 2.0
    count, total, square = count[enough], total[enough], square[enough]
    return _mean(np.sqrt(np.maximum(square - total**2 / count, 0.0) / (count - 1.0)))


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Mean and SD of glucose per group, nan where undefined; ``label`` says the group of each point."""

    label: IntArray
    mean: FloatArray
    sd: FloatArray


def _group_by_day(grid: GlucoseGrid) -> _Groups:
    return _grouped(grid.glucose_mgdl, grid.day - grid.day.min())


def _group_by_clock(grid: GlucoseGrid) -> _Groups:
    return _grouped(grid.glucose_mgdl, _clock_label(grid))


def _clock_label(grid: GlucoseGrid) -> IntArray:
    return np.round(grid.clock_min % MINUTES_PER_DAY / grid.interval_min).astype(np.int64)


def sd_between_days_centred_mgdl(grid: GlucoseGrid, day: _Groups) -> float:
    """Mean SD between days at one clock time, after subtracting each day's mean (SDb//dm, Rodbard 2009)."""
    centred = grid.glucose_mgdl - day.mean[day.label]
    return _mean(_grouped(centred, _clock_label(grid)).sd)


def _grouped(values: FloatArray, label: IntArray) -> _Groups:
    known = ~np.isnan(values)
    value, group, size = values[known], label[known], int(label.max()) + 1
    count = np.bincount(group, minlength=size).astype(np.float64)
    mean = _divide(_group_sum(value, group, size), count)
    square = _group_sum((value - mean[group]) ** 2, group, size)
    return _Groups(label, mean, np.sqrt(_divide(square, count - 1.0)))


def _group_sum(value: FloatArray, group: IntArray, size: int) -> FloatArray:
    return np.bincount(group, weights=value, minlength=size).astype(np.float64)


def _divide(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.divide(numerator, denominator, out=np.full(numerator.size, np.nan), where=denominator > 0.0)


def _window_sum(values: FloatArray, window: int) -> FloatArray:
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[window:] - total[:-window]


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _sd(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if known.size > 1 else float("nan")
