"""How wide bands must be: learned from errors on days that the forecaster was not taught on, then kept right online.

A forecast's error is its scale (learned from the same features) times a standardised error whose quantiles are taken
from everybody's held-back days. As readings come in, each person's width is corrected so that the bands keep holding
what they claim to (adaptive conformal inference, Gibbs and Candes 2021, arXiv 2106.00170, on the logarithm of the
width): nothing is assumed of how errors hang together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from glucotwin.forecast.case import Sample
from glucotwin.forecast.trajectory import PATH_LEVELS
from glucotwin.forecast.tree import Trees, TreeSettings, grow_trees

SCALE_TREES = TreeSettings(rounds=120, learning_rate=0.05, leaves=8, leaf_rows=300, feature_share=1.0, loss="gamma")
LEVELS = (0.5, 0.9)
SMALLEST_SCALE_MGDL = 2.0
ADAPTATION_RATE = 0.02
"""How much of a miss goes into the logarithm of the width at once."""
WIDEST = 4.0
"""A width is corrected by at most this factor either way."""
HIGHEST_MGDL = 600.0


class Widths(NamedTuple):
    """Factors of the 50 % and the 90 % band's half-width at each origin, each ``(row,)``."""

    half: np.ndarray
    ninety: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """What turns a forecast into calibrated quantiles at one horizon.

    Attributes:
        scale: mean absolute error by features.
        score_quantiles: quantiles of error over scale at ``PATH_LEVELS``, ``(level,)``.
        person_factor: by person, how much wider their bands must be than everybody's at 50 % and at 90 %.
    """

    scale: Trees
    score_quantiles: np.ndarray
    person_factor: Mapping[str, tuple[float, float]]

    def scale_mgdl(self, sample: Sample, predicted_mgdl: np.ndarray) -> np.ndarray:
        """Expected size of the error, ``(row,)``."""
        return np.maximum(self.scale.predict(_scale_features(sample, predicted_mgdl)), SMALLEST_SCALE_MGDL)

    def quantiles_mgdl(self, predicted_mgdl: np.ndarray, scale_mgdl: np.ndarray, widths: Widths) -> np.ndarray:
        """Quantiles at ``PATH_LEVELS``, ``(row, level)``, never below zero."""
        away = np.abs(PATH_LEVELS - 0.5)
        share = np.clip((away - 0.25) / 0.2, 0.0, 1.0)
        factor = widths.half[:, None] ** (1.0 - share) * widths.ninety[:, None] ** share
        middle = float(np.interp(0.5, PATH_LEVELS, self.score_quantiles))
        score = middle + factor * (self.score_quantiles - middle)
        return np.clip(predicted_mgdl[:, None] + scale_mgdl[:, None] * score, 0.0, HIGHEST_MGDL)

    def widths(self, sample: Sample, predicted_mgdl: np.ndarray, scale_mgdl: np.ndarray) -> Widths:
        """Widths at every origin, corrected by the errors that were known by then."""
        half, ninety = np.ones(sample.rows), np.ones(sample.rows)
        score = (sample.target_mgdl - predicted_mgdl) / scale_mgdl
        for number, person in enumerate(sample.people):
            rows = np.flatnonzero(sample.person == number)
            start = self.person_factor.get(person, (1.0, 1.0))
            for level, factor, into in zip(LEVELS, start, (half, ninety), strict=True):
                into[rows] = adapt_width(
                    sample.step[rows], score[rows], self.edges(level), level=level, ahead=sample.ahead, start=factor
                )
        return Widths(half, ninety)

    def edges(self, level: float) -> tuple[float, float, float]:
        """Low edge, centre and high edge of a standardised band."""
        low, middle, high = np.interp([0.5 - level / 2, 0.5, 0.5 + level / 2], PATH_LEVELS, self.score_quantiles)
        return float(low), float(middle), float(high)


def adapt_width(
    step: np.ndarray,
    score: np.ndarray,
    edges: tuple[float, float, float],
    *,
    level: float,
    ahead: int,
    start: float,
    rate: float = ADAPTATION_RATE,
) -> np.ndarray:
    """The factor of a band's width at each origin of one person.

    Args:
        step: of the origins, rising, ``(row,)``.
        score: standardised errors of their forecasts, ``(row,)``; nan where the target is not known.
        edges: low edge, centre and high edge of the standardised band.
        level: what share of the readings it is to hold.
        ahead: steps until an error is known.
        start: the first factor.
        rate: of learning.
    """
    low, middle, high = edges
    log_factor, known = np.log(start), 0
    factors = np.empty(step.size)
    limit = np.log(WIDEST)
    for row in range(step.size):
        while known < row and step[known] + ahead <= step[row]:
            if not np.isnan(score[known]):
                # The miss is judged by the band that was issued, not by today's.
                inside = middle + factors[known] * (low - middle) <= score[known]
                inside = inside and score[known] <= middle + factors[known] * (high - middle)
                log_factor = float(np.clip(log_factor + rate * (level - inside), -limit, limit))
            known += 1
        factors[row] = np.exp(log_factor)
    return factors


def fit_recalibration(sample: Sample, predicted_mgdl: np.ndarray) -> Recalibration:
    """Learns widths from forecasts of origins that the forecaster was not taught on.

    Args:
        sample: the origins, with known targets.
        predicted_mgdl: their forecasts, ``(row,)``.
    """
    error = sample.target_mgdl - predicted_mgdl
    size = np.maximum(np.abs(error), 0.5)
    settings = SCALE_TREES if sample.rows > 20 * SCALE_TREES.leaf_rows else TreeSettings(rounds=1, loss="gamma")
    scale = grow_trees(_scale_features(sample, predicted_mgdl), size, settings)
    score = error / np.maximum(scale.predict(_scale_features(sample, predicted_mgdl)), SMALLEST_SCALE_MGDL)
    quantiles = np.quantile(score, PATH_LEVELS)
    bare = Recalibration(scale=scale, score_quantiles=quantiles, person_factor={})
    half, ninety = LEVELS
    factors: dict[str, tuple[float, float]] = {}
    for number, person in enumerate(sample.people):
        own = score[sample.person == number]
        factors[person] = (
            _person_factor(own, bare.edges(half), half),
            _person_factor(own, bare.edges(ninety), ninety),
        )
    return Recalibration(scale=scale, score_quantiles=quantiles, person_factor=factors)


SHRINK_ROWS = 300.0
"""A person's factor is drawn towards 1 as much as this many origins would."""


def _person_factor(score: np.ndarray, edges: tuple[float, float, float], level: float) -> float:
    if not score.size:
        return 1.0
    low, middle, high = edges
    needed = np.maximum((score - middle) / (high - middle), (score - middle) / (low - middle))
    own = float(np.quantile(needed, level))
    weight = score.size / (score.size + SHRINK_ROWS)
    return float(np.exp(weight * np.log(np.clip(own, 1.0 / WIDEST, WIDEST))))


def _scale_features(sample: Sample, predicted_mgdl: np.ndarray) -> np.ndarray:
    change = (predicted_mgdl - sample.held_mgdl).astype(np.float32)
    return np.concatenate([sample.features, predicted_mgdl.astype(np.float32)[:, None], change[:, None]], axis=1)
