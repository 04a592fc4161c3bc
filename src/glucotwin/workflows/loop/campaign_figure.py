"""The figure of a campaign: time in ranges of every arm, and the control-variability grid."""

from pathlib import Path

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.workflows.loop.campaign import Campaign
from glucotwin.workflows.simulation_figure import SUFFIXES

SHARES = (
    ("time_below_54_pct", "#8B1A1A"),
    ("time_below_70_pct", "#D55E00"),
    ("time_in_range_pct", "#009E73"),
    ("time_above_180_pct", "#E69F00"),
    ("time_above_250_pct", "#A65E00"),
)
MARKS = "os^DvP*X<>"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#7F7F7F")


def draw_campaign(campaign: Campaign, path: Path) -> None:
    """Draws the arms beside each other.

    Raises:
        DataError: the file's ending is neither .png nor .svg.
        NotFoundError: the folder does not exist.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
    figure = Figure(figsize=(11.0, 2.6 + 0.4 * max(len(campaign.file.arms), 6)), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_shares(left, campaign.arms())
    _draw_grid(right, campaign.people)
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _draw_shares(axes: Axes, arms: pl.DataFrame) -> None:
    """Bars of time; those below 54 and above 250 are cut out of the wider ones."""
    own = {name: arms[name].to_numpy() for name, _ in SHARES}
    own["time_below_70_pct"] = own["time_below_70_pct"] - own["time_below_54_pct"]
    own["time_above_180_pct"] = own["time_above_180_pct"] - own["time_above_250_pct"]
    rows = np.arange(len(arms))[::-1]
    start = np.zeros(len(arms))
    for name, colour in SHARES:
        axes.barh(rows, own[name], left=start, color=colour, label=message(f"campaign-figure-{name.replace('_', '-')}"))
        start = start + own[name]
    middle = own["time_below_54_pct"] + own["time_below_70_pct"] + own["time_in_range_pct"] / 2.0
    for row, place, share in zip(rows, middle, own["time_in_range_pct"], strict=True):
        axes.text(place, row, f"{share:.0f}", ha="center", va="center", color="white", fontsize=9)
    axes.set_yticks(rows, arms["arm"].to_list())
    axes.set_xlim(0, 100)
    axes.set_xlabel(message("campaign-figure-time"))
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=5, frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_grid(axes: Axes, people: pl.DataFrame) -> None:
    for edge in (90.0, 70.0):
        axes.axvline(edge, color="#999999", linewidth=0.8)
    for edge in (180.0, 300.0):
        axes.axhline(edge, color="#999999", linewidth=0.8)
    for index, (name, group) in enumerate(people.group_by("arm", maintain_order=True)):
        axes.plot(
            np.clip(group["lowest_mgdl"].to_numpy(), 50.0, 110.0),
            np.clip(group["highest_mgdl"].to_numpy(), 110.0, 400.0),
            MARKS[index % len(MARKS)],
            color=PALETTE[index % len(PALETTE)],
            markersize=4.5,
            alpha=0.8,
            label=str(name[0]),
        )
    axes.set_xlim(111.0, 49.0)
    axes.set_ylim(109.0, 401.0)
    axes.set_xlabel(message("campaign-figure-lowest"))
    axes.set_ylabel(message("campaign-figure-highest"))
    for letter, low, high in (("A", 100, 120), ("B", 80, 240), ("E", 55, 380)):
        axes.text(low, high, letter, color="#777777", fontsize=14, ha="center")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=8)
