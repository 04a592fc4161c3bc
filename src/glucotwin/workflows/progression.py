"""Use case: follow a way into type 2 diabetes for years, by itself and with what a person might change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.months.progression.course import (
    DAYS_PER_YEAR,
    FASTING_DIABETES_MGDL,
    FASTING_IMPAIRED_MGDL,
    TEST_DIABETES_MGDL,
    TEST_IMPAIRED_MGDL,
    Improvement,
    ProgressionCourse,
    follow,
    weight_loss,
)
from glucotwin.months.progression.table import PublishedCourse, find_course, progression_parameters

SHOWN_STATES = ("insulin_uu_per_ml", "beta_mass", "capacity", "sensitivity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progression:
    """Courses side by side.

    Attributes:
        course: what was published.
        names: of the courses: by itself, and with the changes when there are any.
        courses: in that order.
    """

    course: PublishedCourse
    names: tuple[str, ...]
    courses: tuple[ProgressionCourse, ...]

    def to_json(self) -> dict[str, object]:
        """Courses as JSON values; glucose in mg/dL."""
        told = {name: _course_json(one) for name, one in zip(self.names, self.courses, strict=True)}
        return {"course": self.course.name, "model": self.course.model, "source": self.course.source, "courses": told}


def compare_progression(
    name: str,
    *,
    years: float,
    losses: Sequence[tuple[float, float]] = (),
    factors: Sequence[tuple[float, float]] = (),
    progress: ProgressCallback = silent,
) -> Progression:
    """Follows a published course by itself, and with changes.

    Args:
        name: of the course.
        years: how long.
        losses: year and kg of weight that is lost for good.
        factors: year and factor of insulin sensitivity.
        progress: told how far it is.

    Raises:
        NotFoundError: there is no such course.
        DataError: a change lies outside the years, or leaves no sensitivity.
        SolverError: the integration gave up.
    """
    course = find_course(name)
    lag = progression_parameters("daily")["weight_d"]
    changes = [weight_loss(year * DAYS_PER_YEAR, lost) for year, lost in losses]
    changes += [Improvement(day=year * DAYS_PER_YEAR, factor=factor, time_constant_d=lag) for year, factor in factors]
    names = [message("progression-unchanged"), *([message("progression-changed")] if changes else [])]
    courses = []
    for place, planned in enumerate(((), changes)[: len(names)]):
        told = _part(progress, names[place], place, len(names))
        courses.append(follow(course, years=years, improvements=planned, progress=told))
    return Progression(course=course, names=tuple(names), courses=tuple(courses))


def progression_rows(progression: Progression) -> list[tuple[str, ...]]:
    """Each year's glucose and stage of every course as rows of text, the first one naming the columns."""
    meals = progression.course.model == "meals"
    header = [message("progression-column-year")]
    for name in progression.names:
        header += [message("progression-column-fasting", course=name)]
        header += [message("progression-column-test")] if meals else []
        header += [message("progression-column-stage")]
    rows = [tuple(header)]
    first = progression.courses[0]
    for year in range(int(first.day[-1] / DAYS_PER_YEAR) + 1):
        cells = [str(year)]
        for course in progression.courses:
            place = int(np.argmin(np.abs(course.day - year * DAYS_PER_YEAR)))
            cells += [f"{course.fasting_mgdl[place]:.0f}"]
            cells += [f"{course.test_2h_mgdl[place]:.0f}"] if meals else []
            cells += [message(f"progression-stage-{course.stages[place]}")]
        rows.append(tuple(cells))
    return rows


def progression_sentences(progression: Progression) -> list[str]:
    """When diabetes comes on each course."""
    told = []
    for name, course in zip(progression.names, progression.courses, strict=True):
        year = course.diabetes_from_year
        last = course.stages[-1]
        if year is None:
            told.append(message("progression-never", course=name, years=f"{course.day[-1] / DAYS_PER_YEAR:g}"))
        else:
            stage = message(f"progression-stage-{last}")
            told.append(message("progression-onset", course=name, year=f"{year:.1f}", stage=stage))
    return told


def write_progression(progression: Progression, path: Path) -> None:
    """Writes every sample as CSV. An earlier file is replaced at once.

    Raises:
        NotFoundError: the folder does not exist.
    """
    frames = [
        pl.DataFrame({"course": [name] * one.day.size, "day": one.day, **one.states, "test_2h_mgdl": one.test_2h_mgdl})
        for name, one in zip(progression.names, progression.courses, strict=True)
    ]
    replace_file(path, pl.concat(frames).fill_nan(None).write_csv)


def draw_progression(progression: Progression, path: Path) -> None:
    """Draws glucose, insulin, beta cells and sensitivity over the years.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    from glucotwin.reports.figure.curve import Panel, curves_height_px, curves_legend, draw_curves
    from glucotwin.reports.figure.standalone import save_figure
    from glucotwin.reports.figure.style import WIDE_PX, Canvas

    years = [one.day / DAYS_PER_YEAR for one in progression.courses]

    def panel(name: str, values: Sequence[np.ndarray], levels: tuple[float, ...] = ()) -> Panel:
        curves = tuple(zip(years, values, strict=True))
        return Panel(title=message(f"progression-plot-{name.replace('_', '-')}"), curves=curves, levels=levels)

    levels = FASTING_IMPAIRED_MGDL, FASTING_DIABETES_MGDL
    panels = [panel("fasting", [one.fasting_mgdl for one in progression.courses], levels)]
    if progression.course.model == "meals":
        tests = [one.test_2h_mgdl for one in progression.courses]
        panels.append(panel("test", tests, (TEST_IMPAIRED_MGDL, TEST_DIABETES_MGDL)))
    panels += [panel(name, [one.states[name] for one in progression.courses]) for name in SHOWN_STATES]
    draw = partial(draw_curves, panels=panels, abscissa=message("progression-column-year"))
    title = message("progression-plot-title", course=progression.course.name)
    canvas = Canvas(WIDE_PX, curves_height_px(panels))
    save_figure(draw, canvas, path, title=title, legend=curves_legend(progression.names))


def _course_json(course: ProgressionCourse) -> dict[str, object]:
    return {
        "diabetes_from_year": course.diabetes_from_year,
        "stage_at_end": str(course.stages[-1]),
        "day": course.day.tolist(),
        "stage": [str(stage) for stage in course.stages],
        "test_2h_mgdl": course.test_2h_mgdl.tolist(),
        "states": {name: values.tolist() for name, values in course.states.items()},
    }


def _part(progress: ProgressCallback, stage: str, place: int, parts: int) -> ProgressCallback:
    """Progress of one of several parts."""
    return lambda _, fraction: progress(stage, (place + fraction) / parts)
