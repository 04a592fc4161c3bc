"""``glucotwin trial``: in-silico trials."""

from types import MappingProxyType

import click

from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS = MappingProxyType(
    {
        "list": CommandEntry("glucotwin.cli.trial_list", "List the trials that ship with GlucoTwin."),
        "describe": CommandEntry("glucotwin.cli.trial_describe", "Show a trial's design and its hash."),
        "run": CommandEntry("glucotwin.cli.trial_run", "Run a trial and write its report."),
        "report": CommandEntry("glucotwin.cli.trial_report", "Write the report of a run anew, also in German."),
        "power": CommandEntry("glucotwin.cli.trial_power", "Tell the power of other sizes of a trial."),
    }
)


@click.command("trial", cls=LazyGroup, entries=COMMANDS)
def command() -> None:
    """Run trials on virtual people, with control arms, an analysis fixed beforehand and a report, for research."""
