"""The figure of risk scenarios: how bad each arm's courses are, and the courses of the worst scenarios."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.scenario.risk_set import Arm
from glucotwin.simulate.risk.course import RiskCourse
from glucotwin.workflows.risk_set import SEVERITIES, RiskReport
from glucotwin.workflows.simulation_figure import BAND, LINES, STYLES, SUFFIXES

SHADES = ("#E7E7E7", "#C6DBEF", "#7FB3D5", "#E69F00", "#D55E00", "#661100")
"""Severities from none to the worst; they differ in lightness too."""

WORST = 6
_TITLE_CHARACTERS = 52
_FLOOR_MGDL, _CEILING_MGDL = 0.0, 400.0


def draw_risk(report: RiskReport, path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> None:
    """Draws severities by arm, and every arm's course in the scenarios in which Loop with guardrails did worst.

    Args:
        report: what was run.
        path: PNG or SVG file.
        unit: of glucose.

    Raises:
        DataError: the file's ending is neither .png nor .svg.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
    figure = Figure(figsize=(11.0, 8.0), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3, 3, height_ratios=(0.8, 1.0, 1.0))
    _draw_severities(figure.add_subplot(grid[0, :]), report)
    for place, group in enumerate(_worst(report.courses)):
        axes = figure.add_subplot(grid[1 + place // 3, place % 3])
        _draw_courses(axes, group, unit)
        if place == 0:
            axes.legend(frameon=False, fontsize=7, loc="upper right")
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _draw_severities(axes: Axes, report: RiskReport) -> None:
    arms = [arm for arm in Arm if any(one.simulation.arm is arm for one in report.courses)]
    left = np.zeros(len(arms))
    totals = np.asarray([sum(report.severities(arm).values()) for arm in arms])
    for severity in SEVERITIES:
        share = 100.0 * np.asarray([report.severities(arm)[severity] for arm in arms]) / totals
        label = message("risk-severity", severity=severity)
        axes.barh(range(len(arms)), share, left=left, color=SHADES[severity], edgecolor="white", label=label)
        for row, value in enumerate(share):
            if value >= 4.0:
                colour = "white" if severity >= 4 else "black"
                axes.text(
                    left[row] + value / 2, row, f"{value:.0f}", ha="center", va="center", fontsize=8, color=colour
                )
        left = left + share
    names = [f"{message(f'risk-arm-{arm}')} ({total})" for arm, total in zip(arms, totals, strict=True)]
    axes.set_yticks(range(len(arms)), names)
    axes.invert_yaxis()
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel(message("risk-share"))
    axes.set_title(message("risk-title", arms=int(totals.sum())), loc="left")
    axes.legend(ncols=len(SEVERITIES), frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    axes.spines[["top", "right"]].set_visible(False)


def _worst(courses: Sequence[RiskCourse]) -> list[list[RiskCourse]]:
    """Courses of the scenarios and people in which Loop with guardrails did worst, worst first."""
    groups: dict[tuple[str, str], list[RiskCourse]] = {}
    for one in courses:
        groups.setdefault((one.simulation.scenario, one.simulation.profile), []).append(one)
    ranked = sorted(groups.values(), key=lambda group: max(_rank(one) for one in group), reverse=True)
    return ranked[:WORST]


def _rank(course: RiskCourse) -> tuple[int, float, float]:
    if course.simulation.arm is not Arm.LOOP_WITH_GUARDRAILS:
        return -1, 0.0, 0.0
    return course.risk.severity, course.risk.lbgi, course.risk.dkai_h


def _draw_courses(axes: Axes, group: Sequence[RiskCourse], unit: GlucoseUnit) -> None:
    low, high = threshold_in(70.0, unit), threshold_in(180.0, unit)
    axes.axhspan(low, high, color=BAND, alpha=0.12, linewidth=0)
    for one in sorted(group, key=lambda course: list(Arm).index(course.simulation.arm)):
        row = list(Arm).index(one.simulation.arm)
        shown = np.clip(one.glucose_mgdl, _FLOOR_MGDL, _CEILING_MGDL)
        hours = np.arange(len(shown)) / 12.0
        label = message(f"risk-arm-{one.simulation.arm}")
        axes.plot(hours, glucose_in(shown, unit), color=LINES[row], linestyle=STYLES[row], label=label, linewidth=1.5)
    simulation = group[0].simulation
    title = shorten(f"{simulation.scenario}: {simulation.description}", _TITLE_CHARACTERS, placeholder=" …")
    axes.set_title(f"{title}\n{simulation.profile}", fontsize=7.5, loc="left")
    axes.set_ylim(glucose_in(_FLOOR_MGDL, unit), glucose_in(_CEILING_MGDL, unit))
    axes.set_xlabel("h", fontsize=8)
    axes.set_ylabel(str(unit), fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
