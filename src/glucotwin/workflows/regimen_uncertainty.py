"""How sure the course of a candidate is: what the model does not know, what differs between people, and both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from typing_extensions import TypedDict

from glucotwin.months.course import SlowDay, months_courses
from glucotwin.months.low_glucose import felt_lows_per_y, severe_lows_pct
from glucotwin.months.person import MonthsPerson
from glucotwin.months.range_share import time_in_range_pct
from glucotwin.months.treatment import Treatment
from glucotwin.months.uncertainty import draw_many, drawn_life
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.workflows.regimen_risk import drawn_ten_year_risks

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
        time_in_range_pct, felt_lows_per_y, severe_lows_10y_pct: at the last day, 10th and 90th percentile of both.
        risks_10y: by score and event, 10th and 90th percentile of both; what the scores do not know is not in it.
        course_pct: HbA1c by day, 10th and 90th percentile of both.
        hba1c_draws_pct: HbA1c of the last day by draw, the same draws for every candidate.
    """

    draws: int
    hba1c_pct: dict[int, Bands]
    weight_change_kg: Bands
    time_in_range_pct: tuple[float, float]
    felt_lows_per_y: tuple[float, float]
    severe_lows_10y_pct: tuple[float, float]
    risks_10y: Mapping[str, Mapping[str, tuple[float, float]]]
    course_pct: tuple[tuple[float, float], ...]
    hba1c_draws_pct: tuple[float, ...]


def candidate_uncertainty(
    described: DescribedPerson,
    person: MonthsPerson,
    treatments: Sequence[Treatment],
    *,
    days: Sequence[int],
    draws: int,
) -> Uncertainty:
    """Draws the course of a candidate.

    Args:
        described: the person.
        person: the same for the slow body, today.
        treatments: the candidate.
        days: that are asked for, the last one being the end.
        draws: how many models and people; each takes three courses, and one of a year for the risks.
    """
    drawn = draw_many(draws)
    lives = [
        drawn_life(person, treatments, draw, model=part != "people", own=part != "parameters")
        for part in PARTS
        for draw in drawn
    ]
    courses = months_courses(lives, days=days[-1])
    months = courses[0].months
    parts = {name: np.arange(draws) + draws * place for place, name in enumerate(PARTS)}
    both = months.hba1c_pct[:, parts["both"]]
    ends = [courses[place].end for place in parts["both"]]
    lows = np.array(_felt_lows_per_y(person, treatments, ends, days=days[-1]))
    risks = drawn_ten_year_risks(described, person, treatments, drawn)
    low, high = np.percentile(both, PERCENTILES, axis=1)
    return Uncertainty(
        draws=draws,
        hba1c_pct={day: _bands({name: months.hba1c_pct[day, whose] for name, whose in parts.items()}) for day in days},
        weight_change_kg=_bands(
            {name: months.weight_kg[-1, whose] - person.weight_kg for name, whose in parts.items()}
        ),
        time_in_range_pct=_span([time_in_range_pct(one.mean_mmoll, insulin=one.insulin_u_per_d > 0.0) for one in ends]),
        felt_lows_per_y=_span(lows),
        severe_lows_10y_pct=_span([severe_lows_pct(float(one), years=10.0) for one in lows]),
        risks_10y={
            score: {event: _span(values) for event, values in events.items()} for score, events in risks.items()
        },
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


def _bands(values: dict[str, np.ndarray]) -> Bands:
    return Bands(**{name: _span(drawn) for name, drawn in values.items()})


def _span(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, PERCENTILES)
    return float(low), float(high)


def _felt_lows_per_y(
    person: MonthsPerson, treatments: Sequence[Treatment], ends: Sequence[SlowDay], *, days: int
) -> list[float]:
    begun = [one for one in treatments if one.has_begun(days)]
    return [felt_lows_per_y(person, begun, hba1c_pct=one.hba1c_pct) for one in ends]
