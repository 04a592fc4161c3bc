"""``glucotwin advise``: what would help, with its reasons, for a person to sign."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "settings": CommandEntry("glucotwin.cli.advise_settings", "Advise small steps of settings from the last days."),
        "regimen": CommandEntry("glucotwin.cli.advise_regimen", "Rank medicines that may follow in type 2 diabetes."),
        "now": CommandEntry("glucotwin.cli.advise_now", "Advise on a moment: a meal, a low, exercise, ketones."),
        "lifestyle": CommandEntry("glucotwin.cli.advise_lifestyle", "Rank what habits would have done."),
        "follow-up": CommandEntry("glucotwin.cli.advise_follow_up", "Compare what became of an advice with it."),
        "envelope": CommandEntry("glucotwin.cli.advise_envelope", "Sign limits that advice stays within."),
    }
)


@click.command("advise", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Advise on settings, doses and habits: with uncertainty, reasons and alternatives, for a person to sign."""
