"""The figure of a simulation: glucose over the target band, with meals and insulin underneath."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.workflows.simulate import TARGET_HIGH_MGDL, TARGET_LOW_MGDL, Simulation, replace_file

# Okabe and Ito's palette, which people with any colour vision can tell apart.
PLASMA, INTERSTITIAL, MEAL, INSULIN, BAND = "#0072B2", "#D55E00", "#E69F00", "#56B4E9", "#009E73"
BIN_MIN = 15
SUFFIXES = (".png", ".svg")


def draw_simulation(simulation: Simulation, path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> None:
    """Draws one subject's course, or the median and 10-90 % band of several, as PNG or SVG.

    Raises:
        DataError: the file's ending is neither.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
    figure = Figure(figsize=(9.0, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    glucose, given = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _draw_glucose(glucose, simulation, unit)
    _draw_given(given, simulation)
    who = simulation.subjects[0].name if len(simulation.subjects) == 1 else f"{len(simulation.subjects)} subjects"
    glucose.set_title(f"{simulation.body}, {who}", loc="left")
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _draw_glucose(axes: Axes, simulation: Simulation, unit: GlucoseUnit) -> None:
    hours = simulation.t_min / 60.0
    low, high = (threshold_in(value, unit) for value in (TARGET_LOW_MGDL, TARGET_HIGH_MGDL))
    axes.axhspan(low, high, color=BAND, alpha=0.12, linewidth=0, label=f"target {low:g}–{high:g}")
    plasma = glucose_in(simulation.glucose_mgdl, unit)
    if len(simulation.subjects) > 1:
        bottom, top = np.quantile(plasma, (0.1, 0.9), axis=0)
        axes.fill_between(hours, bottom, top, color=PLASMA, alpha=0.25, linewidth=0, label="10–90 % of subjects")
        axes.plot(hours, np.median(plasma, axis=0), color=PLASMA, label="median plasma glucose")
    else:
        axes.plot(hours, plasma[0], color=PLASMA, label="plasma")
        interstitial = glucose_in(simulation.interstitial_mgdl[0], unit)
        axes.plot(hours, interstitial, color=INTERSTITIAL, linestyle="--", label="interstitial")
    axes.set_ylabel(f"glucose ({unit})")
    axes.set_ylim(0, 1.15 * max(float(np.max(plasma)), high))
    axes.legend(loc="upper right", frameon=False, ncols=3)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_given(axes: Axes, simulation: Simulation) -> None:
    """Carbohydrate and insulin per quarter hour, the mean over the subjects."""
    carbs = _per_bin([np.asarray(one.carbs_g_per_min) for one in simulation.inputs])
    insulin = _per_bin([np.asarray(one.total_insulin_u_per_min()) for one in simulation.inputs])
    hours = (np.arange(carbs.size) + 0.5) * BIN_MIN / 60.0
    width = BIN_MIN / 60.0
    axes.bar(hours, carbs, width=width, color=MEAL, label="carbohydrate")
    axes.set_ylabel(f"g per {BIN_MIN} min")
    axes.set_xlabel("hours from the start")
    right = axes.twinx()
    right.step(hours, insulin, where="mid", color=INSULIN, label="insulin")
    right.set_ylabel(f"U per {BIN_MIN} min")
    # Room for the legend above the bars.
    axes.set_ylim(0, 1.45 * max(float(np.max(carbs)), 1.0))
    right.set_ylim(0, 1.45 * max(float(np.max(insulin)), 1.0))
    axes.legend(
        *(a + b for a, b in zip(axes.get_legend_handles_labels(), right.get_legend_handles_labels(), strict=True)),
        loc="upper right",
        frameon=False,
        ncols=2,
    )
    axes.set_xlim(0, simulation.t_min[-1] / 60.0)
    hours_apart = 3 if simulation.t_min[-1] <= 36 * 60 else 24 * (1 + int(simulation.t_min[-1] // (14 * 1440)))
    axes.xaxis.set_major_locator(MultipleLocator(hours_apart))
    axes.spines[["top"]].set_visible(False)
    right.spines[["top"]].set_visible(False)


def _per_bin(rates: list[np.ndarray]) -> np.ndarray:
    mean = np.mean(rates, axis=0)
    padded = np.pad(mean, (0, -mean.size % BIN_MIN))
    return padded.reshape(-1, BIN_MIN).sum(axis=1)
