"""Look ahead: the forecast as it is, and as it would be with changed meals or doses to come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from glucotwin.advise.caution import cautions_of
from glucotwin.advise.change import Change, apply_changes
from glucotwin.advise.replay import DRAWS, assumed_effect, curve_of, outcomes_of, possible_draws
from glucotwin.advise.replay_input import addition_of, with_products
from glucotwin.advise.what_if import Curve, WhatIf, WhatIfKind
from glucotwin.core.array import Array
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.predict import HISTORY_MIN, bands_of, predictive_draws
from glucotwin.twin.filter import NO_READING, Readings
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.intervention import EffectDraws, contrast, effect_draws
from glucotwin.twin.latent.explained import effect_factors, with_factors
from glucotwin.twin.mixture import mixture_quantile
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

NOW = int(HISTORY_MIN / STEP_MIN)
"""Steps before the origin's own."""

SPREAD_SCORES = np.array([-1.4, -0.8, -0.4, 0.0, 0.4, 0.8, 1.4])
"""Where in its predictive spread each draw is placed when time in range is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """The hours ahead as they are expected: what all questions about them share, worked out once.

    Attributes:
        twin: the person's twin.
        timeline: their data.
        coming: from the origin to the horizon.
        mean_mgdl, spread_mgdl: of the forecast in each draw, ``(draw, point)``.
        t_min: minutes from the origin, ``(point,)``.
        baseline: the forecast.
        placed_mgdl: the forecast's trajectories at places of their spread, ``(place x draw, point)``.
        hours: what the differences start from.
    """

    twin: Twin
    timeline: Timeline
    coming: Window
    mean_mgdl: np.ndarray
    spread_mgdl: np.ndarray
    t_min: np.ndarray
    baseline: Curve
    placed_mgdl: np.ndarray
    hours: "_Hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hours:
    """The hours before and after an origin without changes: events, the same on the grid, and what the person is in."""

    expected: Timeline
    span: Window
    original: GriddedData
    points: Array
    effects: EffectDraws
    factors: Mapping[str, np.ndarray] | None


def look_ahead_what_if(
    twin: Twin, timeline: Timeline, *, origin: datetime, changes: tuple[Change, ...], horizon_min: int = 240
) -> WhatIf:
    """Compares the issued forecast with the same forecast under changes.

    The baseline is the very forecast that is displayed; the difference comes from the mechanism, with the same
    unexplained flux in both.

    Args:
        twin: the person's twin.
        timeline: their data; nothing after the origin is used.
        origin: aware time to look ahead from.
        changes: to come after the origin.
        horizon_min: how far.

    Raises:
        SafetyError: the readings are too old to look ahead from.
        DataError: a change lies before the origin or beyond the horizon.
        SolverError: most draws run away.
    """
    _check(_coming(origin, horizon_min), changes)
    return ask_prospect(prospect_of(twin, timeline, origin=origin, horizon_min=horizon_min), changes)


def prospect_of(twin: Twin, timeline: Timeline, *, origin: datetime, horizon_min: int = 240) -> Prospect:
    """The hours ahead without changes, for any number of questions to ``ask_prospect``.

    Args and errors are those of ``look_ahead_what_if``.
    """
    coming = _coming(origin, horizon_min)
    mean, spread, t_min = predictive_draws(twin, timeline, origin=coming.start, horizon_min=horizon_min, draws=DRAWS)
    return Prospect(
        twin=twin,
        timeline=timeline,
        coming=coming,
        mean_mgdl=mean,
        spread_mgdl=spread,
        t_min=t_min,
        baseline=_mixture_curve(mean, spread),
        placed_mgdl=_placed(mean, spread),
        hours=_hours(twin, timeline, coming),
    )


def ask_prospect(prospect: Prospect, changes: tuple[Change, ...]) -> WhatIf:
    """What changes would do to the hours ahead.

    Raises:
        DataError: a change lies before the origin or beyond the horizon.
        SolverError: most draws run away.
    """
    difference = difference_of(prospect, changes)
    twin, timeline, mean, spread = prospect.twin, prospect.timeline, prospect.mean_mgdl, prospect.spread_mgdl
    return WhatIf(
        kind=WhatIfKind.AHEAD,
        start=prospect.coming.start,
        t_min=prospect.t_min,
        changes=tuple(change.sentence(timeline) for change in changes),
        baseline=prospect.baseline,
        changed=_mixture_curve(mean + difference, spread),
        difference=curve_of(difference),
        outcomes=outcomes_of(prospect.placed_mgdl, _placed(mean + difference, spread)),
        observed_mgdl=None,
        assumed_effect=assumed_effect(twin, changes),
        cautions=cautions_of(twin, timeline, changes, after=None, held=True),
    )


def difference_of(prospect: Prospect, changes: tuple[Change, ...]) -> np.ndarray:
    """What changes do to glucose in each draw of the hours ahead in mg/dL, ``(draw, point)``.

    Raises:
        DataError: a change lies before the origin or beyond the horizon.
        SolverError: most draws run away.
    """
    _check(prospect.coming, changes)
    return _difference(prospect.twin, prospect.timeline, prospect.hours, changes)[:, : prospect.t_min.size]


def placed_with(prospect: Prospect, changes: tuple[Change, ...]) -> np.ndarray:
    """Trajectories of the hours ahead under changes, paired with ``Prospect.placed_mgdl``; ``(place x draw, point)``.

    Raises:
        DataError: a change lies before the origin or beyond the horizon.
        SolverError: most draws run away.
    """
    if not changes:
        return prospect.placed_mgdl
    return _placed(prospect.mean_mgdl + difference_of(prospect, changes), prospect.spread_mgdl)


def difference_ahead(twin: Twin, timeline: Timeline, coming: Window, changes: tuple[Change, ...]) -> np.ndarray:
    """Changed less unchanged glucose of every draw at the end of each coming step.

    Raises:
        SolverError: most draws run away.
    """
    return _difference(twin, timeline, _hours(twin, timeline, coming), changes)


def _coming(origin: datetime, horizon_min: int) -> Window:
    origin = as_utc(origin)
    return Window(start=origin, end=origin + timedelta(minutes=horizon_min))


def _check(coming: Window, changes: tuple[Change, ...]) -> None:
    if any(change.leaves_out_unexplained for change in changes):
        raise DataError(ErrorCode.INVALID_VALUE, message("what-if-unexplained-ahead"))
    for change in changes:
        time = change.until()
        if time is not None and not coming.start <= time < coming.end:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"The change at {time:%Y-%m-%d %H:%M} UTC is not within the {coming.duration_min:.0f} min "
                "after the origin.",
                hint="Changes to the past are asked by a replay.",
            )


def _hours(twin: Twin, timeline: Timeline, coming: Window) -> _Hours:
    expected = _expected(twin, timeline, coming)
    span = Window(start=coming.start - timedelta(minutes=HISTORY_MIN), end=coming.end + timedelta(minutes=STEP_MIN))
    original = grid_data(expected, span, usual_basal_u_per_min=twin.basal_u_per_min)
    kind = np.asarray(original.readings.kind).copy()
    kind[NOW + 1 :] = NO_READING
    known = Readings(glucose_mgdl=original.readings.glucose_mgdl, kind=kind)
    factors = effect_factors(original.cut(0, NOW + 1), timeline, twin.latents, ahead_steps=original.steps - NOW - 1)
    return _Hours(
        expected=expected,
        span=span,
        original=replace(original, readings=known, inputs=with_factors(original.inputs, factors)),
        points=twin.draws(DRAWS),
        effects=effect_draws(twin, DRAWS),
        factors=factors,
    )


def _difference(twin: Twin, timeline: Timeline, hours: _Hours, changes: tuple[Change, ...]) -> np.ndarray:
    span, original = hours.span, hours.original
    life = apply_changes(hours.expected, changes)
    changed = grid_data(life, span, usual_basal_u_per_min=twin.basal_u_per_min)
    addition = addition_of(timeline, changes)
    runs = contrast(
        model_of(twin),
        hours.points,
        hours.effects,
        with_products(original.inputs, hours.expected, span, addition),
        with_products(with_factors(changed.inputs, hours.factors), life, span, addition),
        original.readings,
        addition,
    )
    difference = np.asarray(runs.changed_mgdl - runs.original_mgdl)[:, NOW + 1 :]
    # The middle difference stands for a draw that runs away, as draws are paired with forecasts.
    possible = possible_draws(runs)
    return np.where(np.expand_dims(possible, 1), difference, np.median(difference[possible], axis=0))


def _expected(twin: Twin, timeline: Timeline, coming: Window) -> Timeline:
    """What is known at the origin, and the usual basal rate after it."""
    past = timeline.cut(Window(start=coming.start - timedelta(days=3), end=coming.start))
    usual = BasalSegment(
        time=coming.start,
        duration_min=coming.duration_min + STEP_MIN,
        rate_u_per_h=twin.basal_u_per_min * 60.0,
        source="usual",
    )
    return replace(past.merged(Timeline.from_records(timeline.person, [usual])), settings=timeline.settings)


def _placed(mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Trajectories of every draw at several places of its spread, axes place x draw, time."""
    return np.concatenate([mean + score * spread for score in SPREAD_SCORES])


def _mixture_curve(mean: np.ndarray, spread: np.ndarray) -> Curve:
    return Curve(median_mgdl=mixture_quantile(0.5, mean, spread), bands=bands_of(mean, spread))
