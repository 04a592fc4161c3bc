"""Boluses for meals whose carbohydrate is not logged, in records whose other meals are.

A bolus without carbohydrate near it is a correction or the bolus of a meal. It is taken for the latter when it is about
as large as the person's boluses with meals, beyond what high glucose asked for.
"""

from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.insulin import Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.response import FALL_TIMES_DAILY_DOSE_MGDL, rapid_doses
from glucotwin.ingest.detect.sensor_grid import sensor_grid

TOGETHER: Final = timedelta(minutes=15)
NEAR_MEAL: Final = timedelta(minutes=45)
SMALLEST_MEAL_G: Final = 15.0
FEWEST_MEALS: Final = 5
TARGET_MGDL: Final = 120.0
CERTAIN_TIMES: Final = 2.0
"""A bolus of twice the usual size is no correction; the score is 1."""
THRESHOLD: Final = 0.35


def find_boluses_without_carbs(timeline: Timeline, *, at_least: float = THRESHOLD) -> tuple[Detection, ...]:
    """Boluses like those of meals without carbohydrate within 45 min.

    What a pump gave by itself and what is marked as a correction does not count. Nothing is reported in records with
    fewer than five meals that have a bolus.

    Args:
        timeline: a person's data.
        at_least: smallest score: half the bolus, less what a high glucose asked for, over the usual one with a meal.
    """
    boluses = _boluses(timeline)
    meals = timeline.frame(Meal).filter(pl.col("carbs_g") > 0.0)
    if boluses.is_empty() or meals.is_empty():
        return ()
    carbs = meals.select("time", carbs="carbs_g")
    near = boluses.join_asof(carbs, on="time", strategy="nearest", tolerance=NEAR_MEAL)
    usual = near.filter(pl.col("carbs") >= SMALLEST_MEAL_G)["units"]
    if len(usual) < FEWEST_MEALS:
        return ()
    size = float(usual.median() or 0.0) * CERTAIN_TIMES  # pyright: ignore[reportArgumentType]  # polars' wide types
    scored = near.filter(pl.col("carbs").is_null()).with_columns(score=(pl.col("excess") / size).clip(0.0, 1.0))
    return tuple(
        Detection(
            kind=DetectionKind.BOLUS_WITHOUT_CARBS,
            start=row["time"],
            end=row["time"] + TOGETHER,
            score=row["score"],
            text=message("detect-bolus-without-carbs", units=f"{row['units']:.1f}"),
        )
        for row in scored.filter(pl.col("score") >= at_least).iter_rows(named=True)
    )


def _boluses(timeline: Timeline) -> pl.DataFrame:
    """Doses that a person gave, those close together as one, with the units beyond a correction."""
    kept = ~pl.col("purpose").is_in([str(DosePurpose.AUTOMATED), str(DosePurpose.CORRECTION)])
    boluses = timeline.frame(Bolus).select("time", "purpose", units=pl.col("insulin_u") + pl.col("extended_u"))
    pens = rapid_doses(timeline).select("time", "purpose", units=pl.col("insulin_u"))
    doses = pl.concat([boluses, pens]).filter(kept & (pl.col("units") > 0.0)).sort("time")
    new = (pl.col("time").diff() > TOGETHER).fill_null(value=True)
    together = doses.group_by(new.cum_sum().alias("dose"), maintain_order=True).agg(pl.first("time"), pl.sum("units"))
    return together.with_columns(excess=pl.col("units") - _correction_u(timeline, together))


def _correction_u(timeline: Timeline, doses: pl.DataFrame) -> pl.Series:
    """Units that would bring glucose to its target at the time of each dose, by the 1700 rule; 0 where unknown."""
    grid = sensor_grid(timeline)
    if grid is None or doses.is_empty():
        return pl.Series(np.zeros(len(doses)))
    step = grid.step(doses["time"])
    at = np.clip(step, 0, grid.steps - 1)
    known = (at == step) & grid.known[at]
    days = max(1.0, (doses["time"][-1] - doses["time"][0]) / timedelta(days=1))
    daily_u = 2.0 * float(doses["units"].sum()) / days  # about half of a day's insulin is basal
    fall = FALL_TIMES_DAILY_DOSE_MGDL / daily_u
    return pl.Series(np.where(known, np.maximum(grid.glucose_mgdl[at] - TARGET_MGDL, 0.0) / fall, 0.0))
