"""Replay: what a past window would have looked like with changed meals, doses or exercise."""

from collections.abc import Sequence

import jax
import numpy as np

from glucotwin.advise.caution import cautions_of
from glucotwin.advise.change import Change, apply_changes
from glucotwin.advise.dosing_plan import DosingPlan
from glucotwin.advise.replay_input import addition_of, as_lived, history_of, replay_data, with_products
from glucotwin.advise.what_if import AssumedEffect, Curve, Estimate, Outcome, WhatIf, WhatIfKind
from glucotwin.core.error import DataError, ErrorCode, SolverError
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.forecast import Band
from glucotwin.forecast.predict import LEVELS
from glucotwin.twin.calibration import NINETY_PERCENT_SCORE
from glucotwin.twin.filter import VALUE
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData
from glucotwin.twin.intervention import Addition, Contrast, contrast, effect_draws, share_in_range
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

DRAWS = 64
HISTORY_MIN = 24 * 60
FIRST_STEP = int(HISTORY_MIN / STEP_MIN)
LONGEST_WINDOW_DAYS = 14.0
LARGEST_GAP_FRACTION = 0.3
IMPOSSIBLE_MGDL = 2000.0
"""No run of a living person comes near it; NaN is no smaller either."""
LEAST_USABLE_FRACTION = 0.5

FLOOR_MGDL = 20.0
"""Curves end here: lower glucose is beyond what the model, or a person, is meant for."""


def replay_what_if(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window,
    changes: tuple[Change, ...],
    dosing: DosingPlan | None = None,
) -> WhatIf:
    """Replays a past window with changes, everything unexplained and, unless it answers, all other dosing held.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the hours to replay, at most 14 days; it must contain every change.
        changes: what to change; none only where dosing answers.
        dosing: how dosing answers; None to hold it as recorded.

    Raises:
        DataError: a change lies outside the window, the window is too long, or too few of its readings exist.
        NotFoundError: a change names a meal or dose that is not on record.
    """
    return replay_what_ifs(twin, timeline, window=window, alternatives=(changes,), dosing=dosing)[0]


def replay_what_ifs(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window,
    alternatives: Sequence[tuple[Change, ...]],
    dosing: DosingPlan | None = None,
) -> list[WhatIf]:
    """Several what-ifs about the same hours, which share the replay as it was; see ``replay_what_if``."""
    for changes in alternatives:
        check_window(window, changes, dosing)
    span = history_of(window, HISTORY_MIN)
    lived = as_lived(twin, timeline)
    original = replay_data(twin, lived, span)
    check_gaps(original)
    additions = [addition_of(timeline, changes) for changes in alternatives]
    found: dict[int, WhatIf] = {}
    for addition in dict.fromkeys(additions):
        group = [index for index, one in enumerate(additions) if one == addition]
        asked = [alternatives[index] for index in group]
        runs = _run(twin, lived, (window, span), original, asked, addition, dosing)
        before, after = (np.maximum(np.asarray(one)[..., FIRST_STEP:], FLOOR_MGDL) for one in usable_draws(runs))
        for row, (index, changes) in enumerate(zip(group, asked, strict=True)):
            found[index] = _answer(twin, timeline, window, changes, before, after[:, row], original, dosing)
    return [found[index] for index in range(len(alternatives))]


def _run(
    twin: Twin,
    timeline: Timeline,
    spans: tuple[Window, Window],
    original: GriddedData,
    alternatives: Sequence[tuple[Change, ...]],
    addition: Addition,
    dosing: DosingPlan | None,
) -> Contrast:
    """Glucose as it was and with each alternative."""
    window, span = spans
    lives = [apply_changes(timeline, changes) for changes in alternatives]
    response = None if dosing is None else dosing.response(twin, lives[0], window, span)
    left = lives if dosing is None else [dosing.without_answered(life, window) for life in lives]
    told = [with_products(replay_data(twin, life, span).inputs, life, span, addition) for life in left]
    return contrast(
        model_of(twin),
        twin.draws(DRAWS),
        effect_draws(twin, DRAWS),
        with_products(original.inputs, timeline, span, addition),
        jax.tree.map(lambda *values: np.stack(values), *told),
        original.readings,
        addition,
        response,
        _kept(alternatives, original.steps),
    )


def _kept(alternatives: Sequence[tuple[Change, ...]], steps: int) -> np.ndarray | None:
    """Which share of the unexplained each alternative keeps, ``(alternative, step)``; None where all keep all."""
    left_out = np.array([any(change.leaves_out_unexplained for change in changes) for changes in alternatives])
    if not left_out.any():
        return None
    return np.where(left_out[:, None] & (np.arange(steps) >= FIRST_STEP), 0.0, 1.0)


def _answer(
    twin: Twin,
    timeline: Timeline,
    window: Window,
    changes: tuple[Change, ...],
    before: np.ndarray,
    after: np.ndarray,
    original: GriddedData,
    dosing: DosingPlan | None,
) -> WhatIf:
    said = [change.sentence(timeline) for change in changes]
    return WhatIf(
        kind=WhatIfKind.REPLAY,
        start=window.start,
        t_min=STEP_MIN * np.arange(before.shape[1]),
        changes=(*said, *(() if dosing is None else (dosing.sentence(timeline),))),
        baseline=curve_of(before),
        changed=curve_of(after),
        difference=curve_of(after - before),
        outcomes=outcomes_of(before, after),
        observed_mgdl=_observed(original, FIRST_STEP),
        assumed_effect=assumed_effect(twin, changes, insulin=dosing is not None),
        cautions=cautions_of(twin, timeline, changes, after=after, held=dosing is None),
    )


def usable_draws(runs: Contrast) -> Contrast:
    """The draws whose runs are possible, see ``possible_draws``."""
    kept = possible_draws(runs)
    return Contrast(runs.original_mgdl[kept], runs.changed_mgdl[kept])


def possible_draws(runs: Contrast) -> np.ndarray:
    """Which draws' runs stay among possible values, ``(draw,)``; one extreme combination must not spoil an answer.

    Raises:
        SolverError: fewer than half of them do.
    """
    original, changed = (np.asarray(one) for one in runs)
    both = np.concatenate([original, changed.reshape(len(changed), -1)], axis=-1)
    possible = np.all(np.abs(both) < IMPOSSIBLE_MGDL, axis=-1)
    if possible.mean() < LEAST_USABLE_FRACTION:
        raise SolverError(ErrorCode.NOT_FINITE, "Most of the twin's runs of these hours leave the possible values.")
    return possible


def curve_of(glucose_mgdl: np.ndarray) -> Curve:
    """Median and bands over draws (leading axis)."""
    return Curve(
        median_mgdl=np.median(glucose_mgdl, axis=0),
        bands=tuple(
            Band(
                level=level,
                low_mgdl=np.quantile(glucose_mgdl, 0.5 - level / 2.0, axis=0),
                high_mgdl=np.quantile(glucose_mgdl, 0.5 + level / 2.0, axis=0),
            )
            for level in LEVELS
        ),
    )


RANGES = {
    "time_below_54_pct": (-np.inf, 54.0 - 1e-9),
    "time_below_70_pct": (-np.inf, 70.0 - 1e-9),
    "time_in_range_pct": (70.0, 180.0),
    "time_above_180_pct": (180.0 + 1e-9, np.inf),
    "time_above_250_pct": (250.0 + 1e-9, np.inf),
}
"""Consensus ranges: 70 and 180 themselves are in range."""


def outcomes_of(before: np.ndarray, after: np.ndarray) -> tuple[Outcome, ...]:
    """Mean glucose and time in ranges of both runs and of their difference, each over draws."""
    pairs = {name: (share_in_range(before, *ends), share_in_range(after, *ends)) for name, ends in RANGES.items()}
    means = before.mean(axis=-1), after.mean(axis=-1)
    outcome = [_outcome("mean_glucose_mgdl", "mg/dL", *means)]
    return tuple(outcome + [_outcome(name, "%", *pair) for name, pair in pairs.items()])


def _outcome(name: str, unit: str, before: np.ndarray, after: np.ndarray) -> Outcome:
    return Outcome(
        name=name,
        unit=unit,
        baseline=_estimate(before),
        changed=_estimate(after),
        difference=_estimate(after - before),
    )


def _estimate(values: np.ndarray) -> Estimate:
    low, median, high = (float(one) for one in np.quantile(values, [0.05, 0.5, 0.95]))
    return Estimate(median=median, low=low, high=high, expected=float(values.mean()))


def check_window(window: Window, changes: tuple[Change, ...], dosing: DosingPlan | None = None) -> None:
    """Refuses what a replay of some hours cannot answer.

    Raises:
        DataError: a change lies outside the window, the window is too long, or nothing is changed.
    """
    if window.days > LONGEST_WINDOW_DAYS:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"A replay covers at most {LONGEST_WINDOW_DAYS:.0f} days, not {window.days:.1f}.",
            hint="Choose a shorter window.",
        )
    if not changes and dosing is None:
        raise DataError(ErrorCode.INVALID_VALUE, "A what-if needs at least one change.")
    if dosing is not None and any(change.products for change in changes):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            "Another insulin cannot be asked about together with dosing that answers.",
            hint="Ask one after the other.",
        )
    for change in changes:
        time = change.until()
        if time is not None and not window.start <= time < window.end:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"The change at {time:%Y-%m-%d %H:%M} UTC lies outside the window.",
                hint="Choose a window that contains it and the hours after it.",
            )


def _observed(data: GriddedData, first: int) -> np.ndarray:
    kind, glucose = np.asarray(data.readings.kind)[first:], np.asarray(data.readings.glucose_mgdl)[first:]
    return np.where(kind == VALUE, glucose, np.nan)


def check_gaps(original: GriddedData) -> None:
    """Refuses hours of which too few readings exist; the day before them is not looked at.

    Raises:
        DataError: they are missing for more than 30 % of the time.
    """
    missing = float(np.mean(~original.covered[FIRST_STEP:]))
    if missing > LARGEST_GAP_FRACTION:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"{missing:.0%} of the readings of this window are missing; a replay needs most of them.",
            hint="Choose hours with sensor data.",
        )


def assumed_effect(twin: Twin, changes: tuple[Change, ...], *, insulin: bool = False) -> AssumedEffect:
    """How strong the twin takes insulin and carbohydrate to be; insulin only when insulin is what was changed."""
    effect = twin.effect
    fall = _log_normal(effect.correction_factor_mgdl_per_u, effect.correction_factor_log_sd)
    rise = _log_normal(effect.carb_factor_mgdl_per_g, effect.carb_factor_log_sd)
    changed = insulin or any(change.is_insulin for change in changes)
    return AssumedEffect(fall_per_unit_mgdl=fall if changed else None, rise_per_gram_mgdl=rise)


def _log_normal(median: float, log_sd: float) -> Estimate:
    factor = float(np.exp(NINETY_PERCENT_SCORE * log_sd))
    return Estimate(median=median, low=median / factor, high=median * factor)
