"""Panels of curves over time or over whatever was varied, for models that bring their own quantities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from glucotwin.reports.figure.style import BLUE, GREY_LIGHT, INK, VERMILION, Canvas
from glucotwin.reports.view import Key

COLOURS = (BLUE, VERMILION, "#009E73", "#CC79A7", "#8A6D00", "#56B4E9", INK, "#7A3E9D")
PANEL_PX, EDGE_PX = 190, 170
ROWS_OF_ONE_COLUMN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes.

    Attributes:
        title: what is shown, with its unit.
        curves: each with its abscissae and ordinates, in the order of the legend.
        levels: values marked by a thin line across.
        logarithmic: whether the abscissa is.
    """

    title: str
    curves: tuple[tuple[np.ndarray, np.ndarray], ...]
    levels: tuple[float, ...] = ()
    logarithmic: bool = False


def curves_height_px(panels: Sequence[Panel]) -> int:
    """How high the figure has to be."""
    return EDGE_PX + PANEL_PX * _rows(len(panels))


def draw_curves(drawing: Drawing, canvas: Canvas, *, panels: Sequence[Panel], abscissa: str) -> None:
    """Draws the panels in one column, or in two when there are many.

    Args:
        drawing: empty.
        canvas: its size.
        panels: what to draw.
        abscissa: what runs along.
    """
    rows = _rows(len(panels))
    columns = -(-len(panels) // rows)
    axes = drawing.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    for place, panel in enumerate(panels):
        _draw_panel(axes[place], panel)
    for place in range(len(panels), axes.size):
        axes[place].set_visible(False)
    for place in range(max(0, len(panels) - columns), len(panels)):
        axes[place].set_xlabel(abscissa)


def curves_legend(names: Sequence[str]) -> tuple[Key, ...]:
    """Curves by colour."""
    return tuple(Key(mark="line", colour=_colour(place), text=name) for place, name in enumerate(names))


def _draw_panel(axes: Axes, panel: Panel) -> None:
    for level in panel.levels:
        axes.axhline(level, color=GREY_LIGHT, linewidth=1.0, zorder=0)
    for place, (along, values) in enumerate(panel.curves):
        axes.plot(along, values, color=_colour(place), linewidth=1.8)
    if panel.logarithmic:
        axes.set_xscale("symlog", linthresh=_smallest(panel))
    axes.set_title(panel.title, loc="left")
    axes.margins(x=0.01)


def _smallest(panel: Panel) -> float:
    """The smallest abscissa above zero, up to which a logarithmic axis is straight."""
    along = np.concatenate([np.asarray(one) for one, _ in panel.curves])
    above = along[along > 0.0]
    return float(above.min()) if above.size else 1.0


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _rows(panels: int) -> int:
    return panels if panels <= ROWS_OF_ONE_COLUMN else -(-panels // 2)
