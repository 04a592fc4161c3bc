"""``glucotwin whatif ask``: what would have been, or would be, with other food, insulin or exercise."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.change_option import ChangeArguments, change_options, changes_of, dosing_of
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import file_options, units_option
from glucotwin.cli.table import aligned
from glucotwin.cli.time import TypedTime, at_zone
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.advise.change import Change
    from glucotwin.advise.dosing_plan import DosingPlan
    from glucotwin.advise.what_if import WhatIf
    from glucotwin.core.answer import Answer
    from glucotwin.domain.timeline import Timeline


@click.command(
    "ask",
    cls=Command,
    examples=(
        "glucotwin whatif ask me.twin.json my-timeline --from 2024-03-20T17:30 --to 2024-03-20T23:30"
        " --shift-bolus 2024-03-20T18:30=-20",
        "glucotwin whatif ask me.twin.json my-timeline --from 2024-03-20T12:00 --to 2024-03-21T00:00 --carb-ratio 9",
        "glucotwin whatif ask me.twin.json my-timeline --from 2024-03-19 --to 2024-03-21 --algorithm loop",
        "glucotwin whatif ask me.twin.json my-timeline --ahead --at 2024-03-20T18:00 --add-carbs 2024-03-20T18:30=40",
    ),
)
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--from", "start", type=TypedTime(), help="Start of the hours to replay.")
@click.option("--to", "end", type=TypedTime(), help="End of the hours to replay.")
@click.option("--ahead", is_flag=True, help="Look ahead from --at instead of replaying.")
@click.option("--at", type=TypedTime(), help="Time to look ahead from.")
@click.option(
    "--horizon", type=click.IntRange(30, 480), default=240, show_default=True, help="How many minutes to look ahead."
)
@change_options
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw the answer to.")
@units_option("tables and plots")
@file_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    start: datetime | None,
    end: datetime | None,
    ahead: bool,
    at: datetime | None,
    horizon: int,
    plot: Path | None,
    units: str,
    zone: str | None,
    person_id: str | None,
    **changes: Unpack[ChangeArguments],
) -> None:
    """Ask TWIN what would change: replay past hours of SOURCE, or look ahead, with other food, insulin or exercise.

    Times are local to the person unless they carry an offset. A changed meal or bolus is the one recorded nearest to
    its time, within 10 minutes.
    """
    from glucotwin.ingest.format import ImportOptions
    from glucotwin.workflows.metrics import open_timeline

    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    if (at is None) if ahead else (start is None or end is None):
        from glucotwin.core.message import message

        raise click.UsageError(f"{message('whatif-needs-window')} {message('whatif-needs-window-hint')}")
    timeline = open_timeline(source, ImportOptions(zone=zone, person_id=person_id))
    times = (at, None) if ahead else (start, end)
    asked = (changes_of(timeline.person.zone_info, **changes), dosing_of(**changes))
    answer = _ask(twin_file, timeline, times, horizon, *asked)
    if plot is not None:
        from glucotwin.reports.plot import plot_what_if

        plot_what_if(answer.payload, timeline.person, plot, unit=GlucoseUnit(units))
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, timeline, GlucoseUnit(units)))


def _ask(
    twin_file: Path,
    timeline: "Timeline",
    times: tuple[datetime | None, datetime | None],
    horizon: int,
    changes: "tuple[Change, ...]",
    dosing: "DosingPlan | None",
) -> "Answer[WhatIf]":
    from glucotwin.domain.timeline import Window
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.what_if import look_ahead_person, replay_person

    twin, authority = load_twin(twin_file), local_authority()
    start, end = (None if time is None else at_zone(time, timeline.person.zone_info) for time in times)
    if start is None:
        raise click.UsageError("A time is missing.")
    if end is None:
        if dosing is not None:
            raise click.UsageError("Dosing answers in a replay only; leave out --dosing and its settings with --ahead.")
        return look_ahead_person(
            twin, timeline, origin=start, changes=changes, horizon_min=horizon, authority=authority
        )
    window = Window(start=start, end=end)
    return replay_person(twin, timeline, window=window, changes=changes, dosing=dosing, authority=authority)


def _page(answer: "Answer[WhatIf]", timeline: "Timeline", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment
    from glucotwin.reports.number import Numbers
    from glucotwin.reports.section.what_if import outcome_table

    what_if = answer.payload
    table = outcome_table(what_if, Numbers(unit))
    rows = [(*(cell.replace("\n", " ") for cell in row.cells), row.note) for row in table.rows]
    title = message(
        "whatif-page-title",
        person=timeline.person.person_id,
        hours=f"{(what_if.t_min[-1] - what_if.t_min[0]) / 60.0:.0f}",
        moment=moment(what_if.start.astimezone(timeline.person.zone_info)),
    )
    return "\n".join(
        [
            title,
            *(f"  {change}" for change in what_if.changes),
            "",
            aligned([(*table.header, ""), *rows], right=frozenset({1, 2, 3})),
            table.caption,
            "",
            *(message(key) for key in (*what_if.cautions, *answer.validity.cautions)),
            answer.limits,
        ]
    )
