"""Use case: what gets slowly worse in a person's laboratory values and sensor readings, for a clinic's worklist."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np
import polars as pl

from glucotwin.core.error import DataError
from glucotwin.core.message import message
from glucotwin.core.number import number
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.observation import LabResult
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.diary.analyte import names_of_analytes
from glucotwin.metrics.array import FloatArray
from glucotwin.metrics.deterioration import WATCHED, Deterioration, TrendVerdict, Watched, judge_deterioration
from glucotwin.metrics.sufficiency import SUFFICIENT_ACTIVE_PCT
from glucotwin.metrics.time_in_range import time_in_range
from glucotwin.workflows.living.shape.days import DeteriorationJson
from glucotwin.workflows.metrics import glucose_series

Series = tuple[FloatArray, FloatArray]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
WEEKS = 12
ANALYTES = MappingProxyType({"hba1c": "HbA1c", "egfr": "eGFR", "acr": "Albumin/creatinine ratio"})
TO_UNIT: Mapping[tuple[str, str], Callable[[pl.Expr], pl.Expr]] = MappingProxyType(
    {
        ("hba1c", "%"): lambda value: value,
        # IFCC to NGSP, Hoelzel et al. 2004.
        ("hba1c", "mmol/mol"): lambda value: 0.09148 * value + 2.152,
        ("egfr", "mL/min/{1.73_m2}"): lambda value: value,
        ("acr", "mg/g"): lambda value: value,
        ("acr", "ug/mg"): lambda value: value,
        # 113.12 g/mol of creatinine.
        ("acr", "mg/mmol"): lambda value: value / 0.11312,
    }
)
"""How a value in a unit becomes one in the unit that is watched."""


def deteriorations_of(timeline: Timeline) -> tuple[Deterioration, ...]:
    """What the measurements say of everything that is watched and was measured often enough.

    Args:
        timeline: a person's data.
    """
    judged = (judge_deterioration(one, *_series(timeline, one)) for one in WATCHED)
    return tuple(one for one in judged if one is not None)


def worst_first(found: Sequence[Deterioration]) -> list[Deterioration]:
    """The clear ones first, then the possible, then what is steady."""
    order = [TrendVerdict.CLEAR, TrendVerdict.POSSIBLE, TrendVerdict.STEADY]
    return sorted(found, key=lambda one: order.index(one.verdict))


def deterioration_json(one: Deterioration) -> DeteriorationJson:
    """It as JSON values, with a sentence for people."""
    trend, watched = one.trend, one.watched
    return {
        "name": watched.name,
        "title": message(f"watch-{watched.name}"),
        "verdict": one.verdict,
        "latest": round(one.latest, 2),
        "unit": watched.unit,
        "change": "doublings-per-year" if watched.is_ratio else "per-year",
        "rate": round(trend.rate_per_year, 2),
        "low": round(trend.low_per_year, 2),
        "high": round(trend.high_per_year, 2),
        "measurements": trend.point_count,
        "span_days": round(trend.span_days),
        "sentence": sentence_of(one),
        "source": watched.source,
    }


def sentence_of(one: Deterioration) -> str:
    """What the measurements say, for people."""
    trend = one.trend
    return message(
        f"watch-{one.watched.name}-{one.verdict}",
        rate=number(abs(trend.rate_per_year), 1),
        low=number(trend.low_per_year, 1),
        high=number(trend.high_per_year, 1),
        count=trend.point_count,
        months=number(trend.span_days / 30.44, 0),
    )


def _series(timeline: Timeline, watched: Watched) -> Series:
    analyte = ANALYTES.get(watched.name)
    return _weekly_time_in_range(timeline) if analyte is None else _laboratory(timeline, watched, analyte)


def _laboratory(timeline: Timeline, watched: Watched, analyte: str) -> Series:
    names = [spelling for spelling, name in names_of_analytes().items() if name == analyte]
    frame = timeline.frame(LabResult)
    frame = frame.filter(frame["analyte"].str.to_lowercase().is_in(names))
    parts = [
        frame.filter(pl.col("unit") == unit).select("time", value=convert(pl.col("value")))
        for (name, unit), convert in TO_UNIT.items()
        if name == watched.name
    ]
    found = pl.concat(parts).sort("time").filter(pl.col("value") > 0.0)
    # Two laboratories on one day are one measurement.
    found = found.group_by(pl.col("time").dt.date(), maintain_order=True).agg(pl.col("value").mean())
    return found["time"].to_numpy().astype("datetime64[D]").astype(float), found["value"].to_numpy()


def _weekly_time_in_range(timeline: Timeline) -> Series:
    readings = timeline.frame(GlucoseReading)
    if readings.is_empty():
        return np.empty(0), np.empty(0)
    end = timeline.window(GlucoseReading).end
    found = [
        (((end - WEEK * (back + 0.5)) - EPOCH) / timedelta(days=1), share)
        for back in reversed(range(WEEKS))
        if (share := _share(timeline.cut(Window(start=end - WEEK * (back + 1), end=end - WEEK * back)))) is not None
    ]
    return np.array([day for day, _ in found]), np.array([share for _, share in found])


def _share(week: Timeline) -> float | None:
    """Percent of a week in range; None when the sensor was worn too little to say."""
    try:
        series = glucose_series(week)
    except DataError:
        return None
    covered_pct = 100.0 * series.glucose_mgdl.size * series.interval_min / (WEEK / timedelta(minutes=1))
    return time_in_range(series).tir_pct if covered_pct >= SUFFICIENT_ACTIVE_PCT else None
