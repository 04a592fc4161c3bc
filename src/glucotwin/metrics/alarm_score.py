"""How well alarms of coming episodes did: caught, missed, false, and how early; compared at equal false alarms.

An alarm is only as good as it is worth its disturbance, so two of them are compared at the same number of false alarms
per day. What somebody did about a low that was coming is counted apart: an episode before which carbohydrate had
already been eaten needs no alarm any more, and an alarm that was answered in time cannot be followed by its episode.
"""

from collections.abc import Sequence
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
        treated_event_count: episodes that had been treated before they started; not among the others.
        treated_alarm_count: alarms that no episode and a treatment followed; not among the others.
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
    treated_event_count: int = 0
    treated_alarm_count: int = 0


TREATED_WITHIN_MIN = 30.0
"""Carbohydrate eaten so shortly before a low was eaten against it."""


def score_alarms(
    alarm_min: ArrayLike,
    event_start_min: ArrayLike,
    event_end_min: ArrayLike,
    *,
    horizon_min: float,
    observed_day: float,
    treatment_min: ArrayLike | None = None,
    treated_within_min: float = TREATED_WITHIN_MIN,
    least_lead_min: float = 0.0,
) -> AlarmScore:
    """Matches alarms to the episodes that start after them within the horizon.

    Args:
        alarm_min: elapsed minute of each alarm, rising, shape (a,).
        event_start_min: start of each episode, rising, shape (e,).
        event_end_min: last minute of each episode, shape (e,).
        horizon_min: longest time from alarm to start that counts.
        observed_day: days with data, for the rate of false alarms.
        treatment_min: elapsed minute of each treatment against a low, rising, shape (t,).
        treated_within_min: an episode that starts so soon after a treatment, or at it, had been treated already.
        least_lead_min: an episode is only detected by an alarm at least so long before its start; a later one is still
            true.

    Raises:
        DataError: unequal lengths, times that do not rise, or a horizon or observed time that is not positive.
    """
    alarms = _rising("alarm_min", alarm_min)
    starts, ends = _rising("event_start_min", event_start_min), _rising("event_end_min", event_end_min)
    check_same_length("event_start_min", starts.size, "event_end_min", ends.size)
    if horizon_min <= 0.0 or observed_day <= 0.0:
        raise DataError(ErrorCode.INVALID_VALUE, "horizon_min and observed_day must be positive.")
    treatments = _rising("treatment_min", np.zeros(0) if treatment_min is None else treatment_min)
    alarms = alarms[~_is_during(alarms, starts, ends)]
    is_true = _follows_within(starts, alarms, horizon_min)
    is_answered = ~is_true & _follows_within(treatments, alarms, horizon_min)
    alarms, is_true = alarms[~is_answered], is_true[~is_answered]
    true_alarms = int(np.count_nonzero(is_true))
    is_treated = _precedes_within(treatments, starts, treated_within_min)
    untreated = starts[~is_treated]
    lead_min = _lead_times(alarms, untreated, horizon_min)
    lead_min = lead_min[lead_min >= least_lead_min]
    detected = lead_min.size
    return AlarmScore(
        alarm_count=alarms.size,
        event_count=untreated.size,
        true_alarm_count=true_alarms,
        detected_count=detected,
        precision=ratio_or_nan(true_alarms, alarms.size),
        recall=ratio_or_nan(detected, untreated.size),
        f1=_harmonic_mean(ratio_or_nan(true_alarms, alarms.size), ratio_or_nan(detected, untreated.size)),
        false_alarms_per_day=(alarms.size - true_alarms) / observed_day,
        median_lead_min=float(np.median(lead_min)) if detected else float("nan"),
        treated_event_count=int(np.count_nonzero(is_treated)),
        treated_alarm_count=int(np.count_nonzero(is_answered)),
    )


def alarm_times(
    time_min: ArrayLike,
    level: ArrayLike,
    *,
    raise_at: float,
    rearm_after_min: float = 15.0,
    repeat_min: float = np.inf,
) -> FloatArray:
    """When an alarm comes that is raised by a level and ready again once the level has stayed lower for some minutes.

    Args:
        time_min: elapsed minutes, rising, shape (k,).
        level: what the alarm goes by, shape (k,); where it is nan, nothing is known and nothing changes.
        raise_at: level from which on it comes.
        rearm_after_min: how long the level must have stayed below before it can come again.
        repeat_min: while it is on, it comes again after so long.
    """
    times, levels = _rising("time_min", time_min), np.asarray(level, dtype=np.float64)
    check_same_length("time_min", times.size, "level", levels.size)
    known = ~np.isnan(levels)
    alarms: list[float] = []
    before = -np.inf
    for time in times[known][levels[known] >= raise_at].tolist():
        if time - before > rearm_after_min or time - alarms[-1] >= repeat_min:
            alarms.append(time)
        before = time
    return np.array(alarms, dtype=np.float64)


def best_within_rate(scores: Sequence[AlarmScore], false_alarms_per_day: float) -> int | None:
    """Which of an alarm's settings catches most with no more than some false alarms per day.

    Args:
        scores: one per setting.
        false_alarms_per_day: what is accepted.

    Returns:
        its index, the earliest warning among equals; None when every setting has more false alarms.
    """
    accepted = [index for index, one in enumerate(scores) if one.false_alarms_per_day <= false_alarms_per_day]
    return max(accepted, key=lambda index: _worth(scores[index]), default=None)


def _worth(score: AlarmScore) -> tuple[int, float]:
    return score.detected_count, score.median_lead_min if score.detected_count else 0.0


def _follows_within(events: FloatArray, alarms: FloatArray, horizon_min: float) -> BoolArray:
    """Whether an event comes after each alarm within the horizon."""
    return np.append(events, np.inf)[np.searchsorted(events, alarms, side="right")] - alarms <= horizon_min


def _precedes_within(treatments: FloatArray, starts: FloatArray, within_min: float) -> BoolArray:
    """Whether a treatment came at most so long before each start, or at it."""
    latest = np.append(treatments, -np.inf)[np.searchsorted(treatments, starts, side="right") - 1]
    return starts - latest <= within_min


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
