"""``glucotwin corrections undo``: the original values are used again."""

from pathlib import Path
from typing import Unpack

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.step_option import StepArguments, chosen_steps, require_choice, step_options, steps_page


@click.command(
    "undo",
    cls=Command,
    examples=(
        "glucotwin corrections undo my-timeline 3f2a90c1",
        "glucotwin corrections undo my-timeline --reason basal-milliunits",
        "glucotwin corrections undo my-timeline --all",
    ),
)
@click.argument("timeline", type=click.Path(path_type=Path))
@click.argument("step", nargs=-1)
@step_options
@click.option("--all", "everything", is_flag=True, help="Every step.")
@click.pass_obj
def command(
    console: Console, timeline: Path, step: tuple[str, ...], everything: bool, **options: Unpack[StepArguments]
) -> None:
    """Take steps back in TIMELINE: the original values are used again.

    STEP is an id that `glucotwin corrections list` shows.
    The steps stay on record; the folder is replaced whole, or stays as it was.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.correction import undo_corrections

    require_choice(step, options, everything=everything)
    answer = undo_corrections(timeline, chosen_steps(step, options))
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(steps_page(answer))
    console.write(message("corrections-undone", count=answer.done))
    if answer.missing:
        console.warn(message("corrections-missing", ids=", ".join(answer.missing)))
