"""Shapes of a person's days, and of what gets slowly worse."""

from typing import Literal

from typing_extensions import TypedDict

from glucotwin.core.json_value import Day, Instant, Numbers, Series
from glucotwin.metrics.deterioration import TrendVerdict


class TargetJson(TypedDict):
    """The target range: a preset, or one of one's own."""

    name: str
    low_mgdl: float
    high_mgdl: float


class ModalDayJson(TypedDict):
    """Percentiles of glucose by the time of day."""

    minute_of_day: Numbers
    p05_mgdl: Series
    p25_mgdl: Series
    p50_mgdl: Series
    p75_mgdl: Series
    p95_mgdl: Series
    readings: list[int]


class DailySummary(TypedDict):
    """One local day in numbers."""

    day: Day
    readings: int
    coverage_pct: float
    mean_mgdl: float | None
    time_in_range_pct: float | None
    time_below_pct: float | None
    time_above_pct: float | None
    carbs_g: float
    bolus_u: float
    basal_u: float
    pen_u: float


class DaysAnswer(TypedDict):
    """The modal day, each day, and the consensus metrics; bounds are None without any day, the end is no part."""

    person_id: str
    zone: str
    start: Instant | None
    end: Instant | None
    days: int
    target: TargetJson
    modal_day: ModalDayJson | None
    daily: list[DailySummary]
    metrics: dict[str, object] | None
    sentence: str


class DeteriorationJson(TypedDict):
    """What a quantity's measurements say of its course, with a 90 % interval of its slope."""

    name: str
    title: str
    verdict: TrendVerdict
    latest: float
    unit: str
    change: Literal["per-year", "doublings-per-year"]
    rate: float
    low: float
    high: float
    measurements: int
    span_days: int
    sentence: str
    source: str
