"""A forecast: glucose ahead as a median and bands, never a bare number."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from glucotwin.core.error import DataError, ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A central predictive interval of glucose over time in mg/dL; ``level`` is its probability."""

    level: float
    low_mgdl: np.ndarray
    high_mgdl: np.ndarray

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"level": self.level, "low_mgdl": rounded(self.low_mgdl), "high_mgdl": rounded(self.high_mgdl)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Glucose that the sensor will show, from an origin on.

    Attributes:
        origin: aware time from which it looks ahead; nothing after it was used.
        t_min: minutes after the origin, shape ``(points,)``.
        median_mgdl: median of the predicted sensor glucose, ``(points,)``.
        bands: central intervals, narrowest first.
        probability_below_70, probability_below_54: per point.
        future_inputs: what was assumed of meals and insulin after the origin, in one sentence.
        last_reading_age_min: age of the newest reading at the origin.
    """

    origin: datetime
    t_min: np.ndarray
    median_mgdl: np.ndarray
    bands: tuple[Band, ...]
    probability_below_70: np.ndarray
    probability_below_54: np.ndarray
    future_inputs: str
    last_reading_age_min: float

    def __post_init__(self) -> None:
        for values in (self.median_mgdl, *(edge for band in self.bands for edge in (band.low_mgdl, band.high_mgdl))):
            if values.shape != self.t_min.shape or not np.all(np.isfinite(values)):
                raise DataError(ErrorCode.NOT_FINITE, "A forecast's curves must be finite and as long as its times.")

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "origin": self.origin.isoformat(),
            "t_min": self.t_min.tolist(),
            "median_mgdl": rounded(self.median_mgdl),
            "bands": [band.to_json() for band in self.bands],
            "probability_below_70": rounded(self.probability_below_70, 4),
            "probability_below_54": rounded(self.probability_below_54, 4),
            "future_inputs": self.future_inputs,
            "last_reading_age_min": self.last_reading_age_min,
        }


def rounded(values: np.ndarray, digits: int = 2) -> list[float]:
    """Values rounded for display and transport."""
    return np.round(np.asarray(values, dtype=np.float64), digits).tolist()
