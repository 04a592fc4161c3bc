"""Forest plots: estimates with their intervals, one under the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from glucotwin.core.number import number
from glucotwin.reports.figure.style import BLUE, GREY, GREY_MIDDLE, INK, VERMILION, Canvas

ROW_PX = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """A line of the plot.

    Attributes:
        label: what it is.
        estimate: difference; a heading has none.
        low: lower end of its interval.
        high: upper end.
        told: the same as text.
        main: drawn strongly.
    """

    label: str
    estimate: float | None = None
    low: float = 0.0
    high: float = 0.0
    told: str = ""
    main: bool = False


def forest_height_px(rows: Sequence[ForestRow], *, narrow: bool) -> int:
    """How high the figure has to be."""
    return int(70 + (ROW_PX + (18 if narrow else 0)) * len(rows))


def draw_forest(
    drawing: Drawing, canvas: Canvas, *, rows: Sequence[ForestRow], axis: str, margin: float | None
) -> None:
    """Draws the rows from top to bottom.

    Args:
        drawing: empty.
        canvas: its size.
        rows: estimates and headings.
        axis: what the horizontal axis shows.
        margin: of non-inferiority, drawn as a dashed line; in the axis's direction; None where there is none.
    """
    axes = drawing.subplots()
    narrow = canvas.is_narrow
    axes.axvline(0.0, color=GREY, linewidth=0.9)
    if margin is not None:
        axes.axvline(margin, color=VERMILION, linewidth=0.9, linestyle=(0, (4, 3)))
    for place, row in enumerate(rows):
        if row.estimate is None:
            continue
        colour = BLUE if row.main else INK
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.2 if row.main else 1.3)
        axes.plot(row.estimate, place, "s", color=colour, markersize=7 if row.main else 5)
        if not narrow:
            axes.annotate(
                row.told, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize="small", color=INK
            )
    if narrow:
        axes.set_yticks([])
        for place, row in enumerate(rows):
            axes.annotate(
                row.label,
                (0.0, place - 0.45),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize="small",
                color=INK,
                fontweight="bold" if row.estimate is None else "normal",
            )
    else:
        axes.set_yticks(range(len(rows)), [row.label for row in rows], fontsize="small")
        for text, row in zip(axes.get_yticklabels(), rows, strict=True):
            text.set_fontweight("bold" if row.estimate is None else "normal")
            text.set_color(INK)
    axes.set_ylim(len(rows) - 0.4, -0.8)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5 if narrow else 8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, _digits(axes.get_xlim()))))
    axes.grid(axis="x", linewidth=0.5, color=GREY_MIDDLE, alpha=0.4)
    axes.set_xlabel(axis, fontsize="small")


def _digits(limits: tuple[float, float]) -> int:
    span = abs(limits[1] - limits[0])
    return 0 if span > 8.0 else 1 if span > 0.8 else 2
