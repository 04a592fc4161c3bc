"""The rule by which a candidate takes the place of the twin that answers, and the evidence for it.

Both are scored on the very same readings, all after both fits. The candidate is promoted when

1. at least ``LEAST_DAYS`` days with ``LEAST_ORIGINS`` forecasts in all can be scored;
2. its mean CRPS an hour ahead is lower by at least ``LEAST_GAIN``, and lower with 95 % confidence over resampled days;
3. its 90 % band holds a share no farther from 90 % than the champion's, give or take ``COVERAGE_SLACK``;
4. its fit had settled.

A candidate that has not met the rule after ``LONGEST_TRIAL_DAYS`` days is retired.
"""

from dataclasses import dataclass
from datetime import timedelta

import jax
import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.predict import DRAWS, HISTORY_MIN, bands_of, marginal_quantiles, widened
from glucotwin.metrics.probability_score import crps_from_samples_mgdl
from glucotwin.twin.filter import VALUE
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import STEPS_PER_DAY, GriddedData, grid_data
from glucotwin.twin.predictive import predict_from, usual_future
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

HORIZON_MIN = 60
LEAST_DAYS, LEAST_ORIGINS = 3, 300
LEAST_GAIN = 0.01
COVERAGE_SLACK = 0.03
LONGEST_TRIAL_DAYS = 14
RESAMPLES = 2000
ONE_SIDED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Champion and candidate on the same readings.

    Attributes:
        window: the days scored.
        days, origins: how many.
        champion_crps_mgdl, candidate_crps_mgdl: mean CRPS an hour ahead.
        gain: by which share the candidate's is lower; negative when it is higher.
        gain_low: what the gain exceeds with 95 % confidence over resampled days; None with fewer than two days.
        champion_coverage, candidate_coverage: shares within the 90 % band.
        candidate_settled: whether its fit had settled.
    """

    window: Window
    days: int
    origins: int
    champion_crps_mgdl: float
    candidate_crps_mgdl: float
    gain: float
    gain_low: float | None
    champion_coverage: float
    candidate_coverage: float
    candidate_settled: bool

    @property
    def unmet(self) -> tuple[str, ...]:
        """Keys of the conditions that are not met; the sentences are the messages ``trial-KEY``."""
        checks = {
            "too-little": self.days >= LEAST_DAYS and self.origins >= LEAST_ORIGINS,
            "no-gain": self.gain >= LEAST_GAIN and self.gain_low is not None and self.gain_low > 0.0,
            "bands": abs(self.candidate_coverage - 0.9) <= abs(self.champion_coverage - 0.9) + COVERAGE_SLACK,
            "not-settled": self.candidate_settled,
        }
        return tuple(key for key, met in checks.items() if not met)

    @property
    def promoted(self) -> bool:
        """Whether the rule is met."""
        return not self.unmet

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        plain: dict[str, object] = {
            name: value if not isinstance(value := getattr(self, name), float) else round(value, 4)
            for name in self.__dataclass_fields__
            if name != "window"
        }
        return plain | {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "promoted": self.promoted,
            "unmet": list(self.unmet),
        }


def compare_twins(champion: Twin, candidate: Twin, timeline: Timeline) -> Trial:
    """Scores two versions of a person's twin on everything after both of their fits.

    Raises:
        DataError: nothing can be scored yet.
    """
    start = max(champion.window.end, candidate.window.end)
    window = Window(start=start, end=max(timeline.window().end, start + timedelta(minutes=1)))
    truth, day, champions = _forecasts(champion, timeline, window)
    _, _, candidates = _forecasts(candidate, timeline, window)
    own, other = _crps(truth, champions), _crps(truth, candidates)
    return Trial(
        window=window,
        days=len(np.unique(day)),
        origins=int(truth.size),
        champion_crps_mgdl=float(own.mean()),
        candidate_crps_mgdl=float(other.mean()),
        gain=1.0 - float(other.mean() / own.mean()),
        gain_low=_gain_low(own, other, day),
        champion_coverage=_covered(truth, champions),
        candidate_coverage=_covered(truth, candidates),
        candidate_settled=candidate.diagnostics.converged,
    )


_Spread = tuple[np.ndarray, np.ndarray]


def _forecasts(twin: Twin, timeline: Timeline, window: Window) -> tuple[np.ndarray, np.ndarray, _Spread]:
    """Readings an hour after each origin, the day each origin belongs to, and means and SDs of the forecasts."""
    data = grid_data(
        timeline,
        Window(start=window.start - timedelta(minutes=HISTORY_MIN), end=window.end),
        usual_basal_u_per_min=twin.basal_u_per_min,
    )
    ahead, first = int(HORIZON_MIN / STEP_MIN), int(HISTORY_MIN / STEP_MIN)
    origins = _origins(data, first, ahead)
    if not origins.size:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            "There are no readings after both fits by which the versions could be compared.",
            hint="Take in newer data.",
        )
    future = usual_future(data, extra_steps=0, zone=twin.person.zone, basal_u_per_min=twin.basal_u_per_min)
    predicted = predict_from(model_of(twin), twin.draws(DRAWS), data.inputs, data.readings, future, origins, ahead)
    mean = np.asarray(predicted.mean_mgdl)[:, :, ahead - 1]
    spread = np.sqrt(np.asarray(predicted.variance))[:, :, ahead - 1]
    factor = twin.band_factor(np.array([float(HORIZON_MIN)]))
    truth = np.asarray(data.readings.glucose_mgdl)[origins + ahead]
    return truth, (origins - first) // STEPS_PER_DAY, widened(mean, spread, factor)


def _origins(data: GriddedData, first: int, ahead: int) -> np.ndarray:
    kind = np.asarray(data.readings.kind)
    steps = np.arange(first, max(first, data.steps - ahead))
    return steps[(kind[steps] == VALUE) & (kind[steps + ahead] == VALUE)]


def _crps(truth: np.ndarray, forecast: _Spread) -> np.ndarray:
    return np.asarray(crps_from_samples_mgdl(truth, marginal_quantiles(*forecast).T))


def _covered(truth: np.ndarray, forecast: _Spread) -> float:
    band = bands_of(*forecast)[-1]
    return float(np.mean((truth >= band.low_mgdl) & (truth <= band.high_mgdl)))


def _gain_low(own: np.ndarray, other: np.ndarray, day: np.ndarray) -> float | None:
    days = np.unique(day)
    if days.size < 2:
        return None
    sums = np.array([[own[day == one].sum(), other[day == one].sum()] for one in days])
    key = stream_key(root_key(0), subject="lineage", stream="trial-resample")
    drawn = np.asarray(jax.random.randint(key, (RESAMPLES, days.size), 0, days.size))
    totals = sums[drawn].sum(axis=1)
    return float(np.quantile(1.0 - totals[:, 1] / totals[:, 0], ONE_SIDED))
