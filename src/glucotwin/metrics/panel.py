"""Every consensus metric of one person's readings in one record."""

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

import numpy as np

from glucotwin.metrics.episode import EpisodePanel, EpisodeSummary, find_all_episodes, find_episodes
from glucotwin.metrics.grid import GlucoseGrid, build_grid
from glucotwin.metrics.profile import ModalDay, compute_modal_day
from glucotwin.metrics.risk import RiskIndices, compute_risk, personal_glycaemic_state
from glucotwin.metrics.series import GlucoseSeries, cadence_min, has_mixed_cadence
from glucotwin.metrics.sufficiency import DataSufficiency, judge_sufficiency
from glucotwin.metrics.summary import Summary, gmi_mmol_per_mol_from_mean, gmi_pct_from_mean, summarise
from glucotwin.metrics.time_in_range import (
    STANDARD_TARGET,
    GlucoseTarget,
    GoalCheck,
    TimeInRange,
    Weighting,
    check_goals,
    is_clock_between,
    time_in_range,
)
from glucotwin.metrics.variability import Variability, compute_variability

NIGHT_END_H = 6.0
"""Night is 00:00-06:00, day 06:00-24:00 of the local clock (2019 consensus)."""

PGS_START_MIN = 20.0
PGS_END_MIN = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsPanel:
    """All metrics of one series.

    Attributes:
        reading_count: readings used.
        low_count: readings of LOW among them.
        high_count: readings of HIGH among them.
        interval_min: time between readings in minutes.
        start_local: clock time of the first reading.
        end_local: clock time of the last reading.
        weighting: how readings were pooled.
        sufficiency: whether the data suffice for a person's assessment.
        gmi_pct: glucose management indicator in percent; None when the data do not suffice (see
            ``sufficiency.reasons``).
        gmi_mmol_per_mol: the same in mmol/mol.
        target: range and goals that the shares of time refer to.
        summary: level and spread.
        time_in_range: shares of all time.
        time_in_range_night: shares from 00:00 to 06:00.
        time_in_range_day: shares from 06:00 to 24:00.
        goals: the target's goals against ``time_in_range``.
        risk: composite risk indices.
        pgs: personal glycaemic state.
        variability: measures of variability.
        episodes: hypo- and hyperglycaemic episodes.
        modal_day: percentiles by the clock.
    """

    reading_count: int
    low_count: int
    high_count: int
    interval_min: float
    start_local: datetime
    end_local: datetime
    weighting: Weighting
    sufficiency: DataSufficiency
    gmi_pct: float | None
    gmi_mmol_per_mol: float | None
    target: GlucoseTarget
    summary: Summary
    time_in_range: TimeInRange
    time_in_range_night: TimeInRange
    time_in_range_day: TimeInRange
    goals: GoalCheck
    risk: RiskIndices
    pgs: float
    variability: Variability
    episodes: EpisodePanel
    modal_day: ModalDay

    def to_json(self) -> dict[str, object]:
        """The panel as plain JSON values: undefined numbers become null, times ISO 8601 text without a zone."""
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}


def metrics_panel(
    series: GlucoseSeries, *, target: GlucoseTarget = STANDARD_TARGET, weighting: Weighting | None = None
) -> MetricsPanel:
    """All metrics of one person's readings.

    Args:
        series: the readings.
        target: range and goals for the shares of time; GRI, COGI and PGS always use the standard levels.
        weighting: how readings are pooled; None counts them, or weights them when sensors of different intervals are
            mixed.

    Raises:
        DataError: the series holds fewer than one reading (already when it is built).
    """
    if weighting is None:
        weighting = Weighting.INTERVAL if has_mixed_cadence(series) else Weighting.READING
    weight = cadence_min(series) if weighting is Weighting.INTERVAL else None
    grid = build_grid(series)
    summary = summarise(series.glucose_mgdl, grid, weight=weight)
    shares = time_in_range(series, target=target, weighting=weighting)
    standard = shares if target == STANDARD_TARGET else time_in_range(series, weighting=weighting)
    is_night = is_clock_between(series, 0.0, NIGHT_END_H)
    variability = compute_variability(series, grid)
    sufficiency = judge_sufficiency(series, weighting=weighting)
    return MetricsPanel(
        reading_count=series.glucose_mgdl.size,
        low_count=int(np.count_nonzero(series.censoring < 0)),
        high_count=int(np.count_nonzero(series.censoring > 0)),
        interval_min=series.interval_min,
        start_local=series.start_local,
        end_local=series.end_local,
        weighting=weighting,
        sufficiency=sufficiency,
        gmi_pct=gmi_pct_from_mean(summary.mean_mgdl) if sufficiency.is_sufficient else None,
        gmi_mmol_per_mol=gmi_mmol_per_mol_from_mean(summary.mean_mgdl) if sufficiency.is_sufficient else None,
        target=target,
        summary=summary,
        time_in_range=shares,
        time_in_range_night=time_in_range(series, target=target, weighting=weighting, include=is_night),
        time_in_range_day=time_in_range(series, target=target, weighting=weighting, include=~is_night),
        goals=check_goals(shares, target),
        risk=compute_risk(series, standard, weight=weight),
        pgs=_compute_pgs(grid, summary, standard, variability),
        variability=variability,
        episodes=find_all_episodes(grid),
        modal_day=compute_modal_day(grid),
    )


def metrics_panels(
    many_series: Iterable[GlucoseSeries], *, target: GlucoseTarget = STANDARD_TARGET, weighting: Weighting | None = None
) -> tuple[MetricsPanel, ...]:
    """One panel per series, in their order."""
    return tuple(metrics_panel(series, target=target, weighting=weighting) for series in many_series)


def _compute_pgs(grid: GlucoseGrid, summary: Summary, standard: TimeInRange, variability: Variability) -> float:
    level1 = find_episodes(grid, below_mgdl=70.0, start_min=PGS_START_MIN, end_min=PGS_END_MIN)
    level2 = find_episodes(grid, below_mgdl=54.0, start_min=PGS_START_MIN, end_min=PGS_END_MIN)
    return personal_glycaemic_state(
        gvp_pct=variability.gvp_pct,
        mean_mgdl=summary.mean_mgdl,
        tir_pct=standard.tir_pct,
        level1_events_per_week=_exclusive_per_week(level1, level2),
        level2_events_per_week=level2.per_week,
    )


def _exclusive_per_week(level1: EpisodeSummary, level2: EpisodeSummary) -> float:
    """Level-1 episodes per week that no level-2 episode overlaps."""
    starts = [inner.start_min for inner in level2.episodes]
    held = sum(any(outer.start_min <= start <= outer.end_min for start in starts) for outer in level1.episodes)
    return level1.per_week * (1.0 - held / level1.count) if level1.count else 0.0


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"No JSON form for {type(value).__name__}.")
