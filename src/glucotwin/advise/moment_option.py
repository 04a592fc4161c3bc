"""What advice on a moment is made of: what is asked, steps, and what they would do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from typing_extensions import TypedDict

from glucotwin.advise.refusal import Refusal
from glucotwin.advise.situation import Situation
from glucotwin.core.json_value import Instant, Numbers
from glucotwin.domain.activity import ActivityType
from glucotwin.forecast.forecast import rounded

LOW_WEIGHT = 3.0
"""What a percent below 70 mg/dL costs beyond not being in range: a dose can't be taken back."""

FAT_RICH_G, PROTEIN_RICH_G = 20.0, 40.0
"""From this on a meal raises glucose for hours (Bell 2015, Diabetes Care 38:1008: from about 35 to 40 g of fat and 40 g
of protein; half of that fat here, as logs know it roughly)."""


class MomentKind(StrEnum):
    """What is asked."""

    MEAL = "meal"
    CORRECTION = "correction"
    MISSED_BOLUS = "missed-bolus"
    LOW_AHEAD = "low-ahead"
    EXERCISE = "exercise"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMeal:
    """A meal that is about to be eaten."""

    carbs_g: float
    fat_g: float | None = None
    protein_g: float | None = None

    @property
    def is_rich(self) -> bool:
        """Whether it raises glucose for hours."""
        return (self.fat_g or 0.0) >= FAT_RICH_G or (self.protein_g or 0.0) >= PROTEIN_RICH_G


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExercise:
    """Exercise that is about to begin."""

    in_min: float
    duration_min: float
    intensity_fraction: float = 0.5
    activity_type: ActivityType = ActivityType.AEROBIC


class MomentStepJson(TypedDict):
    """What would be done."""

    dose_u: float
    lead_min: float
    split: tuple[float, float] | None
    carbs_g: float
    basal_factor: float
    basal_min: float


class MomentOptionJson(TypedDict):
    """A step, what it would do, and what speaks against it."""

    step: MomentStepJson
    median_mgdl: Numbers
    low_mgdl: Numbers
    high_mgdl: Numbers
    in_range_pct: float
    below_70_pct: float
    above_180_pct: float
    low_probability: float
    added_very_low: float
    refusals: list[dict[str, str]]


class MomentAdviceJson(TypedDict):
    """What is advised now, and what else was looked at, the best first."""

    kind: MomentKind
    at: Instant
    start: Instant
    glucose_mgdl: float
    age_min: float
    trend_mgdl_per_min: float | None
    on_board_u: float
    calculator_u: float | None
    t_min: Numbers
    chosen: MomentOptionJson
    options: list[MomentOptionJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What would be done.

    Attributes:
        dose_u: rapid insulin now.
        lead_min: how long before the meal.
        split: share at once and minutes for the rest; None for all at once.
        carbs_g: fast carbohydrate now.
        basal_factor: share of the basal rate that is given.
        basal_min: for how long; 0 where the rate stays.
    """

    dose_u: float = 0.0
    lead_min: float = 0.0
    split: tuple[float, float] | None = None
    carbs_g: float = 0.0
    basal_factor: float = 1.0
    basal_min: float = 0.0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is done."""
        return self.dose_u == 0.0 and self.carbs_g == 0.0 and self.basal_factor == 1.0

    @property
    def is_dosing(self) -> bool:
        """Whether insulin changes."""
        return self.dose_u > 0.0 or self.basal_factor != 1.0

    def to_json(self) -> MomentStepJson:
        """As JSON values."""
        return {
            "dose_u": self.dose_u,
            "lead_min": self.lead_min,
            "split": self.split,
            "carbs_g": self.carbs_g,
            "basal_factor": self.basal_factor,
            "basal_min": self.basal_min,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentOption:
    """A step, what it would do, and what speaks against it.

    Attributes:
        step: what is done.
        median_mgdl, low_mgdl, high_mgdl: glucose ahead with its 90 % band if nobody does anything, ``(point,)``.
        in_range_pct, below_70_pct, above_180_pct: expected shares of the hours ahead, lows treated as they come.
        low_probability: that glucose falls below 70 mg/dL at some time.
        added_very_low: what it adds to the expected share of the hours ahead below 54 mg/dL, lows treated, 0-1.
        refusals: reasons against it; empty where it may be chosen.
    """

    step: Step
    median_mgdl: np.ndarray
    low_mgdl: np.ndarray
    high_mgdl: np.ndarray
    in_range_pct: float
    below_70_pct: float
    above_180_pct: float
    low_probability: float
    added_very_low: float
    refusals: tuple[Refusal, ...] = ()

    @property
    def value(self) -> float:
        """What it is worth, in percent of the hours ahead."""
        return self.in_range_pct - LOW_WEIGHT * self.below_70_pct

    def to_json(self) -> MomentOptionJson:
        """As JSON values."""
        return {
            "step": self.step.to_json(),
            "median_mgdl": rounded(self.median_mgdl),
            "low_mgdl": rounded(self.low_mgdl),
            "high_mgdl": rounded(self.high_mgdl),
            "in_range_pct": round(self.in_range_pct, 2),
            "below_70_pct": round(self.below_70_pct, 2),
            "above_180_pct": round(self.above_180_pct, 2),
            "low_probability": round(self.low_probability, 3),
            "added_very_low": round(self.added_very_low, 4),
            "refusals": [one.to_json() for one in self.refusals],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentAdvice:
    """What is advised now, and what else was looked at.

    Attributes:
        kind: what was asked.
        at: aware time at which something is done.
        start: aware time from which the hours ahead are looked at: of the newest reading, or the same.
        situation: what is known.
        t_min: minutes from the start, ``(point,)``.
        chosen: the best option that may be chosen.
        options: all of them, the best first.
        calculator_u: what the bolus calculator says; None where it was not asked.
    """

    kind: MomentKind
    at: datetime
    start: datetime
    situation: Situation
    t_min: np.ndarray
    chosen: MomentOption
    options: tuple[MomentOption, ...]
    calculator_u: float | None = None

    @property
    def all_refused(self) -> bool:
        """Whether nothing but doing nothing may be chosen."""
        return all(one.refusals for one in self.options if not one.step.is_nothing)

    def to_json(self) -> MomentAdviceJson:
        """As JSON values."""
        now = self.situation
        return {
            "kind": self.kind,
            "at": self.at.isoformat(),
            "start": self.start.isoformat(),
            "glucose_mgdl": now.glucose_mgdl,
            "age_min": round(now.age_min, 1),
            "trend_mgdl_per_min": round(now.trend_mgdl_per_min, 2) if np.isfinite(now.trend_mgdl_per_min) else None,
            "on_board_u": round(now.on_board_u, 2),
            "calculator_u": None if self.calculator_u is None else round(self.calculator_u, 2),
            "t_min": self.t_min.tolist(),
            "chosen": self.chosen.to_json(),
            "options": [one.to_json() for one in self.options],
        }
