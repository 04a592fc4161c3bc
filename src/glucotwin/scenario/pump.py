"""What a pump is told to deliver, and what of it reaches the body."""

import datetime as dt
import itertools
from collections.abc import Iterator

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import minute_utc_from, time_from_minute_utc
from glucotwin.domain.insulin import BasalKind, BasalSegment
from glucotwin.scenario.definition import Plan
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.local_calendar import LocalCalendar
from glucotwin.scenario.part import AUTO


def basal_segments(plan: Plan, dosing: Dosing, calendar: LocalCalendar) -> Iterator[BasalSegment]:
    """The basal rates that the pump runs, by its local clock, temporary ones included."""
    if not plan.has_pump_basal:
        return
    factor, temporary = _temporary(plan, calendar)
    rate_u_per_h = factor * _programmed_u_per_h(plan, dosing, calendar.minute_of_day())
    change = np.flatnonzero((np.diff(rate_u_per_h) != 0.0) | np.diff(temporary)) + 1
    edges = [0, *(int(minute) for minute in change), calendar.minutes]
    first = minute_utc_from(calendar.window.start)
    for begin, end in itertools.pairwise(edges):
        yield BasalSegment(
            time=time_from_minute_utc(first + begin),
            duration_min=float(end - begin),
            rate_u_per_h=float(rate_u_per_h[begin]),
            kind=BasalKind.TEMPORARY if temporary[begin] else BasalKind.SCHEDULED,
            product=plan.basal_product,
        )


def delivered_fraction(plan: Plan, calendar: LocalCalendar) -> np.ndarray:
    """The share of the pump's insulin that reaches the body, per minute; interruptions at the same time add up."""
    fraction = np.ones(calendar.minutes)
    for time, part in calendar.occurrences(plan.interruptions):
        touched, share = calendar.share_of_minutes(time, time + dt.timedelta(minutes=part.duration_min))
        fraction[touched] *= 1.0 - share * (1.0 - part.remaining_fraction)
    return fraction


def _programmed_u_per_h(plan: Plan, dosing: Dosing, minute_of_day: np.ndarray) -> np.ndarray:
    if isinstance(plan.basal, tuple):
        starts = [60 * step.start.hour + step.start.minute for step in plan.basal]
        rates = np.array([step.u_per_h for step in plan.basal])
        return rates[np.searchsorted(starts, minute_of_day, side="right") - 1]
    if plan.basal != AUTO:
        return np.full(minute_of_day.shape, float(plan.basal))
    if dosing.basal_profile_u_per_h is None:
        return np.full(minute_of_day.shape, 60.0 * dosing.basal_u_per_min)
    hour = (minute_of_day % MINUTES_PER_DAY // 60).astype(int)
    return np.array(dosing.basal_profile_u_per_h)[hour]


def _temporary(plan: Plan, calendar: LocalCalendar) -> tuple[np.ndarray, np.ndarray]:
    """The factor on the programmed rate, and whether a temporary basal runs, per minute."""
    factor, running = np.ones(calendar.minutes), np.zeros(calendar.minutes, dtype=bool)
    started = sorted(calendar.occurrences(plan.temp_basal), key=lambda one: one[0])
    replaced = [*(time for time, _ in started[1:]), calendar.window.end]
    for (time, part), last in zip(started, replaced, strict=False):
        end = min(time + dt.timedelta(minutes=part.duration_min), last)
        touched, share = calendar.share_of_minutes(time, end)
        factor[touched] += share * (part.fraction - 1.0)
        running[touched] |= share > 0.0
    return factor, running
