"""The quality of a person's data as a page of its own: files, what there is day by day, and what was noticed."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from glucotwin.core.message import message, spoken_locale
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.days import DayReport, reason_text
from glucotwin.ingest.quality import QualityReport, Severity, Source
from glucotwin.reports.figure.presence import draw_presence, presence_height_px
from glucotwin.reports.figure.style import BLUE, BLUE_LIGHT, NARROW_PX, WIDE_PX, Canvas, render
from glucotwin.reports.number import capitalised, window_days
from glucotwin.reports.render import render_page
from glucotwin.reports.section.quality import coverage_table, findings_block, stream_name
from glucotwin.reports.view import Block, Figure, Key, Page, Points, Row, Section, Table, Text

FULL_DAY_QUANTILE = 0.9
"""A day with as many records as nine tenths of the days with any count as full."""
NO_DATA = frozenset({"correction"})
"""Streams that tell of other streams."""


def render_quality(timeline: Timeline, quality: QualityReport, days: Sequence[DayReport]) -> str:
    """The page as one self-contained HTML document: no script, nothing loaded from anywhere.

    Args:
        timeline: the person's data.
        quality: what their import found.
        days: what there is on each of their days and whether it is fit for a twin.
    """
    zone = timeline.person.zone_info
    sections = (
        Section(identifier="files", title=message("quality-page-files"), blocks=_files(quality)),
        _day_section(timeline, days),
        Section(identifier="coverage", title=message("import-coverage"), blocks=(coverage_table(quality, zone),)),
        Section(identifier="findings", title=message("import-findings"), blocks=(findings_block(quality),)),
    )
    page = Page(
        language=spoken_locale(),
        title=message("quality-page-title"),
        subtitle=message(
            "report-subtitle", person=timeline.person.person_id, days=window_days(timeline.window(), zone)
        ),
        banner=(message("not-a-medical-device"),),
        facts=_facts(timeline, quality),
        sections=sections,
        footer=(message("quality-page-footer"),),
    )
    return render_page(page)


def _day_section(timeline: Timeline, days: Sequence[DayReport]) -> Section:
    blocks = (*_verdict(days), _presence(timeline), _day_table(days, timeline.person.zone_info))
    return Section(identifier="days", title=message("quality-page-days"), blocks=blocks)


def _facts(timeline: Timeline, quality: QualityReport) -> tuple[tuple[str, str], ...]:
    person = timeline.person
    counts = {one: sum(finding.severity is one for finding in quality.findings) for one in Severity}
    facts = (
        ("person", f"{person.person_id} ({message(f'report-diabetes-{person.diabetes_type}')})"),
        ("therapy", message(f"report-therapy-{person.therapy}")),
        ("zone", person.zone),
        (
            "problems",
            message(
                "quality-page-counts",
                problem=counts[Severity.PROBLEM],
                warning=counts[Severity.WARNING],
                info=counts[Severity.INFO],
            ),
        ),
    )
    return tuple((message(f"report-fact-{name}"), text) for name, text in facts)


def _files(quality: QualityReport) -> tuple[Block, ...]:
    refused = [one for one in quality.sources if one.refused is not None]
    header = tuple(message(f"import-column-{name}") for name in ("file", "format", "records"))
    table = Table(header=tuple(map(capitalised, header)), rows=tuple(_file_row(one) for one in quality.sources))
    if not refused:
        return (table,)
    return (table, Text(text=message("quality-page-refused", count=len(refused)), tone="caution"))


def _file_row(source: Source) -> Row:
    if source.refused is not None:
        return Row(cells=(source.name, message("import-refused"), ""), note=source.refused.message, verdict="poor")
    return Row(cells=(source.name, source.format_name, f"{source.records:,}"))


def _presence(timeline: Timeline) -> Figure:
    """How much of each kind of data there is on each local day."""
    names = [name for name in timeline.streams if name not in NO_DATA]
    first, counts = daily_counts(timeline, names)
    shares = {capitalised(stream_name(name)): _shares(counts[name]) for name in names}
    draw = partial(draw_presence, first_day=first, shares=shares)
    height = presence_height_px(len(names))
    table = Table(
        header=tuple(message(f"quality-page-{name}") for name in ("kind", "days-with", "days-full")),
        rows=tuple(
            Row(cells=(name, str(int((share > 0).sum())), str(int((share >= 1.0).sum()))))
            for name, share in shares.items()
        ),
    )
    return Figure(
        alt=message("quality-page-days-alt", kinds=", ".join(shares)),
        wide=render(draw, Canvas(WIDE_PX, height)),
        narrow=render(draw, Canvas(NARROW_PX, height)),
        legend=(
            Key(mark="area", colour=BLUE_LIGHT, text=message("quality-page-some")),
            Key(mark="area", colour=BLUE, text=message("quality-page-full")),
        ),
        table=table,
        table_title=message("quality-page-days-table"),
    )


def _verdict(days: Sequence[DayReport]) -> tuple[Block, ...]:
    """How many days are fit for a twin, and what speaks against the others."""
    fit = sum(one.fit for one in days)
    sentence = Text(text=message("quality-page-fit", fit=fit, days=len(days)))
    against = Counter(reason for one in days for reason in one.reasons_against)
    if not against:
        return (sentence,)
    reasons = (
        message("quality-page-reason", count=count, reason=reason_text(one)) for one, count in against.most_common()
    )
    return (sentence, Points(sentences=tuple(reasons), title=message("quality-page-against")))


def _day_table(days: Sequence[DayReport], zone: ZoneInfo) -> Block:
    """Every day that something speaks against or on which something was detected."""
    noted = [one for one in days if one.reasons_against or one.detections]
    if not noted:
        return Text(text=message("quality-page-nothing-detected"))
    rows = tuple(
        Row(
            cells=(f"{one.day:%a %d %b %Y}", _notes(one, zone)),
            note="" if one.fit else message("quality-page-not-fit"),
        )
        for one in noted
    )
    header = (message("quality-page-day"), message("report-finding-text"))
    return Table(header=header, rows=rows, words=True)


def _notes(day: DayReport, zone: ZoneInfo) -> str:
    """What speaks against a day, and what was detected on it with its time on the clock."""
    reasons = [capitalised(f"{reason_text(one)}.") for one in day.reasons_against]
    return " ".join([*reasons, *(f"{one.start.astimezone(zone):%H:%M} {one.text}" for one in day.detections)])


def daily_counts(timeline: Timeline, names: list[str]) -> tuple[date, dict[str, np.ndarray]]:
    """The first local day of a timeline, and how many records of each stream began on each of its days.

    Args:
        timeline: a person's data.
        names: of the streams.
    """
    window = timeline.window()
    zone = timeline.person.zone_info
    first, last = (one.astimezone(zone).date() for one in (window.start, window.end))
    calendar = pl.DataFrame({"day": [first + timedelta(days=day) for day in range((last - first).days + 1)]})
    counts: dict[str, np.ndarray] = {}
    for name in names:
        day = timeline.streams[name]["time"].dt.convert_time_zone(timeline.person.zone).dt.date().alias("day")
        joined = calendar.join(day.value_counts(name="count"), on="day", how="left", maintain_order="left")
        counts[name] = joined["count"].fill_null(0).to_numpy().astype(np.float64)
    return first, counts


def _shares(counts: np.ndarray) -> np.ndarray:
    """Counts as shares of a full day's."""
    full = max(1.0, float(np.quantile(counts[counts > 0], FULL_DAY_QUANTILE))) if (counts > 0).any() else 1.0
    return np.minimum(1.0, counts / full)
