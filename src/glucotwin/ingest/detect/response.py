"""How a person's glucose answers the insulin and the food on record: just enough to see what neither explains.

A linear model of changes over half an hour, fitted to the person's own record by least squares about usual values
(ridge): insulin lowers glucose with the shape of rapid-acting insulin, carbohydrate raises it, and it tends to a mean.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
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
class Inputs:
    """What is on record at each step of a grid, ``(steps,)`` each.

    Attributes:
        bolus_u: rapid insulin; the extended part of a bolus stands at its middle.
        carbs_g: logged carbohydrate.
        long_acting_u: injections of long-acting insulin.
        basal_u_per_h: basal rate; not-a-number where it is not known.
    """

    bolus_u: FloatArray
    carbs_g: FloatArray
    long_acting_u: FloatArray
    basal_u_per_h: FloatArray

    def between(self, first: int, last: int) -> "Inputs":
        """The steps from the first to before the last."""
        return Inputs(
            bolus_u=self.bolus_u[first:last],
            carbs_g=self.carbs_g[first:last],
            long_acting_u=self.long_acting_u[first:last],
            basal_u_per_h=self.basal_u_per_h[first:last],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What is the person's own in the answer to insulin and food.

    Attributes:
        fall_mgdl_per_u: fall per unit of insulin.
        rise_mgdl_per_g: rise of two hours per gram of carbohydrate if insulin did nothing.
        drift_mgdl: what glucose, freed of insulin, does in a usual step.
        basal_u_per_h: the usual basal rate.
        logs_meals: whether meals are logged on most days.
    """

    fall_mgdl_per_u: float
    rise_mgdl_per_g: float
    drift_mgdl: float
    basal_u_per_h: float
    logs_meals: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What goes in at each step of a grid, and what it does to this person.

    Attributes:
        bolus_u, carbs_g: boluses and logged carbohydrate, ``(steps,)``.
        insulin_effect_mgdl: how far insulin above (or below) the usual basal rate lowers glucose in each step.
        habit: the person's own answer.
    """

    bolus_u: FloatArray
    carbs_g: FloatArray
    insulin_effect_mgdl: FloatArray
    habit: Habit

    def between(self, first: int, last: int) -> "Response":
        """The steps from the first to before the last."""
        return Response(
            bolus_u=self.bolus_u[first:last],
            carbs_g=self.carbs_g[first:last],
            insulin_effect_mgdl=self.insulin_effect_mgdl[first:last],
            habit=self.habit,
        )


def response_of(timeline: Timeline, grid: SensorGrid, glucose_mgdl: FloatArray) -> Response:
    """The person's answer to insulin and food over the whole record.

    Args:
        timeline: the person's data.
        grid: of the sensor.
        glucose_mgdl: its glucose, freed of artefacts.
    """
    inputs = inputs_of(timeline, grid)
    return answer(inputs, habit_of(timeline.person, grid, glucose_mgdl, inputs))


def answer(inputs: Inputs, habit: Habit) -> Response:
    """What the inputs do to a person of this habit."""
    return Response(
        bolus_u=inputs.bolus_u,
        carbs_g=inputs.carbs_g,
        insulin_effect_mgdl=habit.fall_mgdl_per_u * _acting_u(inputs, habit.basal_u_per_h),
        habit=habit,
    )


def habit_of(person: Person, grid: SensorGrid, glucose_mgdl: FloatArray, inputs: Inputs) -> Habit:
    """How the person answered insulin and food within a grid; usual values where it says little."""
    usual_basal = 0.0 if np.isnan(inputs.basal_u_per_h).all() else float(np.nanmedian(inputs.basal_u_per_h))
    acting = _acting_u(inputs, usual_basal)
    fall = _fall_mgdl_per_u(grid, glucose_mgdl, acting, eaten_g(inputs.carbs_g), daily_dose_u(grid, inputs))
    pushed = np.diff(glucose_mgdl, prepend=glucose_mgdl[0]) + fall * acting
    weight = person.weight_kg(grid.start.date()) or USUAL_WEIGHT_KG
    return Habit(
        fall_mgdl_per_u=fall,
        rise_mgdl_per_g=_rise_mgdl_per_g(weight, grid, pushed, inputs.carbs_g),
        drift_mgdl=float(np.median(pushed)),
        basal_u_per_h=usual_basal,
        logs_meals=int((inputs.carbs_g > 0.0).sum()) * STEPS_PER_DAY >= int(grid.known.sum()),
    )


def inputs_of(timeline: Timeline, grid: SensorGrid) -> Inputs:
    """What is on record at each step."""
    boluses, pens, meals = timeline.frame(Bolus), rapid_doses(timeline), timeline.frame(Meal)
    slow = timeline.frame(PenDose).filter(pl.col("product").is_in(LONG_ACTING))
    middle = boluses["time"] + pl.Series((boluses["extended_min"] * 30e6).cast(pl.Int64)).cast(pl.Duration("us"))
    return Inputs(
        bolus_u=grid.summed(boluses["time"], boluses["insulin_u"].to_numpy())
        + grid.summed(middle, boluses["extended_u"].to_numpy())
        + grid.summed(pens["time"], pens["insulin_u"].to_numpy()),
        carbs_g=grid.summed(meals["time"], meals["carbs_g"].to_numpy()),
        long_acting_u=grid.summed(slow["time"], slow["insulin_u"].to_numpy()),
        basal_u_per_h=_basal_u_per_h(timeline, grid),
    )


def _acting_u(inputs: Inputs, usual_basal_u_per_h: float) -> FloatArray:
    """Insulin at work in each step, boluses and basal beyond the usual."""
    basal = np.nan_to_num(inputs.basal_u_per_h - usual_basal_u_per_h) * STEP_MIN / 60.0
    return np.convolve(inputs.bolus_u + basal, bell(INSULIN_PEAK_MIN, delay_min=0.0))[: basal.size]


def rapid_doses(timeline: Timeline) -> pl.DataFrame:
    """Injections of insulin that is no long-acting one."""
    return timeline.frame(PenDose).filter(~pl.col("product").is_in(LONG_ACTING))


def _basal_u_per_h(timeline: Timeline, grid: SensorGrid) -> FloatArray:
    segments = without_overlaps(timeline.frame(BasalSegment))
    begin = grid.step(segments["time"])
    end = begin + np.maximum(1, np.round(segments["duration_min"].to_numpy() / STEP_MIN)).astype(np.int64)
    rate = np.full(grid.steps, np.nan)
    for first, last, value in zip(begin, end, segments["rate_u_per_h"].to_numpy(), strict=True):
        rate[max(0, first) : max(0, last)] = value
    return rate


def daily_dose_u(grid: SensorGrid, inputs: Inputs) -> float:
    """Insulin of a day, basal included; a usual dose when there is none on record."""
    days = max(1.0, float(grid.known.sum()) / STEPS_PER_DAY)
    known = ~np.isnan(inputs.basal_u_per_h)
    basal = 24.0 * float(inputs.basal_u_per_h[known].mean()) if known.any() else 0.0
    return (float(inputs.bolus_u.sum() + inputs.long_acting_u.sum()) / days + basal) or USUAL_DAILY_DOSE_U


def eaten_g(carbs_g: FloatArray) -> FloatArray:
    """Carbohydrate as it appears in the blood, in each step."""
    return np.convolve(carbs_g, bell(CARBS_PEAK_MIN, delay_min=CARBS_DELAY_MIN))[: carbs_g.size]


def bell(peak_min: float, *, delay_min: float) -> FloatArray:
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


def _rise_mgdl_per_g(weight_kg: float, grid: SensorGrid, pushed_mgdl: FloatArray, carbs_g: FloatArray) -> float:
    """Rise per gram: the median over logged meals that stand alone, about the usual rise for the weight."""
    usual = RISE_MGDL_PER_G * USUAL_WEIGHT_KG / weight_kg
    total, logged = np.cumsum(pushed_mgdl - np.median(pushed_mgdl)), np.cumsum(carbs_g)
    around = change(logged, -30, 30)
    alone = (carbs_g >= 20.0) & (around - carbs_g <= 0.4 * carbs_g) & grid.known_between(10, 24)
    meals = np.flatnonzero(alone)
    if meals.size < FEWEST_MEALS:
        return usual
    own = max(float(np.median((change(total, -10, 24) / np.maximum(around, 1.0))[meals])), 0.3 * usual)
    share = meals.size / (meals.size + 4.0)
    return float(np.exp(share * np.log(own) + (1.0 - share) * np.log(usual)))
