"""``glucotwin twin nightly``: what a night does to the versions of a twin."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import PersonArguments, import_options, person_options

if TYPE_CHECKING:
    from glucotwin.workflows.lineage import NightlyAnswer


@click.command("nightly", cls=Command, examples=("glucotwin twin nightly my-twin my-timeline",))
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@person_options
@click.pass_obj
def command(console: Console, folder: Path, source: Path, **person: Unpack[PersonArguments]) -> None:
    """Judge the candidate in FOLDER on the readings in SOURCE, promote or retire it, and refit when it is time.

    A candidate is promoted only by the rule: scored on the same readings after both fits, better by 1 % and surely so,
    with bands no worse. Run it once a day.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.lineage import run_night
    from glucotwin.workflows.metrics import open_timeline

    with console.progress(message("lineage-progress")) as progress:
        timeline = open_timeline(source, import_options(**person))
        answer = run_night(folder, timeline, authority=local_authority(), progress=progress)
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer))


def _page(answer: "NightlyAnswer") -> str:
    from glucotwin.core.message import message

    lines = [message(f"lineage-step-{step}", why=answer.why_no_fit) for step in answer.steps]
    if answer.trial is not None:
        trial = answer.trial
        lines.append(
            message(
                "lineage-trial",
                days=trial.days,
                gain=f"{100.0 * trial.gain:.1f}",
                low="-" if trial.gain_low is None else f"{100.0 * trial.gain_low:.1f}",
                own=f"{100.0 * trial.candidate_coverage:.0f}",
                other=f"{100.0 * trial.champion_coverage:.0f}",
            )
        )
        lines += [message(f"trial-{key}") for key in trial.unmet]
    lines += [message(f"update-drift-{one.kind}", day=f"{one.since:%Y-%m-%d}") for one in answer.drift]
    lines += [
        message("lineage-champion", version=answer.champion),
        message("lineage-shadow", version=answer.shadow) if answer.shadow else message("lineage-no-shadow"),
    ]
    return "\n".join(lines)
