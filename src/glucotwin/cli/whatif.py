"""``glucotwin whatif``: what would have been, or would be, otherwise; and therapies beside each other."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, DefaultGroup

COMMANDS = MappingProxyType(
    {
        "ask": CommandEntry("glucotwin.cli.whatif_ask", "Ask about single changes; 'ask' may be left out."),
        "compare": CommandEntry("glucotwin.cli.whatif_compare", "Compare therapies over a person's last days."),
    }
)


@click.command("whatif", cls=DefaultGroup, entries=COMMANDS, default="ask")
def command() -> None:
    """Ask what would change with other food or insulin, or with another therapy.

    `glucotwin whatif TWIN SOURCE` is short for `glucotwin whatif ask TWIN SOURCE`.
    """
