"""``glucotwin twin``: the versions of a person's twin."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "start": CommandEntry("glucotwin.cli.twin_start", "Begin a history of versions with a fitted twin."),
        "nightly": CommandEntry("glucotwin.cli.twin_nightly", "Judge the candidate, and refit when it is time."),
        "history": CommandEntry("glucotwin.cli.twin_history", "Show which version answers, and what happened."),
        "rollback": CommandEntry("glucotwin.cli.twin_rollback", "Let the version before answer again."),
    }
)


@click.command("twin", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Keep versions of a twin: candidates are tried on the same readings, promoted by a rule, and rolled back."""
