"""Moments of a made-up person for the tests of alarms."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from glucotwin.forecast.alarm.moment import RECENT_POINTS, Moment, Push
from glucotwin.forecast.alarm.outlook import Outlook

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)


def recent(values: Sequence[float], *, before: float = 0.0) -> np.ndarray:
    """The newest values after older ones that are all the same."""
    return np.concatenate([np.full(RECENT_POINTS - len(values), before), np.asarray(values, dtype=np.float64)])


def outlook(*paths_mgdl: Sequence[float]) -> Outlook:
    """Paths at 5, 10, ... min."""
    paths = np.asarray(paths_mgdl, dtype=np.float64)
    return Outlook(t_min=5.0 * np.arange(1, paths.shape[1] + 1), paths_mgdl=paths)


def level_outlook(glucose_mgdl: float, *, points: int = 24) -> Outlook:
    """Ten paths that stay where they are."""
    return outlook(*[[glucose_mgdl] * points] * 10)


def push(mean_mgdl_per_min: float, sd_mgdl_per_min: float = 0.2) -> Push:
    """The same push all the time."""
    points = np.ones(RECENT_POINTS)
    return Push(mean_mgdl_per_min=mean_mgdl_per_min * points, sd_mgdl_per_min=sd_mgdl_per_min * points)


def moment(
    glucose_mgdl: float | Sequence[float] = 120.0,
    *,
    minute: float = 0.0,
    age_min: float = 0.0,
    outlook: Outlook | None = None,
    push: Push | None = None,
    carbs_g: Sequence[float] = (),
    bolus_u: Sequence[float] = (),
    automated_u: Sequence[float] = (),
    ketone_mmoll: float | None = None,
    dosed_fraction: float | None = None,
    uses_pump: bool = False,
) -> Moment:
    """A moment some minutes after noon; one number means that glucose has been there for hours."""
    values = [glucose_mgdl] if isinstance(glucose_mgdl, int | float) else list(glucose_mgdl)
    return Moment(
        time=NOON + timedelta(minutes=minute),
        minute_of_day=(720.0 + minute) % 1440.0,
        reading_age_min=age_min,
        glucose_mgdl=recent(values, before=float(values[0])),
        bolus_u=recent(bolus_u),
        automated_u=recent(automated_u),
        carbs_g=recent(carbs_g),
        push=push,
        outlook=outlook,
        ketone_mmoll=ketone_mmoll,
        dosed_fraction=dosed_fraction,
        uses_pump=uses_pump,
    )
