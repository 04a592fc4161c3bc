"""``glucotwin loop compare``: dosing algorithms on the same people, days, hazards and chance."""

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
    examples=(
        "glucotwin loop compare examples/loop/campaign.yaml --out people.csv --plot campaign.png",
        "glucotwin loop compare examples/loop/faults.yaml --folder run --report report.html",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Keep finished parts here; repeat the command to go on."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="CSV or Parquet file: a row per hazard, arm, seed, person."
)
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file to draw to.")
@click.option(
    "--report", type=click.Path(path_type=Path), help="HTML file with figures and tables, complete in itself."
)
@click.pass_obj
def command(
    console: Console, file: Path, folder: Path | None, out: Path | None, plot: Path | None, report: Path | None
) -> None:
    """Compare the dosing algorithms of FILE on the same virtual people, days, hazards and chance.

    The first arm is the one that the others are compared with, paired by person; the first hazard likewise.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.loop.campaign_file import read_campaign
    from glucotwin.workflows.loop.campaign_run import run_campaign
    from glucotwin.workflows.loop.campaign_write import check_places, write_people, write_report

    asked = read_campaign(file)
    check_places(out=out, plot=plot, report=report)

    def days_of(scenario: str, variant: str, seed: int) -> "AbstractDays":
        beside = file.parent / scenario
        named = str(beside) if beside.is_file() else scenario
        return days_named(named, days=asked.days, local_start=FIRST_DAY, zone=asked.zone, seed=seed, variant=variant)

    cohort = file.parent / asked.cohort if asked.cohort else None
    with console.progress(message("campaign-running")) as progress:
        campaign = run_campaign(asked, days_of, cohort=cohort, folder=folder, progress=progress)
    if out is not None:
        write_people(campaign, out)
    if plot is not None:
        from glucotwin.workflows.loop.campaign_figure import draw_campaign

        draw_campaign(campaign, plot)
    if report is not None:
        write_report(campaign, report)
    if console.as_json:
        console.write_json(campaign.to_json())
    else:
        _show(console, campaign)


def _show(console: Console, campaign: "Campaign") -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.loop.campaign_table import arm_rows, difference_rows, worst_rows

    first, unit = campaign.file.arms[0].label, GlucoseUnit.MGDL
    for hazard in campaign.file.hazards:
        if len(campaign.file.hazards) > 1:
            console.write(message("campaign-hazard", hazard=hazard.name))
        _write(console, arm_rows(campaign, unit, hazard.name))
        if len(campaign.file.arms) > 1:
            console.write("\n" + message("campaign-differences", arm=first))
            _write(console, difference_rows(campaign, unit, hazard.name))
        console.write("")
    _show_hazards(console, campaign)
    console.write(message("campaign-worst"))
    console.write(aligned(worst_rows(campaign), right=frozenset({3, 4})))


def _show_hazards(console: Console, campaign: "Campaign") -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.loop.campaign_table import hazard_rows

    if len(campaign.file.hazards) == 1:
        return
    for arm in campaign.file.arms:
        console.write(message("campaign-hazards", arm=arm.label, hazard=campaign.file.hazards[0].name))
        _write(console, hazard_rows(campaign, GlucoseUnit.MGDL, arm.label))
        console.write("")


def _write(console: Console, rows: list[tuple[str, ...]]) -> None:
    console.write(aligned(rows, right=frozenset(range(1, len(rows[0])))))
