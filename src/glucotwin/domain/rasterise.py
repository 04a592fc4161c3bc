"""From a timeline to per-minute inputs: the one place where events become dense arrays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.activity import Activity, ActivityType, HeartRate
from glucotwin.domain.condition import AlcoholIntake, Condition
from glucotwin.domain.inputs import Inputs, clock_arrays, minute_utc_from
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import EATING_RATE_G_PER_MIN, Absorption, Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, MedicationDose
from glucotwin.domain.segment import without_overlaps
from glucotwin.domain.timeline import Timeline, Window

NEGLIGIBLE_FRACTION = 1e-9
"""Of the largest rate: smaller shares of a minute are rounding."""

CATHETER_AGE = "catheter-age"
"""The condition level that counts days since the infusion site was changed."""

USUAL_INTENSITY = {
    ActivityType.AEROBIC: 0.5,
    ActivityType.HIGH_INTENSITY: 0.85,
    ActivityType.RESISTANCE: 0.6,
    ActivityType.MIXED: 0.6,
    ActivityType.UNKNOWN: 0.5,
}
"""Share of the maximum when an activity was logged without intensity, heart rate or steps: moderate or vigorous by the
ranges of Garber et al., Med Sci Sports Exerc 2011;43:1334-59."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterisedInputs:
    """Inputs of a window and what is not known about them.

    Attributes:
        inputs: dense inputs, first minute = the window's start (floored to the minute).
        start: aware time of the first minute.
        basal_known: per minute, whether a basal segment covers it; where not, the settings' profile is used, else zero.
        basal_from_profile: per minute, whether the settings' profile stands in.
    """

    inputs: Inputs
    start: datetime
    basal_known: np.ndarray
    basal_from_profile: np.ndarray


def inputs_from_timeline(timeline: Timeline, window: Window) -> RasterisedInputs:
    """Per-minute inputs of everything in the timeline that acts within the window.

    An event that begins before the window but lasts into it contributes its remaining part. A bolus goes into its
    minute, an extended part evenly over its duration, food evenly over its eating time; shares of a minute are exact,
    so that totals are kept. Where no basal segment covers a minute the settings' profile stands in and is marked.

    Args:
        timeline: the person's data.
        window: whole minutes are used; both ends are floored to the minute.
    """
    first = minute_utc_from(window.start)
    minutes = minute_utc_from(window.end) - first
    grid = _Grid(first=first, minutes=minutes)
    clock = clock_arrays(window.start, minutes, timeline.person.zone)
    basal, basal_known, programmed = _basal(timeline, grid, clock["minute_of_day"])
    insulin = _sum_by_product(basal, _boluses(timeline, grid), _pen_doses(timeline, grid))
    inputs = Inputs(
        **clock,
        **_meals(timeline, grid),
        **_activities(timeline, grid),
        insulin_u_per_min=insulin or {"rapid": np.zeros(minutes)},
        medication_mg_per_min=_medication(timeline, grid),
        condition_level=_conditions(timeline, grid),
        parameter_factor={},
        unexplained_flux_mgdl_per_min=np.zeros(minutes),
    )
    start = window.start.replace(second=0, microsecond=0)
    return RasterisedInputs(
        inputs=inputs, start=start, basal_known=basal_known, basal_from_profile=programmed & ~basal_known
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """A one-minute grid from an absolute minute."""

    first: int
    minutes: int

    def position(self, times: pl.Series) -> np.ndarray:
        """Times as float minutes from the grid's start."""
        return times.dt.epoch("us").to_numpy() / 60e6 - self.first

    def at(self, position_min: np.ndarray, amount: np.ndarray) -> np.ndarray:
        """Amounts that arrive within the minute they fall in, per minute."""
        index = np.floor(position_min).astype(int)
        inside = (index >= 0) & (index < self.minutes)
        return np.bincount(index[inside], weights=amount[inside], minlength=self.minutes)[: self.minutes]

    def over(self, position_min: np.ndarray, duration_min: np.ndarray, amount: np.ndarray) -> np.ndarray:
        """Amounts spread evenly over durations (> 0): the rate per minute, with exact shares at both ends."""
        # Only what reaches into the grid counts: sums over years of earlier events would cost digits.
        acts = (position_min < self.minutes) & (position_min + duration_min > 0)
        start, minutes, rate = position_min[acts], duration_min[acts], amount[acts] / duration_min[acts]
        if not start.size:
            return np.zeros(self.minutes)
        # The running integral of piecewise-constant rates is piecewise linear: its differences are the exact shares.
        edges = np.clip(np.concatenate([start, start + minutes]), 0.0, self.minutes)
        steps = np.concatenate([rate, -rate])
        order = np.argsort(edges, kind="stable")
        edges, level = edges[order], np.cumsum(steps[order])
        integral = np.concatenate([[0.0], np.cumsum(level[:-1] * np.diff(edges))])
        shares = np.diff(np.interp(np.arange(self.minutes + 1.0), edges, integral))
        return np.where(shares < NEGLIGIBLE_FRACTION * rate.max(), 0.0, shares)


def _numpy(frame: pl.DataFrame, column: str) -> np.ndarray:
    return frame[column].cast(pl.Float64).fill_null(0.0).to_numpy()


def _basal(
    timeline: Timeline, grid: _Grid, minute_of_day: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Rate by product, whether a segment tells it, and whether a programmed profile holds."""
    segments = without_overlaps(timeline.frame(BasalSegment))
    covered = np.zeros(grid.minutes)
    by_product: dict[str, np.ndarray] = {}
    for (product,), frame in segments.partition_by("product", as_dict=True, maintain_order=True).items():
        position, duration = grid.position(frame["time"]), _numpy(frame, "duration_min")
        by_product[str(product)] = grid.over(position, duration, _numpy(frame, "rate_u_per_h") / 60.0 * duration)
        covered += grid.over(position, duration, duration)
    known = covered > 0.5
    profile = _profile_u_per_min(timeline, grid, minute_of_day)
    programmed = ~np.isnan(profile)
    missing = np.where(programmed, np.clip(1.0 - covered, 0.0, 1.0), 0.0)
    if np.any(missing > 0):
        by_product["rapid"] = by_product.get("rapid", np.zeros(grid.minutes)) + missing * np.nan_to_num(profile)
    return by_product, known, programmed


def _profile_u_per_min(timeline: Timeline, grid: _Grid, minute_of_day: np.ndarray) -> np.ndarray:
    """The programmed rate; not a number before the first profile holds."""
    profiles = [(one.valid_from, one.basal_u_per_h) for one in timeline.settings if one.basal_u_per_h is not None]
    rate = np.full(grid.minutes, np.nan)
    for valid_from, schedule in profiles:
        begin = max(0, minute_utc_from(valid_from) - grid.first)
        clock = minute_of_day[begin:]
        rate[begin:] = np.vectorize(schedule.at, otypes=[float])(clock) / 60.0 if clock.size else 0.0
    return rate


def _boluses(timeline: Timeline, grid: _Grid) -> dict[str, np.ndarray]:
    by_product: dict[str, np.ndarray] = {}
    parts = timeline.frame(Bolus).partition_by("product", as_dict=True, maintain_order=True)
    for (product,), frame in parts.items():
        position = grid.position(frame["time"])
        extended = frame["extended_u"].to_numpy() > 0
        by_product[str(product)] = grid.at(position, _numpy(frame, "insulin_u")) + grid.over(
            position[extended], _numpy(frame, "extended_min")[extended], _numpy(frame, "extended_u")[extended]
        )
    return by_product


def _pen_doses(timeline: Timeline, grid: _Grid) -> dict[str, np.ndarray]:
    parts = timeline.frame(PenDose).partition_by("product", as_dict=True, maintain_order=True)
    return {
        str(product): grid.at(grid.position(frame["time"]), _numpy(frame, "insulin_u"))
        for (product,), frame in parts.items()
    }


def _sum_by_product(*sources: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    total: dict[str, np.ndarray] = {}
    for source in sources:
        for product, rate in source.items():
            total[product] = total[product] + rate if product in total else rate
    return dict(sorted(total.items()))


def _meals(timeline: Timeline, grid: _Grid) -> dict[str, np.ndarray]:
    frame = timeline.frame(Meal)
    position = grid.position(frame["time"])
    usual = pl.max_horizontal(pl.lit(1.0), pl.col("carbs_g") / EATING_RATE_G_PER_MIN)
    duration = frame.select(pl.coalesce("duration_min", usual))["duration_min"].to_numpy()
    nutrients = {
        f"{nutrient}_g_per_min": grid.over(position, duration, _numpy(frame, f"{nutrient}_g"))
        for nutrient in ("carbs", "protein", "fat", "fibre")
    }
    fast = (frame["absorption"] == str(Absorption.FAST)).to_numpy()
    liquid = grid.over(position[fast], duration[fast], _numpy(frame, "carbs_g")[fast])
    return nutrients | {"liquid_carbs_g_per_min": liquid, "alcohol_g_per_min": _alcohol(timeline, grid)}


def _alcohol(timeline: Timeline, grid: _Grid) -> np.ndarray:
    frame = timeline.frame(AlcoholIntake)
    return grid.over(grid.position(frame["time"]), _numpy(frame, "duration_min"), _numpy(frame, "alcohol_g"))


def _activities(timeline: Timeline, grid: _Grid) -> dict[str, np.ndarray]:
    frame = timeline.frame(Activity).filter(pl.col("duration_min") > 0)
    position, duration = grid.position(frame["time"]), frame["duration_min"].to_numpy()
    heart = timeline.frame(HeartRate)
    heart_position, heart_rate = grid.position(heart["time"]), _numpy(heart, "heart_rate_bpm")
    counts = grid.at(heart_position, np.ones_like(heart_rate))
    measured = grid.at(heart_position, heart_rate) / np.maximum(counts, 1.0)
    logged = grid.over(position, duration, _numpy(frame, "heart_rate_bpm") * duration)
    intensity = frame.select(_intensity())["intensity_fraction"].to_numpy()
    strength = (frame["activity_type"] == str(ActivityType.RESISTANCE)).to_numpy()
    share = [
        grid.over(position[which], duration[which], (intensity * duration)[which]) for which in (~strength, strength)
    ]
    return {
        "activity_fraction": np.minimum(share[0], 1.0),
        "resistance_fraction": np.minimum(share[1], 1.0),
        "heart_rate_bpm": np.where(counts > 0, measured, logged),
        "steps_per_min": grid.over(position, duration, _numpy(frame, "steps")),
    }


def _intensity() -> pl.Expr:
    """As logged; where nothing at all was measured, what is usual for the kind of activity."""
    unmeasured = pl.all_horizontal(pl.col("heart_rate_bpm", "steps").is_null())
    usual = pl.col("activity_type").replace_strict({str(kind): share for kind, share in USUAL_INTENSITY.items()})
    return pl.coalesce("intensity_fraction", pl.when(unmeasured).then(usual), 0.0).alias("intensity_fraction")


def _conditions(timeline: Timeline, grid: _Grid) -> dict[str, np.ndarray]:
    """Severity of every condition that was logged, and days since the last change of the infusion site."""
    parts = timeline.frame(Condition).partition_by("kind", as_dict=True, maintain_order=True)
    levels: dict[str, np.ndarray] = {}
    for (kind,), frame in parts.items():
        duration = _numpy(frame, "duration_min")
        severity = grid.over(grid.position(frame["time"]), duration, _numpy(frame, "severity_fraction") * duration)
        levels[str(kind)] = np.minimum(severity, 1.0)
    events = timeline.frame(DeviceEvent)
    changes = grid.position(events.filter(pl.col("kind") == str(DeviceEventKind.SITE_CHANGE))["time"])
    if changes.size:
        last = np.searchsorted(changes, np.arange(grid.minutes), side="right") - 1
        age_min = np.arange(grid.minutes) - changes[np.maximum(last, 0)]
        levels[CATHETER_AGE] = np.where(last >= 0, age_min, 0.0) / MINUTES_PER_DAY
    return levels


def _medication(timeline: Timeline, grid: _Grid) -> dict[str, np.ndarray]:
    parts = timeline.frame(MedicationDose).partition_by("medication", as_dict=True, maintain_order=True)
    return {
        str(medication): grid.at(grid.position(frame["time"]), _numpy(frame, "dose_mg"))
        for (medication,), frame in parts.items()
    }


def lookback(window: Window, minutes: float) -> Window:
    """The window extended backwards, so that earlier doses and meals that still act are included."""
    return Window(start=window.start - timedelta(minutes=minutes), end=window.end)
