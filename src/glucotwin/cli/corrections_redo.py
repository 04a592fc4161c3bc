"""``glucotwin corrections redo``: steps that were taken back hold again."""

from pathlib import Path
from typing import Unpack

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.step_option import StepArguments, chosen_steps, require_choice, step_options, steps_page


@click.command(
    "redo",
    cls=Command,
    examples=(
        "glucotwin corrections redo my-timeline 3f2a90c1",
        "glucotwin corrections redo my-timeline --reason basal-milliunits",
        "glucotwin corrections redo my-timeline --all",
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
    """Make steps again in TIMELINE that were taken back.

    STEP is an id that `glucotwin corrections list` shows.
    After undo and redo of the same steps the timeline is the very one of before.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.correction import redo_corrections

    require_choice(step, options, everything=everything)
    answer = redo_corrections(timeline, chosen_steps(step, options))
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(steps_page(answer))
    console.write(message("corrections-redone", count=answer.done))
    if answer.missing:
        console.warn(message("corrections-missing", ids=", ".join(answer.missing)))
