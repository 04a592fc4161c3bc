"""``glucotwin forecast``: where glucose is heading, and how good forecasts are."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, DefaultGroup

COMMANDS = MappingProxyType(
    {
        "person": CommandEntry("glucotwin.cli.forecast_person", "Forecast with a twin; 'person' may be left out."),
        "train": CommandEntry("glucotwin.cli.forecast_train", "Learn what twins miss, for later forecasts."),
        "evaluate": CommandEntry("glucotwin.cli.forecast_evaluate", "Judge forecasts of many people beside others."),
    }
)


@click.command("forecast", cls=DefaultGroup, entries=COMMANDS, default="person")
def command() -> None:
    """Forecast glucose, or judge forecasts.

    `glucotwin forecast TWIN SOURCE` is short for `glucotwin forecast person TWIN SOURCE`.
    """
