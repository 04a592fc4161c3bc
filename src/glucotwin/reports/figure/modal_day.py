"""The modal day: how glucose usually runs over 24 hours."""

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.profile import ModalDay
from glucotwin.reports.figure.style import (
    BLUE,
    BLUE_LIGHT,
    BLUE_MIDDLE,
    Canvas,
    glucose_limits,
    prepare_glucose_axis,
    shown,
)
from glucotwin.reports.number import Numbers


def draw_modal_day(drawing: Drawing, canvas: Canvas, *, day: ModalDay, numbers: Numbers) -> None:
    """Bands of 5-95 and 25-75 percent and the median against the clock.

    Args:
        drawing: empty.
        canvas: its size.
        day: percentiles 5, 25, 50, 75, 95 by clock bin.
        numbers: the reader's unit.
    """
    axes = drawing.subplots()
    low, high = glucose_limits(day.glucose_mgdl)
    prepare_glucose_axis(axes, numbers, low_mgdl=low, high_mgdl=high)
    hours, values = around_the_clock(day)
    p5, p25, p50, p75, p95 = shown(values, numbers.unit)
    axes.fill_between(hours, p5, p95, color=BLUE_LIGHT, linewidth=0, zorder=2)
    axes.fill_between(hours, p25, p75, color=BLUE_MIDDLE, linewidth=0, zorder=3)
    axes.plot(hours, p50, color=BLUE, linewidth=2.2, zorder=4, solid_joinstyle="round")
    axes.set_xlim(0.0, 24.0)
    step = 6 if canvas.is_narrow else 3
    axes.xaxis.set_major_locator(FixedLocator(list(range(0, 25, step))))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: f"{int(hour):02d}:00"))


def around_the_clock(day: ModalDay) -> tuple[np.ndarray, np.ndarray]:
    """Bin centres in hours, ``(bins + 2,)``, and percentiles, ``(5, bins + 2)``, continued past midnight both ways."""
    centre = (day.start_min + day.bin_min / 2.0) / 60.0
    hours = MINUTES_PER_DAY / 60.0
    around = np.concatenate(([centre[-1] - hours], centre, [centre[0] + hours]))
    values = day.glucose_mgdl
    return around, np.concatenate((values[:, -1:], values, values[:, :1]), axis=1)
