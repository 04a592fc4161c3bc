"""``glucotwin devices``: sensors, pumps, pens, monitors and watches of virtual people."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, DefaultGroup

COMMANDS = MappingProxyType(
    {
        "list": CommandEntry("glucotwin.cli.devices_list", "List what can be worn, and its faults (the default)."),
        "validate": CommandEntry("glucotwin.cli.devices_validate", "Measure devices beside their published figures."),
    }
)


@click.command("devices", cls=DefaultGroup, entries=COMMANDS, default="list", runs_alone=True)
def command() -> None:
    """List the devices of virtual people, and measure how good they are."""
