"""Figures as files of their own: with a title and a legend, which on the page stand beside the picture."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.reports.figure.style import PX_PER_INCH, SETTINGS, Canvas
from glucotwin.reports.view import Key

SUFFIXES = (".png", ".svg", ".pdf")


def save_figure(
    draw: Callable[[Drawing, Canvas], None], canvas: Canvas, path: Path, *, title: str, legend: tuple[Key, ...]
) -> None:
    """Draws a figure into a file.

    Args:
        draw: puts axes and marks onto an empty drawing.
        canvas: its size.
        path: PNG, SVG or PDF by its ending.
        title: heading.
        legend: what the marks mean.

    Raises:
        DataError: the ending is none of these.
    """
    check_suffix(path)
    with mpl.rc_context(SETTINGS):
        mpl.rcParams["font.size"] = canvas.font_pt
        size = (canvas.width_px / PX_PER_INCH, canvas.height_px / PX_PER_INCH)
        drawing = Drawing(figsize=size, layout="constrained", facecolor="white")
        FigureCanvasAgg(drawing)
        draw(drawing, canvas)
        drawing.suptitle(title, x=0.02, ha="left", fontsize="large", fontweight="bold")
        handles, labels = [_handle(key) for key in legend], [key.text for key in legend]
        drawing.legend(handles, labels, loc="outside lower left", ncols=3, frameon=False)
        drawing.savefig(path, dpi=2.0 * PX_PER_INCH)


def check_suffix(path: Path) -> None:
    """Passes when a figure can be written to the path.

    Raises:
        DataError: its ending is not that of a known format.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, message("plot-suffix", name=path.name), hint=message("plot-suffix-hint")
        )


def _handle(key: Key) -> Artist:
    if key.mark == "area":
        return Patch(facecolor=key.colour)
    if key.mark in {"dot", "ring"}:
        face = key.colour if key.mark == "dot" else "white"
        return Line2D(
            [], [], linestyle="none", marker="o", markersize=4, markeredgecolor=key.colour, markerfacecolor=face
        )
    return Line2D([], [], color=key.colour, linewidth=2.0, linestyle="--" if key.mark == "dashes" else "-")
