"""Lows in the coming night, foreseen in the evening: the twin beside the rules that people go by.

A night is low when glucose is below 70 mg/dL for at least 15 min between midnight and 6 h. Every forecaster gives a
probability; all but the first week of a person's nights are judged, each by models taught on the weeks before it alone
(of the person and, counted from their own first reading, of everybody else). The twin is fitted to the first week.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr
from sklearn.linear_model import LogisticRegression

from glucotwin.forecast.case import Case
from glucotwin.forecast.mechanism import LOOK_AHEAD_STEPS
from glucotwin.forecast.score import LOW_STEPS, NIGHT_ENDS_MIN
from glucotwin.metrics.forecast_score import HYPO_BELOW_MGDL
from glucotwin.twin.state_space import STEP_MIN

EVENING_ORIGINS_MIN = (22 * 60.0, 23 * 60.0, 23 * 60.0 + 45.0)
FIRST_WEEK_STEPS = 7 * 288
FEWEST_READINGS = 0.8
"""Share of a night's readings that must be there for it to count, unless a low is seen anyway."""

FEWEST_LOWS = 10
"""Lows that models are taught on at least; nights before that are not judged."""

EVENING_FEATURES = (
    "glucose_mgdl",
    "slope_15_mgdl_per_min",
    "slope_60_mgdl_per_min",
    "mean_180_mgdl",
    "sd_180_mgdl",
    "mean_1440_mgdl",
    "sd_1440_mgdl",
    "bolus_on_board_u",
    "basal_on_board_u",
    "carbs_on_board_g",
    "bolus_sum_240_u",
    "carbs_sum_240_g",
    "active_360_min",
    "insulin_day_u",
    "person_mean_mgdl",
    "person_sd_mgdl",
)
TREND_AHEAD_MIN = 120.0
"""How far the trend of the last hour is carried on by the trend rule."""

BEDTIME, TREND, LOGISTIC, TWIN = "bedtime-glucose", "trend", "logistic", "twin"
FORECASTERS = (BEDTIME, TREND, LOGISTIC, TWIN)
PENALTY = 0.1
"""Inverse strength of the penalty on models' weights.

Fixed: chosen on earlier weeks instead, by folds of people, it foresaw the nights of 20 other people worse (BrisT1D, see
docs/benchmarks.md), as ten lows are too few to choose by.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """Evenings and what came after them, one night per row.

    Attributes:
        person: index of the person, ``(night,)``.
        week: since the person's first reading, ``(night,)``.
        low: whether the night was low, ``(night,)``.
        told: what each forecaster is told, ``(night, feature)`` each.
    """

    person: np.ndarray
    week: np.ndarray
    low: np.ndarray
    told: Mapping[str, np.ndarray]


def gather_nights(cases: Sequence[Case], origin_min: float) -> Nights:
    """Everybody's nights as they lie before an evening's origin.

    Args:
        cases: the people, their twins fitted to the first week alone.
        origin_min: local clock of the origin in minutes.
    """
    parts = [_of_person(case, origin_min) for case in cases]
    person = np.concatenate([np.full(len(one.low), number) for number, one in enumerate(parts)])
    return Nights(
        person=person,
        week=np.concatenate([one.week for one in parts]),
        low=np.concatenate([one.low for one in parts]),
        told={name: np.concatenate([one.told[name] for one in parts]) for name in FORECASTERS},
    )


def _of_person(case: Case, origin_min: float) -> Nights:
    clock = case.record.minute_of_day
    evenings = np.flatnonzero((clock >= origin_min) & (clock < origin_min + STEP_MIN))
    outcomes = [_was_low(case, int(step)) for step in evenings]
    kept = [
        number
        for number, outcome in enumerate(outcomes)
        if outcome is not None and not np.isnan(case.record.held_mgdl[evenings[number]])
    ]
    steps = evenings[kept]
    plain = case.plain.chosen(EVENING_FEATURES).values[steps]
    held = case.record.held_mgdl[steps]
    slope = np.nan_to_num(plain[:, EVENING_FEATURES.index("slope_60_mgdl_per_min")])
    return Nights(
        person=np.zeros(steps.size, dtype=int),
        week=steps // FIRST_WEEK_STEPS,
        low=np.array([bool(outcomes[number]) for number in kept]),
        told={
            BEDTIME: held[:, None],
            TREND: (held + slope * TREND_AHEAD_MIN)[:, None],
            LOGISTIC: plain,
            TWIN: np.concatenate([plain, _twin_features(case, steps, origin_min)], axis=1),
        },
    )


def _was_low(case: Case, step: int) -> bool | None:
    """Whether the night after an evening's step was low; None when too little of it was measured to say."""
    clock, measured = case.record.minute_of_day, case.record.measured_mgdl
    night = slice(step + 1, step + 1 + int(np.ceil((1440.0 - clock[step] + NIGHT_ENDS_MIN) / STEP_MIN)))
    glucose = measured[night][clock[night] < NIGHT_ENDS_MIN]
    low = np.concatenate([[0], np.cumsum(glucose < HYPO_BELOW_MGDL)])
    if np.any(low[LOW_STEPS:] - low[:-LOW_STEPS] == LOW_STEPS):
        return True
    complete = np.mean(~np.isnan(glucose)) if glucose.size == int(NIGHT_ENDS_MIN / STEP_MIN) else 0.0
    return False if complete >= FEWEST_READINGS else None


def _twin_features(case: Case, steps: np.ndarray, origin_min: float) -> np.ndarray:
    """What the twin foresees of the night: its lowest mean, the likeliest low, what it lately missed, its state."""
    if case.seen is None:
        return np.full((steps.size, 6), np.nan)
    ahead = LOOK_AHEAD_STEPS * STEP_MIN + origin_min - 1440.0
    inside = (ahead > 0.0) & (ahead <= NIGHT_ENDS_MIN)
    mean, sd = case.seen.mean_mgdl[steps][:, inside], case.seen.sd_mgdl[steps][:, inside]
    chance = ndtr((HYPO_BELOW_MGDL - mean) / sd)
    latest = case.mechanism.chosen(("twin_missed_60_mgdl", "twin_flux_mgdl_per_min")).values[steps]
    log_odds = np.log(np.clip(chance, 1e-6, 1.0 - 1e-6) / np.clip(1.0 - chance, 1e-6, 1.0))
    return np.column_stack([mean.min(axis=1), mean.mean(axis=1), log_odds.max(axis=1), sd.mean(axis=1), latest])


def foresee(nights: Nights) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Probabilities of a low, each week's from models of the weeks before it.

    Returns:
        Which nights are judged, as a mask, and by forecaster their probabilities, ``(judged night,)``.
    """
    probability = {name: np.full(nights.low.size, np.nan) for name in FORECASTERS}
    for week in range(1, int(nights.week.max(initial=0)) + 1):
        before, now = nights.week < week, nights.week == week
        if nights.low[before].sum() < FEWEST_LOWS or nights.low[before].all() or not now.any():
            continue
        for name in FORECASTERS:
            probability[name][now] = _taught(nights.told[name][before], nights.low[before], nights.told[name][now])
    judged = ~np.isnan(probability[TWIN])
    return judged, {name: values[judged] for name, values in probability.items()}


def _taught(told: np.ndarray, low: np.ndarray, asked: np.ndarray) -> np.ndarray:
    known = ~np.isnan(told)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, told, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (told - mean) ** 2, 0.0).sum(axis=0) / count)
    scale = np.where(spread > 1e-9, spread, np.inf)

    def standardised(values: np.ndarray) -> np.ndarray:
        return np.clip(np.nan_to_num((values - mean) / scale), -5.0, 5.0)

    model = LogisticRegression(C=PENALTY, max_iter=500).fit(standardised(told), low)
    return model.predict_proba(standardised(asked))[:, 1]
