"""``glucotwin trial list``: the trials that ship with the package."""

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command("list", cls=Command, examples=("glucotwin trial list", "glucotwin trial list --json"))
@click.pass_obj
def command(console: Console) -> None:
    """List the trials that ship with GlucoTwin, with their experiment, people, arms and weeks."""
    from glucotwin.core.message import message
    from glucotwin.workflows.trial.design_file import find_design, shipped_designs

    designs = [find_design(name) for name in shipped_designs()]
    if console.as_json:
        console.write_json(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "experiment": one.experiment,
                    "people": one.people,
                    "arms": [arm.name for arm in one.arms],
                    "weeks": one.period.weeks,
                    "design_sha256": one.sha256,
                }
                for one in designs
            ]
        )
        return
    columns = ("name", "people", "arms", "weeks", "title")
    rows = [tuple(message(f"trial-column-{name}") for name in columns)]
    rows += [(one.name, str(one.people), str(len(one.arms)), f"{one.period.weeks:g}", one.title) for one in designs]
    console.write(aligned(rows, right=frozenset({1, 2, 3})))
