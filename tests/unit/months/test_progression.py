"""Beta cells over years: figures of other programs for the published courses, and what changes do."""

import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.months.progression.course import (
    Improvement,
    ProgressionCourse,
    Stage,
    follow,
    glucose_test_mgdl,
    weight_loss,
)
from glucotwin.months.progression.meals import START
from glucotwin.months.progression.table import find_course, published_courses

TEST_MIN = (0.0, 30.0, 60.0, 90.0, 120.0)


def glucose_at(course: ProgressionCourse, days: tuple[float, ...]) -> list[float]:
    return [float(np.interp(day, course.day, course.fasting_mgdl)) for day in days]


def test_untreated_course_is_as_independently_worked_out() -> None:
    course = follow(find_course("ha-2016"), years=2.0)
    assert glucose_at(course, (0.0, 365.0, 730.0)) == pytest.approx([99.8, 122.4, 133.4], abs=0.06)
    assert course.diabetes_from_year == pytest.approx(1.2, abs=0.05)


def test_treatment_brings_remission_early_and_not_late() -> None:
    early, late = (follow(find_course(f"ha-2016-{name}"), years=6.0) for name in ("early", "late"))
    assert early.fasting_mgdl.max() > 126.0
    assert early.fasting_mgdl[-1] < 105.0
    assert late.fasting_mgdl[-1] > 300.0


def test_prevention_keeps_diabetes_away() -> None:
    course = follow(find_course("ha-2016-prevention"), years=6.0)
    assert course.diabetes_from_year is None
    assert course.fasting_mgdl[course.day > 800.0].max() < 115.3


def test_glucose_test_at_the_start_is_as_independently_worked_out() -> None:
    np.testing.assert_allclose(glucose_test_mgdl(START, TEST_MIN), (79, 120, 124, 121, 117), atol=0.6)


@pytest.mark.slow
def test_glucose_test_after_a_year_of_meals_is_as_independently_worked_out() -> None:
    course = follow(find_course("igt-first"), years=1.0)
    states = [values[-1] for values in course.states.values()]
    np.testing.assert_allclose(glucose_test_mgdl(states, TEST_MIN), (94, 159, 155, 149, 144), atol=0.6)
    assert course.stages[0] is Stage.NORMAL
    assert course.stages[-1] is Stage.IMPAIRED


@pytest.mark.slow
def test_paths_of_the_paper_differ_in_what_comes_first() -> None:
    tolerance, fasting = (follow(find_course(name), years=2.0) for name in ("igt-first", "ifg-first"))
    first = int(np.argmax([stage is Stage.IMPAIRED for stage in tolerance.stages]))
    assert tolerance.fasting_mgdl[first] < 100.0
    assert tolerance.test_2h_mgdl[first] >= 140.0
    first = int(np.argmax([stage is Stage.IMPAIRED for stage in fasting.stages]))
    assert fasting.fasting_mgdl[first] >= 100.0
    assert fasting.test_2h_mgdl[first] < 140.0


def test_lost_weight_puts_diabetes_off_and_more_of_it_longer() -> None:
    course = find_course("ha-2016")
    onset = [
        follow(course, years=4.0, improvements=[weight_loss(200.0, lost)]).diabetes_from_year
        for lost in (0.001, 2.0, 8.0)
    ]
    assert onset[0] is not None
    assert onset[1] is None or onset[1] > onset[0]
    assert onset[2] is None


def test_change_outside_the_years_and_unknown_course_are_refused() -> None:
    with pytest.raises(DataError) as told:
        follow(
            find_course("ha-2016"), years=1.0, improvements=[Improvement(day=400.0, factor=2.0, time_constant_d=10.0)]
        )
    assert told.value.code is ErrorCode.INVALID_VALUE
    with pytest.raises(NotFoundError, match="ha-2016"):
        find_course("nowhere")
    assert {one.model for one in published_courses().values()} == {"daily", "meals"}
