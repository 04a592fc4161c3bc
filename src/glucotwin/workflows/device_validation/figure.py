"""The figure of a validation: the error of every sensor by glucose, as a median and a band."""

from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.devices.catalogue import SENSOR
from glucotwin.devices.device_file import MeterFile
from glucotwin.devices.registry import find_sensor, sensor_file
from glucotwin.workflows.device_validation.course import LOOKS_EVERY_MIN, LivedCourses, shown_mgdl
from glucotwin.workflows.device_validation.validate import DeviceValidation
from glucotwin.workflows.simulation_figure import BAND, LINES, SUFFIXES

EDGES_MGDL = np.arange(40.0, 401.0, 20.0)
FEWEST_PAIRS = 50
ACROSS = 4
QUANTILES = (0.05, 0.5, 0.95)
SHOWN_ERROR_MGDL = 60.0


def draw_validation(validation: DeviceValidation, path: Path) -> None:
    """Draws the sensors of a validation, one panel each.

    Raises:
        DataError: the file's ending is neither .png nor .svg, or no sensor was measured.
        NotFoundError: the folder does not exist.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT, f"{path.name} is neither .png nor .svg.", hint="Choose one of these endings."
        )
    names = [one.name for one in validation.devices if one.kind == SENSOR]
    courses = validation.courses
    if courses is None:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            message("devices-validate-no-sensor"),
            hint=message("devices-validate-no-sensor-hint"),
        )
    across = min(ACROSS, len(names))
    down = -(-len(names) // across)
    figure = Figure(figsize=(2.6 * across + 0.8, 2.1 * down + 0.8), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        _panel(axes, name, courses, validation.request.seed)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    figure.supxlabel(message("devices-validate-figure-glucose"), fontsize=9)
    figure.supylabel(message("devices-validate-figure-axis"), fontsize=9)
    replace_file(path, lambda place: figure.savefig(place, dpi=150))


def _panel(axes: Axes, name: str, courses: LivedCourses, seed: int) -> None:
    in_blood = isinstance(sensor_file(name), MeterFile)
    shown = shown_mgdl(courses, find_sensor(name), name, in_blood=in_blood, seed=seed)[:, ::LOOKS_EVERY_MIN]
    plasma = courses.plasma_mgdl[:, ::LOOKS_EVERY_MIN]
    pairs = np.isfinite(shown)
    truth, error = plasma[pairs], (shown - plasma)[pairs]
    middle, bands = (EDGES_MGDL[1:] + EDGES_MGDL[:-1]) / 2.0, []
    for low, high in pairwise(EDGES_MGDL.tolist()):
        inside = error[(truth >= low) & (truth < high)]
        bands.append(np.quantile(inside, QUANTILES) if inside.size >= FEWEST_PAIRS else np.full(3, np.nan))
    low, median, high = np.array(bands).T
    limit = np.where(middle < 100.0, 15.0, 0.15 * middle)
    axes.fill_between(middle, -limit, limit, color=BAND, alpha=0.15, linewidth=0)
    axes.fill_between(middle, low, high, color=LINES[0], alpha=0.25, linewidth=0)
    axes.plot(middle, median, color=LINES[0])
    axes.axhline(0.0, color="0.5", linewidth=0.6)
    axes.set_title(name, fontsize=9, loc="left")
    axes.set_ylim(-SHOWN_ERROR_MGDL, SHOWN_ERROR_MGDL)
    axes.spines[["top", "right"]].set_visible(False)
