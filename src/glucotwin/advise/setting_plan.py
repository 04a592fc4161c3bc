"""What an advice on settings says: a plan with its reasons and alternatives, or why there is none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired

import numpy as np
from typing_extensions import TypedDict

from glucotwin.advise.setting_space import UNITS, Coordinate, SettingKind
from glucotwin.advise.therapy import UsualDayJson
from glucotwin.advise.what_if import Outcome, OutcomeJson
from glucotwin.control.setting import TherapySetting
from glucotwin.forecast.forecast import rounded

BIN_MIN = 30
"""Length of the bins of a usual day."""


class Doubt(StrEnum):
    """Why nothing is advised, or not on a part."""

    FEW_DAYS = "few-days"
    LITTLE_WEAR = "little-wear"
    FEW_MEALS = "few-meals"
    FEW_CORRECTIONS = "few-corrections"
    POSTERIOR_AS_PRIOR = "posterior-as-prior"
    NO_BETTER = "no-better"
    NOT_SURE = "not-sure"


class CoordinateJson(TypedDict):
    """A setting in a part of the local day."""

    kind: SettingKind
    from_minute: int
    to_minute: int
    unit: str


class SettingChangeJson(TypedDict):
    """One change, what it does alone, and the recorded glucose of its part of the day."""

    setting: CoordinateJson
    before: float
    after: float
    alone: list[OutcomeJson]
    was_median_mgdl: float | None
    was_low_pct: float | None
    was_high_pct: float | None
    occasions: int


class MovedJson(TypedDict):
    """A setting before and after."""

    setting: CoordinateJson
    before: float
    after: float


class SettingPlanJson(TypedDict):
    """Settings that were replayed, with what they do."""

    name: str
    moved: list[MovedJson]
    outcomes: list[OutcomeJson]
    certainty: float
    keeps_limits: bool
    day: UsualDayJson


class HabitJson(TypedDict):
    """Boluses of meals given earlier."""

    lead_min: float
    outcomes: list[OutcomeJson]


class ThinJson(TypedDict):
    """A setting that nothing is said about, and why."""

    setting: CoordinateJson
    why: Doubt


class SettingAdviceJson(TypedDict):
    """What is advised, and what is not."""

    days: float
    plan: SettingPlanJson | None
    changes: list[SettingChangeJson]
    alternatives: list[SettingPlanJson]
    habits: list[HabitJson]
    withheld: list[Doubt]
    thin: list[ThinJson]
    day: NotRequired[UsualDayJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """One setting in a part of the day, before and after, with what it does alone.

    Attributes:
        coordinate: which.
        before, after: mean value in that part.
        alone: what this change alone would do to time in ranges.
        was_median_mgdl, was_low_pct, was_high_pct: recorded glucose of that part of the day: median, and time below 70
            and above 180 mg/dL.
        occasions: meals or corrections in it; 0 for basal insulin.
    """

    coordinate: Coordinate
    before: float
    after: float
    alone: tuple[Outcome, ...]
    was_median_mgdl: float
    was_low_pct: float
    was_high_pct: float
    occasions: int

    def to_json(self) -> SettingChangeJson:
        """As JSON values."""
        return {
            "setting": coordinate_json(self.coordinate),
            "before": round(self.before, 4),
            "after": round(self.after, 4),
            "alone": [one.to_json() for one in self.alone],
            "was_median_mgdl": _known(self.was_median_mgdl),
            "was_low_pct": _known(self.was_low_pct),
            "was_high_pct": _known(self.was_high_pct),
            "occasions": self.occasions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingPlan:
    """Settings that were replayed, with what they do.

    Attributes:
        name: ``balanced``, ``fewer-lows``, ``more-in-range`` or ``smaller-step``.
        setting: the settings.
        levels: per coordinate, in half steps.
        outcomes: time in ranges with today's settings, with these, and the difference, over draws.
        certainty: share of draws in which the person fares better.
        keeps_limits: whether lows stay within the limits.
        day_mgdl: median and quartiles of glucose by half hours of the local day, ``(3, bin)``.
    """

    name: str
    setting: TherapySetting
    levels: np.ndarray
    outcomes: tuple[Outcome, ...]
    certainty: float
    keeps_limits: bool
    day_mgdl: np.ndarray

    def moved(
        self, today: TherapySetting, coordinates: tuple[Coordinate, ...]
    ) -> list[tuple[Coordinate, float, float]]:
        """What it moves, with the mean value of that part of the day before and after."""
        apart = [one for one, level in zip(coordinates, self.levels, strict=True) if level]
        return [(one, one.of(today), one.of(self.setting)) for one in apart]

    def to_json(self, today: TherapySetting, coordinates: tuple[Coordinate, ...]) -> SettingPlanJson:
        """As JSON values."""
        return {
            "name": self.name,
            "moved": [
                {"setting": coordinate_json(one), "before": round(before, 4), "after": round(after, 4)}
                for one, before, after in self.moved(today, coordinates)
            ],
            "outcomes": [one.to_json() for one in self.outcomes],
            "certainty": round(self.certainty, 3),
            "keeps_limits": self.keeps_limits,
            "day": _day_json(self.day_mgdl),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """Boluses of meals given earlier than they were, with today's settings."""

    lead_min: float
    outcomes: tuple[Outcome, ...]

    def to_json(self) -> HabitJson:
        """As JSON values."""
        return {"lead_min": self.lead_min, "outcomes": [one.to_json() for one in self.outcomes]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAdvice:
    """What is advised, and what is not.

    Attributes:
        today: the settings that were dosed by.
        coordinates: what could have been changed.
        plan: what is advised; None where nothing is.
        changes: the plan's changes one by one, the one that does most first.
        alternatives: other plans that keep the limits, none of them worse than another in both lows and range.
        habits: what earlier boluses would do.
        withheld: why nothing is advised; empty where something is.
        thin: parts on which nothing is advised, with the reason.
        day_mgdl: the usual day under today's settings, as in a plan.
        days: how many days were replayed.
    """

    today: TherapySetting
    coordinates: tuple[Coordinate, ...]
    plan: SettingPlan | None
    changes: tuple[SettingChange, ...] = ()
    alternatives: tuple[SettingPlan, ...] = ()
    habits: tuple[Habit, ...] = ()
    withheld: tuple[Doubt, ...] = ()
    thin: tuple[tuple[Coordinate, Doubt], ...] = ()
    day_mgdl: np.ndarray | None = None
    days: float = 0.0

    def to_json(self) -> SettingAdviceJson:
        """As JSON values."""
        own = self.today, self.coordinates
        told: SettingAdviceJson = {
            "days": round(self.days, 2),
            "plan": None if self.plan is None else self.plan.to_json(*own),
            "changes": [one.to_json() for one in self.changes],
            "alternatives": [one.to_json(*own) for one in self.alternatives],
            "habits": [one.to_json() for one in self.habits],
            "withheld": list(self.withheld),
            "thin": [{"setting": coordinate_json(one), "why": why} for one, why in self.thin],
        }
        return told if self.day_mgdl is None else {**told, "day": _day_json(self.day_mgdl)}


def coordinate_json(coordinate: Coordinate) -> CoordinateJson:
    """As JSON values."""
    return {
        "kind": coordinate.kind,
        "from_minute": coordinate.from_minute,
        "to_minute": coordinate.to_minute,
        "unit": UNITS[coordinate.kind],
    }


def _day_json(day_mgdl: np.ndarray) -> UsualDayJson:
    median, low, high = day_mgdl
    return {
        "start_min": (BIN_MIN * np.arange(median.size)).tolist(),
        "median_mgdl": rounded(median),
        "low_mgdl": rounded(low),
        "high_mgdl": rounded(high),
    }


def _known(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
