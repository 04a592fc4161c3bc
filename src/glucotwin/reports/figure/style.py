"""How every figure looks, and how it becomes a data address."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FixedLocator, FuncFormatter

from glucotwin.core.number import number
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.reports.number import Numbers

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

BLUE = "#0072B2"
BLUE_MIDDLE = "#8FC1E0"
BLUE_LIGHT = "#D6E8F4"
GREY = "#5E6873"
GREY_LIGHT = "#DDE1E6"
GREY_MIDDLE = "#B4BBC4"
INK = "#1C2733"
FAINT = "#8A939E"
TARGET = "#EAF5EF"
TARGET_EDGE = "#6FB899"
VERMILION = "#C4501B"
"""Blue, orange and green are told apart by every common kind of colour vision (after Okabe and Ito 2008)."""

LEVEL_COLOURS = {
    "very-low": "#9E2B0E",
    "low": "#DB6B3A",
    "in-range": "#2E9E78",
    "high": "#F2C14E",
    "very-high": "#C98A10",
}

WIDE_PX, HALF_PX, NARROW_PX = 880, 432, 354
PX_PER_INCH = 96.0

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
SETTINGS: "dict[RcKeyType, object]" = {
    "svg.fonttype": "none",
    "svg.hashsalt": "glucotwin",
    "font.family": ["DejaVu Sans"],
    "axes.edgecolor": GREY_LIGHT,
    "axes.linewidth": 0.8,
    "axes.labelcolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "text.color": INK,
}


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of one rendering in CSS pixels."""

    width_px: int
    height_px: int

    @property
    def is_narrow(self) -> bool:
        """Whether it is for a phone."""
        return self.width_px <= NARROW_PX

    @property
    def font_pt(self) -> float:
        """Size of text: 12 pixels on phones and half-width figures, 13 otherwise."""
        return 9.0 if self.width_px <= HALF_PX else 9.75


def render(draw: Callable[[Drawing, Canvas], None], canvas: Canvas) -> str:
    """A drawing as an SVG data address.

    Args:
        draw: puts axes and marks onto an empty drawing.
        canvas: size of the rendering.
    """
    with mpl.rc_context(SETTINGS):
        mpl.rcParams["font.size"] = canvas.font_pt
        drawing = Drawing(figsize=(canvas.width_px / PX_PER_INCH, canvas.height_px / PX_PER_INCH), layout="constrained")
        draw(drawing, canvas)
        file = io.StringIO()
        drawing.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return as_data_address(file.getvalue().replace("'DejaVu Sans'", FONTS))


def as_data_address(svg: str) -> str:
    """An SVG document as an address that holds it."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def prepare_glucose_axis(axes: Axes, numbers: Numbers, *, low_mgdl: float, high_mgdl: float) -> None:
    """Draws the target band and labels the thresholds; glucose is plotted in the reader's unit.

    Args:
        axes: where to draw.
        numbers: the reader's unit.
        low_mgdl: lower end of the axis.
        high_mgdl: upper end.
    """
    unit = numbers.unit
    axes.set_ylim(float(glucose_in(low_mgdl, unit)), float(glucose_in(high_mgdl, unit)))
    axes.axhspan(threshold_in(70.0, unit), threshold_in(180.0, unit), color=TARGET, linewidth=0, zorder=0)
    ticks = [threshold_in(value, unit) for value in (54.0, 70.0, 180.0, 250.0) if low_mgdl < value < high_mgdl]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, numbers.glucose_digits)))
    for value in (70.0, 180.0):
        axes.axhline(threshold_in(value, unit), color=TARGET_EDGE, linewidth=0.9, zorder=1)
    for value in (54.0, 250.0):
        if low_mgdl < value < high_mgdl:
            axes.axhline(threshold_in(value, unit), color=GREY_LIGHT, linewidth=0.8, zorder=1)
    axes.set_title(str(unit), loc="left", fontsize="medium", color=GREY)


def shown(glucose_mgdl: np.ndarray, unit: GlucoseUnit) -> np.ndarray:
    """Glucose as it is plotted."""
    return np.asarray(glucose_in(np.asarray(glucose_mgdl, dtype=np.float64), unit))


def glucose_limits(*curves: np.ndarray, top_mgdl: float = 260.0) -> tuple[float, float]:
    """Ends of a glucose axis in mg/dL that show every curve and at least 40 to ``top_mgdl``."""
    values = np.concatenate([np.ravel(curve) for curve in curves]) if curves else np.zeros(0)
    values = values[np.isfinite(values)]
    highest = float(values.max()) if values.size else 0.0
    return 40.0, max(top_mgdl, min(410.0, 10.0 * np.ceil((highest + 8.0) / 10.0)))
