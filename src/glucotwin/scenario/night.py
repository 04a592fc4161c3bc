"""Nights: when people sleep, and nights that are cut short."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.scenario.behaviour_event import EventBatch, EventKind
from glucotwin.scenario.eating import breakfast_minutes
from glucotwin.scenario.life_plan import LifePlan
from glucotwin.scenario.person_stream import normal

FULL_LOSS_MIN: Final = 247.0
"""Sleep lost in the night that severity 1 stands for: 469 to 222 min, Donga et al., Diabetes Care 2010;33:1573-7."""

SHORTEST_NIGHT_MIN: Final = 90.0

BED, SHORT, LOSS = range(3)
"""What each number of the night stream decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """Nights, each named by the local day on whose evening it begins; arrays ``(people, nights)``.

    Attributes:
        bed_utc_min, wake_utc_min: whole UTC minutes.
        lost_min: sleep lost, 0 in usual nights.
    """

    bed_utc_min: np.ndarray
    wake_utc_min: np.ndarray
    lost_min: np.ndarray


def draw_nights(plan: LifePlan) -> Nights:
    """The nights between the plan's days: one fewer than these. People get up a while before breakfast."""
    pattern, u = plan.profile.sleep, plan.drawn("behaviour-night")[:, :-1]
    wake = breakfast_minutes(plan)[:, 1:] - plan.habits.wake_before_breakfast_min[:, None] + MINUTES_PER_DAY
    loss = np.maximum(0.0, pattern.short_night_loss_min + pattern.short_night_loss_sd_min * normal(u[..., LOSS]))
    lost = np.where(u[..., SHORT] < pattern.short_nights_per_week / 7.0, loss, 0.0)
    bed = plan.habits.bed_min[:, None] + pattern.time_sd_min * normal(u[..., BED]) + lost
    nights = plan.days[:-1]
    return Nights(
        bed_utc_min=np.floor(plan.utc(np.minimum(bed, wake - SHORTEST_NIGHT_MIN), days=nights)),
        wake_utc_min=np.floor(plan.utc(wake, days=nights)),
        lost_min=lost,
    )


def sleep_events(nights: Nights) -> EventBatch:
    """Nights as events."""
    return EventBatch.where(
        np.ones(nights.bed_utc_min.shape, dtype=bool),
        kind=EventKind.SLEEP,
        start_utc_min=nights.bed_utc_min,
        duration_min=nights.wake_utc_min - nights.bed_utc_min,
    )


def sleep_loss_events(nights: Nights) -> EventBatch:
    """Days after short nights, from waking until the next bedtime."""
    wake, next_bed = nights.wake_utc_min[:, :-1], nights.bed_utc_min[:, 1:]
    lost = nights.lost_min[:, :-1]
    return EventBatch.where(
        lost > 0.0,
        kind=EventKind.SLEEP_LOSS,
        start_utc_min=wake,
        duration_min=next_bed - wake,
        numbers={"level_fraction": np.minimum(lost / FULL_LOSS_MIN, 1.0)},
    )
