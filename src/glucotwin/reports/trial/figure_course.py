"""Courses of a trial: means of each arm by week, and the errors of a control arm of twins alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from glucotwin.core.message import message
from glucotwin.core.number import number
from glucotwin.reports.figure.style import BLUE, GREY, GREY_MIDDLE, INK, VERMILION, Canvas
from glucotwin.trial.procova import BiasPoint

COLOURS = (GREY, BLUE, "#009E73", VERMILION, "#CC79A7", "#8A6D00", "#56B4E9", INK)
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCourse:
    """Means of an arm.

    Attributes:
        label: of the arm.
        week: rising.
        mean: of those who were seen.
        reach: half of the 95 % interval of the mean.
    """

    label: str
    week: np.ndarray
    mean: np.ndarray
    reach: np.ndarray


def draw_courses(drawing: Drawing, canvas: Canvas, *, courses: Sequence[ArmCourse], axis: str, decimals: int) -> None:
    """Means with their intervals.

    Args:
        drawing: empty.
        canvas: its size.
        courses: of the arms.
        axis: what the vertical axis shows.
        decimals: of its labels.
    """
    axes = drawing.subplots()
    longest = max((float(one.week[-1]) for one in courses if one.week.size), default=1.0)
    for place, one in enumerate(courses):
        colour, mark = COLOURS[place % len(COLOURS)], MARKS[place % len(MARKS)]
        week = one.week + (place - (len(courses) - 1) / 2.0) * 0.008 * longest
        axes.errorbar(
            week, one.mean, one.reach, color=colour, marker=mark, markersize=6, linewidth=1.8, elinewidth=1.1, capsize=3
        )
    axes.set_xticks(sorted({float(week) for one in courses for week in one.week}))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, decimals)))
    axes.grid(axis="y", linewidth=0.5, alpha=0.5)
    axes.set_xlabel(message("trial-report-weeks"))
    axes.set_title(axis, loc="left", fontsize="medium", color=GREY)


def course_colours(count: int) -> tuple[str, ...]:
    """The colour of each arm, in their order."""
    return tuple(COLOURS[place % len(COLOURS)] for place in range(count))


def draw_bias(drawing: Drawing, canvas: Canvas, *, points: Sequence[BiasPoint], alpha: float) -> None:
    """Type-1 error of a control arm of twins alone, by the twins' bias."""
    axes: Axes = drawing.subplots()
    bias = [one.bias_sd for one in points]
    axes.plot(bias, [one.expected for one in points], color=GREY_MIDDLE, linewidth=4.0)
    axes.plot(bias, [one.error for one in points], "o-", color=VERMILION, linewidth=1.6)
    axes.axhline(alpha, color=BLUE, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set(xlim=(-0.01, max(bias) * 1.03), ylim=(0.0, 1.02))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(axis="y", linewidth=0.5, alpha=0.5)
    axes.set_xlabel("\n".join(wrap(message("trial-report-bias-axis"), 44 if canvas.is_narrow else 90)))
    axes.set_title(message("trial-report-bias-error"), loc="left", fontsize="medium", color=GREY)
