"""``glucotwin advise lifestyle``: what walks, other meals and earlier boluses would do, ranked."""

from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import file_options, units_option
from glucotwin.cli.table import aligned
from glucotwin.cli.time import TypedTime, at_zone
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.advise.lifestyle import Lifestyle
    from glucotwin.core.answer import Answer
    from glucotwin.domain.timeline import Timeline
    from glucotwin.reports.number import Numbers

OUTCOMES = ("time_in_range_pct", "time_below_70_pct", "mean_glucose_mgdl")


@click.command("lifestyle", cls=Command, examples=("glucotwin advise lifestyle me.twin.json my-timeline --days 5",))
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--days",
    type=click.FloatRange(1.0, 14.0),
    default=7.0,
    show_default=True,
    help="How many of the last days to replay.",
)
@click.option("--to", "end", type=TypedTime(), help="Where the days end; default the newest reading.")
@units_option("tables")
@file_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    days: float,
    end: datetime | None,
    units: str,
    zone: str | None,
    person_id: str | None,
) -> None:
    """Rank what habits would have done for this person over the last days of SOURCE, each with its interval."""
    from glucotwin.core.message import message
    from glucotwin.ingest.format import ImportOptions
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.lifestyle import rank_person_habits
    from glucotwin.workflows.metrics import open_timeline

    timeline = open_timeline(source, ImportOptions(zone=zone, person_id=person_id))
    with console.progress(message("lifestyle-progress")) as progress:
        answer = rank_person_habits(
            load_twin(twin_file),
            timeline,
            days=days,
            end=None if end is None else at_zone(end, timeline.person.zone_info),
            authority=local_authority(),
            progress=progress,
        )
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, timeline, GlucoseUnit(units), days))


def _page(answer: "Answer[Lifestyle]", timeline: "Timeline", unit: GlucoseUnit, days: float) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment, plain_number
    from glucotwin.reports.number import Numbers
    from glucotwin.reports.section.lifestyle import caution_lines

    found, numbers = answer.payload, Numbers(unit)
    clock = moment(found.window.end.astimezone(timeline.person.zone_info))
    shown = plain_number(days)
    title = message("lifestyle-title", person=timeline.person.person_id, days=ceil(days), shown=shown, moment=clock)
    table = aligned(_rows(found, numbers), right=frozenset({1, 2, 3})) if found.habits else message("lifestyle-none")
    return "\n".join(
        [
            title,
            "",
            table,
            message("lifestyle-caption", unit=str(unit), floor=numbers.threshold(70.0)),
            "",
            *caution_lines(found),
            *(message(key) for key in answer.validity.cautions),
            answer.uncertainty,
            answer.limits,
        ]
    )


def _rows(found: "Lifestyle", numbers: "Numbers") -> list[tuple[str, ...]]:
    from glucotwin.core.message import message
    from glucotwin.reports.section.lifestyle import difference_cell, habit_name

    header = ("in-range", "low", "mean")
    shown = {"unit": str(numbers.unit), "floor": numbers.threshold(70.0)}
    rows = [("", *(message(f"lifestyle-column-{one}", **shown) for one in header))]
    for one in found.habits:
        known = {outcome.name: outcome for outcome in one.outcomes}
        rows.append((habit_name(one.habit), *(difference_cell(known[name], numbers) for name in OUTCOMES)))
    return rows
