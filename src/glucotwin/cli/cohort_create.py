"""``glucotwin cohort create``: draw virtual people and write them to a file."""

from collections.abc import Mapping
from pathlib import Path

import click

from glucotwin.cli.cohort_describe import show_cohort
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.pair import Shares

BODIES = ("padova-t1d", "padova-t2d")


@click.command(
    "create",
    cls=Command,
    examples=(
        "glucotwin cohort create -n 1000 --out cohort.parquet",
        "glucotwin cohort create -n 300 --age-mix adult=0.6,adolescent=0.2,child=0.2 --seed 7 --out mixed.parquet",
        "glucotwin cohort create -n 300 --body padova-t2d --group-mix obese-early=0.7,impaired=0.3 --out type2.parquet",
    ),
)
@click.option("-n", "--count", type=click.IntRange(min=1), required=True, help="How many people.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Parquet file to write.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file at --out.")
@click.option(
    "--body",
    type=click.Choice(BODIES),
    default=BODIES[0],
    show_default=True,
    help="Body whose people are drawn: with type 1 diabetes, or with type 2, impaired tolerance and none.",
)
@click.option(
    "--age-mix",
    type=Shares(),
    help="Shares of adult, adolescent and child, type 1; they add up to 1. Default: adult=1.",
)
@click.option(
    "--group-mix",
    type=Shares(),
    help="Shares of normal, impaired, lean-early, lean-late, obese-early, obese-late and insulin-treated, padova-t2d;"
    " they add up to 1. Default: the five with diabetes.",
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
    body: str,
    age_mix: Mapping[str, float] | None,
    group_mix: Mapping[str, float] | None,
    ethnicity_mix: Mapping[str, float],
    seed: int,
    plot: Path | None,
) -> None:
    """Draw virtual people, and compare them with the published populations."""
    from glucotwin.core.message import message
    from glucotwin.workflows.cohort import CohortRequest, create_cohort

    request = CohortRequest(
        count=count, body=body, age_mix=age_mix, group_mix=group_mix or {}, ethnicity_mix=ethnicity_mix, seed=seed
    )
    with console.progress(message("cohort-drawing", count=count)) as progress:
        report = create_cohort(request, out, overwrite=overwrite, progress=progress)
    show_cohort(console, report, plot)
    console.say(message("cohort-written", path=str(out)))
