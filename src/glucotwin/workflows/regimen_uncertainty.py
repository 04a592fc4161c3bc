"""How sure the course of a candidate is: what the model does not know, what differs between people, and both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from typing_extensions import TypedDict

from glucotwin.months.course import Life, months_courses
from glucotwin.months.person import MonthsPerson
from glucotwin.months.treatment import Treatment
from glucotwin.months.uncertainty import Draw, draw_many, with_strengths

PERCENTILES = (10.0, 90.0)
PARTS = ("parameters", "people", "both")


class BandsJson(TypedDict):
    """10th and 90th percentile of each part and of both together."""

    parameters: tuple[float, float]
    people: tuple[float, float]
    both: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """10th and 90th percentile: by what the model does not know, by what differs between people, and by both."""

    parameters: tuple[float, float]
    people: tuple[float, float]
    both: tuple[float, float]

    def to_json(self) -> BandsJson:
        """As JSON values."""
        return {"parameters": self.parameters, "people": self.people, "both": self.both}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """Of one candidate.

    Attributes:
        draws: how many.
        hba1c_pct: HbA1c by day asked for.
        weight_change_kg: at the last day.
        course_pct: HbA1c by day, 10th and 90th percentile of both.
        hba1c_draws_pct: HbA1c of the last day by draw, the same draws for every candidate.
    """

    draws: int
    hba1c_pct: dict[int, Bands]
    weight_change_kg: Bands
    course_pct: tuple[tuple[float, float], ...]
    hba1c_draws_pct: tuple[float, ...]


def candidate_uncertainty(
    person: MonthsPerson,
    treatments: Sequence[Treatment],
    *,
    days: Sequence[int],
    draws: int,
) -> Uncertainty:
    """Draws the course of a candidate.

    Args:
        person: today.
        treatments: the candidate.
        days: that are asked for, the last one being the end.
        draws: how many models and people; each takes three courses.
    """
    drawn = draw_many(draws)
    lives = [_life(person, treatments, draw, part=part) for part in PARTS for draw in drawn]
    courses = months_courses(lives, days=days[-1])
    months = courses[0].months
    parts = {name: np.arange(draws) + draws * place for place, name in enumerate(PARTS)}
    both = months.hba1c_pct[:, parts["both"]]
    low, high = np.percentile(both, PERCENTILES, axis=1)
    return Uncertainty(
        draws=draws,
        hba1c_pct={day: _bands({name: months.hba1c_pct[day, whose] for name, whose in parts.items()}) for day in days},
        weight_change_kg=_bands(
            {name: months.weight_kg[-1, whose] - person.weight_kg for name, whose in parts.items()}
        ),
        course_pct=tuple(zip(low.tolist(), high.tolist(), strict=True)),
        hba1c_draws_pct=tuple(both[-1].tolist()),
    )


def best_of_draws_pct(candidates: Sequence[Uncertainty]) -> tuple[float, ...]:
    """How often, in percent of draws, each candidate ends with the lowest HbA1c; ties count for the first.

    Args:
        candidates: of the same draws.
    """
    winners = np.argmin(np.array([one.hba1c_draws_pct for one in candidates]), axis=0)
    return tuple(100.0 * float(np.mean(winners == number)) for number in range(len(candidates)))


def _life(person: MonthsPerson, treatments: Sequence[Treatment], draw: Draw, *, part: str) -> Life:
    models, people = part != "people", part != "parameters"
    return Life(
        person=person,
        treatments=with_strengths(treatments, draw, model=models, person=people),
        response=draw.response if people else 1.0,
        decline=(draw.decline if people else 1.0) * (draw.mean_decline if models else 1.0),
    )


def _bands(values: dict[str, np.ndarray]) -> Bands:
    found = {name: np.percentile(drawn, PERCENTILES) for name, drawn in values.items()}
    return Bands(**{name: (float(low), float(high)) for name, (low, high) in found.items()})
