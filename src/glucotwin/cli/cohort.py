"""``glucotwin cohort``: cohorts of virtual people."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "create": CommandEntry("glucotwin.cli.cohort_create", "Draw virtual people and write them to a file."),
        "describe": CommandEntry("glucotwin.cli.cohort_describe", "Compare a cohort with the published populations."),
    }
)


@click.command("cohort", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Create and describe cohorts of virtual people; run them with `glucotwin simulate --cohort`."""
