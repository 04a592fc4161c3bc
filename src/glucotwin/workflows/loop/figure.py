"""The figure of a closed-loop run: glucose as it was and as it was shown, and what was given."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from glucotwin.control.controller import DECISION_MIN
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.workflows.loop.arm import ArmResult
from glucotwin.workflows.simulate import TARGET_HIGH_MGDL, TARGET_LOW_MGDL
from glucotwin.workflows.simulate_device import HISTORY
from glucotwin.workflows.simulation_figure import BAND, INSULIN, LINES, LOW, MEAL, SUFFIXES, VERY_LOW_MGDL


def draw_loop(result: ArmResult, path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> None:
    """Draws one person's run, or the median and 10-90 % band of several.

    Raises:
        DataError: the file's ending is neither .png nor .svg.
        NotFoundError: the folder does not exist.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
    figure = Figure(figsize=(9.0, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    hours = np.arange(result.glucose_mgdl.shape[1]) * DECISION_MIN / 60.0
    _draw_glucose(top, result, hours, unit)
    _draw_doses(bottom, result, hours[:-1])
    who = result.subjects[0].name if len(result.subjects) == 1 else f"{len(result.subjects)} subjects"
    top.set_title(f"{result.arm.name}, {who}", loc="left")
    long = hours[-1] > 72.0
    bottom.xaxis.set_major_locator(MultipleLocator(24.0 if long else 6.0))
    bottom.set_xlabel(message("loop-figure-hours"))
    bottom.set_xlim(0.0, hours[-1])
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _draw_glucose(axes: Axes, result: ArmResult, hours: np.ndarray, unit: GlucoseUnit) -> None:
    low, high = (threshold_in(value, unit) for value in (TARGET_LOW_MGDL, TARGET_HIGH_MGDL))
    axes.axhspan(low, high, color=BAND, alpha=0.12, linewidth=0)
    axes.axhline(threshold_in(VERY_LOW_MGDL, unit), color=LOW, linewidth=0.8, linestyle=":")
    glucose = glucose_in(result.glucose_mgdl, unit)
    if len(result.subjects) == 1:
        shown = glucose_in(result.decisions["sensor_mgdl"][0], unit)
        axes.plot(hours[:-1], shown, ".", color=LINES[1], markersize=2.5, label=message("loop-figure-sensor"))
        if HISTORY in result.shown:
            read = glucose_in(result.shown[HISTORY][0], unit)
            axes.plot(hours[:-1], read, "x", color=LINES[3], markersize=3, label=message("loop-figure-history"))
        axes.plot(hours, glucose[0], color=LINES[0], label=message("loop-figure-glucose"))
    else:
        bottom, top = np.quantile(glucose, (0.1, 0.9), axis=0)
        axes.fill_between(hours, bottom, top, color=LINES[0], alpha=0.2, linewidth=0)
        axes.plot(hours, np.median(glucose, axis=0), color=LINES[0], label=message("loop-figure-median"))
    axes.set_ylim(0.0, 1.2 * max(float(np.max(glucose)), high))
    axes.set_ylabel(message("loop-figure-axis-glucose", unit=str(unit)))
    axes.legend(loc="upper right", frameon=False, ncols=2, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_doses(axes: Axes, result: ArmResult, hours: np.ndarray) -> None:
    """Rate and boluses as they were given, the mean over people; rescue carbohydrate as marks."""
    rate = np.mean(result.decisions["rate_u_per_h"], axis=0)
    axes.step(hours, rate, where="post", color=INSULIN, linewidth=1.2, label=message("loop-figure-rate"))
    axes.set_ylabel("U/h")
    axes.set_ylim(0.0, 1.5 * max(float(np.max(rate)), 0.5))
    right = axes.twinx()
    bolus = np.mean(np.diff(result.totals["bolus_u_total"], axis=1), axis=0)
    right.bar(hours, bolus, width=DECISION_MIN / 60.0, color=LINES[0], label=message("loop-figure-bolus"))
    rescue = np.any(np.diff(result.totals["rescue_carbs_g_total"], axis=1) > 0.0, axis=0)
    top = 1.5 * max(float(np.max(bolus)), 0.5)
    right.plot(
        hours[rescue], np.full(int(rescue.sum()), 0.05 * top), "^", color=MEAL, label=message("loop-figure-rescue")
    )
    right.set_ylim(0.0, top)
    right.set_ylabel(message("loop-figure-axis-bolus", minutes=str(DECISION_MIN)))
    own, other = axes.get_legend_handles_labels(), right.get_legend_handles_labels()
    axes.legend(own[0] + other[0], own[1] + other[1], loc="upper right", frameon=False, ncols=3, fontsize=8)
    axes.spines[["top"]].set_visible(False)
    right.spines[["top"]].set_visible(False)
