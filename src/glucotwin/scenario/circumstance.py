"""What comes over people: illness, stress, the menstrual cycle, an ageing infusion set, and better and worse days."""

from typing import Final

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.scenario.behaviour_event import EventBatch, EventKind
from glucotwin.scenario.behaviour_profile import LONGEST_ILLNESS_DAYS, LONGEST_STRESS_MIN
from glucotwin.scenario.habit import habit_constant
from glucotwin.scenario.life_plan import LONG_DAYS, LifePlan
from glucotwin.scenario.person_stream import CUT_SD, between, log_normal_about, normal

DAYS_PER_YEAR: Final = 365.25
STRESS_BEGINS_MIN: Final = (480.0, 1260.0)
"""Stress begins between 08:00 and 21:00."""

SENSITIVITY_TURNS_MIN: Final = 240.0
"""A day's insulin sensitivity holds from 04:00 local."""

SENSITIVITY_CUT_SD: Final = 3.0
JITTER_CUT_SD: Final = 2.0

SHORTEST_CYCLE_DAYS: Final = 20.0
"""Below what any woman's usual cycle is drawn as."""

MOST_JITTER_FRACTION: Final = 0.4
"""A recurring event moves by less than half its interval, so that its order holds."""

HAPPENS, TIME, DURATION, SEVERITY = range(4)
"""What each number of an episode's stream decides."""


def illness_events(plan: LifePlan) -> EventBatch:
    """Episodes of illness, back to the earliest that may last into the plan's days."""
    rate = plan.profile.illness
    more = int(LONGEST_ILLNESS_DAYS) + 1
    u = plan.drawn("behaviour-illness", days_more=more)
    days = log_normal_about(u[..., DURATION], median=rate.median_days, log_sd=rate.log_sd, highest=LONGEST_ILLNESS_DAYS)
    often = rate.episodes_per_year / DAYS_PER_YEAR * plan.habits.illness_factor
    return EventBatch.where(
        u[..., HAPPENS] < often[:, None],
        kind=EventKind.ILLNESS,
        start_utc_min=plan.utc(MINUTES_PER_DAY * u[..., TIME], days=plan.days_from(more)),
        duration_min=days * MINUTES_PER_DAY,
        numbers={"level_fraction": between(u[..., SEVERITY], rate.severity_low_fraction, rate.severity_high_fraction)},
    )


def stress_events(plan: LifePlan) -> EventBatch:
    """Episodes of stress, at most one a day."""
    rate = plan.profile.stress
    u = plan.drawn("behaviour-stress")
    return EventBatch.where(
        u[..., HAPPENS] < rate.episodes_per_week / 7.0,
        kind=EventKind.STRESS,
        start_utc_min=plan.utc(between(u[..., TIME], *STRESS_BEGINS_MIN)),
        duration_min=log_normal_about(
            u[..., DURATION], median=rate.median_min, log_sd=rate.log_sd, highest=LONGEST_STRESS_MIN
        ),
        numbers={"level_fraction": between(u[..., SEVERITY], rate.severity_low_fraction, rate.severity_high_fraction)},
    )


def luteal_events(plan: LifePlan) -> EventBatch:
    """Luteal phases of women in whom they tell: the last fortnight before the next cycle begins."""
    severity = plan.profile.body.cycle_effect_fraction * plan.habits.luteal_severity
    next_cycle = _recurring(
        plan,
        "cycle",
        plan.habits.cycle_days,
        shortest_days=SHORTEST_CYCLE_DAYS,
        jitter_days=habit_constant("cycle_jitter_days"),
    )
    luteal_days = habit_constant("luteal_days")
    return EventBatch.where(
        np.broadcast_to(severity[:, None] > 0.0, next_cycle.shape),
        kind=EventKind.LUTEAL_PHASE,
        start_utc_min=plan.clock.utc_from_local((next_cycle - luteal_days) * MINUTES_PER_DAY),
        duration_min=luteal_days * MINUTES_PER_DAY,
        numbers={"level_fraction": severity[:, None]},
    )


def set_changes(plan: LifePlan) -> EventBatch:
    """Changes of the infusion set, at each person's hour; the last before the window is among them."""
    wear = plan.profile.catheter
    interval = wear.change_days * np.exp(wear.person_log_sd * plan.habits.wear_z)
    shortest = wear.change_days * np.exp(-CUT_SD * wear.person_log_sd)
    day = np.floor(_recurring(plan, "set-change", interval, shortest_days=shortest, jitter_days=wear.jitter_days))
    return EventBatch.where(
        np.ones(day.shape, dtype=bool),
        kind=EventKind.SET_CHANGE,
        start_utc_min=np.floor(plan.clock.utc_from_local(day * MINUTES_PER_DAY + plan.habits.set_change_min[:, None])),
    )


def day_sensitivity(plan: LifePlan) -> tuple[np.ndarray, np.ndarray]:
    """Factors of insulin sensitivity ``(people, days)``, and the UTC minutes ``(days,)`` from which they hold."""
    spread = plan.profile.body.day_sensitivity_log_sd
    z = normal(plan.drawn("behaviour-sensitivity")[..., 0], cut_sd=SENSITIVITY_CUT_SD)
    turns = plan.utc(np.full((1, plan.days.size), SENSITIVITY_TURNS_MIN))[0]
    return np.exp(spread * z), turns


def _recurring(
    plan: LifePlan, stream: str, interval_days: np.ndarray, *, shortest_days: float, jitter_days: float
) -> np.ndarray:
    """Local days, fractions included, of what recurs, ``(people, n)``: a personal grid, each node moved a little.

    Nodes are numbered from 1970, so that every window sees the same ones and no history has to be replayed. How many
    are looked at depends on the shortest interval that anybody may have, not on who is there.
    """
    phase = plan.streams.once(f"behaviour-{stream}-phase")[:, 0] * interval_days
    begin, span = plan.days[0] - LONG_DAYS, plan.days[-1] - plan.days[0] + 2 * LONG_DAYS
    first = np.floor((begin - phase) / interval_days).astype(np.int64)
    number = first[:, None] + np.arange(int(np.ceil(span / shortest_days)) + 2)
    moved = jitter_days * normal(plan.streams.uniform(f"behaviour-{stream}", number)[..., 0], cut_sd=JITTER_CUT_SD)
    most = MOST_JITTER_FRACTION * interval_days[:, None]
    return phase[:, None] + number * interval_days[:, None] + np.clip(moved, -most, most)
