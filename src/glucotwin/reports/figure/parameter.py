"""What a twin learned: every parameter's usual spread among adults and this person's, on one scale."""

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from glucotwin.core.number import plain_number
from glucotwin.reports.figure.style import BLUE, GREY, GREY_LIGHT, Canvas
from glucotwin.twin.diagnostic import ParameterSummary

TICKS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def draw_parameters(
    drawing: Drawing, canvas: Canvas, *, parameters: tuple[ParameterSummary, ...], names: tuple[str, ...]
) -> None:
    """Each parameter relative to its usual value, on a logarithmic scale.

    Args:
        drawing: empty.
        canvas: its size.
        parameters: with positive values.
        names: in plain words, one per parameter; on narrow screens they stand above their line.
    """
    axes = drawing.subplots()
    places = np.arange(len(parameters))[::-1]
    for place, one in zip(places, parameters, strict=True):
        typical = one.prior_median
        axes.plot(
            [one.prior_low / typical, one.prior_high / typical], [place, place], color=GREY_LIGHT, linewidth=9, zorder=1
        )
        axes.plot([one.low / typical, one.high / typical], [place, place], color=BLUE, linewidth=2.6, zorder=3)
        axes.plot([one.median / typical], [place], marker="o", color=BLUE, markersize=6.5, zorder=4)
    axes.set_xscale("log")
    axes.vlines(np.ones(places.size), places - 0.24, places + 0.24, color=GREY, linewidth=1.0, zorder=2)
    _label(axes_names=names, places=places, drawing=drawing, canvas=canvas)
    lowest = min(0.45, *(min(one.prior_low, one.low) / one.prior_median for one in parameters))
    highest = max(2.2, *(max(one.prior_high, one.high) / one.prior_median for one in parameters))
    axes.set_xlim(lowest / 1.1, highest * 1.1)
    axes.set_ylim(-0.6, len(parameters) - (0.2 if canvas.is_narrow else 0.4))
    axes.xaxis.set_major_locator(FixedLocator(list(TICKS)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{plain_number(value)}"))


def _label(*, axes_names: tuple[str, ...], places: np.ndarray, drawing: Drawing, canvas: Canvas) -> None:
    axes = drawing.axes[0]
    if not canvas.is_narrow:
        axes.set_yticks(places.tolist(), axes_names)
        return
    axes.set_yticks([])
    for place, name in zip(places, axes_names, strict=True):
        axes.annotate(name, (0.0, place + 0.28), xycoords=("axes fraction", "data"), va="bottom", ha="left")
