"""Alarms over past days as they would have been told then, with the step that each suggests, and how well they did."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.advise.pre_emptive import PreEmptiveStep, StepKind, carbs_step, no_basal_step
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.insulin import Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.machine import init_alarms, step_alarms
from glucotwin.forecast.alarm.moment import STEP_MIN, Moment
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.state import AlarmState
from glucotwin.forecast.alarm.stream import moments
from glucotwin.forecast.learned import Learned
from glucotwin.ingest.detect.response import rapid_doses
from glucotwin.metrics.alarm_score import AlarmScore, score_alarms
from glucotwin.metrics.episode import find_episodes
from glucotwin.metrics.grid import GlucoseGrid
from glucotwin.twin.twin import Twin

LOW_KINDS = frozenset({AlarmKind.URGENT_LOW_SOON, AlarmKind.LOW, AlarmKind.PREDICTED_LOW})
"""Kinds that a step against a low is suggested with."""

WARNING_KINDS = frozenset({AlarmKind.URGENT_LOW_SOON, AlarmKind.PREDICTED_LOW})
"""Kinds that are judged by how they warn of a low."""

EARLIEST_MIN = 60.0
"""An alarm this long before a low, or less, was about it."""

LARGEST_TREATMENT_G = 30.0
WITHOUT_BOLUS = timedelta(minutes=30)
LONGEST_BRIDGED_STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlarm:
    """Something told about an alarm, with the steps that were suggested with it."""

    event: AlarmEvent
    steps: tuple[PreEmptiveStep, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return self.event.to_json() | {"steps": [step.to_json() for step in self.steps]}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSpan:
    """How long an alarm was on; ``end`` is None when it still is."""

    kind: AlarmKind
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmReplay:
    """Alarms of a window.

    Attributes:
        window: when.
        settings: what they went by.
        told: everything told, in the order of time.
        state: after the last moment; the next one goes on from it.
        t_min: minutes from the window's start, ``(step,)``.
        glucose_mgdl: readings on them, NaN where none.
        low_score: how the warnings of lows did against what then happened.
    """

    window: Window
    settings: AlarmSettings
    told: tuple[ToldAlarm, ...]
    state: AlarmState
    t_min: np.ndarray
    glucose_mgdl: np.ndarray
    low_score: AlarmScore

    def counts(self, kind: AlarmKind) -> Mapping[str, int]:
        """How often each thing happened with a kind, and how often it was sounded."""
        events = [one.event for one in self.told if one.event.kind is kind and not _is_repeated_end(one.event)]
        by_action = {str(action): sum(one.action is action for one in events) for action in AlarmAction}
        return by_action | {"sounded": sum(one.audible and one.contact is None for one in events)}

    def spans(self) -> tuple[AlarmSpan, ...]:
        """How long each alarm was on, in the order of their beginnings."""
        begun = {(one.event.kind, one.event.since): one.event.since for one in self.told}
        ended = {
            (one.event.kind, one.event.since): one.event.time
            for one in self.told
            if one.event.action is AlarmAction.CLEARED
        }
        spans = [AlarmSpan(kind=key[0], start=start, end=ended.get(key)) for key, start in begun.items()]
        return tuple(sorted(spans, key=lambda one: one.start))

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "days": round(self.window.days, 3),
            "settings": self.settings.model_dump(mode="json"),
            "alarms": [one.to_json() for one in self.told],
            "counts": {str(kind): dict(self.counts(kind)) for kind in AlarmKind},
            "low_score": asdict(self.low_score),
            "state": self.state.to_json(),
        }


def replay_alarms(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window,
    settings: AlarmSettings,
    steps: frozenset[StepKind] = frozenset(),
    learned: Learned | None = None,
    progress: ProgressCallback = silent,
) -> AlarmReplay:
    """What alarms would have told in a window, every moment knowing only what had been recorded before it.

    Args:
        twin: the person's twin, fitted to earlier days.
        timeline: their data.
        window: when to look.
        settings: what the alarms go by.
        steps: which kinds of step may be suggested.
        learned: what was learned on top of twins; None looks ahead with the twin alone.
        progress: told the stage and the fraction done.
    """
    state, told, seen = init_alarms(), list[ToldAlarm](), list[float]()
    total = max(1, int(window.duration_min // STEP_MIN))
    for moment in moments(twin, timeline, window=window, settings=settings, learned=learned):
        state, events = step_alarms(settings, state, moment)
        told += [
            ToldAlarm(event=event, steps=_steps(twin, timeline, moment, event, settings, steps)) for event in events
        ]
        seen.append(float(moment.glucose_mgdl[-1]))
        progress("Replaying the alarms", len(seen) / total)
    glucose = np.array(seen)
    t_min = STEP_MIN * np.arange(glucose.size)
    return AlarmReplay(
        window=window,
        settings=settings,
        told=tuple(told),
        state=state,
        t_min=t_min,
        glucose_mgdl=glucose,
        low_score=_score(timeline, window, settings, told, glucose),
    )


def logged_treatments(timeline: Timeline) -> pl.Series:
    """Times at which a little carbohydrate, at most 30 g, was logged without a bolus: most likely against a low."""
    manual = timeline.frame(Bolus).filter(pl.col("purpose") != str(DosePurpose.AUTOMATED)).select("time")
    doses = pl.concat([manual, rapid_doses(timeline).select("time")]).sort("time").with_columns(dose=pl.col("time"))
    carbs = pl.col("carbs_g")
    small = timeline.frame(Meal).filter((carbs > 0.0) & (carbs <= LARGEST_TREATMENT_G)).select("time").sort("time")
    near = small.join_asof(doses, on="time", strategy="nearest")
    return near.filter(((pl.col("time") - pl.col("dose")).abs() > WITHOUT_BOLUS).fill_null(value=True))["time"]


def _steps(
    twin: Twin,
    timeline: Timeline,
    moment: Moment,
    event: AlarmEvent,
    settings: AlarmSettings,
    allowed: frozenset[StepKind],
) -> tuple[PreEmptiveStep, ...]:
    """The steps suggested with an alarm of a low when it comes and is sounded."""
    is_suggested = event.kind in LOW_KINDS and event.action is AlarmAction.RAISED and event.audible
    if moment.outlook is None or not is_suggested:
        return ()
    suggest = {StepKind.CARBS: carbs_step, StepKind.NO_BASAL: no_basal_step}
    found = [
        make(
            twin,
            timeline,
            moment.outlook,
            at=moment.time,
            limit_mgdl=settings.low_mgdl,
            lasting_min=settings.lasting_min,
        )
        for kind, make in suggest.items()
        if kind in allowed
    ]
    return tuple(step for step in found if step is not None)


def _score(
    timeline: Timeline, window: Window, settings: AlarmSettings, told: list[ToldAlarm], glucose_mgdl: np.ndarray
) -> AlarmScore:
    """How the sounded warnings of lows did against lows of at least 15 min."""
    t_min = np.asarray(STEP_MIN * np.arange(glucose_mgdl.size), dtype=np.float64)
    grid = GlucoseGrid(
        interval_min=STEP_MIN,
        time_min=t_min,
        clock_min=t_min,
        glucose_mgdl=bridged(glucose_mgdl, LONGEST_BRIDGED_STEPS),
    )
    lows = find_episodes(grid, below_mgdl=settings.low_mgdl).episodes
    raised = sorted(
        {
            (one.event.time - window.start) / timedelta(minutes=1)
            for one in told
            if one.event.kind in WARNING_KINDS and one.event.action is AlarmAction.RAISED
        }
    )
    treated = logged_treatments(timeline.cut(window))
    minutes = (treated - window.start).dt.total_microseconds().to_numpy() / 60e6
    return score_alarms(
        np.array(raised, dtype=np.float64),
        np.array([one.start_min for one in lows], dtype=np.float64),
        np.array([one.end_min for one in lows], dtype=np.float64),
        horizon_min=EARLIEST_MIN,
        observed_day=max(grid.known_day_count, STEP_MIN / 1440.0),
        treatment_min=np.unique(minutes),
    )


def bridged(glucose_mgdl: np.ndarray, longest_steps: int) -> np.ndarray:
    """Readings with short gaps filled by a straight line, NaN elsewhere."""
    index, known = np.arange(glucose_mgdl.size), np.flatnonzero(np.isfinite(glucose_mgdl))
    if known.size < 2:
        return glucose_mgdl
    whole = np.interp(index, known, glucose_mgdl[known], left=np.nan, right=np.nan)
    after = np.searchsorted(known, index)
    gap = known[np.minimum(after, known.size - 1)] - known[np.maximum(after - 1, 0)]
    is_long = ~np.isfinite(glucose_mgdl) & (gap > longest_steps + 1)
    return np.where(is_long, np.nan, whole)


def _is_repeated_end(event: AlarmEvent) -> bool:
    """Whether it tells a caregiver that an alarm is over, which is told to everybody besides."""
    return event.action is AlarmAction.CLEARED and event.contact is not None
