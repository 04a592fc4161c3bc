"""One answer as a picture in a file: a forecast, a what-if, the alarms of some days, regimens, or the years ahead."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from glucotwin.advise.alarm_replay import AlarmReplay
from glucotwin.advise.what_if import WhatIf
from glucotwin.core.message import message
from glucotwin.core.number import moment
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.person import Person
from glucotwin.prognosis.answer import ScoreAnswer
from glucotwin.reports.content import ForecastExample
from glucotwin.reports.figure.alarm import alarm_legend, draw_alarms
from glucotwin.reports.figure.complication import complication_legend, draw_complications, figure_height_px
from glucotwin.reports.figure.fan import draw_fan
from glucotwin.reports.figure.regimen import RegimenLine, draw_regimens, regimen_height_px, regimen_legend
from glucotwin.reports.figure.regimen_cohort import (
    CohortLine,
    draw_regimen_cohort,
    regimen_cohort_height_px,
    regimen_cohort_legend,
)
from glucotwin.reports.figure.standalone import save_figure
from glucotwin.reports.figure.style import WIDE_PX, Canvas
from glucotwin.reports.figure.what_if import draw_what_if
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.forecast import fan_legend
from glucotwin.reports.section.what_if import what_if_legend


def plot_forecast(example: ForecastExample, person: Person, path: Path, *, unit: GlucoseUnit) -> None:
    """Draws a forecast with the readings around it.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    start = example.forecast.origin.astimezone(person.zone_info)
    draw = partial(draw_fan, example=example, numbers=Numbers(unit), now=f"{start:%H:%M}")
    title = message("report-example-title", moment=moment(start))
    save_figure(draw, Canvas(WIDE_PX, 460), path, title=title, legend=fan_legend())


def plot_what_if(what_if: WhatIf, person: Person, path: Path, *, unit: GlucoseUnit) -> None:
    """Draws both curves of a what-if and their difference.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    numbers = Numbers(unit)
    draw = partial(
        draw_what_if,
        what_if=what_if,
        start_local=what_if.start.astimezone(person.zone_info),
        numbers=numbers,
        difference=message("report-difference-axis", unit=str(unit)),
    )
    title = "; ".join(what_if.changes)
    save_figure(draw, Canvas(WIDE_PX, 560), path, title=title, legend=what_if_legend(what_if))


def plot_alarms(replay: AlarmReplay, person: Person, path: Path, *, unit: GlucoseUnit) -> None:
    """Draws the readings of some days and when each alarm was on.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    draw = partial(draw_alarms, replay=replay, zone=person.zone_info, numbers=Numbers(unit))
    title = message("alarm-plot-title", person=person.person_id)
    save_figure(draw, Canvas(WIDE_PX, 560), path, title=title, legend=alarm_legend())


def plot_complications(scores: Mapping[str, ScoreAnswer], path: Path, *, years: int) -> None:
    """Draws complications by year and the risks of every score.

    Args:
        scores: answers by name.
        path: PNG, SVG or PDF.
        years: of the courses, for the title.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    draw = partial(draw_complications, scores=scores)
    canvas = Canvas(WIDE_PX, figure_height_px(scores))
    title = message("complications-plot-title", years=years)
    save_figure(draw, canvas, path, title=title, legend=complication_legend(scores))


def plot_regimens(lines: Sequence[RegimenLine], path: Path, *, months: int, risk_title: str) -> None:
    """Draws candidate regimens side by side.

    Args:
        lines: the candidates.
        path: PNG, SVG or PDF.
        months: horizon, for the title.
        risk_title: which risk the bars tell.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    draw = partial(draw_regimens, lines=lines, risk_title=risk_title)
    canvas = Canvas(WIDE_PX, regimen_height_px(lines))
    save_figure(draw, canvas, path, title=message("regimen-plot-title", months=months), legend=regimen_legend(lines))


def plot_regimen_cohort(
    lines: Sequence[CohortLine], path: Path, *, months: int, people: int, target_pct: float
) -> None:
    """Draws candidate regimens on a cohort.

    Args:
        lines: the candidates.
        path: PNG, SVG or PDF.
        months: horizon, for the title.
        people: how many take part, for the title.
        target_pct: HbA1c whose attainment is told.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    draw = partial(draw_regimen_cohort, lines=lines, target_pct=target_pct)
    canvas = Canvas(WIDE_PX, regimen_cohort_height_px(lines))
    title = message("regimen-cohort-plot-title", months=months, people=people)
    save_figure(draw, canvas, path, title=title, legend=regimen_cohort_legend(lines))
