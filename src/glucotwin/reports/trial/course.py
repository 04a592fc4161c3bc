"""Means of each arm by week, from the observed rows."""

import numpy as np
import polars as pl
from scipy.stats import t as student

from glucotwin.reports.trial.figure_course import ArmCourse
from glucotwin.trial.experiment import ARM
from glucotwin.trial.lot import SEQUENCE
from glucotwin.trial.outcome import visit_values, visits_of
from glucotwin.trial.part import Endpoint, PeriodKind
from glucotwin.trial.result import TrialResult


def arm_courses(result: TrialResult, endpoint: Endpoint) -> tuple[ArmCourse, ...]:
    """A course for each arm, from the baseline where there is one."""
    design, lived = result.design, result.lived
    visits = visits_of(lived.seen, endpoint)
    if not visits:
        return ()
    courses: list[ArmCourse] = []
    for arm in design.arms:
        apart = design.period.kind is PeriodKind.PARALLEL
        own = lived.people.filter(pl.col(ARM) == arm.name if apart else pl.col(SEQUENCE).list.contains(arm.name))
        values = visit_values(lived.seen, endpoint, own, arm.name, visits)
        weeks = np.asarray(visits)
        if endpoint.baseline in own.columns:
            before = own[endpoint.baseline].cast(pl.Float64).to_numpy()
            values, weeks = np.column_stack([before, values]), np.concatenate([[0.0], weeks])
        mean, reach = _mean_and_reach(values)
        courses.append(ArmCourse(label=arm.label, week=weeks, mean=mean, reach=reach))
    return tuple(courses)


def _mean_and_reach(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = np.isfinite(values).sum(axis=0)
    filled = np.where(np.isfinite(values), values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / count
        spread = np.where(np.isfinite(values), values - mean, 0.0)
        sd = np.sqrt((spread**2).sum(axis=0) / (count - 1))
        return mean, np.asarray(student.ppf(0.975, np.maximum(count - 1, 1))) * sd / np.sqrt(count)
