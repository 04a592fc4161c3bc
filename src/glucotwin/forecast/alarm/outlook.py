"""Where glucose is heading, as joint paths: from them come the probability and the time of a crossing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.record import as_utc
from glucotwin.forecast.forecast import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """How likely glucose crosses a limit, and when.

    Attributes:
        probability: share of the paths that cross it.
        lead_min: median time to the crossing over these paths; the whole horizon when none crosses.
    """

    probability: float
    lead_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Equally likely paths of coming glucose; the same ones as the fan on the screen.

    Attributes:
        t_min: minutes from now, evenly spaced and rising, ``(point,)``.
        paths_mgdl: ``(path, point)``.
    """

    t_min: np.ndarray
    paths_mgdl: np.ndarray

    def __post_init__(self) -> None:
        if self.paths_mgdl.ndim != 2 or self.paths_mgdl.shape[1:] != self.t_min.shape or not self.t_min.size:
            raise DataError(ErrorCode.INVALID_VALUE, "An outlook's paths have one value per coming point.")

    def below(self, limit_mgdl: float, *, within_min: float, lasting_min: float) -> Crossing:
        """How likely glucose falls below a limit within a time and stays there.

        Args:
            limit_mgdl: what is crossed.
            within_min: latest beginning of the crossing.
            lasting_min: how long it lasts at least; the path must be known so far.
        """
        return self._crossing(self.paths_mgdl < limit_mgdl, within_min, lasting_min)

    def above(self, limit_mgdl: float, *, within_min: float, lasting_min: float) -> Crossing:
        """How likely glucose rises above a limit within a time and stays there; arguments as of ``below``."""
        return self._crossing(self.paths_mgdl > limit_mgdl, within_min, lasting_min)

    def _crossing(self, beyond: np.ndarray, within_min: float, lasting_min: float) -> Crossing:
        step = float(self.t_min[0]) if self.t_min.size == 1 else float(self.t_min[1] - self.t_min[0])
        length = max(1, int(np.ceil(lasting_min / step)))
        starts = np.flatnonzero(self.t_min <= within_min)
        starts = starts[starts + length <= self.t_min.size]
        if not starts.size:
            return Crossing(probability=0.0, lead_min=within_min)
        windows = np.lib.stride_tricks.sliding_window_view(beyond, length, axis=1)
        runs = np.asarray(np.all(windows[:, starts], axis=2))
        crossing = np.asarray(np.any(runs, axis=1))
        if not crossing.any():
            return Crossing(probability=0.0, lead_min=within_min)
        first = self.t_min[starts[np.argmax(runs[crossing], axis=1)]]
        return Crossing(probability=float(crossing.mean()), lead_min=float(np.median(first)))


def outlook_of(forecast: Forecast, *, at: datetime) -> Outlook | None:
    """The paths of an issued forecast as they are seen at its origin or some minutes later.

    Args:
        forecast: what was issued.
        at: aware time; points that have passed by then are left out.

    Returns:
        None when nothing of it is left.
    """
    passed_min = (as_utc(at) - forecast.origin) / timedelta(minutes=1)
    coming = forecast.t_min > passed_min
    if passed_min < 0.0 or not coming.any():
        return None
    return Outlook(t_min=forecast.t_min[coming] - passed_min, paths_mgdl=forecast.trajectories_mgdl[:, coming])
