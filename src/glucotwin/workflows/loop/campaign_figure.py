"""Figures of a campaign: time in ranges, courses of the day, what hazards do, and the control-variability grid."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from glucotwin.control.controller import DECISION_MIN
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.reports.figure.style import BLUE, GREY, GREY_LIGHT, INK, LEVEL_COLOURS, SETTINGS, TARGET, VERMILION
from glucotwin.workflows.loop.campaign import Campaign
from glucotwin.workflows.simulation_figure import SUFFIXES

SHARES = (
    ("time_below_54_pct", "very-low"),
    ("time_below_70_pct", "low"),
    ("time_in_range_pct", "in-range"),
    ("time_above_180_pct", "high"),
    ("time_above_250_pct", "very-high"),
)
MARKS = "os^DvP*X<>"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#7F7F7F")
FEW_HAZARDS = 3
"""Up to here each hazard has bars and curves; beyond, a table of colours tells more."""
_TOP_MGDL = 320.0
COURSE_COLOURS = (BLUE, VERMILION, INK)
SHADED = (
    ("time_in_range_pct", (50.0, 100.0), ("#FFFFFF", LEVEL_COLOURS["in-range"])),
    ("time_below_70_pct", (0.0, 8.0), ("#FFFFFF", LEVEL_COLOURS["low"])),
    ("time_above_250_pct", (0.0, 15.0), ("#FFFFFF", LEVEL_COLOURS["very-high"])),
)


def draw_campaign(campaign: Campaign, path: Path) -> None:
    """Draws the arms beside each other: bars, grid and courses of the day; with many hazards, tables of colours.

    Raises:
        DataError: the file's ending is neither .png nor .svg.
        NotFoundError: the folder does not exist.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
    with mpl.rc_context(SETTINGS):
        mpl.rcParams["font.size"] = 9.0
        drawing = (_drawn_overview if has_few_hazards(campaign) else _drawn_shades)(campaign)
        FigureCanvasAgg(drawing)
        replace_file(path, lambda place: drawing.savefig(place, dpi=150))


def has_few_hazards(campaign: Campaign) -> bool:
    """Whether each hazard is drawn on its own."""
    return len(campaign.file.hazards) <= FEW_HAZARDS


def _drawn_overview(campaign: Campaign) -> Figure:
    arms = len(campaign.file.arms)
    rows = arms * len(campaign.file.hazards)
    upper = max(2.6, 1.2 + 0.32 * rows)
    drawing = Figure(figsize=(11.0, upper + 2.8), layout="constrained", facecolor="white")
    halves = drawing.add_gridspec(2, 1, height_ratios=(upper, 2.8))
    top, bottom = halves[0].subgridspec(1, 2, width_ratios=(3, 2)), halves[1].subgridspec(1, arms)
    draw_shares(drawing.add_subplot(top[0]), campaign)
    draw_grid(drawing.add_subplot(top[1]), campaign.people)
    draw_courses([drawing.add_subplot(bottom[place]) for place in range(arms)], campaign)
    return drawing


def _drawn_shades(campaign: Campaign) -> Figure:
    arms, hazards = len(campaign.file.arms), len(campaign.file.hazards)
    size = (3.2 + 0.85 * arms * len(SHADED), 1.6 + 0.3 * hazards)
    drawing = Figure(figsize=size, layout="constrained", facecolor="white")
    for index, axes in enumerate(drawing.subplots(1, len(SHADED), sharey=True)):
        draw_shades(axes, campaign, index)
    return drawing


def draw_shares(axes: Axes, campaign: Campaign, *, narrow: bool = False) -> None:
    """A bar of time in ranges for every arm and hazard; those below 54 and above 250 are cut out of the wider ones."""
    arms, hazards = [one.label for one in campaign.file.arms], [one.name for one in campaign.file.hazards]
    rows = campaign.arms()
    own = {(one["arm"], one["hazard"]): one for one in rows.to_dicts()}
    cells = [(arm, hazard) for arm in arms for hazard in hazards]
    gap = 0.5 if len(hazards) > 1 else 0.0
    places = -np.array([place + gap * (place // len(hazards)) for place in range(len(cells))])
    start = np.zeros(len(cells))
    for name, level in SHARES:
        width = np.array([_share(own[cell], name) for cell in cells])
        label = message(f"campaign-figure-{name.replace('_', '-')}")
        axes.barh(places, width, left=start, height=0.86, color=LEVEL_COLOURS[level], label=label)
        if name == "time_in_range_pct":
            for place, middle, share in zip(places, start + width / 2.0, width, strict=True):
                axes.text(middle, place, f"{share:.0f}", ha="center", va="center", color="white")
        start = start + width
    between = "\n" if narrow else ", "
    axes.set_yticks(places, [arm if len(hazards) == 1 else f"{arm}{between}{hazard}" for arm, hazard in cells])
    axes.set_xlim(0, 100)
    axes.set_xlabel(message("campaign-figure-time"))
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2 if narrow else 5, frameon=False, fontsize="small")


def _share(row: dict[str, float], name: str) -> float:
    wider = {"time_below_70_pct": "time_below_54_pct", "time_above_180_pct": "time_above_250_pct"}
    return row[name] - (row[wider[name]] if name in wider else 0.0)


def draw_grid(axes: Axes, people: pl.DataFrame) -> None:
    """The control-variability grid: every course as a mark of its arm."""
    for edge in (90.0, 70.0):
        axes.axvline(edge, color=GREY_LIGHT)
    for edge in (180.0, 300.0):
        axes.axhline(edge, color=GREY_LIGHT)
    for index, (name, group) in enumerate(people.group_by("arm", maintain_order=True)):
        axes.plot(
            np.clip(group["lowest_mgdl"].to_numpy(), 50.0, 110.0),
            np.clip(group["highest_mgdl"].to_numpy(), 110.0, 400.0),
            MARKS[index % len(MARKS)],
            color=PALETTE[index % len(PALETTE)],
            markersize=3.5,
            alpha=0.6,
            markeredgewidth=0,
            label=str(name[0]),
        )
    axes.set_xlim(111.0, 49.0)
    axes.set_ylim(109.0, 401.0)
    axes.set_xlabel(message("campaign-figure-lowest"))
    axes.set_ylabel(message("campaign-figure-highest"))
    for letter, low, high in (("A", 100, 120), ("B", 80, 240), ("E", 55, 380)):
        axes.text(low, high, letter, color=GREY, fontsize="large", ha="center")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, fontsize="small")


def draw_courses(panels: Sequence[Axes], campaign: Campaign) -> None:
    """The median and the middle half of glucose against the clock, a panel for every arm, a colour for every hazard."""
    profiles = campaign.profiles()
    hours = np.arange(0, 24 * 60, DECISION_MIN) / 60.0
    for axes, arm in zip(panels, campaign.file.arms, strict=False):
        axes.axhspan(70.0, 180.0, color=TARGET, linewidth=0, zorder=0)
        for hazard, colour in zip(campaign.file.hazards, COURSE_COLOURS, strict=False):
            _, low, middle, high, _ = profiles[hazard.name, arm.label]
            axes.fill_between(hours, low, high, color=colour, alpha=0.18, linewidth=0)
            axes.plot(hours, middle, color=colour, linewidth=1.6, label=hazard.name)
        axes.set_title(arm.label, loc="left", fontsize="medium")
        axes.set_xlim(0.0, 24.0)
        axes.set_ylim(50.0, _TOP_MGDL)
        axes.set_xticks((0, 6, 12, 18, 24))
        axes.set_yticks((70, 180, 250))
    first = panels[0]
    first.set_ylabel("mg/dL")
    if len(campaign.file.hazards) > 1:
        first.legend(loc="upper left", frameon=False, fontsize="small", handlelength=1.2)


def draw_shades(axes: Axes, campaign: Campaign, index: int) -> None:
    """One share of time for every hazard and arm, as a number on a colour.

    Args:
        axes: where to draw.
        campaign: finished.
        index: which of ``SHADED``.
    """
    name, (low, high), colours = SHADED[index]
    arms, hazards = [one.label for one in campaign.file.arms], [one.name for one in campaign.file.hazards]
    own = {(one["hazard"], one["arm"]): one[name] for one in campaign.arms().to_dicts()}
    values = np.array([[own[hazard, arm] for arm in arms] for hazard in hazards])
    shades = LinearSegmentedColormap.from_list("shades", colours)
    axes.imshow(values, cmap=shades, vmin=low, vmax=high, aspect="auto")
    for row, column in np.ndindex(values.shape):
        axes.text(column, row, f"{values[row, column]:.1f}", ha="center", va="center", color=INK)
    axes.set_xticks(range(len(arms)), arms, rotation=35, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(hazards)), hazards)
    axes.tick_params(length=0)
    axes.set_xlabel(message(f"campaign-shade-{name.replace('_', '-')}"))
    axes.spines[:].set_visible(False)


def draw_worst(axes: Axes, campaign: Campaign, arm: str, *, columns: int = 3, stride: int = 3) -> None:
    """The worst courses of an arm over the days.

    Args:
        axes: where to draw.
        campaign: finished.
        arm: whose.
        columns: of the legend.
        stride: every how many decisions glucose is drawn.
    """
    axes.axhspan(70.0, 180.0, color=TARGET, linewidth=0, zorder=0)
    for row, colour in zip(campaign.worst().filter(arm=arm).to_dicts(), PALETTE, strict=False):
        glucose = np.asarray(row["glucose_mgdl"])[::stride]
        days = np.arange(glucose.size) * stride * DECISION_MIN / 1440.0
        axes.plot(days, glucose, color=colour, linewidth=0.9, label=f"{row['name']}, {row['hazard']}")
    axes.set_title(arm, loc="left", fontsize="medium")
    axes.set_ylim(20.0, None)
    axes.set_yticks((70, 180, 300))
    axes.margins(x=0)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small", ncols=columns)
