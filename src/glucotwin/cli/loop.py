"""``glucotwin loop``: dosing algorithms in the closed loop."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "run": CommandEntry("glucotwin.cli.loop_run", "Run an algorithm on virtual people, decision by decision."),
        "compare": CommandEntry("glucotwin.cli.loop_compare", "Compare algorithms on the same people and days."),
        "risk": CommandEntry("glucotwin.cli.loop_risk", "Run risk scenarios and score every arm."),
    }
)


@click.command("loop", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Put a dosing algorithm, limits, a sensor and a pump around virtual people, for research."""
