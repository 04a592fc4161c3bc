"""A person's own days as a replay of other settings needs them: what was given, asked for and eaten, step by step."""

from dataclasses import replace
from datetime import timedelta

import equinox as eqx
import numpy as np
import polars as pl

from glucotwin.advise.replay_input import as_lived, history_of, replay_data
from glucotwin.core.array import AnyArray, Bool, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import LONG_ACTING, Bolus, PenDose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.detect.compression_low import find_compression_lows
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.twin.filter import Readings
from glucotwin.twin.grid import GriddedData
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

HISTORY_MIN = 24 * 60
HISTORY_STEPS = int(HISTORY_MIN / STEP_MIN)
"""A day before the days that count, from which insulin and meals still act."""

SAME_MEAL = timedelta(minutes=45)
"""A dose belongs to the nearest meal within this time."""

LARGEST_RESCUE_G = 30.0
ALONE = timedelta(minutes=30)
"""Fast carbohydrate of at most so much, with no dose so near, was eaten against a low."""


class OwnDays(eqx.Module):
    """Days on the grid of 5 min, the first day being history; axis step.

    Attributes:
        inputs: rates as lived, with basal insulin alone.
        readings: at each step's start, without those under pressure on the sensor.
        bolus_u_per_min: rapid doses as they were given.
        asked: whether a dose was given (and a calculator could have been asked).
        announced_g: carbohydrate that it was given for, as logged.
        rescue_g_per_min: carbohydrate against lows, part of the inputs.
    """

    inputs: Inputs
    readings: Readings
    bolus_u_per_min: Float[AnyArray, " step"]
    asked: Bool[AnyArray, " step"]
    announced_g: Float[AnyArray, " step"]
    rescue_g_per_min: Float[AnyArray, " step"]

    @property
    def steps(self) -> int:
        """Number of steps, history included."""
        return self.bolus_u_per_min.shape[-1]

    @property
    def days(self) -> float:
        """How many days count."""
        return (self.steps - HISTORY_STEPS) * STEP_MIN / 1440.0

    @property
    def as_given(self) -> Inputs:
        """The inputs with all insulin that was given."""
        given = self.inputs.insulin_u_per_min[REFERENCE] + self.bolus_u_per_min
        return eqx.tree_at(lambda one: one.insulin_u_per_min[REFERENCE], self.inputs, given)


def own_days(twin: Twin, timeline: Timeline, window: Window) -> OwnDays:
    """The days of a window, as the twin takes them to have been.

    Args:
        twin: the person's twin.
        timeline: their data; the day before the window is used too.
        window: the days that count; its length is cut to whole steps.
    """
    span = history_of(window, HISTORY_MIN)
    lived = as_lived(twin, timeline)
    doses = rapid_doses(timeline)
    whole, rest = replay_data(twin, lived, span), replay_data(twin, _without_rapid(lived), span)
    total, basal = (np.asarray(one.inputs.insulin_u_per_min[REFERENCE]) for one in (whole, rest))
    meals = timeline.frame(Meal)
    rescues = rescue_meals(meals, doses)
    inside = doses.filter((pl.col("time") >= span.start) & (pl.col("time") < span.end))
    asked, announced = _asked(inside, meals.join(rescues, on="time", how="anti"), span, whole.steps)
    return OwnDays(
        inputs=rest.inputs,
        readings=whole.without_readings(_pressed(timeline, span)).readings,
        bolus_u_per_min=np.maximum(total - basal, 0.0),
        asked=asked,
        announced_g=announced,
        rescue_g_per_min=_eaten(twin, lived, rescues, span, whole),
    )


def rapid_doses(timeline: Timeline) -> pl.DataFrame:
    """Boluses and rapid injections: time and units, in time order."""
    boluses = timeline.frame(Bolus).select("time", (pl.col("insulin_u") + pl.col("extended_u")).alias("units"))
    pens = timeline.frame(PenDose).filter(~pl.col("product").is_in(list(LONG_ACTING)))
    return pl.concat([boluses, pens.select("time", pl.col("insulin_u").alias("units"))]).sort("time")


def meals_with_dose(timeline: Timeline, window: Window) -> pl.DataFrame:
    """Meals of a window that a rapid dose was given for: their time, in time order."""
    meals = timeline.cut(window).frame(Meal).select("time", "carbs_g").filter(pl.col("carbs_g") > 0.0)
    doses = rapid_doses(timeline).select("time", pl.col("time").alias("dosed"))
    near = meals.sort("time").join_asof(doses, on="time", strategy="nearest", tolerance=SAME_MEAL)
    return near.filter(pl.col("dosed").is_not_null())


def corrections_alone(timeline: Timeline, window: Window) -> pl.DataFrame:
    """Rapid doses of a window without a meal near: their time, in time order."""
    doses = rapid_doses(timeline.cut(window))
    meals = timeline.frame(Meal).select("time", pl.col("time").alias("eaten")).sort("time")
    near = doses.join_asof(meals, on="time", strategy="nearest", tolerance=SAME_MEAL)
    return near.filter(pl.col("eaten").is_null())


def _pressed(timeline: Timeline, span: Window) -> list[Window]:
    """When somebody probably lay on the sensor: such lows are none."""
    found = find_compression_lows(timeline.cut(span))
    return [Window(start=one.start, end=one.end) for one in found]


def _without_rapid(timeline: Timeline) -> Timeline:
    """The record without rapid doses."""
    pens = timeline.frame(PenDose).filter(pl.col("product").is_in(list(LONG_ACTING)))
    return replace(timeline, streams={**timeline.streams, "bolus": timeline.frame(Bolus).clear(), "pen": pens})


def rescue_meals(meals: pl.DataFrame, doses: pl.DataFrame) -> pl.DataFrame:
    """Meals that were eaten against a low: little fast carbohydrate with no dose near.

    Args:
        meals: with the columns of ``Meal``.
        doses: rapid ones, with their time.
    """
    small = meals.filter((pl.col("absorption") == str(Absorption.FAST)) & (pl.col("carbs_g") <= LARGEST_RESCUE_G))
    when = doses.select("time", pl.col("time").alias("dosed"))
    near = small.sort("time").join_asof(when, on="time", strategy="nearest", tolerance=ALONE)
    return near.filter(pl.col("dosed").is_null()).drop("dosed")


def _eaten(twin: Twin, timeline: Timeline, meals: pl.DataFrame, span: Window, like: GriddedData) -> np.ndarray:
    """Carbohydrate of some meals, in g/min per step."""
    if not len(meals):
        return np.zeros(like.steps)
    kept = timeline.frame(Meal).join(meals.select("time"), on="time", how="semi")
    alone = replace(timeline, streams={**timeline.streams, "meal": kept})
    return np.array(replay_data(twin, alone, span).inputs.carbs_g_per_min, dtype=np.float64)


def _asked(doses: pl.DataFrame, meals: pl.DataFrame, span: Window, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """At which steps a dose was given, and for how much carbohydrate."""
    asked, announced = np.zeros(steps, dtype=bool), np.zeros(steps)
    times = doses["time"].to_list()
    for time in times:
        asked[_step(time - span.start, steps)] = True
    for eaten, grams in meals.select("time", "carbs_g").iter_rows():
        nearest = min(times, key=lambda time: abs(time - eaten), default=None)
        if nearest is not None and abs(nearest - eaten) <= SAME_MEAL:
            announced[_step(nearest - span.start, steps)] += grams
    return asked, announced


def _step(since: timedelta, steps: int) -> int:
    return min(int(since / timedelta(minutes=STEP_MIN)), steps - 1)
