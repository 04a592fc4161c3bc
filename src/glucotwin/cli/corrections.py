"""``glucotwin corrections``: what an import changed, taken back and made again."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "list": CommandEntry("glucotwin.cli.corrections_list", "Show what an import changed, assumed or left out."),
        "undo": CommandEntry("glucotwin.cli.corrections_undo", "Take steps back: the original values are used again."),
        "redo": CommandEntry("glucotwin.cli.corrections_redo", "Make steps again that were taken back."),
    }
)


@click.command("corrections", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """See what an import changed in a timeline, take steps back, and make them again."""
