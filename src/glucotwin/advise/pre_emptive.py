"""A step against a low that is coming: something to eat, or less basal insulin, with what it would do.

The paths are those of the alarm's own forecast; the step's effect on them comes from the mechanism alone, drawn from
what is known of the person's sensitivity. Nothing swallowed or left out changes the next half hour much, so a step is
judged by the lows after it. Of the carbohydrate the smallest amount is shown that makes these unlikely or halves them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from glucotwin.advise.change import AddMeal, Change, ScaleBasal
from glucotwin.advise.look_ahead import difference_ahead
from glucotwin.advise.what_if import Estimate
from glucotwin.core.error import SolverError
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.outlook import Outlook
from glucotwin.twin.twin import Twin

CARBS_G = (5.0, 10.0, 15.0, 20.0)
"""More at once invites a high; what twenty grams do not turn has to be treated as a low."""

REFERENCE_G = 15.0
"""The effect of this much is worked out; that of other amounts is in proportion, which holds over such small ones."""

SUSPENDED_MIN = 60.0
UNLIKELY, HALVED = 0.15, 0.5
"""A step is enough when a low is no more likely than this after it, or at most half as likely as before."""

ACTS_AFTER_MIN = 30.0
SMALLEST_HELP = 0.05
SMALLEST_HELP_MIN = 5.0
FLOOR_MGDL = 20.0


class StepKind(StrEnum):
    """What can be done ahead of a low."""

    CARBS = "carbs"
    NO_BASAL = "no-basal"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreEmptiveStep:
    """A step and what it would do over the coming time.

    Attributes:
        kind: what is done.
        amount: grams of carbohydrate, or minutes without basal insulin.
        horizon_min: how far ahead its effect is followed.
        probability_before, probability_after: of a low after the first half hour, without and with the step.
        low_before_min, low_after_min: mean time below the limit within the whole time.
        lowest_before_mgdl, lowest_after_mgdl: lowest glucose after the first half hour.
        highest_after_mgdl: highest glucose with the step.
    """

    kind: StepKind
    amount: float
    horizon_min: float
    probability_before: float
    probability_after: float
    low_before_min: float
    low_after_min: float
    lowest_before_mgdl: Estimate
    lowest_after_mgdl: Estimate
    highest_after_mgdl: Estimate

    @property
    def is_enough(self) -> bool:
        """Whether a low is unlikely with it, or at most half as likely."""
        return self.probability_after <= max(UNLIKELY, HALVED * self.probability_before)

    @property
    def helps(self) -> bool:
        """Whether it makes a low noticeably less likely, or shorter."""
        less_likely = self.probability_before - self.probability_after >= SMALLEST_HELP
        return less_likely or self.low_before_min - self.low_after_min >= SMALLEST_HELP_MIN

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "kind": str(self.kind),
            "amount": self.amount,
            "unit": "g" if self.kind is StepKind.CARBS else "min",
            "horizon_min": self.horizon_min,
            "probability_before": round(self.probability_before, 3),
            "probability_after": round(self.probability_after, 3),
            "low_before_min": round(self.low_before_min, 1),
            "low_after_min": round(self.low_after_min, 1),
            "lowest_before_mgdl": self.lowest_before_mgdl.to_json(),
            "lowest_after_mgdl": self.lowest_after_mgdl.to_json(),
            "highest_after_mgdl": self.highest_after_mgdl.to_json(),
            "is_enough": self.is_enough,
            "helps": self.helps,
        }


def carbs_step(
    twin: Twin, timeline: Timeline, outlook: Outlook, *, at: datetime, limit_mgdl: float, lasting_min: float
) -> PreEmptiveStep | None:
    """The smallest amount of carbohydrate that is enough, or the largest that is shown.

    Args:
        twin: the person's twin.
        timeline: their data; nothing after the time is used.
        outlook: the alarm's own paths.
        at: aware time of the step.
        limit_mgdl: below this is low.
        lasting_min: for so long.

    Returns:
        None when the effect cannot be worked out, as after a long gap.
    """
    difference = _difference(twin, timeline, outlook, at, AddMeal(at=at, carbs_g=REFERENCE_G))
    if difference is None:
        return None
    steps = _each(outlook, difference / REFERENCE_G, limit_mgdl, lasting_min)
    return next(step for step in steps if step.is_enough or step.amount == CARBS_G[-1])


def no_basal_step(
    twin: Twin, timeline: Timeline, outlook: Outlook, *, at: datetime, limit_mgdl: float, lasting_min: float
) -> PreEmptiveStep | None:
    """An hour without basal insulin; None without a pump, or when an algorithm sets the rate. Arguments as above."""
    if twin.person.therapy is TherapyKind.CLOSED_LOOP or not len(timeline.frame(BasalSegment)):
        return None
    at = as_utc(at)
    change = ScaleBasal(factor=0.0, window=Window(start=at, end=at + timedelta(minutes=SUSPENDED_MIN)))
    difference = _difference(twin, timeline, outlook, at, change)
    if difference is None:
        return None
    return _step(StepKind.NO_BASAL, SUSPENDED_MIN, outlook, difference, limit_mgdl, lasting_min)


def _each(outlook: Outlook, per_gram: np.ndarray, limit_mgdl: float, lasting_min: float) -> Iterator[PreEmptiveStep]:
    for grams in CARBS_G:
        yield _step(StepKind.CARBS, grams, outlook, grams * per_gram, limit_mgdl, lasting_min)


def _difference(twin: Twin, timeline: Timeline, outlook: Outlook, at: datetime, change: Change) -> np.ndarray | None:
    """What a change does to glucose on each path, ``(path, point)``; None when most draws run away."""
    at, points = as_utc(at), outlook.t_min.size
    coming = Window(start=at, end=at + timedelta(minutes=float(outlook.t_min[-1])))
    try:
        draws = difference_ahead(twin, timeline, coming, (change,))[:, :points]
    except SolverError:
        return None
    return draws[np.arange(outlook.paths_mgdl.shape[0]) % draws.shape[0]]


def _step(
    kind: StepKind, amount: float, outlook: Outlook, difference: np.ndarray, limit_mgdl: float, lasting_min: float
) -> PreEmptiveStep:
    before = outlook.paths_mgdl
    after = np.maximum(before + difference, FLOOR_MGDL)
    later = outlook.t_min > ACTS_AFTER_MIN
    horizon = float(outlook.t_min[-1])

    def probability(paths: np.ndarray) -> float:
        one = Outlook(t_min=outlook.t_min[later], paths_mgdl=paths[:, later])
        return one.below(limit_mgdl, within_min=horizon, lasting_min=lasting_min).probability

    return PreEmptiveStep(
        kind=kind,
        amount=amount,
        horizon_min=horizon,
        probability_before=probability(before),
        probability_after=probability(after),
        low_before_min=horizon * float(np.mean(before < limit_mgdl)),
        low_after_min=horizon * float(np.mean(after < limit_mgdl)),
        lowest_before_mgdl=_estimate(before[:, later].min(axis=1)),
        lowest_after_mgdl=_estimate(after[:, later].min(axis=1)),
        highest_after_mgdl=_estimate(after.max(axis=1)),
    )


def _estimate(values: np.ndarray) -> Estimate:
    low, median, high = (float(one) for one in np.quantile(values, [0.05, 0.5, 0.95]))
    return Estimate(median=median, low=low, high=high)
