"""Years ahead: complications by year in simulated lives, and each score's risks beside each other."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator, PercentFormatter

from glucotwin.core.message import message
from glucotwin.core.number import number
from glucotwin.prognosis.answer import Outcome, ScoreAnswer
from glucotwin.prognosis.registry import SCORES
from glucotwin.reports.figure.style import BLUE, GREY, INK, VERMILION, Canvas
from glucotwin.reports.view import Key

COURSE, COURSE_ON_DRUGS = "risk_by_year", "risk_by_year_on_drugs"
BAR_HORIZONS = ("risk_10y", "risk_5y")
"""Of a score's horizons the first that it has is drawn."""
COLOURS = (INK, BLUE, VERMILION, "#009E73", "#CC79A7", "#8A6D00", "#56B4E9", GREY, "#7A3E9D")
ROW_PX, COURSE_PX = 24, 330


def figure_height_px(scores: Mapping[str, ScoreAnswer]) -> int:
    """How high the figure has to be."""
    courses, bars = _courses(scores), _bars(scores)
    return (COURSE_PX if courses else 0) + ROW_PX * len(bars) + 140


def draw_complications(drawing: Drawing, canvas: Canvas, *, scores: Mapping[str, ScoreAnswer]) -> None:
    """Courses above, bars below; either alone where the other has nothing to show.

    Args:
        drawing: empty.
        canvas: its size.
        scores: answers by name.
    """
    courses, bars = _courses(scores), _bars(scores)
    heights = [height for height in (COURSE_PX if courses else 0, ROW_PX * len(bars)) if height]
    axes = list(np.atleast_1d(drawing.subplots(max(len(heights), 1), 1, height_ratios=heights or [1])))
    if courses:
        _draw_courses(axes.pop(0), courses)
    if bars:
        _draw_bars(axes.pop(0), bars)


def complication_legend(scores: Mapping[str, ScoreAnswer]) -> tuple[Key, ...]:
    """What lines and marks mean; empty without drugs."""
    treated = any(name.endswith("_on_drugs") for one in scores.values() for out in one.outcomes for name in out.risks)
    if not treated:
        return ()
    return (
        Key(mark="line", colour=GREY, text=message("complications-plot-without")),
        Key(mark="dashes", colour=GREY, text=message("complications-plot-with")),
    )


def _courses(scores: Mapping[str, ScoreAnswer]) -> list[Outcome]:
    return [outcome for one in scores.values() for outcome in one.outcomes if COURSE in outcome.risks]


def _bars(scores: Mapping[str, ScoreAnswer]) -> list[tuple[str, Outcome, str]]:
    """Label, outcome and horizon of every risk that is no course."""
    rows: list[tuple[str, Outcome, str]] = []
    for name, answer in scores.items():
        for outcome in answer.outcomes:
            horizon = next((one for one in BAR_HORIZONS if one in outcome.risks), None)
            if horizon and COURSE not in outcome.risks and not outcome.event.endswith("_base_equation"):
                years = message("complications-years", years=horizon.removeprefix("risk_").removesuffix("y"))
                rows.append((f"{SCORES[name].title}: {outcome.text}, {years}", outcome, horizon))
    return rows


def _draw_courses(axes: Axes, courses: list[Outcome]) -> None:
    ends: list[tuple[float, str, str]] = []
    years = 0
    for outcome, colour in zip(courses, COLOURS, strict=False):
        risk = np.concatenate([[0.0], np.asarray(outcome.risks[COURSE])])
        years = risk.size - 1
        axes.plot(risk, color=colour, linewidth=1.8)
        if COURSE_ON_DRUGS in outcome.risks:
            treated = np.concatenate([[0.0], np.asarray(outcome.risks[COURSE_ON_DRUGS])])
            axes.plot(treated, color=colour, linewidth=1.4, linestyle=(0, (4, 2)))
        ends.append((float(risk[-1]), outcome.text, colour))
    top = 1.08 * max(0.02, *(end for end, _, _ in ends))
    _label_ends(axes, ends, years, top)
    axes.set(xlim=(0, years), ylim=(0, top))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0 if top > 0.05 else 1))
    axes.grid(axis="y", linewidth=0.5, alpha=0.5)
    axes.set_xlabel(message("complications-plot-axis-years"))
    axes.set_title(message("complications-plot-course"), loc="left", fontsize="medium", color=GREY)


def _label_ends(axes: Axes, ends: list[tuple[float, str, str]], years: int, top: float) -> None:
    """Names at the right ends of the lines, pushed apart so that none covers another."""
    gap = top / 16.0
    lowest = 0.0
    for end, text, colour in sorted(ends):
        height = max(end, lowest)
        lowest = height + gap
        label = f"{text} {number(100.0 * end, 1)} %"
        axes.annotate(
            label,
            (years, height),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize="small",
            annotation_clip=False,
        )


def _draw_bars(axes: Axes, rows: list[tuple[str, Outcome, str]]) -> None:
    places = np.arange(len(rows))[::-1]
    risks = np.asarray([outcome.risks[horizon] for _, outcome, horizon in rows])
    axes.barh(places, risks, height=0.62, color=BLUE)
    for place, (_, outcome, horizon) in zip(places, rows, strict=True):
        treated = outcome.risks.get(f"{horizon}_on_drugs")
        told = f"{number(100.0 * float(np.asarray(outcome.risks[horizon])), 1)} %"
        if isinstance(treated, float):
            axes.plot([treated, treated], [place - 0.36, place + 0.36], color=INK, linewidth=2.0, linestyle=(0, (3, 1)))
            told += f" → {number(100.0 * treated, 1)} %"
        axes.annotate(
            told,
            (float(np.asarray(outcome.risks[horizon])), place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )
    axes.set_yticks(places, [label for label, _, _ in rows], fontsize="small")
    axes.set(xlim=(0, 1.25 * max(float(risks.max()), 0.01)), ylim=(-0.6, len(rows) - 0.4))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_title(message("complications-plot-scores"), loc="left", fontsize="medium", color=GREY)
