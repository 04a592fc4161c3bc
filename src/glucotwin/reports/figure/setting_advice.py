"""The usual day under today's settings and under those that are advised, with what is moved in each part of the day."""

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter

from glucotwin.advise.setting_plan import BIN_MIN, SettingAdvice
from glucotwin.core.message import message
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.reports.figure.style import (
    BLUE,
    BLUE_LIGHT,
    GREY,
    GREY_LIGHT,
    GREY_MIDDLE,
    Canvas,
    glucose_limits,
    prepare_glucose_axis,
    shown,
)
from glucotwin.reports.number import Numbers
from glucotwin.reports.view import Key


def advice_legend(advice: SettingAdvice) -> tuple[Key, ...]:
    """What the lines are."""
    today = Key(mark="line", colour=GREY, text=message("advise-settings-today"))
    if advice.plan is None:
        return (today,)
    return (today, Key(mark="line", colour=BLUE, text=message("advise-settings-advised")))


def draw_setting_advice(drawing: Drawing, canvas: Canvas, *, advice: SettingAdvice, numbers: Numbers) -> None:
    """Medians and middle halves over days; a bin's value stands in its middle."""
    del canvas
    axes = drawing.subplots()
    days = [one for one in (advice.day_mgdl, None if advice.plan is None else advice.plan.day_mgdl) if one is not None]
    low, high = glucose_limits(*days)
    prepare_glucose_axis(axes, numbers, low_mgdl=low, high_mgdl=high)
    for day, line, area in zip(days, (GREY, BLUE), (GREY_LIGHT, BLUE_LIGHT), strict=False):
        middle = (np.arange(day.shape[1]) + 0.5) * BIN_MIN
        median, quarter, most = (shown(one, numbers.unit) for one in day)
        axes.fill_between(middle, quarter, most, color=area, alpha=0.55, linewidth=0, zorder=2)
        axes.plot(middle, median, color=line, linewidth=2.0, zorder=3)
    for change in advice.changes:
        if change.coordinate.from_minute > 0:
            axes.axvline(change.coordinate.from_minute, color=GREY_MIDDLE, linewidth=0.8, linestyle=":", zorder=1)
    axes.set_xlim(0, MINUTES_PER_DAY)
    axes.xaxis.set_major_locator(FixedLocator(list(range(0, MINUTES_PER_DAY + 1, 180))))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{int(value) // 60:02d}:00"))
