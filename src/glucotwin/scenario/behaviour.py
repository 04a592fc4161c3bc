"""Virtual lives: what people eat, inject and do on many days, from adherent to careless.

A life depends on the seed, the person's name and numbers, the profile and the absolute local date, never on who else is
drawn, on where a window begins or on how long it is.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import ActivityType
from glucotwin.domain.condition import ConditionKind
from glucotwin.domain.inputs import Inputs, clock_arrays, time_from_minute_utc
from glucotwin.domain.rasterise import CATHETER_AGE
from glucotwin.scenario.behaviour_event import EventBatch, EventKind, event_table
from glucotwin.scenario.behaviour_profile import BehaviourProfile, find_behaviour
from glucotwin.scenario.circumstance import (
    day_sensitivity,
    illness_events,
    luteal_events,
    set_changes,
    stress_events,
)
from glucotwin.scenario.dense_input import DenseGrid, assembled, basal_u_per_min, level_of
from glucotwin.scenario.eating import bolus_events, draw_food, food_events
from glucotwin.scenario.leisure import alcohol_events, basal_reductions, draw_sessions, exercise_events
from glucotwin.scenario.life_plan import LifePlan, plan_lives
from glucotwin.scenario.local_clock import local_day_edges
from glucotwin.scenario.night import draw_nights, sleep_events, sleep_loss_events
from glucotwin.scenario.people import People

ASLEEP: Final = "asleep"
"""The condition level that is 1 while a person sleeps."""

CHECK: Final = "check"
"""The condition level that is 1 in minutes at whose start a person looks at the own glucose."""

DAY_SENSITIVITY: Final = "circadian.day_sensitivity"
"""The parameter factor of a day's insulin sensitivity."""

CONDITIONS: Final = {
    EventKind.ILLNESS: ConditionKind.ILLNESS,
    EventKind.STRESS: ConditionKind.STRESS,
    EventKind.SLEEP_LOSS: ConditionKind.SLEEP_LOSS,
    EventKind.LUTEAL_PHASE: ConditionKind.LUTEAL_PHASE,
}
"""Which condition an event is."""

__all__ = ["ASLEEP", "CHECK", "DAY_SENSITIVITY", "Life", "People", "draw_life", "draw_life_blocks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Lives of several people over a window.

    Attributes:
        names: of the people, in the order of the arrays.
        profile: how they live.
        start, end: aware UTC times of the first minute and after the last.
        inputs: per-minute inputs. Every array is shared (axis time) or per person (axes person, time): which of them,
            and which keys the mappings have, depends on the profile alone, so that chunks and people stack and one
            compiled program serves them all. What a profile never has is one shared array of zeros.
        events: one row per event that acts within the window, those that began earlier included (``started`` leaves
            them out). Columns: ``name``, ``time`` (UTC), ``kind`` (see ``EventKind``), ``detail`` (which meal, what
            exercise), ``duration_min``, ``carbs_g`` and ``liquid_carbs_g``, ``protein_g``, ``fat_g``, ``fibre_g`` as
            eaten, ``counted_carbs_g`` as logged (null when not), ``insulin_u``, ``delay_min`` (bolus less meal),
            ``alcohol_g``, ``level_fraction`` (intensity, severity, or share of basal left out), ``product``.
    """

    names: tuple[str, ...]
    profile: BehaviourProfile
    start: datetime
    end: datetime
    inputs: Inputs
    events: pl.DataFrame

    @property
    def started(self) -> pl.DataFrame:
        """The events that begin within the window: those of successive blocks together are all, each once."""
        return self.events.filter(pl.col("time") >= self.start)


def draw_life(
    people: People, *, profile: str | BehaviourProfile, seed: int, start: datetime, zone: str, days: int
) -> Life:
    """Lives over whole local days, from a start at any time of the day.

    Args:
        people: who.
        profile: name of a profile, or one of one's own.
        seed: of all randomness.
        start: aware time of the first minute (floored).
        zone: IANA zone in which the people live.
        days: how many local days, of 23 to 25 hours when clocks change.

    Raises:
        NotFoundError: there is no such profile.
        DataError: the start has no zone, the zone does not exist, or there are no days.
    """
    (life,) = draw_life_blocks(people, profile=profile, seed=seed, start=start, zone=zone, days=days)
    return life


def draw_life_blocks(
    people: People,
    *,
    profile: str | BehaviourProfile,
    seed: int,
    start: datetime,
    zone: str,
    days: int,
    block_days: int | None = None,
) -> Iterator[Life]:
    """The same lives block by block, so that memory stays bounded; blocks follow each other without a gap.

    Args:
        people: who.
        profile: name of a profile, or one of one's own.
        seed: of all randomness.
        start: aware time of the first minute (floored).
        zone: IANA zone in which the people live.
        days: how many local days.
        block_days: local days per block; the last may be shorter. Default all in one.

    Raises:
        NotFoundError, DataError: see ``draw_life``.
    """
    chosen = find_behaviour(profile) if isinstance(profile, str) else profile
    length = days if block_days is None else block_days
    if days < 1 or length < 1:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"Lives of {days} days in blocks of {length} cannot be drawn.",
            hint="Ask for 1 or more.",
        )
    edges = local_day_edges(start, zone, days)
    marks = [*edges[:-1:length], edges[-1]]
    return (
        _life(people, chosen, seed=seed, zone=zone, first=first, last=last) for first, last in itertools.pairwise(marks)
    )


def _life(people: People, profile: BehaviourProfile, *, seed: int, zone: str, first: int, last: int) -> Life:
    plan = plan_lives(people, profile, seed=seed, zone=zone, first_utc_min=first, minutes=last - first)
    batches = _batches(plan)
    acting = [batch.reaching(first, plan.minutes) for batch in batches.values()]
    return Life(
        names=people.names,
        profile=profile,
        start=time_from_minute_utc(first),
        end=time_from_minute_utc(last),
        inputs=_inputs(plan, batches),
        events=event_table(acting, people.names),
    )


def _batches(plan: LifePlan) -> dict[EventKind, EventBatch]:
    """Events of all kinds that the profile can have; snacks are among the meals."""
    profile, food, nights = plan.profile, draw_food(plan), draw_nights(plan)
    batches = {
        EventKind.MEAL: food_events(plan, food),
        EventKind.BOLUS: bolus_events(plan, food),
        EventKind.SLEEP: sleep_events(nights),
    }
    if profile.illness.episodes_per_year:
        batches[EventKind.ILLNESS] = illness_events(plan)
    if profile.exercise.sessions_per_week:
        sessions = draw_sessions(plan, batches.get(EventKind.ILLNESS))
        batches[EventKind.EXERCISE] = exercise_events(sessions)
        batches[EventKind.BASAL_REDUCTION] = basal_reductions(plan, sessions)
    if profile.alcohol.evenings_per_week:
        batches[EventKind.ALCOHOL] = alcohol_events(plan)
    if profile.sleep.short_nights_per_week:
        batches[EventKind.SLEEP_LOSS] = sleep_loss_events(nights)
    if profile.stress.episodes_per_week:
        batches[EventKind.STRESS] = stress_events(plan)
    if profile.body.cycle_effect_fraction:
        batches[EventKind.LUTEAL_PHASE] = luteal_events(plan)
    if profile.catheter.change_days:
        batches[EventKind.SET_CHANGE] = set_changes(plan)
    return batches


def _inputs(plan: LifePlan, batches: Mapping[EventKind, EventBatch]) -> Inputs:
    grid = DenseGrid(people=len(plan.people), first_utc_min=plan.first_utc_min, minutes=plan.minutes)
    clock = clock_arrays(time_from_minute_utc(plan.first_utc_min), plan.minutes, plan.clock.zone)
    bolus = batches[EventKind.BOLUS]
    insulin = basal_u_per_min(
        grid, plan.people.basal_u_per_h, clock["minute_of_day"], batches.get(EventKind.BASAL_REDUCTION)
    )
    cell, event = grid.cells(bolus)
    np.add.at(insulin.reshape(-1), cell, bolus.numbers["insulin_u"][event])
    return assembled(
        clock,
        _food(plan, grid, batches[EventKind.MEAL]) | _leisure(plan, grid, batches),
        {
            "insulin_u_per_min": {plan.people.product: insulin},
            "medication_mg_per_min": {},
            "condition_level": _levels(grid, batches),
            "parameter_factor": {DAY_SENSITIVITY: _sensitivity(plan)},
        },
    )


def _food(plan: LifePlan, grid: DenseGrid, food: EventBatch) -> dict[str, np.ndarray]:
    nutrients = ["carbs", "protein", "fat", "fibre"]
    if plan.profile.eating.drink_share and plan.profile.eating.snacks_per_day:
        nutrients.append("liquid_carbs")
    cell, share_min, event = grid.shares(food)
    share = share_min / food.duration_min[event]
    return {f"{name}_g_per_min": grid.summed(cell, share * food.numbers[f"{name}_g"][event]) for name in nutrients}


def _leisure(plan: LifePlan, grid: DenseGrid, batches: Mapping[EventKind, EventBatch]) -> dict[str, np.ndarray]:
    """Exercise and alcohol, as far as the profile has any."""
    dense: dict[str, np.ndarray] = {}
    if EventKind.EXERCISE in batches:
        sessions, routine = batches[EventKind.EXERCISE], plan.profile.exercise
        strength = sessions.words["detail"] == str(ActivityType.RESISTANCE)
        moving = routine.aerobic_share + routine.high_intensity_share
        if moving > 0.0:
            dense["activity_fraction"] = level_of(grid, sessions.only(~strength))
        if moving < 1.0:
            dense["resistance_fraction"] = level_of(grid, sessions.only(strength))
    if EventKind.ALCOHOL in batches:
        drinks = batches[EventKind.ALCOHOL]
        dense["alcohol_g_per_min"] = grid.over(drinks, drinks.numbers["alcohol_g"])
    return dense


def _levels(grid: DenseGrid, batches: Mapping[EventKind, EventBatch]) -> dict[str, np.ndarray]:
    """Condition levels: always the same keys, zero and shared where the profile never has the condition."""
    zeros = np.zeros(grid.minutes)
    levels = {
        str(condition): level_of(grid, batches[kind]) if kind in batches else zeros
        for kind, condition in CONDITIONS.items()
    }
    changes = batches.get(EventKind.SET_CHANGE)
    levels[CATHETER_AGE] = zeros if changes is None else grid.days_since(changes)
    sleep = batches[EventKind.SLEEP]
    levels[ASLEEP] = grid.over(sleep, sleep.duration_min)
    levels[CHECK] = grid.marked(
        grid.cells(batches[EventKind.BOLUS])[0],
        grid.cells(sleep, shift_min=-1.0)[0],
        grid.cells(sleep.ended())[0],
    )
    return levels


def _sensitivity(plan: LifePlan) -> np.ndarray:
    if not plan.profile.body.day_sensitivity_log_sd:
        return np.ones(plan.minutes)
    factor, turns = day_sensitivity(plan)
    day = np.searchsorted(turns, plan.first_utc_min + np.arange(plan.minutes), side="right") - 1
    return np.take(factor, day, axis=1)
