"""Regimens on a cohort: mean HbA1c by month, and how people differ in what becomes of HbA1c and weight."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from glucotwin.core.message import message
from glucotwin.reports.figure.regimen import COLOURS, DAYS_PER_MONTH, ROW_PX
from glucotwin.reports.figure.style import GREY, GREY_LIGHT, INK, Canvas
from glucotwin.reports.view import Key

PERCENTILES = (10.0, 50.0, 90.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortLine:
    """One candidate on a cohort.

    Attributes:
        label: its name.
        course_pct: HbA1c by day ``(days + 1, 3)``: 10th percentile, mean and 90th percentile of people.
        hba1c_change_pct, weight_change_kg: of each person at the end.
        below_target_pct: people in a hundred below the target.
    """

    label: str
    course_pct: np.ndarray
    hba1c_change_pct: np.ndarray
    weight_change_kg: np.ndarray
    below_target_pct: float


def regimen_cohort_height_px(lines: Sequence[CohortLine]) -> int:
    """How high the figure has to be."""
    return 480 + 2 * ROW_PX * len(lines)


def draw_regimen_cohort(drawing: Drawing, canvas: Canvas, *, lines: Sequence[CohortLine], target_pct: float) -> None:
    """Courses above; changes of HbA1c and weight by candidate, and shares below the target, below.

    Args:
        drawing: empty.
        canvas: its size.
        lines: the candidates.
        target_pct: HbA1c whose attainment is told.
    """
    mosaic = drawing.subplot_mosaic(
        [["course", "course", "course"], ["hba1c", "weight", "target"]], height_ratios=[1.2, 1.0]
    )
    _draw_courses(mosaic["course"], lines, target_pct)
    _draw_changes(mosaic["hba1c"], [one.hba1c_change_pct for one in lines], message("regimen-cohort-plot-hba1c"))
    _draw_changes(mosaic["weight"], [one.weight_change_kg for one in lines], message("regimen-cohort-plot-weight"))
    _draw_target(mosaic["target"], lines, target_pct)


def regimen_cohort_legend(lines: Sequence[CohortLine]) -> tuple[Key, ...]:
    """Candidates by colour, and what the two marks mean."""
    named = tuple(Key(mark="line", colour=_colour(n), text=one.label) for n, one in enumerate(lines))
    return (*named, Key(mark="dot", colour=GREY, text=message("regimen-cohort-plot-spread")))


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _draw_courses(axes: Axes, lines: Sequence[CohortLine], target_pct: float) -> None:
    for number, one in enumerate(lines):
        month = np.arange(one.course_pct.shape[0]) / DAYS_PER_MONTH
        axes.fill_between(
            month, one.course_pct[:, 0], one.course_pct[:, 2], color=_colour(number), alpha=0.08, linewidth=0
        )
        axes.plot(month, one.course_pct[:, 1], color=_colour(number), linewidth=2.0)
    axes.axhline(target_pct, color=GREY_LIGHT, linewidth=1.2, zorder=0)
    axes.set_xlabel(message("regimen-plot-months"))
    axes.set_title(message("regimen-cohort-plot-course"), loc="left")
    axes.margins(x=0.01)


def _draw_changes(axes: Axes, changes: Sequence[np.ndarray], title: str) -> None:
    """A row for each candidate: every person as a thin stroke, 10th to 90th percentile and median over them."""
    for number, values in enumerate(changes):
        low, middle, high = np.percentile(values, PERCENTILES)
        axes.plot(values, np.full(values.size, number), "|", color=_colour(number), alpha=0.15, markersize=14)
        axes.plot((low, high), (number, number), color=_colour(number), linewidth=3.0)
        axes.plot(middle, number, "o", color=_colour(number), markersize=8, markeredgecolor="white")
    axes.axvline(0.0, color=GREY_LIGHT, zorder=0)
    _rows_only(axes, len(changes), title)


def _draw_target(axes: Axes, lines: Sequence[CohortLine], target_pct: float) -> None:
    for number, one in enumerate(lines):
        axes.barh(number, one.below_target_pct, color=_colour(number), height=0.6)
        axes.annotate(f" {one.below_target_pct:.0f} %", (one.below_target_pct, number), va="center", color=INK)
    axes.set_xlim(0.0, 115.0)
    axes.set_xticks([0.0, 50.0, 100.0])
    _rows_only(axes, len(lines), message("regimen-cohort-plot-target", target=f"{target_pct:g}"))


def _rows_only(axes: Axes, rows: int, title: str) -> None:
    axes.set_yticks([])
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_title(title, loc="left")
