"""The figure of a simulation: glucose over the target band, what happened, and food and insulin underneath."""

import itertools
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.domain.inputs import Inputs
from glucotwin.workflows.simulate import TARGET_HIGH_MGDL, TARGET_LOW_MGDL, Simulation
from glucotwin.workflows.simulate_device import HISTORY, SENSOR

# Okabe and Ito's palette, which people with any colour vision can tell apart.
LINES = ("#0072B2", "#D55E00", "#CC79A7", "#000000", "#009E73")
MEAL, INSULIN, BAND, LOW = "#E69F00", "#56B4E9", "#009E73", "#D55E00"
STYLES = ("-", "--", "-.", ":", (0, (5, 1)))
BIN_MIN = 15
SUFFIXES = (".png", ".svg")
VERY_LOW_MGDL = 54.0
KETONE = "ketone_mmoll"
KETONE_LEVELS = (0.6, 1.5, 3.0)
"""Raised, at risk, and ketoacidosis likely (international consensus on ketone monitoring 2024/25)."""

LANES = (("exercise", "#009E73"), ("alcohol", "#CC79A7"), ("condition", "#D55E00"), ("medicine", "#000000"))


def draw_simulations(
    simulations: tuple[Simulation, ...], path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL, title: str = ""
) -> None:
    """Draws one subject's course or the median and 10-90 % band of several, variants on top of each other.

    Args:
        simulations: variants of one scenario, at most five.
        path: PNG or SVG file.
        unit: of glucose.
        title: of the figure; default what was simulated.

    Raises:
        DataError: the file's ending is neither, or there are too many variants to tell apart.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
    if len(simulations) > len(LINES):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"A figure shows at most {len(LINES)} variants, not {len(simulations)}.",
            hint="Draw them in several files.",
        )
    figure = _figure(simulations, unit)
    figure.axes[0].set_title(title or _title(simulations), loc="left")
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _title(simulations: tuple[Simulation, ...]) -> str:
    first = simulations[0]
    who = first.subjects[0].name if len(first.subjects) == 1 else f"{len(first.subjects)} subjects"
    return f"{first.body}, {who}"


def _figure(simulations: tuple[Simulation, ...], unit: GlucoseUnit) -> Figure:
    lanes = [lane for lane in LANES if any(_happens(one.inputs[0], lane[0]).any() for one in simulations)]
    ketones = KETONE in simulations[0].outputs
    heights = (3.0, *((0.18 * len(lanes),) if lanes else ()), *((1.0,) if ketones else ()), 1.0)
    figure = Figure(figsize=(9.0, 3.0 + 0.95 * sum(heights[1:]) + 1.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(np.atleast_1d(figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)))
    _draw_glucose(axes[0], simulations, unit)
    rest = axes[1:]
    if lanes:
        _draw_lanes(rest.pop(0), simulations, lanes)
    if ketones:
        _draw_ketones(rest.pop(0), simulations)
    _draw_given(rest[0], simulations)
    _draw_clock(rest[0], max(simulations, key=lambda one: one.t_min[-1]))
    return figure


def _draw_glucose(axes: Axes, simulations: tuple[Simulation, ...], unit: GlucoseUnit) -> None:
    low, high = (threshold_in(value, unit) for value in (TARGET_LOW_MGDL, TARGET_HIGH_MGDL))
    axes.axhspan(low, high, color=BAND, alpha=0.12, linewidth=0, label=f"target {low:g}–{high:g}")
    very_low = threshold_in(VERY_LOW_MGDL, unit)
    axes.axhline(very_low, color=LOW, linewidth=0.8, linestyle=":", label=f"very low {very_low:g}")
    for one, colour, style in zip(simulations, LINES, STYLES, strict=False):
        _draw_course(axes, one, unit, colour, style, alone=len(simulations) == 1)
    highest = max(float(np.max(one.glucose_mgdl)) for one in simulations)
    axes.set_ylabel(f"glucose ({unit})")
    # Room for the legend, which has two columns.
    rows = 1 + (len(simulations) + 3) // 2
    axes.set_ylim(0, (1.0 + 0.1 * rows) * max(float(glucose_in(highest, unit)), high))
    axes.legend(loc="upper right", frameon=False, ncols=2, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_course(axes: Axes, one: Simulation, unit: GlucoseUnit, colour: str, style: object, *, alone: bool) -> None:
    """Plasma glucose of a variant; alone also interstitial glucose."""
    hours, plasma = one.t_min / 60.0, glucose_in(one.glucose_mgdl, unit)
    if len(one.subjects) > 1:
        bottom, top = np.quantile(plasma, (0.1, 0.9), axis=0)
        axes.fill_between(hours, bottom, top, color=colour, alpha=0.2, linewidth=0)
        label = f"{one.variant}: " if one.variant else ""
        axes.plot(hours, np.median(plasma, axis=0), color=colour, linestyle=style, label=f"{label}median, 10–90 %")
        return
    axes.plot(hours, plasma[0], color=colour, linestyle=style, label=one.variant or "plasma")
    if alone:
        interstitial = glucose_in(one.interstitial_mgdl[0], unit)
        axes.plot(hours, interstitial, color=LINES[1], linestyle="--", linewidth=1.0, label="interstitial")
        _draw_shown(axes, one, unit)


def _draw_shown(axes: Axes, one: Simulation, unit: GlucoseUnit) -> None:
    """What a sensor showed as dots, what was read of its memory afterwards as crosses."""
    for name, label, marker in ((SENSOR, "sensor", "."), (HISTORY, "read afterwards", "x")):
        if name in one.outputs:
            shown = glucose_in(one.outputs[name][0], unit)
            axes.plot(one.t_min / 60.0, shown, marker, color=LINES[3], markersize=3, linewidth=0, label=label)


def _happens(inputs: Inputs, lane: str) -> np.ndarray:
    """Minutes in which something of a lane goes on."""
    nothing = np.zeros(inputs.minutes, dtype=bool)
    if lane == "exercise":
        moving = np.asarray(inputs.activity_fraction) + np.asarray(inputs.resistance_fraction)
        return (moving > 0.0) | (np.asarray(inputs.steps_per_min) > 60.0) | (np.asarray(inputs.heart_rate_bpm) > 100.0)
    if lane == "alcohol":
        return np.asarray(inputs.alcohol_g_per_min) > 0.0
    source = inputs.medication_mg_per_min if lane == "medicine" else inputs.condition_level
    bodily = {name: values for name, values in source.items() if name not in {"catheter-age", "asleep", "check"}}
    return np.logical_or.reduce([nothing, *(np.asarray(values) > 0.0 for values in bodily.values())])


def _padded(on: np.ndarray, minutes: int) -> np.ndarray:
    """Nothing happens after a variant's end: variants that travel have longer or shorter days."""
    return np.pad(on, (0, minutes - on.size))


def _draw_lanes(axes: Axes, simulations: tuple[Simulation, ...], lanes: list[tuple[str, str]]) -> None:
    """A strip per kind of event, solid where it goes on in any variant."""
    for row, (lane, colour) in enumerate(reversed(lanes)):
        longest = max(one.inputs[0].minutes for one in simulations)
        on = np.logical_or.reduce([_padded(_happens(one.inputs[0], lane), longest) for one in simulations])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int)))
        spans = [
            (start / 60.0, max((end - start) / 60.0, 0.1)) for start, end in zip(edges[::2], edges[1::2], strict=True)
        ]
        axes.broken_barh(spans, (row + 0.15, 0.7), color=colour, alpha=0.8)
    axes.set_ylim(0, len(lanes))
    axes.set_yticks(np.arange(len(lanes)) + 0.5, [lane for lane, _ in reversed(lanes)], fontsize=8)
    axes.tick_params(axis="both", length=0)
    axes.spines[:].set_visible(False)


def _draw_ketones(axes: Axes, simulations: tuple[Simulation, ...]) -> None:
    for one, colour, style in zip(simulations, LINES, STYLES, strict=False):
        axes.plot(one.t_min / 60.0, np.median(one.outputs[KETONE], axis=0), color=colour, linestyle=style)
    top = max(1.0, 1.15 * max(float(np.max(one.outputs[KETONE])) for one in simulations))
    for level in KETONE_LEVELS:
        if level < top:
            axes.axhline(level, color=LOW, linewidth=0.8, linestyle=":")
    axes.set_ylim(0, top)
    axes.set_ylabel("ketones\n(mmol/L)")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_given(axes: Axes, simulations: tuple[Simulation, ...]) -> None:
    """Carbohydrate of the first variant and insulin of each per quarter hour, the mean over the subjects."""
    carbs = _per_bin([np.asarray(one.carbs_g_per_min) for one in simulations[0].inputs])
    axes.bar(_bin_hours(carbs), carbs, width=BIN_MIN / 60.0, color=MEAL, label="carbohydrate")
    axes.set_ylabel(f"g per {BIN_MIN} min")
    right = axes.twinx()
    largest = 0.0
    given = [_per_bin([np.asarray(each.total_insulin_u_per_min()) for each in one.inputs]) for one in simulations]
    # Variants that give insulin alike need one line.
    alike = all(np.array_equal(given[0], other) for other in given[1:])
    shown = zip(simulations, given, (INSULIN, *LINES[1:]), STYLES, strict=False)
    for one, insulin, colour, style in itertools.islice(shown, 1 if alike else None):
        largest = max(largest, float(np.max(insulin)))
        label = "insulin" if alike else f"insulin, {one.variant}"
        right.step(_bin_hours(insulin), insulin, where="mid", color=colour, linestyle=style, linewidth=1.2, label=label)
    right.set_ylabel(f"U per {BIN_MIN} min")
    # Room for the legend above the bars.
    axes.set_ylim(0, 1.6 * max(float(np.max(carbs)), 1.0))
    right.set_ylim(0, 1.6 * max(largest, 1.0))
    own, other = axes.get_legend_handles_labels(), right.get_legend_handles_labels()
    axes.legend(own[0] + other[0], own[1] + other[1], loc="upper right", frameon=False, ncols=3, fontsize=8)
    axes.spines[["top"]].set_visible(False)
    right.spines[["top"]].set_visible(False)


def _draw_clock(axes: Axes, simulation: Simulation) -> None:
    """Local clock times along two days, days beyond."""
    end_min = float(simulation.t_min[-1])
    axes.set_xlim(0, end_min / 60.0)
    if end_min > 3 * 1440:
        axes.xaxis.set_major_locator(MultipleLocator(24 * (1 + int(end_min // (14 * 1440)))))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda hours, _: f"{hours / 24.0:g}"))
        axes.set_xlabel("days from the start")
        return
    clock = np.asarray(simulation.inputs[0].minute_of_day)
    axes.xaxis.set_major_locator(MultipleLocator(3 if end_min <= 36 * 60 else 6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hours, _: _clock_text(clock, hours)))
    axes.set_xlabel("local time")


def _clock_text(clock: np.ndarray, hours: float) -> str:
    minute = round(hours * 60.0)
    at = clock[minute] if 0 <= minute < clock.size else (clock[-1] + minute - clock.size + 1) % 1440.0
    return f"{int(at // 60):02d}:{int(at % 60):02d}"


def _bin_hours(values: np.ndarray) -> np.ndarray:
    """The middles of the bins."""
    return (np.arange(values.size) + 0.5) * BIN_MIN / 60.0


def _per_bin(rates: list[np.ndarray]) -> np.ndarray:
    mean = np.mean(rates, axis=0)
    padded = np.pad(mean, (0, -mean.size % BIN_MIN))
    return padded.reshape(-1, BIN_MIN).sum(axis=1)
