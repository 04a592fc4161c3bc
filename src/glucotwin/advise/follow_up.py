"""What became of an advice: time in ranges of the days since, beside what was predicted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import jax
import numpy as np
import polars as pl
from typing_extensions import TypedDict

from glucotwin.advise.replay import RANGES
from glucotwin.advise.what_if import Estimate, EstimateJson, Outcome
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.json_value import Instant
from glucotwin.core.message import message
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window

RESAMPLES = 2000
LEAST_DAYS = 5
LEAST_READINGS = 0.7
"""Days that count have readings for so much of their time; five at least before and after."""

SHOWN = ("time_in_range_pct", "time_below_70_pct", "time_below_54_pct", "time_above_180_pct")
USUAL_INTERVAL_MIN = 5.0
STREAM = "follow-up"


class Verdict(StrEnum):
    """How a prediction stands beside what was achieved."""

    AS_PREDICTED = "as-predicted"
    LESS = "less"
    MORE = "more"


class FollowedJson(TypedDict):
    """One outcome: before, after, achieved and predicted difference, and the verdict."""

    name: str
    before: float
    after: float
    achieved: EstimateJson
    predicted: EstimateJson
    verdict: Verdict


class FollowUpJson(TypedDict):
    """What became of an advice."""

    before_start: Instant
    before_end: Instant
    after_start: Instant
    after_end: Instant
    days_before: int
    days_after: int
    outcomes: list[FollowedJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One outcome.

    Attributes:
        name: e.g. ``time_in_range_pct``.
        before, after: means over days.
        achieved: their difference with a 90 % interval over days (bootstrap).
        predicted: the difference that was predicted, with its 90 % interval over draws.
        verdict: whether both intervals meet, and if not on which side what was achieved lies of the prediction.
    """

    name: str
    before: float
    after: float
    achieved: Estimate
    predicted: Estimate
    verdict: Verdict

    def to_json(self) -> FollowedJson:
        """As JSON values."""
        return {
            "name": self.name,
            "before": round(self.before, 2),
            "after": round(self.after, 2),
            "achieved": self.achieved.to_json(),
            "predicted": self.predicted.to_json(),
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What became of an advice.

    Attributes:
        before, after: the days that were compared.
        days_before, days_after: how many of them count.
        outcomes: one by one.
    """

    before: Window
    after: Window
    days_before: int
    days_after: int
    outcomes: tuple[Followed, ...]

    def to_json(self) -> FollowUpJson:
        """As JSON values."""
        return {
            "before_start": self.before.start.isoformat(),
            "before_end": self.before.end.isoformat(),
            "after_start": self.after.start.isoformat(),
            "after_end": self.after.end.isoformat(),
            "days_before": self.days_before,
            "days_after": self.days_after,
            "outcomes": [one.to_json() for one in self.outcomes],
        }


def follow_up(
    timeline: Timeline, *, before: Window, after: Window, predicted: Mapping[str, Estimate], seed: int = 0
) -> FollowUp:
    """Compares the days before and after an advice was taken up.

    Nobody knows what the days after would have been without it: what else changed is in the difference too.

    Args:
        timeline: the person's data.
        before: days that the advice was made from.
        after: days since it was taken up.
        predicted: differences by outcome.
        seed: of the bootstrap.

    Raises:
        DataError: too few days have enough readings.
    """
    days = {"before": _days(timeline, before), "after": _days(timeline, after)}
    for name, found in days.items():
        if len(found) < LEAST_DAYS:
            text = message("follow-up-few-days", days=len(found), least=LEAST_DAYS, when=message(f"follow-up-{name}"))
            raise DataError(ErrorCode.TOO_LITTLE_DATA, text)
    key = stream_key(root_key(seed), subject=timeline.person.person_id, stream=STREAM)
    outcomes = [
        _followed(name, days["before"], days["after"], predicted[name], key) for name in SHOWN if name in predicted
    ]
    return FollowUp(
        before=before,
        after=after,
        days_before=len(days["before"]),
        days_after=len(days["after"]),
        outcomes=tuple(outcomes),
    )


def predicted_differences(outcomes: tuple[Outcome, ...]) -> dict[str, Estimate]:
    """Differences by name."""
    return {one.name: one.difference for one in outcomes}


def _followed(name: str, before: pl.DataFrame, after: pl.DataFrame, predicted: Estimate, key: jax.Array) -> Followed:
    old, new = before[name].to_numpy(), after[name].to_numpy()
    one, other = jax.random.split(key)
    drawn = [
        values[np.asarray(jax.random.randint(own, (RESAMPLES, values.size), 0, values.size))].mean(axis=1)
        for values, own in ((old, one), (new, other))
    ]
    low, high = (float(value) for value in np.quantile(drawn[1] - drawn[0], [0.05, 0.95]))
    apart = float(new.mean() - old.mean())
    achieved = Estimate(median=apart, low=low, high=high, expected=apart)
    return Followed(
        name=name,
        before=float(old.mean()),
        after=float(new.mean()),
        achieved=achieved,
        predicted=predicted,
        verdict=_verdict(achieved, predicted),
    )


def _verdict(achieved: Estimate, predicted: Estimate) -> Verdict:
    if achieved.high < predicted.low:
        return Verdict.LESS
    return Verdict.MORE if achieved.low > predicted.high else Verdict.AS_PREDICTED


def _days(timeline: Timeline, window: Window) -> pl.DataFrame:
    """Shares of every local day with enough readings, in percent."""
    local = pl.col("time").dt.convert_time_zone(timeline.person.zone).dt.date().alias("day")
    glucose = pl.col("glucose_mgdl")
    shares = [(100.0 * glucose.is_between(*RANGES[name])).mean().alias(name) for name in SHOWN]
    readings = timeline.cut(window).frame(GlucoseReading).select("time", "glucose_mgdl")
    interval = _interval_min(readings)
    found = readings.group_by(local).agg(pl.len().alias("count"), *shares).sort("day")
    return found.filter(pl.col("count") * interval >= LEAST_READINGS * 1440.0)


def _interval_min(readings: pl.DataFrame) -> float:
    """The usual time between readings."""
    apart = readings["time"].diff().drop_nulls().dt.total_seconds().to_numpy() / 60.0
    return float(np.median(apart)) if apart.size else USUAL_INTERVAL_MIN
