"""Scores of forecasts of nocturnal lows, with intervals over people drawn again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from glucotwin.core.random import root_key, stream_key
from glucotwin.forecast.case import Case
from glucotwin.forecast.night import EVENING_ORIGINS_MIN, FORECASTERS, TWIN, foresee, gather_nights
from glucotwin.metrics.probability_score import score_probabilities

DRAWS = 400
NIGHT_STREAM = "night-bootstrap"


@dataclass(frozen=True, slots=True, kw_only=True)
class NightScore:
    """One forecaster: area under the ROC curve, average precision, Brier skill over the rate, calibration slope."""

    auc: float
    average_precision: float
    brier_skill: float
    calibration_slope: float
    calibration_slope_interval: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NightComparison:
    """Forecasters of lows in the night from one evening origin.

    Attributes:
        origin_min: local clock of the origin in minutes.
        nights: how many were judged.
        lows: how many of them were low.
        scores: by forecaster.
        gains: by other forecaster and score, how much higher the twin's is, with a 95 % interval over people.
    """

    origin_min: float
    nights: int
    lows: int
    scores: Mapping[str, NightScore]
    gains: Mapping[str, Mapping[str, tuple[float, float, float]]]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        scores = {
            name: {field: getattr(one, field) for field in one.__dataclass_fields__}
            for name, one in self.scores.items()
        }
        gains = {
            name: {score: dict(zip(("gain", "low", "high"), values, strict=True)) for score, values in by_score.items()}
            for name, by_score in self.gains.items()
        }
        return {"nights": self.nights, "lows": self.lows, "scores": scores, "gains": gains}


def compare_nights(
    cases: Sequence[Case], origins_min: Sequence[float] = EVENING_ORIGINS_MIN
) -> tuple[NightComparison, ...]:
    """Judges forecasts of nocturnal lows; origins after which too few nights were low are left out.

    Args:
        cases: the people, their twins fitted to the first week alone.
        origins_min: local clock of the evening's origins in minutes.
    """
    found = (_compare(cases, origin) for origin in origins_min)
    return tuple(one for one in found if one is not None)


def _compare(cases: Sequence[Case], origin_min: float) -> NightComparison | None:
    nights = gather_nights(cases, origin_min)
    judged, probability = foresee(nights)
    low, person = nights.low[judged], nights.person[judged]
    if not low.any() or low.all():
        return None
    drawn = [rows for rows in _people_again(person) if low[rows].any() and not low[rows].all()]
    return NightComparison(
        origin_min=origin_min,
        nights=int(low.size),
        lows=int(low.sum()),
        scores={name: _score(low, probability[name], drawn) for name in FORECASTERS},
        gains={name: _gains(low, probability[TWIN], probability[name], drawn) for name in FORECASTERS if name != TWIN},
    )


def _people_again(person: np.ndarray) -> list[np.ndarray]:
    """Rows of people drawn with replacement, once per draw."""
    people = np.unique(person)
    rows = [np.flatnonzero(person == one) for one in people]
    key = stream_key(root_key(0), subject="people", stream=NIGHT_STREAM)
    drawn = np.asarray(jax.random.randint(key, (DRAWS, people.size), 0, people.size))
    return [np.concatenate([rows[one] for one in draw]) for draw in drawn]


def _score(low: np.ndarray, probability: np.ndarray, drawn: Sequence[np.ndarray]) -> NightScore:
    whole = score_probabilities(low, probability)
    slopes = np.array([score_probabilities(low[rows], probability[rows]).calibration_slope for rows in drawn])
    edges = np.nanquantile(slopes, [0.025, 0.975]) if np.isfinite(slopes).any() else np.full(2, np.nan)
    return NightScore(
        auc=float(roc_auc_score(low, probability)),
        average_precision=float(average_precision_score(low, probability)),
        brier_skill=whole.brier_skill,
        calibration_slope=whole.calibration_slope,
        calibration_slope_interval=(float(edges[0]), float(edges[1])),
    )


def _gains(
    low: np.ndarray, twin: np.ndarray, other: np.ndarray, drawn: Sequence[np.ndarray]
) -> dict[str, tuple[float, float, float]]:
    scores = {"auc": roc_auc_score, "average_precision": average_precision_score, "brier_skill": _brier_skill}
    found: dict[str, tuple[float, float, float]] = {}
    for name, score in scores.items():
        gains = [float(score(low[rows], twin[rows]) - score(low[rows], other[rows])) for rows in drawn]
        edges = np.quantile(gains, [0.025, 0.975])
        found[name] = (float(score(low, twin) - score(low, other)), float(edges[0]), float(edges[1]))
    return found


def _brier_skill(low: np.ndarray, probability: np.ndarray) -> float:
    return score_probabilities(low, probability).brier_skill
