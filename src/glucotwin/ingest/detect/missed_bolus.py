"""Missed boluses: logged meals without insulin in people who otherwise give it."""

from datetime import timedelta
from typing import Final

import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.insulin import Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.response import rapid_doses
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, SensorGrid, sensor_grid

SMALLEST_MEAL_G: Final = 20.0
"""Less is often eaten against a low."""
BEFORE: Final = timedelta(minutes=60)
AFTER: Final = timedelta(minutes=120)
"""More than two hours late counts as missed (975-P, 2020)."""
TOGETHER: Final = timedelta(minutes=30)
RECORDED: Final = timedelta(hours=36)
"""Without any dose in this time around a meal, the record has a gap, and nothing is said."""
USUAL_SHARE: Final = 0.5
"""Of the meals, at least so many have a bolus in those who dose their meals."""
TREATED_BELOW_MGDL: Final = 75.0
LOOKED_AT_STEPS: Final = 150 // STEP_MIN
CLEAR_RISE_MGDL: Final = 60.0
USUAL_SCORE: Final = 0.6


def find_missed_boluses(timeline: Timeline) -> tuple[Detection, ...]:
    """Logged meals of 20 g and more with no bolus or rapid injection from 60 min before to 120 min after.

    Doses that a pump gave by itself do not count. Carbohydrate eaten against a low is left out. In people who bolus
    less than half of their meals nothing is reported: they dose in another way. Surer when glucose rose.
    """
    dosed = meals_with_dose(timeline)
    if dosed.is_empty():
        return ()
    missed = dosed.filter(~pl.col("dosed"))
    if 1.0 - len(missed) / len(dosed) < USUAL_SHARE:
        return ()
    grid = sensor_grid(timeline)
    detections = [
        _detection(row["time"], row["carbs_g"], grid) for row in missed.filter("recorded").iter_rows(named=True)
    ]
    return tuple(one for one in detections if one is not None)


def meals_with_dose(timeline: Timeline) -> pl.DataFrame:
    """Logged meals of 20 g and more with whether they had a bolus; none when there are no doses at all.

    Returns:
        Columns ``time``, ``carbs_g``, ``dosed`` (a bolus or rapid injection from 60 min before to 120 min after) and
        ``recorded`` (doses are on record before and after it), in the order of time.
    """
    meals, doses = _sittings(timeline), _doses(timeline)
    return _with_nearest(meals, doses) if len(doses) else _with_nearest(meals.clear(), doses)


def _sittings(timeline: Timeline) -> pl.DataFrame:
    """Meals; what is logged within half an hour of the one before belongs to it."""
    new = (pl.col("time").diff() > TOGETHER).fill_null(value=True)
    return (
        timeline.frame(Meal)
        .filter(pl.col("carbs_g") > 0)
        .group_by(new.cum_sum().alias("sitting"), maintain_order=True)
        .agg(pl.first("time"), pl.sum("carbs_g"))
        .filter(pl.col("carbs_g") >= SMALLEST_MEAL_G)
        .select("time", "carbs_g")
    )


def _doses(timeline: Timeline) -> pl.DataFrame:
    boluses = timeline.frame(Bolus).filter(pl.col("purpose") != str(DosePurpose.AUTOMATED))
    return pl.concat([boluses.select("time"), rapid_doses(timeline).select("time")]).sort("time")


def _with_nearest(meals: pl.DataFrame, doses: pl.DataFrame) -> pl.DataFrame:
    """Meals with whether they were dosed, and whether doses are recorded around them at all."""
    doses = doses.with_columns(dose=pl.col("time"))
    before = meals.join_asof(doses, on="time", strategy="backward")["dose"]
    after = meals.join_asof(doses, on="time", strategy="forward")["dose"]
    since, until = meals["time"] - before, after - meals["time"]
    return meals.with_columns(
        dosed=(since <= BEFORE).fill_null(value=False) | (until <= AFTER).fill_null(value=False),
        recorded=(since <= RECORDED).fill_null(value=False) & (until <= RECORDED).fill_null(value=False),
    )


def _detection(time: object, carbs_g: float, grid: SensorGrid | None) -> Detection | None:
    """The missed bolus of a meal; None when the meal treated a low."""
    start = pl.Series([time], dtype=pl.Datetime("us", "UTC"))
    score, text = USUAL_SCORE, message("detect-missed-bolus", grams=f"{carbs_g:.0f}")
    step = -1 if grid is None else int(grid.step(start)[0])
    if grid is not None and 0 <= step < grid.steps and grid.known_between(0, LOOKED_AT_STEPS)[step]:
        glucose = grid.glucose_mgdl
        if glucose[max(0, step - 3) : step + 2].min() < TREATED_BELOW_MGDL:
            return None
        rise = float(glucose[step : step + LOOKED_AT_STEPS].max() - glucose[step])
        score = 0.3 + 0.7 * min(1.0, max(0.0, rise) / CLEAR_RISE_MGDL)
        text = message("detect-missed-bolus-rise", grams=f"{carbs_g:.0f}", rise=f"{rise:.0f}")
    return Detection(
        kind=DetectionKind.MISSED_BOLUS,
        start=start[0],
        end=start[0] + AFTER,
        score=score,
        text=text,
    )
