"""The ambulatory profile: the modal day as a figure, a sentence and a table."""

from functools import partial

import numpy as np

from glucotwin.core.message import message
from glucotwin.core.number import MISSING
from glucotwin.metrics.profile import ModalDay
from glucotwin.reports.content import ReportContent
from glucotwin.reports.figure.modal_day import draw_modal_day
from glucotwin.reports.figure.style import (
    BLUE,
    BLUE_LIGHT,
    BLUE_MIDDLE,
    NARROW_PX,
    TARGET_EDGE,
    WIDE_PX,
    Canvas,
    render,
)
from glucotwin.reports.number import Numbers
from glucotwin.reports.view import Figure, Key, Row, Section, Table, Text

TABLE_HOURS = tuple(range(0, 24, 3))


def modal_day_section(content: ReportContent) -> Section:
    """The modal day with what it says in a sentence."""
    day, numbers = content.modal_day, Numbers(content.unit)
    title = message("report-modal-day")
    if day is None or not day.start_min.size:
        return Section(identifier="modal-day", title=title, blocks=(Text(text=message("report-no-glucose")),))
    sentence = modal_day_sentence(day, numbers)
    draw = partial(draw_modal_day, day=day, numbers=numbers)
    figure = Figure(
        alt=f"{message('report-modal-day-alt')} {sentence}",
        wide=render(draw, Canvas(WIDE_PX, 330)),
        narrow=render(draw, Canvas(NARROW_PX, 250)),
        legend=_legend(numbers),
        table=_table(day, numbers),
        table_title=message("report-modal-day-table", unit=str(numbers.unit)),
    )
    return Section(identifier="modal-day", title=title, blocks=(Text(text=sentence), figure))


def modal_day_sentence(day: ModalDay, numbers: Numbers) -> str:
    """When glucose is usually highest and lowest, and when lows are nearest."""
    p5, median = day.glucose_mgdl[0], day.glucose_mgdl[2]
    highest, lowest, nearest_low = int(median.argmax()), int(median.argmin()), int(p5.argmin())
    return message(
        "report-modal-day-sentence",
        high_time=_clock(day.start_min[highest]),
        high=numbers.glucose(float(median[highest])),
        low_time=_clock(day.start_min[lowest]),
        low=numbers.glucose(float(median[lowest])),
        near_time=_clock(day.start_min[nearest_low]),
        near=numbers.glucose(float(p5[nearest_low])),
        unit=str(numbers.unit),
    )


def _legend(numbers: Numbers) -> tuple[Key, ...]:
    target = message("report-key-target", low=numbers.threshold(70.0), high=numbers.threshold(180.0))
    return (
        Key(mark="line", colour=BLUE, text=message("report-key-median")),
        Key(mark="area", colour=BLUE_MIDDLE, text=message("report-key-half-of-days")),
        Key(mark="area", colour=BLUE_LIGHT, text=message("report-key-most-days")),
        Key(mark="range", colour=TARGET_EDGE, text=target),
    )


def _table(day: ModalDay, numbers: Numbers) -> Table:
    names = [message(f"report-percentile-{name}") for name in ("5", "25", "50", "75", "95")]
    rows = tuple(Row(cells=(f"{hour:02d}:00", *_values(day, 60.0 * hour, numbers))) for hour in TABLE_HOURS)
    return Table(header=(message("report-clock"), *names), rows=rows)


def _values(day: ModalDay, minute: float, numbers: Numbers) -> list[str]:
    column = np.flatnonzero(day.start_min == minute)
    if not column.size:
        return [MISSING] * len(day.percentiles)
    return [numbers.glucose(float(value)) for value in day.glucose_mgdl[:, column[0]]]


def _clock(minute: float) -> str:
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"
