"""``glucotwin ledger``: every issued forecast, and how good it was."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "score": CommandEntry("glucotwin.cli.ledger_score", "Score issued forecasts against the readings since."),
        "list": CommandEntry("glucotwin.cli.ledger_list", "List what was issued, and check that nothing was changed."),
    }
)


@click.command("ledger", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Score and list forecasts that were kept with `glucotwin forecast --ledger FOLDER`."""
