"""Carbs on board: how much of the meals of the last six hours is still to come, and how fast it comes now."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from glucotwin.control.oref0.carb_entry import CarbEntry
from glucotwin.control.oref0.deviation import LOWEST_READING_MGDL, Bucket, Effects, backward_buckets
from glucotwin.control.oref0.glucose_status import Reading
from glucotwin.control.oref0.local_clock import MS_PER_H
from glucotwin.control.oref0.rounding import round_away_from_zero, round_half_up

_WINDOW_H = 6
_LOOK_BACK = 3
"""Steps of five minutes over which a mean change is taken."""

_FEWEST_READINGS = 36
"""With less than three hours of readings nothing is said about carbs on board."""

_NO_MINIMUM = 999.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorption:
    """What deviations say about carbs since a time.

    Attributes:
        absorbed_g: carbs absorbed since then.
        current: mean deviation now, in mg/dL per 5 min; None without enough readings.
        highest: highest mean deviation of the time looked at.
        lowest: lowest one.
        slope_from_highest: change per 5 min since the highest one, at most 0.
        slope_from_lowest: change per 5 min since the lowest one, at least 0.
        all_rounded: mean deviations, newest first, in whole mg/dL per 5 min.
        looked_back_to_ms: oldest time looked at, in ms since 1970.
        readings: what was looked at, with readings of the same moment averaged.
    """

    absorbed_g: float = 0.0
    current: float | None = None
    highest: float = 0.0
    lowest: float = _NO_MINIMUM
    slope_from_highest: float = 0.0
    slope_from_lowest: float = _NO_MINIMUM
    all_rounded: tuple[float, ...] = ()
    looked_back_to_ms: float | None = None
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MealStatus:
    """Carbs entered and carbs left, in g, and the deviations of the last 45 minutes.

    Attributes:
        carbs_g: entered within six hours and still counted.
        app_carbs_g: part of them entered in an app.
        wizard_carbs_g: part entered in the pump's bolus wizard.
        journal_carbs_g: part entered in the pump's journal.
        cob_g: carbs on board.
        last_carbs_ms: time of the latest entry, in ms since 1970; 0 for none.
        wizard_used: whether the pump's bolus wizard was used.
        absorption: recent deviations.
        reason: why carbs on board are 0 although carbs were entered; None for no such reason.
    """

    carbs_g: float = 0.0
    app_carbs_g: float = 0.0
    wizard_carbs_g: float = 0.0
    journal_carbs_g: float = 0.0
    cob_g: float = 0.0
    last_carbs_ms: float = 0.0
    wizard_used: bool = False
    absorption: Absorption = Absorption()
    reason: str | None = None


def find_meal_status(
    meals: Sequence[CarbEntry],
    readings: Sequence[Reading],
    effects_until: Callable[[float], Effects],
    now_ms: float,
    *,
    max_cob_g: float | None,
) -> MealStatus:
    """Carbs on board by what glucose did since each meal.

    Args:
        meals: carbs that were entered.
        readings: newest first.
        effects_until: insulin effects of the pump's history up to a time in ms since 1970.
        now_ms: time of the decision, in ms since 1970.
        max_cob_g: carbs on board are never more than this; None for no limit.

    As in the original, the history for a meal, and for the deviations of now after it, ends at the oldest reading that
    the meal before it looked at: insulin given since does not count there.
    """
    window_ms = now_ms - _WINDOW_H * MS_PER_H
    recent = [meal for meal in meals if window_ms < meal.moment_ms <= now_ms and meal.carbs_g >= 1]
    recent.sort(key=lambda meal: -meal.moment_ms)
    count = _count_meals(recent, readings, effects_until, now_ms)
    effects = effects_until(count.known_until_ms)
    absorption = find_absorption(count.readings, effects, since_ms=window_ms, recent_until_ms=now_ms)
    cob_g = min(count.cob_g, max_cob_g) if max_cob_g else count.cob_g
    too_few = len(readings) < _FEWEST_READINGS
    if absorption.current is None or too_few:
        cob_g = 0.0
    counted = count.counted
    return MealStatus(
        carbs_g=_carbs_g(counted),
        app_carbs_g=_carbs_g([meal for meal in counted if meal.source == "app"]),
        wizard_carbs_g=_carbs_g([meal for meal in counted if meal.source == "pump wizard"]),
        journal_carbs_g=_carbs_g(
            [meal for meal in counted if meal.source == "pump journal" and meal not in count.once_left_out]
        ),
        cob_g=round_half_up(cob_g),
        last_carbs_ms=max((meal.moment_ms for meal in recent), default=0),
        wizard_used=any(meal.source == "pump wizard" for meal in recent),
        absorption=_rounded(absorption),
        reason="not enough glucose data to calculate carb absorption" if too_few else None,
    )


def find_absorption(
    readings: Sequence[Reading], effects: Effects, *, since_ms: float, recent_until_ms: float | None = None
) -> Absorption:
    """Deviations and carbs absorbed since a time.

    Args:
        readings: newest first.
        effects: insulin effects.
        since_ms: time from which carbs are counted, in ms since 1970.
        recent_until_ms: if given, only the 45 minutes before this time are looked at.
    """
    if not readings:
        return Absorption()
    buckets, averaged = backward_buckets(readings, since_ms=since_ms, hours=_WINDOW_H, recent_until_ms=recent_until_ms)
    tally = _Tally(since_ms=since_ms, recent_until_ms=recent_until_ms)
    for place, (bucket, earlier) in enumerate(zip(buckets, buckets[_LOOK_BACK:], strict=False)):
        tally.looked_back_to_ms = bucket.moment_ms
        if min(bucket.glucose_mgdl, earlier.glucose_mgdl) < LOWEST_READING_MGDL:
            continue
        tally.add(bucket, buckets[place + 1], earlier, effects, is_now=place == 0)
    return replace(tally.absorption(), readings=tuple(averaged))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """Meals gone through: those that count, those that once did not, carbs left, and what the next look starts from."""

    counted: list[CarbEntry]
    once_left_out: list[CarbEntry]
    cob_g: float
    known_until_ms: float
    readings: Sequence[Reading]


def _count_meals(
    meals: Sequence[CarbEntry],
    readings: Sequence[Reading],
    effects_until: Callable[[float], Effects],
    now_ms: float,
) -> _Count:
    counted: list[CarbEntry] = []
    unsure: list[CarbEntry] = []
    left_out: list[CarbEntry] = []
    entered_g = cob_g = 0.0
    known_until_ms = now_ms
    for meal in meals:
        entered_g += meal.carbs_g
        absorption = find_absorption(readings, effects_until(known_until_ms), since_ms=meal.moment_ms)
        known_until_ms = absorption.looked_back_to_ms or known_until_ms
        readings = absorption.readings
        left_g = max(0.0, entered_g - absorption.absorbed_g)
        unsure.append(meal)
        if left_g >= cob_g:
            counted, unsure, cob_g = [*counted, *unsure], [], left_g
        else:
            left_out.append(meal)
    return _Count(
        counted=counted,
        once_left_out=left_out,
        cob_g=cob_g,
        known_until_ms=known_until_ms,
        readings=readings,
    )


def _carbs_g(meals: Sequence[CarbEntry]) -> float:
    return round_half_up(sum(meal.carbs_g for meal in meals), 3)


def _rounded(absorption: Absorption) -> Absorption:
    current = absorption.current
    return replace(
        absorption,
        current=None if current is None else round_half_up(current, 2),
        highest=round_half_up(absorption.highest, 2),
        lowest=round_half_up(absorption.lowest, 2),
        slope_from_highest=round_half_up(absorption.slope_from_highest, 3),
        slope_from_lowest=round_half_up(absorption.slope_from_lowest, 3),
    )


class _Tally:
    """Goes back in time from bucket to bucket."""

    def __init__(self, *, since_ms: float, recent_until_ms: float | None) -> None:
        self._since_ms = since_ms
        self._recent_until_ms = recent_until_ms
        self._absorbed_g = 0.0
        self._current: float | None = None
        self._highest, self._slope_from_highest = 0.0, 0.0
        self._lowest, self._slope_from_lowest = _NO_MINIMUM, _NO_MINIMUM
        self._all: list[float] = []
        self.looked_back_to_ms: float | None = None

    def add(self, bucket: Bucket, before: Bucket, earlier: Bucket, effects: Effects, *, is_now: bool) -> None:
        """Take one bucket into account, with the one before it and the one three steps before."""
        effect = effects.at(bucket.moment_ms)
        mean_delta = round_away_from_zero((bucket.glucose_mgdl - earlier.glucose_mgdl) / _LOOK_BACK, 2)
        mean_deviation = round_half_up(mean_delta - effect.impact_mgdl_per_5_min, 3)
        if is_now:
            self._current = mean_deviation
        self._add_mean(mean_deviation, bucket.moment_ms, is_now=is_now)
        if bucket.moment_ms > self._since_ms:
            profile = effects.profile
            deviation = bucket.glucose_mgdl - before.glucose_mgdl - effect.impact_mgdl_per_5_min
            impact = max(deviation, (self._current or 0.0) / 2, profile.min_carb_impact_mgdl_per_5_min)
            ratio = profile.carb_ratio_g_per_u or 0.0
            self._absorbed_g += impact * ratio / effect.sensitivity_mgdl_per_u

    def _add_mean(self, deviation: float, moment_ms: float, *, is_now: bool) -> None:
        until_ms = self._recent_until_ms
        if until_ms is None or until_ms <= moment_ms:
            return
        self._all.append(round_half_up(deviation))
        if is_now:
            return
        # Multiplied in this order, as the original does; no number without a deviation of now.
        change = math.nan if self._current is None else deviation - self._current
        slope = change / (moment_ms - until_ms) * 1000 * 60 * 5
        if deviation > self._highest:
            self._highest, self._slope_from_highest = deviation, slope if math.isnan(slope) else min(0.0, slope)
        if deviation < self._lowest:
            self._lowest, self._slope_from_lowest = deviation, slope if math.isnan(slope) else max(0.0, slope)

    def absorption(self) -> Absorption:
        """What has been found."""
        return Absorption(
            absorbed_g=self._absorbed_g,
            current=self._current,
            highest=self._highest,
            lowest=self._lowest,
            slope_from_highest=self._slope_from_highest,
            slope_from_lowest=self._slope_from_lowest,
            all_rounded=tuple(self._all),
            looked_back_to_ms=self.looked_back_to_ms,
        )
