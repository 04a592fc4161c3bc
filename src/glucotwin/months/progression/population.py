"""The model of meals and years for many people at once, in strides of weeks.

Equations of Ha and Sherman 2020 (``meals``), with its time scales taken apart: granules that are docked are in balance
at once (seconds), glucose, insulin and the reserve of granules are integrated over days of three meals, and the mass
and capacity of beta cells, which change over months and years, go on for some weeks by their means over such a day.
The shift of the dose response
(two days) is helped on its way after each day. Against integrating every meal, glucose after a
year is the same to 1 mg/dL (``tests/unit/months/test_progression_population.py``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.months.progression.meals import (
    CALCIUM_OFF,
    CALCIUM_ON,
    FUSION,
    MEAL_MIN,
    MEALS,
    PRIMING,
    RELEASE,
    RESERVE_LOST,
    SECONDS,
    START,
    TEST_DL_PER_KG,
    TEST_MG_PER_MIN,
    TEST_MIN,
    TO_RESERVE,
    UNPRIMING,
)
from glucotwin.months.progression.table import progression_parameters

STEP_MIN, DAY_STEPS, TEST_STEPS = 2.0, 720, 60
STRIDE_D = 36.5
"""Days that mass and capacity go on by the means of one day; ten strides a year."""

MASS_D, CAPACITY_D = 10_080_000.0 / 1440.0, 359_856.0 / 1440.0
"""Time constants of mass and capacity in days."""

PUSHED = 0.98
"""Part of the capacity that is left by the push of ``comes_back``."""

SHIFT_MIN, SHIFT_LEARNED = 3081.6, 0.4
"""Time constant of the shift, and the part of the way to its balance that it is moved on besides after each day."""


class Fast(NamedTuple):
    """What changes within a day; every array is ``(people,)``.

    Attributes:
        glucose_mgdl, insulin_uu_per_ml: in plasma.
        reserve_granules: of beta cells.
        shift: of the dose response.
    """

    glucose_mgdl: jax.Array
    insulin_uu_per_ml: jax.Array
    reserve_granules: jax.Array
    shift: jax.Array


class Held(NamedTuple):
    """What stands still within a day; every array is ``(people,)``.

    Attributes:
        sensitivity, hepatic_sensitivity: of muscle and liver.
        mass, capacity: of beta cells.
        production, secretion: factors by medicines on glucose production and on insulin that is secreted.
    """

    sensitivity: jax.Array
    hepatic_sensitivity: jax.Array
    mass: jax.Array
    capacity: jax.Array
    production: jax.Array
    secretion: jax.Array


class DayMeans(NamedTuple):
    """Means over a day: how far the shift has to go, growth of mass, where capacity goes per ``capacity_max``."""

    shift: jax.Array
    growth: jax.Array
    capacity: jax.Array


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaPeople:
    """People before breakfast.

    Attributes:
        fast, held: states.
        capacity_max: largest capacity of beta cells of each person.
        usual_growth: growth of mass that is in balance with what this person loses, in the model's unit.
    """

    fast: Fast
    held: Held
    capacity_max: np.ndarray
    usual_growth: np.ndarray

    def __len__(self) -> int:
        """How many there are."""
        return self.held.mass.shape[0]

    @property
    def fasting_mgdl(self) -> np.ndarray:
        """Glucose before breakfast."""
        return np.asarray(self.fast.glucose_mgdl)

    def some(self, places: np.ndarray) -> "BetaPeople":
        """Some of them, or some several times."""
        return BetaPeople(
            fast=Fast(*(one[places] for one in self.fast)),
            held=Held(*(one[places] for one in self.held)),
            capacity_max=self.capacity_max[places],
            usual_growth=self.usual_growth[places],
        )

    def holding(self, **changes: np.ndarray | jax.Array) -> "BetaPeople":
        """The same people with other values of ``Held``."""
        return replace(self, held=self.held._replace(**{name: jnp.asarray(one) for name, one in changes.items()}))


def together(parts: Sequence[BetaPeople]) -> BetaPeople:
    """People of several groups, one group after the other."""

    def joined(of: Iterable[jax.Array | np.ndarray]) -> jax.Array:
        return jnp.concatenate(tuple(map(jnp.asarray, of)))

    return BetaPeople(
        fast=Fast(*map(joined, zip(*(one.fast for one in parts), strict=True))),
        held=Held(*map(joined, zip(*(one.held for one in parts), strict=True))),
        capacity_max=np.concatenate([one.capacity_max for one in parts]),
        usual_growth=np.concatenate([one.usual_growth for one in parts]),
    )


def people_at_rest(
    *, sensitivity: np.ndarray, hepatic_sensitivity: np.ndarray, capacity: np.ndarray, days: int = 16
) -> BetaPeople:
    """People whose beta cells, their mass too, are in balance with their days.

    Args:
        sensitivity: of muscle, ``(people,)``.
        hepatic_sensitivity: of the liver.
        capacity: of beta cells; ``capacity_max`` is what keeps it there, ``usual_growth`` what keeps mass.
        days: of meals until the shift is in balance.
    """
    whole = np.ones_like(sensitivity)
    held = Held(
        sensitivity=jnp.asarray(sensitivity),
        hepatic_sensitivity=jnp.asarray(hepatic_sensitivity),
        mass=jnp.asarray(START[2] * whole),
        capacity=jnp.asarray(capacity),
        production=jnp.asarray(whole),
        secretion=jnp.asarray(whole),
    )
    fast = Fast(*(jnp.asarray(START[place] * whole) for place in (0, 1, 8, 3)))
    fast, means = _days(fast, held, days=days)
    return BetaPeople(
        fast=fast,
        held=held,
        capacity_max=np.asarray((held.capacity - CAPACITY_LEAST) / means.capacity),
        usual_growth=np.asarray(means.growth),
    )


def comes_back(people: BetaPeople) -> np.ndarray:
    """Whether people's rest holds: capacity that was pushed down a little rises again, ``(people,)``.

    High glucose tires beta cells, so that many balances tip over at the smallest push, and nobody is found there.

    Args:
        people: at rest.
    """
    pushed = settle(people.holding(capacity=PUSHED * people.held.capacity), days=2)
    first = live_stride(pushed)
    return np.asarray(live_stride(first).held.capacity > first.held.capacity)


def live_stride(people: BetaPeople, *, days: float = STRIDE_D, meals_d: int = 2) -> BetaPeople:
    """The same people some weeks later.

    Args:
        people: before breakfast.
        days: how many weeks, in days.
        meals_d: days of meals that are lived through for the means.
    """
    held = people.held
    fast, means = _days(people.fast, held, days=meals_d)
    aimed = jnp.asarray(people.capacity_max) * means.capacity + CAPACITY_LEAST
    grown = held.mass * jnp.exp((means.growth - jnp.asarray(people.usual_growth)) * days / MASS_D)
    capacity = aimed + (held.capacity - aimed) * np.exp(-days / CAPACITY_D)
    return replace(people, fast=fast, held=held._replace(mass=grown, capacity=capacity))


def settle(people: BetaPeople, *, days: int = 4) -> BetaPeople:
    """The same people after some days of meals in which mass and capacity stand still."""
    fast, _ = _days(people.fast, people.held, days=days)
    return replace(people, fast=fast)


def two_hours_mgdl(people: BetaPeople) -> np.ndarray:
    """Glucose two hours after 75 g of glucose before breakfast, ``(people,)``."""
    return np.asarray(_tested(people.fast, people.held).glucose_mgdl)


CAPACITY_LEAST = 0.01752


@cache
def _values() -> Mapping[str, float]:
    return progression_parameters("meals")


@partial(jax.jit, static_argnames="days")
def _days(fast: Fast, held: Held, *, days: int) -> tuple[Fast, DayMeans]:
    """Days of three meals, each with a shift that is nearer to its balance; means of the last one."""

    def one_day(now: Fast, _: None) -> tuple[Fast, DayMeans]:
        after, seen = jax.lax.scan(partial(_step, held, _meal), now, jnp.arange(DAY_STEPS) * STEP_MIN)
        means = DayMeans(*(one.mean(axis=0) for one in seen))
        return after._replace(shift=after.shift + SHIFT_LEARNED * means.shift), means

    fast, means = jax.lax.scan(one_day, fast, None, length=days)
    return fast, DayMeans(*(one[-1] for one in means))


@jax.jit
def _tested(fast: Fast, held: Held) -> Fast:
    return jax.lax.scan(partial(_step, held, _test), fast, jnp.arange(TEST_STEPS) * STEP_MIN)[0]


def _meal(minute: jax.Array) -> jax.Array:
    """Appearance in mg/dL/min of three meals and a rest, as ``meals.three_meals``."""
    since = minute % MEAL_MIN
    rest = jnp.floor(minute / MEAL_MIN) % (MEALS + 1) == MEALS
    rise = (since**4 / (40.0**4 + since**4)) ** 0.3
    return jnp.where(rest, 0.0, 11.055 * rise * jnp.exp(-0.015 * since))


def _test(minute: jax.Array) -> jax.Array:
    volume = _values()["weight_kg"] * TEST_DL_PER_KG
    return jnp.interp(minute, jnp.asarray(TEST_MIN), jnp.asarray(TEST_MG_PER_MIN)) / volume


def _step(held: Held, food: Callable[[jax.Array], jax.Array], fast: Fast, minute: jax.Array) -> tuple[Fast, DayMeans]:
    """A step by Runge and Kutta's fourth order, and what the day's means are made of, at its beginning."""

    def moved(rates: Fast, part: float) -> Fast:
        return Fast(*(state + part * STEP_MIN * rate for state, rate in zip(fast, rates, strict=True)))

    first, seen = _rates(held, fast, food(minute))
    middle = food(minute + STEP_MIN / 2.0)
    second, _ = _rates(held, moved(first, 0.5), middle)
    third, _ = _rates(held, moved(second, 0.5), middle)
    last, _ = _rates(held, moved(third, 1.0), food(minute + STEP_MIN))
    after = [
        state + STEP_MIN / 6.0 * (one + 2.0 * two + 2.0 * three + four)
        for state, one, two, three, four in zip(fast, first, second, third, last, strict=True)
    ]
    return Fast(*after), seen


def _rates(held: Held, fast: Fast, eaten: jax.Array) -> tuple[Fast, DayMeans]:
    values = _values()
    glucose, insulin, reserve, shift = fast
    fuel = _fuel(glucose)
    returned, released, share = _granules(fuel, shift)
    recruited = 0.006 * share * reserve
    docked = recruited / (PRIMING + TO_RESERVE - UNPRIMING * returned)
    secreted = 540.0 * RELEASE * released * docked
    steep = ((glucose + 89.0) / 260.0) ** 16
    amplified = 4.4567 * steep / (1.0 + steep) + 1.7826
    made = held.capacity * amplified * 1.205 * share
    demand = _fuel(jnp.maximum(0.0, glucose - 35.0))
    tired = 1.0 - 1.0 / (1.0 + 0.2 * jnp.exp(-(demand - 0.2) / 0.02))
    gained = 4.55 * secreted**4 / (41.77**4 + secreted**4)
    lost = values["apoptosis_max"] * fuel**6 / (0.44**6 + fuel**6) + 0.8
    most = 15.443 / (0.27 + held.sensitivity) - 3.54277
    half = 6.0 / (0.4 + held.sensitivity) - 0.5
    produced = held.production * (most / (half + insulin * held.hepatic_sensitivity) + 0.104166)
    shifted = 0.4 * jax.nn.sigmoid((glucose - values["dose_response_mgdl"]) / 5.0) - 0.2
    rates = Fast(
        produced + eaten - (0.0118 + 0.0006944 * held.sensitivity * insulin) * glucose,
        held.mass * held.secretion * secreted / 7200.0 - values["clearance_per_min"] * insulin,
        SECONDS * (made + TO_RESERVE * docked - RESERVE_LOST * reserve - recruited),
        (shifted - shift) / SHIFT_MIN,
    )
    return rates, DayMeans(shifted - shift, gained - lost, tired * jax.nn.sigmoid((secreted - 0.1) / 0.1))


def _fuel(glucose: jax.Array) -> jax.Array:
    return glucose**2 / (150.0**2 + glucose**2)


def _granules(fuel: jax.Array, shift: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The pools behind the docked one in balance, as ``meals``: return, release, and share of recruitment."""
    driven = jnp.maximum(0.0, fuel + shift) ** 4
    calcium = 2.0 * driven / (0.62**4 + driven) + 0.07
    near = CALCIUM_ON * (150.0 * calcium**4 / (1.0 + calcium**4) + 0.0635)
    fourth = near / (3.0 * CALCIUM_OFF + FUSION)
    third = 2.0 * near / (2.0 * CALCIUM_OFF + near)
    third = third / (1.0 - 3.0 * CALCIUM_OFF / (2.0 * CALCIUM_OFF + near) * fourth)
    second = 3.0 * near / (2.0 * near + CALCIUM_OFF)
    second = second / (1.0 - 2.0 * CALCIUM_OFF / (2.0 * near + CALCIUM_OFF) * third)
    first = PRIMING / (3.0 * near + UNPRIMING)
    first = first / (1.0 - CALCIUM_OFF / (3.0 * near + UNPRIMING) * second)
    return first, FUSION / RELEASE * fourth * third * second * first, calcium / (calcium + 2.3)
