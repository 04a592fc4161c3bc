"""How well a log fits the glucose that follows when it is moved in time: the evidence for another clock.

Changes of glucose are explained by logged carbohydrate and insulin of usual effect, moved by a lag: the log-likelihood
of every lag of up to a day, window by window. The carry-over of neighbouring changes is taken out, and both effects are
known only roughly (normal about the usual value). Windows add up, so a fault that lasts is seen better.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from glucotwin.ingest.detect.response import (
    CARBS_PEAK_MIN,
    FALL_TIMES_DAILY_DOSE_MGDL,
    INSULIN_PEAK_MIN,
    RISE_MGDL_PER_G,
    USUAL_WEIGHT_KG,
    Inputs,
    bell,
    daily_dose_u,
)
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, STEPS_PER_DAY, SensorGrid
from glucotwin.metrics.array import FloatArray

WINDOW_STEPS: Final = 2 * STEPS_PER_DAY
LONGEST_LAG_STEPS: Final = STEPS_PER_DAY + 6
ON_TIME_STEPS: Final = 6
"""Meals are logged half an hour early or late; that is no fault."""
SLOW_STEPS: Final = 9
"""So much later still is taken for a slow stomach if the whole record says so."""
_MEMORY: Final = 0.55
_EFFECT_SD: Final = 0.5
"""Of the usual effect of food and insulin, how far a person may differ."""
_MAD_TO_SD: Final = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class LagEvidence:
    """The log-likelihood of lags of a log behind the sensor's clock.

    Attributes:
        lag_min: the lags in minutes, ``(lags,)``; positive when glucose answers after the logged time.
        gain: log-likelihood beyond the usual lag, ``(windows, lags)``.
        fit: log-likelihood beyond that of any time, the median of all lags, ``(windows, lags)``.
        usual: index of the lag from half an hour before to 75 min after that fits the whole record best.
        meals: logged meals in each window, ``(windows,)``.
    """

    lag_min: FloatArray
    gain: FloatArray
    fit: FloatArray
    usual: int
    meals: FloatArray

    def index(self, lag_min: float) -> int:
        """The index of the lag nearest to so many minutes."""
        return int(np.argmin(np.abs(self.lag_min - lag_min)))


def lag_evidence(grid: SensorGrid, inputs: Inputs, *, weight_kg: float | None) -> LagEvidence:
    """The evidence in windows of two days.

    Args:
        grid: of the sensor.
        inputs: what is on record on the grid.
        weight_kg: the person's; None for a usual one.
    """
    rise = RISE_MGDL_PER_G * USUAL_WEIGHT_KG / (weight_kg or USUAL_WEIGHT_KG)
    fall = FALL_TIMES_DAILY_DOSE_MGDL / daily_dose_u(grid, inputs)
    food = _fresh(rise * bell(CARBS_PEAK_MIN, delay_min=10.0))
    insulin = _fresh(-fall * bell(INSULIN_PEAK_MIN, delay_min=10.0))
    changes = _innovations(grid)
    lags = np.arange(-LONGEST_LAG_STEPS, LONGEST_LAG_STEPS + 1)
    firsts = range(0, grid.steps, WINDOW_STEPS)
    likelihood, spread = np.zeros((len(firsts), lags.size)), np.zeros(len(firsts))
    for row, first in enumerate(firsts):
        part = inputs.between(first, first + WINDOW_STEPS)
        effects = (np.convolve(part.carbs_g, food), np.convolve(part.bolus_u, insulin))
        likelihood[row], spread[row] = _likelihood(changes, np.stack(effects), first)
    likelihood /= max(1.0, float(np.median(spread[spread > 0.0])) if (spread > 0.0).any() else 1.0)
    beyond = np.maximum(0, np.abs(lags) - ON_TIME_STEPS)
    possible = (lags >= -ON_TIME_STEPS) & (beyond <= SLOW_STEPS)
    usual = int(np.argmax(np.where(possible, likelihood.sum(axis=0) - beyond, -np.inf)))
    meals = [float((inputs.carbs_g[first : first + WINDOW_STEPS] > 0.0).sum()) for first in firsts]
    return LagEvidence(
        lag_min=(lags * STEP_MIN).astype(np.float64),
        gain=likelihood - likelihood[:, [usual]],
        fit=likelihood - np.median(likelihood, axis=1, keepdims=True),
        usual=usual,
        meals=np.array(meals),
    )


def _innovations(grid: SensorGrid) -> FloatArray:
    """Changes of glucose less their carry-over, in their own spread; zero where readings are missing."""
    known = grid.known_between(2, 0)
    values = np.where(known, _fresh(np.diff(grid.glucose_mgdl, prepend=grid.glucose_mgdl[0])), 0.0)
    if not known.any():
        return values
    values = np.where(known, values - np.median(values[known]), 0.0)
    return np.clip(values / max(0.5, _MAD_TO_SD * float(np.median(np.abs(values[known])))), -4.0, 4.0)


def _fresh(changes: FloatArray) -> FloatArray:
    return changes - _MEMORY * np.concatenate([[0.0], changes[:-1]])


def _likelihood(changes: FloatArray, effects: FloatArray, first: int) -> tuple[FloatArray, float]:
    """The log-likelihood of each lag when the ``(2, steps)`` effects begin at the first step of the changes.

    Also how many times more than independent changes the products with the effects spread over the lags: people and
    pumps react to glucose, so that much seems to fit by chance (a quasi-likelihood is divided by it).
    """
    begin, end = first - LONGEST_LAG_STEPS, first + effects.shape[1] + LONGEST_LAG_STEPS
    inside = changes[max(0, begin) : max(0, min(end, changes.size))]
    around = np.concatenate([np.zeros(max(0, -begin)), inside])
    around = np.concatenate([around, np.zeros(end - begin - around.size)])
    known = np.eye(2) / _EFFECT_SD**2
    shared = effects @ effects.T + known
    common = np.stack([np.correlate(around, effect, mode="valid") for effect in effects])
    pulled = common + known.sum(axis=1)[:, None]
    spread = common.var(axis=1) / np.maximum(1e-9, np.diag(shared - known))
    return 0.5 * np.sum(pulled * np.linalg.solve(shared, pulled), axis=0), float(spread.max(initial=0.0))
