"""How a person's glucose answers the insulin and the food on record: just enough to see what neither explains.

A linear model of changes over half an hour, fitted to the person's own record by least squares about usual values
(ridge): insulin lowers glucose with the shape of rapid-acting insulin, carbohydrate raises it, and it tends to a mean.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.segment import without_overlaps
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, STEPS_PER_DAY, SensorGrid, change
from glucotwin.metrics.array import FloatArray

LONG_ACTING: Final = ("long", "nph", "detemir", "glargine-u100", "glargine-u300", "degludec", "icodec")
INSULIN_PEAK_MIN: Final = 55.0
CARBS_PEAK_MIN: Final = 35.0
CARBS_DELAY_MIN: Final = 5.0
FALL_TIMES_DAILY_DOSE_MGDL: Final = 1700.0
"""The 1700 rule: one unit lowers glucose by 1700 mg/dL over the units of a day."""
USUAL_DAILY_DOSE_U: Final = 40.0
RISE_MGDL_PER_G: Final = 3.0
"""How far one gram of carbohydrate without insulin lifts a person of usual weight within two hours."""
USUAL_WEIGHT_KG: Final = 75.0
CHANGE_STEPS: Final = 6
CHANGE_SD_MGDL: Final = 25.0
FEWEST_MEALS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What goes in at each step of a grid, and what it does to this person.

    Attributes:
        bolus_u, carbs_g: boluses and logged carbohydrate, ``(steps,)``.
        insulin_effect_mgdl: how far insulin above (or below) the usual basal rate lowers glucose in each step.
        fall_mgdl_per_u: fall per unit of insulin.
        rise_mgdl_per_g: rise of two hours per gram of carbohydrate if insulin did nothing.
        logs_meals: whether meals are logged on most days.
    """

    bolus_u: FloatArray
    carbs_g: FloatArray
    insulin_effect_mgdl: FloatArray
    fall_mgdl_per_u: float
    rise_mgdl_per_g: float
    logs_meals: bool


def response_of(timeline: Timeline, grid: SensorGrid, glucose_mgdl: FloatArray) -> Response:
    """The person's answer to insulin and food.

    Args:
        timeline: the person's data.
        grid: of the sensor.
        glucose_mgdl: its glucose, freed of artefacts.
    """
    bolus, basal = _boluses(timeline, grid), _basal(timeline, grid)
    meals = timeline.frame(Meal)
    carbs = grid.summed(meals["time"], meals["carbs_g"].to_numpy())
    acting = np.convolve(bolus + basal, _bell(INSULIN_PEAK_MIN, delay_min=0.0))[: grid.steps]
    eaten = np.convolve(carbs, _bell(CARBS_PEAK_MIN, delay_min=CARBS_DELAY_MIN))[: grid.steps]
    fall = _fall_mgdl_per_u(grid, glucose_mgdl, acting, eaten, _daily_dose_u(timeline, grid, bolus))
    effect = fall * acting
    pushed = np.diff(glucose_mgdl, prepend=glucose_mgdl[0]) + effect
    return Response(
        bolus_u=bolus,
        carbs_g=carbs,
        insulin_effect_mgdl=effect,
        fall_mgdl_per_u=fall,
        rise_mgdl_per_g=_rise_mgdl_per_g(timeline, grid, pushed, carbs),
        logs_meals=int((carbs > 0.0).sum()) * STEPS_PER_DAY >= int(grid.known.sum()),
    )


def _boluses(timeline: Timeline, grid: SensorGrid) -> FloatArray:
    """Rapid insulin by step; the extended part of a bolus stands at its middle."""
    boluses = timeline.frame(Bolus)
    middle = boluses["time"] + pl.Series((boluses["extended_min"] * 30e6).cast(pl.Int64)).cast(pl.Duration("us"))
    pens = rapid_doses(timeline)
    return (
        grid.summed(boluses["time"], boluses["insulin_u"].to_numpy())
        + grid.summed(middle, boluses["extended_u"].to_numpy())
        + grid.summed(pens["time"], pens["insulin_u"].to_numpy())
    )


def rapid_doses(timeline: Timeline) -> pl.DataFrame:
    """Injections of insulin that is no long-acting one."""
    return timeline.frame(PenDose).filter(~pl.col("product").is_in(LONG_ACTING))


def _basal(timeline: Timeline, grid: SensorGrid) -> FloatArray:
    """Basal insulin by step less the usual amount; zero where it is not known."""
    segments = without_overlaps(timeline.frame(BasalSegment))
    if segments.is_empty():
        return np.zeros(grid.steps)
    begin = grid.step(segments["time"])
    end = begin + np.maximum(1, np.round(segments["duration_min"].to_numpy() / STEP_MIN)).astype(np.int64)
    rate = np.full(grid.steps, np.nan)
    for first, last, value in zip(begin, end, segments["rate_u_per_h"].to_numpy(), strict=True):
        rate[max(0, first) : max(0, last)] = value
    if np.isnan(rate).all():
        return np.zeros(grid.steps)
    return np.nan_to_num(rate - float(np.nanmedian(rate))) * STEP_MIN / 60.0


def _daily_dose_u(timeline: Timeline, grid: SensorGrid, bolus_u: FloatArray) -> float:
    """Insulin of a day, basal included; a usual dose when there is none on record."""
    days = max(1.0, float(grid.known.sum()) / STEPS_PER_DAY)
    pens = timeline.frame(PenDose).filter(pl.col("product").is_in(LONG_ACTING))
    long_acting = float(grid.summed(pens["time"], pens["insulin_u"].to_numpy()).sum()) / days
    segments = without_overlaps(timeline.frame(BasalSegment))
    known_min = float(segments["duration_min"].sum())
    units = float((segments["duration_min"] * segments["rate_u_per_h"]).sum()) / 60.0
    basal = units / known_min * MINUTES_PER_DAY if known_min > 0.0 else 0.0
    return (float(bolus_u.sum()) / days + long_acting + basal) or USUAL_DAILY_DOSE_U


def _bell(peak_min: float, *, delay_min: float) -> FloatArray:
    """Shares of an effect by step, largest after the given time."""
    minutes = np.maximum(np.arange(480 // STEP_MIN) * STEP_MIN + STEP_MIN / 2.0 - delay_min, 0.0)
    shape = minutes * np.exp(-minutes / peak_min)
    return shape / shape.sum()


def _fall_mgdl_per_u(
    grid: SensorGrid, glucose_mgdl: FloatArray, acting_u: FloatArray, eaten_g: FloatArray, daily_dose_u: float
) -> float:
    """Fall of glucose per unit, about the 1700 rule."""
    usual = FALL_TIMES_DAILY_DOSE_MGDL / daily_dose_u
    prior = np.array([usual, 3.8, 0.002, 0.0])
    prior_sd = np.array([0.6 * usual, 2.0, 0.004, 5.0])
    ahead = CHANGE_STEPS
    known = grid.known_between(0, ahead)
    rows = np.column_stack(
        [
            -change(np.cumsum(acting_u), 0, ahead),
            change(np.cumsum(eaten_g), 0, ahead),
            -(glucose_mgdl - glucose_mgdl.mean()) * ahead * STEP_MIN,
            np.ones(grid.steps),
        ]
    )[known]
    target = change(glucose_mgdl, 0, ahead)[known] - rows @ prior
    weight = 1.0 / (CHANGE_SD_MGDL**2 * CHANGE_STEPS)  # neighbouring half hours share all but one step
    moved = np.linalg.solve(weight * rows.T @ rows + np.diag(prior_sd**-2.0), weight * rows.T @ target)
    return float(max(usual + moved[0], 0.2 * usual))


def _rise_mgdl_per_g(timeline: Timeline, grid: SensorGrid, pushed_mgdl: FloatArray, carbs_g: FloatArray) -> float:
    """Rise per gram: the median over logged meals that stand alone, about the usual rise for the weight."""
    weight = timeline.person.weight_kg(grid.start.date()) or USUAL_WEIGHT_KG
    usual = RISE_MGDL_PER_G * USUAL_WEIGHT_KG / weight
    total, logged = np.cumsum(pushed_mgdl - np.median(pushed_mgdl)), np.cumsum(carbs_g)
    around = change(logged, -30, 30)
    alone = (carbs_g >= 20.0) & (around - carbs_g <= 0.4 * carbs_g) & grid.known_between(10, 24)
    meals = np.flatnonzero(alone)
    if meals.size < FEWEST_MEALS:
        return usual
    own = max(float(np.median((change(total, -10, 24) / np.maximum(around, 1.0))[meals])), 0.3 * usual)
    share = meals.size / (meals.size + 4.0)
    return float(np.exp(share * np.log(own) + (1.0 - share) * np.log(usual)))
