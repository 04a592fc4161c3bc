"""``glucotwin loop compare``: dosing algorithms on the same people, days and chance."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.life import days_named
from glucotwin.cli.table import aligned
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.workflows.day_plan import AbstractDays
    from glucotwin.workflows.loop.campaign import Campaign

FIRST_DAY = datetime(2024, 1, 1)


@click.command(
    "compare",
    cls=Command,
    examples=("glucotwin loop compare examples/loop/campaign.yaml --out people.csv --plot campaign.png",),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="CSV file with a row per arm, seed and person.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file to draw to.")
@click.pass_obj
def command(console: Console, file: Path, out: Path | None, plot: Path | None) -> None:
    """Compare the dosing algorithms of FILE on the same virtual people, days and chance.

    The first arm is the one that the others are compared with, paired by person.
    """
    from glucotwin.core.file import replace_file
    from glucotwin.core.message import message
    from glucotwin.workflows.loop.campaign import run_campaign
    from glucotwin.workflows.loop.campaign_file import read_campaign

    asked = read_campaign(file)
    beside = file.parent / asked.scenario
    scenario = str(beside) if beside.is_file() else asked.scenario

    def days_of_seed(seed: int) -> "AbstractDays":
        return days_named(
            scenario, days=asked.days, local_start=FIRST_DAY, zone=asked.zone, seed=seed, variant=asked.variant
        )

    with console.progress(message("campaign-running")) as progress:
        campaign = run_campaign(asked, days_of_seed, progress=progress)
    if out is not None:
        replace_file(out, campaign.people.write_csv)
    if plot is not None:
        from glucotwin.workflows.loop.campaign_figure import draw_campaign

        draw_campaign(campaign, plot)
    if console.as_json:
        console.write_json(campaign.to_json())
    else:
        _show(console, campaign)


def _show(console: Console, campaign: "Campaign") -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.loop.campaign_table import arm_rows, difference_rows, worst_rows

    rows = arm_rows(campaign, GlucoseUnit.MGDL)
    console.write(aligned(rows, right=frozenset(range(1, len(rows[0])))))
    if len(campaign.file.arms) > 1:
        changes = difference_rows(campaign, GlucoseUnit.MGDL)
        console.write("\n" + message("campaign-differences", arm=campaign.file.arms[0].label))
        console.write(aligned(changes, right=frozenset(range(1, len(changes[0])))))
    console.write("\n" + message("campaign-worst"))
    console.write(aligned(worst_rows(campaign), right=frozenset({2, 3})))
