"""``glucotwin regimen``: medicines of type 2 diabetes side by side."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "compare": CommandEntry("glucotwin.cli.regimen_compare", "Compare medicines for a described person."),
        "cohort": CommandEntry("glucotwin.cli.regimen_cohort", "Let a cohort of virtual people take medicines."),
        "plan": CommandEntry("glucotwin.cli.regimen_plan", "Find the fewest medicines that reach all targets."),
        "validate": CommandEntry("glucotwin.cli.regimen_validate", "Simulate published trials, with hits and misses."),
    }
)


@click.command("regimen", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Compare what medicines would do within months to a person with type 2 diabetes."""
