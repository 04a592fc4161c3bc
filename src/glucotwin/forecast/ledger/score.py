"""How good the issued forecasts were, once the readings are in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.ledger.ledger import IssuedForecast
from glucotwin.metrics.forecast_score import score_points
from glucotwin.metrics.probability_score import IntervalScore, crps_from_samples_mgdl, score_interval

NEAR_MIN = 2.5
"""A reading belongs to a time that is not farther away than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccuracy:
    """What forecasts and the readings that came say of each other.

    Attributes:
        rmse_mgdl, mae_mgdl, mard_pct, bias_mgdl: of the median.
        rmse_persistence_mgdl: of the last reading at the origin, on the pairs that have one; None without any.
        crps_mgdl: continuous ranked probability score of the trajectories.
        coverage_pct: share of readings within each band, by its level in percent.
        interval_score_mgdl: of each band.
    """

    rmse_mgdl: float
    mae_mgdl: float
    mard_pct: float
    bias_mgdl: float
    rmse_persistence_mgdl: float | None
    crps_mgdl: float
    coverage_pct: dict[str, float]
    interval_score_mgdl: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerScore:
    """Forecasts of one version of a twin at one horizon.

    Attributes:
        twin_version, method, horizon_min: which.
        issued: forecasts that reach so far, each origin once.
        scored: those with a measured reading then.
        pending: those whose time is after the newest reading.
        late: those issued so long after their origin that what came could have been known.
        accuracy: of those scored; None without any.
        hours: in how many different hours those scored were made: a hundred of one evening say little of a night.
    """

    twin_version: str
    method: str
    horizon_min: int
    issued: int
    scored: int
    pending: int
    late: int
    accuracy: LedgerAccuracy | None = None
    hours: int = 0

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return asdict(self)


def score_ledger(
    issued: Iterable[IssuedForecast], timeline: Timeline, *, horizons: Sequence[int] = (30, 60, 120)
) -> tuple[LedgerScore, ...]:
    """Scores by version, method and horizon; of forecasts with the same origin and version the first one counts.

    Args:
        issued: forecasts of the timeline's person.
        timeline: their readings.
        horizons: minutes ahead.
    """
    # Only what is scored is kept: a year of whole forecasts would not fit into memory.
    groups: dict[tuple[str, str], dict[datetime, _Said]] = {}
    for one in issued:
        said = groups.setdefault((one.twin_version, one.forecast.method), {})
        if one.forecast.origin not in said:
            said[one.forecast.origin] = _said(one, horizons)
    readings = _Readings(timeline)
    return tuple(
        _score(version, method, horizon, tuple(said.values()), readings)
        for (version, method), said in groups.items()
        for horizon in horizons
    )


class _Point(NamedTuple):
    """What a forecast says of one time: median, the bands' edges by level, and where its paths are."""

    median_mgdl: float
    edges_mgdl: tuple[tuple[float, float, float], ...]
    paths_mgdl: np.ndarray


class _Said(NamedTuple):
    """A forecast at the horizons that it reaches."""

    origin: datetime
    late: bool
    points: Mapping[int, _Point]


def _said(issued: IssuedForecast, horizons: Sequence[int]) -> _Said:
    forecast = issued.forecast
    points: dict[int, _Point] = {}
    for horizon in horizons:
        for index in np.flatnonzero(forecast.t_min == horizon)[:1]:
            points[horizon] = _Point(
                float(forecast.median_mgdl[index]),
                tuple((one.level, float(one.low_mgdl[index]), float(one.high_mgdl[index])) for one in forecast.bands),
                forecast.trajectories_mgdl[:, index].copy(),
            )
    return _Said(forecast.origin, issued.late, points)


class _Readings:
    """Measured readings by time."""

    def __init__(self, timeline: Timeline) -> None:
        frame = timeline.frame(GlucoseReading)
        measured = frame.filter(frame["censoring"] == str(Censoring.NONE))
        self._minutes = measured["time"].dt.epoch("us").to_numpy() / 60e6
        self._glucose = measured["glucose_mgdl"].to_numpy()
        self.newest = None if measured.is_empty() else measured["time"][-1]

    def at(self, time: datetime) -> float | None:
        """The reading nearest to a time, if there is one near it."""
        minute = time.timestamp() / 60.0
        place = int(np.searchsorted(self._minutes, minute))
        near = [one for one in (place - 1, place) if 0 <= one < self._minutes.size]
        best = min(near, key=lambda one: abs(self._minutes[one] - minute), default=None)
        if best is None or abs(self._minutes[best] - minute) > NEAR_MIN:
            return None
        return float(self._glucose[best])


def _score(version: str, method: str, horizon_min: int, forecasts: Sequence[_Said], readings: _Readings) -> LedgerScore:
    reaching = [one for one in forecasts if horizon_min in one.points]
    due = [one.origin + timedelta(minutes=horizon_min) for one in reaching]
    truth = [readings.at(time) for time in due]
    known = [(one, value) for one, value in zip(reaching, truth, strict=True) if value is not None]
    return LedgerScore(
        twin_version=version,
        method=method,
        horizon_min=horizon_min,
        issued=len(reaching),
        scored=len(known),
        pending=sum(readings.newest is None or time > readings.newest for time in due),
        late=sum(one.late for one in reaching),
        accuracy=_accuracy(known, horizon_min, readings) if known else None,
        hours=len({one.origin.replace(minute=0, second=0, microsecond=0) for one, _ in known}),
    )


def _accuracy(known: Sequence[tuple[_Said, float]], horizon_min: int, readings: _Readings) -> LedgerAccuracy:
    reference = np.array([value for _, value in known])
    points = [one.points[horizon_min] for one, _ in known]
    intervals = _intervals(reference, points)
    score = score_points(reference, [one.median_mgdl for one in points])
    last = [readings.at(one.origin) for one, _ in known]
    naive = [value - own for value, own in zip(reference, last, strict=True) if own is not None]
    paths = np.stack([one.paths_mgdl for one in points])
    return LedgerAccuracy(
        rmse_mgdl=score.rmse_mgdl,
        mae_mgdl=score.mae_mgdl,
        mard_pct=score.mard_pct,
        bias_mgdl=score.bias_mgdl,
        rmse_persistence_mgdl=float(np.sqrt(np.mean(np.square(naive)))) if naive else None,
        crps_mgdl=float(np.mean(crps_from_samples_mgdl(reference, paths))),
        coverage_pct={level: one.coverage_pct for level, one in intervals.items()},
        interval_score_mgdl={level: one.score_mgdl for level, one in intervals.items()},
    )


def _intervals(reference: np.ndarray, points: Sequence[_Point]) -> dict[str, IntervalScore]:
    """Scores of the bands by level in percent."""
    edges = np.array([one.edges_mgdl for one in points])
    return {
        f"{100.0 * level:.0f}": score_interval(reference, low, high, nominal_pct=100.0 * float(level))
        for level, low, high in ((band[0, 0], band[:, 1], band[:, 2]) for band in edges.transpose(1, 0, 2))
    }
