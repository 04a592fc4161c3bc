"""``glucotwin loop``: dosing algorithms in closed loop with virtual people."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "risk": CommandEntry("glucotwin.cli.loop_risk", "Run risk scenarios and score every arm."),
    }
)


@click.command("loop", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Let dosing algorithms run in closed loop."""
