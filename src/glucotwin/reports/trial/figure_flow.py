"""The flow of people through a trial, as CONSORT has it: boxes from those looked at down to those analysed."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import FancyBboxPatch

from glucotwin.core.message import message
from glucotwin.reports.figure.style import BLUE, BLUE_LIGHT, GREY, GREY_MIDDLE, INK, Canvas
from glucotwin.trial.flow import Flow

LINE_PX, PAD_PX, GAP_PX = 17, 9, 26
MOST_REASONS = 4
MOST_ACROSS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    left: float
    top: float
    width: float
    lines: tuple[str, ...]
    main: bool

    @property
    def height(self) -> float:
        return LINE_PX * len(self.lines) + 2 * PAD_PX

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.left + self.width / 2.0


def flow_height_px(flow: Flow, labels: Sequence[str], width_px: int) -> int:
    """How high the figure has to be."""
    return int(max(one.bottom for one in _boxes(flow, labels, width_px)) + PAD_PX)


def draw_flow(drawing: Drawing, canvas: Canvas, *, flow: Flow, labels: Sequence[str]) -> None:
    """Draws the boxes.

    Args:
        drawing: empty.
        canvas: its size.
        flow: how many people where.
        labels: of the arms, in the order of the flow's.
    """
    drawing.set_layout_engine("none")
    axes = drawing.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, canvas.width_px), ylim=(canvas.height_px, 0))
    axes.set_axis_off()
    screened, excluded, randomised, *arms = _boxes(flow, labels, canvas.width_px)
    _line(axes, screened.middle, screened.bottom, randomised.middle, randomised.top)
    _elbow(axes, screened, excluded)
    height = randomised.bottom + GAP_PX / 2.0
    for arm in arms:
        if arm.top > randomised.bottom + 2 * GAP_PX:
            continue  # a further row: what it is says its place
        axes.plot([randomised.middle, randomised.middle], [randomised.bottom, height], color=GREY_MIDDLE)
        axes.plot([randomised.middle, arm.middle], [height, height], color=GREY_MIDDLE)
        _line(axes, arm.middle, height, arm.middle, arm.top)
    for box in (screened, excluded, randomised, *arms):
        _draw_box(axes, box)


def _boxes(flow: Flow, labels: Sequence[str], width_px: int) -> list[_Box]:
    narrow = width_px < 500
    wide = width_px - 2.0
    characters = 30 if narrow else 44
    first = _Box(
        left=1.0 if narrow else wide / 2 - 150,
        top=2.0,
        width=150.0 if narrow else 300.0,
        lines=_told("screened", 18 if narrow else characters, count=flow.screened),
        main=True,
    )
    reasons = list(flow.excluded.items())
    lines = list(_told("excluded", 24, count=sum(flow.excluded.values())))
    for reason, count in reasons[:MOST_REASONS]:
        lines += wrap(f"{reason} ({count})", 25 if narrow else 34) or [""]
    if len(reasons) > MOST_REASONS:
        lines += _told("other-reasons", 25, count=sum(count for _, count in reasons[MOST_REASONS:]))
    side_width = 186.0 if narrow else 250.0
    side = _Box(left=wide - side_width, top=first.bottom + 4, width=side_width, lines=tuple(lines), main=False)
    randomised = _Box(
        left=first.left,
        top=side.bottom + 8,
        width=first.width,
        lines=_told("randomised", 18 if narrow else characters, count=flow.randomised),
        main=True,
    )
    return [first, side, randomised, *_arm_boxes(flow, labels, wide, randomised, narrow=narrow)]


def _arm_boxes(flow: Flow, labels: Sequence[str], wide: float, above: _Box, *, narrow: bool) -> list[_Box]:
    across = 1 if narrow else min(len(labels), MOST_ACROSS)
    width = (wide - 16.0 * (across - 1)) / across
    boxes: list[_Box] = []
    top = above.bottom + GAP_PX
    characters = int(width / 7.4)
    arms = list(zip(labels, flow.arms.values(), strict=True))
    for start in range(0, len(arms), across):
        made = [
            _Box(
                left=1.0 + number * (width + 16.0),
                top=top,
                width=width,
                lines=(
                    *wrap(label, characters),
                    *_told("allocated", characters, count=arm.allocated),
                    *_told("left", characters, count=arm.left),
                    *_told("missed", characters, count=arm.missed),
                    *_told("analysed", characters, count=arm.analysed),
                ),
                main=True,
            )
            for number, (label, arm) in enumerate(arms[start : start + across])
        ]
        boxes += made
        top = max(one.bottom for one in made) + PAD_PX
    return boxes


def _told(name: str, characters: int, *, count: int) -> tuple[str, ...]:
    return tuple(wrap(message(f"trial-flow-{name}", count=str(count)), characters))


def _draw_box(axes: Axes, box: _Box) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (box.left, box.top),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=5",
            facecolor=BLUE_LIGHT if box.main else "white",
            edgecolor=BLUE if box.main else GREY_MIDDLE,
            linewidth=0.9,
        )
    )
    for number, line in enumerate(box.lines):
        axes.text(
            box.left + PAD_PX,
            box.top + PAD_PX + LINE_PX * (number + 0.5),
            line,
            va="center",
            fontsize="small",
            color=INK if box.main or number == 0 else GREY,
            fontweight="bold" if number == 0 else "normal",
        )


def _line(axes: Axes, left: float, top: float, right: float, bottom: float) -> None:
    axes.annotate(
        "", (right, bottom), xytext=(left, top), arrowprops={"arrowstyle": "-|>", "color": GREY_MIDDLE, "shrinkB": 0}
    )


def _elbow(axes: Axes, above: _Box, side: _Box) -> None:
    height = side.top + side.height / 2.0
    axes.annotate(
        "",
        (side.left, height),
        xytext=(above.middle, height),
        arrowprops={"arrowstyle": "-|>", "color": GREY_MIDDLE, "shrinkA": 0, "shrinkB": 0},
    )
