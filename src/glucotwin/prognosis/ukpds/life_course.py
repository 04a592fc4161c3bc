"""Simulated lives: every year the complications in random order, then death, with histories that follow.

Within a year an event changes the chances of those that come after it, which is why their order is drawn (Hayes 2013).
Which of the four equations of death holds depends on whether there was a complication before the year or in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.ukpds.alone import first_equation
from glucotwin.prognosis.ukpds.equation import yearly_risk
from glucotwin.prognosis.ukpds.person_state import (
    EVENTS,
    HISTORY_TERMS,
    FixedTraits,
    fixed_traits,
    starting_history,
    yearly_terms,
)
from glucotwin.prognosis.ukpds.risk_factor import RiskFactors

SECOND_EQUATIONS = {"mi": "SMI", "stroke": "SSTROKE", "amputation": "SAMP"}
"""Events that have an equation for a second time; a third is not in the model."""
YEAR_OF_DEATH = 0.5
"""Share of a year that is lived when it ends in death."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCourses:
    """Many simulated lives of one person.

    Attributes:
        struck: by event, whether it happened within the run up to the end of each year, ``(lives, years)``.
        history: by event, whether it had happened by the end of each year, also before the run, ``(lives, years)``.
        dead: whether the life had ended by the end of each year, ``(lives, years)``.
        lived_y: share of each year that was lived, ``(lives, years)``.
    """

    struck: Mapping[str, np.ndarray]
    history: Mapping[str, np.ndarray]
    dead: np.ndarray
    lived_y: np.ndarray


@dataclass(slots=True, kw_only=True)
class _Lives:
    """Where the lives are: counts of each event, those of the current year, and who is alive; arrays over lives."""

    before: dict[str, np.ndarray]
    count: dict[str, np.ndarray]
    now: dict[str, np.ndarray]
    alive: np.ndarray


def simulate_lives(
    person: DescribedPerson,
    course: tuple[RiskFactors, ...],
    *,
    lives: int,
    seed: int,
    hazard_ratios: Mapping[str, float] | None = None,
) -> LifeCourses:
    """Lives the coming years many times.

    Args:
        person: the person.
        course: risk factors by year, alike in all lives.
        lives: how many.
        seed: of the random streams; two runs with the same seed meet the same chances, whatever the hazard ratios.
        hazard_ratios: by event, such as a drug's effect.
    """
    traits, ratios = fixed_traits(person), hazard_ratios or {}
    begun = starting_history(person, lives)
    state = _Lives(
        before=begun,
        count={event: had.astype(int) for event, had in begun.items()},
        now={event: np.zeros(lives, dtype=bool) for event in EVENTS},
        alive=np.ones(lives, dtype=bool),
    )
    struck = {event: np.zeros((lives, len(course)), dtype=bool) for event in EVENTS}
    history = {event: np.zeros((lives, len(course)), dtype=bool) for event in EVENTS}
    dead, lived = np.zeros((lives, len(course)), dtype=bool), np.zeros((lives, len(course)))
    for year, factors in enumerate(course):
        was_alive = state.alive.copy()
        _live_year(state, person, traits, factors, year, _chances(seed, year, lives), ratios)
        lived[:, year] = np.where(state.alive, 1.0, np.where(was_alive, YEAR_OF_DEATH, 0.0))
        dead[:, year] = ~state.alive
        for event in EVENTS:
            struck[event][:, year] = state.now[event] | (struck[event][:, year - 1] if year else False)
            history[event][:, year] = state.count[event] > 0
    return LifeCourses(struck=struck, history=history, dead=dead, lived_y=lived)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chances:
    """The luck of one year: the order of events and a uniform number for each and for death; arrays over lives."""

    order: np.ndarray
    event: np.ndarray
    death: np.ndarray


def _chances(seed: int, year: int, lives: int) -> _Chances:
    key = stream_key(root_key(seed), subject=f"year-{year}", stream="ukpds-om2")
    draws = np.asarray(jax.random.uniform(key, (lives, 2 * len(EVENTS) + 1)))
    count = len(EVENTS)
    return _Chances(order=np.argsort(draws[:, :count], axis=1), event=draws[:, count:-1], death=draws[:, -1])


def _live_year(
    state: _Lives,
    person: DescribedPerson,
    traits: FixedTraits,
    factors: RiskFactors,
    year: int,
    chances: _Chances,
    ratios: Mapping[str, float],
) -> None:
    terms = yearly_terms(traits, factors, year)
    state.before = {event: count > 0 for event, count in state.count.items()}
    state.now = {event: np.zeros_like(state.alive) for event in EVENTS}
    for place in range(len(EVENTS)):
        for number, event in enumerate(EVENTS):
            turn = np.flatnonzero(state.alive & (chances.order[:, place] == number))
            risk = _event_risk(state, turn, person, event, terms, traits.duration_y + year, ratios.get(event, 1.0))
            happens = turn[chances.event[turn, number] < risk]
            state.now[event][happens] = True
            state.count[event][happens] += 1
    risk = _death_risk(state, terms, traits.duration_y + year, traits.age + year)
    state.alive = state.alive & (chances.death >= risk)


def _event_risk(
    state: _Lives,
    turn: np.ndarray,
    person: DescribedPerson,
    event: str,
    terms: Mapping[str, float],
    time_y: float,
    ratio: float,
) -> np.ndarray:
    """Probability of an event for the lives whose turn it is: its first or second equation, or none."""
    histories = {f"{HISTORY_TERMS[name]}.HIST": (state.count[name][turn] > 0).astype(float) for name in EVENTS}
    every = {**terms, **histories}
    count = state.count[event][turn]
    by_ulcer = [
        yearly_risk(first_equation(event, female=person.is_female, had_ulcer=ulcer), every, time_y, hazard_ratio=ratio)
        for ulcer in ((False, True) if event == "amputation" else (False,))
    ]
    first = np.where(state.count["ulcer"][turn] > 0, by_ulcer[-1], by_ulcer[0])
    # What already happened this year does not happen again in it.
    again = (count == 1) & state.before[event][turn] & ~state.now[event][turn]
    second = SECOND_EQUATIONS.get(event)
    repeated = yearly_risk(second, every, time_y, hazard_ratio=ratio) if second else 0.0
    return np.where(count == 0, first, np.where(again, repeated, 0.0))


def _death_risk(state: _Lives, terms: Mapping[str, float], time_y: float, age: float) -> np.ndarray:
    """Probability of death by the equation that the life's past and this year's events call for."""
    every: dict[str, float | np.ndarray] = dict(terms)
    for event in EVENTS:
        every[f"{HISTORY_TERMS[event]}.HIST"] = state.before[event].astype(float)
        every[f"{HISTORY_TERMS[event]}.EVENT"] = state.now[event].astype(float)
    every["AMP1.EVENT"] = (state.now["amputation"] & ~state.before["amputation"]).astype(float)
    every["AMP2.EVENT"] = (state.now["amputation"] & state.before["amputation"]).astype(float)
    before = np.logical_or.reduce(list(state.before.values()))
    now = np.logical_or.reduce(list(state.now.values()))
    with_event = np.where(
        before, yearly_risk("DEATHYSEVENT", every, time_y), yearly_risk("DEATH1YEVENT", every, time_y)
    )
    without = np.where(before, yearly_risk("DEATHHISTNOEVENT", every, age), yearly_risk("DEATHNOHIST", every, age))
    return np.where(now, with_event, without)
