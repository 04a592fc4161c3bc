"""What a person's twin advises at a review, from what is on record of them alone."""

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import numpy as np

from glucotwin.advise.own_days import own_days
from glucotwin.advise.setting_advice import SettingAdvice, SettingPlan, advise_settings
from glucotwin.advise.setting_limit import SettingLimits, setting_limits
from glucotwin.advise.setting_replay import twin_draws
from glucotwin.advise.setting_space import Coordinate, SettingKind
from glucotwin.control.setting import setting_from_therapy
from glucotwin.core.error import GlucoTwinError
from glucotwin.core.parallel import call_side_by_side, usual_workers
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.fit import fit_twin
from glucotwin.twin.twin import Twin
from glucotwin.workflows.trial.t1d.setting import BLOCK_STARTS_H, BLOCKS, Step

DRAWS = 16
REVIEWED_DAYS = 13
"""Days that a twin is fitted to and advice is found on: two weeks, less a day of what still acts."""

LOW_WEIGHT = 10.0
"""What a percent of time below 70 mg/dL costs in percent of time in range: the trial is about lows."""

MOST_HIGHER_PCT = 1.0
"""By how much expected time above 180 mg/dL may rise by one review."""

LEAST_FEWER_PCT = 0.1
"""By how much expected time below 70 mg/dL must fall for a change to be worth it."""

LOW, HIGH = "time_below_70_pct", "time_above_180_pct"
_EDGES_MIN = [60 * hour for hour in (*BLOCK_STARTS_H, 24)]
_BLOCKS_MIN = tuple(itertools.pairwise(_EDGES_MIN))
COORDINATES = (
    *(Coordinate(kind=SettingKind.BASAL, from_minute=start, to_minute=end) for start, end in _BLOCKS_MIN),
    *(Coordinate(kind=SettingKind.CARB_RATIO, from_minute=start, to_minute=end) for start, end in _BLOCKS_MIN),
    Coordinate(kind=SettingKind.CORRECTION_FACTOR),
)
"""What advice may change, in the order of ``Step.table``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One person's record at a review.

    Attributes:
        timeline: what is on record.
        window: the days that count.
    """

    timeline: Timeline
    window: Window

    @classmethod
    def of(cls, timeline: Timeline) -> "Review":
        """The last days of a record."""
        end = timeline.window().end
        return cls(timeline=timeline, window=Window(start=end - timedelta(days=REVIEWED_DAYS), end=end))


def fitted_twins(reviews: list[Review]) -> list[Twin | None]:
    """The twin of each person; None of whom none could be fitted."""
    calls = [partial(fit_twin, one.timeline, window=one.window) for one in reviews]
    found = call_side_by_side(calls, workers=usual_workers(), stage="Fitting the twins")
    return [one if isinstance(one, Twin) else None for one in found]


def advised_steps(reviews: list[Review], twins: list[Twin | None]) -> Step:
    """What the twins advise; nothing where there is no twin or it does not know."""
    calls = [partial(_advised, review, twin) for review, twin in zip(reviews, twins, strict=True)]
    found = call_side_by_side(calls, workers=usual_workers(), stage="Asking the twins")
    rows = [np.zeros(len(COORDINATES)) if isinstance(one, GlucoTwinError) else one for one in found]
    return Step.of_table(np.stack(rows))


def trial_limits() -> SettingLimits:
    """The advisor's rules, with the weight of lows of a trial that is about them."""
    return replace(setting_limits(), low_weight=LOW_WEIGHT)


def _advised(review: Review, twin: Twin | None) -> np.ndarray:
    """One person's step as a row of ``Step.table``."""
    if twin is None:
        return np.zeros(len(COORDINATES))
    timeline, limits = review.timeline, trial_limits()
    today = setting_from_therapy(
        timeline.settings[-1],
        daily_insulin_u=twin.daily_insulin_u,
        weight_kg=timeline.person.weight_kg(review.window.end.date()) or 0.0,
    )
    days = own_days(twin, timeline, review.window)
    advice = advise_settings(twin_draws(twin, DRAWS), days, today, limits, coordinates=COORDINATES)
    plan = _chosen(advice, limits)
    if plan is None:
        return np.zeros(len(COORDINATES))
    change = [np.log(one.of(plan.setting) / one.of(today)) for one in COORDINATES]
    # More insulin is a higher rate, and a lower ratio or factor.
    return np.array(change) * np.array([1.0] * BLOCKS + [-1.0] * (BLOCKS + 1))


def _chosen(advice: SettingAdvice, limits: SettingLimits) -> SettingPlan | None:
    """The plan with the least time below 70 mg/dL of those that are surely better and do not raise time above range."""
    plans = [one for one in (advice.plan, *advice.alternatives) if one is not None]
    kept = [
        one
        for one in plans
        if _expected_change(one, HIGH) <= MOST_HIGHER_PCT
        and _expected_change(one, LOW) <= -LEAST_FEWER_PCT
        and one.certainty >= limits.least_certainty
    ]
    return min(kept, key=lambda one: _expected_change(one, LOW), default=None)


def _expected_change(plan: SettingPlan, share: str) -> float:
    return next(one.difference.expected or 0.0 for one in plan.outcomes if one.name == share)
