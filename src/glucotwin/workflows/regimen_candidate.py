"""Everything that is told of one candidate regimen."""

import math
from collections.abc import Sequence

from glucotwin.months.caution import cautions_of
from glucotwin.months.course import Course, Life, months_courses
from glucotwin.months.guideline import recommendations
from glucotwin.months.low_glucose import low_glucose
from glucotwin.months.person import MonthsPerson
from glucotwin.months.range_share import time_in_range_pct
from glucotwin.months.side_effect import gut_pct, side_effects
from glucotwin.months.target import Targets, targets_met
from glucotwin.months.treatment import RESPONSE_SPREAD, Treatment
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.workflows.regimen_answer import CandidateCourse, cost_class
from glucotwin.workflows.regimen_parse import DAYS_PER_MONTH
from glucotwin.workflows.regimen_risk import lived_years, ten_year_risks
from glucotwin.workflows.regimen_uncertainty import Uncertainty, candidate_uncertainty

TENTH_PERCENTILE = -1.2816


def candidate_course(
    described: DescribedPerson,
    person: MonthsPerson,
    name: str,
    treatments: Sequence[Treatment],
    *,
    months: int,
    targets: Targets,
    draws: int = 0,
    years: int | None = None,
) -> CandidateCourse:
    """One candidate.

    Args:
        described: the person.
        person: the same for the slow body.
        name: of the candidate, as asked.
        treatments: what it is.
        months: horizon.
        targets: what attainment is told of.
        draws: of models and people; 0 for people's response alone.
        years: horizon of life-years; None to leave them out.
    """
    days = round(months * DAYS_PER_MONTH)
    asked = sorted({month for month in (3, 6, 12) if month < months} | {months})
    told = {month: round(month * DAYS_PER_MONTH) for month in asked}
    courses = _courses(person, treatments, days=days)
    sure = _uncertainty(described, person, treatments, days=list(told.values()), draws=draws)
    end = courses[0].end
    begun = [one for one in treatments if one.has_begun(days)]
    kinds = [one.medicine.kind for one in treatments if not one.stopped]
    hba1c = {month: _at(day, courses, sure) for month, day in told.items()}
    return CandidateCourse(
        name=name,
        hba1c_pct=hba1c,
        course_pct=_course_pct(courses, sure),
        end=end,
        weight_change_kg=end.weight_kg - person.weight_kg,
        time_in_range_pct=time_in_range_pct(end.mean_mmoll, insulin=end.insulin_u_per_d > 0.0),
        lows=low_glucose(person, begun, hba1c_pct=end.hba1c_pct),
        side_effects_pct=side_effects(person, treatments),
        gut_pct=gut_pct(person, treatments),
        cost_class=max((cost_class(kind) for kind in kinds), default=0),
        risks_10y=ten_year_risks(described, person, treatments),
        targets_met=targets_met(targets, end, hba1c[months]),
        recommendations=recommendations(person, treatments, taken=frozenset(map(str, described.drugs))),
        cautions=cautions_of(person, treatments),
        uncertainty=sure,
        lived=None if years is None else lived_years(described, person, treatments, years=years),
    )


def _uncertainty(
    described: DescribedPerson,
    person: MonthsPerson,
    treatments: Sequence[Treatment],
    *,
    days: Sequence[int],
    draws: int,
) -> Uncertainty | None:
    return candidate_uncertainty(described, person, treatments, days=days, draws=draws) if draws else None


def _courses(person: MonthsPerson, treatments: Sequence[Treatment], *, days: int) -> tuple[Course, Course, Course]:
    """Of the average person, of a strong and of a weak response."""
    weak = math.exp(TENTH_PERCENTILE * RESPONSE_SPREAD)
    lives = [Life(person=person, treatments=treatments, response=one) for one in (1.0, 1.0 / weak, weak)]
    average, strong, feeble = months_courses(lives, days=days)
    return average, strong, feeble


def _at(day: int, courses: Sequence[Course], sure: Uncertainty | None) -> tuple[float, float, float]:
    median, first, second = (float(one.hba1c_pct[day]) for one in courses)
    low, high = sorted((first, second)) if sure is None else sure.hba1c_pct[day].both
    return median, min(low, median), max(high, median)


def _course_pct(courses: Sequence[Course], sure: Uncertainty | None) -> tuple[tuple[float, float, float], ...]:
    median, strong, weak = (one.hba1c_pct.tolist() for one in courses)
    if sure is None:
        return tuple(zip(median, strong, weak, strict=True))
    return tuple((one, low, high) for one, (low, high) in zip(median, sure.course_pct, strict=True))
