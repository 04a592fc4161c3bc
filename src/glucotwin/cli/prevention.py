"""``glucotwin prevention``: the Diabetes Prevention Program on virtual people."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.prevention import Prevention, PreventionResult


@click.command(
    "prevention",
    cls=Command,
    examples=(
        "glucotwin prevention --people 1000 --plot arms.png",
        "glucotwin prevention --people 300 --years 5 --decline 0.8 --out people.csv --json",
    ),
)
@click.option("--people", type=click.IntRange(20, 20_000), default=1000, show_default=True, help="In each arm.")
@click.option("--years", type=click.IntRange(1, 10), default=3, show_default=True, help="How long.")
@click.option(
    "--decline",
    type=click.FloatRange(0, 5),
    default=1.0,
    show_default=True,
    help="How fast beta cells tire, 1 for the published mean.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of people and measurements.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV or Parquet file: a row for each person and arm.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw into.")
@click.pass_obj
def command(
    console: Console, people: int, years: int, decline: float, seed: int, out: Path | None, plot: Path | None
) -> None:
    """Let people with impaired glucose tolerance live on placebo, metformin and lifestyle, and count diabetes.

    People, visits and arms are as in the Diabetes Prevention Program (2002); what was published stands beside. The
    model protects far more than the trial found: read docs/how-to/progression.md before using it.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.prevention import draw_prevention_arms, run_prevention, write_prevention

    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    with console.progress(message("prevention-living")) as progress:
        answer = run_prevention(people=people, years=years, decline=decline, seed=seed, progress=progress)
    if out is not None:
        write_prevention(answer, out)
    if plot is not None:
        draw_prevention_arms(answer, plot)
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(_page(answer))
    console.say(message("prevention-not-advice"))


def _page(answer: "Prevention") -> str:
    from glucotwin.core.message import message

    told = [
        message(
            f"prevention-start-{name.replace('_', '-')}",
            mean=f"{mean:.1f}",
            sd=f"{sd:.1f}",
            published=f"{published:.1f}",
            spread=f"{spread:.1f}",
        )
        for name, (mean, sd, published, spread) in answer.start.items()
    ]
    columns = ("arm", "incidence", "published", "fewer", "published-fewer", "within")
    header = tuple(message(f"prevention-column-{name}") for name in columns)
    rows = [_row(one) for one in answer.results]
    heading = message("prevention-people", people=answer.people, years=answer.years)
    return "\n".join([heading, *told, "", aligned([header, *rows]), "", message("prevention-legend")])


def _row(one: "PreventionResult") -> tuple[str, ...]:
    from glucotwin.core.message import message

    arm = one.course.arm
    fewer = "" if one.fewer_pct is None or one.fewer_interval is None else _told(one.fewer_pct, *one.fewer_interval, 0)
    return (
        message(f"prevention-arm-{arm.name}"),
        _told(one.incidence_per_100y, *one.incidence_interval, 1),
        _told(*arm.incidence_per_100y, 1),
        fewer,
        "" if arm.fewer_pct is None else _told(*arm.fewer_pct, 0),
        message("prevention-within" if one.meets else "prevention-missed"),
    )


def _told(middle: float, low: float, high: float, decimals: int) -> str:
    return f"{middle:.{decimals}f} ({low:.{decimals}f} to {high:.{decimals}f})"
