"""``glucotwin cohort create``: draw virtual people and write them to a file."""

from collections.abc import Mapping
from pathlib import Path

import click

from glucotwin.cli.cohort_describe import show_cohort
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.pair import Shares


@click.command(
    "create",
    cls=Command,
    examples=(
        "glucotwin cohort create -n 1000 --out cohort.parquet",
        "glucotwin cohort create -n 300 --age-mix adult=0.6,adolescent=0.2,child=0.2 --seed 7 --out mixed.parquet",
    ),
)
@click.option("-n", "--count", type=click.IntRange(min=1), required=True, help="How many people.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Parquet file to write.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file at --out.")
@click.option(
    "--age-mix",
    type=Shares(),
    default="adult=1",
    show_default=True,
    help="Shares of adult, adolescent and child; they add up to 1.",
)
@click.option(
    "--ethnicity-mix",
    type=Shares(),
    default="",
    help="Shares of labels of your choice. A label moves only parameters with a cited effect; what is left has none.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all randomness.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file to draw the comparison to.")
@click.pass_obj
def command(
    console: Console,
    count: int,
    out: Path,
    overwrite: bool,
    age_mix: Mapping[str, float],
    ethnicity_mix: Mapping[str, float],
    seed: int,
    plot: Path | None,
) -> None:
    """Draw virtual people with type 1 diabetes, and compare them with the published populations."""
    from glucotwin.core.message import message
    from glucotwin.workflows.cohort import CohortRequest, create_cohort

    request = CohortRequest(count=count, age_mix=age_mix, ethnicity_mix=ethnicity_mix, seed=seed)
    with console.progress(message("cohort-drawing", count=count)) as progress:
        report = create_cohort(request, out, overwrite=overwrite, progress=progress)
    show_cohort(console, report, plot)
    console.say(message("cohort-written", path=str(out)))
