"""``glucotwin alarms``: the alarms that would have been told, and what alarms there are."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "replay": CommandEntry("glucotwin.cli.alarms_replay", "Replay past days: what would have been told, and why."),
        "list": CommandEntry("glucotwin.cli.alarms_list", "List every alarm and how it behaves."),
    }
)


@click.command("alarms", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Replay the alarms of past days, or list them. They never replace the sensor's own alarms."""
