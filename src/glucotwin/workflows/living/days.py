"""Use case: a person's days: the modal day, what each day was like, and the consensus metrics."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.unit import MINUTES_PER_DAY, GlucoseUnit
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.panel import MetricsPanel, metrics_panel
from glucotwin.metrics.profile import ModalDay, compute_modal_day
from glucotwin.metrics.time_in_range import STANDARD_TARGET, GlucoseTarget, target_named
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.modal_day import modal_day_sentence
from glucotwin.workflows.living.shape.days import DailySummary, DaysAnswer, ModalDayJson
from glucotwin.workflows.metrics import glucose_series

BIN_MIN = 15.0
LONGEST_DAYS = 92


def days_of(
    timeline: Timeline,
    *,
    days: int,
    end: date | None = None,
    weekdays: Collection[int] = (),
    target_name: str = STANDARD_TARGET.name,
) -> DaysAnswer:
    """The days before a day as JSON values.

    Args:
        timeline: the person's data.
        days: how many local days, the last one included.
        end: last local day; default that of the newest reading, and then the metrics are of the hours up to it.
        weekdays: only these, 0 for Monday; empty for all.
        target_name: preset of the target range, or ``LOW-HIGH`` in mg/dL.

    Raises:
        DataError: there are no readings at all, or too many days are asked for.
        NotFoundError: there is no such target.
    """
    target = target_named(target_name)
    if not 1 <= days <= LONGEST_DAYS:
        raise DataError(ErrorCode.INVALID_VALUE, message("days-too-many", days=days, longest=LONGEST_DAYS))
    whole = _days(timeline, days, end)
    windows = tuple(one for one in whole if not weekdays or _weekday(timeline, one) in weekdays)
    counted = _filled_up(timeline, windows) if windows and end is None and not weekdays else windows
    panel, modal = _panel(_only(timeline, counted), target)
    first, last = (windows[0].start, windows[-1].end) if windows else (None, None)
    return {
        "person_id": timeline.person.person_id,
        "zone": timeline.person.zone,
        "start": None if first is None else first.isoformat(),
        "end": None if last is None else last.isoformat(),
        "days": len(windows),
        "target": {"name": target.name, "low_mgdl": target.low_mgdl, "high_mgdl": target.high_mgdl},
        "modal_day": None if modal is None else _modal_json(modal),
        "daily": [_daily(timeline, one, target) for one in windows],
        "metrics": None if panel is None else _metrics_json(panel, counted) if weekdays else panel.to_json(),
        "sentence": _sentence(modal),
    }


def _sentence(modal: ModalDay | None) -> str:
    return message("report-no-glucose") if modal is None else modal_day_sentence(modal, Numbers(GlucoseUnit.MGDL))


def _days(timeline: Timeline, days: int, end: date | None) -> tuple[Window, ...]:
    zone = timeline.person.zone_info
    last = end or (timeline.window(GlucoseReading).end - timedelta(minutes=1)).astimezone(zone).date()
    start = datetime.combine(last - timedelta(days=days - 1), datetime.min.time(), zone)
    return timeline.local_days(
        Window(start=start, end=datetime.combine(last + timedelta(days=1), datetime.min.time(), zone))
    )


def _filled_up(timeline: Timeline, windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """The day that has just begun is filled up from the day before the first, so that the metrics are of whole days."""
    missing = windows[-1].end - timeline.window(GlucoseReading).end
    return (Window(start=windows[0].start - missing, end=windows[0].start), *windows)


def _metrics_json(panel: MetricsPanel, windows: Sequence[Window]) -> dict[str, object]:
    """The metrics, judged against the days that were asked for: between chosen weekdays nothing is missing."""
    duration_min = sum(one.duration_min for one in windows)
    active = min(100.0, 100.0 * panel.reading_count * panel.interval_min / duration_min)
    sufficiency = replace(panel.sufficiency, day_count=duration_min / MINUTES_PER_DAY, active_pct=active)
    return replace(panel, sufficiency=sufficiency).to_json()


def _weekday(timeline: Timeline, day: Window) -> int:
    return day.start.astimezone(timeline.person.zone_info).weekday()


def _only(timeline: Timeline, windows: Sequence[Window]) -> Timeline:
    frame = timeline.frame(GlucoseReading)
    inside = pl.any_horizontal(
        pl.lit(value=False), *(pl.col("time").is_between(one.start, one.end, closed="left") for one in windows)
    )
    return replace(timeline, streams={"glucose": frame.filter(inside)})


def _panel(timeline: Timeline, target: GlucoseTarget) -> tuple[MetricsPanel | None, ModalDay | None]:
    try:
        series = glucose_series(timeline)
        panel = metrics_panel(series, target=target)
    except DataError:
        return None, None
    return panel, compute_modal_day(build_grid(series), bin_min=BIN_MIN)


def _modal_json(modal: ModalDay) -> ModalDayJson:
    p05, p25, p50, p75, p95 = np.round(modal.glucose_mgdl, 1).tolist()
    return {
        "minute_of_day": modal.start_min.tolist(),
        "p05_mgdl": p05,
        "p25_mgdl": p25,
        "p50_mgdl": p50,
        "p75_mgdl": p75,
        "p95_mgdl": p95,
        "readings": modal.count.tolist(),
    }


def _daily(timeline: Timeline, day: Window, target: GlucoseTarget) -> DailySummary:
    part = timeline.cut(day)
    panel, _ = _panel(part, target)
    basal = part.frame(BasalSegment)
    basal_u = float((basal["rate_u_per_h"] * basal["duration_min"]).sum()) / 60.0
    boluses = part.frame(Bolus)
    bolus_u = float((boluses["insulin_u"] + boluses["extended_u"]).sum())
    shares = None if panel is None else panel.time_in_range
    return {
        "day": day.start.astimezone(timeline.person.zone_info).date().isoformat(),
        "readings": 0 if panel is None else panel.reading_count,
        "coverage_pct": 0.0 if panel is None else _coverage_pct(panel, day),
        "mean_mgdl": None if panel is None else round(panel.summary.mean_mgdl, 1),
        "time_in_range_pct": None if shares is None else round(shares.tir_pct, 1),
        "time_below_pct": None if shares is None else round(shares.tbr_pct, 1),
        "time_above_pct": None if shares is None else round(shares.tar_pct, 1),
        "carbs_g": round(float(part.frame(Meal)["carbs_g"].sum()), 1),
        "bolus_u": round(bolus_u, 2),
        "basal_u": round(basal_u, 2),
        "pen_u": round(float(part.frame(PenDose)["insulin_u"].sum()), 2),
    }


def _coverage_pct(panel: MetricsPanel, day: Window) -> float:
    return round(min(100.0, 100.0 * panel.reading_count * panel.interval_min / day.duration_min), 1)
