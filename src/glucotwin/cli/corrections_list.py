"""``glucotwin corrections list``: what an import changed, assumed or left out."""

from pathlib import Path
from typing import Unpack

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.step_option import StepArguments, chosen_steps, step_options, steps_page


@click.command(
    "list",
    cls=Command,
    examples=(
        "glucotwin corrections list my-timeline",
        "glucotwin corrections list my-timeline --reason impossible-values --json",
    ),
)
@click.argument("timeline", type=click.Path(path_type=Path))
@step_options
@click.pass_obj
def command(console: Console, timeline: Path, **options: Unpack[StepArguments]) -> None:
    """Show what an import changed, assumed or left out in TIMELINE, a timeline's folder.

    More than forty steps are counted by kind; narrow them with the options to see each, or ask for --json.
    """
    from glucotwin.workflows.correction import list_corrections

    answer = list_corrections(timeline, chosen_steps((), options))
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(steps_page(answer))
