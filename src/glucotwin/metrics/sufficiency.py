"""Whether there are enough data for the metrics to speak for a person."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.series import GlucoseSeries, cadence_min
from glucotwin.metrics.time_in_range import Weighting

SUFFICIENT_DAYS = 14.0
SUFFICIENT_ACTIVE_PCT = 70.0


class Insufficiency(StrEnum):
    """Why data do not suffice; identifiers for the message catalogue."""

    TOO_FEW_DAYS = "too-few-days"
    TOO_LITTLE_ACTIVE_TIME = "too-little-active-time"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSufficiency:
    """Amount of data against the consensus minimum of 14 days with at least 70 % active time (Battelino 2019).

    Attributes:
        day_count: elapsed days covered, the last reading's own interval included.
        active_pct: percent of the readings expected in that time that exist.
        is_sufficient: whether both minima are met.
        reasons: which minima are not met.
    """

    day_count: float
    active_pct: float
    is_sufficient: bool
    reasons: tuple[Insufficiency, ...]


def judge_sufficiency(series: GlucoseSeries, *, weighting: Weighting = Weighting.READING) -> DataSufficiency:
    """How many days the series covers, how much of them is active, and whether this suffices."""
    day_count = (series.span_min + series.interval_min) / MINUTES_PER_DAY
    # To a tenth of a day: neither an hour that the clocks skipped nor a reading a minute late makes two weeks too few.
    whole_days = round(day_count, 1)
    active = active_pct(series, weighting=weighting)
    verdicts = (
        (whole_days >= SUFFICIENT_DAYS, Insufficiency.TOO_FEW_DAYS),
        (active >= SUFFICIENT_ACTIVE_PCT, Insufficiency.TOO_LITTLE_ACTIVE_TIME),
    )
    reasons = tuple(reason for is_met, reason in verdicts if not is_met)
    return DataSufficiency(day_count=day_count, active_pct=active, is_sufficient=not reasons, reasons=reasons)


def active_pct(series: GlucoseSeries, *, weighting: Weighting = Weighting.READING) -> float:
    """Percent of time between first and last reading in which the sensor was active (Danne 2017).

    With counted readings: readings expected at the sensor's interval, less those missing in gaps. With weighted ones:
    the minutes that the readings stand for, of the minutes elapsed.
    """
    if weighting is Weighting.INTERVAL:
        covered_min = float(cadence_min(series).sum())
        return min(100.0, 100.0 * covered_min / (series.span_min + series.interval_min))
    expected = round(series.span_min / series.interval_min) + 1
    missing = np.round(np.diff(series.time_min) / series.interval_min - 1.0)
    return 100.0 * (expected - float(missing[missing > 0.0].sum())) / expected
