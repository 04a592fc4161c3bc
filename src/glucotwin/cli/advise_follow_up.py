"""``glucotwin advise follow-up``: what became of an advice, predicted beside achieved."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import file_options, units_option
from glucotwin.cli.table import aligned
from glucotwin.cli.time import TypedTime, at_zone
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.advise.follow_up import FollowUp
    from glucotwin.advise.what_if import Estimate
    from glucotwin.domain.timeline import Timeline


@click.command(
    "follow-up",
    cls=Command,
    examples=(
        "glucotwin advise settings me.twin.json my-timeline --json > advice.json",
        "glucotwin advise follow-up advice.json my-timeline-weeks-later --from 2024-04-02",
    ),
)
@click.argument("advice_file", metavar="ADVICE", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--from", "start", type=TypedTime(), help="When the new settings began; default their first change.")
@click.option(
    "--days", type=click.FloatRange(5.0, 90.0), default=14.0, show_default=True, help="How many days after it count."
)
@units_option("tables")
@file_options
@click.pass_obj
def command(
    console: Console,
    advice_file: Path,
    source: Path,
    start: datetime | None,
    days: float,
    units: str,
    zone: str | None,
    person_id: str | None,
) -> None:
    """Compare the days since ADVICE was taken up with what it predicted.

    ADVICE is what advise settings --json wrote; SOURCE holds the days before and after.
    """
    from glucotwin.ingest.format import ImportOptions
    from glucotwin.workflows.follow_up import follow_up_advice, read_advice, settings_changed
    from glucotwin.workflows.metrics import open_timeline

    timeline = open_timeline(source, ImportOptions(zone=zone, person_id=person_id))
    begins = None if start is None else at_zone(start, timeline.person.zone_info)
    found = follow_up_advice(read_advice(advice_file), timeline, start=begins, days=days)
    if console.as_json:
        console.write_json(found.to_json())
    else:
        known = begins is not None or settings_changed(timeline, found.after)
        console.write(_page(found, timeline, GlucoseUnit(units), taken_up=known))


def _page(found: "FollowUp", timeline: "Timeline", unit: GlucoseUnit, *, taken_up: bool) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment, number
    from glucotwin.reports.number import Numbers
    from glucotwin.reports.section.what_if import outcome_label

    numbers = Numbers(unit)
    columns = ("follow-up-before", "follow-up-after", "follow-up-column-achieved", "follow-up-column-predicted")
    rows = [("", *(message(one) for one in columns), "")]
    rows += [
        (
            f"{outcome_label(one.name, numbers)}, %",
            number(one.before, 1),
            number(one.after, 1),
            _cell(one.achieved),
            _cell(one.predicted),
            message(f"follow-up-verdict-{one.verdict}"),
        )
        for one in found.outcomes
    ]
    title = message(
        "follow-up-title",
        person=timeline.person.person_id,
        before=found.days_before,
        after=found.days_after,
        moment=moment(found.after.start.astimezone(timeline.person.zone_info)),
    )
    doubts = [] if taken_up else [message("follow-up-not-taken-up")]
    return "\n".join([title, "", aligned(rows, right=frozenset({1, 2, 3, 4})), message("follow-up-caption"), *doubts])


def _cell(estimate: "Estimate") -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import number

    middle = estimate.median if estimate.expected is None else estimate.expected
    low, high = (number(value, 1, signed=True) for value in (estimate.low, estimate.high))
    return f"{number(middle, 1, signed=True)} {message('report-interval', low=low, high=high)}"
