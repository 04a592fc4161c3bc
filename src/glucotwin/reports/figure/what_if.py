"""A what-if: glucose as it was and as it would have been, and the difference."""

from datetime import datetime, timedelta

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter

from glucotwin.advise.what_if import Curve, WhatIf
from glucotwin.core.number import number
from glucotwin.forecast.forecast import Band
from glucotwin.reports.figure.style import (
    BLUE,
    BLUE_LIGHT,
    BLUE_MIDDLE,
    FAINT,
    GREY,
    GREY_MIDDLE,
    INK,
    Canvas,
    glucose_limits,
    prepare_glucose_axis,
    shown,
)
from glucotwin.reports.number import Numbers


def draw_what_if(
    drawing: Drawing, canvas: Canvas, *, what_if: WhatIf, start_local: datetime, numbers: Numbers, difference: str
) -> None:
    """Both curves with their widest bands above, their difference below.

    Args:
        drawing: empty.
        canvas: its size.
        what_if: the answer.
        start_local: its start on the person's clock.
        numbers: the reader's unit.
        difference: title of the lower part.
    """
    top, bottom = drawing.subplots(2, 1, sharex=True, height_ratios=(2.6, 1.0))
    curves = (what_if.baseline, what_if.changed)
    observed = np.zeros(0) if what_if.observed_mgdl is None else what_if.observed_mgdl
    low, high = glucose_limits(observed, *(band.high_mgdl for curve in curves for band in _widest(curve)))
    prepare_glucose_axis(top, numbers, low_mgdl=low, high_mgdl=high)
    hours = what_if.t_min / 60.0
    _curve(top, hours, what_if.baseline, numbers, line=GREY, area=GREY_MIDDLE, dashed=True)
    _curve(top, hours, what_if.changed, numbers, line=BLUE, area=BLUE_MIDDLE, dashed=False)
    if observed.size:
        top.plot(
            hours, shown(observed, numbers.unit), linestyle="none", marker="o", markersize=2.6, color=INK, zorder=6
        )
    _draw_difference(bottom, hours, what_if.difference, numbers, title=difference)
    _clock_axis(bottom, start_local, float(what_if.t_min[-1]), sparse=canvas.is_narrow)


def _curve(
    axes: Axes, hours: np.ndarray, curve: Curve, numbers: Numbers, *, line: str, area: str, dashed: bool
) -> None:
    for band in _widest(curve):
        low, high = shown(band.low_mgdl, numbers.unit), shown(band.high_mgdl, numbers.unit)
        axes.fill_between(hours, low, high, color=area, alpha=0.55, linewidth=0, zorder=2)
    style = (0, (4, 2)) if dashed else "solid"
    axes.plot(hours, shown(curve.median_mgdl, numbers.unit), color=line, linewidth=2.0, linestyle=style, zorder=4)


def _draw_difference(axes: Axes, hours: np.ndarray, curve: Curve, numbers: Numbers, *, title: str) -> None:
    for band in _widest(curve):
        low, high = shown(band.low_mgdl, numbers.unit), shown(band.high_mgdl, numbers.unit)
        axes.fill_between(hours, low, high, color=BLUE_LIGHT, linewidth=0, zorder=2)
    axes.plot(hours, shown(curve.median_mgdl, numbers.unit), color=BLUE, linewidth=1.8, zorder=4)
    axes.axhline(0.0, color=FAINT, linewidth=0.9, zorder=3)
    axes.locator_params(axis="y", nbins=4)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, numbers.glucose_digits, signed=True)))
    axes.set_title(title, loc="left", fontsize="medium", color=GREY)


def _widest(curve: Curve) -> tuple[Band, ...]:
    return tuple(sorted(curve.bands, key=lambda band: band.level))[-1:]


def _clock_axis(axes: Axes, start_local: datetime, minutes: float, *, sparse: bool) -> None:
    step_h = next(step for step in (1, 2, 3, 6, 12, 24) if minutes / 60.0 / step <= (5.5 if sparse else 12.5))
    first = start_local.replace(minute=0, second=0, microsecond=0)
    clocks = [first + timedelta(hours=hour) for hour in range(int(minutes // 60) + 3)]
    ticks = [(clock - start_local) / timedelta(hours=1) for clock in clocks if clock.hour % step_h == 0]
    axes.set_xlim(0.0, minutes / 60.0)
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if 0.0 <= tick <= minutes / 60.0]))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda hour, _: f"{start_local + timedelta(hours=float(hour) + 1e-6):%H:%M}")
    )
