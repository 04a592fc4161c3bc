"""What became of advice on a moment: the hours as they were lived, beside what was predicted.

Nobody knows how the hours would have been without what was done, and what else was eaten or given in them is in the
difference: it is told beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import polars as pl
from typing_extensions import TypedDict

from glucotwin.advise.moment_option import MomentAdvice, MomentOption, PlannedExercise, PlannedMeal
from glucotwin.advise.own_days import rapid_doses
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.json_value import Instant, Numbers
from glucotwin.core.message import message
from glucotwin.domain.activity import Activity
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.forecast import rounded

NEAR = timedelta(minutes=20)
"""A record this near to when it was to be done counts as it."""

EARLIEST = timedelta(minutes=2)
"""So long before the moment a record still counts: devices' clocks differ, and what was there before was known."""

SAME_FRACTION, SAME_U = 0.1, 0.05
"""Doses and carbohydrate that differ by no more than this share, or dose, are what was advised."""

SAME_BASAL = 0.1
BEFORE = timedelta(minutes=90)
"""The basal rate that ran before, against which a lower one is told."""

LEAST_FRACTION = 0.7
"""Of the time that needs readings (as for a day in reports: Battelino 2019, Diabetes Care 42:1593)."""

LONGEST_STEP_MIN = 15.0
"""A reading stands for the time since the one before it, but for no more than this."""


class DeedKind(StrEnum):
    """What was to be done."""

    DOSE = "dose"
    CARBS = "carbs"
    BASAL = "basal"
    MEAL = "meal"
    EXERCISE = "exercise"


class Found(StrEnum):
    """Whether it is on record."""

    AS_ADVISED = "as-advised"
    OTHERWISE = "otherwise"
    NOT_ON_RECORD = "not-on-record"


class DeedJson(TypedDict):
    """Something that was to be done, and what of it is on record."""

    kind: DeedKind
    advised: float
    recorded: float | None
    found: Found


class MomentFollowUpJson(TypedDict):
    """What became of advice on a moment."""

    start: Instant
    end: Instant
    covered_fraction: float
    inside_fraction: float
    predicted_mean_mgdl: float
    achieved_mean_mgdl: float
    predicted_in_range_pct: float
    achieved_in_range_pct: float
    predicted_below_70_pct: float
    achieved_below_70_pct: float
    predicted_above_180_pct: float
    achieved_above_180_pct: float
    predicted_lowest_mgdl: float
    predicted_lowest_band_mgdl: float
    achieved_lowest_mgdl: float
    deeds: list[DeedJson]
    other_carbs_g: float
    other_insulin_u: float
    reading_min: Numbers
    reading_mgdl: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was to be done.

    Attributes:
        kind: what.
        advised: units of a dose, g of carbohydrate, share of the basal rate, minutes of exercise.
        recorded: the same as it is on record; None where nothing of the kind is.
        found: how both stand to each other.
    """

    kind: DeedKind
    advised: float
    recorded: float | None
    found: Found

    def to_json(self) -> DeedJson:
        """As JSON values."""
        return {
            "kind": self.kind,
            "advised": round(self.advised, 3),
            "recorded": None if self.recorded is None else round(self.recorded, 3),
            "found": self.found,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentFollowUp:
    """What became of advice on a moment.

    Attributes:
        window: the hours that were predicted.
        covered_fraction: share of them with readings.
        inside_fraction: share of readings inside the predicted 90 % band.
        predicted, achieved: mean glucose and shares of the time, by name; shares were predicted with lows treated.
        lowest_mgdl: lowest predicted median, lowest edge of the band, and lowest reading.
        deeds: what was to be done; empty where nothing was.
        other_carbs_g, other_insulin_u: what else was eaten and given as rapid insulin in these hours.
        reading_min, reading_mgdl: minutes from the start, and readings, ``(reading,)``.
    """

    window: Window
    covered_fraction: float
    inside_fraction: float
    predicted: Mapping[str, float]
    achieved: Mapping[str, float]
    lowest_mgdl: tuple[float, float, float]
    deeds: tuple[Deed, ...]
    other_carbs_g: float
    other_insulin_u: float
    reading_min: np.ndarray
    reading_mgdl: np.ndarray

    def to_json(self) -> MomentFollowUpJson:
        """As JSON values."""
        told, lived = self.predicted, self.achieved
        return {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "covered_fraction": round(self.covered_fraction, 3),
            "inside_fraction": round(self.inside_fraction, 3),
            "predicted_mean_mgdl": round(told["mean_mgdl"], 1),
            "achieved_mean_mgdl": round(lived["mean_mgdl"], 1),
            "predicted_in_range_pct": round(told["in_range_pct"], 1),
            "achieved_in_range_pct": round(lived["in_range_pct"], 1),
            "predicted_below_70_pct": round(told["below_70_pct"], 1),
            "achieved_below_70_pct": round(lived["below_70_pct"], 1),
            "predicted_above_180_pct": round(told["above_180_pct"], 1),
            "achieved_above_180_pct": round(lived["above_180_pct"], 1),
            "predicted_lowest_mgdl": round(self.lowest_mgdl[0], 1),
            "predicted_lowest_band_mgdl": round(self.lowest_mgdl[1], 1),
            "achieved_lowest_mgdl": round(self.lowest_mgdl[2], 1),
            "deeds": [one.to_json() for one in self.deeds],
            "other_carbs_g": round(self.other_carbs_g, 1),
            "other_insulin_u": round(self.other_insulin_u, 2),
            "reading_min": rounded(self.reading_min),
            "reading_mgdl": rounded(self.reading_mgdl),
        }


def follow_up_moment(
    advice: MomentAdvice,
    option: MomentOption,
    timeline: Timeline,
    *,
    done_at: datetime,
    meal: PlannedMeal | None = None,
    exercise: PlannedExercise | None = None,
) -> MomentFollowUp:
    """Compares the hours after an option was done with what was predicted for them.

    Args:
        advice: that was given.
        option: of it that was done.
        timeline: the person's data, as far as these hours' end.
        done_at: aware time at which it was done.
        meal: that was about to be eaten.
        exercise: that was about to begin.

    Raises:
        DataError: readings cover too little of the hours.
    """
    lasts = float(advice.t_min[-1])
    window = Window(start=advice.start, end=advice.start + timedelta(minutes=lasts))
    minutes, glucose = _readings(timeline, window)
    weights = np.minimum(np.diff(minutes, prepend=0.0), LONGEST_STEP_MIN)
    covered = float(weights.sum()) / lasts
    if covered < LEAST_FRACTION:
        least = f"{100.0 * LEAST_FRACTION:.0f}"
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA, message("moment-few-readings", percent=f"{100.0 * covered:.0f}", least=least)
        )
    since = timeline.cut(Window(start=advice.at - EARLIEST, end=window.end))
    deeds = _deeds(option, since, timeline, done_at, meal, exercise)
    return MomentFollowUp(
        window=window,
        covered_fraction=min(covered, 1.0),
        inside_fraction=_inside(option, advice.t_min, minutes, glucose),
        predicted={
            "mean_mgdl": float(option.median_mgdl.mean()),
            "in_range_pct": option.in_range_pct,
            "below_70_pct": option.below_70_pct,
            "above_180_pct": option.above_180_pct,
        },
        achieved=_shares(glucose, weights),
        lowest_mgdl=(float(option.median_mgdl.min()), float(option.low_mgdl.min()), float(glucose.min())),
        deeds=deeds,
        other_carbs_g=_beyond(_carbs(since, window), deeds, (DeedKind.CARBS, DeedKind.MEAL)),
        other_insulin_u=_beyond(_units(since, window), deeds, (DeedKind.DOSE,)),
        reading_min=minutes,
        reading_mgdl=glucose,
    )


def _readings(timeline: Timeline, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Readings after a window's start until its end: minutes from the start, and glucose."""
    moment = timedelta(microseconds=1)
    after = Window(start=window.start + moment, end=window.end + moment)
    readings = timeline.cut(after).frame(GlucoseReading).select("time", "glucose_mgdl")
    return _minutes(readings["time"], window.start), readings["glucose_mgdl"].to_numpy().astype(np.float64)


def _shares(glucose_mgdl: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    """Mean and shares of the time, each reading counting for the minutes that it stands for."""

    def share(which: np.ndarray) -> float:
        return float(100.0 * np.average(which, weights=weights))

    return {
        "mean_mgdl": float(np.average(glucose_mgdl, weights=weights)),
        "in_range_pct": share((glucose_mgdl >= 70.0) & (glucose_mgdl <= 180.0)),
        "below_70_pct": share(glucose_mgdl < 70.0),
        "above_180_pct": share(glucose_mgdl > 180.0),
    }


def _inside(option: MomentOption, t_min: np.ndarray, minutes: np.ndarray, glucose_mgdl: np.ndarray) -> float:
    low, high = (np.interp(minutes, t_min, edge) for edge in (option.low_mgdl, option.high_mgdl))
    return float(np.mean((glucose_mgdl >= low) & (glucose_mgdl <= high)))


def _deeds(
    option: MomentOption,
    since: Timeline,
    whole: Timeline,
    at: datetime,
    meal: PlannedMeal | None,
    exercise: PlannedExercise | None,
) -> tuple[Deed, ...]:
    """What was to be done, looked for in what is on record since the moment."""
    step = option.step
    found: list[Deed] = []
    if step.dose_u > 0.0:
        found.append(_deed(DeedKind.DOSE, step.dose_u, _units(since, _near(at)), SAME_U))
    if step.carbs_g > 0.0:
        found.append(_deed(DeedKind.CARBS, step.carbs_g, _carbs(since, _near(at))))
    if step.basal_factor != 1.0:
        found.append(_basal(whole, step.basal_factor, Window(start=at, end=at + timedelta(minutes=step.basal_min))))
    if meal is not None:
        eaten = _near(at + timedelta(minutes=step.lead_min))
        found.append(_deed(DeedKind.MEAL, meal.carbs_g, _carbs(since, eaten)))
    if exercise is not None:
        begun = since.cut(_near(at + timedelta(minutes=exercise.in_min))).frame(Activity)
        moved = begun["duration_min"].to_list()
        found.append(_deed(DeedKind.EXERCISE, exercise.duration_min, sum(moved) if moved else None))
    return tuple(found)


def _deed(kind: DeedKind, advised: float, recorded: float | None, least: float = 0.0) -> Deed:
    if recorded is None:
        return Deed(kind=kind, advised=advised, recorded=None, found=Found.NOT_ON_RECORD)
    same = abs(recorded - advised) <= max(SAME_FRACTION * advised, least) + 1e-9
    return Deed(kind=kind, advised=advised, recorded=recorded, found=Found.AS_ADVISED if same else Found.OTHERWISE)


def _basal(timeline: Timeline, factor: float, window: Window) -> Deed:
    """Whether the basal rate was lowered: its mean beside the one that ran before."""
    before = _rate(timeline, Window(start=window.start - BEFORE, end=window.start))
    after = _rate(timeline, window)
    if before is None or after is None or before <= 0.0:
        return Deed(kind=DeedKind.BASAL, advised=factor, recorded=None, found=Found.NOT_ON_RECORD)
    share = after / before
    same = abs(share - factor) <= SAME_BASAL + 1e-9
    found = Found.AS_ADVISED if same else Found.OTHERWISE
    return Deed(kind=DeedKind.BASAL, advised=factor, recorded=share, found=found)


def _rate(timeline: Timeline, window: Window) -> float | None:
    """Mean recorded basal rate of a window in U/h; None where less than half of it is on record."""
    segments = timeline.frame(BasalSegment).filter(pl.col("time") < window.end)
    begins = _minutes(segments["time"], window.start)
    ends = begins + segments["duration_min"].to_numpy()
    lasts = np.maximum(np.minimum(ends, window.duration_min) - np.maximum(begins, 0.0), 0.0)
    known = float(lasts.sum())
    if known < 0.5 * window.duration_min:
        return None
    return float((lasts * segments["rate_u_per_h"].to_numpy()).sum() / known)


def _near(at: datetime) -> Window:
    return Window(start=at - NEAR, end=at + NEAR)


def _units(timeline: Timeline, window: Window) -> float | None:
    """Rapid insulin that was given in a window; None without a dose."""
    doses = rapid_doses(timeline).filter(pl.col("time").is_between(window.start, window.end))
    return float(doses["units"].to_numpy().sum()) if len(doses) else None


def _carbs(timeline: Timeline, window: Window) -> float | None:
    """Carbohydrate that was eaten in a window; None without a meal."""
    meals = timeline.frame(Meal).filter(pl.col("time").is_between(window.start, window.end))
    return float(meals["carbs_g"].to_numpy().sum()) if len(meals) else None


def _beyond(recorded: float | None, deeds: tuple[Deed, ...], kinds: tuple[DeedKind, ...]) -> float:
    """What is on record beyond the deeds that were found there."""
    found = sum(one.recorded or 0.0 for one in deeds if one.kind in kinds)
    return max((recorded or 0.0) - found, 0.0)


def _minutes(times: pl.Series, start: datetime) -> np.ndarray:
    begin = pl.Series([start]).cast(pl.Datetime("us", "UTC")).dt.epoch("us")[0]
    return (times.dt.epoch("us").to_numpy() - begin) / 60e6
