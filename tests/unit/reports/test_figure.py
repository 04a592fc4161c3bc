"""Figures: real text, the right places, readable on a phone."""

import base64
import re
import xml.etree.ElementTree as ElementTree
from functools import partial

import numpy as np
import pytest

from glucotwin.core.unit import GlucoseUnit
from glucotwin.metrics.profile import ModalDay
from glucotwin.reports.content import FitSummary, ReportContent
from glucotwin.reports.figure.fan import draw_fan
from glucotwin.reports.figure.modal_day import around_the_clock, draw_modal_day
from glucotwin.reports.figure.parameter import draw_parameters
from glucotwin.reports.figure.style import HALF_PX, NARROW_PX, WIDE_PX, Canvas, glucose_limits, render
from glucotwin.reports.number import Numbers

MMOLL = Numbers(GlucoseUnit.MMOLL)


def svg_of(address: str) -> ElementTree.Element:
    # Our own drawing, not a stranger's document.
    return ElementTree.fromstring(base64.b64decode(address.partition(",")[2]))  # noqa: S314


def texts(address: str) -> list[str]:
    return ["".join(one.itertext()) for one in svg_of(address).iter("{http://www.w3.org/2000/svg}text")]


def width_px(address: str) -> float:
    return float(svg_of(address).attrib["width"].removesuffix("pt")) / 0.75


@pytest.fixture
def modal_day(content: ReportContent) -> ModalDay:
    assert content.modal_day is not None
    return content.modal_day


@pytest.mark.parametrize("width", [WIDE_PX, HALF_PX, NARROW_PX])
def test_rendering_has_the_width_it_was_asked_for(width: int, modal_day: ModalDay) -> None:
    address = render(partial(draw_modal_day, day=modal_day, numbers=MMOLL), Canvas(width, 250))
    assert width_px(address) == pytest.approx(width, abs=1.0)


def test_axis_shows_the_thresholds_of_the_readers_unit_as_text(modal_day: ModalDay) -> None:
    found = texts(render(partial(draw_modal_day, day=modal_day, numbers=MMOLL), Canvas(WIDE_PX, 300)))
    assert {"3.0", "3.9", "10.0", "13.9", "mmol/L", "00:00", "24:00"} <= set(found)


def test_phone_rendering_has_fewer_clock_times(modal_day: ModalDay) -> None:
    draw = partial(draw_modal_day, day=modal_day, numbers=MMOLL)
    clocks = [len([text for text in texts(render(draw, Canvas(width, 250))) if ":" in text]) for width in (880, 354)]
    assert clocks == [9, 5]


def test_text_is_set_in_the_readers_own_fonts(modal_day: ModalDay) -> None:
    address = render(partial(draw_modal_day, day=modal_day, numbers=MMOLL), Canvas(NARROW_PX, 250))
    source = base64.b64decode(address.partition(",")[2]).decode()
    assert "system-ui" in source
    assert "DejaVu Sans'" not in re.sub(r"<style.*?</style>", "", source, flags=re.DOTALL)


def test_modal_day_is_continued_past_midnight_on_both_sides(modal_day: ModalDay) -> None:
    hours, values = around_the_clock(modal_day)
    assert (hours[0], hours[-1]) == (pytest.approx(-0.25), pytest.approx(24.25))
    assert np.array_equal(values[:, 0], values[:, -2])
    assert np.array_equal(values[:, -1], values[:, 1])


def test_fan_names_its_origin_and_hours(content: ReportContent) -> None:
    draw = partial(draw_fan, example=content.examples[0], numbers=MMOLL, now="18:35")
    assert {"18:35", "−2 h", "0", "+4 h"} <= set(texts(render(draw, Canvas(HALF_PX, 270))))


def test_parameters_are_named_beside_or_above_their_lines(fit: FitSummary) -> None:
    names = tuple(f"parameter {index}" for index, _ in enumerate(fit.diagnostics.parameters))
    draw = partial(draw_parameters, parameters=fit.diagnostics.parameters, names=names)
    for width in (WIDE_PX, NARROW_PX):
        found = texts(render(draw, Canvas(width, 200)))
        assert set(names) <= set(found)
        assert {"×0.5", "×1", "×2"} <= set(found)


def test_glucose_axis_reaches_every_value_but_not_beyond_the_sensor() -> None:
    assert glucose_limits(np.array([80.0, 120.0])) == (40.0, 260.0)
    assert glucose_limits(np.array([120.0, np.nan, 301.0])) == (40.0, 310.0)
    assert glucose_limits(np.array([900.0])) == (40.0, 410.0)
