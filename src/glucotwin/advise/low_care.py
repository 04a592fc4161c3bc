"""Lows in a replay: a new one is treated as it comes, and what was eaten against one that is gone is left out."""

from functools import cache
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from glucotwin.advise.own_days import HISTORY_STEPS, OwnDays
from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.scenario.behaviour_profile import find_behaviour
from glucotwin.twin.state_space import STEP_MIN

RESCUE_BELOW_MGDL = 70.0
RESCUE_WIDTH_MGDL = 20.0
"""Carbohydrate against a low is eaten in full where the replay is as low as the day was (or below 70 mg/dL), and no
more where it is this much higher."""

AFTER_LOW_STEPS = 9
"""For 45 min after a low what raises glucose unexplained is taken for carbohydrate against it that nobody logged."""

ASLEEP_MIN = (7.0 * 60.0, 23.0 * 60.0)
"""Before and after these minutes of the local day people are taken to sleep."""


class Care(NamedTuple):
    """What people do about lows (``scenario/data/behaviours.csv``, typical).

    Attributes:
        low_mgdl, wakes_below_mgdl: glucose that is treated when awake, and that wakes a sleeper.
        carbs_g: grams of glucose.
        wait_min: until the next treatment.
    """

    low_mgdl: float
    wakes_below_mgdl: float
    carbs_g: float
    wait_min: float


@cache
def usual_care() -> Care:
    """The habits of the typical profile."""
    own = find_behaviour("typical").care
    return Care(own.low_mgdl, own.wakes_below_mgdl, own.rescue_carbs_g, own.wait_min)


class LivedLows(NamedTuple):
    """What is known of lows as lived; of a step, or with the axis step.

    Attributes:
        factual_mgdl: the course that was lived.
        soon_mgdl: its lowest from now on within the time in which a low that comes earlier is still the same.
        rescue_g_per_min: carbohydrate against lows, part of the rates.
        after_low: whether a low as lived lies at most three quarters of an hour back.
        counts: whether the step belongs to the days that count.
    """

    factual_mgdl: Float[Array, "*step"]
    soon_mgdl: Float[Array, "*step"]
    rescue_g_per_min: Float[Array, "*step"]
    after_low: Float[Array, "*step"]
    counts: Float[Array, "*step"]


class LowMemory(NamedTuple):
    """What is carried from step to step.

    Attributes:
        since_treated_min: since carbohydrate was taken that was not taken as lived.
        kept: share of what was taken against the last low as lived that is still taken.
    """

    since_treated_min: Float[Array, ""]
    kept: Float[Array, ""]


def untreated() -> LowMemory:
    """Before anything was done."""
    return LowMemory(jnp.asarray(usual_care().wait_min), jnp.ones(()))


def lived_lows(factual_mgdl: Float[Array, " step"], days: OwnDays, *, same_within_min: float = 0.0) -> LivedLows:
    """What is known of the lows of some days.

    Args:
        factual_mgdl: the course that was lived.
        days: as lived.
        same_within_min: a low that comes by so much earlier than one as lived is the same, treated as that was.
    """
    counts = (jnp.arange(days.steps) >= HISTORY_STEPS).astype(float)
    soon = _lowest_soon(factual_mgdl, int(same_within_min / STEP_MIN))
    return LivedLows(factual_mgdl, soon, jnp.asarray(days.rescue_g_per_min), _after_low(factual_mgdl), counts)


def treat_lows(
    memory: LowMemory, lows: LivedLows, rates: Inputs, seen_mgdl: Float[Array, ""]
) -> tuple[LowMemory, Inputs]:
    """The step's rates with carbohydrate against lows as it is needed.

    Args:
        memory: of the step before.
        lows: of this step.
        rates: with the unexplained flux as lived.
        seen_mgdl: glucose in the replay.
    """
    treats, kept = _against_lows(memory, lows, jnp.asarray(rates.minute_of_day), seen_mgdl)
    left_out = lows.rescue_g_per_min * (1.0 - kept)
    added = jnp.where(treats, usual_care().carbs_g / STEP_MIN, 0.0)
    flux = jnp.asarray(rates.unexplained_flux_mgdl_per_min)
    unlogged = jnp.maximum(flux, 0.0) * lows.after_low * (1.0 - kept)
    answered = eqx.tree_at(
        lambda one: (one.carbs_g_per_min, one.liquid_carbs_g_per_min, one.unexplained_flux_mgdl_per_min),
        rates,
        (
            jnp.maximum(rates.carbs_g_per_min - left_out, 0.0) + added,
            jnp.maximum(rates.liquid_carbs_g_per_min - left_out, 0.0) + added,
            flux - unlogged,
        ),
    )
    return LowMemory(jnp.where(treats, STEP_MIN, memory.since_treated_min + STEP_MIN), kept), answered


def _lowest_soon(course: Float[Array, " step"], steps: int) -> Float[Array, " step"]:
    """The lowest value from each step to some steps on."""
    padded = jnp.concatenate([course, jnp.full(steps, jnp.inf)])
    return jnp.min(jnp.stack([padded[by : by + course.size] for by in range(steps + 1)]), axis=0)


def _after_low(factual_mgdl: Float[Array, " step"]) -> Float[Array, " step"]:
    low = factual_mgdl < RESCUE_BELOW_MGDL
    padded = jnp.concatenate([jnp.zeros(AFTER_LOW_STEPS, dtype=bool), low])
    back = [padded[AFTER_LOW_STEPS - by : padded.size - by] for by in range(AFTER_LOW_STEPS)]
    return jnp.any(jnp.stack(back), axis=0).astype(float)


def _against_lows(memory: LowMemory, lows: LivedLows, minute: Array, seen_mgdl: Array) -> tuple[Array, Array]:
    """Whether a low is treated that was none as lived, and which share of what was taken as lived still is."""
    care = usual_care()
    awake = (minute >= ASLEEP_MIN[0]) & (minute < ASLEEP_MIN[1])
    limit = jnp.where(awake, care.low_mgdl, care.wakes_below_mgdl)
    new = (seen_mgdl < limit) & (lows.soon_mgdl >= limit) & (memory.since_treated_min >= care.wait_min)
    still = _still_low(seen_mgdl, lows.factual_mgdl)
    kept = jnp.where(lows.factual_mgdl < RESCUE_BELOW_MGDL, still, memory.kept)
    return new & (lows.counts > 0.0), kept


def _still_low(seen_mgdl: Array, factual_mgdl: Array) -> Array:
    """Share of carbohydrate against a low that is still eaten."""
    treated = jnp.maximum(factual_mgdl, RESCUE_BELOW_MGDL)
    return jnp.clip((treated + RESCUE_WIDTH_MGDL - seen_mgdl) / RESCUE_WIDTH_MGDL, 0.0, 1.0)
