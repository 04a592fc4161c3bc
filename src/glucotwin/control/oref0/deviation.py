"""Deviations: how much faster glucose rises than insulin alone would have it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from glucotwin.control.oref0.glucose_status import Reading
from glucotwin.control.oref0.insulin_curve import InsulinCurve
from glucotwin.control.oref0.insulin_on_board import Doses, Insulin, insulin_at
from glucotwin.control.oref0.local_clock import MS_PER_MIN, LocalClock
from glucotwin.control.oref0.profile import Profile, sensitivity_at
from glucotwin.control.oref0.rounding import round_half_up

LOWEST_READING_MGDL = 39
_STEP_MIN = 5
_GAP_MIN = 8
_SAME_MOMENT_MIN = 2
_LONGEST_GAP_MIN = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Glucose, in mg/dL, of about five minutes, at a time in ms since 1970."""

    moment_ms: float
    glucose_mgdl: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulinEffect:
    """What insulin does at a time.

    Attributes:
        insulin: insulin on board then.
        sensitivity_mgdl_per_u: scheduled sensitivity then.
        impact_mgdl_per_5_min: change of glucose that insulin alone would bring.
    """

    insulin: Insulin
    sensitivity_mgdl_per_u: float
    impact_mgdl_per_5_min: float


class Effects(Protocol):
    """Where insulin effects come from."""

    @property
    def profile(self) -> Profile:
        """Settings and schedules."""
        ...

    @property
    def clock(self) -> LocalClock:
        """The clock that the schedules follow."""
        ...

    def at(self, moment_ms: float) -> InsulinEffect:
        """The effect at a time in ms since 1970."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulinEffects:
    """Where insulin effects come from: doses, curve and schedules."""

    doses: Doses
    curve: InsulinCurve
    profile: Profile
    clock: LocalClock

    def at(self, moment_ms: float) -> InsulinEffect:
        """The effect at a time in ms since 1970."""
        insulin = insulin_at(self.doses, self.curve, moment_ms)
        sensitivity = sensitivity_at(self.profile, moment_ms, self.clock)
        impact = round_half_up(-insulin.activity_u_per_min * sensitivity * _STEP_MIN, 2)
        return InsulinEffect(insulin=insulin, sensitivity_mgdl_per_u=sensitivity, impact_mgdl_per_5_min=impact)


def backward_buckets(
    readings: Sequence[Reading], *, since_ms: float, hours: float, recent_until_ms: float | None
) -> tuple[list[Bucket], list[Reading]]:
    """Readings in steps of about five minutes, newest first; gaps up to four hours are filled in a straight line.

    Args:
        readings: newest first.
        since_ms: begin, in ms since 1970; one reading before it is used too.
        hours: hours after the begin that are used.
        recent_until_ms: if given, only the 45 minutes before this time are used.

    Returns:
        The steps, and the readings with those that were averaged into a step replaced by its mean: the original goes
        on with these.
    """
    walk = _Walk(readings)
    for place, reading in enumerate(readings):
        if place == 0 or reading.glucose_mgdl < LOWEST_READING_MGDL:
            continue
        age_h = (reading.moment_ms - since_ms) / (60 * MS_PER_MIN)
        if age_h > hours:
            continue
        if _is_recent(reading, recent_until_ms):
            walk.add(place)
        if age_h < 0:
            break
    return walk.buckets, walk.readings


def _is_recent(reading: Reading, recent_until_ms: float | None) -> bool:
    if recent_until_ms is None:
        return True
    return 0 <= (recent_until_ms - reading.moment_ms) / (45 * MS_PER_MIN) <= 1


class _Walk:
    """Goes back in time from reading to reading."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = list(readings)
        first = self.readings[0]
        self.buckets = [Bucket(moment_ms=first.moment_ms, glucose_mgdl=first.glucose_mgdl)]
        self._source: int | None = 0
        self._last_used = 0 if first.glucose_mgdl >= LOWEST_READING_MGDL else None

    def add(self, place: int) -> None:
        """Take the reading at a place into the steps."""
        reading = self.readings[place]
        # Where the newest reading is none that can be used, the original halves the way to the next one.
        elapsed_min = 0.0
        if self._last_used is not None:
            elapsed_min = abs((reading.moment_ms - self.readings[self._last_used].moment_ms) / MS_PER_MIN)
        if self._last_used is not None and elapsed_min > _GAP_MIN:
            self._fill(self.readings[self._last_used], reading, elapsed_min)
        elif elapsed_min > _SAME_MOMENT_MIN:
            self.buckets.append(Bucket(moment_ms=reading.moment_ms, glucose_mgdl=reading.glucose_mgdl))
            self._source = place
        else:
            self._average(reading)
        self._last_used = place

    def _average(self, reading: Reading) -> None:
        last = self.buckets[-1]
        mean_mgdl = (last.glucose_mgdl + reading.glucose_mgdl) / 2
        self.buckets[-1] = Bucket(moment_ms=last.moment_ms, glucose_mgdl=mean_mgdl)
        if self._source is not None:
            self.readings[self._source] = replace(self.readings[self._source], glucose_mgdl=mean_mgdl)

    def _fill(self, last_used: Reading, reading: Reading, elapsed_min: float) -> None:
        left_min = min(_LONGEST_GAP_MIN, elapsed_min)
        moment_ms, glucose_mgdl = last_used.moment_ms, last_used.glucose_mgdl
        while left_min > _STEP_MIN:
            moment_ms -= _STEP_MIN * MS_PER_MIN
            glucose_mgdl += _STEP_MIN / left_min * (reading.glucose_mgdl - glucose_mgdl)
            left_min -= _STEP_MIN
            self.buckets.append(Bucket(moment_ms=moment_ms, glucose_mgdl=round_half_up(glucose_mgdl)))
        self._source = None
