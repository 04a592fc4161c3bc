"""How well alarms of coming episodes did: caught, missed, false, and how early."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.metrics.array import BoolArray, FloatArray, as_floats, check_same_length, ratio_or_nan


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmScore:
    """Alarms against episodes; ratios are nan when there is nothing to divide by.

    Attributes:
        alarm_count: alarms judged (those during an episode are left out).
        event_count: episodes.
        true_alarm_count: alarms followed by the start of an episode within the horizon.
        detected_count: episodes preceded by an alarm within the horizon.
        precision: true alarms of all alarms.
        recall: detected of all episodes.
        f1: harmonic mean of both.
        false_alarms_per_day: false alarms per day observed.
        median_lead_min: median time from the first alarm within the horizon to the episode's start, over detected
            episodes.
    """

    alarm_count: int
    event_count: int
    true_alarm_count: int
    detected_count: int
    precision: float
    recall: float
    f1: float
    false_alarms_per_day: float
    median_lead_min: float


def score_alarms(
    alarm_min: ArrayLike,
    event_start_min: ArrayLike,
    event_end_min: ArrayLike,
    *,
    horizon_min: float,
    observed_day: float,
) -> AlarmScore:
    """Matches alarms to the episodes that start after them within the horizon.

    Args:
        alarm_min: elapsed minute of each alarm, rising, shape (a,).
        event_start_min: start of each episode, rising, shape (e,).
        event_end_min: last minute of each episode, shape (e,).
        horizon_min: longest time from alarm to start that counts.
        observed_day: days with data, for the rate of false alarms.

    Raises:
        DataError: unequal lengths, times that do not rise, or a horizon or observed time that is not positive.
    """
    alarms = _rising("alarm_min", alarm_min)
    starts, ends = _rising("event_start_min", event_start_min), _rising("event_end_min", event_end_min)
    check_same_length("event_start_min", starts.size, "event_end_min", ends.size)
    if horizon_min <= 0.0 or observed_day <= 0.0:
        raise DataError(ErrorCode.INVALID_VALUE, "horizon_min and observed_day must be positive.")
    alarms = alarms[~_is_during(alarms, starts, ends)]
    following = np.append(starts, np.inf)[np.searchsorted(starts, alarms, side="right")]
    true_alarms = int(np.count_nonzero(following - alarms <= horizon_min))
    lead_min = _lead_times(alarms, starts, horizon_min)
    detected = lead_min.size
    return AlarmScore(
        alarm_count=alarms.size,
        event_count=starts.size,
        true_alarm_count=true_alarms,
        detected_count=detected,
        precision=ratio_or_nan(true_alarms, alarms.size),
        recall=ratio_or_nan(detected, starts.size),
        f1=_harmonic_mean(ratio_or_nan(true_alarms, alarms.size), ratio_or_nan(detected, starts.size)),
        false_alarms_per_day=(alarms.size - true_alarms) / observed_day,
        median_lead_min=float(np.median(lead_min)) if detected else float("nan"),
    )


def _rising(name: str, times_min: ArrayLike) -> FloatArray:
    times = as_floats(name, times_min)
    if np.any(np.diff(times) <= 0.0):
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} does not rise.")
    return times


def _is_during(alarms: FloatArray, starts: FloatArray, ends: FloatArray) -> BoolArray:
    latest = np.searchsorted(starts, alarms, side="right") - 1
    return (latest >= 0) & (alarms <= np.append(ends, -np.inf)[latest])


def _lead_times(alarms: FloatArray, starts: FloatArray, horizon_min: float) -> FloatArray:
    """Time from the earliest alarm within the horizon to each detected start."""
    first = np.searchsorted(alarms, starts - horizon_min, side="left")
    lead = starts - np.append(alarms, np.inf)[first]
    return lead[lead > 0.0]


def _harmonic_mean(precision: float, recall: float) -> float:
    return ratio_or_nan(2.0 * precision * recall, precision + recall)
