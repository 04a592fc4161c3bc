"""Candidate regimens side by side: HbA1c by month, weight against HbA1c, ten-year risks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator, PercentFormatter

from glucotwin.core.message import message
from glucotwin.reports.figure.style import BLUE, GREY, GREY_LIGHT, INK, VERMILION, Canvas
from glucotwin.reports.view import Key

COLOURS = (GREY, BLUE, VERMILION, "#009E73", "#CC79A7", "#8A6D00", "#56B4E9", INK, "#7A3E9D")
DAYS_PER_MONTH = 365.0 / 12.0
ROW_PX = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenLine:
    """One candidate.

    Attributes:
        label: its name.
        course_pct: HbA1c by day: median, after a strong response, after a weak one.
        weight_change_kg: at the end.
        weight_band_kg: 10th and 90th percentile of it over draws; None where nothing was drawn.
        unbeaten: whether no other candidate is better all round.
        risk: ten-year risk from 0 to 1; None where no score answers.
    """

    label: str
    course_pct: tuple[tuple[float, float, float], ...]
    weight_change_kg: float
    unbeaten: bool
    risk: float | None
    weight_band_kg: tuple[float, float] | None = None


def regimen_height_px(lines: Sequence[RegimenLine]) -> int:
    """How high the figure has to be."""
    return 640 + ROW_PX * len(lines)


def draw_regimens(drawing: Drawing, canvas: Canvas, *, lines: Sequence[RegimenLine], risk_title: str) -> None:
    """Courses above; weight against HbA1c and ten-year risks below.

    Args:
        drawing: empty.
        canvas: its size.
        lines: the candidates.
        risk_title: which risk the bars tell.
    """
    mosaic = drawing.subplot_mosaic([["course", "course"], ["weight", "risk"]], height_ratios=[1.1, 1.0])
    _draw_courses(mosaic["course"], lines)
    _draw_weight(mosaic["weight"], lines)
    _draw_risk(mosaic["risk"], lines, risk_title)


def regimen_legend(lines: Sequence[RegimenLine]) -> tuple[Key, ...]:
    """Candidates by colour, and what the two marks mean."""
    named = tuple(Key(mark="line", colour=_colour(n), text=one.label) for n, one in enumerate(lines))
    return (
        *named,
        Key(mark="dot", colour=GREY, text=message("regimen-plot-unbeaten")),
        Key(mark="ring", colour=GREY, text=message("regimen-plot-beaten")),
    )


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _draw_courses(axes: Axes, lines: Sequence[RegimenLine]) -> None:
    for number, one in enumerate(lines):
        course = np.asarray(one.course_pct)
        month = np.arange(course.shape[0]) / DAYS_PER_MONTH
        axes.fill_between(month, course[:, 1], course[:, 2], color=_colour(number), alpha=0.13, linewidth=0)
        axes.plot(month, course[:, 0], color=_colour(number), linewidth=2.0)
    axes.axhline(7.0, color=GREY_LIGHT, linewidth=1.2, zorder=0)
    axes.set_xlabel(message("regimen-plot-months"))
    axes.set_title(message("regimen-plot-hba1c"), loc="left")
    axes.margins(x=0.01)


def _draw_weight(axes: Axes, lines: Sequence[RegimenLine]) -> None:
    for number, one in enumerate(lines):
        change = one.course_pct[-1][0] - one.course_pct[0][0]
        if one.weight_band_kg is not None:
            _draw_bars(axes, one, one.weight_band_kg, colour=_colour(number))
        face = _colour(number) if one.unbeaten else "white"
        axes.plot(
            one.weight_change_kg, change, "o", markersize=9, markeredgecolor=_colour(number), markerfacecolor=face
        )
    axes.axhline(0.0, color=GREY_LIGHT, zorder=0)
    axes.axvline(0.0, color=GREY_LIGHT, zorder=0)
    axes.margins(0.12)
    axes.set_xlabel(message("regimen-plot-weight"))
    axes.set_title(message("regimen-plot-change"), loc="left")


def _draw_bars(axes: Axes, one: RegimenLine, weight_kg: tuple[float, float], *, colour: str) -> None:
    first, last = one.course_pct[0][0], one.course_pct[-1]
    axes.plot(weight_kg, [last[0] - first] * 2, color=colour, linewidth=1.2)
    axes.plot([one.weight_change_kg] * 2, [min(last) - first, max(last) - first], color=colour, linewidth=1.2)


def _draw_risk(axes: Axes, lines: Sequence[RegimenLine], title: str) -> None:
    for number, one in enumerate(lines):
        if one.risk is not None:
            axes.barh(number, one.risk, color=_colour(number), height=0.6)
            axes.annotate(f" {100.0 * one.risk:.1f} %", (one.risk, number), va="center", color=INK)
    axes.set_yticks([])
    axes.invert_yaxis()
    axes.margins(x=0.25)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_title(title, loc="left")
