"""Where glucose is heading by its last readings."""

import numpy as np

from glucotwin.control.loop.counteraction import Glucose
from glucotwin.control.loop.series import MINUTE_S, STEP_S, Series, grid_between, no_series

FEWEST_READINGS = 3
_LASTS_S = 15 * MINUTE_S
STEEPEST_MGDL_PER_S = 4.0 / MINUTE_S


def momentum_effect(glucose: Glucose, *, largest_jump_mgdl: float, lasts_s: float = _LASTS_S) -> Series:
    """Effect on glucose if its trend goes on, mg/dL.

    Args:
        glucose: the readings that the trend is taken from.
        largest_jump_mgdl: change between readings above which there is no trend.
        lasts_s: how long it goes on, s.
    """
    if not _has_trend(glucose, largest_jump_mgdl):
        return no_series()
    last_s = float(glucose.time_s[-1])
    time_s = grid_between(last_s, last_s + lasts_s)
    return Series(time_s=time_s, value=np.maximum(time_s - last_s, 0.0) * trend(glucose))


def trend(glucose: Glucose) -> float:
    """Slope of the readings by least squares, mg/dL/s, at most 4 mg/dL/min."""
    elapsed = glucose.time_s - glucose.time_s[0]
    apart = elapsed - np.mean(elapsed)
    slope = float(np.sum(apart * (glucose.value_mgdl - np.mean(glucose.value_mgdl))) / np.sum(apart**2))
    return min(slope, STEEPEST_MGDL_PER_S)


def _has_trend(glucose: Glucose, largest_jump_mgdl: float) -> bool:
    if len(glucose) < FEWEST_READINGS or not glucose.is_gradual(largest_jump_mgdl):
        return False
    span_s = float(glucose.time_s[-1] - glucose.time_s[0])
    continuous = 0 < span_s < STEP_S * len(glucose)
    return continuous and not np.any(glucose.is_calibration) and len(set(glucose.source)) == 1
