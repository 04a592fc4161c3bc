"""Plans for a person's months: HbA1c seen and foreseen, and what weighs against each plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from glucotwin.core.message import message
from glucotwin.reports.figure.standalone import save_figure
from glucotwin.reports.figure.style import BLUE, GREY, GREY_LIGHT, INK, VERMILION, WIDE_PX, Canvas
from glucotwin.reports.view import Key

COURSE_COLOURS = (BLUE, VERMILION, "#009E73", "#CC79A7")
PARTS = (
    ("hba1c", BLUE),
    ("reserve", "#56B4E9"),
    ("weight", "#009E73"),
    ("lows", VERMILION),
    ("gut", "#CC79A7"),
    ("changes", "#8A6D00"),
    ("cost", GREY),
    ("avoid", INK),
    ("guideline", "#7A3E9D"),
    ("organs", "#661100"),
)
"""What weighs against a plan, by colour."""

STEPS_PER_MONTH = 365.0 / 12.0 / 3.5
ROW_PX, SMALL = 46, 0.004
BAR, NAME_ABOVE = 0.42, 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """A plan.

    Attributes:
        name: as regimens are written, or in words.
        course_pct: 10th percentile, median and 90th percentile of HbA1c, in half weeks from today.
        burden: what weighs against it, in % of HbA1c, by name.
        is_drawn: whether its course is drawn, too.
    """

    name: str
    course_pct: np.ndarray
    burden: Mapping[str, float]
    is_drawn: bool


def plot_regimen_advice(
    lines: Sequence[PlanLine], seen: Sequence[tuple[float, float]], path: Path, *, target_pct: float
) -> None:
    """Draws what was seen and foreseen, and why the first plan is the first.

    Args:
        lines: plans from the best to the worst.
        seen: month (0 is today, earlier ones below 0) and HbA1c in % of each visit.
        path: PNG, SVG or PDF.
        target_pct: HbA1c that is aimed at.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    draw = partial(draw_regimen_advice, lines=lines, seen=seen, target_pct=target_pct)
    canvas = Canvas(WIDE_PX, 420 + ROW_PX * len(lines))
    save_figure(draw, canvas, path, title=message("regimen-advice-plot-title"), legend=_legend(lines))


def draw_regimen_advice(
    drawing: Drawing,
    canvas: Canvas,
    *,
    lines: Sequence[PlanLine],
    seen: Sequence[tuple[float, float]],
    target_pct: float,
) -> None:
    """Courses above, burdens below; arguments as for ``plot_regimen_advice``."""
    heights = [320.0, 40.0 + ROW_PX * len(lines)]
    mosaic = drawing.subplot_mosaic([["course"], ["burden"]], height_ratios=heights)
    _draw_courses(mosaic["course"], lines, seen, target_pct)
    _draw_burdens(mosaic["burden"], lines)


def _draw_courses(
    axes: Axes, lines: Sequence[PlanLine], seen: Sequence[tuple[float, float]], target_pct: float
) -> None:
    axes.axhline(target_pct, color=GREY_LIGHT, linewidth=1.4, zorder=0)
    for colour, one in _drawn(lines):
        month = np.arange(one.course_pct.shape[1]) / STEPS_PER_MONTH
        axes.fill_between(month, one.course_pct[0], one.course_pct[2], color=colour, alpha=0.13, linewidth=0)
        axes.plot(month, one.course_pct[1], color=colour, linewidth=2.0)
    axes.plot([one for one, _ in seen], [one for _, one in seen], "o", color=INK, markersize=6, zorder=5)
    axes.set_xlabel(message("regimen-plot-months"))
    axes.set_title(message("regimen-advice-plot-course"), loc="left")
    axes.margins(x=0.02)


def _draw_burdens(axes: Axes, lines: Sequence[PlanLine]) -> None:
    for row, one in enumerate(lines):
        right, left = 0.0, 0.0
        for name, colour in PARTS:
            size = one.burden.get(name, 0.0)
            if size > SMALL:
                axes.barh(row, size, left=right, color=colour, height=BAR)
                right += size
            elif size < -SMALL:
                axes.barh(row, size, left=left, color=colour, height=BAR)
                left += size
        total = sum(one.burden.values())
        axes.annotate(f"  {total:.2f}", (right, row), va="center", color=INK)
        axes.annotate(one.name, (0.0, row - NAME_ABOVE), va="bottom", color=INK)
    axes.set_yticks([])
    axes.set_ylim(-0.9, len(lines) - 0.6)
    axes.axvline(0.0, color=GREY_LIGHT, zorder=0)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_title(message("regimen-advice-plot-burden"), loc="left")


def _drawn(lines: Sequence[PlanLine]) -> list[tuple[str, PlanLine]]:
    return list(zip(COURSE_COLOURS, [one for one in lines if one.is_drawn], strict=False))


def _legend(lines: Sequence[PlanLine]) -> tuple[Key, ...]:
    courses = tuple(Key(mark="line", colour=colour, text=one.name) for colour, one in _drawn(lines))
    parts = tuple(
        Key(mark="area", colour=colour, text=message(f"regimen-advice-burden-{name}"))
        for name, colour in PARTS
        if any(abs(one.burden.get(name, 0.0)) > SMALL for one in lines)
    )
    return (*courses, Key(mark="dot", colour=INK, text=message("regimen-advice-plot-seen")), *parts)
