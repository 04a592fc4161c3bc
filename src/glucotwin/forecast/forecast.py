"""A forecast: glucose ahead as a median, bands and joint trajectories, never a bare number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from typing_extensions import TypedDict

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.json_value import Instant, Numbers, Series
from glucotwin.forecast.trajectory import share_below


class BandJson(TypedDict):
    """A central predictive interval; ``level`` is its probability."""

    level: float
    low_mgdl: Series
    high_mgdl: Series


class CurveJson(TypedDict):
    """A forecast as it is drawn: without the paths that it was made of."""

    origin: Instant
    t_min: Numbers
    median_mgdl: Series
    bands: list[BandJson]
    probability_below_70: Numbers
    probability_below_54: Numbers
    future_inputs: str
    last_reading_age_min: float
    method: str


class ForecastJson(CurveJson):
    """A forecast with its paths."""

    trajectories_mgdl: list[Numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A central predictive interval of glucose over time in mg/dL; ``level`` is its probability."""

    level: float
    low_mgdl: np.ndarray
    high_mgdl: np.ndarray

    def to_json(self) -> BandJson:
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
        trajectories_mgdl: equally likely paths, ``(path, points)``: at each point their distribution is that of the
            bands, and between points they hang together. Fan, alarms and times in range are read off them.
        probability_below_70, probability_below_54: shares of the trajectories, per point.
        future_inputs: what was assumed of meals and insulin after the origin, in one sentence.
        last_reading_age_min: age of the newest reading at the origin.
        method: what made it: ``twin``, or ``hybrid`` when a learned residual was added.
    """

    origin: datetime
    t_min: np.ndarray
    median_mgdl: np.ndarray
    bands: tuple[Band, ...]
    trajectories_mgdl: np.ndarray
    probability_below_70: np.ndarray
    probability_below_54: np.ndarray
    future_inputs: str
    last_reading_age_min: float
    method: str = "twin"

    def __post_init__(self) -> None:
        for values in (self.median_mgdl, *(edge for band in self.bands for edge in (band.low_mgdl, band.high_mgdl))):
            if values.shape != self.t_min.shape or not np.all(np.isfinite(values)):
                raise DataError(ErrorCode.NOT_FINITE, "A forecast's curves must be finite and as long as its times.")
        paths = self.trajectories_mgdl
        if paths.ndim != 2 or paths.shape[1:] != self.t_min.shape or not np.all(np.isfinite(paths)):
            raise DataError(ErrorCode.NOT_FINITE, "A forecast's paths must be finite and as long as its times.")

    def probability_below(self, limit_mgdl: float, *, within_min: float, at_least_min: float = 5.0) -> float:
        """Probability that glucose is below a limit for a stretch of some minutes within a time from the origin.

        Args:
            limit_mgdl: the limit.
            within_min: only points up to this many minutes ahead count.
            at_least_min: length of the stretch; points stand for the interval between them.
        """
        return self._share_of_stretches(self.trajectories_mgdl < limit_mgdl, within_min, at_least_min)

    def probability_above(self, limit_mgdl: float, *, within_min: float, at_least_min: float = 5.0) -> float:
        """The same, above a limit."""
        return self._share_of_stretches(self.trajectories_mgdl > limit_mgdl, within_min, at_least_min)

    def time_below_fraction(self, limit_mgdl: float) -> np.ndarray:
        """Fraction of the forecast's time below a limit on each path, ``(path,)``."""
        return np.mean(self.trajectories_mgdl < limit_mgdl, axis=1)

    def _share_of_stretches(self, inside: np.ndarray, within_min: float, at_least_min: float) -> float:
        interval = float(self.t_min[0]) if self.t_min.size == 1 else float(np.diff(self.t_min[:2])[0])
        needed = max(1, round(at_least_min / interval))
        counted = inside[:, self.t_min <= within_min].astype(int)
        if counted.shape[1] < needed:
            return 0.0
        total = np.concatenate([np.zeros((counted.shape[0], 1), dtype=int), np.cumsum(counted, axis=1)], axis=1)
        return float(np.mean(np.any(total[:, needed:] - total[:, :-needed] == needed, axis=1)))

    def curve_json(self) -> CurveJson:
        """As JSON values, without the paths."""
        return {
            "origin": self.origin.isoformat(),
            "t_min": self.t_min.tolist(),
            "median_mgdl": rounded(self.median_mgdl),
            "bands": [band.to_json() for band in self.bands],
            "probability_below_70": rounded(self.probability_below_70, 4),
            "probability_below_54": rounded(self.probability_below_54, 4),
            "future_inputs": self.future_inputs,
            "last_reading_age_min": self.last_reading_age_min,
            "method": self.method,
        }

    def to_json(self) -> ForecastJson:
        """As JSON values; ``from_json`` reads them."""
        return {**self.curve_json(), "trajectories_mgdl": [rounded(path, 1) for path in self.trajectories_mgdl]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Forecast":
        """The forecast that ``to_json`` wrote, rounded as it was.

        Raises:
            DataError: the document is no forecast.
        """
        try:
            return cls(
                origin=datetime.fromisoformat(document["origin"]),
                t_min=_floats(document["t_min"]),
                median_mgdl=_floats(document["median_mgdl"]),
                bands=tuple(
                    Band(
                        level=float(one["level"]),
                        low_mgdl=_floats(one["low_mgdl"]),
                        high_mgdl=_floats(one["high_mgdl"]),
                    )
                    for one in document["bands"]
                ),
                trajectories_mgdl=np.asarray(document["trajectories_mgdl"], dtype=np.float64),
                probability_below_70=_floats(document["probability_below_70"]),
                probability_below_54=_floats(document["probability_below_54"]),
                future_inputs=str(document["future_inputs"]),
                last_reading_age_min=float(document["last_reading_age_min"]),
                method=str(document["method"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(ErrorCode.INVALID_VALUE, f"This is no stored forecast: {error}.") from error


def forecast_of(
    trajectories_mgdl: np.ndarray,
    *,
    origin: datetime,
    t_min: np.ndarray,
    levels: Sequence[float],
    future_inputs: str,
    last_reading_age_min: float,
    method: str,
) -> Forecast:
    """The forecast that joint trajectories say: median, bands and probabilities are read off them.

    Args:
        trajectories_mgdl: equally likely paths, ``(path, point)``.
        origin: aware time that it looks ahead from.
        t_min: minutes ahead, ``(point,)``.
        levels: of the bands, rising.
        future_inputs: what was assumed after the origin.
        last_reading_age_min: age of the newest reading.
        method: what made it.
    """
    bands = tuple(
        Band(
            level=level,
            low_mgdl=np.quantile(trajectories_mgdl, 0.5 - level / 2.0, axis=0, method="hazen"),
            high_mgdl=np.quantile(trajectories_mgdl, 0.5 + level / 2.0, axis=0, method="hazen"),
        )
        for level in levels
    )
    return Forecast(
        origin=origin,
        t_min=t_min,
        median_mgdl=np.quantile(trajectories_mgdl, 0.5, axis=0, method="hazen"),
        bands=bands,
        trajectories_mgdl=trajectories_mgdl,
        probability_below_70=share_below(trajectories_mgdl, 70.0),
        probability_below_54=share_below(trajectories_mgdl, 54.0),
        future_inputs=future_inputs,
        last_reading_age_min=last_reading_age_min,
        method=method,
    )


def _floats(values: Sequence[float]) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def rounded(values: np.ndarray, digits: int = 2) -> list[float]:
    """Values rounded for display and transport."""
    return np.round(np.asarray(values, dtype=np.float64), digits).tolist()
