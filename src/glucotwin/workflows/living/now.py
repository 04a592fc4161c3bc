"""Use case: how things are now: glucose and where it is heading, what is on board, what may come, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, SafetyError
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.outlook import Crossing, Outlook, outlook_of
from glucotwin.forecast.forecast import Forecast
from glucotwin.forecast.ledger.ledger import IssuedForecast
from glucotwin.forecast.ledger.score import score_ledger
from glucotwin.store.desk import Desk
from glucotwin.store.forecast import issue_forecast, read_forecasts
from glucotwin.twin.online.summary import StateSummary
from glucotwin.workflows.forecast import forecast_person, newest_reading
from glucotwin.workflows.living.data import events_of
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.shape.now import (
    BandPerformance,
    IssuedCurve,
    NewestReading,
    NextRisk,
    Now,
    RiskKind,
    Trend,
    Withheld,
)

RECENT = timedelta(hours=6)
STALE_MIN = 15.0
HORIZON_MIN = 240
RISK_MIN, LASTING_MIN = 120.0, 15.0
LOW_MGDL, HIGH_MGDL = 70.0, 250.0
LOW_RISK, HIGH_RISK = 0.15, 0.5
"""A low is told from a smaller probability on than a high: it harms sooner."""
FAST_MGDL_PER_MIN, STEADY_MGDL_PER_MIN = 2.0, 1.0
"""Bounds of trend arrows as most sensors show them."""
PERFORMANCE_DAYS, PERFORMANCE_MIN, PERFORMANCE_LEVEL = 14, 60, 0.9
PERFORMANCE_HOURS = 24
"""In so many different hours there must have been a forecast before its band is judged: fewer say nothing of nights."""
SHOWN_STREAMS = ("bolus", "pen", "meal", "activity", "condition", "note", "ketone", "alcohol", "medication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What may come next: a low, a high or nothing worth telling."""

    kind: RiskKind
    crossing: Crossing | None

    def to_json(self) -> NextRisk:
        """As JSON values."""
        known = self.crossing
        minutes = None if known is None or self.kind == "none" else round(known.lead_min)
        chance = 0.0 if known is None else known.probability
        return {
            "kind": self.kind,
            "probability": round(chance, 3),
            "in_min": minutes,
            "sentence": message(f"now-risk-{self.kind}", chance=f"{100 * chance:.0f}", minutes=str(minutes)),
        }


def now_of(desk: Desk, memory: Memory, person_id: str, *, at: datetime, authority: Authority, with_twin: bool) -> Now:
    """How things are, as JSON values; what needs a twin is None without one.

    A forecast is issued into the ledger once per reading; asking again shows the same one.

    Args:
        desk: of an account that may read.
        memory: what is remembered.
        person_id: of whom.
        at: aware time that counts as now.
        authority: on whose behalf.
        with_twin: whether the person consents to a twin.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    timeline = memory.timeline(desk, person_id)
    readings = timeline.frame(GlucoseReading)
    newest = None if readings.is_empty() else readings.row(-1, named=True)
    summary = memory.summary(desk, person_id) if with_twin else None
    issued, withheld = _forecast(desk, memory, person_id, timeline, at, authority) if with_twin else (None, None)
    trend = _trend(readings) if newest is not None else None
    window = Window(start=at - RECENT, end=at + timedelta(minutes=1))
    recent = readings.filter(pl.col("time").is_between(window.start, window.end))
    risk = None if issued is None else risk_of(issued.forecast, at)
    is_stale = newest is None or (at - newest["time"]) / timedelta(minutes=1) > STALE_MIN
    return {
        "person_id": person_id,
        "as_of": at.isoformat(),
        "reading": None if newest is None else reading_json(newest, at),
        "trend_mgdl_per_min": trend,
        "trend": _trend_word(None if is_stale else trend),
        "insulin_on_board_u": _rounded(summary, "insulin_on_board_u", 2),
        "carbs_on_board_g": _rounded(summary, "carbs_on_board_g", 1),
        "recent": [
            {"time": time.isoformat(), "glucose_mgdl": value}
            for time, value in recent.select("time", "glucose_mgdl").iter_rows()
        ],
        "events": events_of(desk, person_id, window, streams=SHOWN_STREAMS),
        "forecast": None if issued is None else curve_json(issued),
        "forecast_withheld": withheld,
        "next_risk": None if risk is None else risk.to_json(),
        "sentence": _sentence(newest, at, trend, is_stale=is_stale),
        "band_performance": _performance(desk, person_id, timeline, at) if with_twin else None,
        "twin_version": None if issued is None else issued.twin_version,
        "limits": message("forecast-limits"),
    }


def curve_json(issued: IssuedForecast) -> IssuedCurve:
    """A forecast as it is drawn: without the paths that it was made of."""
    return {
        "forecast_id": issued.sequence,
        **issued.forecast.curve_json(),
        "twin_version": issued.twin_version,
        "issued_at": issued.issued_at.isoformat(),
    }


def issue_now(
    desk: Desk, memory: Memory, person_id: str, *, authority: Authority, horizon_min: int = HORIZON_MIN
) -> IssuedForecast:
    """Makes a forecast from the newest reading and enters it into the ledger; the one that is there already is kept.

    Raises:
        NotFoundError: there is no twin.
        NotAllowedError, SafetyError, DataError: see ``forecast_person``.
    """
    timeline, twin = memory.timeline(desk, person_id), memory.require_twin(desk, person_id)
    origin = newest_reading(timeline)
    known = read_forecasts(desk, person_id, window=Window(start=origin, end=origin + timedelta(seconds=1)))
    for one in known:
        if one.twin_hash == twin.content_hash() and float(one.forecast.t_min[-1]) == float(horizon_min):
            return one
    forecast = forecast_person(
        twin, timeline, origin=origin, horizon_min=horizon_min, learned=memory.learned, authority=authority
    ).payload
    return issue_forecast(desk, person_id, twin, forecast)


def _forecast(
    desk: Desk, memory: Memory, person_id: str, timeline: Timeline, at: datetime, authority: Authority
) -> tuple[IssuedForecast | None, Withheld | None]:
    """The forecast, or why there is none; neither without a twin or readings."""
    if memory.twin(desk, person_id) is None or timeline.frame(GlucoseReading).is_empty():
        return None, None
    try:
        issued = issue_now(desk, memory, person_id, authority=authority)
    except (SafetyError, DataError) as error:
        return None, _withheld(error)
    if outlook_of(issued.forecast, at=max(at, issued.forecast.origin)) is None:
        return None, {"code": str(ErrorCode.OUTSIDE_VALIDITY), "detail": message("now-forecast-over")}
    return issued, None


def _withheld(error: GlucoTwinError) -> Withheld:
    return {"code": str(error.code), "detail": error.message}


def risk_of(forecast: Forecast, at: datetime) -> Risk:
    """What a forecast says may come next, seen at an aware time."""
    outlook: Outlook | None = outlook_of(forecast, at=max(at, forecast.origin))
    if outlook is None:
        return Risk(kind="none", crossing=None)
    low = outlook.below(LOW_MGDL, within_min=RISK_MIN, lasting_min=LASTING_MIN)
    if low.probability >= LOW_RISK:
        return Risk(kind="low", crossing=low)
    high = outlook.above(HIGH_MGDL, within_min=RISK_MIN, lasting_min=LASTING_MIN)
    return Risk(kind="high", crossing=high) if high.probability >= HIGH_RISK else Risk(kind="none", crossing=low)


def _trend(readings: pl.DataFrame) -> float | None:
    """Slope over the last quarter of an hour of readings in mg/dL per min; None with fewer than two."""
    last = readings["time"][-1]
    near = readings.filter(pl.col("time") >= last - timedelta(minutes=STALE_MIN + 1.0))
    if len(near) < 2:
        return None
    minutes = (near["time"] - last).dt.total_microseconds() / 60e6
    slope = near.select(pl.cov(minutes, pl.col("glucose_mgdl"))).item() / minutes.var()  # pyright: ignore
    return round(float(slope), 2)


def _trend_word(trend: float | None) -> Trend:
    if trend is None:
        return "unknown"
    if abs(trend) < STEADY_MGDL_PER_MIN:
        return "steady"
    is_fast = abs(trend) >= FAST_MGDL_PER_MIN
    if trend > 0.0:
        return "rising-fast" if is_fast else "rising"
    return "falling-fast" if is_fast else "falling"


def reading_json(newest: Mapping[str, Any], at: datetime) -> NewestReading:
    """A row of the readings' table with its age at an aware time."""
    time = newest["time"]
    assert isinstance(time, datetime)  # noqa: S101  # the column holds no other
    age = max(0.0, (at - time) / timedelta(minutes=1))
    return {
        "time": time.isoformat(),
        "glucose_mgdl": newest["glucose_mgdl"],
        "kind": newest["kind"],
        "censoring": newest["censoring"],
        "age_min": round(age, 1),
        "stale": age > STALE_MIN,
    }


def _sentence(newest: dict[str, Any] | None, at: datetime, trend: float | None, *, is_stale: bool) -> str:
    if newest is None:
        return message("now-no-reading")
    reading = reading_json(newest, at)
    values = {"glucose": f"{reading['glucose_mgdl']:.0f}", "age": f"{reading['age_min']:.0f}"}
    if is_stale:
        return message("now-stale", **values)
    return message("now-reading", trend=message(f"now-trend-{_trend_word(trend)}"), **values)


def _rounded(summary: StateSummary | None, name: str, digits: int) -> float | None:
    return None if summary is None else round(float(getattr(summary, name)), digits)


def _performance(desk: Desk, person_id: str, timeline: Timeline, at: datetime) -> BandPerformance | None:
    """How often the 90 % band an hour ahead held what came in the last two weeks; None before anything was scored.

    Its share is None until there were forecasts in enough different hours.
    """
    window = Window(start=at - timedelta(days=PERFORMANCE_DAYS), end=at)
    issued: Sequence[IssuedForecast] = read_forecasts(desk, person_id, window=window)
    scores = score_ledger(issued, timeline, horizons=(PERFORMANCE_MIN,)) if issued else ()
    best = max((one for one in scores if one.accuracy is not None), key=lambda one: one.scored, default=None)
    if best is None or best.accuracy is None:
        return None
    inside = best.accuracy.coverage_pct.get(f"{100 * PERFORMANCE_LEVEL:.0f}")
    return {
        "level": PERFORMANCE_LEVEL,
        "inside_fraction": None if inside is None or best.hours < PERFORMANCE_HOURS else inside / 100.0,
        "forecasts": best.scored,
        "hours": best.hours,
        "hours_needed": PERFORMANCE_HOURS,
    }
