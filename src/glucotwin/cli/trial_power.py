"""``glucotwin trial power``: how many people a trial needs, by simulation over the outcomes of a run."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command(
    "power",
    cls=Command,
    examples=(
        "glucotwin trial power trial-known-effect --effect -0.3",
        "glucotwin trial power trial-known-effect --effect -0.3 --people 60 --people 120 --people 240 --json",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--effect", type=float, required=True, help="To be found: first primary endpoint, on the scale of its analysis."
)
@click.option(
    "--people",
    type=click.IntRange(min=8, max=100_000),
    multiple=True,
    default=(40, 80, 120, 160, 240, 320),
    show_default=True,
    help="Of two arms together; may be repeated.",
)
@click.option("--replicates", type=click.IntRange(10, 100_000), default=2000, show_default=True, help="Trials drawn.")
@click.pass_obj
def command(console: Console, folder: Path, effect: float, people: tuple[int, ...], replicates: int) -> None:
    """Tell the power to find an effect, and the type-1 error, for several sizes of the trial that was run in FOLDER.

    People are drawn with replacement from the control arm, lots are drawn anew, and every trial is analysed: not
    adjusted, adjusted for baseline and strata, and with the design's score where it has one.
    """
    from glucotwin.core.message import message
    from glucotwin.core.number import number
    from glucotwin.workflows.trial.power import power_of_run

    with console.progress(message("trial-power-running")) as progress:
        rows = power_of_run(folder, effect=effect, people=people, replicates=replicates, progress=progress)
    if console.as_json:
        console.write_json([one.to_json() for one in rows])
        return
    columns = ("people", "analysis", "error", "power")
    table = [tuple(message(f"trial-column-{name}") for name in columns)]
    table += [
        (
            str(one.people),
            message(f"trial-check-{one.analysis}"),
            f"{number(100.0 * one.error.share, 1)} %",
            f"{number(100.0 * one.power.share, 1)} %",
        )
        for one in rows
    ]
    console.write(aligned(table, right=frozenset({0, 2, 3})))
