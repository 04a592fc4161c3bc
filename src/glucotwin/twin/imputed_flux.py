"""How uncertain glucose is because inputs are imputed: uncertain insulin and meal times as an uncertain glucose flux.

The disturbance of a body is an Ornstein-Uhlenbeck process whose long-run effect on glucose goes with its power, the
variance times the correlation time. What an imputed input leaves open is therefore told as a power and added to that of
the disturbance: a filter then trusts the body less, a fit lets such hours count less, and bands are wider.

Effects per unit and per gram are those of the clinical rules by total daily insulin (1700 and 500 rule), of which half
is taken to be basal; the total then cancels out.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.imputation import Imputation, ImputedInput
from glucotwin.twin.state_space import STEP_MIN

BASAL_FLUX_MGDL_PER_MIN = 1700.0 / 2.0 / MINUTES_PER_DAY
"""What all of the usual basal insulin takes from glucose: 1700 rule, basal being half of the daily insulin."""
RISE_MGDL_PER_G = 1700.0 / 500.0
"""1700 rule over 500 rule."""

INSULIN_PEAK_MIN = 75.0
"""When rapid-acting insulin acts most (the default of the open-source closed loops)."""
CARB_PEAK_MIN = 40.0
"""When carbohydrate appears most (Hovorka et al., Physiol Meas 2004;25:905-20)."""
BASAL_ERROR_TIME_MIN = 240.0
"""For how long a basal rate stays off on one side: the span over which its spread was measured."""
KERNEL_MIN = 480.0


def imputed_flux_power(imputed: Iterable[Imputation], start: datetime, steps: int) -> np.ndarray:
    """Power of the flux that imputed inputs leave open, per step, in (mg/dL/min)^2 min.

    Args:
        imputed: what is imputed, before and within the window.
        start: aware time of the first step.
        steps: how many of 5 min.
    """
    before = int(KERNEL_MIN / STEP_MIN)
    first = start - timedelta(minutes=KERNEL_MIN)
    basal_sd, meal_variance = np.zeros(before + steps), np.zeros(before + steps)
    for one in imputed:
        begin, end = ((time - first) / timedelta(minutes=STEP_MIN) for time in (one.start, one.end))
        if one.quantity is ImputedInput.BASAL:
            edges = np.clip(np.arange(before + steps + 1), begin, end)
            basal_sd += (one.sd_fraction or 0.0) * np.diff(edges)
        elif one.quantity is ImputedInput.MEAL_TIME:
            sd_steps = (one.sd_min or 0.0) / STEP_MIN
            rise = RISE_MGDL_PER_G * (one.amount or 0.0)
            meal_variance += rise**2 * _shift_variance(np.arange(before + steps) - begin, sd_steps)
    acting = np.convolve(basal_sd, _appearance(np.arange(before), INSULIN_PEAK_MIN) * STEP_MIN)[: before + steps]
    power = (BASAL_FLUX_MGDL_PER_MIN * acting) ** 2 * BASAL_ERROR_TIME_MIN + meal_variance * CARB_PEAK_MIN
    return power[before:]


def _appearance(steps: np.ndarray, peak_min: float) -> np.ndarray:
    """Share per minute of a dose or meal that acts so many steps later (two equal compartments)."""
    minutes = np.maximum(steps, 0.0) * STEP_MIN
    return minutes / peak_min**2 * np.exp(-minutes / peak_min)


SHIFTS = np.linspace(-2.5, 2.5, 21)
"""Where the true time of a meal may lie, in standard deviations."""


def _shift_variance(steps: np.ndarray, sd_steps: float) -> np.ndarray:
    """Mean square of the difference that a meal's normally distributed error of time makes, per gram."""
    weights = np.exp(-0.5 * SHIFTS**2)
    shifted = _appearance(steps[:, None] - sd_steps * SHIFTS, CARB_PEAK_MIN)
    at_time = _appearance(steps, CARB_PEAK_MIN)
    return (shifted - at_time[:, None]) ** 2 @ (weights / weights.sum())
