"""``glucotwin update``: a twin in step with everything new."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.domain.timeline import Timeline
    from glucotwin.workflows.update import UpdateAnswer


@click.command(
    "update",
    cls=Command,
    examples=(
        "glucotwin update me.twin.json my-timeline",
        "glucotwin update me.twin.json my-timeline --state me.state --json",
    ),
)
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--state", type=click.Path(path_type=Path), help="Folder of the state; default: beside TWIN.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in the text; JSON is always in mg/dL.",
)
@person_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    state: Path | None,
    units: str,
    **person: Unpack[PersonArguments],
) -> None:
    """Bring TWIN in step with everything new in SOURCE, a timeline's folder or any file that can be imported.

    Entries may come late, twice or in any order: the state is that of ordered delivery.
    """
    from glucotwin.core.message import message
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.metrics import open_timeline
    from glucotwin.workflows.update import update_person

    twin = load_twin(twin_file)
    folder = state or twin_file.with_name(f"{twin_file.name.removesuffix('.json').removesuffix('.twin')}.state")
    with console.progress(message("update-progress", name=source.name)) as progress:
        timeline = open_timeline(source, import_options(**person))
        answer = update_person(twin, timeline, state=folder, authority=local_authority(), progress=progress)
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, timeline, GlucoseUnit(units)))


def _page(answer: "UpdateAnswer", timeline: "Timeline", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment
    from glucotwin.reports.number import Numbers

    zone, numbers, state = timeline.person.zone_info, Numbers(unit), answer.summary
    board = {"insulin": f"{state.insulin_on_board_u:.1f}", "carbs": f"{state.carbs_on_board_g:.0f}"}
    lines = [
        message("update-page-title", person=answer.person_id, moment=moment(state.time.astimezone(zone))),
        message("update-page-taken", new=answer.new_steps, repeated=answer.repeated_steps),
        "",
        message(
            "update-page-glucose",
            glucose=numbers.glucose(state.glucose_mgdl),
            sd=numbers.glucose(state.glucose_sd_mgdl),
            trend=numbers.glucose(60.0 * state.trend_mgdl_per_min),
            unit=str(unit),
        ),
        message("update-page-board", **board),
        *(
            message(
                f"update-fault-{fault.fault}",
                start=moment(fault.start.astimezone(zone)),
                readings=fault.readings,
            )
            for fault in state.faults
        ),
        *(message(f"update-drift-{one.kind}", day=f"{one.since.astimezone(zone):%Y-%m-%d}") for one in answer.drift),
        *(message(key) for key in answer.validity.cautions),
        message("update-page-saved", path=str(answer.path)),
    ]
    return "\n".join(lines)
