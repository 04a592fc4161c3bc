"""``glucotwin sbml``: models of others, in the Systems Biology Markup Language."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "describe": CommandEntry("glucotwin.cli.sbml_describe", "List what a model has, and whether it can be used."),
        "simulate": CommandEntry("glucotwin.cli.sbml_simulate", "Run a model by itself, once or for several values."),
    }
)


@click.command("sbml", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Look at models in SBML and run them by themselves.

    `glucotwin simulate --organ` hangs one into a body.
    """
