"""Courses of years into type 2 diabetes and back, of the model by the day and of the one with meals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from scipy.integrate import odeint, solve_ivp

from glucotwin.core.error import DataError, ErrorCode, SolverError
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.months.progression import daily, meals
from glucotwin.months.progression.table import Phase, PublishedCourse, progression_parameters

DAYS_PER_YEAR = 365.0
SAMPLE_D = {"daily": 5.0, "meals": 73.0}
FASTING_IMPAIRED_MGDL, FASTING_DIABETES_MGDL = 100.0, 126.0
TEST_IMPAIRED_MGDL, TEST_DIABETES_MGDL = 140.0, 200.0
"""Thresholds of the American Diabetes Association, fasting and two hours after 75 g of glucose."""

TOLERANCE = {"daily": 1e-8, "meals": 1e-4}
"""Relative; absolute ones are a hundredth. With 1e-6 the test after a year of meals is the same to 0.1 mg/dL."""
MOST_STEPS, SUCCESS = 1_000_000, "Integration successful."
LONGEST_STEP = {"daily": 20.0, "meals": 20.0}
"""In the model's unit of time: days, and minutes so that no meal is stepped over."""


class Stage(StrEnum):
    """What a doctor would say of glucose."""

    NORMAL = "normal"
    IMPAIRED = "impaired"
    DIABETES = "diabetes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """Insulin sensitivity that gets better, or worse, from a day on.

    Attributes:
        day: when it begins.
        factor: what the target of sensitivity is multiplied by, in muscle and liver.
        time_constant_d: of the way there.
    """

    day: float
    factor: float
    time_constant_d: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressionCourse:
    """What becomes of a person.

    Attributes:
        model: ``daily`` or ``meals``.
        day: of the samples, shape ``(points,)``.
        states: fasting states by name, each ``(points,)``.
        test_2h_mgdl: two hours after 75 g of glucose; not a number in the model without meals.
    """

    model: str
    day: np.ndarray
    states: Mapping[str, np.ndarray]
    test_2h_mgdl: np.ndarray

    @property
    def fasting_mgdl(self) -> np.ndarray:
        """Glucose before breakfast; in the model by the day, glucose of the day."""
        return self.states["glucose_mgdl"]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """By fasting glucose and, where there is one, the glucose test."""
        return tuple(_stage(fasting, test) for fasting, test in zip(self.fasting_mgdl, self.test_2h_mgdl, strict=True))

    @property
    def diabetes_from_year(self) -> float | None:
        """When diabetes is first there; None when it does not come."""
        return next(
            (day / DAYS_PER_YEAR for day, stage in zip(self.day, self.stages, strict=True) if stage is Stage.DIABETES),
            None,
        )


def weight_loss(day: float, lost_kg: float) -> Improvement:
    """What losing weight, for good, does to insulin sensitivity (Choy 2016: 5.14 % per kg)."""
    values = progression_parameters("daily")
    return Improvement(day=day, factor=1.0 + values["sensitivity_per_kg"] * lost_kg, time_constant_d=values["weight_d"])


def follow(
    course: PublishedCourse,
    *,
    years: float,
    improvements: Sequence[Improvement] = (),
    progress: ProgressCallback = silent,
) -> ProgressionCourse:
    """Follows a person for years.

    Args:
        course: where sensitivity goes by itself.
        years: how long.
        improvements: what changes it on top, each on what stands at its day.
        progress: told the share of the time that is done.

    Raises:
        DataError: a change lies outside the years, or leaves no sensitivity.
        SolverError: the integration gave up.
    """
    last = years * DAYS_PER_YEAR
    phases = _phases(course.phases, improvements, last)
    values = progression_parameters(course.model)
    model = daily if course.model == "daily" else meals
    states = np.array(model.START)
    kept: list[np.ndarray] = [states]
    days = [0.0]
    for place, phase in enumerate(phases):
        end = phases[place + 1].from_day if place + 1 < len(phases) else last
        for start, stop in _stretches(phase.from_day, end, SAMPLE_D[course.model]):
            states = _advance(course.model, phase, values, states, start, stop)
            kept.append(states)
            days.append(stop)
            progress("", stop / last)
    tests = [_test(one, values) if course.model == "meals" else np.nan for one in kept]
    told = {name: np.array([one[number] for one in kept]) for number, name in enumerate(model.NAMES)}
    return ProgressionCourse(model=course.model, day=np.array(days), states=told, test_2h_mgdl=np.array(tests))


def glucose_test_mgdl(states: Sequence[float], moments_min: Sequence[float]) -> np.ndarray:
    """Glucose at moments of a test with 75 g, from fasting states of the model with meals."""
    values = progression_parameters("meals")
    still = Phase(from_day=0.0, sensitivity=states[5], hepatic_sensitivity=states[6], time_constant_d=1.0)
    rate = meals.meals_rate(still, values, meals.glucose_test(values["weight_kg"]))
    solution = solve_ivp(
        rate,
        (0.0, max(moments_min)),
        np.asarray(states),
        method="LSODA",
        t_eval=list(moments_min),
        max_step=5.0,
        rtol=TOLERANCE["meals"],
        atol=0.01 * TOLERANCE["meals"],
    )
    return solution.y[0]


def _test(states: np.ndarray, values: Mapping[str, float]) -> float:
    return float(glucose_test_mgdl(states.tolist(), (0.0, 120.0))[-1])


def _advance(
    name: str, phase: Phase, values: Mapping[str, float], states: np.ndarray, start_d: float, stop_d: float
) -> np.ndarray:
    model = daily if name == "daily" else meals
    rate = daily.daily_rate(phase, values) if name == "daily" else meals.meals_rate(phase, values)
    # odeint stays in compiled code from end to end; solve_ivp spends more time between its steps than in them.
    span = np.array([start_d / model.DAYS, stop_d / model.DAYS])
    both, told = odeint(
        rate,
        states,
        span,
        tfirst=True,
        hmax=LONGEST_STEP[name],
        rtol=TOLERANCE[name],
        atol=0.01 * TOLERANCE[name],
        mxstep=MOST_STEPS,
        full_output=True,
    )
    end = both[-1]
    if told["message"] != SUCCESS or not np.all(np.isfinite(end)):
        raise SolverError(ErrorCode.NOT_FINITE, f"The years ended at day {start_d:.0f}: {told['message']}")
    return end


def _phases(base: Sequence[Phase], improvements: Sequence[Improvement], last_d: float) -> list[Phase]:
    """The course's phases with every improvement as one more; those after it are improved too."""
    phases = list(base)
    for one in sorted(improvements, key=lambda change: change.day):
        if not 0.0 <= one.day < last_d:
            raise DataError(ErrorCode.INVALID_VALUE, f"A change at day {one.day:.0f} lies outside the years.")
        if not one.factor > 0.0:
            raise DataError(ErrorCode.INVALID_VALUE, "A change must leave some insulin sensitivity.")
        before = [phase for phase in phases if phase.from_day <= one.day]
        after = [_improved(phase, one) for phase in phases if phase.from_day > one.day]
        begun = replace(_improved(before[-1], one), from_day=one.day, time_constant_d=one.time_constant_d)
        phases = [*(phase for phase in before if phase.from_day < one.day), begun, *after]
    return [phase for phase in phases if phase.from_day < last_d]


def _improved(phase: Phase, change: Improvement) -> Phase:
    hepatic = phase.hepatic_sensitivity
    return replace(
        phase,
        sensitivity=phase.sensitivity * change.factor,
        hepatic_sensitivity=None if hepatic is None else hepatic * change.factor,
    )


def _stretches(start: float, end: float, longest: float) -> list[tuple[float, float]]:
    edges = np.linspace(start, end, max(1, round((end - start) / longest)) + 1)
    edges[1:-1] = np.round(edges[1:-1])  # whole days: samples are taken before breakfast
    return [(float(first), float(second)) for first, second in pairwise(edges) if second > first]


def _stage(fasting: float, test: float) -> Stage:
    if fasting >= FASTING_DIABETES_MGDL or test >= TEST_DIABETES_MGDL:
        return Stage.DIABETES
    if fasting >= FASTING_IMPAIRED_MGDL or test >= TEST_IMPAIRED_MGDL:
        return Stage.IMPAIRED
    return Stage.NORMAL
