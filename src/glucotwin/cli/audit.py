"""``glucotwin audit``: the service's log of who did what."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {"verify": CommandEntry("glucotwin.cli.audit_verify", "Check that no entry was changed, taken out or put in.")}
)


@click.command("audit", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Check the audit log of `glucotwin serve`."""
