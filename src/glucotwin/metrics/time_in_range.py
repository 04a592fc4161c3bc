"""Share of time in, below and above range, with the consensus target presets."""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.metrics.array import BoolArray, FloatArray, ratio_or_nan
from glucotwin.metrics.series import CENSORED_HIGH, CENSORED_LOW, GlucoseSeries, cadence_min

TIGHT_RANGE_MGDL = (70.0, 140.0)
"""Time in tight range (TITR) is always 70-140 mg/dL, whatever the target."""


class Weighting(StrEnum):
    """How readings add up to time.

    ``READING`` counts every reading once (the consensus practice for one sensor). ``INTERVAL`` weighs it by the
    minutes it stands for, so that one-minute and five-minute readings of one person can be pooled.
    """

    READING = "reading"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlucoseTarget:
    """A target range and its goals; the range includes both bounds. None means that no goal or level is defined.

    Attributes:
        name: identifier of the preset, or any name.
        low_mgdl: in range from here, inclusive.
        high_mgdl: in range up to here, inclusive.
        very_low_mgdl: level 2 below this.
        very_high_mgdl: level 2 above this.
        tir_goal_pct: time in range should exceed this.
        tbr_goal_pct: time below range should stay under this.
        tbr_level2_goal_pct: level 2 below range should stay under this.
        tar_goal_pct: time above range should stay under this.
        tar_level2_goal_pct: level 2 above range should stay under this.

    Raises:
        DataError: the thresholds are not in rising order.
    """

    name: str
    low_mgdl: float
    high_mgdl: float
    very_low_mgdl: float = 54.0
    very_high_mgdl: float | None = 250.0
    tir_goal_pct: float | None = None
    tbr_goal_pct: float | None = None
    tbr_level2_goal_pct: float | None = None
    tar_goal_pct: float | None = None
    tar_level2_goal_pct: float | None = None

    def __post_init__(self) -> None:
        upper = np.inf if self.very_high_mgdl is None else self.very_high_mgdl
        if not self.very_low_mgdl <= self.low_mgdl < self.high_mgdl <= upper:
            raise DataError(ErrorCode.INVALID_VALUE, f"The thresholds of target {self.name!r} are not in rising order.")


STANDARD_TARGET = GlucoseTarget(
    name="standard",
    low_mgdl=70.0,
    high_mgdl=180.0,
    tir_goal_pct=70.0,
    tbr_goal_pct=4.0,
    tbr_level2_goal_pct=1.0,
    tar_goal_pct=25.0,
    tar_level2_goal_pct=5.0,
)
"""Type 1 and type 2 diabetes (Battelino 2019)."""

OLDER_TARGET = GlucoseTarget(
    name="older",
    low_mgdl=70.0,
    high_mgdl=180.0,
    tir_goal_pct=50.0,
    tbr_goal_pct=1.0,
    tar_goal_pct=50.0,
    tar_level2_goal_pct=10.0,
)
"""Older or high-risk people (Battelino 2019)."""

PREGNANCY_TARGET = GlucoseTarget(
    name="pregnancy-type-1",
    low_mgdl=63.0,
    high_mgdl=140.0,
    very_high_mgdl=None,
    tir_goal_pct=70.0,
    tbr_goal_pct=4.0,
    tbr_level2_goal_pct=1.0,
    tar_goal_pct=25.0,
)
"""Type 1 diabetes in pregnancy (Battelino 2019); no second level above range."""

GESTATIONAL_TARGET = GlucoseTarget(name="gestational", low_mgdl=63.0, high_mgdl=140.0, very_high_mgdl=None)
"""Gestational and type 2 diabetes in pregnancy: the range without percentage goals (Battelino 2019)."""

TARGET_PRESETS = MappingProxyType(
    {target.name: target for target in (STANDARD_TARGET, OLDER_TARGET, PREGNANCY_TARGET, GESTATIONAL_TARGET)}
)

LOWEST_TARGET_MGDL, HIGHEST_TARGET_MGDL = 54.0, 300.0
"""Bounds of ranges of one's own: below the one is no aim, and above the other is no range."""

_OWN_RANGE = re.compile(r"(\d{2,3}(?:\.\d+)?)-(\d{2,3}(?:\.\d+)?)")


def target_named(name: str) -> GlucoseTarget:
    """A target range by its preset, or one's own as ``LOW-HIGH`` in mg/dL, such as ``80-160``, which has no goals.

    Raises:
        NotFoundError: it is neither.
        DataError: a range of one's own has bounds that are none.
    """
    if name in TARGET_PRESETS:
        return TARGET_PRESETS[name]
    found = _OWN_RANGE.fullmatch(name)
    if found is None:
        known = ", ".join(TARGET_PRESETS)
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no target range {name!r}.",
            hint=f"Choose one of {known}, or give LOW-HIGH in mg/dL, such as 80-160.",
        )
    low, high = float(found[1]), float(found[2])
    if not LOWEST_TARGET_MGDL <= low < high <= HIGHEST_TARGET_MGDL:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The target range {name} mg/dL is none.",
            hint=f"Its bounds rise and lie from {LOWEST_TARGET_MGDL:g} to {HIGHEST_TARGET_MGDL:g} mg/dL.",
        )
    very_high = STANDARD_TARGET.very_high_mgdl
    level_2 = very_high if very_high is not None and high < very_high else None
    return GlucoseTarget(name=name, low_mgdl=low, high_mgdl=high, very_high_mgdl=level_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInRange:
    """Percent of time per level; nan when there is no reading, None where the target defines no such level.

    ``tbr_level2 + tbr_level1 + tir + tar_level1 + tar_level2 = 100`` (without a second level above, ``tar_level1`` is
    all of ``tar``).

    Attributes:
        reading_count: readings that these shares are made of.
        tir_pct: within the target, bounds included.
        titr_pct: 70-140 mg/dL, bounds included.
        tbr_pct: below the target.
        tbr_level1_pct: below the target but not below level 2.
        tbr_level2_pct: below level 2 (54 mg/dL), and every reading of LOW.
        tar_pct: above the target.
        tar_level1_pct: above the target but not above level 2.
        tar_level2_pct: above level 2 (250 mg/dL), and every reading of HIGH.
    """

    reading_count: int
    tir_pct: float
    titr_pct: float
    tbr_pct: float
    tbr_level1_pct: float
    tbr_level2_pct: float
    tar_pct: float
    tar_level1_pct: float
    tar_level2_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalCheck:
    """Whether each goal of a target is met; None where the target sets no goal."""

    tir: bool | None
    tbr: bool | None
    tbr_level2: bool | None
    tar: bool | None
    tar_level2: bool | None


def time_in_range(
    series: GlucoseSeries,
    *,
    target: GlucoseTarget = STANDARD_TARGET,
    weighting: Weighting = Weighting.READING,
    include: BoolArray | None = None,
) -> TimeInRange:
    """Percent of time below, in and above the target.

    Args:
        series: the readings; LOW and HIGH count in the outermost levels.
        target: range and levels.
        weighting: readings counted, or weighted by their interval.
        include: readings to use (a night, a weekday), shape (n,); None uses all.
    """
    glucose_mgdl = uncensored_extremes(series)
    weight = np.ones(glucose_mgdl.size) if weighting is Weighting.READING else cadence_min(series)
    if include is not None:
        glucose_mgdl, weight = glucose_mgdl[include], weight[include]
    return _shares(glucose_mgdl, weight, target)


def share_between_pct(series: GlucoseSeries, low_mgdl: float, high_mgdl: float) -> float:
    """Percent of readings within ``[low_mgdl, high_mgdl]``, both included."""
    glucose_mgdl = uncensored_extremes(series)
    return 100.0 * float(np.mean((glucose_mgdl >= low_mgdl) & (glucose_mgdl <= high_mgdl)))


def is_clock_between(series: GlucoseSeries, start_h: float, end_h: float) -> BoolArray:
    """Which readings fall between two hours of the local clock (start included, end not); shape (n,)."""
    hour = series.clock_min % 1440.0 / 60.0
    return (hour >= start_h) & (hour < end_h)


def uncensored_extremes(series: GlucoseSeries) -> FloatArray:
    """Glucose in mg/dL with LOW as minus and HIGH as plus infinity, for comparing with thresholds; shape (n,)."""
    glucose_mgdl = np.where(series.censoring == CENSORED_LOW, -np.inf, series.glucose_mgdl)
    return np.where(series.censoring == CENSORED_HIGH, np.inf, glucose_mgdl)


def check_goals(shares: TimeInRange, target: GlucoseTarget) -> GoalCheck:
    """Compares the shares with the goals of ``target`` (strictly more time in range, strictly less outside)."""
    return GoalCheck(
        tir=None if target.tir_goal_pct is None else shares.tir_pct > target.tir_goal_pct,
        tbr=_is_under(shares.tbr_pct, target.tbr_goal_pct),
        tbr_level2=_is_under(shares.tbr_level2_pct, target.tbr_level2_goal_pct),
        tar=_is_under(shares.tar_pct, target.tar_goal_pct),
        tar_level2=_is_under(shares.tar_level2_pct, target.tar_level2_goal_pct),
    )


def _is_under(share_pct: float | None, goal_pct: float | None) -> bool | None:
    return None if share_pct is None or goal_pct is None else share_pct < goal_pct


def _shares(glucose_mgdl: FloatArray, weight: FloatArray, target: GlucoseTarget) -> TimeInRange:
    total = float(weight.sum())

    def share_pct(chosen: BoolArray) -> float:
        return 100.0 * ratio_or_nan(float(weight[chosen].sum()), total)

    is_very_low, is_below = glucose_mgdl < target.very_low_mgdl, glucose_mgdl < target.low_mgdl
    is_above = glucose_mgdl > target.high_mgdl
    is_very_high = None if target.very_high_mgdl is None else glucose_mgdl > target.very_high_mgdl
    tight_low, tight_high = TIGHT_RANGE_MGDL
    return TimeInRange(
        reading_count=glucose_mgdl.size,
        tir_pct=share_pct(~is_below & ~is_above),
        titr_pct=share_pct((glucose_mgdl >= tight_low) & (glucose_mgdl <= tight_high)),
        tbr_pct=share_pct(is_below),
        tbr_level1_pct=share_pct(is_below & ~is_very_low),
        tbr_level2_pct=share_pct(is_very_low),
        tar_pct=share_pct(is_above),
        tar_level1_pct=share_pct(is_above if is_very_high is None else is_above & ~is_very_high),
        tar_level2_pct=None if is_very_high is None else share_pct(is_very_high),
    )
