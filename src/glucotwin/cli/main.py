"""The entry point ``glucotwin``: a table of commands, each imported only when it is called."""

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from glucotwin import __version__
from glucotwin.cli.command import report_failure
from glucotwin.cli.console import Console
from glucotwin.cli.group import CommandEntry, LazyGroup

COMMANDS: Mapping[str, CommandEntry] = MappingProxyType(
    {
        "demo": CommandEntry("glucotwin.cli.demo", "See all of it on one open person's data."),
        "import": CommandEntry("glucotwin.cli.import_data", "Import a person's data and judge their quality."),
        "corrections": CommandEntry("glucotwin.cli.corrections", "See what an import changed, and take it back."),
        "export": CommandEntry("glucotwin.cli.export", "Write a timeline in the format of another program."),
        "sync": CommandEntry("glucotwin.cli.sync", "Take in what a site, a follower service or a folder has new."),
        "genotype": CommandEntry("glucotwin.cli.genotype", "Show listed genetic variants and what they would change."),
        "metrics": CommandEntry("glucotwin.cli.metrics", "Work out the consensus CGM metrics."),
        "fit": CommandEntry("glucotwin.cli.fit", "Fit a person's digital twin."),
        "forecast": CommandEntry("glucotwin.cli.forecast", "Forecast glucose, or judge forecasts."),
        "update": CommandEntry("glucotwin.cli.update", "Bring a twin in step with everything new."),
        "twin": CommandEntry("glucotwin.cli.twin", "Keep versions of a twin: refit, try, promote, roll back."),
        "ledger": CommandEntry("glucotwin.cli.ledger", "Score and list the forecasts that were issued."),
        "whatif": CommandEntry("glucotwin.cli.whatif", "Ask what would change with other food or insulin."),
        "advise": CommandEntry("glucotwin.cli.advise", "Advise on settings, doses and habits, for a person to sign."),
        "alarms": CommandEntry("glucotwin.cli.alarms", "Replay the alarms of past days, or list them."),
        "serve": CommandEntry("glucotwin.cli.serve", "Serve twins to people, carers and clinicians."),
        "audit": CommandEntry("glucotwin.cli.audit", "Check the service's audit log."),
        "backup": CommandEntry("glucotwin.cli.backup", "Write a backup of the service's data, and of its keys."),
        "restore": CommandEntry("glucotwin.cli.restore", "Bring a backup back into an empty installation."),
        "questionnaires": CommandEntry("glucotwin.cli.questionnaires", "List questionnaires, or check a site's own."),
        "report": CommandEntry("glucotwin.cli.report", "Write a report that a clinician can read."),
        "simulate": CommandEntry("glucotwin.cli.simulate", "Simulate virtual subjects, or a cohort of them."),
        "sbml": CommandEntry("glucotwin.cli.sbml", "Look at models in SBML and run them by themselves."),
        "cohort": CommandEntry("glucotwin.cli.cohort", "Create and describe cohorts of virtual people."),
        "complications": CommandEntry("glucotwin.cli.complications", "Tell the risks of the years ahead."),
        "regimen": CommandEntry("glucotwin.cli.regimen", "Compare medicines of type 2 diabetes over months."),
        "trial": CommandEntry("glucotwin.cli.trial", "Run trials on virtual people and report them."),
        "prevention": CommandEntry("glucotwin.cli.prevention", "Count diabetes on placebo, metformin and lifestyle."),
        "progression": CommandEntry(
            "glucotwin.cli.progression", "Follow years into type 2 diabetes, and what delays it."
        ),
        "loop": CommandEntry("glucotwin.cli.loop", "Put a dosing algorithm around virtual people."),
        "devices": CommandEntry("glucotwin.cli.devices", "List sensors, pumps and their faults, and measure them."),
        "dose": CommandEntry("glucotwin.cli.dose", "Decide once as a dosing algorithm does."),
    }
)
"""Every command by name, in the order of a first use; each module holds a click command or group named ``command``."""


@click.command("glucotwin", cls=LazyGroup, entries=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="glucotwin")
def glucotwin() -> None:
    """Open digital twins for diabetes: fit a person's own data, forecast, and ask what if.

    Research software, not a medical device. Data go to standard output, everything else to standard error.
    """


def run(arguments: Sequence[str], *, group: click.Group = glucotwin) -> int:
    """Runs one command line.

    Args:
        arguments: what follows ``glucotwin``.
        group: the commands to choose from.

    Returns:
        The exit code: 0 done, 2 failed for a reason the user can do something about, 3 defect, 130 interrupted.
    """
    console = Console()
    try:
        outcome = group.main(list(arguments), prog_name="glucotwin", standalone_mode=False, obj=console)
    except (Exception, KeyboardInterrupt) as error:
        # A command line that cannot be parsed ends before its options are read.
        console.as_json |= isinstance(error, click.UsageError) and "--json" in arguments
        return report_failure(error, console)
    return outcome if isinstance(outcome, int) else 0


def main() -> None:
    """Runs ``glucotwin`` with the arguments of this process and exits with its code."""
    sys.exit(run(sys.argv[1:]))
