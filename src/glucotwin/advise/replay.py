"""Replay: what a past window would have looked like with changed meals or doses."""

from datetime import timedelta

import numpy as np

from glucotwin.advise.change import Change, apply_changes
from glucotwin.advise.what_if import AssumedEffect, Curve, Estimate, Outcome, WhatIf, WhatIfKind
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.forecast import Band
from glucotwin.forecast.predict import LEVELS
from glucotwin.twin.calibration import NINETY_PERCENT_SCORE
from glucotwin.twin.filter import NO_READING, VALUE
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.intervention import contrast, effect_draws, share_in_range
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

DRAWS = 64
HISTORY_MIN = 24 * 60
LONGEST_WINDOW_DAYS = 14.0
LARGEST_GAP_FRACTION = 0.3

FLOOR_MGDL = 20.0
"""Curves end here: lower glucose is beyond what the model, or a person, is meant for."""


def replay_what_if(twin: Twin, timeline: Timeline, *, window: Window, changes: tuple[Change, ...]) -> WhatIf:
    """Replays a past window with changes, everything unexplained and all other dosing held as it was.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the hours to replay, at most 14 days; it must contain every change.
        changes: what to change.

    Raises:
        DataError: a change lies outside the window, the window is too long, or too few of its readings exist.
        NotFoundError: a change names a meal or dose that is not on record.
    """
    _check(window, changes)
    span = Window(start=window.start - timedelta(minutes=HISTORY_MIN), end=window.end)
    original = grid_data(timeline, span, usual_basal_u_per_min=twin.basal_u_per_min)
    changed = grid_data(apply_changes(timeline, changes), span, usual_basal_u_per_min=twin.basal_u_per_min)
    first = int(HISTORY_MIN / STEP_MIN)
    missing = float(np.mean(np.asarray(original.readings.kind)[first:] == NO_READING))
    if missing > LARGEST_GAP_FRACTION:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"{missing:.0%} of the readings of this window are missing; a replay needs most of them.",
            hint="Choose hours with sensor data.",
        )
    runs = contrast(
        model_of(twin), twin.draws(DRAWS), effect_draws(twin, DRAWS), original.inputs, changed.inputs, original.readings
    )
    before, after = (np.maximum(np.asarray(one)[:, first:], FLOOR_MGDL) for one in runs)
    return WhatIf(
        kind=WhatIfKind.REPLAY,
        start=window.start,
        t_min=STEP_MIN * np.arange(before.shape[1]),
        changes=tuple(change.sentence(timeline) for change in changes),
        baseline=curve_of(before),
        changed=curve_of(after),
        difference=curve_of(after - before),
        outcomes=outcomes_of(before, after),
        observed_mgdl=_observed(original, first),
        assumed_effect=assumed_effect(twin, changes),
        cautions=_cautions(twin, after, any(change.is_insulin for change in changes)),
    )


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
    return Estimate(median=median, low=low, high=high)


def _check(window: Window, changes: tuple[Change, ...]) -> None:
    if window.days > LONGEST_WINDOW_DAYS:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"A replay covers at most {LONGEST_WINDOW_DAYS:.0f} days, not {window.days:.1f}.",
            hint="Choose a shorter window.",
        )
    if not changes:
        raise DataError(ErrorCode.INVALID_VALUE, "A what-if needs at least one change.")
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


def assumed_effect(twin: Twin, changes: tuple[Change, ...]) -> AssumedEffect:
    """How strong the twin takes insulin and carbohydrate to be; insulin only when insulin is what was changed."""
    effect = twin.effect
    insulin = any(change.is_insulin for change in changes)
    fall = _log_normal(effect.correction_factor_mgdl_per_u, effect.correction_factor_log_sd)
    rise = _log_normal(effect.carb_factor_mgdl_per_g, effect.carb_factor_log_sd)
    return AssumedEffect(fall_per_unit_mgdl=fall if insulin else None, rise_per_gram_mgdl=rise)


def _log_normal(median: float, log_sd: float) -> Estimate:
    factor = float(np.exp(NINETY_PERCENT_SCORE * log_sd))
    return Estimate(median=median, low=median / factor, high=median * factor)


def _cautions(twin: Twin, after: np.ndarray, insulin_changed: bool) -> tuple[str, ...]:
    """Message keys of what limits a replay."""
    automated = twin.person.therapy is TherapyKind.CLOSED_LOOP
    checks = {
        "what-if-other-dosing-held": automated,
        "what-if-effect-from-rule": twin.effect.anchor == "daily-insulin-rule" and insulin_changed,
        "what-if-bands-optimistic": True,
        "what-if-below-validated": bool(np.median(after, axis=0).min() < 54.0),
    }
    return tuple(key for key, applies in checks.items() if applies)
