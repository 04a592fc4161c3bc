"""Outlooks with what was learned on top of a twin, from many origins at once: the paths that such a forecast has."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.ahead import path_ranks
from glucotwin.forecast.alarm.outlook import Outlook
from glucotwin.forecast.case import Case, live_sample
from glucotwin.forecast.hybrid import ADAPTED_DAYS, case_with
from glucotwin.forecast.learned import Learned, LearnedHorizon
from glucotwin.forecast.predict import disturbance_time_min
from glucotwin.forecast.recalibration import HIGHEST_MGDL
from glucotwin.forecast.record import person_record
from glucotwin.forecast.trajectory import PATH_LEVELS
from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

AT_ONCE = 7 * STEPS_PER_DAY
"""Origins whose paths are worked out together: a compromise between memory and speed."""


def learned_outlooks(
    learned: Learned, twin: Twin, timeline: Timeline, *, window: Window, points: int
) -> Iterator[Outlook | None]:
    """An outlook from every step of a window; None where there is no reading of the last 15 min.

    Args:
        learned: on top of twins.
        twin: the person's twin.
        timeline: their data; nothing after an origin is used for it.
        window: whose steps of 5 min are the origins.
        points: how many steps of 5 min to look ahead.

    Raises:
        DataError: the corrections were learned with other features.
    """
    flux_time_min = disturbance_time_min(twin)
    total = int(window.duration_min // STEP_MIN)
    for first in range(0, total, AT_ONCE):
        start = window.start + timedelta(minutes=STEP_MIN * first)
        end = start + timedelta(minutes=STEP_MIN * min(AT_ONCE, total - first))
        before = start - timedelta(days=ADAPTED_DAYS)
        known = replace(timeline.cut(Window(start=before - timedelta(days=2), end=end)), settings=timeline.settings)
        record = person_record(known, Window(start=before, end=end), usual_basal_u_per_min=twin.basal_u_per_min)
        origins = np.arange(ADAPTED_DAYS * STEPS_PER_DAY, record.steps)
        yield from outlooks_of(learned, case_with(learned, twin, record), origins, points, flux_time_min)


def outlooks_of(
    learned: Learned, case: Case, origins: np.ndarray, points: int, flux_time_min: float
) -> tuple[Outlook | None, ...]:
    """The same from chosen steps of a case.

    Args:
        learned: on top of twins.
        case: the person's record with features at every step.
        origins: steps to look ahead from, rising, ``(origin,)``.
        points: how many steps of 5 min to look ahead.
        flux_time_min: correlation time of the twin's unexplained flux.
    """
    t_min = STEP_MIN * np.arange(1, points + 1)
    offsets = np.stack([_offsets(one, case)[origins] for one in learned.horizons.values()], axis=-1)
    base = np.stack([case.base_mgdl(step)[origins] for step in range(1, points + 1)], axis=-1)
    anchors = np.array([*learned.horizons], dtype=np.float64)
    between = offsets @ _between(anchors, t_min)
    spread = np.stack([case.spread_mgdl(step)[origins] for step in range(1, points + 1)], axis=-1)
    last_spread = case.spread_mgdl(int(anchors[-1] / STEP_MIN))[origins]
    # Beyond the last learned horizon the spread grows as the twin's own, as in the issued forecast.
    wider = np.where(t_min > anchors[-1], np.maximum(1.0, spread / last_spread[:, None]), 1.0)
    centre = np.median(between, axis=1, keepdims=True)
    between = centre + wider[:, None] * (between - centre)
    quantiles = np.sort(np.clip(base[:, None] + between, 0.0, HIGHEST_MGDL), axis=1)
    paths = np.take_along_axis(quantiles, path_ranks(points, flux_time_min)[None], axis=1)
    return tuple(Outlook(t_min=t_min, paths_mgdl=one) if np.isfinite(one).all() else None for one in paths)


def _offsets(one: LearnedHorizon, case: Case) -> np.ndarray:
    """Calibrated quantiles less the twin's own forecast at every step, NaN without a reading, ``(step, level)``."""
    sample = live_sample(case, one.stack.ahead)
    predicted = one.stack.predict(sample)
    scale = one.recalibration.scale_mgdl(sample, predicted)
    widths = one.recalibration.widths(sample, predicted, scale)
    offsets = np.full((case.record.steps, PATH_LEVELS.size), np.nan)
    offsets[sample.step] = one.recalibration.quantiles_mgdl(predicted, scale, widths) - sample.base_mgdl[:, None]
    return offsets


def _between(anchors_min: np.ndarray, t_min: np.ndarray) -> np.ndarray:
    """Weights of the learned horizons at each point, ``(horizon, point)``; beyond the last, its own stays."""
    places = np.append(0.0, anchors_min)
    return np.stack([np.interp(t_min, places, unit) for unit in np.eye(places.size)[1:]])
