"""``glucotwin trial run``: from a design to a report."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.trial.result import TrialResult

EXECUTORS = ("local", "processes", "ray")


@click.command(
    "run",
    cls=Command,
    examples=(
        "glucotwin trial run known-effect",
        "glucotwin trial run known-effect --quick --out try",
        "glucotwin trial run my.yaml --executor processes --workers 2 --out mine",
        "glucotwin trial run known-effect --executor ray --address head:6379",
    ),
)
@click.argument("trial")
@click.option("--quick", is_flag=True, help="A few people for a short time: shows that it works, proves nothing.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the results; default: trial- and the name. Repeat the command to go on after an interruption.",
)
@click.option("--executor", type=click.Choice(EXECUTORS), default="local", show_default=True, help="Who does the work.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes, or processors of Ray; default: all there are.")
@click.option("--address", default="", help="With ray: of a running cluster; without it one is started here.")
@click.pass_obj
def command(
    console: Console, trial: str, quick: bool, out: Path | None, executor: str, workers: int | None, address: str
) -> None:
    """Run TRIAL, a name of glucotwin trial list or a YAML file, and write its report.

    The design and its hash are written before anybody lives. Every executor gives the same results.
    """
    from glucotwin.core.error import DataError, ErrorCode
    from glucotwin.core.message import message
    from glucotwin.core.progress import part_of
    from glucotwin.workflows.trial.design_file import find_design
    from glucotwin.workflows.trial.result import analyse_trial
    from glucotwin.workflows.trial.run import executor_named, run_trial

    if address and executor != "ray":
        raise DataError(ErrorCode.INVALID_VALUE, message("trial-address"), hint=message("trial-address-hint"))
    design = find_design(trial)
    design = design.made_quick() if quick else design
    folder = out or Path(f"trial-{design.name}{'-quick' if quick else ''}")
    with (
        console.progress(message("trial-running")) as progress,
        executor_named(executor, workers=workers, address=address) as workforce,
    ):
        run = run_trial(design, folder, executor=workforce, progress=part_of(progress, start=0.0, end=0.9))
        result = analyse_trial(run, progress=part_of(progress, start=0.9, end=1.0))
    if console.as_json:
        console.write_json(result.to_json())
    else:
        show(console, result)


def show(console: Console, result: "TrialResult") -> None:
    """Writes what came out as text."""
    from glucotwin.core.message import message
    from glucotwin.workflows.trial.table import claim_rows, estimate_rows

    console.write(message("trial-hash", digest=result.design.sha256))
    console.write("")
    rows = estimate_rows(result)
    console.write(aligned(rows, right=frozenset(range(2, len(rows[0])))))
    if result.verdicts:
        console.write("")
        console.write(aligned(claim_rows(result), right=frozenset()))
    console.write("")
    console.write(message("trial-written", folder=str(result.folder)))
    console.say(message("not-a-medical-device"))
