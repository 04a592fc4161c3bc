"""Scores of one forecaster for one person at one horizon, and their means over people, as trees of numbers."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

import jax
import numpy as np

from glucotwin.core.error import DataError
from glucotwin.core.random import root_key, stream_key
from glucotwin.forecast.case import Case, Sample
from glucotwin.forecast.trajectory import PATH_LEVELS
from glucotwin.metrics.alarm_score import score_alarms
from glucotwin.metrics.forecast_score import HYPER_ABOVE_MGDL, HYPO_BELOW_MGDL, score_delay, score_points
from glucotwin.metrics.probability_score import crps_from_quantiles_mgdl, score_interval
from glucotwin.twin.state_space import STEP_MIN

ScoreTree: TypeAlias = Mapping[str, Union[float, "ScoreTree", None]]
"""Numbers by name, in branches; None where a score is not defined."""

NIGHT_ENDS_MIN = 360.0
LOW_STEPS = 3
"""A low lasts at least 15 min."""

BOOTSTRAP = 2000
BOOTSTRAP_STREAM = "person-bootstrap"


def score_forecasts(
    case: Case, sample: Sample, forecast_mgdl: np.ndarray, quantiles_mgdl: np.ndarray | None
) -> ScoreTree:
    """All scores of one person's forecasts; RMSE, MAE and so on in mg/dL, ``mard`` in percent, coverage as fractions.

    Args:
        case: the person.
        sample: their origins, with known targets.
        forecast_mgdl: ``(row,)``.
        quantiles_mgdl: at ``PATH_LEVELS``, ``(row, level)``; None for a forecaster without bands.
    """
    truth = sample.target_mgdl
    forecast = np.maximum(forecast_mgdl, 1.0)
    points = score_points(truth, forecast)
    parts = _parts(case, sample)
    tree: dict[str, float | ScoreTree | None] = {
        "rmse": points.rmse_mgdl,
        "mae": points.mae_mgdl,
        "mard": points.mard_pct,
        "bias": points.bias_mgdl,
        "grmse": points.grmse_mgdl,
        "time_gain_min": _time_gain_min(case, sample, forecast),
        "dts_pct": {zone: getattr(points.dts, f"{zone}_pct") for zone in "abcde"},
        "rmse_by_part": {name: _rms((forecast - truth)[rows]) for name, rows in parts.items()},
        "hypo": _hypo(case, sample, forecast),
    }
    if quantiles_mgdl is not None:
        tree |= _probabilistic(truth, quantiles_mgdl, parts)
    return tree


def _parts(case: Case, sample: Sample) -> dict[str, np.ndarray]:
    """Rows whose target is low, in range or high, whose forecast origin is so, and those at night."""
    truth, held = sample.target_mgdl, sample.held_mgdl
    clock = case.record.minute_of_day[sample.step + sample.ahead]
    return {
        "below_70": truth < HYPO_BELOW_MGDL,
        "from_70_to_180": (truth >= HYPO_BELOW_MGDL) & (truth <= HYPER_ABOVE_MGDL),
        "above_180": truth > HYPER_ABOVE_MGDL,
        "origin_below_70": held < HYPO_BELOW_MGDL,
        "origin_above_180": held > HYPER_ABOVE_MGDL,
        "night": clock < NIGHT_ENDS_MIN,
    }


def _rms(error: np.ndarray) -> float | None:
    return float(np.sqrt(np.mean(error**2))) if error.size else None


def _probabilistic(truth: np.ndarray, quantiles: np.ndarray, parts: Mapping[str, np.ndarray]) -> ScoreTree:
    low50, high50 = _edges(quantiles, 0.5)
    low90, high90 = _edges(quantiles, 0.9)
    inside50, inside90 = (low50 <= truth) & (truth <= high50), (low90 <= truth) & (truth <= high90)
    ninety = score_interval(truth, low90, high90, nominal_pct=90.0)
    return {
        "crps": float(np.mean(crps_from_quantiles_mgdl(truth, quantiles, PATH_LEVELS))),
        "coverage_50": float(np.mean(inside50)),
        "coverage_90": float(np.mean(inside90)),
        "interval_score_90": ninety.score_mgdl,
        "width_90": ninety.mean_width_mgdl,
        "coverage_50_by_part": {name: _share(inside50[rows]) for name, rows in parts.items()},
        "coverage_90_by_part": {name: _share(inside90[rows]) for name, rows in parts.items()},
        "interval_score_90_by_part": {
            name: score_interval(truth[rows], low90[rows], high90[rows], nominal_pct=90.0).score_mgdl
            if rows.any()
            else None
            for name, rows in parts.items()
        },
    }


def _share(inside: np.ndarray) -> float | None:
    return float(np.mean(inside)) if inside.size else None


def _edges(quantiles: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    edges = [int(np.searchsorted(PATH_LEVELS, 0.5 + sign * level / 2.0)) for sign in (-1.0, 1.0)]
    # Levels lie in the middle of equal shares, so a band's edge is halfway between two of them.
    low, high = (0.5 * (quantiles[:, edge - 1] + quantiles[:, edge]) for edge in edges)
    return low, high


def _time_gain_min(case: Case, sample: Sample, forecast: np.ndarray) -> float | None:
    shown = np.full(case.record.steps, np.nan)
    shown[sample.step + sample.ahead] = forecast
    horizon = sample.ahead * STEP_MIN
    try:
        return score_delay(case.record.measured_mgdl, shown, interval_min=STEP_MIN, horizon_min=horizon).gain_min
    except DataError:
        return None


def _hypo(case: Case, sample: Sample, forecast: np.ndarray) -> ScoreTree:
    """Forecasts that turn low, as alarms of lows of at least 15 min that begin within the horizon."""
    starts, ends = low_stretches(case.record.measured_mgdl, case.cut)
    said = np.zeros(case.record.steps, dtype=bool)
    said[sample.step] = forecast < HYPO_BELOW_MGDL
    alarms = np.flatnonzero(said & ~np.concatenate([[False], said[:-1]]))
    score = score_alarms(
        STEP_MIN * alarms,
        STEP_MIN * starts,
        STEP_MIN * ends,
        horizon_min=sample.ahead * STEP_MIN,
        observed_day=max(sample.rows * STEP_MIN / 1440.0, 1e-9),
    )
    return {
        "recall": _defined(score.recall),
        "precision": _defined(score.precision),
        "false_alarms_per_day": score.false_alarms_per_day,
        "episodes": float(score.event_count),
    }


def low_stretches(measured_mgdl: np.ndarray, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """First and last steps of the stretches of at least 15 min below 70 mg/dL that begin at ``first`` or later."""
    low = np.concatenate([[False], measured_mgdl < HYPO_BELOW_MGDL, [False]]).astype(int)
    change = np.diff(low)
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1
    kept = (ends - starts + 1 >= LOW_STEPS) & (starts >= first)
    return starts[kept], ends[kept]


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None


def mean_tree(trees: Sequence[ScoreTree]) -> ScoreTree:
    """Means over people, score by score, of those for whom it is defined."""
    mean: dict[str, float | ScoreTree | None] = {}
    for name in trees[0]:
        values = [tree[name] for tree in trees]
        branches = [one for one in values if isinstance(one, Mapping)]
        numbers = [one for one in values if isinstance(one, float | int)]
        mean[name] = mean_tree(branches) if branches else (float(np.mean(numbers)) if numbers else None)
    return mean


def number_at(tree: ScoreTree, name: str) -> float:
    """A number of a tree's trunk; nan where it is not defined."""
    value = tree.get(name)
    return float(value) if isinstance(value, float | int) else float("nan")


def gain_over(errors: np.ndarray, baseline_errors: np.ndarray) -> dict[str, float]:
    """By how many percent the mean error over people is smaller, with a 95 % interval over people drawn again.

    Args:
        errors: one per person, ``(person,)``.
        baseline_errors: of the baseline, in the same order.
    """
    key = stream_key(root_key(0), subject="people", stream=BOOTSTRAP_STREAM)
    drawn = np.asarray(jax.random.randint(key, (BOOTSTRAP, errors.size), 0, errors.size))
    gains = 100.0 * (1.0 - errors[drawn].mean(axis=1) / baseline_errors[drawn].mean(axis=1))
    low, high = np.quantile(gains, [0.025, 0.975])
    return {
        "gain_pct": 100.0 * float(1.0 - errors.mean() / baseline_errors.mean()),
        "low_pct": float(low),
        "high_pct": float(high),
        "people_better": float(np.sum(errors < baseline_errors)),
        "people": float(errors.size),
    }
