"""Scores of point forecasts against what happened."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.metrics.array import FloatArray, as_pairs, check_same_length
from glucotwin.metrics.error_grid import ZoneShares, count_zones, dts_zones

HYPO_BELOW_MGDL = 70.0
HYPER_ABOVE_MGDL = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PointScore:
    """Errors of a forecast; error is forecast minus reference.

    Attributes:
        pair_count: pairs scored.
        rmse_mgdl: root mean square error.
        mae_mgdl: mean absolute error.
        mard_pct: mean absolute relative difference.
        bias_mgdl: mean error.
        grmse_mgdl: glucose-specific RMSE.
        cod_pct: coefficient of determination; nan when the reference is constant.
        dts: shares of the DTS error grid.
    """

    pair_count: int
    rmse_mgdl: float
    mae_mgdl: float
    mard_pct: float
    bias_mgdl: float
    grmse_mgdl: float
    cod_pct: float
    dts: ZoneShares


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeScores:
    """Scores by the range of the reference, None where it holds no pair: whole-range errors hide failures when low."""

    all: PointScore
    below_70: PointScore | None
    from_70_to_180: PointScore | None
    above_180: PointScore | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayScore:
    """How late a forecast is, in minutes.

    Attributes:
        delay_min: shift of the reference that fits the forecast best.
        gain_min: horizon minus delay; 0 for persistence, the horizon for a perfect forecast.
    """

    delay_min: float
    gain_min: float


def score_points(reference_mgdl: ArrayLike, forecast_mgdl: ArrayLike) -> PointScore:
    """All scores of pairs of reference and forecast in mg/dL, shape (n,).

    Raises:
        DataError: unequal lengths, no pair, or values that are not finite.
    """
    reference, forecast = as_pairs("reference_mgdl", reference_mgdl, "forecast_mgdl", forecast_mgdl)
    error = forecast - reference
    return PointScore(
        pair_count=reference.size,
        rmse_mgdl=float(np.sqrt(np.mean(error**2))),
        mae_mgdl=float(np.mean(np.abs(error))),
        mard_pct=100.0 * float(np.mean(np.abs(error) / reference)),
        bias_mgdl=float(np.mean(error)),
        grmse_mgdl=float(np.sqrt(np.mean(glucose_specific_penalty(reference, forecast) * error**2))),
        cod_pct=_determination_pct(reference, error),
        dts=count_zones(dts_zones(reference, forecast)),
    )


def score_by_range(reference_mgdl: ArrayLike, forecast_mgdl: ArrayLike) -> RangeScores:
    """Scores of all pairs and of those whose reference is below 70, 70 to 180, and above 180 mg/dL.

    Raises:
        DataError: as :func:`score_points`.
    """
    reference, forecast = as_pairs("reference_mgdl", reference_mgdl, "forecast_mgdl", forecast_mgdl)
    is_low, is_high = reference < HYPO_BELOW_MGDL, reference > HYPER_ABOVE_MGDL
    low, middle, high = (
        score_points(reference[chosen], forecast[chosen]) if chosen.any() else None
        for chosen in (is_low, ~is_low & ~is_high, is_high)
    )
    return RangeScores(all=score_points(reference, forecast), below_70=low, from_70_to_180=middle, above_180=high)


def glucose_specific_penalty(reference_mgdl: FloatArray, forecast_mgdl: FloatArray) -> FloatArray:
    """Weight of each squared error, 1 to 2.5, shape (n,) (Del Favero 2012).

    Overestimates below 85 mg/dL weigh up to 2.5 and underestimates above 155 mg/dL up to 2, with smooth transitions
    over 30 and 100 mg/dL of glucose and 10 and 20 mg/dL of error. Other programs use other thresholds: compare values
    of one program only.
    """
    is_low = _smooth_step((85.0 - reference_mgdl) / 30.0)
    is_over = _smooth_step((forecast_mgdl - reference_mgdl) / 10.0)
    is_high = _smooth_step((reference_mgdl - 155.0) / 100.0)
    is_under = _smooth_step((reference_mgdl - forecast_mgdl) / 20.0)
    return 1.0 + 1.5 * is_low * is_over + 1.0 * is_high * is_under


def score_delay(
    reference_mgdl: FloatArray, forecast_mgdl: FloatArray, *, interval_min: float, horizon_min: float
) -> DelayScore:
    """Time delay and time gain of a forecast (Facchinetti 2011).

    Args:
        reference_mgdl: reference on a regular grid, nan where unknown, shape (n,).
        forecast_mgdl: forecast *for* the same times, nan where none, shape (n,).
        interval_min: step of the grid in minutes.
        horizon_min: how long ahead each forecast was made, in minutes.

    Raises:
        DataError: unequal lengths, or no pair at any shift.
    """
    check_same_length("reference_mgdl", reference_mgdl.size, "forecast_mgdl", forecast_mgdl.size)
    shifts = range(min(round(horizon_min / interval_min), reference_mgdl.size - 1) + 1)
    cost = [_mean_square(forecast_mgdl[shift:] - reference_mgdl[: reference_mgdl.size - shift]) for shift in shifts]
    if not np.isfinite(cost).any():
        raise DataError(ErrorCode.TOO_LITTLE_DATA, "Reference and forecast never meet.")
    delay_min = int(np.nanargmin(cost)) * interval_min
    return DelayScore(delay_min=delay_min, gain_min=horizon_min - delay_min)


def second_difference_energy_ratio(reference_mgdl: FloatArray, forecast_mgdl: FloatArray) -> float:
    """Energy of second differences, forecast over reference (Facchinetti 2011): 1 is as smooth, more is jittery.

    Args:
        reference_mgdl: reference on a regular grid, nan where unknown, shape (n,).
        forecast_mgdl: forecast for the same times, nan where none, shape (n,).

    Raises:
        DataError: unequal lengths.
    """
    check_same_length("reference_mgdl", reference_mgdl.size, "forecast_mgdl", forecast_mgdl.size)
    reference, forecast = np.diff(reference_mgdl, 2), np.diff(forecast_mgdl, 2)
    known = ~np.isnan(reference) & ~np.isnan(forecast)
    energy = float(np.sum(reference[known] ** 2))
    return float(np.sum(forecast[known] ** 2)) / energy if energy > 0.0 else float("nan")


def _determination_pct(reference: FloatArray, error: FloatArray) -> float:
    spread = float(np.sum((reference - reference.mean()) ** 2))
    return 100.0 * (1.0 - float(np.sum(error**2)) / spread) if spread > 0.0 else float("nan")


def _smooth_step(position: FloatArray) -> FloatArray:
    """0 up to 0, 1 from 1 on, with two quartics in between (Del Favero 2012, eq. 7)."""
    centred = 2.0 * np.clip(position, 0.0, 1.0) - 1.0
    return 0.5 * np.sign(centred) * centred**4 - centred**3 + centred + 0.5


def _mean_square(difference: FloatArray) -> float:
    known = difference[~np.isnan(difference)]
    return float(np.mean(known**2)) if known.size else float("nan")
