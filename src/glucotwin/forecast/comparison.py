"""Forecasters side by side on the days that none of them learned from: one protocol, the same origins for all.

Every origin of a person's test part with a reading at most 15 min old counts, every target is a reading that was
measured; nothing after an origin is known to anybody; scores are means over people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.forecast.baseline import baseline_forecasts
from glucotwin.forecast.case import Case, Sample, ahead_steps, judged_sample
from glucotwin.forecast.recalibration import fit_recalibration
from glucotwin.forecast.score import ScoreTree, gain_over, mean_tree, number_at, score_forecasts
from glucotwin.forecast.stack import GBM, HYBRID, WITHOUT_MECHANISM, school_members
from glucotwin.forecast.tree import POOLED, TreeSettings

TWIN = "twin"
"""The hybrid: the twin with what was learned on top of it."""
TWIN_ONLY = "twin-only"
NO_MECHANISM = "without-mechanism"
FEWEST_PAIRS = 20
COMPARED_WITH = ("persistence", "ridge", GBM, NO_MECHANISM, TWIN_ONLY)
GROUPS = ("age_band", "sex", "ethnicity", "therapy", "device")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What every forecaster said at one horizon.

    Attributes:
        sample: the origins.
        points: forecasts by forecaster, ``(row,)``.
        quantiles: of those with bands, ``(row, level)``.
    """

    sample: Sample
    points: Mapping[str, np.ndarray]
    quantiles: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonScores:
    """One person's scores by horizon in minutes and forecaster."""

    person_id: str
    attributes: Mapping[str, str]
    has_twin: bool
    pairs: Mapping[int, int]
    scores: Mapping[int, Mapping[str, ScoreTree]]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "person_id": self.person_id,
            "attributes": dict(self.attributes),
            "has_twin": self.has_twin,
            "pairs": {str(horizon): count for horizon, count in self.pairs.items()},
            "horizons": {str(horizon): dict(systems) for horizon, systems in self.scores.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Scores of every forecaster for every person."""

    people: tuple[PersonScores, ...]

    @property
    def horizons(self) -> tuple[int, ...]:
        """Minutes ahead, rising."""
        return tuple(self.people[0].scores)

    def means(self, horizon: int) -> dict[str, ScoreTree]:
        """By forecaster, means over people."""
        systems = self.people[0].scores[horizon]
        return {name: mean_tree([one.scores[horizon][name] for one in self.people]) for name in systems}

    def errors(self, horizon: int, system: str) -> np.ndarray:
        """RMSE of each person, ``(person,)``."""
        return np.array([number_at(one.scores[horizon][system], "rmse") for one in self.people])

    def gains(self, horizon: int) -> dict[str, dict[str, float]]:
        """How much smaller the hybrid's RMSE is than the others', with intervals over people."""
        own = self.errors(horizon, TWIN)
        others = [name for name in COMPARED_WITH if name in self.people[0].scores[horizon]]
        return {name: gain_over(own, self.errors(horizon, name)) for name in others}

    def lowest_coverage(self, horizon: int) -> float:
        """The 90 % band's coverage for the person for whom it is lowest."""
        return min(number_at(one.scores[horizon][TWIN], "coverage_90") for one in self.people)

    def groups(self) -> dict[str, dict[str, object]]:
        """The hybrid's errors and coverage by group of people."""
        return {name: _by_value(self, name) for name in GROUPS}

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "subjects": len(self.people),
            "horizons": {str(horizon): self.means(horizon) for horizon in self.horizons},
            "gains": {str(horizon): self.gains(horizon) for horizon in self.horizons},
            "lowest_coverage_90": {str(horizon): self.lowest_coverage(horizon) for horizon in self.horizons},
            "groups": self.groups(),
            "per_subject": [one.to_json() for one in self.people],
        }


def _by_value(comparison: Comparison, attribute: str) -> dict[str, object]:
    values = sorted({one.attributes.get(attribute, "unknown") for one in comparison.people})
    found: dict[str, object] = {}
    for value in values:
        members = [one for one in comparison.people if one.attributes.get(attribute, "unknown") == value]
        found[value] = {"people": len(members)} | {
            str(horizon): {
                name: float(np.mean([number_at(one.scores[horizon][TWIN], name) for one in members]))
                for name in ("rmse", "mard", "coverage_90")
            }
            for horizon in comparison.horizons
        }
    return found


def compare(
    cases: Sequence[Case],
    horizons: Sequence[int],
    *,
    settings: TreeSettings = POOLED,
    progress: ProgressCallback = silent,
) -> Comparison:
    """Teaches every forecaster on the training parts and scores all on the test parts.

    Args:
        cases: the people.
        horizons: minutes ahead.
        settings: of pooled trees, the same for all.
        progress: told the horizon and the fraction done.
    """
    shown: dict[int, Shown] = {}
    for number, horizon in enumerate(horizons):
        progress(f"{horizon} min", number / len(horizons))
        shown[horizon] = show(cases, ahead_steps(horizon), settings=settings)
    return scored(cases, shown)


def show(cases: Sequence[Case], ahead: int, *, settings: TreeSettings = POOLED) -> Shown:
    """What every forecaster says of the test parts at one horizon."""
    sample = judged_sample(cases, ahead)
    points = baseline_forecasts(cases, sample)
    school = school_members(cases, ahead, (*HYBRID, *WITHOUT_MECHANISM), settings)
    without, hybrid = school.mix(WITHOUT_MECHANISM), school.mix(HYBRID)
    points |= {
        GBM: school.members[GBM].predict(sample),
        NO_MECHANISM: without.stack.predict(sample),
        TWIN_ONLY: sample.base_mgdl,
        TWIN: hybrid.stack.predict(sample),
    }
    # What each said of the held-back days, from which its bands are learned.
    said = {
        NO_MECHANISM: (without.held_back, without.predicted_mgdl),
        TWIN_ONLY: (hybrid.held_back, hybrid.held_back.base_mgdl),
        TWIN: (hybrid.held_back, hybrid.predicted_mgdl),
    }
    quantiles = {name: calibrated(*held_back, sample, points[name]) for name, held_back in said.items()}
    return Shown(sample=sample, points=points, quantiles=quantiles)


def calibrated(
    learned_from: Sample, learned_mgdl: np.ndarray, sample: Sample, predicted_mgdl: np.ndarray
) -> np.ndarray:
    """Quantiles of forecasts, their widths learned from held-back origins and kept right online, ``(row, level)``."""
    recalibration = fit_recalibration(learned_from, learned_mgdl)
    scale = recalibration.scale_mgdl(sample, predicted_mgdl)
    widths = recalibration.widths(sample, predicted_mgdl, scale)
    return recalibration.quantiles_mgdl(predicted_mgdl, scale, widths)


def scored(cases: Sequence[Case], shown: Mapping[int, Shown]) -> Comparison:
    """Scores of what was shown; people with too few pairs at any horizon are left out."""
    people: list[PersonScores] = []
    for number, case in enumerate(cases):
        rows = {horizon: np.flatnonzero(one.sample.person == number) for horizon, one in shown.items()}
        if min(own.size for own in rows.values()) < FEWEST_PAIRS:
            continue
        people.append(
            PersonScores(
                person_id=case.person_id,
                attributes=case.attributes,
                has_twin=case.seen is not None,
                pairs={horizon: int(own.size) for horizon, own in rows.items()},
                scores={horizon: _systems(case, one, rows[horizon]) for horizon, one in shown.items()},
            )
        )
    return Comparison(people=tuple(people))


def _systems(case: Case, shown: Shown, rows: np.ndarray) -> dict[str, ScoreTree]:
    sample = shown.sample.chosen(rows)
    found: dict[str, ScoreTree] = {}
    for name, points in shown.points.items():
        quantiles = shown.quantiles.get(name)
        found[name] = score_forecasts(case, sample, points[rows], None if quantiles is None else quantiles[rows])
    return found
