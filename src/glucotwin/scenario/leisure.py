"""Exercise, the basal insulin that is reduced for it, and evenings with alcohol."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from glucotwin.domain.activity import ActivityType
from glucotwin.domain.rasterise import USUAL_INTENSITY
from glucotwin.scenario.behaviour_event import EventBatch, EventKind
from glucotwin.scenario.habit import habit_constant
from glucotwin.scenario.life_plan import LifePlan
from glucotwin.scenario.person_stream import log_normal, normal

TYPES: Final = (ActivityType.AEROBIC, ActivityType.HIGH_INTENSITY, ActivityType.RESISTANCE)

SHORTEST_SESSION_MIN, LONGEST_SESSION_MIN = 10.0, 180.0
SHORTEST_DRINKING_MIN, LONGEST_DRINKING_MIN = 20.0, 240.0

MOST_DAYS_FRACTION: Final = 0.95
"""Nobody exercises or drinks on more of the days."""

TIME_SD_MIN: Final = 30.0
"""Day-to-day spread of when people exercise or drink; reasoned."""

HAPPENS, TIME, KIND, DURATION, INTENSITY, REDUCED = range(6)
AMOUNT: Final = KIND
"""What each number of a stream decides; of alcohol, the third is the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Exercise, at most one session a day; arrays ``(people, days)``.

    Attributes:
        happens, reduced: whether there is a session, and whether basal insulin is reduced for it.
        kind: position in ``TYPES``.
        start_utc_min, duration_min: when.
        intensity_fraction: share of maximal oxygen uptake.
    """

    happens: np.ndarray
    reduced: np.ndarray
    kind: np.ndarray
    start_utc_min: np.ndarray
    duration_min: np.ndarray
    intensity_fraction: np.ndarray


def draw_sessions(plan: LifePlan, ill: EventBatch | None) -> Sessions:
    """Sessions of exercise; people do not exercise while they are ill.

    Args:
        plan: whose lives.
        ill: their episodes of illness, back to the earliest that may last into the plan's days.
    """
    routine = plan.profile.exercise
    u = plan.drawn("behaviour-exercise")
    personal = np.exp(routine.person_log_sd * plan.habits.exercise_z - 0.5 * routine.person_log_sd**2)
    wanted = np.minimum(personal * routine.sessions_per_week / 7.0, MOST_DAYS_FRACTION)
    edges = np.cumsum([routine.aerobic_share, routine.high_intensity_share])
    kind = np.searchsorted(edges, u[..., KIND], side="right")
    usual = np.array([USUAL_INTENSITY[one] for one in TYPES])[kind]
    length = routine.duration_min * np.array([1.0, habit_constant("high_intensity_duration_factor"), 1.0])[kind]
    start = plan.utc(plan.habits.exercise_min[:, None] + TIME_SD_MIN * normal(u[..., TIME]))
    varied = length * log_normal(u[..., DURATION], routine.duration_log_sd)
    return Sessions(
        happens=(u[..., HAPPENS] < wanted[:, None]) & ~_within(ill, start),
        reduced=u[..., REDUCED] < routine.reduction_probability,
        kind=kind,
        start_utc_min=start,
        duration_min=np.clip(varied, SHORTEST_SESSION_MIN, LONGEST_SESSION_MIN),
        intensity_fraction=np.clip(usual + routine.intensity_sd_fraction * normal(u[..., INTENSITY]), 0.2, 1.0),
    )


def exercise_events(sessions: Sessions) -> EventBatch:
    """Sessions as events."""
    return EventBatch.where(
        sessions.happens,
        kind=EventKind.EXERCISE,
        start_utc_min=sessions.start_utc_min,
        duration_min=sessions.duration_min,
        numbers={"level_fraction": sessions.intensity_fraction},
        words={"detail": np.array([str(one) for one in TYPES])[sessions.kind]},
    )


def basal_reductions(plan: LifePlan, sessions: Sessions) -> EventBatch:
    """Temporary basal rates, from some time before a session until its end; the level is the share left out."""
    routine = plan.profile.exercise
    return EventBatch.where(
        sessions.happens & sessions.reduced,
        kind=EventKind.BASAL_REDUCTION,
        start_utc_min=sessions.start_utc_min - routine.reduction_lead_min,
        duration_min=sessions.duration_min + routine.reduction_lead_min,
        numbers={"level_fraction": routine.reduction_fraction},
        words={"product": plan.people.product},
    )


def alcohol_events(plan: LifePlan) -> EventBatch:
    """Evenings with alcohol of adults who drink, after dinner."""
    use = plan.profile.alcohol
    u = plan.drawn("behaviour-alcohol")
    grams = use.grams * log_normal(u[..., AMOUNT], use.log_sd)
    duration = grams / plan.habits.drink_grams_per_min[:, None]
    often = min(use.evenings_per_week / 7.0, MOST_DAYS_FRACTION)
    return EventBatch.where(
        plan.habits.drinks[:, None] & (u[..., HAPPENS] < often),
        kind=EventKind.ALCOHOL,
        start_utc_min=plan.utc(plan.habits.drink_min[:, None] + TIME_SD_MIN * normal(u[..., TIME])),
        duration_min=np.clip(duration, SHORTEST_DRINKING_MIN, LONGEST_DRINKING_MIN),
        numbers={"alcohol_g": grams},
    )


def _within(episodes: EventBatch | None, time: np.ndarray) -> np.ndarray:
    """Whether an episode of the same person lasts at times ``(people, days)``."""
    inside = np.zeros(time.shape, dtype=bool)
    if episodes is None:
        return inside
    begin = episodes.start_utc_min[:, None]
    lasts = (time[episodes.person] >= begin) & (time[episodes.person] < begin + episodes.duration_min[:, None])
    np.logical_or.at(inside, episodes.person, lasts)
    return inside
