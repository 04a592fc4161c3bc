"""Alarms over time: glucose above, below it a row for each kind with when it was on."""

from datetime import datetime
from zoneinfo import ZoneInfo

import matplotlib.dates as mdates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from glucotwin.advise.alarm_replay import AlarmReplay
from glucotwin.core.message import message
from glucotwin.forecast.alarm.event import AlarmAction
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.reports.figure.style import (
    BLUE,
    GREY_LIGHT,
    INK,
    LEVEL_COLOURS,
    VERMILION,
    Canvas,
    glucose_limits,
    prepare_glucose_axis,
    shown,
)
from glucotwin.reports.number import Numbers
from glucotwin.reports.view import Key

LOW, HIGH, OTHER = LEVEL_COLOURS["low"], LEVEL_COLOURS["very-high"], BLUE
COLOURS = {
    AlarmKind.URGENT_LOW_SOON: VERMILION,
    AlarmKind.LOW: LOW,
    AlarmKind.PREDICTED_LOW: LOW,
    AlarmKind.HIGH: HIGH,
    AlarmKind.PREDICTED_HIGH: HIGH,
    AlarmKind.PUMP_SITE: HIGH,
}


def draw_alarms(drawing: Drawing, canvas: Canvas, *, replay: AlarmReplay, zone: ZoneInfo, numbers: Numbers) -> None:
    """Readings with the sounded alarms, and below when each kind was on.

    Args:
        drawing: empty.
        canvas: its size.
        replay: the alarms.
        zone: of the person.
        numbers: the reader's unit.
    """
    top, bottom = drawing.subplots(2, 1, sharex=True, height_ratios=(1.6, 1.0))
    low, high = glucose_limits(replay.glucose_mgdl)
    prepare_glucose_axis(top, numbers, low_mgdl=low, high_mgdl=high)
    start = mdates.date2num(replay.window.start)
    days = start + replay.t_min / 1440.0
    top.plot(days, shown(replay.glucose_mgdl, numbers.unit), color=INK, linewidth=1.1, zorder=3)
    _rows(bottom, replay, canvas)
    bottom.set_xlim(float(days[0]), float(days[-1]))
    locator = mdates.AutoDateLocator(tz=zone, minticks=3, maxticks=8)
    bottom.xaxis.set_major_locator(locator)
    bottom.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, tz=zone))


def alarm_legend() -> tuple[Key, ...]:
    """What the marks mean."""
    return (
        Key(mark="line", colour=INK, text=message("alarm-key-readings")),
        Key(mark="area", colour=LOW, text=message("alarm-key-on")),
        Key(mark="dot", colour=INK, text=message("alarm-key-sounded")),
    )


def _rows(axes: Axes, replay: AlarmReplay, canvas: Canvas) -> None:
    kinds = list(AlarmKind)
    for span in replay.spans():
        begin, end = _number(span.start), _number(span.end or replay.window.end)
        axes.broken_barh(
            [(begin, max(end - begin, 1.0 / 288.0))],
            (kinds.index(span.kind) - 0.3, 0.6),
            color=COLOURS.get(span.kind, OTHER),
            linewidth=0,
            zorder=2,
        )
    sounded = [
        (_number(one.event.time), kinds.index(one.event.kind))
        for one in replay.told
        if one.event.audible and one.event.action is AlarmAction.RAISED
    ]
    times, rows = np.array(sounded, dtype=np.float64).reshape(-1, 2).T
    axes.plot(times, rows, linestyle="none", marker="o", markersize=2.6, color=INK, zorder=3)
    axes.set_yticks(range(len(kinds)), [message(f"alarm-{kind}-title") for kind in kinds])
    axes.tick_params(axis="y", labelsize=canvas.font_pt - 1.0)
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.grid(axis="y", color=GREY_LIGHT, linewidth=0.6)


def _number(time: datetime) -> float:
    return float(mdates.date2num(time))
