"""What-if answers: two curves under the same circumstances, their difference, and what it means for time in range."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NotRequired

import numpy as np
from typing_extensions import TypedDict

from glucotwin.core.json_value import Instant, Numbers, Series
from glucotwin.forecast.forecast import Band, BandJson, rounded


class WhatIfKind(StrEnum):
    """Whether a past window is replayed or the future looked at."""

    REPLAY = "replay"
    AHEAD = "ahead"


class GlucoseCurveJson(TypedDict):
    """Glucose over time."""

    median_mgdl: Series
    bands: list[BandJson]


class EstimateJson(TypedDict):
    """A number with its 90 % interval; its expected value where it was drawn."""

    median: float
    low: float
    high: float
    expected: NotRequired[float]


class OutcomeJson(TypedDict):
    """A summary of the window as it was, as it would have been, and the difference."""

    name: str
    unit: str
    baseline: EstimateJson
    changed: EstimateJson
    difference: EstimateJson


class AssumedEffectJson(TypedDict):
    """What one unit and one gram were taken to do to glucose at rest."""

    fall_per_unit_mgdl: EstimateJson | None
    rise_per_gram_mgdl: EstimateJson


class WhatIfJson(TypedDict):
    """An answered what-if."""

    kind: WhatIfKind
    start: Instant
    t_min: Numbers
    changes: list[str]
    baseline: GlucoseCurveJson
    changed: GlucoseCurveJson
    difference: GlucoseCurveJson
    outcomes: list[OutcomeJson]
    observed_mgdl: Series | None
    cautions: list[str]
    assumed_effect: AssumedEffectJson | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Glucose over time as median and bands in mg/dL."""

    median_mgdl: np.ndarray
    bands: tuple[Band, ...]

    def to_json(self) -> GlucoseCurveJson:
        """As JSON values."""
        return {"median_mgdl": rounded(self.median_mgdl), "bands": [band.to_json() for band in self.bands]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 90 % interval and, where it was drawn, its expected value, which suits shares of time."""

    median: float
    low: float
    high: float
    expected: float | None = None

    def to_json(self) -> EstimateJson:
        """As JSON values."""
        told: EstimateJson = {
            "median": round(self.median, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
        }
        return told if self.expected is None else {**told, "expected": round(self.expected, 3)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A summary of the window (e.g. ``time_in_range_pct``) as it was, as it would have been, and the difference."""

    name: str
    unit: str
    baseline: Estimate
    changed: Estimate
    difference: Estimate

    def to_json(self) -> OutcomeJson:
        """As JSON values."""
        return {
            "name": self.name,
            "unit": self.unit,
            "baseline": self.baseline.to_json(),
            "changed": self.changed.to_json(),
            "difference": self.difference.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedEffect:
    """What one unit and one gram were taken to do to glucose at rest; None for insulin when no insulin was changed."""

    fall_per_unit_mgdl: Estimate | None
    rise_per_gram_mgdl: Estimate

    def to_json(self) -> AssumedEffectJson:
        """As JSON values."""
        fall = self.fall_per_unit_mgdl
        return {
            "fall_per_unit_mgdl": None if fall is None else fall.to_json(),
            "rise_per_gram_mgdl": self.rise_per_gram_mgdl.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """An answered what-if.

    Attributes:
        kind: replay of a past window, or ahead.
        start: aware time of the window's first point.
        t_min: minutes from the start, ``(points,)``.
        changes: what was changed, one plain sentence each.
        baseline, changed: glucose as it was (or is expected) and with the changes, under the same circumstances.
        difference: changed less baseline, with bands.
        outcomes: mean glucose, time in, below and above range.
        observed_mgdl: sensor readings in the window on the same times, NaN where none; None ahead.
        cautions: message keys of what limits this answer (e.g. other dosing was held as recorded).
        assumed_effect: how strong insulin and carbohydrate were taken to be.
    """

    kind: WhatIfKind
    start: datetime
    t_min: np.ndarray
    changes: tuple[str, ...]
    baseline: Curve
    changed: Curve
    difference: Curve
    outcomes: tuple[Outcome, ...]
    observed_mgdl: np.ndarray | None
    cautions: tuple[str, ...] = ()
    assumed_effect: AssumedEffect | None = None

    def to_json(self) -> WhatIfJson:
        """As JSON values."""
        observed = self.observed_mgdl
        return {
            "kind": self.kind,
            "start": self.start.isoformat(),
            "t_min": self.t_min.tolist(),
            "changes": list(self.changes),
            "baseline": self.baseline.to_json(),
            "changed": self.changed.to_json(),
            "difference": self.difference.to_json(),
            "outcomes": [outcome.to_json() for outcome in self.outcomes],
            "observed_mgdl": None if observed is None else [None if np.isnan(one) else float(one) for one in observed],
            "cautions": list(self.cautions),
            "assumed_effect": None if self.assumed_effect is None else self.assumed_effect.to_json(),
        }
