"""``glucotwin sbml describe``: what a model in SBML has."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command("describe", cls=Command, examples=("glucotwin sbml describe examples/sbml/BIOMD0000000448.xml",))
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def command(console: Console, file: Path) -> None:
    """List states, rules and constants of the model in FILE (SBML Level 2 or 3), with their values and units.

    A part of SBML that is not supported is named and ends the command.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.sbml import describe_sbml, description_json, description_rows

    model = describe_sbml(file)
    if console.as_json:
        console.write_json(description_json(model))
        return
    source = model.source
    unit = source.time_unit or message("sbml-unit-unknown")
    console.write(message("sbml-title", name=source.name, level=f"{source.level}.{source.version}", unit=unit))
    console.write(aligned(description_rows(model), right=frozenset({3})))
    if model.events:
        console.write(message("sbml-events", events=", ".join(one.identifier for one in model.events)))
    if model.ignored:
        console.write(message("sbml-ignored", parts=", ".join(model.ignored)))
