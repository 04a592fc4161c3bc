"""The report of a campaign: one HTML page with tables and figures."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from glucotwin import __version__
from glucotwin.core.message import message, spoken_locale
from glucotwin.core.unit import GlucoseUnit
from glucotwin.reports.figure.style import NARROW_PX, WIDE_PX, Canvas, render
from glucotwin.reports.render import render_page
from glucotwin.reports.view import Block, Figure, Heading, Page, Row, Section, Table, Text
from glucotwin.workflows.loop.campaign import Campaign
from glucotwin.workflows.loop.campaign_figure import (
    SHADED,
    draw_courses,
    draw_grid,
    draw_shades,
    draw_shares,
    draw_worst,
    has_few_hazards,
)
from glucotwin.workflows.loop.campaign_table import arm_rows, difference_rows, hazard_rows, worst_rows

UNIT = GlucoseUnit.MGDL
NARROW_PANELS = 2


def render_campaign(campaign: Campaign) -> str:
    """The report as one self-contained HTML document: no script, nothing loaded from anywhere."""
    many = len(campaign.file.hazards) > 1
    sections = [_overview(campaign), _tables(campaign)]
    sections += [_hazards(campaign)] if many else []
    sections += [_grid(campaign), _worst(campaign), _limits()]
    page = Page(
        language=spoken_locale(),
        title=campaign.file.title or message("campaign-report-title"),
        subtitle=_subtitle(campaign),
        banner=(message("not-a-medical-device"), message("campaign-report-banner")),
        facts=_facts(campaign),
        sections=tuple(sections),
        footer=(
            message("not-a-medical-device"),
            message("report-footer", moment=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", version=__version__),
        ),
    )
    return render_page(page)


def _subtitle(campaign: Campaign) -> str:
    file = campaign.file
    return message(
        "campaign-report-subtitle",
        arms=len(file.arms),
        people=campaign.people["name"].n_unique(),
        days=round(len(campaign.courses["glucose_mgdl"][0]) / 288),
        hazards=len(file.hazards),
    )


def _facts(campaign: Campaign) -> tuple[tuple[str, str], ...]:
    file = campaign.file
    facts = {
        "body": file.body,
        "people": file.cohort or file.subjects or campaign.people["name"][0],
        "days": f"{file.scenario} {file.variant}".strip(),
        "seeds": ", ".join(str(seed) for seed in file.seeds),
        "devices": f"{file.sensor}, {file.pump}",
    }
    return tuple((message(f"campaign-fact-{name}"), text) for name, text in facts.items())


def _overview(campaign: Campaign) -> Section:
    rows = len(campaign.file.arms) * len(campaign.file.hazards)
    if not has_few_hazards(campaign):
        blocks: tuple[Block, ...] = tuple(_shade(campaign, index) for index in range(len(SHADED)))
        return Section(identifier="overview", title=message("campaign-report-overview"), blocks=blocks)
    shares = _figure(
        lambda drawing, canvas: draw_shares(drawing.subplots(), campaign, narrow=canvas.is_narrow),
        height_px=90 + 30 * rows,
        narrow_px=140 + 38 * rows,
        alt=message("campaign-alt-shares"),
    )
    courses = _figure(
        partial(_draw_course_panels, campaign=campaign),
        height_px=260,
        narrow_px=210 * -(-len(campaign.file.arms) // NARROW_PANELS),
        title=message("campaign-report-courses"),
        alt=message("campaign-alt-courses"),
    )
    return Section(identifier="overview", title=message("campaign-report-overview"), blocks=(shares, courses))


def _draw_course_panels(drawing: Drawing, canvas: Canvas, *, campaign: Campaign) -> None:
    arms = len(campaign.file.arms)
    columns = NARROW_PANELS if canvas.is_narrow else arms
    panels = list(drawing.subplots(-(-arms // columns), columns, sharey=True, squeeze=False).flat)
    for axes in panels[arms:]:
        axes.set_visible(False)
    draw_courses(panels, campaign)


def _shade(campaign: Campaign, index: int) -> Figure:
    return _figure(
        lambda drawing, _: draw_shades(drawing.subplots(), campaign, index),
        height_px=120 + 26 * len(campaign.file.hazards),
        title=message(f"campaign-shade-{SHADED[index][0].replace('_', '-')}"),
        alt=message("campaign-alt-shades"),
    )


def _tables(campaign: Campaign) -> Section:
    blocks: list[Block] = []
    for hazard in campaign.file.hazards:
        if len(campaign.file.hazards) > 1:
            blocks.append(Heading(text=hazard.name))
        blocks.append(_table(arm_rows(campaign, UNIT, hazard.name)))
        if len(campaign.file.arms) > 1:
            caption = message("campaign-differences", arm=campaign.file.arms[0].label)
            blocks.append(_table(difference_rows(campaign, UNIT, hazard.name), caption=caption))
    return Section(identifier="arms", title=message("campaign-report-arms"), blocks=tuple(blocks))


def _hazards(campaign: Campaign) -> Section:
    blocks: list[Block] = []
    for arm in campaign.file.arms:
        caption = message("campaign-hazards", arm=arm.label, hazard=campaign.file.hazards[0].name)
        blocks += [Heading(text=arm.label), _table(hazard_rows(campaign, UNIT, arm.label), caption=caption)]
    return Section(identifier="hazards", title=message("campaign-report-hazards"), blocks=tuple(blocks))


def _grid(campaign: Campaign) -> Section:
    figure = _figure(
        lambda drawing, _: draw_grid(drawing.subplots(), campaign.people),
        height_px=480,
        narrow_px=400,
        alt=message("campaign-alt-grid"),
    )
    text = Text(text=message("campaign-report-grid-note"), tone="note")
    return Section(identifier="grid", title=message("campaign-report-grid"), blocks=(figure, text))


def _worst(campaign: Campaign) -> Section:
    traces = tuple(
        _figure(
            lambda drawing, canvas, arm=arm: _draw_worst(drawing.subplots(), canvas, campaign, arm.label),
            height_px=230,
            narrow_px=270,
            alt=message("campaign-alt-worst", arm=arm.label),
        )
        for arm in campaign.file.arms
    )
    table = _table(worst_rows(campaign), words=True)
    return Section(identifier="worst", title=message("campaign-worst"), blocks=(*traces, table))


def _draw_worst(axes: Axes, canvas: Canvas, campaign: Campaign, arm: str) -> None:
    draw_worst(axes, campaign, arm, columns=1 if canvas.is_narrow else 3)
    axes.set_xlabel(message("campaign-figure-days"))


def _limits() -> Section:
    text = Text(text=message("campaign-report-limit"))
    return Section(identifier="limits", title=message("campaign-report-limits"), blocks=(text,))


def _table(rows: list[tuple[str, ...]], *, caption: str = "", words: bool = False) -> Table:
    """A table in which intervals stand on a line of their own."""
    header, *body = rows
    shown = tuple(Row(cells=(one[0], *(cell.replace(" (", "\n(") for cell in one[1:]))) for one in body)
    return Table(header=header, rows=shown, caption=caption, words=words)


def _figure(
    draw: Callable[[Drawing, Canvas], None], *, height_px: int, alt: str, title: str = "", narrow_px: int = 0
) -> Figure:
    """A figure for wide and for narrow screens; its numbers are in the tables beside it."""
    return Figure(
        title=title,
        alt=alt,
        wide=render(draw, Canvas(WIDE_PX, height_px)),
        narrow=render(draw, Canvas(NARROW_PX, narrow_px or height_px)),
    )
