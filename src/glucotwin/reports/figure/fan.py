"""A forecast as a fan, with what was known before and what then happened."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MultipleLocator

from glucotwin.core.number import MINUS
from glucotwin.forecast.forecast import Band
from glucotwin.reports.content import ForecastExample
from glucotwin.reports.figure.style import (
    BLUE,
    BLUE_LIGHT,
    BLUE_MIDDLE,
    FAINT,
    INK,
    Canvas,
    glucose_limits,
    prepare_glucose_axis,
    shown,
)
from glucotwin.reports.number import Numbers

HISTORY_MIN = 120.0
"""Minutes of readings shown before the forecast begins."""


def draw_fan(drawing: Drawing, canvas: Canvas, *, example: ForecastExample, numbers: Numbers, now: str) -> None:
    """The forecast's bands and median, readings before as filled and after as open dots.

    Args:
        drawing: empty.
        canvas: its size.
        example: the forecast and the readings around it.
        numbers: the reader's unit.
        now: label of the forecast's origin.
    """
    axes = drawing.subplots()
    forecast = example.forecast
    near = (example.observed_t_min >= -HISTORY_MIN) & (example.observed_t_min <= forecast.t_min[-1])
    t_min, observed = example.observed_t_min[near], example.observed_mgdl[near]
    low, high = glucose_limits(observed, *(band.high_mgdl for band in forecast.bands))
    prepare_glucose_axis(axes, numbers, low_mgdl=low, high_mgdl=high)
    draw_bands(axes, forecast.t_min / 60.0, forecast.bands, numbers, colours=(BLUE_LIGHT, BLUE_MIDDLE))
    axes.plot(forecast.t_min / 60.0, shown(forecast.median_mgdl, numbers.unit), color=BLUE, linewidth=2.0, zorder=4)
    before = t_min <= 0.0
    _dots(axes, t_min[before], observed[before], numbers, filled=True)
    _dots(axes, t_min[~before], observed[~before], numbers, filled=False)
    axes.axvline(0.0, color=FAINT, linewidth=0.9, linestyle=(0, (3, 2)), zorder=2)
    axes.annotate(
        now, (0.0, 1.0), xycoords=("data", "axes fraction"), xytext=(4, -3), textcoords="offset points", va="top"
    )
    hours_axis(axes, -HISTORY_MIN / 60.0, float(forecast.t_min[-1]) / 60.0)


def draw_bands(
    axes: Axes, hours: np.ndarray, bands: tuple[Band, ...], numbers: Numbers, *, colours: tuple[str, ...]
) -> None:
    """Bands from the widest to the narrowest, coloured in this order."""
    widest_first = sorted(bands, key=lambda band: band.level, reverse=True)
    for index, band in enumerate(widest_first):
        low, high = shown(band.low_mgdl, numbers.unit), shown(band.high_mgdl, numbers.unit)
        colour = colours[min(index, len(colours) - 1)]
        axes.fill_between(hours, low, high, color=colour, linewidth=0, zorder=2 + 0.1 * index)


def hours_axis(axes: Axes, start_h: float, end_h: float) -> None:
    """A time axis in hours from the origin."""
    axes.set_xlim(start_h, end_h)
    axes.xaxis.set_major_locator(MultipleLocator(1.0 if end_h - start_h <= 8.0 else 2.0))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: "0" if hour == 0 else _signed_hour(hour)))


def _signed_hour(hour: float) -> str:
    return f"{'+' if hour > 0 else MINUS}{abs(hour):.0f} h"


def _dots(axes: Axes, t_min: np.ndarray, glucose_mgdl: np.ndarray, numbers: Numbers, *, filled: bool) -> None:
    axes.plot(
        t_min / 60.0,
        shown(glucose_mgdl, numbers.unit),
        linestyle="none",
        marker="o",
        markersize=3.4,
        markerfacecolor=INK if filled else "white",
        markeredgecolor=INK,
        markeredgewidth=0.9,
        zorder=5,
    )
