"""Changes to ask about: each knows how to alter a timeline, whether it concerns insulin, and how to say itself."""

import abc
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.record import Record, as_utc, check_range
from glucotwin.domain.timeline import Timeline, Window

TOLERANCE = timedelta(minutes=10)
"""How far a named time may be from the record that is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(abc.ABC):
    """One change to a person's records."""

    @property
    @abc.abstractmethod
    def is_insulin(self) -> bool:
        """Whether it concerns insulin, which only some may ask about."""

    @abc.abstractmethod
    def apply(self, timeline: Timeline) -> Timeline:
        """The timeline with the change made.

        Raises:
            NotFoundError: the record that is meant does not exist.
        """

    @abc.abstractmethod
    def sentence(self, timeline: Timeline) -> str:
        """The change in plain words, with the local time."""

    def until(self) -> datetime | None:
        """The latest time that is named, for checking that it lies in a window."""
        return None

    @property
    def modules(self) -> frozenset[str]:
        """Organs that the fitted body lacks and needs to answer, by name (``minimal_lived.LIVED_MODULES``)."""
        return frozenset()

    @property
    def leaves_out_unexplained(self) -> bool:
        """Whether a replay goes without what nothing on record explains."""
        return False

    @property
    def products(self) -> frozenset[str]:
        """Insulins whose own kinetics it needs."""
        return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtRecord(Change):
    """A change to the record nearest to a time."""

    at: datetime

    def until(self) -> datetime | None:
        """The time of the record."""
        return as_utc(self.at)

    def _clock(self, timeline: Timeline) -> str:
        return as_utc(self.at).astimezone(timeline.person.zone_info).strftime("%H:%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleBolus(_AtRecord):
    """Multiplies the bolus at a time."""

    factor: float

    @property
    def is_insulin(self) -> bool:
        """It does."""
        return True

    def apply(self, timeline: Timeline) -> Timeline:
        """Scales both parts of the bolus."""
        check_range("factor", self.factor, 0.0, 10.0)
        scaled = [(pl.col(name) * self.factor).alias(name) for name in ("insulin_u", "extended_u")]
        return with_nearest(timeline, Bolus, "bolus", self.at, scaled)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return _percent_sentence("bolus", self.factor, self._clock(timeline))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftBolus(_AtRecord):
    """Moves the bolus at a time by some minutes; negative is earlier."""

    minutes: float

    @property
    def is_insulin(self) -> bool:
        """It does."""
        return True

    def apply(self, timeline: Timeline) -> Timeline:
        """Moves the bolus."""
        return with_nearest(timeline, Bolus, "bolus", self.at, [_shifted(self.minutes)])

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return _shift_sentence("bolus", self.minutes, self._clock(timeline))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBolus(_AtRecord):
    """Adds a bolus."""

    insulin_u: float

    @property
    def is_insulin(self) -> bool:
        """It does."""
        return True

    def apply(self, timeline: Timeline) -> Timeline:
        """Adds it."""
        return with_record(timeline, "bolus", Bolus(time=self.at, insulin_u=self.insulin_u, source="what-if"))

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message("change-add-bolus", insulin=plain_number(self.insulin_u), clock=self._clock(timeline))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleMeal(_AtRecord):
    """Multiplies the meal at a time."""

    factor: float

    @property
    def is_insulin(self) -> bool:
        """It does not."""
        return False

    def apply(self, timeline: Timeline) -> Timeline:
        """Scales every nutrient."""
        check_range("factor", self.factor, 0.0, 10.0)
        nutrients = ("carbs_g", "protein_g", "fat_g", "fibre_g")
        scaled = [(pl.col(name) * self.factor).alias(name) for name in nutrients]
        return with_nearest(timeline, Meal, "meal", self.at, scaled)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return _percent_sentence("meal", self.factor, self._clock(timeline))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftMeal(_AtRecord):
    """Moves the meal at a time by some minutes; negative is earlier."""

    minutes: float

    @property
    def is_insulin(self) -> bool:
        """It does not."""
        return False

    def apply(self, timeline: Timeline) -> Timeline:
        """Moves it."""
        return with_nearest(timeline, Meal, "meal", self.at, [_shifted(self.minutes)])

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return _shift_sentence("meal", self.minutes, self._clock(timeline))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMeal(_AtRecord):
    """Adds carbohydrate: of a mixed meal, or of fast ``absorption`` as against a low."""

    carbs_g: float
    absorption: Absorption = Absorption.UNKNOWN

    @property
    def is_insulin(self) -> bool:
        """It does not."""
        return False

    def apply(self, timeline: Timeline) -> Timeline:
        """Adds it."""
        meal = Meal(time=self.at, carbs_g=self.carbs_g, absorption=self.absorption, source="what-if")
        return with_record(timeline, "meal", meal)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        name = "change-add-fast-carbs" if self.absorption is Absorption.FAST else "change-add-meal"
        return message(name, carbs=plain_number(self.carbs_g), clock=self._clock(timeline))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleBasal(Change):
    """Multiplies the basal rate, in a window or throughout."""

    factor: float
    window: Window | None = None

    @property
    def is_insulin(self) -> bool:
        """It does."""
        return True

    def apply(self, timeline: Timeline) -> Timeline:
        """Scales the segments within the window; those that reach out of it are split."""
        check_range("factor", self.factor, 0.0, 10.0)
        segments = timeline.frame(BasalSegment)
        if not len(segments):
            raise NotFoundError(
                ErrorCode.UNKNOWN_NAME, "There is no basal rate on record to change.", hint="Import the pump's log."
            )
        # No segment can end later than the last one's start and the longest one's length.
        end = segments["time"][-1] + timedelta(minutes=max(segments["duration_min"].to_list()))
        window = self.window or Window(start=segments["time"][0], end=end)
        before = Window(start=min(segments["time"][0], window.start), end=window.start)
        after = Window(start=window.end, end=max(end, window.end))
        parts = [timeline.cut(one).frame(BasalSegment) for one in (before, window, after)]
        parts[1] = parts[1].with_columns(pl.col("rate_u_per_h") * self.factor)
        return replace(timeline, streams={**timeline.streams, "basal": pl.concat(parts)})

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message(
            "change-scale-basal", percent=f"{abs(self.factor - 1.0) * 100:.0f}", direction=_more(self.factor)
        )


def apply_changes(timeline: Timeline, changes: tuple[Change, ...]) -> Timeline:
    """The timeline with every change made, in order."""
    for change in changes:
        timeline = change.apply(timeline)
    return timeline


def nearest_row(frame: pl.DataFrame, what: str, at: datetime) -> int:
    """Position of the record nearest to a time.

    Raises:
        NotFoundError: none lies within ten minutes.
    """
    distance = (pl.col("time") - as_utc(at)).abs()
    near = frame.with_row_index("row").filter(distance <= TOLERANCE).sort(distance)
    if not len(near):
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no {what} within 10 min of {as_utc(at):%Y-%m-%d %H:%M} UTC.",
            hint="Name the time at which it was recorded.",
        )
    return int(near["row"][0])


def with_nearest(timeline: Timeline, kind: type[Record], stream: str, at: datetime, columns: list[pl.Expr]) -> Timeline:
    """The timeline with columns of the record nearest to a time replaced.

    Raises:
        NotFoundError: none lies within ten minutes.
    """
    frame = timeline.frame(kind)
    row = nearest_row(frame, stream, at)
    marked = frame.with_row_index("row")
    changed = pl.concat(
        [marked.filter(pl.col("row") != row), marked.filter(pl.col("row") == row).with_columns(columns)]
    )
    return replace(timeline, streams={**timeline.streams, stream: changed.drop("row")})


def with_record(timeline: Timeline, stream: str, record: Record) -> Timeline:
    """The timeline with one more record."""
    frame = pl.concat([timeline.frame(type(record)), frame_from_records(type(record), [record])])
    return replace(timeline, streams={**timeline.streams, stream: frame})


def _shifted(minutes: float) -> pl.Expr:
    return pl.col("time") + timedelta(minutes=minutes)


def _more(factor: float) -> str:
    return "more" if factor >= 1.0 else "less"


def _percent_sentence(what: str, factor: float, clock: str) -> str:
    return message(
        f"change-scale-{what}", percent=f"{abs(factor - 1.0) * 100:.0f}", direction=_more(factor), clock=clock
    )


def _shift_sentence(what: str, minutes: float, clock: str) -> str:
    direction = "earlier" if minutes < 0 else "later"
    return message(f"change-shift-{what}", minutes=plain_number(abs(minutes)), direction=direction, clock=clock)
