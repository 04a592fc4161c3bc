"""How far meals are absorbed, from what glucose did: Loop's dynamic absorption."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.absorption_model import AbsorptionModel, PiecewiseLinear
from glucotwin.control.loop.counteraction import Counteraction
from glucotwin.control.loop.series import MINUTE_S

TOUCH = 2.0**-23
"""Differences up to single precision's last place count as none, as in the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbRule:
    """How meals are assumed to be absorbed.

    Attributes:
        model: shape of absorption.
        overrun: longest absorption time, as a multiple of the entered one.
        initial_overrun: absorption time assumed before anything is seen, as a multiple of the entered one.
        delay_s: from eating to the first rise.
        adaptive_rate: whether the pace seen so far is carried on.
        adaptive_from: share of the initial absorption time after which it is.
    """

    model: AbsorptionModel = field(default_factory=PiecewiseLinear)
    overrun: float = 1.5
    initial_overrun: float = 1.5
    delay_s: float = 10 * MINUTE_S
    adaptive_rate: bool = False
    adaptive_from: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbEntry:
    """A meal as it was entered.

    Attributes:
        start_s: when it is eaten, s since 1970.
        carbs_g: its carbs.
        absorption_s: how long they take, as entered.
        rise_mgdl_per_g: what a gram raises glucose by.
    """

    start_s: float
    carbs_g: float
    absorption_s: float
    rise_mgdl_per_g: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """Absorption interval by interval, as far as it was seen.

    Attributes:
        start_s: starts of the intervals, s since 1970.
        end_s: their ends.
        carbs_g: absorbed within each.
    """

    start_s: Float[np.ndarray, " interval"]
    end_s: Float[np.ndarray, " interval"]
    carbs_g: Float[np.ndarray, " interval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbStatus:
    """A meal and how far it is.

    Attributes:
        entry: the meal.
        observed_g: what glucose shows to be absorbed.
        clamped_g: the same, at least what the slowest pace gives and at most the meal.
        observed_duration_s: from the meal to the last that was seen of it.
        observed: the course, if it is at least as fast as the slowest pace.
        time_to_absorb_s: absorption time that the absorbed part stands for.
        time_remaining_s: absorption time still ahead.
    """

    entry: CarbEntry
    observed_g: float
    clamped_g: float
    observed_duration_s: float
    observed: Observed | None
    time_to_absorb_s: float
    time_remaining_s: float

    @property
    def remaining_g(self) -> float:
        """What is not absorbed yet."""
        return self.entry.carbs_g - self.clamped_g

    @property
    def duration_s(self) -> float:
        """Absorption time as it looks now."""
        return self.observed_duration_s + self.time_remaining_s


@dataclass(slots=True)
class _Meal:
    """A meal while its absorption is being read."""

    entry: CarbEntry
    rule: CarbRule
    last_seen_s: float
    effect_mgdl: float = 0.0
    completed_s: float | None = None
    course: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def longest_s(self) -> float:
        return self.rule.overrun * self.entry.absorption_s

    @property
    def initial_s(self) -> float:
        return self.rule.initial_overrun * self.entry.absorption_s

    @property
    def whole_mgdl(self) -> float:
        return self.entry.carbs_g * self.entry.rise_mgdl_per_g

    @property
    def latest_s(self) -> float:
        return self.entry.start_s + self.longest_s + self.rule.delay_s

    @property
    def seen_until_s(self) -> float:
        return min(self.latest_s, max(self.last_seen_s, self.entry.start_s))

    @property
    def elapsed_s(self) -> float:
        return self.seen_until_s - self.entry.start_s - self.rule.delay_s

    @property
    def observed_g(self) -> float:
        return self.effect_mgdl / self.entry.rise_mgdl_per_g

    @property
    def least_g(self) -> float:
        return self.entry.carbs_g * float(self.rule.model.absorbed(np.array(self.elapsed_s / self.longest_s)))

    @property
    def clamped_g(self) -> float:
        return min(self.entry.carbs_g, max(self.least_g, self.observed_g))

    @property
    def observed_duration_s(self) -> float:
        return (self.seen_until_s if self.completed_s is None else self.completed_s) - self.entry.start_s

    def times(self) -> tuple[float, float]:
        """Absorption time that the absorbed part stands for, and absorption time ahead, s."""
        elapsed, left = self.elapsed_s, self.longest_s - self.elapsed_s
        if elapsed <= 0:
            return 0.0, self.initial_s
        fraction = self.clamped_g / self.entry.carbs_g if self.entry.carbs_g > 0 else 1.0
        share = float(self.rule.model.time_of(np.array(fraction)))
        adaptive = self.rule.adaptive_rate and elapsed > self.rule.adaptive_from * self.initial_s and share > 0
        to_absorb = elapsed if adaptive else min(share * self.initial_s, self.longest_s)
        total = elapsed / share if adaptive else self.initial_s
        return to_absorb, max(min(total - to_absorb, left), 0.0)

    def rate_g_per_s(self, time_s: float) -> float:
        duration = min(self.observed_duration_s + self.times()[1], self.longest_s)
        if duration <= 0:
            return 0.0
        share = np.array((time_s - self.entry.start_s) / duration)
        return self.entry.carbs_g / duration * float(self.rule.model.rate(share))

    def add(self, effect_mgdl: float, start_s: float, end_s: float) -> None:
        self.effect_mgdl += effect_mgdl
        if self.completed_s is None:
            self.course.append((start_s, end_s, effect_mgdl / self.entry.rise_mgdl_per_g))
            if self.effect_mgdl + TOUCH >= self.whole_mgdl:
                self.completed_s = end_s

    def status(self) -> CarbStatus:
        course = np.array(self.course).reshape(-1, 3)
        seen = Observed(start_s=course[:, 0], end_s=course[:, 1], carbs_g=course[:, 2])
        to_absorb, remaining = self.times()
        return CarbStatus(
            entry=self.entry,
            observed_g=self.observed_g,
            clamped_g=self.clamped_g,
            observed_duration_s=self.observed_duration_s,
            observed=seen if self.observed_g >= self.least_g else None,
            time_to_absorb_s=to_absorb,
            time_remaining_s=remaining,
        )


def carb_statuses(entries: tuple[CarbEntry, ...], seen: Counteraction, rule: CarbRule) -> tuple[CarbStatus, ...]:
    """Share what glucose did beyond insulin among the meals that are being absorbed.

    Each interval's rise is shared by the meals' expected rates; what is left over goes to the last of them.
    """
    last_seen_s = float(seen.end_s[-1]) if len(seen) else -np.inf
    meals = [_Meal(entry, rule, last_seen_s) for entry in entries]
    rises = np.maximum(seen.rate_mgdl_per_s * (seen.end_s - seen.start_s), 0.0)
    for start_s, end_s, rise_mgdl in zip(seen.start_s, seen.end_s, rises, strict=True):
        active = [meal for meal in meals if meal.entry.start_s <= start_s < meal.latest_s]
        _share(active, float(start_s), float(end_s), float(rise_mgdl))
    return tuple(meal.status() for meal in meals)


def _share(meals: list[_Meal], start_s: float, end_s: float, rise_mgdl: float) -> None:
    rates = [meal.rate_g_per_s(start_s) for meal in meals]
    rate_left, rise_left = sum(rates), rise_mgdl
    for meal, rate in zip(meals, rates, strict=True):
        part = 0.0
        if rate_left > 0:
            part = min(max(meal.whole_mgdl - meal.effect_mgdl, 0.0), rate / rate_left * rise_left)
        meal.add(part, start_s, end_s)
        rate_left -= rate
        rise_left -= part
    if meals and rise_left > TOUCH:
        meals[-1].add(rise_left, start_s, end_s)
