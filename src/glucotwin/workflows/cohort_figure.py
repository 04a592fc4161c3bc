"""Figures of cohorts: who the people are beside the published ones, and what became of their glucose."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.metrics.tally import THRESHOLDS_MGDL
from glucotwin.workflows.cohort import CohortReport
from glucotwin.workflows.cohort_population import quantity_of
from glucotwin.workflows.cohort_run import CohortRun, glucose_files
from glucotwin.workflows.simulation_figure import BAND, LINES, SUFFIXES

OWN, PUBLISHED = LINES[0], LINES[1]
COLUMNS = 4
CLOCK_BIN_MIN = 15
FLAT_NAMES = 3
"""More groups than this have their names tilted."""

DRAWN_FILES = 4
"""Files of each group that a run's figure is drawn from, spread evenly: smooth bands, and memory stays bounded."""

SHARES = (
    ("time_below_54_pct", "#882255"),
    ("time_54_70_pct", "#CC79A7"),
    ("time_in_range_pct", "#009E73"),
    ("time_180_250_pct", "#F0C95A"),
    ("time_above_250_pct", "#E69F00"),
)
"""Ranges from the lowest to the highest, in colours that people with any colour vision can tell apart."""


def draw_cohort(report: CohortReport, path: Path) -> None:
    """Draws the spread of every quantity by group, and rises after meals, beside the published figures.

    Raises:
        DataError: the file's ending is neither .png nor .svg.
        NotFoundError: the folder does not exist.
    """
    _check_ending(path)
    names = tuple(report.statistics[0].values)
    rows = -(-len(names) // COLUMNS) + bool(report.excursions or len(names) % COLUMNS == 0)
    figure = Figure(figsize=(11.0, 2.2 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, COLUMNS).ravel()
    if isinstance(engine := figure.get_layout_engine(), ConstrainedLayoutEngine):
        engine.set(w_pad=0.08)
    quantities, rest = axes[: len(names)], axes[len(names) :]
    for place, name in zip(quantities, names, strict=True):
        _draw_quantity(place, report, name)
    if report.excursions:
        for place, signal in zip(rest[::2], ("glucose_mgdl", "insulin_pmoll"), strict=True):
            _draw_rises(place, report, signal)
        rest = rest[1::2]
    for place in rest:
        place.set_axis_off()
    handles = {
        text: handle for place in quantities for handle, text in zip(*place.get_legend_handles_labels(), strict=True)
    }
    rest[0].legend(handles.values(), handles.keys(), loc="center left", frameon=False, fontsize=8)
    figure.suptitle(f"{len(report.cohort.subjects)} people, {report.cohort.body}", x=0.01, ha="left")
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _draw_quantity(axes: Axes, report: CohortReport, name: str) -> None:
    groups = [one.group for one in report.statistics]
    for row, group in enumerate(report.statistics):
        own = quantity_of([one for one in report.cohort.subjects if one.group == group.group], name)
        far, near = np.quantile(own, (0.05, 0.95)), np.quantile(own, (0.25, 0.75))
        _, _, mean, sd = group.values[name]
        first = row == 0
        axes.plot(far, [row, row], color=OWN, linewidth=1.2, label="cohort, 5–95 %" if first else None)
        axes.plot(near, [row, row], color=OWN, linewidth=5, solid_capstyle="butt", label="25–75 %" if first else None)
        axes.plot(np.median(own), row, "o", color="white", markeredgecolor=OWN, label="median" if first else None)
        if not np.isnan(mean):
            spread = None if np.isnan(sd) else sd
            axes.errorbar(mean, row + 0.3, xerr=spread, fmt="D", color=PUBLISHED, markersize=4, label="published ± SD")
    axes.set_yticks(range(len(groups)), groups, fontsize=8)
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.set_title(message(f"cohort-quantity-{name.replace('_', '-')}"), fontsize=8, loc="left")
    axes.tick_params(axis="x", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_rises(axes: Axes, report: CohortReport, signal: str) -> None:
    """Mean and SD of the highest rise after each meal, the published one beside it."""
    found = [one for one in report.excursions if one.signal == signal]
    rows = np.arange(len(found))
    axes.errorbar([one.mean for one in found], rows, xerr=[one.sd for one in found], fmt="o", color=OWN, markersize=4)
    published, spread = [one.published_mean for one in found], [one.published_sd for one in found]
    axes.errorbar(published, rows + 0.3, xerr=spread, fmt="D", color=PUBLISHED, markersize=4)
    axes.set_yticks(rows, [f"{one.group} {one.meal}" for one in found], fontsize=6)
    axes.set_ylim(len(found) - 0.4, -0.6)
    title = message(f"cohort-signal-{signal.replace('_', '-')}")
    axes.set_title(f"rise, {title}", fontsize=9, loc="left")
    axes.tick_params(axis="x", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def draw_cohort_run(run: CohortRun, path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> None:
    """Draws sensor glucose by local clock time in every group, and shares of time in the consensus ranges.

    Raises:
        DataError: the file's ending is neither .png nor .svg.
        NotFoundError: the folder does not exist.
    """
    _check_ending(path)
    groups = run.groups()["group"].to_list()
    shares_inch = max(2.4, 0.6 * len(groups))
    figure = Figure(figsize=(4.2 * len(groups) + 0.6 + shares_inch, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(1, len(groups) + 1, width_ratios=[*[4.2] * len(groups), shares_inch]))
    profile = _clock_profile(run)
    highest = max(glucose_in(float(profile["q95"].max()), unit), threshold_in(THRESHOLDS_MGDL["high"], unit))  # pyright: ignore[reportArgumentType]
    for place, group in zip(axes[:-1], groups, strict=True):
        _draw_clock_profile(place, profile.filter(pl.col("group") == group), unit)
        place.set_title(f"{group}: {run.people.filter(pl.col('group') == group).height} people", fontsize=9, loc="left")
        place.set_ylim(0, 1.1 * highest)
    axes[0].set_ylabel(f"sensor glucose ({unit})")
    axes[0].legend(loc="upper left", frameon=False, fontsize=8, ncols=2)
    _draw_shares(axes[-1], run, groups, unit)
    figure.suptitle(f"{len(run.people)} people, {run.days} days", x=0.01, ha="left")
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _clock_profile(run: CohortRun) -> pl.DataFrame:
    """Quantiles of sensor glucose by group and quarter hour of the local day."""
    local = pl.col("time").dt.convert_time_zone(str(run.start.tzinfo))
    minute = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()
    group = pl.col("name").str.split("#").list.first()
    return (
        pl.scan_parquet(_drawn_files(run))
        .group_by(group.alias("group"), (minute // CLOCK_BIN_MIN * CLOCK_BIN_MIN).alias("minute"))
        .agg(
            *(
                pl.col("interstitial_mgdl").quantile(level / 100.0).cast(pl.Float64).alias(f"q{level}")
                for level in (5, 25, 50, 75, 95)
            )
        )
        .sort("group", "minute")
        .collect()
    )


def _drawn_files(run: CohortRun) -> list[Path]:
    """Some of the files in which each group has people, early and late, each once."""
    chosen: set[Path] = set()
    for files in glucose_files(run.folder).values():
        count = min(DRAWN_FILES, len(files))
        chosen.update(files[place * len(files) // count] for place in range(count))
    return sorted(chosen)


def _draw_clock_profile(axes: Axes, profile: pl.DataFrame, unit: GlucoseUnit) -> None:
    hours = (profile["minute"].to_numpy() + CLOCK_BIN_MIN / 2) / 60.0
    band = {level: glucose_in(profile[f"q{level}"].to_numpy(), unit) for level in (5, 25, 50, 75, 95)}
    low, high = (threshold_in(THRESHOLDS_MGDL[name], unit) for name in ("low", "high"))
    axes.axhspan(low, high, color=BAND, alpha=0.12, linewidth=0, label=f"target {low:g}–{high:g}")
    axes.fill_between(hours, band[5], band[95], color=OWN, alpha=0.15, linewidth=0, label="5–95 %")
    axes.fill_between(hours, band[25], band[75], color=OWN, alpha=0.3, linewidth=0, label="25–75 %")
    axes.plot(hours, band[50], color=OWN, linewidth=1.6, label="median")
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 6), [f"{hour:02d}:00" for hour in range(0, 25, 6)])
    axes.set_xlabel("local time")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_shares(axes: Axes, run: CohortRun, groups: Sequence[str], unit: GlucoseUnit) -> None:
    """Stacked bars of the five consensus ranges."""
    means = run.groups().with_columns(
        (pl.col("time_below_70_pct") - pl.col("time_below_54_pct")).alias("time_54_70_pct"),
        (pl.col("time_above_180_pct") - pl.col("time_above_250_pct")).alias("time_180_250_pct"),
    )
    edges = [f"{threshold_in(value, unit):g}" for value in THRESHOLDS_MGDL.values()]
    texts = (f"< {edges[0]}", *(f"{low}–{high}" for low, high in itertools.pairwise(edges)), f"> {edges[-1]}")
    bottom = np.zeros(len(groups))
    for (name, colour), text in zip(SHARES, texts, strict=True):
        height = means[name].to_numpy()
        bars = axes.bar(range(len(groups)), height, bottom=bottom, color=colour, width=0.6, label=text)
        shown = [f"{value:.0f} %" if value >= 4.0 else "" for value in height]
        axes.bar_label(bars, shown, label_type="center", fontsize=8)
        bottom = bottom + height
    axes.set_xticks(range(len(groups)), groups, fontsize=8)
    if len(groups) > FLAT_NAMES:
        axes.tick_params(axis="x", rotation=90)
    axes.set_ylim(0, 100)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    own = axes.get_legend_handles_labels()
    axes.legend(own[0][::-1], own[1][::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    axes.set_title(f"time in ranges ({unit})", fontsize=9, loc="left")


def _check_ending(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
