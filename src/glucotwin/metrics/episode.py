"""Hypo- and hyperglycaemic episodes by the 2023 consensus rule."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from glucotwin.metrics.array import BoolArray, FloatArray, IntArray, ratio_or_nan
from glucotwin.metrics.grid import GlucoseGrid

HYPO_LEVEL1_MGDL = 70.0
HYPO_LEVEL2_MGDL = 54.0
HYPER_LEVEL1_MGDL = 180.0
HYPER_LEVEL2_MGDL = 250.0

START_MIN = 15.0
END_MIN = 15.0
EXTENDED_HYPO_MIN = 120.0
EXTENDED_HYPER_MIN = 90.0
EXTENDED_HYPER_WINDOW_MIN = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One episode.

    Attributes:
        start_min: elapsed minute of its first point beyond the threshold (see ``GlucoseSeries.time_min``).
        end_min: elapsed minute of its last point.
        duration_min: points times the grid's interval.
        mean_mgdl: mean glucose during the episode.
        extreme_mgdl: lowest glucose of a hypo-, highest of a hyperglycaemic episode.
    """

    start_min: float
    end_min: float
    duration_min: float
    mean_mgdl: float
    extreme_mgdl: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSummary:
    """Episodes of one kind.

    Attributes:
        episodes: every episode in the order of time.
        count: how many.
        per_day: how many per day with data.
        per_week: how many per week with data.
        mean_duration_min: mean duration; nan when there is none.
        mean_glucose_mgdl: mean over episodes of their mean glucose; nan when there is none.
    """

    episodes: tuple[Episode, ...]
    count: int
    per_day: float
    per_week: float
    mean_duration_min: float
    mean_glucose_mgdl: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePanel:
    """Episodes by kind.

    Attributes:
        hypo_level1: below 70 mg/dL for at least 15 min (level 2 included).
        hypo_level1_exclusive: those of ``hypo_level1`` that hold no level-2 episode.
        hypo_level2: below 54 mg/dL for at least 15 min.
        hypo_extended: below 70 mg/dL for more than 120 min without a break.
        hyper_level1: above 180 mg/dL for at least 15 min (level 2 included).
        hyper_level1_exclusive: those of ``hyper_level1`` that hold no level-2 episode.
        hyper_level2: above 250 mg/dL for at least 15 min.
        hyper_extended: above 250 mg/dL for at least 90 min within 120 min, until at most 180 for 15 min.
    """

    hypo_level1: EpisodeSummary
    hypo_level1_exclusive: EpisodeSummary
    hypo_level2: EpisodeSummary
    hypo_extended: EpisodeSummary
    hyper_level1: EpisodeSummary
    hyper_level1_exclusive: EpisodeSummary
    hyper_level2: EpisodeSummary
    hyper_extended: EpisodeSummary


@dataclass(frozen=True, slots=True, eq=False)
class _Trace:
    """The known points of a grid; a stretch ends where points are missing."""

    interval_min: float
    time_min: FloatArray
    glucose_mgdl: FloatArray
    is_stretch_start: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """Index ranges [first, stop) of episodes on a trace."""

    first: IntArray
    stop: IntArray


def find_episodes(
    grid: GlucoseGrid,
    *,
    below_mgdl: float | None = None,
    above_mgdl: float | None = None,
    start_min: float = START_MIN,
    end_min: float = END_MIN,
) -> EpisodeSummary:
    """Episodes strictly below or strictly above one threshold.

    An episode starts with the first of consecutive points that last at least ``start_min``, and ends before the first
    of consecutive points back on the other side that last at least ``end_min``: shorter recoveries belong to it. It
    ends as well where data are missing (gaps longer than the grid bridges) or with the last point (Battelino 2023).

    Args:
        grid: glucose on a regular grid.
        below_mgdl: threshold of hypoglycaemia; give this or ``above_mgdl``.
        above_mgdl: threshold of hyperglycaemia.
        start_min: shortest time beyond the threshold.
        end_min: shortest recovery.
    """
    trace = _known_trace(grid)
    beyond = _is_beyond(trace, below_mgdl, above_mgdl)
    spans = _find_spans(trace, beyond, _points(grid, start_min), _points(grid, end_min))
    return _summarise(trace, spans, is_low=below_mgdl is not None)


def find_all_episodes(grid: GlucoseGrid) -> EpisodePanel:
    """Episodes of all consensus kinds on one grid."""
    trace = _known_trace(grid)
    start, end = _points(grid, START_MIN), _points(grid, END_MIN)
    is_hypo = trace.glucose_mgdl < HYPO_LEVEL1_MGDL
    hypo1 = _find_spans(trace, is_hypo, start, end)
    hypo2 = _find_spans(trace, trace.glucose_mgdl < HYPO_LEVEL2_MGDL, start, end)
    hyper1 = _find_spans(trace, trace.glucose_mgdl > HYPER_LEVEL1_MGDL, start, end)
    hyper2 = _find_spans(trace, trace.glucose_mgdl > HYPER_LEVEL2_MGDL, start, end)
    longer_than_120_min = int(EXTENDED_HYPO_MIN // grid.interval_min) + 1
    return EpisodePanel(
        hypo_level1=_summarise(trace, hypo1, is_low=True),
        hypo_level1_exclusive=_summarise(trace, _without(hypo1, hypo2), is_low=True),
        hypo_level2=_summarise(trace, hypo2, is_low=True),
        hypo_extended=_summarise(trace, _find_spans(trace, is_hypo, longer_than_120_min, end), is_low=True),
        hyper_level1=_summarise(trace, hyper1, is_low=False),
        hyper_level1_exclusive=_summarise(trace, _without(hyper1, hyper2), is_low=False),
        hyper_level2=_summarise(trace, hyper2, is_low=False),
        hyper_extended=_summarise(trace, _find_extended_hyper(trace), is_low=False),
    )


def episode_date(episode: Episode, origin_date: date) -> date:
    """Date on which an episode starts, counted in days of 24 elapsed hours from ``origin_date``."""
    return date.fromordinal(origin_date.toordinal() + int(episode.start_min // 1440.0))


def _points(grid: GlucoseGrid, duration_min: float) -> int:
    return max(1, int(np.ceil(duration_min / grid.interval_min)))


def _known_trace(grid: GlucoseGrid) -> _Trace:
    known = np.flatnonzero(~np.isnan(grid.glucose_mgdl))
    is_start = np.diff(known, prepend=-2) > 1
    return _Trace(grid.interval_min, grid.time_min[known], grid.glucose_mgdl[known], is_start)


def _is_beyond(trace: _Trace, below_mgdl: float | None, above_mgdl: float | None) -> BoolArray:
    if below_mgdl is not None:
        return trace.glucose_mgdl < below_mgdl
    return trace.glucose_mgdl > (np.inf if above_mgdl is None else above_mgdl)


def _find_spans(trace: _Trace, beyond: BoolArray, start_points: int, end_points: int) -> _Spans:
    """Index ranges from each long enough run beyond to the next long enough recovery or the stretch's end."""
    first, length = _runs(beyond, trace.is_stretch_start)
    is_beyond = beyond[first]
    starts = first[is_beyond & (length >= start_points)]
    recoveries = first[~is_beyond & (length >= end_points)]
    return _close(starts, np.concatenate((recoveries, _stretch_ends(trace))))


def _find_extended_hyper(trace: _Trace) -> _Spans:
    """From the first point of the 120-min window with 90 min above 250, to 15 min at most 180 or the stretch's end."""
    beyond = trace.glucose_mgdl > HYPER_LEVEL2_MGDL
    window = int(EXTENDED_HYPER_WINDOW_MIN // trace.interval_min)
    needed = int(np.ceil(EXTENDED_HYPER_MIN / trace.interval_min))
    total = np.concatenate(([0], np.cumsum(beyond)))
    index = np.arange(beyond.size)
    stretch = np.cumsum(trace.is_stretch_start)
    stretch_stop = _stretch_ends(trace)[stretch - 1] if beyond.size else index
    stop = np.minimum(index + window, stretch_stop)
    starts = index[beyond & (total[stop] - total[index] >= needed)]
    first, length = _runs(trace.glucose_mgdl <= HYPER_LEVEL1_MGDL, trace.is_stretch_start)
    is_recovered = trace.glucose_mgdl[first] <= HYPER_LEVEL1_MGDL
    recoveries = first[is_recovered & (length >= int(np.ceil(END_MIN / trace.interval_min)))]
    return _close(starts, np.concatenate((recoveries, _stretch_ends(trace))))


def _close(starts: IntArray, ends: IntArray) -> _Spans:
    """Each start with the first later end; of the starts that share an end, the first."""
    ends = np.sort(ends)
    stop = ends[np.searchsorted(ends, starts, side="right")]
    stop, chosen = np.unique(stop, return_index=True)
    return _Spans(starts[chosen], stop)


def _runs(state: BoolArray, is_stretch_start: BoolArray) -> tuple[IntArray, IntArray]:
    """First index and length of every run of equal ``state`` within a stretch."""
    if state.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    is_first = is_stretch_start.copy()
    is_first[1:] |= state[1:] != state[:-1]
    first = np.flatnonzero(is_first)
    return first, np.diff(first, append=state.size)


def _stretch_ends(trace: _Trace) -> IntArray:
    """One past the last index of every stretch."""
    return np.append(np.flatnonzero(trace.is_stretch_start)[1:], trace.glucose_mgdl.size)


def _without(outer: _Spans, inner: _Spans) -> _Spans:
    """The outer episodes that no inner episode overlaps."""
    overlapping = np.searchsorted(inner.first, outer.stop) - np.searchsorted(inner.stop, outer.first, side="right")
    return _Spans(outer.first[overlapping == 0], outer.stop[overlapping == 0])


def _summarise(trace: _Trace, spans: _Spans, *, is_low: bool) -> EpisodeSummary:
    episodes = tuple(
        _describe(trace, first, stop, is_low=is_low)
        for first, stop in zip(spans.first.tolist(), spans.stop.tolist(), strict=True)
    )
    covered_day = trace.glucose_mgdl.size * trace.interval_min / 1440.0
    count = len(episodes)
    return EpisodeSummary(
        episodes=episodes,
        count=count,
        per_day=ratio_or_nan(count, covered_day),
        per_week=ratio_or_nan(7.0 * count, covered_day),
        mean_duration_min=ratio_or_nan(sum(episode.duration_min for episode in episodes), count),
        mean_glucose_mgdl=ratio_or_nan(sum(episode.mean_mgdl for episode in episodes), count),
    )


def _describe(trace: _Trace, first: int, stop: int, *, is_low: bool) -> Episode:
    # A plain list: episodes are many and short, and numpy costs more per call than their few points.
    glucose_mgdl: list[float] = trace.glucose_mgdl[first:stop].tolist()
    return Episode(
        start_min=float(trace.time_min[first]),
        end_min=float(trace.time_min[stop - 1]),
        duration_min=(stop - first) * trace.interval_min,
        mean_mgdl=math.fsum(glucose_mgdl) / len(glucose_mgdl),
        extreme_mgdl=min(glucose_mgdl) if is_low else max(glucose_mgdl),
    )
