"""Autosens: how sensitive to insulin a person is today, from the last hours of glucose without meals."""

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.control.oref0.carb_entry import BolusEntry, CarbEntry
from glucotwin.control.oref0.deviation import LOWEST_READING_MGDL, Bucket, Effects, InsulinEffect
from glucotwin.control.oref0.glucose_status import Reading
from glucotwin.control.oref0.local_clock import MS_PER_H, MS_PER_MIN, LocalClock
from glucotwin.control.oref0.profile import Profile, basal_at
from glucotwin.control.oref0.pump_event import PumpEvent
from glucotwin.control.oref0.rounding import percentile, round_half_up
from glucotwin.core.error import DataError, ErrorCode

SHORT_LOOK_BACK = 96
LONG_LOOK_BACK = 288
"""Deviations, one in five minutes, of eight hours and of a day."""

_DAY_H = 24
_SAME_MOMENT_MIN = 2
_LOOK_BACK = 3
_PADDING = 18
_LOWEST_MGDL = 40
_LOW_MGDL = 80
_STEPS_PER_H = 12
_LONGEST_ABSORPTION_STEPS = 60
_STEPS_AFTER_CARBS = 9
_NO_MEAL_YET = 999
_ALMOST_NO_CARBS_G = 0.5
_BASAL_HOURS_OF_UNANNOUNCED_MEALS = 2


class TempTarget(BaseModel):
    """A temporary target. Aliases are the names in the files."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)

    created_at: str
    duration_min: float = Field(alias="duration", ge=0, le=100_000)
    top_mgdl: float | None = Field(default=None, alias="targetTop", ge=0, le=2000)
    bottom_mgdl: float | None = Field(default=None, alias="targetBottom", ge=0, le=2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Autosens:
    """Sensitivity of today.

    Attributes:
        ratio: factor on basal rates and divisor of sensitivity; below 1 for a person more sensitive than usual.
        new_sensitivity_mgdl_per_u: sensitivity that follows; None where only the ratio is known.
    """

    ratio: float
    new_sensitivity_mgdl_per_u: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AutosensInput:
    """What autosens looks at.

    Attributes:
        readings: glucose, newest first.
        meals: carbs that were entered, and boluses.
        temp_targets: temporary targets.
        history: the pump's records, for a change of site.
        effects: insulin effects.
        now_ms: time of the decision, in ms since 1970.
    """

    readings: Sequence[Reading]
    meals: Sequence[CarbEntry | BolusEntry]
    temp_targets: Sequence[TempTarget]
    history: Sequence[PumpEvent]
    effects: Effects
    now_ms: float


def find_autosens(inputs: AutosensInput, look_back: int) -> Autosens:
    """Sensitivity from the deviations of times without meals.

    Args:
        inputs: what to look at.
        look_back: how many of the latest deviations are kept.

    Raises:
        DataError: the profile lacks its sensitivity or its highest basal rate.
    """
    return find_autosens_of(inputs, (look_back,))[0]


def find_autosens_of(inputs: AutosensInput, look_backs: Sequence[int]) -> tuple[Autosens, ...]:
    """The same for several numbers of deviations, which are worked out once.

    Args:
        inputs: what to look at.
        look_backs: how many of the latest deviations are kept.

    Raises:
        DataError: the profile lacks its sensitivity or its highest basal rate.
    """
    profile = inputs.effects.profile
    if not profile.sensitivity_mgdl_per_u or not profile.max_daily_basal_u_per_h:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            "Autosens needs a sensitivity and the highest basal rate of the day.",
            hint="Give the profile sens and max_daily_basal.",
        )
    collected = _collect(inputs)
    return tuple(_autosens(_kept(collected, look_back), profile) for look_back in look_backs)


def _autosens(deviations: list[float], profile: Profile) -> Autosens:
    if len(deviations) < SHORT_LOOK_BACK:
        deviations += [0.0] * int(round_half_up((1 - len(deviations) / SHORT_LOOK_BACK) * _PADDING))
    median = percentile(sorted(deviations), 0.5)
    sensitivity, highest = profile.sensitivity_mgdl_per_u or 0.0, profile.max_daily_basal_u_per_h or 0.0
    ratio = 1 + median * _STEPS_PER_H / sensitivity / highest
    ratio = round_half_up(min(max(ratio, profile.autosens_min), profile.autosens_max), 2)
    return Autosens(ratio=ratio, new_sensitivity_mgdl_per_u=round_half_up(sensitivity / ratio))


def _kept(collected: Sequence[Sequence[float]], look_back: int) -> list[float]:
    """The latest deviations; as in the original, each bucket pushes out one at most."""
    kept: deque[float] = deque()
    for added in collected:
        kept.extend(added)
        if len(kept) > look_back:
            kept.popleft()
    return list(kept)


def _collect(inputs: AutosensInput) -> list[list[float]]:
    """What each bucket of glucose adds to the deviations, going forward in time."""
    buckets = _forward_buckets(inputs.readings, _last_change_ms(inputs))
    clock = inputs.effects.clock
    state = _MealState(inputs.meals, buckets)
    collected: list[list[float]] = []
    for place in range(_LOOK_BACK, len(buckets)):
        bucket, before, earlier = buckets[place], buckets[place - 1], buckets[place - _LOOK_BACK]
        if min(bucket.glucose_mgdl, before.glucose_mgdl, earlier.glucose_mgdl) < _LOWEST_MGDL:
            continue
        effect = inputs.effects.at(bucket.moment_ms)
        deviation = _deviation(bucket, before, effect)
        added = [deviation] if state.is_free_of_meals(bucket, deviation, effect, inputs.effects) else []
        added += _exercise_deviations(inputs, bucket.moment_ms)
        if _is_even_hour(bucket.moment_ms, clock):
            added.append(0.0)
        collected.append(added)
    return collected


def _last_change_ms(inputs: AutosensInput) -> float:
    if inputs.effects.profile.rewind_resets_autosens:
        for event in inputs.history:
            moment_ms = event.moment_ms(inputs.effects.clock)
            if event.kind == "Rewind" and moment_ms is not None:
                return moment_ms
    return inputs.now_ms - _DAY_H * MS_PER_H


def _forward_buckets(readings: Sequence[Reading], since_ms: float) -> list[Bucket]:
    ordered = list(reversed(readings))
    buckets = [Bucket(moment_ms=reading.moment_ms, glucose_mgdl=reading.glucose_mgdl) for reading in ordered[:1]]
    for before, reading in itertools.pairwise(ordered):
        if min(before.glucose_mgdl, reading.glucose_mgdl) < LOWEST_READING_MGDL or reading.moment_ms < since_ms:
            continue
        if abs(reading.moment_ms - before.moment_ms) / MS_PER_MIN > _SAME_MOMENT_MIN:
            buckets.append(Bucket(moment_ms=reading.moment_ms, glucose_mgdl=reading.glucose_mgdl))
        else:
            mean_mgdl = (buckets[-1].glucose_mgdl + reading.glucose_mgdl) / 2
            buckets[-1] = Bucket(moment_ms=buckets[-1].moment_ms, glucose_mgdl=mean_mgdl)
    return buckets[1:]


def _deviation(bucket: Bucket, before: Bucket, effect: InsulinEffect) -> float:
    delta = bucket.glucose_mgdl - before.glucose_mgdl
    deviation = round_half_up(delta - effect.impact_mgdl_per_5_min, 2)
    return 0.0 if bucket.glucose_mgdl < _LOW_MGDL and deviation > 0 else deviation


def _exercise_deviations(inputs: AutosensInput, moment_ms: float) -> list[float]:
    profile, clock = inputs.effects.profile, inputs.effects.clock
    if not (profile.exercise_mode or profile.high_target_raises_sensitivity):
        return []
    target_mgdl = _temp_target_mgdl(inputs.temp_targets, moment_ms, clock)
    return [-(target_mgdl - 100) / 20] if target_mgdl is not None and target_mgdl > 100 else []


def _temp_target_mgdl(targets: Sequence[TempTarget], moment_ms: float, clock: LocalClock) -> float | None:
    for target in sorted(targets, key=lambda target: -clock.moment_ms(target.created_at)):
        start_ms = clock.moment_ms(target.created_at)
        if moment_ms >= start_ms and target.duration_min == 0:
            return None
        if start_ms <= moment_ms < start_ms + target.duration_min * MS_PER_MIN:
            return ((target.top_mgdl or 0.0) + (target.bottom_mgdl or 0.0)) / 2
    return None


def _is_even_hour(moment_ms: float, clock: LocalClock) -> bool:
    local = clock.local(moment_ms)
    return local.minute < 5 and local.hour % 2 == 0


class _MealState:
    """Tells, going forward in time, which deviations come from meals, entered or not.

    As in the original, boluses stand in the list of meals, of which one is taken in a step, and the latest entry stays
    in it even when it is older than the readings.
    """

    def __init__(self, meals: Sequence[CarbEntry | BolusEntry], buckets: Sequence[Bucket]) -> None:
        newest_first = sorted(meals, key=lambda meal: -meal.moment_ms)
        oldest_ms = buckets[0].moment_ms if buckets else 0.0
        self._coming = [*newest_first[:1], *(meal for meal in newest_first[1:] if meal.moment_ms >= oldest_ms)]
        self._cob_g = 0.0
        self._is_absorbing = False
        self._is_unannounced = False
        self._carbs_entered_g = 0.0
        self._steps_since_carbs = _NO_MEAL_YET
        self._was_carbs = False

    def is_free_of_meals(self, bucket: Bucket, deviation: float, effect: InsulinEffect, effects: Effects) -> bool:
        """Whether the deviation of a bucket says something about sensitivity."""
        self._start_meal(bucket.moment_ms)
        self._absorb(deviation, effect, effects.profile)
        if self._cob_g > 0 or self._is_absorbing or self._carbs_entered_g > 0:
            self._go_on_absorbing(deviation)
            return False
        self._was_carbs = False
        return not self._is_unannounced_meal(bucket, deviation, effect, effects)

    def _start_meal(self, moment_ms: float) -> None:
        if not self._coming or self._coming[-1].moment_ms >= moment_ms:
            return
        meal = self._coming.pop()
        if isinstance(meal, CarbEntry) and meal.carbs_g >= 1:
            self._cob_g += meal.carbs_g
            self._carbs_entered_g += int(meal.carbs_g)

    def _absorb(self, deviation: float, effect: InsulinEffect, profile: Profile) -> None:
        if self._cob_g > 0:
            impact = max(deviation, profile.min_carb_impact_mgdl_per_5_min)
            absorbed_g = impact * (profile.carb_ratio_g_per_u or 0.0) / effect.sensitivity_mgdl_per_u
            self._cob_g = max(0.0, self._cob_g - absorbed_g)

    def _go_on_absorbing(self, deviation: float) -> None:
        is_over = self._cob_g < _ALMOST_NO_CARBS_G
        self._is_absorbing = deviation > 0
        if is_over and self._steps_since_carbs > _LONGEST_ABSORPTION_STEPS:
            self._is_absorbing = False
        if is_over and not self._is_absorbing:
            self._carbs_entered_g = 0.0
        if not self._was_carbs:
            self._steps_since_carbs = 0
        self._steps_since_carbs += 1
        self._was_carbs = True

    def _is_unannounced_meal(self, bucket: Bucket, deviation: float, effect: InsulinEffect, effects: Effects) -> bool:
        schedule = effects.profile.basal_schedule
        rate = basal_at(schedule, bucket.moment_ms, effects.clock) if schedule else effects.profile.basal_u_per_h or 0.0
        has_much_insulin = effect.insulin.iob_u > _BASAL_HOURS_OF_UNANNOUNCED_MEALS * rate
        if not (has_much_insulin or self._is_unannounced or self._steps_since_carbs < _STEPS_AFTER_CARBS):
            return False
        self._steps_since_carbs += 1
        self._is_unannounced = deviation > 0
        return True
