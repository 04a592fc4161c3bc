"""``glucotwin trial report``: the report of a run anew."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.core.message import DEFAULT_LOCALE, LOCALES


@click.command(
    "report",
    cls=Command,
    examples=("glucotwin trial report trial-known-effect", "glucotwin trial report trial-known-effect --language de"),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--language", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, show_default=True, help="Of the report."
)
@click.pass_obj
def command(console: Console, folder: Path, language: str) -> None:
    """Analyse the run in FOLDER again and write its report and tables anew; nobody lives again."""
    from glucotwin.cli.trial_run import show
    from glucotwin.core.message import message, spoken_in
    from glucotwin.workflows.trial.folder import design_of_run
    from glucotwin.workflows.trial.result import analyse_trial
    from glucotwin.workflows.trial.run import run_trial

    design = design_of_run(folder)
    with console.progress(message("trial-progress-analyse")) as progress, spoken_in(language):
        result = analyse_trial(run_trial(design, folder), progress=progress)
    if console.as_json:
        console.write_json(result.to_json())
    else:
        show(console, result)
