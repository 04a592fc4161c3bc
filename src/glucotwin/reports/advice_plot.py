"""Advice as a picture in a file."""

from functools import partial
from pathlib import Path

from glucotwin.advise.setting_plan import SettingAdvice
from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.person import Person
from glucotwin.reports.figure.setting_advice import advice_legend, draw_setting_advice
from glucotwin.reports.figure.standalone import save_figure
from glucotwin.reports.figure.style import WIDE_PX, Canvas
from glucotwin.reports.number import Numbers


def plot_setting_advice(advice: SettingAdvice, person: Person, path: Path, *, unit: GlucoseUnit) -> None:
    """Draws the usual day under today's settings and under those that are advised.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    draw = partial(draw_setting_advice, advice=advice, numbers=Numbers(unit))
    title = message("advise-plot-title", person=person.person_id)
    save_figure(draw, Canvas(WIDE_PX, 460), path, title=title, legend=advice_legend(advice))
