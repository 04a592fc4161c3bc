"""What there is of each kind of data on each day, as a grid of cells."""

from collections.abc import Mapping, Sequence
from datetime import date

import matplotlib.dates as mdates
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Drawing

from glucotwin.reports.figure.style import BLUE, BLUE_LIGHT, GREY, Canvas

SHADES = LinearSegmentedColormap.from_list("presence", ["#FFFFFF", BLUE_LIGHT, BLUE])
ROW_PX = 26
"""Height of a row on the page."""


def presence_height_px(rows: int) -> int:
    """Height of a figure with so many kinds of data."""
    return 56 + ROW_PX * rows


def draw_presence(
    drawing: Drawing, canvas: Canvas, *, first_day: date, shares: Mapping[str, Sequence[float] | np.ndarray]
) -> None:
    """One row per kind of data and one column per day; the darker, the more there is.

    Args:
        drawing: empty.
        canvas: its size.
        first_day: of the first column.
        shares: by name, 0 (nothing) to 1 (as much as on this kind's fullest days) for each day.
    """
    axes = drawing.subplots()
    grid = np.array([np.asarray(one, dtype=np.float64) for one in shares.values()])
    start = float(mdates.date2num(first_day))
    axes.imshow(
        grid,
        aspect="auto",
        cmap=SHADES,
        vmin=0.0,
        vmax=1.0,
        interpolation="nearest",
        extent=(start, start + grid.shape[1], len(grid) - 0.5, -0.5),
    )
    axes.set_yticks(range(len(grid)), list(shares))
    axes.hlines(np.arange(len(grid) - 1) + 0.5, start, start + grid.shape[1], color="white", linewidth=3)
    locator = mdates.AutoDateLocator(minticks=2, maxticks=4 if canvas.is_narrow else 9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    axes.tick_params(axis="y", colors=GREY)
