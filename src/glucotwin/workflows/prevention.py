"""Use case: the Diabetes Prevention Program on virtual people, beside what was published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jax
import numpy as np
import polars as pl

from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.random import root_key, stream_key
from glucotwin.months.progression.course import FASTING_DIABETES_MGDL, TEST_DIABETES_MGDL
from glucotwin.months.progression.prevention import (
    PreventionCourse,
    draw_prevention,
    live_arms,
    prevention_arms,
    prevention_numbers,
)

RESAMPLES, PERCENTILES = 1000, (2.5, 97.5)
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreventionResult:
    """One arm; intervals are 95 % by which people happen to take part.

    Attributes:
        course: of everybody in the arm.
        incidence_per_100y: cases of diabetes per 100 person-years.
        incidence_interval: its interval.
        fewer_pct: how much smaller than on placebo; None for placebo, and where nobody fell ill there.
        fewer_interval: its interval.
    """

    course: PreventionCourse
    incidence_per_100y: float
    incidence_interval: Interval
    fewer_pct: float | None
    fewer_interval: Interval | None

    @property
    def name(self) -> str:
        """Of the arm."""
        return self.course.arm.name

    @property
    def meets(self) -> bool:
        """Whether the incidence lies within the published 95 % interval."""
        _, low, high = self.course.arm.incidence_per_100y
        return low <= self.incidence_per_100y <= high

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        published, low, high = self.course.arm.incidence_per_100y
        return {
            "incidence_per_100y": self.incidence_per_100y,
            "incidence_interval": list(self.incidence_interval),
            "published_incidence_per_100y": published,
            "published_incidence_interval": [low, high],
            "within_published": self.meets,
            "fewer_pct": self.fewer_pct,
            "fewer_interval": None if self.fewer_interval is None else list(self.fewer_interval),
            "published_fewer_pct": None if self.course.arm.fewer_pct is None else list(self.course.arm.fewer_pct),
            "year": self.course.year.tolist(),
            "fasting_mgdl": self.course.fasting_mgdl.mean(axis=1).tolist(),
            "two_hours_mgdl": self.course.two_hours_mgdl.mean(axis=1).tolist(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Prevention:
    """The trial on virtual people.

    Attributes:
        years: how long.
        start: measured glucose of who was let in, mean and standard deviation, and those published, by quantity.
        results: of the arms, placebo first.
    """

    years: int
    start: Mapping[str, tuple[float, float, float, float]]
    results: tuple[PreventionResult, ...]

    @property
    def people(self) -> int:
        """How many take part in each arm."""
        return self.results[0].course.followed_y.size

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        names = ("mean", "sd", "published_mean", "published_sd")
        return {
            "people": self.people,
            "years": self.years,
            "start": {name: dict(zip(names, one, strict=True)) for name, one in self.start.items()},
            "arms": {one.name: one.to_json() for one in self.results},
        }


def run_prevention(
    *, people: int = 1000, years: int = 3, decline: float = 1.0, seed: int = 1, progress: ProgressCallback = silent
) -> Prevention:
    """Draws people with impaired tolerance and lets them live in every arm of the Diabetes Prevention Program.

    Args:
        people: in each arm; the same ones.
        years: how long.
        decline: factor on how fast beta cells tire, 1 for the published mean.
        seed: of the people and of what is measured.
        progress: told how far the work has come.
    """
    progress(message("prevention-drawing"), 0.0)
    drawn = draw_prevention(people, seed=seed, progress=part_of(progress, start=0.0, end=0.3))
    progress(message("prevention-living"), 0.3)
    arms = tuple(prevention_arms().values())
    living = part_of(progress, start=0.3, end=1.0)
    courses = live_arms(drawn, arms, years=years, decline=decline, seed=seed, progress=living)
    known = prevention_numbers()
    measured = {"fasting": drawn.fasting_mgdl, "two_hours": drawn.two_hours_mgdl}
    start = {
        name: (float(values.mean()), float(values.std()), known[f"{name}_mean"], known[f"{name}_sd"])
        for name, values in measured.items()
    }
    return Prevention(years=years, start=start, results=_results(courses, seed=seed))


def write_prevention(answer: Prevention, path: Path) -> None:
    """Writes one row for each person and arm, as CSV where the name ends so, else as Parquet.

    Raises:
        NotFoundError: the folder does not exist.
    """
    frames = [
        pl.DataFrame(
            {
                "person": np.arange(answer.people),
                "arm": [one.name] * answer.people,
                "fasting_start_mgdl": one.course.fasting_mgdl[0],
                "two_hours_start_mgdl": one.course.two_hours_mgdl[0],
                "fasting_end_mgdl": one.course.fasting_mgdl[-1],
                "two_hours_end_mgdl": one.course.two_hours_mgdl[-1],
                "diagnosed_y": one.course.diagnosed_y,
                "followed_y": one.course.followed_y,
            }
        ).fill_nan(None)
        for one in answer.results
    ]
    frame = pl.concat(frames)
    replace_file(path, frame.write_csv if path.suffix == ".csv" else frame.write_parquet)


def draw_prevention_arms(answer: Prevention, path: Path) -> None:
    """Draws who has diabetes, and mean glucose, by year and arm.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    from glucotwin.reports.figure.curve import Panel, curves_height_px, curves_legend, draw_curves
    from glucotwin.reports.figure.standalone import save_figure
    from glucotwin.reports.figure.style import WIDE_PX, Canvas

    courses = [one.course for one in answer.results]

    def panel(name: str, values: Sequence[np.ndarray], levels: tuple[float, ...] = ()) -> Panel:
        curves = tuple((one.year, of) for one, of in zip(courses, values, strict=True))
        return Panel(title=message(f"prevention-plot-{name}"), curves=curves, levels=levels)

    panels = [
        panel("cases", [_cases_pct(one) for one in courses]),
        panel("fasting", [one.fasting_mgdl.mean(axis=1) for one in courses], (FASTING_DIABETES_MGDL,)),
        panel("two-hours", [one.two_hours_mgdl.mean(axis=1) for one in courses], (TEST_DIABETES_MGDL,)),
    ]
    draw = partial(draw_curves, panels=panels, abscissa=message("progression-column-year"))
    canvas = Canvas(WIDE_PX, curves_height_px(panels))
    title = message("prevention-plot-title", people=answer.people)
    legend = curves_legend([message(f"prevention-arm-{one.name}") for one in answer.results])
    save_figure(draw, canvas, path, title=title, legend=legend)


def _cases_pct(course: PreventionCourse) -> np.ndarray:
    return np.array([100.0 * float(np.mean(course.diagnosed_y <= year)) for year in course.year])


def _results(courses: Sequence[PreventionCourse], *, seed: int) -> tuple[PreventionResult, ...]:
    count = courses[0].followed_y.size
    chosen = np.asarray(
        jax.random.randint(
            stream_key(root_key(seed), subject="prevention", stream="resample"), (RESAMPLES, count), 0, count
        )
    )
    drawn = [_incidence(one, chosen) for one in courses]
    return tuple(
        PreventionResult(
            course=one,
            incidence_per_100y=one.incidence_per_100y,
            incidence_interval=_interval(own),
            fewer_pct=_fewer(one.incidence_per_100y, courses[0].incidence_per_100y) if place else None,
            fewer_interval=_interval(100.0 * (1.0 - own / drawn[0])) if place and drawn[0].all() else None,
        )
        for place, (one, own) in enumerate(zip(courses, drawn, strict=True))
    )


def _incidence(course: PreventionCourse, chosen: np.ndarray) -> np.ndarray:
    """Of people drawn anew, ``(resamples,)``."""
    ill = np.isfinite(course.diagnosed_y).astype(float)
    return 100.0 * ill[chosen].sum(axis=1) / course.followed_y[chosen].sum(axis=1)


def _fewer(own: float, placebo: float) -> float | None:
    return None if placebo == 0.0 else 100.0 * (1.0 - own / placebo)


def _interval(values: np.ndarray) -> Interval:
    low, high = np.percentile(values, PERCENTILES)
    return float(low), float(high)
