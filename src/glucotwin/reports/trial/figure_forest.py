"""Forest plots: estimates with their intervals, one under the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from glucotwin.core.number import number
from glucotwin.reports.figure.style import BLUE, GREY, GREY_MIDDLE, INK, VERMILION, Canvas

ROW_PX, LINE_PX, BAR_PX, AXIS_PX = 26, 15, 22, 70
WIDE_CHARACTERS, NARROW_CHARACTERS = 40, 52
"""Of a line of a label, beside the bars and above them."""

BEYOND = 1.0
"""How far the axis goes beyond the main intervals, zero and the margin, in their width; what is wider is cut."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a row stands, in pixels from the top: its bar, and the lines of its label."""

    row: ForestRow
    bar: float
    lines: tuple[tuple[float, str], ...]
    bottom: float


def forest_height_px(rows: Sequence[ForestRow], *, narrow: bool) -> int:
    """How high the figure has to be."""
    return int(AXIS_PX + _places(rows, narrow=narrow)[-1].bottom)


def forest_limits(rows: Sequence[ForestRow], margin: float | None) -> tuple[float, float]:
    """The ends of the axis: every interval, unless it goes far beyond the main ones.

    Args:
        rows: estimates and headings.
        margin: of non-inferiority; None where there is none.
    """
    told = [one for one in rows if one.estimate is not None]
    main = [one for one in told if one.main] or told
    marks = [0.0, *([] if margin is None else [margin])]
    low, high = min([*marks, *(one.low for one in main)]), max([*marks, *(one.high for one in main)])
    reach = BEYOND * (high - low)
    inner = min([low, *(one.low for one in told)]), max([high, *(one.high for one in told)])
    return max(inner[0], low - reach), min(inner[1], high + reach)


def draw_forest(
    drawing: Drawing, canvas: Canvas, *, rows: Sequence[ForestRow], axis: str, margin: float | None
) -> None:
    """Draws the rows from top to bottom; intervals that are cut end in arrow heads.

    Args:
        drawing: empty.
        canvas: its size.
        rows: estimates and headings.
        axis: what the horizontal axis shows.
        margin: of non-inferiority, drawn as a dashed line; in the axis's direction; None where there is none.
    """
    axes = drawing.subplots()
    narrow = canvas.is_narrow
    places = _places(rows, narrow=narrow)
    limits = forest_limits(rows, margin)
    axes.axvline(0.0, color=GREY, linewidth=0.9)
    if margin is not None:
        axes.axvline(margin, color=VERMILION, linewidth=0.9, linestyle=(0, (4, 3)))
    for place in places:
        _draw_bar(axes, place, limits)
        _draw_label(axes, place, narrow=narrow)
    axes.set_yticks([])
    edge = 0.04 * (limits[1] - limits[0])
    axes.set_xlim(limits[0] - edge, limits[1] + edge)
    axes.set_ylim(places[-1].bottom, 0.0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5 if narrow else 8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, _digits(axes.get_xlim()))))
    axes.grid(axis="x", linewidth=0.5, color=GREY_MIDDLE, alpha=0.4)
    axes.set_xlabel(axis, fontsize="small")


def _places(rows: Sequence[ForestRow], *, narrow: bool) -> list[_Place]:
    places: list[_Place] = []
    top = 0.0
    for row in rows:
        lines = wrap(row.label, NARROW_CHARACTERS if narrow else WIDE_CHARACTERS) or [""]
        label = LINE_PX * len(lines)
        height = label + (BAR_PX if row.estimate is not None else LINE_PX / 2.0) if narrow else max(ROW_PX, label + 6.0)
        first = top if narrow else top + (height - label) / 2.0
        places.append(
            _Place(
                row=row,
                bar=top + label + BAR_PX / 2.0 if narrow else top + height / 2.0,
                lines=tuple((first + LINE_PX * (number + 0.5), line) for number, line in enumerate(lines)),
                bottom=top + height,
            )
        )
        top += height
    return places


def _draw_bar(axes: Axes, place: _Place, limits: tuple[float, float]) -> None:
    row = place.row
    if row.estimate is None:
        return
    colour, width = BLUE if row.main else INK, 2.2 if row.main else 1.3
    low, high = (min(max(end, limits[0]), limits[1]) for end in (row.low, row.high))
    axes.plot([low, high], [place.bar, place.bar], color=colour, linewidth=width)
    for end, cut, mark in ((low, row.low < low, "<"), (high, row.high > high, ">")):
        if cut:
            axes.plot(end, place.bar, mark, color=colour, markersize=6, clip_on=False)
    if limits[0] <= row.estimate <= limits[1]:
        axes.plot(row.estimate, place.bar, "s", color=colour, markersize=7 if row.main else 5)


def _draw_label(axes: Axes, place: _Place, *, narrow: bool) -> None:
    row = place.row
    for height, line in place.lines:
        axes.annotate(
            line,
            (0.0 if narrow else -0.02, height),
            xycoords=("axes fraction", "data"),
            ha="left" if narrow else "right",
            va="center",
            fontsize="small",
            color=INK,
            fontweight="bold" if row.estimate is None else "normal",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    if row.told and not narrow:
        axes.annotate(
            row.told, (1.01, place.bar), xycoords=("axes fraction", "data"), va="center", fontsize="small", color=INK
        )


def _digits(limits: tuple[float, float]) -> int:
    span = abs(limits[1] - limits[0])
    return 0 if span > 8.0 else 1 if span > 0.8 else 2
