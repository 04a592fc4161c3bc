"""Day by day: how much of a person's data there is, what was detected, and whether the day is fit for a twin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.activity import Activity
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.imputation import has_basal, takes_insulin, unrecorded_basal
from glucotwin.domain.insulin import Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.registry import detections_of
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, SensorGrid, sensor_grid, sensor_readings

SCHEMA: Final = "glucotwin-days/1"
ENOUGH_GLUCOSE_PCT: Final = 70.0
"""The consensus minimum of sensor data (Battelino 2019)."""
ENOUGH_BASAL_PCT: Final = 80.0
"""Of a day; where less is known, a fit warns too."""
STUCK_MIN: Final = 120.0
MEALS_MISSING: Final = 1.0
"""Sum of the scores of a day's meals that are not logged: as many are expected to be real."""

CLEAR_CLOCK_FAULT: Final = 0.5
"""Score of a clock fault that is believed without asking."""
MEAL_KINDS: Final = (DetectionKind.UNANNOUNCED_MEAL, DetectionKind.BOLUS_WITHOUT_CARBS)


class DayReason(StrEnum):
    """Why a day is not fit for a twin."""

    LITTLE_GLUCOSE = "little-glucose"
    NO_INSULIN = "no-insulin"
    BASAL_UNKNOWN = "basal-unknown"
    NO_MEALS = "no-meals"
    MEALS_MISSING = "meals-missing"
    STUCK_SENSOR = "stuck-sensor"
    UNIT_MIX_UP = "unit-mix-up"
    CLOCK_FAULT = "clock-fault"


def reason_text(reason: DayReason) -> str:
    """The reason in words."""
    values: dict[DayReason, dict[str, str]] = {
        DayReason.LITTLE_GLUCOSE: {"percent": f"{ENOUGH_GLUCOSE_PCT:.0f}"},
        DayReason.BASAL_UNKNOWN: {"percent": f"{ENOUGH_BASAL_PCT:.0f}"},
        DayReason.STUCK_SENSOR: {"hours": f"{STUCK_MIN / 60.0:.0f}"},
    }
    return message(f"day-reason-{reason}", **values.get(reason, {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """One local day.

    Attributes:
        day: its date; ``start`` and ``end`` are its midnights in UTC (23 to 25 h apart).
        readings: sensor readings.
        glucose_pct: share of the day near a sensor reading, 0 to 100.
        longest_gap_min: longest stretch without.
        meals, carbs_g: logged meals and their carbohydrate.
        boluses, bolus_u: boluses and injections of rapid or long-acting insulin, and their units.
        basal_known_pct: share of the day with a pump's rate or long-acting insulin on record; None when neither is on
            record on any day.
        activities: logged sessions; counted steps are none.
        detections: what was detected and shares time with the day.
        reasons_against: why it is not fit for a twin; empty when it is.
    """

    day: date
    start: datetime
    end: datetime
    readings: int
    glucose_pct: float
    longest_gap_min: float
    meals: int
    carbs_g: float
    boluses: int
    bolus_u: float
    basal_known_pct: float | None
    activities: int
    detections: tuple[Detection, ...]
    reasons_against: tuple[DayReason, ...] = ()

    @property
    def fit(self) -> bool:
        """Whether nothing speaks against using the day for a twin."""
        return not self.reasons_against

    @property
    def text(self) -> str:
        """The verdict as a sentence."""
        if self.fit:
            return message("day-fit")
        return message("day-unfit", reasons="; ".join(reason_text(reason) for reason in self.reasons_against))

    def to_json(self) -> dict[str, object]:
        """The report as JSON values."""
        return {
            "day": self.day.isoformat(),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "readings": self.readings,
            "glucose_pct": round(self.glucose_pct, 1),
            "longest_gap_min": round(self.longest_gap_min, 1),
            "meals": self.meals,
            "carbs_g": round(self.carbs_g, 1),
            "boluses": self.boluses,
            "bolus_u": round(self.bolus_u, 2),
            "basal_known_pct": None if self.basal_known_pct is None else round(self.basal_known_pct, 1),
            "activities": self.activities,
            "detections": [one.to_json() for one in self.detections],
            "fit": self.fit,
            "reasons_against": [str(reason) for reason in self.reasons_against],
            "text": self.text,
        }


def day_reports(timeline: Timeline, detections: Iterable[Detection] | None = None) -> tuple[DayReport, ...]:
    """A report on every local day from the first record to the last; none for a timeline without records.

    Args:
        timeline: a person's data.
        detections: what was detected in them, when it is known already.
    """
    if not any(len(frame) for frame in timeline.streams.values()):
        return ()
    found = detections_of(timeline) if detections is None else tuple(detections)
    whole = _Whole.of(timeline)
    return tuple(_report(whole, day, found) for day in timeline.local_days())


def days_json(reports: Iterable[DayReport]) -> dict[str, object]:
    """Reports on days as JSON values, with how many are fit."""
    days = tuple(reports)
    return {
        "schema": SCHEMA,
        "days": len(days),
        "fit_days": sum(one.fit for one in days),
        "reports": [one.to_json() for one in days],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """What is the same for all days of a timeline."""

    zone: ZoneInfo
    grid: SensorGrid | None
    frames: Mapping[type[Record], pl.DataFrame]
    no_basal: tuple[Window, ...] | None
    takes_insulin: bool

    @classmethod
    def of(cls, timeline: Timeline) -> "_Whole":
        frames: dict[type[Record], pl.DataFrame] = {kind: timeline.frame(kind) for kind in (Meal, Bolus, PenDose)}
        frames[GlucoseReading] = sensor_readings(timeline)
        frames[Activity] = timeline.frame(Activity).filter(pl.col("steps").is_null())
        days = timeline.local_days()
        return cls(
            zone=timeline.person.zone_info,
            grid=sensor_grid(timeline),
            frames=frames,
            no_basal=unrecorded_basal(timeline, Window(start=days[0].start, end=days[-1].end))
            if has_basal(timeline)
            else None,
            takes_insulin=takes_insulin(timeline),
        )

    def of_day(self, kind: type[Record], day: Window) -> pl.DataFrame:
        """A day's rows of a stream, which is in time order: a whole life is gone through once."""
        times = self.frames[kind]["time"]
        first, last = (times.search_sorted(time, side="left") for time in (day.start, day.end))
        return self.frames[kind].slice(first, last - first)


def _report(whole: _Whole, day: Window, found: tuple[Detection, ...]) -> DayReport:
    meals, boluses, pens = (whole.of_day(kind, day) for kind in (Meal, Bolus, PenDose))
    known, gap_min = _glucose(whole.grid, day)
    report = DayReport(
        day=day.start.astimezone(whole.zone).date(),
        start=day.start,
        end=day.end,
        readings=len(whole.of_day(GlucoseReading, day)),
        glucose_pct=100.0 * known,
        longest_gap_min=gap_min,
        meals=len(meals),
        carbs_g=float(meals["carbs_g"].sum()),
        boluses=len(boluses) + len(pens),
        bolus_u=float((boluses["insulin_u"] + boluses["extended_u"]).sum()) + float(pens["insulin_u"].sum()),
        basal_known_pct=_basal_known_pct(whole.no_basal, day),
        activities=len(whole.of_day(Activity, day)),
        detections=tuple(one for one in found if one.overlaps(day.start, day.end)),
    )
    return _judged(report, whole)


def _judged(report: DayReport, whole: _Whole) -> DayReport:
    """The report with what speaks against the day."""
    has_basal = bool(report.basal_known_pct)
    missing_meals = _missing_meals(report)
    checks = {
        DayReason.LITTLE_GLUCOSE: report.glucose_pct < ENOUGH_GLUCOSE_PCT,
        DayReason.NO_INSULIN: whole.takes_insulin and report.boluses == 0 and not has_basal,
        DayReason.BASAL_UNKNOWN: report.basal_known_pct is not None and report.basal_known_pct < ENOUGH_BASAL_PCT,
        DayReason.NO_MEALS: report.meals == 0,
        DayReason.MEALS_MISSING: missing_meals >= MEALS_MISSING,
        DayReason.STUCK_SENSOR: _minutes(report, DetectionKind.STUCK_SENSOR) >= STUCK_MIN,
        DayReason.UNIT_MIX_UP: any(one.kind is DetectionKind.UNIT_MIX_UP for one in report.detections),
        DayReason.CLOCK_FAULT: any(
            one.kind is DetectionKind.CLOCK_FAULT and one.score >= CLEAR_CLOCK_FAULT for one in report.detections
        ),
    }
    against = tuple(reason for reason, applies in checks.items() if applies)
    return replace(report, reasons_against=against)


def _missing_meals(report: DayReport) -> float:
    """How many meals of the day are expected to be missing; one that two detectors found counts once."""
    expected, free_from = 0.0, report.start
    for one in report.detections:
        if one.kind in MEAL_KINDS and free_from <= one.start < report.end:
            expected, free_from = expected + one.score, one.end
    return expected


def _minutes(report: DayReport, kind: DetectionKind) -> float:
    """Minutes of the day within detections of a kind."""
    return sum(
        (min(one.end, report.end) - max(one.start, report.start)).total_seconds() / 60.0
        for one in report.detections
        if one.kind is kind
    )


def _glucose(grid: SensorGrid | None, day: Window) -> tuple[float, float]:
    """Share of the day near a reading, and the longest stretch without in minutes."""
    steps = round(day.duration_min / STEP_MIN)
    known = np.zeros(steps, dtype=bool)
    if grid is not None:
        first = round((day.start - grid.start) / timedelta(minutes=STEP_MIN))
        at = np.arange(first, first + steps)
        inside = (at >= 0) & (at < grid.steps)
        known[inside] = grid.known[at[inside]]
    edges = np.flatnonzero(np.concatenate([[True], known, [True]]))
    return float(known.mean()), float(np.max(np.diff(edges) - 1)) * STEP_MIN


def _basal_known_pct(no_basal: tuple[Window, ...] | None, day: Window) -> float | None:
    """Share of the day with basal insulin on record; None when the whole record has none."""
    if no_basal is None:
        return None
    shared = [min(one.end, day.end) - max(one.start, day.start) for one in no_basal]
    unknown = sum((length for length in shared if length > timedelta()), timedelta())
    return 100.0 * (1.0 - unknown / (day.end - day.start))
